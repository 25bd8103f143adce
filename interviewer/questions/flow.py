"""Decides what the embedded interviewer says: the opening, each next question, and when it is over.

The order of a next question: over? then the closing; a dodge is met; a contradiction is asked about; one
related question at its place; then the ids that the last critique named; then whatever is left. Every choice
among lines hangs on the interview's id and the turn's number, so that a second run says the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from interviewer.questions.contradictions import QUOTE_CHARS, QUOTE_WORDS, contradictions
from interviewer.questions.data import contradiction_words, question_words
from interviewer.questions.dodges import meet_dodge
from interviewer.questions.lines import fill, fillable, marks, pick, short_quote, unasked, was_asked
from interviewer.questions.standing import Standing, cards_of, dodged, speaks_to, standing, to_probe
from interviewer.schema import Interview, Question, Setup
from knowledge import Rubric
from prompts.personas import Persona

ROLE_WORDS, COMPANY_WORDS = 8, 4
"""A longer role or employer is a description, which does not read well inside a greeting."""
RELATED_AFTER = 3
"""Replies that count before the related question: the opening's and two follow-ups'."""
COVERED_AFTER = 3
Reason = Literal["", "questions", "covered"]


def opening(persona: Persona, setup: Setup, seed: str = "") -> Question:
    """The greeting with the career-goals question, or with the exercise's prompt.

    Args:
        persona: who asks.
        setup: role and employer are named where they are given and short.
        seed: the interview's id, so that interviews differ.
    """
    exercise = " ".join(setup.exercise.split())
    if exercise:
        lines = [line for line in persona.exercise if "exercise" in marks(line)] or ["{exercise}"]
        text = fill(pick(lines, f"{seed}:0"), {"exercise": exercise})
        return Question(text=text, kind="opening")
    values = {"role": _short(setup.role, ROLE_WORDS), "company": _short(setup.company, COMPANY_WORDS)}
    lines = [line for line in persona.opening if fillable(line, values)] or list(persona.opening)
    most = max(len(marks(line)) for line in lines)
    text = fill(pick([line for line in lines if len(marks(line)) == most], f"{seed}:0"), values)
    return Question(text=text, kind="opening")


def next_question(persona: Persona, rubric: Rubric, interview: Interview) -> Question:
    """What to say after the last turn's reply; `kind` is "closing" where the interview is over.

    Args:
        persona: who asks.
        rubric: which ids there are, and the cards that serve them.
        interview: its turns with replies and critiques, the latest last; without turns the opening is said.

    Returns:
        One question that was not asked before in this interview, or the closing words.
    """
    if not interview.turns:
        return opening(persona, interview.setup, interview.id)
    seed = f"{interview.id}:{len(interview.turns)}"
    if is_done(persona, rubric, interview):
        return _closing(persona, seed)
    said = [turn.question.text for turn in interview.turns]
    now = standing(rubric, interview)
    if dodged(interview.last):
        met = meet_dodge(persona, rubric, interview, now, said, seed)
        if met:
            return met
    elif asked := _contradiction(persona, interview, said, seed):
        return asked
    return (
        (_related(persona, rubric, now, said, seed) if _related_due(persona, interview, now, said) else None)
        or _probe(persona, rubric, interview, now, said, seed)
        or _related(persona, rubric, now, said, seed)
        or _leftover(persona, rubric, said, seed)
        or _closing(persona, seed)
    )


def is_done(persona: Persona, rubric: Rubric, interview: Interview) -> Reason:
    """Why the interview is over: "questions", "covered", or "" while it is not.

    "questions": as many replies counted as the persona asks questions. "covered": after three replies or
    more, every criterion was met in one of them and no pitfall is open.
    """
    if interview.advanced >= persona.max_questions:
        return "questions"
    if interview.advanced >= COVERED_AFTER and standing(rubric, interview).covered:
        return "covered"
    return ""


def _closing(persona: Persona, seed: str) -> Question:
    return Question(text=pick(persona.closing, seed), kind="closing")


def _short(text: str, words: int) -> str:
    """A role or employer fit for a greeting, or nothing."""
    text = " ".join(text.split()).strip(" .,;:!")
    plain = len(text.split()) <= words and len(text) <= 60 and not any(mark in text for mark in "?{}")
    return text if plain else ""


def _contradiction(persona: Persona, interview: Interview, said: Sequence[str], seed: str) -> Question | None:
    """A question about a contradiction with an earlier reply, once a topic."""
    replies = [(turn.number, turn.reply) for turn in interview.turns if turn.reply and not dodged(turn)]
    asked_about = set()
    for place, turn in enumerate(interview.turns[1:], start=1):
        if turn.question.kind == "contradiction":
            before = interview.turns[place - 1]
            earlier = [pair for pair in replies if pair[0] < before.number]
            asked_about |= {found.topic for found in contradictions(earlier, before.reply or "")}
    for found in contradictions(replies[:-1], interview.last.reply or ""):
        said_before, said_now = found.earlier_quote, found.later_quote
        values = {
            "earlier": short_quote([said_before], QUOTE_WORDS, QUOTE_CHARS),
            "later": short_quote([said_now], QUOTE_WORDS, QUOTE_CHARS),
        }
        lines = unasked(persona.contradiction, said, values)
        if lines and found.topic not in asked_about:
            return Question(
                text=fill(pick(lines, seed), values),
                kind="contradiction",
                focus=list(found.focus),
                guidance=list(contradiction_words().guidance),
            )
    return None


def _related_due(persona: Persona, interview: Interview, now: Standing, said: Sequence[str]) -> bool:
    """True at the related question's place: once, late enough, not before a pitfall where there is room."""
    cues = question_words().related_asked
    asked = any(was_asked(line, said) for line in persona.related)
    if asked or any(cue.search(text) for text in said for cue in cues):
        return False
    room = persona.max_questions - interview.advanced
    hurts = any(id in now.open_pitfalls for id in now.focus)
    return interview.advanced >= min(RELATED_AFTER, persona.max_questions - 1) and not (hurts and room > 1)


def _related(
    persona: Persona, rubric: Rubric, now: Standing, said: Sequence[str], seed: str
) -> Question | None:
    """A related question, if one is left; rather one that speaks to something not yet met."""
    lines = unasked(persona.related, said, {})
    if not lines:
        return None
    open_lines = [line for line in lines if any(now.best.get(id) != "met" for id in speaks_to(line))]
    text = pick(open_lines or lines, seed)
    focus = [id for id in speaks_to(text) if id in rubric.ids]
    return Question(text=text, focus=focus, guidance=cards_of(rubric, focus))


def _probe(
    persona: Persona, rubric: Rubric, interview: Interview, now: Standing, said: Sequence[str], seed: str
) -> Question | None:
    """A question aimed at the first open id for which the bank still has one."""
    for id in to_probe(persona, rubric, now):
        values = _quote(interview, id)
        lines = unasked(persona.bank.get(id, ()), said, values)
        quoting = [line for line in lines if marks(line)]
        if lines:
            text = fill(pick(quoting or lines, seed), values)
            return Question(text=text, focus=[id], guidance=cards_of(rubric, [id]))
    return None


def _quote(interview: Interview, id: str) -> Mapping[str, str]:
    """The candidate's words on that id in the last reply, short enough to be quoted back."""
    critique = interview.last.critique
    if critique is None:
        return {}
    quotes = list(critique.criteria[id].quotes) if id in critique.criteria else []
    quotes += [quote for found in critique.pitfalls if found.id == id for quote in found.quotes]
    return {"quote": short_quote(quotes)}


def _leftover(persona: Persona, rubric: Rubric, said: Sequence[str], seed: str) -> Question | None:
    """Any question of the bank that is still unasked, for an interview that has used up everything else."""
    for id in (part.id for part in rubric.criteria):
        lines = unasked(persona.bank.get(id, ()), said, {})
        if lines:
            return Question(text=pick(lines, seed), focus=[id], guidance=cards_of(rubric, [id]))
    return None
