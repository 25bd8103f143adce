"""Tests the tape itself on the real recordings: a change that matters must show, nothing may slip through.

One character is changed in each segment of each prompt, judges' included, and exactly the cases whose prompts
come out different must be STALE; one byte is flipped in recordings, and they must be TAMPERED; a connection
is opened during a replay, and it must be refused.
"""

from __future__ import annotations

import re
import socket
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx2

from evals.asking import Asker
from evals.cases import Asked, cases_of, judge_cases
from evals.judging import Judge
from evals.judgments import judge_library
from evals.offline import OfflineError, no_network
from evals.parts import Parts
from evals.places import BASE, JUDGMENTS, Places, read_model
from evals.result import State
from evals.run import chosen_model, parts_of
from evals.suite import Suite, load_suite, suite_names
from evals.tape.library import Library
from evals.tape.recording import read_recording
from evals.tape.transport import NotRecordedError, ReplayTransport
from interviewer.errors import DataFileError, InputError

PROMPT_OF = {"question": "question", "interview": "question", "critique": "critique"}
_MARKER = re.compile(r"<!-- segment: ([a-z_]+) -->|## (system|user|assistant)")
_LITERAL = re.compile(r"(?<![\w{%#|])[A-Za-z]{3,}(?![\w|]*\s*[%}|])")
_SHORT = 3
_FLIPS = 12
_SAME = ("knowledge", "rubric", "cards", "personas", "judge", "_without")


@dataclass(frozen=True)
class Finding:
    """One thing that was tried. `problem` is empty where it came out as it must."""

    tried: str
    problem: str = ""


def selftest(places: Places, model: str = "") -> Iterator[Finding]:
    """Try everything, one finding at a time.

    Raises:
        InputError: nothing is recorded to try it on.
    """
    name = chosen_model(model, places)
    if not name:
        raise InputError("There are no recordings to test on: `interviewer eval record` makes some.")
    for suite_name in suite_names(places.suites):
        suite = load_suite(suite_name, places.suites)
        judge = suite.subject == "judge"
        folder = places.recorded(name, JUDGMENTS if judge else BASE, suite_name)
        if (judge or suite.subject in PROMPT_OF) and not suite.live and folder.is_dir():
            yield from (_judge_segments if judge else _segments)(suite, places, name)
            yield _flipped(folder)
    yield _refused_by_transport(places)
    yield _refused_by_process()


def _segments(suite: Suite, places: Places, model: str) -> Iterator[Finding]:
    """Change one character in each segment of the suite's prompt, and in its sampling."""
    prompt = PROMPT_OF[suite.subject]
    parts = parts_of(suite, places, BASE)
    cases = cases_of(suite, places, list(parts.personas))
    before = _prompts(suite, parts, cases, model)
    text = parts.prompt_files()[prompt].read_text(encoding="utf-8")
    for segment, changed in _changes(text):
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / f"{prompt}.md").write_text(changed, encoding="utf-8")
            other = _Edited(places, "edited", parts.more_personas)
            # All but the prompt is as it was, and need not be read again.
            other.__dict__.update({name: getattr(parts, name) for name in _SAME}, folder=Path(folder))
            after = _prompts(suite, other, cases, model)
        yield _compared(f"{suite.suite}: one character of {prompt}.md, {segment}", before, after, segment)


class _Edited(Parts):
    """A prompt set in a folder of its own, whatever its name."""


Seen = dict[str, tuple[list[object], State, list[str]]]


def _prompts(suite: Suite, parts: Parts, cases: list[Asked], model: str) -> Seen:
    """For each case the prompts up to the first that is not recorded, the state, and the changed segments."""
    folder = parts.places.recorded(model, BASE, suite.suite)
    tape = ReplayTransport(Library([folder], parts.places.texts))
    sent: list[object] = []
    known = read_model(parts.places.recordings / model / "model.json")
    asker = Asker(suite, parts, tape, known, watch=lambda rendered: sent.append(
        (rendered.messages, rendered.segments.get("sampling"))
    ))  # fmt: skip
    found: Seen = {}
    for asked in cases:
        sent.clear()
        result = asker.ask(asked, 0)
        found[asked.case.id] = (list(sent), result.state, [change.segment for change in result.changes])
    asker.close()
    return found


def _judge_segments(suite: Suite, places: Places, model: str) -> Iterator[Finding]:
    """The same with a judge's prompt, over the lines whose labels are known."""
    own = places.root / "judges"
    before = _judged(suite, places, model, own)
    for segment, changed in _changes((own / f"{suite.judge}.md").read_text(encoding="utf-8")):
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / f"{suite.judge}.md").write_text(changed, encoding="utf-8")
            after = _judged(suite, places, model, Path(folder))
        yield _compared(
            f"{suite.suite}: one character of {suite.judge}.md, {segment}", before, after, segment
        )


def _judged(suite: Suite, places: Places, model: str, prompts: Path) -> Seen:
    parts = Parts(places)
    tape = ReplayTransport(judge_library(places, model, suite.suite))
    judge = Judge(suite.judge, places, parts.rubric, tape, model, prompts=prompts)
    found: Seen = {}
    for case in (asked.case for asked in judge_cases(suite, parts)):
        result = judge.ask(suite.suite, case)
        sent: list[object] = [(judge.render(case.question, case.focus[0]).messages, judge.prompt.sampling())]
        found[case.id] = (sent, result.state, [change.segment for change in result.changes])
    judge.close()
    return found


def _compared(tried: str, before: Seen, after: Seen, segment: str) -> Finding:
    recorded = {id: seen for id, seen in before.items() if seen[1] is State.FRESH}
    depends = 0
    for id, (old, _, _) in recorded.items():
        new, now, changed = after[id]
        differs = new != old[: len(new)] or (now is State.FRESH and len(new) != len(old))
        depends += differs
        if differs and now is not State.STALE:
            return Finding(tried, f"{id} asks something else now and is {now.value}, not STALE")
        if differs and segment not in changed:
            return Finding(tried, f"{id} is STALE, but says that {', '.join(changed) or 'nothing'} changed")
        if not differs and now is not State.FRESH:
            return Finding(tried, f"{id} asks the same as before and is {now.value}, not FRESH")
    if not depends:
        return Finding(tried, "no recorded case depends on it, so that nothing could be tried")
    return Finding(f"{tried}: {depends} of {len(recorded)} recorded cases STALE")


def _changes(text: str) -> Iterator[tuple[str, str]]:
    """The prompt file with one character of one segment changed, for each segment, and for the sampling."""
    head, _, _ = text.partition("\n---\n")
    start = len(head) + len("\n---\n")
    marks = list(_MARKER.finditer(text, start))
    for mark, following in zip(marks, [*marks[1:], None], strict=True):
        end = following.start() if following else len(text)
        if word := _plain_word(text, mark.end(), end):
            changed = text[:word] + ("x" if text[word] != "x" else "y") + text[word + 1 :]
            yield mark[1] or mark[2], changed
    number = re.search(r"(?m)^temperature: *(\d)", head)
    if number:
        at = number.start(1)
        yield "sampling", text[:at] + ("1" if text[at] != "1" else "0") + text[at + 1 :]


def _plain_word(text: str, start: int, end: int) -> int:
    """Where the last plain word of a stretch begins that lies outside every `{% … %}` and `{{ … }}`, or 0.

    The last one: what stands first is often inside an `if`. A short one only where there is no longer.
    """
    blocked = [match.span() for match in re.finditer(r"\{%.*?%\}|\{\{.*?\}\}", text[start:end])]
    found = short = 0
    for match in _LITERAL.finditer(text, start, end):
        at = match.start() - start
        if not any(low <= at < high for low, high in blocked):
            found, short = (match.start(), short) if len(match[0]) > _SHORT else (found, match.start())
    return found or short


def _flipped(folder: Path) -> Finding:
    """Flip a byte of a recording in several places."""
    tried = f"{folder.name}: one byte flipped in a recording, {_FLIPS} times: TAMPERED"
    path = min(folder.glob("*.json"), default=None)
    if path is None:
        return Finding(tried, "there is no recording to flip a byte in")
    data = path.read_bytes()
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch) / path.name
        for number in range(_FLIPS):
            at = number * (len(data) - 2) // _FLIPS + 1
            copy.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
            try:
                same = read_recording(copy) == read_recording(path)
            except DataFileError:
                continue
            if not same or copy.read_bytes().split() != data.split():
                return Finding(tried, f"{path.name}: byte {at} was flipped and nobody noticed")
    return Finding(tried)


def _refused_by_transport(places: Places) -> Finding:
    """Ask the replay for something that is not recorded."""
    tried = "an unrecorded request in replay: refused"
    transport = ReplayTransport(Library([], places.texts))
    with httpx2.Client(transport=transport) as client:
        return _must(
            tried, lambda: client.post("http://replay.invalid/v1/chat/completions", json={}), NotRecordedError
        )


def _refused_by_process() -> Finding:
    """Open a socket in the middle of a replay."""

    def connect() -> None:
        with no_network(), socket.socket() as one:
            one.settimeout(1)
            one.connect(("127.0.0.1", 9))

    return _must("a connection opened during a replay: refused", connect, OfflineError)


def _must(tried: str, act: Callable[[], object], wanted: type[Exception]) -> Finding:
    try:
        act()
    except wanted:
        return Finding(tried)
    except OSError as error:
        return Finding(tried, f"it got as far as the network ({error})")
    return Finding(tried, "it was let through")
