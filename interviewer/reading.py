"""What the embedded engine makes of a reply: critique, does it count, contradiction, the next question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from interviewer.questions import advances, find_contradiction, next_question
from interviewer.schema import Critique, Interview, Question, Setup, Turn
from knowledge import Rubric

if TYPE_CHECKING:
    from interviewer.judge import EmbeddedJudge
    from prompts import Persona

# These are worded by the persona's file even with a model: they quote the candidate or give nothing away.
FROM_THE_BANK = ("closing", "contradiction")


@dataclass(frozen=True)
class Read:
    """A reply that was read.

    Args:
        interview: the interview up to and with this reply, judged.
        turn: its last turn.
        critique: of the embedded judge.
        draft: the next question as the persona's own file words it.
    """

    interview: Interview
    turn: Turn
    critique: Critique
    draft: Question


def read_reply(
    judge: EmbeddedJudge, rubric: Rubric, persona: Persona, interview: Interview, number: int
) -> Read:
    """Judge a turn's reply, look for a contradiction, draw the next question.

    Args:
        judge: the embedded judge.
        rubric: criteria and pitfalls.
        persona: who asks.
        interview: its turns up to that one have their replies.
        number: the turn's number, from 1.
    """
    turn = interview.turns[number - 1]
    setup = interview.setup
    critique = judge.critique(
        turn.reply or "",
        question=turn.question.text,
        role=setup.role,
        company=setup.company,
        asked=turn.question.focus if turn.question.kind == "follow_up" else (),
    )
    earlier = [(t.number, t.reply) for t in interview.turns[: number - 1] if t.reply]
    contradiction = find_contradiction(earlier, turn.reply or "")
    turn = turn.model_copy(
        update={
            "critique": critique,
            "advances": advances(critique),
            "contradicts": contradiction.turn if contradiction else None,
        }
    )
    so_far = interview.model_copy(update={"turns": [*interview.turns[: number - 1], turn]})
    return Read(so_far, turn, critique, next_question(persona, rubric, so_far))


def judged_interview(
    judge: EmbeddedJudge, setup: Setup, exchanges: Sequence[tuple[str, str]], *, id: str = "0" * 32
) -> Interview:
    """An interview out of plain questions and replies, each reply judged by the embedded judge.

    Args:
        judge: the embedded judge.
        setup: persona, role, employer.
        exchanges: (question, reply), oldest first.
        id: the interview's, by which lines are picked.
    """
    interview = Interview(id=id, owner="command line", setup=setup)
    for number, (question, reply) in enumerate(exchanges, start=1):
        critique = judge.critique(reply, question=question, role=setup.role, company=setup.company)
        judged = {"critique": critique, "critique_state": "done", "advances": advances(critique)}
        interview.turns.append(plain_turn(number, question, reply).model_copy(update=judged))
    return interview


def plain_turn(number: int, question: str, reply: str) -> Turn:
    """A turn of which only the words are known, not judged yet; the first one's question is the opening."""
    asked = Question(text=question, kind="opening" if number == 1 else "follow_up")
    return Turn(number=number, question=asked, reply=reply)
