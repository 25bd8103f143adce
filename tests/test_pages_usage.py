"""The line about tokens and cost says only what the endpoint reported."""

from __future__ import annotations

from interviewer.pages.words import usage_line
from interviewer.schema import Usage


def usage(**more: object) -> Usage:
    return Usage.model_validate({"call": "question", "model": "m", **more})


def test_tokens_cached_share_and_cost() -> None:
    first = usage(prompt_tokens=1000, cached_tokens=800, completion_tokens=30, cost_usd=0.0004)
    second = usage(prompt_tokens=1000, cached_tokens=0, completion_tokens=70, cost_usd=0.0006)
    assert usage_line([first, second]) == (
        "The model read 2,000 tokens (40% of them cached) and wrote 100: $0.0010."
    )


def test_an_unknown_price_or_count_is_not_guessed() -> None:
    assert usage_line([usage(prompt_tokens=10, completion_tokens=2)]).endswith("price not known.")
    assert "did not report" in usage_line([usage()])
    half = [usage(prompt_tokens=10, completion_tokens=2, cost_usd=1.0), usage(prompt_tokens=10)]
    assert usage_line(half).endswith("price not known.")
