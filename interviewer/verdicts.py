"""How verdicts and scores are said everywhere: as dots and a word, never as a bare number."""

from __future__ import annotations

DOTS = {"met": "●", "partly": "◐", "missing": "○"}
OVERALL = {1: "harmful", 2: "weak", 3: "acceptable", 4: "strong", 5: "excellent"}


def dots(score: int | None) -> str:
    """A score of 1 to 5 as dots and a word; without one, that it was not judged."""
    if score is None:
        return "not judged"
    return f"{'●' * score}{'○' * (5 - score)} {OVERALL[score]}"
