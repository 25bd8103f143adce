"""What a case is asked of: the opening, the next question, the critique, the search, a whole interview.

Each goes through the interviewer's own code, as the app does; only what the app keeps in its store is passed
along in memory, and the guidance beside a question is what the rubric names for its focus, so that a change
of the search is seen in the suite `retrieval` alone.
"""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from evals.cases import Asked
from evals.parts import Parts
from evals.result import Output
from evals.suite import Case
from interviewer.errors import EndpointError
from interviewer.questions import opening
from interviewer.reading import FROM_THE_BANK, Read, judged_interview, plain_turn, read_reply
from interviewer.schema import Interview, Question, Setup, Turn, Usage

if TYPE_CHECKING:
    from interviewer.model import ModelEngine
    from knowledge import GuidanceIndex
    from prompts import Persona

DEFAULT_QUESTION = "What are your career goals?"
RANKED = 10


@dataclass
class Answer:
    """An answer with the usage of the calls behind it, and what the person had been asked and said."""

    output: Output
    usage: list[Usage] = field(default_factory=list)
    transcript: list[tuple[str, str]] = field(default_factory=list)


Subject = Callable[[Parts, Asked, "ModelEngine | None"], Answer]


def setup_of(case: Case) -> Setup:
    """The case's setup."""
    return Setup(
        persona=case.persona,
        role=case.role,
        company=case.company,
        job_description=case.job_description,
        resume=case.resume,
        mode=case.mode,
    )


def transcript_of(parts: Parts, case: Case) -> list[tuple[str, str]]:
    """Questions with their replies, the case's own last; a question that is not given is the opening."""
    first = opening(parts.personas[case.persona], setup_of(case)).text if case.persona else DEFAULT_QUESTION
    earlier = [(exchange.question or first, exchange.reply) for exchange in case.transcript]
    return [*earlier, (case.question or first, case.reply)]


def ask_opening(parts: Parts, asked: Asked, engine: ModelEngine | None) -> Answer:
    """The interviewer's greeting with the career-goals question; it is the persona's with every engine."""
    case = asked.case
    question = opening(parts.personas[case.persona], setup_of(case))
    return Answer(Output(text=question.text, kind=question.kind))


def ask_question(parts: Parts, asked: Asked, engine: ModelEngine | None) -> Answer:
    """The next question."""
    case = asked.case
    persona = parts.personas[case.persona]
    transcript = transcript_of(parts, case)
    interview = judged_interview(parts.judge, setup_of(case), transcript[:-1])
    interview.turns.append(plain_turn(len(transcript), *transcript[-1]))
    read = read_reply(parts.judge, parts.rubric, persona, interview, len(transcript))
    draft = read.draft.model_copy(update={"focus": list(case.focus)}) if case.focus else read.draft
    question, usage, fault = _worded(parts, persona, read, draft, engine)
    output = Output(
        text=question.text,
        kind=draft.kind,
        focus=list(draft.focus),
        cards=list(draft.guidance),
        advances=read.turn.advances,
        fault=fault,
    )
    return Answer(output, usage, transcript)


def _worded(
    parts: Parts, persona: Persona, read: Read, draft: Question, engine: ModelEngine | None
) -> tuple[Question, list[Usage], str]:
    """The drawn question in the model's words; where it fails, in the persona's, as in the app."""
    if engine is None or draft.kind in FROM_THE_BANK:
        return draft, [], ""
    cards = [parts.cards[id] for id in draft.guidance[:1] if id in parts.cards]
    stream = engine.stream_question(persona, read.interview, cards, draft.focus, threading.Event())
    try:
        text = "".join(stream).strip()
    except EndpointError as error:
        return draft, [stream.usage], error.fault.value
    return draft.model_copy(update={"text": text, "engine": "model"}), [stream.usage], ""


def ask_critique(parts: Parts, asked: Asked, engine: ModelEngine | None) -> Answer:
    """The critique of one reply."""
    case = asked.case
    question = case.question or DEFAULT_QUESTION
    judge = parts.judge_without(asked.label.author) if asked.label else parts.judge
    embedded = judge.critique(case.reply, question=question, role=case.role, company=case.company)
    transcript = [(question, case.reply)]
    if engine is None:
        return Answer(Output(critique=embedded, focus=embedded.focus), transcript=transcript)
    try:
        critique, usage = engine.critique(
            case.reply,
            question=question,
            setup=setup_of(case),
            second_opinion=None if embedded.cannot_judge else embedded,
        )
    except EndpointError as error:
        return Answer(Output(fault=error.fault.value), transcript=transcript)
    return Answer(Output(critique=critique, focus=critique.focus), [usage], transcript)


def ask_interview(parts: Parts, asked: Asked, engine: ModelEngine | None) -> Answer:
    """A whole interview with a scripted candidate: the next prompt holds what the model asked before."""
    case = asked.case
    persona = parts.personas[case.persona]
    talk = Interview(id="0" * 32, owner="eval", setup=setup_of(case))
    question = opening(persona, talk.setup)
    lines, usage, transcript, fault = [question.text], [], [], ""
    for number, reply in enumerate(case.replies, start=1):
        transcript.append((question.text, reply))
        talk = talk.model_copy(
            update={"turns": [*talk.turns, Turn(number=number, question=question, reply=reply)]}
        )
        read = read_reply(parts.judge, parts.rubric, persona, talk, number)
        talk = read.interview
        question, used, failed = _worded(parts, persona, read, read.draft, engine)
        usage += used
        fault = fault or failed
        lines.append(question.text)
        if question.kind == "closing":
            break
    if question.kind != "closing":
        # The script has run out before the questions have: the candidate ends the interview.
        lines.append(persona.closing[0])
    output = Output(lines=lines, kind=question.kind, counted=talk.advanced, fault=fault)
    return Answer(output, usage, transcript)


class Search:
    """The guidance search over a collection of its own, opened at the first case, thrown away at the end."""

    def __init__(self) -> None:
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._index: GuidanceIndex | None = None

    def __call__(self, parts: Parts, asked: Asked, engine: ModelEngine | None) -> Answer:
        """The cards for a query, best first."""
        if self._index is None:
            from interviewer.compose import silence_telemetry
            from knowledge import open_index

            silence_telemetry()
            self._folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
            folder = Path(self._folder.name) / "guidance"
            self._index = open_index(folder=folder, cards=list(parts.cards.values()), embedding="bundled")
        hits = self._index.search(asked.case.reply, RANKED)
        return Answer(Output(cards=[hit.id for hit in hits]), transcript=[("", asked.case.reply)])

    def close(self) -> None:
        """Close the collection and remove it."""
        if self._index is not None:
            self._index.close()
        if self._folder is not None:
            self._folder.cleanup()


def described(case: Case, transcript: Sequence[tuple[str, str]]) -> str:
    """What was asked and said, for reports."""
    said = "\n".join(f"{question}\n→ {reply}" if question else reply for question, reply in transcript)
    about = ", ".join(part for part in (case.role, case.company) if part)
    more = [
        f"{name}: {text}"
        for name, text in (("advert", case.job_description), ("document", case.resume))
        if text
    ]
    return "\n".join([*([f"[{about}]"] if about else []), *more, said])


SUBJECTS: dict[str, Subject] = {
    "opening": ask_opening,
    "question": ask_question,
    "critique": ask_critique,
    "interview": ask_interview,
}
