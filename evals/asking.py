"""Asks one case after another of an engine, and says of each answer where it comes from."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from evals.cases import Asked
from evals.parts import Parts
from evals.places import Model
from evals.result import CaseResult, Change, State
from evals.subjects import SUBJECTS, Search, Subject, described
from evals.suite import Suite
from evals.tape.library import Library, read_segment
from evals.tape.transport import NotRecordedError, Seen
from evals.words import word_diff
from interviewer.schema import Usage

if TYPE_CHECKING:
    from evals.tape.transport import RecordTransport, ReplayTransport
    from interviewer.model import ModelEngine
    from prompts.templates import Rendered

WORST = (State.TAMPERED, State.STALE, State.MISSING, State.LIVE, State.FRESH)
"""Of several calls behind one answer, the state that counts: the first of these."""


class Asker:
    """Asks the cases of one suite, one at a time.

    Args:
        suite: the suite.
        parts: the prompt set.
        tape: the transport, with a model; None for the embedded engine.
        model: the model behind the tape.
        base_url: its address, where it is really asked.
        api_key: its key.
        timeout: seconds for one call.
        watch: called with each prompt as it is about to be sent.
    """

    def __init__(
        self,
        suite: Suite,
        parts: Parts,
        tape: ReplayTransport | RecordTransport | None = None,
        model: Model | None = None,
        *,
        base_url: str = "",
        api_key: str = "",
        timeout: float = 600.0,
        watch: Callable[[Rendered], None] = lambda _rendered: None,
    ) -> None:
        self.suite, self.parts, self.tape = suite, parts, tape
        self._watch = watch
        self._engine: ModelEngine | None = None
        self._search = Search() if suite.subject == "retrieval" else None
        self._subject: Subject = self._search or SUBJECTS[suite.subject]
        if tape is not None and model is not None:
            self._engine = parts.engine(
                model.model,
                model.endpoint,
                tape,
                base_url=base_url,
                api_key=api_key,
                timeout=timeout,
                on_prompt=self._expect,
            )

    def _expect(self, name: str, rendered: Rendered) -> None:
        assert self.tape is not None
        self._watch(rendered)
        self.tape.expect(name, len(rendered.messages), rendered.segments)

    def ask(self, asked: Asked, sample: int) -> CaseResult:
        """Ask one case.

        Returns:
            Its answer, or for an answer that is not recorded its state and what has changed.
        """
        case = asked.case
        result = CaseResult(id=case.id, sample=sample, cluster=case.cluster)
        if self.tape is not None:
            self.tape.begin(self.suite.suite, case.id, sample)
        try:
            answer = self._subject(self.parts, asked, self._engine)
        except NotRecordedError:
            assert self.tape is not None
            return not_answered(result, self.tape.seen, self.tape.library)
        result.output, result.prompt = answer.output, described(case, answer.transcript)
        if self.tape is not None:
            heard(result, self.tape.seen)
            result.usage = _timed(answer.usage, self.tape.seen)
        return result

    def close(self) -> None:
        """Close the engine and the search."""
        if self._engine is not None:
            self._engine.close()
        if self._search is not None:
            self._search.close()


def heard(result: CaseResult, seen: Sequence[Seen]) -> None:
    """Note in a result which recordings it rests on."""
    states = {each.state for each in seen} or {State.LIVE}
    result.state = next(state for state in WORST if state in states)
    result.keys = [each.key for each in seen]
    for each in seen:
        result.segments |= {f"{each.slot.call}:{name}": value for name, value in each.hashes.items()}


def not_answered(result: CaseResult, seen: Sequence[Seen], library: Library) -> CaseResult:
    """A result without an answer: why, and what has changed since the nearest recording."""
    last = seen[-1]
    heard(result, seen)
    result.state, result.why = last.state, last.why
    result.prompt = last.segments.get("transcript", "")
    if last.state is State.MISSING:
        result.why = "never recorded"
    elif last.nearest is not None and last.state is State.STALE:
        result.last_recorded = last.nearest.made.date
        result.changes = changes(last, library)
        names = ", ".join(change.segment for change in result.changes) or "the request"
        result.why = f"changed since: {names}"
    return result


def changes(seen: Seen, library: Library) -> list[Change]:
    """The segments in which a request differs from the nearest recording, word by word."""
    assert seen.nearest is not None
    before = seen.nearest.segments
    found = []
    for name in dict.fromkeys([*seen.hashes, *before]):
        if seen.hashes.get(name) == before.get(name):
            continue
        old = library.text(before[name]) if name in before else ""
        found.append(Change(segment=name, diff=word_diff(old, seen.segments.get(name, ""))))
    return found


def changed_segments(
    before: Mapping[str, str], after: Mapping[str, str], texts: Path, known: Collection[str] = ()
) -> Iterator[Change]:
    """The segments in which two recorded requests differ.

    Args:
        before: hashes by segment.
        after: likewise.
        texts: the folder of the segments' texts.
        known: segments to leave out.
    """
    for name in dict.fromkeys([*after, *before]):
        if name in known or before.get(name) == after.get(name):
            continue
        old, new = (read_segment(texts, each[name]) if name in each else "" for each in (before, after))
        yield Change(segment=name, diff=word_diff(old, new))


def _timed(usage: Sequence[Usage], seen: Sequence[Seen]) -> list[Usage]:
    """The usage with the seconds that the recorded calls took, instead of those that the replay took."""
    calls: dict[str, list[Seen]] = {}
    for each in seen:
        calls.setdefault(each.slot.call.partition("-")[0], []).append(each)
    found = []
    for one in usage:
        mine = calls.get(one.call, [])
        count = sum(other.call == one.call for other in usage)
        if count > 1:  # an interview: one call a turn, in order
            mine = mine[:1]
            calls[one.call] = calls.get(one.call, [])[1:]
        seconds = sum(each.recording.response.seconds for each in mine if each.recording)
        found.append(one.model_copy(update={"seconds": round(seconds, 3), "first_token_seconds": None}))
    return found
