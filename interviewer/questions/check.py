"""Tells where a persona breaks its own rules: what a coach's edited copy has to be checked for before use."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from interviewer.questions.data import question_words
from interviewer.questions.lines import MARK, marks, normalise
from knowledge import Rubric
from prompts.personas import Persona

MARKS: dict[str, frozenset[str]] = {
    "opening": frozenset({"role", "company"}),
    "exercise": frozenset({"exercise"}),
    "again": frozenset(),
    "no_answer": frozenset({"again"}),
    "dodge": frozenset({"again"}),
    "move_on": frozenset(),
    "contradiction": frozenset({"earlier", "later"}),
    "related": frozenset(),
    "closing": frozenset(),
    "bank": frozenset({"quote"}),
}
FEWEST = {
    "again": 4,
    "no_answer": 5,
    "move_on": 1,
    "contradiction": 3,
    "related": 4,
    "closing": 2,
    "bank": 3,
}
"""How many lines a persona needs, so that an interview does not run dry."""
ALIKE = 0.8
"""Share of words in common from which two lines read as the same."""
MOST_QUESTIONS = range(4, 8)


def check_persona(persona: Persona, rubric: Rubric, others: Sequence[Persona] = ()) -> list[str]:
    """What breaks the rules of a persona, one plain line each; nothing where all is well.

    Args:
        persona: the one to check.
        rubric: the ids that its bank has to serve.
        others: personas whose lines it should not share.
    """
    lines = list(all_lines(persona))
    found = [*_bank(persona, rubric), *_counts(persona), *_opening(persona)]
    for field, line in lines:
        found += (f"{field}: {problem}: {_cut(line)}" for problem in _line(persona, field, line))
    for phrase in ("{earlier}", "{later}"):
        found += (
            f"contradiction: lacks {phrase}: {_cut(x)}" for x in persona.contradiction if phrase not in x
        )
    return [*found, *_repeats(lines), *_shared(persona, lines, others)]


def all_lines(persona: Persona) -> Iterator[tuple[str, str]]:
    """Every line that the persona can say, with its place, such as `bank.timely`."""
    for field in MARKS:
        value = getattr(persona, field)
        if isinstance(value, dict):
            yield from ((f"{field}.{key}", line) for key, lines in value.items() for line in lines)
        else:
            yield from ((field, line) for line in value)


def _bank(persona: Persona, rubric: Rubric) -> Iterator[str]:
    for id in rubric.ids:
        count = len(persona.bank.get(id, ()))
        if count < FEWEST["bank"]:
            yield f"bank.{id}: has {count} questions; write at least {FEWEST['bank']}"
        elif all(marks(line) for line in persona.bank[id]):
            yield f"bank.{id}: every question needs a quote; write one without {{quote}}"
    for id in (*persona.bank, *persona.probes_first):
        if id not in rubric.ids:
            yield f"{id}: is no id of the rubric; correct its spelling"


def _counts(persona: Persona) -> Iterator[str]:
    for field, fewest in FEWEST.items():
        if field != "bank" and len(getattr(persona, field)) < fewest:
            yield f"{field}: has {len(getattr(persona, field))} lines; write at least {fewest}"
    if persona.max_questions not in MOST_QUESTIONS:
        yield f"max_questions: {persona.max_questions} is outside 4 to 7"
    if not any("{again}" in line for line in persona.no_answer):
        yield "no_answer: no line has {again}, so a follow-up that is dodged cannot be asked anew"
    if all("{again}" in line for line in persona.no_answer):
        yield "no_answer: every line has {again}; write some that ask for themselves"


def _opening(persona: Persona) -> Iterator[str]:
    asks = question_words().opening
    for line in persona.opening:
        if not asks.search(line) or not line.rstrip().endswith("?"):
            yield f"opening: does not ask for the career goals at its end: {_cut(line)}"
    if all(marks(line) for line in persona.opening):
        yield "opening: every line needs a role or an employer; write one without"
    if not any("exercise" in marks(line) for line in persona.exercise):
        yield "exercise: no line has {exercise}"


def _line(persona: Persona, field: str, line: str) -> Iterator[str]:
    """What is wrong with one line."""
    words, part = question_words(), field.split(".")[0]
    allowed = MARKS[part]
    yield from (f"{{{name}}} is not filled here" for name in marks(line) if name not in allowed)
    if re.search(r"[{}]", MARK.sub("", line)):
        yield "a lone brace"
    asks = line.count("?") + sum(line.count(f"{{{name}}}") for name in ("again", "exercise"))
    if part == "closing" and asks:
        yield "asks a question"
    elif part != "closing" and asks != 1:
        yield f"asks {asks} questions instead of one"
    elif part not in ("closing", "move_on") and words.double.search(line):
        yield "asks two things at once"
    longest = words.longest.opening if part == "opening" else words.longest.line
    if len(line.split()) > longest:
        yield f"longer than {longest} words"
    said = MARK.sub("", line)
    if praise := next((found for rule in words.praise if (found := rule.search(said))), None):
        yield f"praises ({praise.group()})"
    for word in persona.vocabulary.never:
        if re.search(rf"\b{re.escape(normalise(word))}\b", normalise(said)):
            yield f"says {word!r}, which {persona.name} never does"


def _repeats(lines: Sequence[tuple[str, str]]) -> Iterator[str]:
    """Lines that are in the persona twice, or near enough."""
    seen = [
        (field, line, _words(line)) for field, line in lines if not field.startswith(("opening", "exercise"))
    ]
    for place, (field, line, words) in enumerate(seen):
        for other_field, _, other in seen[:place]:
            if _alike(words, other) >= ALIKE:
                yield f"{field}: reads like a line of {other_field}: {_cut(line)}"


def _shared(persona: Persona, lines: Sequence[tuple[str, str]], others: Sequence[Persona]) -> Iterator[str]:
    for other in others:
        if other.id == persona.id:
            continue
        theirs = [_words(line) for _, line in all_lines(other)]
        for field, line in lines:
            if len(_words(line)) > 3 and any(_alike(_words(line), words) >= ALIKE for words in theirs):
                yield f"{field}: {other.name} says nearly the same: {_cut(line)}"


def _words(line: str) -> frozenset[str]:
    return frozenset(normalise(MARK.sub("", line)).split())


def _alike(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / len(one | other) if one and other else 0.0


def _cut(line: str) -> str:
    return line if len(line) <= 70 else line[:67] + "..."
