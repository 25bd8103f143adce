"""Reads the endpoint's token counts into our Usage, with the cost where the price is known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from interviewer.model.price import cost
from interviewer.schema import Usage

if TYPE_CHECKING:
    from interviewer.model.price import Price
    from interviewer.settings import Settings


def read_usage(
    call: Literal["question", "critique", "debrief"],
    settings: Settings,
    price: Price | None,
    metadata: Any,
    *,
    seconds: float,
    first: float | None = None,
) -> Usage:
    """One call's usage.

    Args:
        call: which call.
        settings: for the model's name.
        price: see `price_of`.
        metadata: LangChain's usage metadata, or None where the endpoint reported nothing.
        seconds: from sending the request to the end of the answer.
        first: seconds to the first piece of a streamed answer.
    """
    metadata = metadata or {}
    prompt, generated = metadata.get("input_tokens"), metadata.get("output_tokens")
    cached = (metadata.get("input_token_details") or {}).get("cache_read")
    return Usage(
        call=call,
        model=settings.model,
        prompt_tokens=prompt,
        cached_tokens=cached,
        completion_tokens=generated,
        first_token_seconds=first,
        seconds=round(seconds, 3),
        cost_usd=cost(price, prompt, cached, generated),
    )


def add_usage(first: Usage, second: Usage) -> Usage:
    """Two calls as one: an answer and its repair."""

    def total(one: Any, other: Any) -> Any:
        return None if one is None or other is None else one + other

    return first.model_copy(
        update={
            name: total(getattr(first, name), getattr(second, name))
            for name in ("prompt_tokens", "cached_tokens", "completion_tokens", "seconds", "cost_usd")
        }
    )
