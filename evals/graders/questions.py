"""Graders of a question's shape: one question, a new one, without praise; and of the opening."""

from __future__ import annotations

import re
from collections.abc import Iterator

from evals.graders.item import Item, judged
from evals.graders.words import as_words, count_questions, ends_with_question, first_alike, unquoted
from evals.result import Score


def one_question(item: Item) -> Iterator[Score]:
    """`one_question`: exactly one question, about one thing; in an interview every line but the last."""
    lines = item.spoken[:-1] if item.suite.subject == "interview" else item.spoken
    problems = [f"{problem}: {text}" for text in lines if (problem := _not_one(text))]
    if lines:
        yield judged("one_question", next(iter(problems), ""), f"asks once: {lines[-1]}")


def _not_one(text: str) -> str:
    from interviewer.questions.data import question_words

    count = count_questions(text)
    if count != 1:
        return f"asks {count} questions"
    double = question_words().double.search(unquoted(text))
    return f"asks two things at once ({double[0]!r})" if double else ""


def not_asked_before(item: Item) -> Iterator[Score]:
    """`not_asked_before`: no earlier question of the interview is the same, or nearly."""
    if item.suite.subject != "question" or not item.spoken or not item.transcript:
        return
    found = first_alike(item.output.text, (question for question, _ in item.transcript))
    problem = f"asks {found[0]!r}; before: {found[1]}" if found else ""
    yield judged("not_asked_before", problem, f"new after {len(item.transcript)}: {item.output.text}")


def no_praise(item: Item) -> Iterator[Score]:
    """`no_praise`: in a realistic interview nothing is praised, by the patterns of `questions.yaml`.

    The candidate's own words, said back ("a great manager"), are no praise.
    """
    if item.case.mode != "realistic" or not item.spoken:
        return
    said = as_words(" . ".join(item.replies))
    found = next((words for text in item.spoken for words in _praise(text, said)), "")
    yield judged("no_praise", f"praises: {found}" if found else "", f"no praise in: {item.spoken[-1]}")


def _praise(text: str, said: str) -> Iterator[str]:
    from interviewer.questions.data import question_words

    own = unquoted(text)
    for rule in question_words().praise:
        for match in rule.finditer(own):
            after = re.match(r"\s*[\w'’]+", own[match.end() :])
            with_next = as_words(match[0] + (after[0] if after else ""))
            echoed = " " in with_next and re.search(rf"\b{re.escape(with_next)}\b", said)
            if not echoed:
                yield match[0]


def asks_career_goals(item: Item) -> Iterator[Score]:
    """`asks_career_goals`: the opening asks for the career goals, and ends there."""
    from interviewer.questions.data import question_words

    if opening := _opening(item):
        problem = ""
        if not question_words().opening.search(opening):
            problem = f"does not ask for the career goals: {opening}"
        elif not ends_with_question(opening):
            problem = f"does not end with its question: {opening}"
        yield judged("asks_career_goals", problem, opening)


def short_enough(item: Item) -> Iterator[Score]:
    """`short_enough`: the opening has no more words than `questions.yaml` allows one."""
    from interviewer.questions.data import question_words

    if opening := _opening(item):
        count, longest = len(opening.split()), question_words().longest.opening
        problem = f"{count} words, more than {longest}: {opening}" if count > longest else ""
        yield judged("short_enough", problem, f"{count} words")


def _opening(item: Item) -> str:
    return item.spoken[0] if item.spoken and item.suite.subject in ("opening", "interview") else ""
