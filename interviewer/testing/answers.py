"""Scripted answers in the form that the model engine asks for. Their words mean nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence


def critique_answer(
    evidence: Mapping[str, Sequence[str]] | None = None,
    *,
    partly: Mapping[str, Sequence[str]] | None = None,
    pitfalls: Mapping[str, str] | None = None,
    stronger: str = "",
    wrong: Sequence[str] = (),
) -> str:
    """A critique as JSON in the engine's schema.

    Args:
        evidence: the criteria that are met, by the quote that shows them.
        partly: the criteria that are partly met, by quote.
        pitfalls: a quote by pitfall id.
        stronger: the stronger answer.
        wrong: the ids that the built-in judge lists and the reply does not show.
    """
    quotes = list(dict.fromkeys([*(evidence or {}), *(partly or {})]))
    return json.dumps(
        {
            "evidence": [
                {
                    "quote": quote,
                    "met": list((evidence or {}).get(quote, ())),
                    "partly": list((partly or {}).get(quote, ())),
                }
                for quote in quotes
            ],
            "wrong": list(wrong),
            "pitfalls": [{"quote": quote, "id": name} for name, quote in (pitfalls or {}).items()],
            "stronger_answer": stronger,
        }
    )


def question_answer(number: int = 1) -> str:
    """A question that no other number gives, so that no guard takes it for a repetition."""
    subjects = ("forecast", "garden", "violin", "bridge", "harvest", "compass", "archive", "lantern")
    first, second = subjects[number % len(subjects)], subjects[(number * 3 + 1) % len(subjects)]
    return f"Number {number}: where does the {first} meet the {second} in what you want?"
