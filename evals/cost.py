"""What it takes to record what is not recorded: calls, tokens, money where the price is known."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from evals.result import Cost
from interviewer.model.price import Price, cost, load_prices
from interviewer.settings import load_settings

if TYPE_CHECKING:
    from evals.tape.library import Library
    from evals.tape.recording import Answered
    from evals.tape.request import Sent
    from evals.tape.transport import Seen


def cost_of(lacking: Sequence[Seen], library: Library) -> Cost:
    """What the missing calls will take, about.

    Prompts are counted; answers are taken to be as long as those recorded so far of the same call, else as
    long as they may be.
    """
    lengths = _answer_lengths(library)
    found = Cost(calls=len(lacking))
    dollars: list[float | None] = []
    prices: dict[str, Price | None] = {}
    for seen in lacking:
        prompt = prompt_tokens(seen.sent)
        call = seen.slot.call.partition("-")[0]
        answer = lengths.get(call) or most_tokens(seen.sent)
        found.prompt_tokens += prompt
        found.completion_tokens += answer
        model = str(seen.sent.body.get("model", ""))
        if model not in prices:
            prices[model] = _price(model)
        dollars.append(cost(prices[model], prompt, 0, answer))
    if dollars and all(each is not None for each in dollars):
        found.usd = sum(each or 0.0 for each in dollars)
    return found


def _price(model: str) -> Price | None:
    """The price that the settings give for the configured model, else that of the list."""
    settings = load_settings()
    if settings.price_input is None or settings.price_output is None or settings.model not in ("", model):
        return load_prices().get(model)
    return Price(settings.price_input, settings.price_input, settings.price_output)


def prompt_tokens(sent: Sent) -> int:
    """About how many tokens a request's words are."""
    from interviewer.model.budget import count

    return sum(count(text) + 4 for _, text in sent.words)


def most_tokens(sent: Sent) -> int:
    """How many tokens the answer to a request may have."""
    for name in ("max_completion_tokens", "max_tokens"):
        if isinstance(value := sent.body.get(name), int):
            return value
    return 0


def used_tokens(response: Answered) -> tuple[int, int] | None:
    """Prompt and completion tokens of a recorded call; None where the endpoint did not report them."""
    for line in reversed(response.body.decode("utf-8", "replace").splitlines()):
        try:
            data = json.loads(line.removeprefix("data:"))
        except ValueError:
            continue
        usage = data.get("usage") if isinstance(data, dict) else None
        if isinstance(usage, dict) and isinstance(usage.get("prompt_tokens"), int):
            return int(usage["prompt_tokens"]), int(usage.get("completion_tokens") or 0)
    return None


def _answer_lengths(library: Library) -> dict[str, int]:
    lengths: dict[str, list[int]] = {}
    for recording in library.recordings():
        if tokens := used_tokens(recording.response):
            lengths.setdefault(recording.slot.call.partition("-")[0], []).append(tokens[1])
    return {call: round(sum(each) / len(each)) for call, each in lengths.items()}
