"""A reply's way: embedded judge, retrieval, then question and critique side by side.

The reply is in the store before this begins. Every fault of the endpoint leaves a working interview: the part
that failed is the embedded engine's, with a notice that says so.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from interviewer.debrief import DebriefWords, build_debrief
from interviewer.errors import EndpointError, IndexStoreError, InputError, InterviewerError
from interviewer.logs import log
from interviewer.questions import is_done
from interviewer.reading import FROM_THE_BANK, read_reply
from interviewer.schema import Critique, Interview, Notice, Question, Turn, Usage
from interviewer.unfinished import Parts
from interviewer.work import TurnWork
from knowledge import Rubric

if TYPE_CHECKING:
    from interviewer.judge import EmbeddedJudge
    from interviewer.model import ModelEngine
    from interviewer.store import Store
    from knowledge import Hit
    from prompts import Persona

CARDS_A_REPLY = 3
Part = Literal["question", "critique"]


@dataclass(frozen=True)
class Reading:
    """What the embedded engine makes of a reply: its critique, the next question, the guidance that fits."""

    interview: Interview
    turn: Turn
    critique: Critique
    draft: Question
    hits: Sequence[Hit]


class ReplyFlow:
    """Works on replies in threads of its own. It keeps no state of an interview: that is in the store.

    Args:
        rubric: criteria and pitfalls.
        personas: by id.
        words: the debrief's words.
        store: where every part goes as soon as it is there.
        judge: the embedded judge.
        model: the model engine, or None.
        search: cards for a query, `k` of them, those that serve the given ids first.
        model_judges: whether a model writes the critique too, or only words the questions.
    """

    def __init__(
        self,
        *,
        rubric: Rubric,
        personas: Mapping[str, Persona],
        words: DebriefWords,
        store: Store,
        judge: EmbeddedJudge,
        model: ModelEngine | None,
        search: Callable[[str, int, Sequence[str]], Sequence[Hit]],
        model_judges: bool = True,
    ) -> None:
        self._rubric, self._personas, self._words = rubric, personas, words
        self._store, self._judge, self._model, self._search = store, judge, model, search
        self._model_judges = model_judges

    def start(self, interview: Interview, work: TurnWork, parts: Parts) -> None:
        """Begin, in the background."""
        threading.Thread(
            target=self._guarded, args=(self._run, work, interview, parts), name="reply", daemon=True
        ).start()

    def _guarded(
        self, step: Callable[..., None], work: TurnWork, *args: object, part: Part | None = None
    ) -> None:
        """Run a step of a work; whatever happens, those who wait for it are told."""
        try:
            step(work, *args)
        except InterviewerError as error:
            work.error = str(error)
            log().error("reply failed", interview=work.interview_id, turn=work.turn, error=error)
        except Exception as error:  # a thread's last line of defence: a page must never wait for ever
            work.error = "Something went wrong here. Your reply is stored; press Retry, or reload the page."
            log().error("reply broke", interview=work.interview_id, turn=work.turn, error=error)
        finally:
            if part is None and work.error:
                work.finish(question=True, critique=True)
            elif part is not None:
                work.finish(critique=True)

    def _run(self, work: TurnWork, interview: Interview, parts: Parts) -> None:
        reading = self._read(interview, parts.turn)
        self._store.update_turn(
            interview.id,
            parts.turn,
            lambda t: t.model_copy(
                update={"advances": reading.turn.advances, "contradicts": reading.turn.contradicts}
            ),
        )
        with_model = self._model is not None and interview.setup.engine != "embedded"
        if not parts.critique:
            work.finish(critique=True)
        elif with_model and self._model_judges:
            threading.Thread(
                target=self._guarded,
                args=(self._model_critique, work, reading),
                kwargs={"part": "critique"},
                name="critique",
                daemon=True,
            ).start()
        else:
            self._keep_critique(reading, reading.critique)
            work.finish(critique=True)
        if parts.question:
            if with_model and reading.draft.kind not in FROM_THE_BANK:
                self._model_question(work, reading)
            else:
                work.replace(reading.draft.text)
                self._keep_question(reading, reading.draft)
        self.debrief_if_due(interview.id)
        work.finish(question=True)

    # -- reading ------------------------------------------------------------------------------------------

    def _read(self, interview: Interview, number: int) -> Reading:
        """Judge with the embedded judge, look for a contradiction, draw the next question, retrieve."""
        persona = self._personas[interview.setup.persona]
        read = read_reply(self._judge, self._rubric, persona, interview, number)
        hits = self._retrieve(read.turn, read.critique, interview.setup.engine)
        return Reading(read.interview, read.turn, read.critique, read.draft, hits)

    def _retrieve(self, turn: Turn, critique: Critique, engine: str) -> Sequence[Hit]:
        """Guidance for the reply and its focus; only a model reads it, so without one nothing is fetched."""
        if self._model is None or engine == "embedded":
            return []
        try:
            return self._search((turn.reply or "")[:2000], CARDS_A_REPLY, critique.focus)
        except (IndexStoreError, InputError) as error:
            log().warning("no guidance retrieved", error=error)
            return []

    # -- the two parts ------------------------------------------------------------------------------------

    def _model_critique(self, work: TurnWork, reading: Reading) -> None:
        assert self._model is not None
        setup, notice, usage = reading.interview.setup, None, None
        try:
            critique, usage = self._model.critique(
                reading.turn.reply or "",
                question=reading.turn.question.text,
                setup=setup,
                cards=reading.hits,
                second_opinion=None if reading.critique.cannot_judge else reading.critique,
                earlier=[t.reply for t in reading.interview.turns[:-1] if t.reply],
            )
        except EndpointError as error:
            strict = setup.engine == "model"
            notice = _notice("critique", error, "This critique is the built-in judge's.", strict)
            log().warning("critique fell back", fault=error.fault, interview=reading.interview.id)
            if strict:
                self._note(reading, notice, critique_state="stopped")
                self.debrief_if_due(reading.interview.id)
                return
            critique = reading.critique.model_copy(
                update={"notes": [*reading.critique.notes, notice.message]}
            )
        self._keep_critique(reading, critique, notice, usage)
        self.debrief_if_due(reading.interview.id)

    def _keep_critique(
        self,
        reading: Reading,
        critique: Critique,
        notice: Notice | None = None,
        usage: Usage | None = None,
    ) -> None:
        def put(turn: Turn) -> Turn:
            return turn.model_copy(
                update={
                    "critique": critique,
                    "critique_state": "done",
                    "notices": [n for n in turn.notices if n.part != "critique"]
                    + ([notice] if notice else []),
                    "usage": turn.usage + ([usage] if usage else []),
                    "filled_blanks": {},
                }
            )

        self._store.update_turn(reading.interview.id, reading.turn.number, put)

    def _model_question(self, work: TurnWork, reading: Reading) -> None:
        """Stream the model's question; where it fails, the persona's own list has one."""
        assert self._model is not None
        draft, interview = reading.draft, reading.interview
        self._keep_question(
            reading, draft.model_copy(update={"text": "", "engine": "model", "state": "pending"})
        )
        stream = self._model.stream_question(
            self._personas[interview.setup.persona], interview, reading.hits, draft.focus, work.cancel
        )
        try:
            for chunk in stream:
                work.add(chunk)
        except EndpointError as error:
            strict = interview.setup.engine == "model"
            notice = _notice("question", error, "This question is from the interviewer's own list.", strict)
            log().warning("question fell back", fault=error.fault, interview=interview.id)
            self._note(reading, notice)
            if strict:
                self._drop_question(reading)
                return
            work.replace(draft.text)
            self._keep_question(reading, draft)
            return
        if work.cancel.is_set():
            self._keep_stopped(work, reading)
            return
        question = draft.model_copy(
            update={"text": work.text.strip(), "engine": "model", "prompt_hash": stream.prompt_hash}
        )
        self._keep_question(reading, question, stream.usage)

    def _keep_stopped(self, work: TurnWork, reading: Reading) -> None:
        """Keep what had come. Where not a word had, a question of the persona's own stands."""
        if work.text.strip():
            question = reading.draft.model_copy(update={"text": work.text.strip(), "engine": "model"})
        else:
            work.replace(reading.draft.text)
            question = reading.draft
        self._keep_question(reading, question.model_copy(update={"state": "stopped"}))

    def _keep_question(self, reading: Reading, question: Question, usage: Usage | None = None) -> None:
        """Store the next question as the turn after the reply's; a closing one ends the interview."""
        number = reading.turn.number

        def put(interview: Interview) -> Interview:
            if interview.status == "ended" and question.kind != "closing":
                interview.turns = interview.turns[:number]
                return interview
            interview.turns = [*interview.turns[:number], Turn(number=number + 1, question=question)]
            if usage:
                interview.turns[number - 1].usage.append(usage)
            if question.kind == "closing" and interview.status == "open":
                interview.status = "ended"
                persona = self._personas[interview.setup.persona]
                reason = is_done(persona, self._rubric, reading.interview)
                interview.ended_by = reason or "questions"
            return interview

        self._store.update(reading.interview.id, put)

    def _drop_question(self, reading: Reading) -> None:
        number = reading.turn.number

        def put(interview: Interview) -> Interview:
            interview.turns = interview.turns[:number]
            return interview

        self._store.update(reading.interview.id, put)

    def _note(
        self, reading: Reading, notice: Notice, critique_state: Literal["pending", "stopped"] | None = None
    ) -> None:
        def put(turn: Turn) -> Turn:
            others = [n for n in turn.notices if n.part != notice.part]
            update: dict[str, object] = {"notices": [*others, notice]}
            if critique_state:
                update["critique_state"] = critique_state
            return turn.model_copy(update=update)

        self._store.update_turn(reading.interview.id, reading.turn.number, put)

    # -- the end --------------------------------------------------------------------------------------------

    def debrief_if_due(self, interview_id: str) -> Interview:
        """Store the debrief once the interview has ended and no critique is awaited."""
        interview = self._store.load(interview_id)
        waiting = any(t.reply is not None and t.critique_state == "pending" for t in interview.turns)
        if interview.status != "ended" or waiting:
            return interview

        def put(stored: Interview) -> Interview:
            last = stored.last.question
            persona = self._personas.get(stored.setup.persona)
            closing = last.text if last.kind == "closing" else persona.closing[0] if persona else ""
            stored.debrief = build_debrief(stored, self._rubric, self._words, closing)
            return stored

        return self._store.update(interview_id, put)


def _notice(part: Part, error: EndpointError, instead: str, strict: bool) -> Notice:
    """One plain line: what went wrong, and what stands in its place."""
    message = str(error) if strict else error.and_so(instead)
    return Notice(part=part, fault=error.fault.value, message=message, can_retry=True)
