"""Interviews built by hand for the tests of the embedded interviewer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from interviewer.questions import advances, next_question
from interviewer.schema import CriterionFinding, Critique, Interview, PitfallFinding, Question, Setup, Turn
from knowledge import Rubric
from prompts import Persona


def critique(
    rubric: Rubric,
    verdicts: Mapping[str, str] | None = None,
    pitfalls: Sequence[str] = (),
    *,
    focus: Sequence[str] | None = None,
    quotes: Mapping[str, Sequence[str]] | None = None,
    cannot_judge: str = "",
) -> Critique:
    """A critique with these verdicts, everything else missing."""
    given = {part.id: (verdicts or {}).get(part.id, "missing") for part in rubric.criteria}
    said = quotes or {}
    criteria = {
        id: CriterionFinding(verdict=verdict, quotes=list(said.get(id, ())))  # type: ignore[arg-type]
        for id, verdict in given.items()
    }
    return Critique(
        engine="embedded",
        criteria=criteria,
        pitfalls=[PitfallFinding(id=id, quotes=list(said.get(id, ())), guidance=[]) for id in pitfalls],
        overall=None if cannot_judge else rubric.overall(given, list(pitfalls)),
        focus=list(focus) if focus is not None else rubric.focus(given, list(pitfalls)),
        cannot_judge=cannot_judge,
    )


def everything_met(rubric: Rubric) -> dict[str, str]:
    return {part.id: "met" for part in rubric.criteria}


def start(persona: Persona, rubric: Rubric, id: str = "interview-1", **setup: str) -> Interview:
    """An interview with its opening asked."""
    interview = Interview(id=id, owner="o", setup=Setup(persona=persona.id, **setup))  # type: ignore[arg-type]
    interview.turns.append(Turn(number=1, question=next_question(persona, rubric, interview)))
    return interview


def reply(persona: Persona, rubric: Rubric, interview: Interview, text: str, found: Critique) -> Question:
    """Reply to the last question, and return the next, put into the interview unless it closes."""
    last = interview.last
    last.reply, last.critique, last.advances = text, found, advances(found)
    question = next_question(persona, rubric, interview)
    if question.kind != "closing":
        interview.turns.append(Turn(number=last.number + 1, question=question))
    return question
