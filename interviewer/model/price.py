"""What a call cost, where the price is known; never a guess."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from interviewer.errors import DataFileError
from interviewer.model.client import is_openai

if TYPE_CHECKING:
    from interviewer.settings import Settings

PRICES = Path(__file__).parent / "prices.toml"


@dataclass(frozen=True)
class Price:
    """US dollars per million tokens. `cached` is for prompt tokens that the endpoint had in its cache."""

    input: float
    cached: float
    output: float


@lru_cache(maxsize=4)
def load_prices(path: Path = PRICES) -> dict[str, Price]:
    """Read the price list.

    Raises:
        DataFileError: the file is broken.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))["models"]
        return {
            name: Price(float(row["input"]), float(row["cached"]), float(row["output"]))
            for name, row in table.items()
        }
    except (OSError, tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
        raise DataFileError(path, f"cannot be read as a price list ({error})") from error


def price_of(settings: Settings) -> Price | None:
    """The configured model's price: the settings' own, else the list's for OpenAI's endpoint, else None."""
    if settings.price_input is not None and settings.price_output is not None:
        return Price(settings.price_input, settings.price_input, settings.price_output)
    return load_prices().get(settings.model) if is_openai(settings) else None


def cost(
    price: Price | None, prompt_tokens: int | None, cached_tokens: int | None, completion_tokens: int | None
) -> float | None:
    """US dollars of one call, or None where the price or the tokens are not known."""
    if price is None or prompt_tokens is None or completion_tokens is None:
        return None
    cached = min(cached_tokens or 0, prompt_tokens)
    total = (prompt_tokens - cached) * price.input + cached * price.cached + completion_tokens * price.output
    return total / 1_000_000
