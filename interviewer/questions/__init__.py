"""The embedded interviewer: what to ask next, from the persona's own lines, without a model or chance."""

from interviewer.questions.check import check_persona
from interviewer.questions.contradictions import Contradiction, find_contradiction
from interviewer.questions.flow import is_done, next_question, opening
from interviewer.questions.standing import advances

__all__ = [
    "Contradiction",
    "advances",
    "check_persona",
    "find_contradiction",
    "is_done",
    "next_question",
    "opening",
]
