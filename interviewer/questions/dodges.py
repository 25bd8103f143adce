"""Meets a reply that did not answer: in the persona's voice, with the question asked again in other words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from interviewer.questions.data import question_words
from interviewer.questions.lines import fill, marks, pick, unasked
from interviewer.questions.standing import (
    DODGE,
    Standing,
    aim,
    cards_of,
    dodges_in_a_row,
    speaks_to,
    to_probe,
)
from interviewer.schema import Interview, Question
from knowledge import Rubric
from prompts.personas import Persona

PATIENCE = 3
"""After so many dodges in a row the persona offers to go elsewhere or to stop."""


def dodge_kind(reply: str) -> Literal["", "silence", "orders", "dont_know", "one_word"]:
    """What sort of dodge a reply is, where its words tell."""
    words = question_words()
    for kind, patterns in words.dodges.items():
        if any(pattern.search(reply) for pattern in patterns):
            return kind
    return "one_word" if len(reply.split()) <= words.one_word else ""


def meet_dodge(
    persona: Persona, rubric: Rubric, interview: Interview, now: Standing, said: Sequence[str], seed: str
) -> Question | None:
    """A line for a dodge, or None where the persona has none left."""
    count = dodges_in_a_row(interview.turns)
    id = aim(interview.last.question)
    text = ""
    if count % PATIENCE == 0:
        text = _any(unasked(persona.move_on, said, {}), seed)
    elif count > PATIENCE and count % PATIENCE == 1:
        text, id = _elsewhere(persona, rubric, now, said, seed, id)
    text = text or _again(persona, interview, said, seed, id, count)
    if not text:
        return None
    focus = [DODGE, id] if id else [DODGE]
    return Question(text=text, kind="no_answer", focus=focus, guidance=cards_of(rubric, [DODGE]))


def _elsewhere(
    persona: Persona, rubric: Rubric, now: Standing, said: Sequence[str], seed: str, dodged: str
) -> tuple[str, str]:
    """A question about something else, rather one that presumes no goal, and its id."""
    related = unasked(persona.related, said, {})
    if related:
        text = pick(related, seed)
        return text, next((id for id in speaks_to(text) if id in rubric.ids), "")
    for id in to_probe(persona, rubric, now):
        lines = unasked(persona.bank.get(id, ()), said, {})
        if lines and id != dodged:
            return pick(lines, seed), id
    return "", dodged


def _again(
    persona: Persona, interview: Interview, said: Sequence[str], seed: str, id: str, count: int
) -> str:
    """A line that asks the dodged question anew: a lead-in with it, or one that holds its own.

    After a lead-in, a question without a remark of its own reads best.
    """
    if id:
        left = unasked(persona.bank.get(id, ()), said, {})
        anew = [line for line in left if not re.search(r"[.!] ", line)] or left
    elif interview.setup.exercise and count == 1:
        anew = [" ".join(interview.setup.exercise.split())]
    else:
        anew = unasked((*persona.again, *persona.bank.get(DODGE, ())), said, {})
    values = {"again": pick(anew, f"{seed}:again")} if anew else {}
    kind = dodge_kind(interview.last.reply or "")
    special = unasked(persona.dodge.get(kind, ()) if kind else (), said, values)
    if special and count == 1:
        return fill(pick(special, seed), values)
    general = unasked(persona.no_answer, said, values)
    fitting = [line for line in general if bool(marks(line)) == bool(id or interview.setup.exercise)]
    for lines in (fitting[:1], special[:1], general[:1]):
        if lines:
            return fill(lines[0], values)
    return values.get("again", "")


def _any(lines: Sequence[str], seed: str) -> str:
    return pick(lines, seed) if lines else ""
