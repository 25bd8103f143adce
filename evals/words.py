"""The difference of two texts, word by word."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from functools import lru_cache

KEPT_AROUND = 6
"""So many words of a kept run stay beside each change; what lies between is shown as an ellipsis."""
ELLIPSIS = " … "
MOST_MATCHES = 200_000
"""Equal pairs up to which texts are compared by words; one that repeats itself could take minutes."""
_WORDS = re.compile(r"\s*[^\s,{}]*[,{}]|\s*[^\s,{}]+|\s+$")
"""A word ends at a space, and after a comma or brace too: JSON has no spaces."""
_SENTENCES = re.compile(r"[^.!?\n]*[.!?\n]+|[^.!?\n]+")


def word_diff(before: str, after: str) -> list[tuple[str, str]]:
    """What was taken out and put in, in order.

    Args:
        before: the old text.
        after: the new text.

    Returns:
        (op, text): " " for what stayed, "-" for what was there, "+" for what is there now. Long runs that
        stayed are shortened in their middle.
    """
    return list(_diff(before, after))


@lru_cache(maxsize=256)
def _diff(before: str, after: str) -> tuple[tuple[str, str], ...]:
    """The difference, kept: one edit of a prompt makes the same one in every case."""
    found: list[tuple[str, str]] = []
    all_runs = [each for each in runs(before, after) if each[1] or each[2]]
    for place, (same, old, new) in enumerate(all_runs):
        if same:
            found.append((" ", _shortened(list(new), first=place == 0, last=place == len(all_runs) - 1)))
            continue
        found += [("-", "".join(old)), ("+", "".join(new))]
    return tuple(piece for piece in found if piece[1])


def _shortened(words: list[str], *, first: bool, last: bool) -> str:
    head = 0 if first else KEPT_AROUND
    tail = 0 if last else KEPT_AROUND
    if len(words) <= head + tail + 2:
        return "".join(words)
    return "".join(words[:head]) + ELLIPSIS + "".join(words[len(words) - tail :])


def runs(before: str, after: str) -> Iterator[tuple[bool, Sequence[str], Sequence[str]]]:
    """Runs that are the same, and runs that are not, of both texts: (same, old pieces, new pieces).

    By words; by sentences in texts that repeat too many words, and as a whole in those that repeat sentences.
    Spaces make no difference.
    """
    for unit in (_WORDS, _SENTENCES):
        old, new = unit.findall(before), unit.findall(after)
        a, b = [piece.strip() for piece in old], [piece.strip() for piece in new]
        head = _alike(a, b)
        tail = _alike(a[head:][::-1], b[head:][::-1])
        x, y = len(a) - tail, len(b) - tail
        few = _matches(a[head:x], b[head:y]) <= MOST_MATCHES
        if few:
            break
    yield True, old[:head], new[:head]
    if few:
        for op, i, j, k, m in SequenceMatcher(None, a[head:x], b[head:y], autojunk=False).get_opcodes():
            yield op == "equal", old[head + i : head + j], new[head + k : head + m]
    else:
        yield False, old[head:x], new[head:y]
    yield True, old[x:], new[y:]


def _alike(one: Sequence[str], other: Sequence[str]) -> int:
    """How many pieces both begin with."""
    return next(
        (at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )


def _matches(old: Iterable[str], new: Iterable[str]) -> int:
    counts: dict[str, int] = {}
    for word in new:
        counts[word] = counts.get(word, 0) + 1
    return sum(counts.get(word, 0) for word in old)
