"""Answers built by hand for the tests of the graders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from evals.graders import Item, grade
from evals.judge_data import Labelled
from evals.result import Output, Score
from evals.suite import Case, Expect, Suite
from interviewer.schema import CriterionFinding, Critique, PitfallFinding, StrongerAnswer
from knowledge import Rubric, load_cards, load_rubric
from prompts.personas import Persona, load_persona

REPLY = "I want to lead the ward in three years. This autumn I start the mentoring course."
ASKED = "Hello, I'm Mara, thank you for coming. What are your career goals?"
FINE = "What would tell you in three years that you got there?"


@cache
def rubric() -> Rubric:
    return load_rubric()


@cache
def card_ids() -> frozenset[str]:
    return frozenset(card.id for card in load_cards())


@cache
def persona(name: str = "mara") -> Persona:
    return load_persona(name)


def item(
    subject: str = "question",
    text: str = FINE,
    *,
    case: Mapping[str, Any] | None = None,
    expect: Mapping[str, Any] | None = None,
    output: Mapping[str, Any] | None = None,
    **more: Any,
) -> Item:
    """An item with an answer that nothing is wrong with, but for what is given."""
    fields = {"id": "one", "reply": REPLY, "expect": Expect(**(expect or {})), **(case or {})}
    given = {
        "rubric": rubric(),
        "cards": card_ids(),
        "persona": persona(),
        "transcript": [(ASKED, fields["reply"])],
        **more,
    }
    suite = Suite.model_validate(
        {"suite": "sample", "description": "A sample.", "subject": subject, "graders": ["answered"]}
    )
    answer = Output(text=text, **(output or {}))
    return Item(suite=suite, case=Case.model_validate(fields), output=answer, **given)


def critique(
    verdicts: Mapping[str, tuple[str, str]] | None = None,
    pitfalls: Mapping[str, str] | None = None,
    *,
    overall: int | None = 3,
    focus: Sequence[str] = ("measurable",),
    stronger: str = "",
) -> Critique:
    """A critique: for each id verdict and quote, everything else missing; each point with its cards."""
    said = verdicts or {}
    criteria = {
        part.id: CriterionFinding(
            verdict=said[part.id][0] if part.id in said else "missing",  # type: ignore[arg-type]
            quotes=[said[part.id][1]] if part.id in said else [],
            guidance=list(part.cards[:1]),
        )
        for part in rubric().criteria
    }
    found = [
        PitfallFinding(id=id, quotes=[quote], guidance=list(rubric().pitfall(id).cards[:1]))
        for id, quote in (pitfalls or {}).items()
    ]
    return Critique(
        engine="model",
        criteria=criteria,
        pitfalls=found,
        overall=overall,
        focus=list(focus),
        stronger_answer=StrongerAnswer(text=stronger) if stronger else None,
    )


def judged_item(found: Critique | None, **more: Any) -> Item:
    """An item of the subject `critique`."""
    return item("critique", "", output={"critique": found}, **more)


def label(**more: Any) -> Labelled:
    """A labelled reply on which all is missing, but for what is given."""
    fields = {
        "id": "r1",
        "role": "",
        "company": "",
        "question": ASKED,
        "reply": REPLY,
        "labels": {part.id: "missing" for part in rubric().criteria} | more.pop("labels", {}),
        "pitfalls": frozenset(),
        "overall": 3,
        "focus": ("measurable",),
    }
    return Labelled(**{**fields, **more})


def scores(name: str, given: Item) -> dict[str, Score]:
    """A grader's scores by metric."""
    return {score.metric: score for score in grade(given, [name])}


def passed(name: str, given: Item) -> bool | None:
    """What a pass-or-fail grader says; None where it yields nothing or no value."""
    found = scores(name, given)
    if name not in found or found[name].value is None:
        return None
    score = found[name]
    assert score.evidence and "\n" not in score.evidence
    assert score.value == float(bool(score.passed))
    return score.passed
