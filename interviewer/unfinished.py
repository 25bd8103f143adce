"""What is still to be had for an interview: after a restart, or where a part is to be tried again."""

from __future__ import annotations

from dataclasses import dataclass

from interviewer.errors import InputError
from interviewer.schema import Interview


@dataclass(frozen=True)
class Parts:
    """Which parts of the answer to the reply of turn `turn` are to be had."""

    turn: int
    question: bool = False
    critique: bool = False


def unfinished(interview: Interview) -> Parts | None:
    """What a crash or a restart left undone, or None."""
    turns = interview.turns
    question_of = 0
    if interview.status == "open" and turns:
        if turns[-1].question.state == "pending":
            question_of = turns[-1].number - 1
        elif turns[-1].reply is not None and not any(
            not n.can_retry or n.part == "question" for n in turns[-1].notices
        ):
            question_of = turns[-1].number
    for turn in turns:
        if turn.reply is not None and turn.critique_state == "pending":
            return Parts(turn.number, question=turn.number == question_of, critique=True)
    return Parts(question_of, question=True) if question_of else None


def clear_for_retry(interview: Interview, number: int) -> Parts:
    """Make room for another try at what the model failed to give for the reply of turn `number`.

    Args:
        interview: is changed.
        number: of the turn whose reply it is.

    Raises:
        InputError: there is nothing to try again.
    """
    if not 1 <= number <= len(interview.turns):
        raise InputError("There is no such reply in this interview.")
    turn = interview.turns[number - 1]
    failed = {notice.part for notice in turn.notices if notice.can_retry}
    following = interview.turns[number] if number < len(interview.turns) else None
    waiting = following is None or (following.reply is None and following is interview.last)
    stopped = following is not None and following.question.state == "stopped"
    question = (
        interview.status == "open" and waiting and ("question" in failed or stopped or following is None)
    )
    critique = "critique" in failed or turn.critique_state != "done"
    if turn.reply is None or not (question or critique):
        raise InputError("There is nothing to try again for this reply.")
    if question:
        interview.turns = interview.turns[:number]
    if critique:
        turn.critique_state = "pending"
    again = {"question": question, "critique": critique}
    turn.notices = [notice for notice in turn.notices if not again.get(notice.part)]
    return Parts(number, question=question, critique=critique)
