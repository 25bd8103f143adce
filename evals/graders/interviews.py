"""Graders of a whole interview: nothing asked twice, not too many questions, a proper end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from evals.graders.item import Item, judged
from evals.graders.words import count_questions, first_alike, unreadable
from evals.result import Score

if TYPE_CHECKING:
    from prompts.personas import Persona


def no_repeat(item: Item) -> Iterator[Score]:
    """`no_repeat`: no line asks what an earlier one asked, or nearly."""
    lines = item.spoken
    if item.suite.subject != "interview" or not lines:
        return
    problem = ""
    for number, text in enumerate(lines):
        if found := first_alike(text, lines[:number]):
            problem = problem or f"line {number + 1} asks {found[0]!r} again; before: {found[1]}"
    yield judged("no_repeat", problem, f"{len(lines)} lines, each new")


def keeps_count(item: Item) -> Iterator[Score]:
    """`keeps_count`: at most the persona's number of questions, dodged ones aside, then a closing line.

    A reply counts as dodged here where its words tell (`questions.yaml`), where it cannot be read, or where
    the next line is one of the persona's for dodges.
    """
    lines = item.spoken
    if item.suite.subject != "interview" or not lines or item.persona is None:
        return
    dodged, most = _dodged(item, item.persona), item.persona.max_questions
    counted = len(lines) - 1 - dodged
    problem = ""
    if not _closes(item.persona, lines[-1]):
        problem = f"does not end with a closing line: {lines[-1]}"
    elif counted > most:
        problem = f"{counted} questions and {dodged} dodged, more than {most}"
    yield judged("keeps_count", problem, f"{counted} questions of at most {most}, {dodged} dodged")


def ends_well(item: Item) -> Iterator[Score]:
    """`ends_well`: the last line is one of the persona's closing lines and asks nothing."""
    if item.suite.subject != "interview" or not item.spoken or item.persona is None:
        return
    last, problem = item.spoken[-1], ""
    if count_questions(last):
        problem = f"the last line asks: {last}"
    elif not _closes(item.persona, last):
        problem = f"the last line is no closing line of {item.persona.name}: {last}"
    yield judged("ends_well", problem, last)


def _closes(persona: Persona, text: str) -> bool:
    return _is_one_of(persona.closing, text)


def _is_one_of(lines: Sequence[str], text: str) -> bool:
    from interviewer.questions.lines import was_asked

    return any(was_asked(line, [text]) for line in lines)


def _dodged(item: Item, persona: Persona) -> int:
    from interviewer.questions.dodges import dodge_kind

    by_kind = (line for lines in persona.dodge.values() for line in lines)
    for_dodges = [*persona.no_answer, *persona.move_on, *by_kind]
    after = [*item.spoken[1:], ""]
    return sum(
        bool(dodge_kind(reply) or unreadable(reply)) or _is_one_of(for_dodges, after[number])
        for number, (_, reply) in enumerate(item.transcript[: len(item.spoken) - 1])
    )
