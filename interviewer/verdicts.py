"""How verdicts and scores are said everywhere: as dots and a word, never as a bare number."""

from __future__ import annotations

from interviewer.schema import Critique, Doubt

DOTS = {"met": "●", "partly": "◐", "missing": "○"}
OVERALL = {1: "harmful", 2: "weak", 3: "acceptable", 4: "strong", 5: "excellent"}

_DOUBTS = {
    "met": "the built-in judge says that it comes across",
    "partly": "the built-in judge says that it is partly there",
    "missing": "the built-in judge does not see it",
    "present": "only the built-in judge sees it",
    "absent": "the built-in judge does not see it",
}


def doubt_lines(critique: Critique) -> dict[str, str]:
    """A line for each criterion and pitfall that the model and the built-in judge read differently."""
    return {doubt.id: f"Less certain: {_DOUBTS[doubt.says]}." for doubt in critique.doubts}


def only_built_in(critique: Critique) -> list[Doubt]:
    """The pitfalls that the built-in judge sees and the model does not."""
    return [doubt for doubt in critique.doubts if doubt.says == "present"]


def dots(score: int | None) -> str:
    """A score of 1 to 5 as dots and a word; without one, that it was not judged."""
    if score is None:
        return "not judged"
    return f"{'●' * score}{'○' * (5 - score)} {OVERALL[score]}"
