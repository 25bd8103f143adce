"""The difference of two texts, word by word."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

KEPT_AROUND = 6
"""So many words of a kept run stay beside each change; what lies between is shown as an ellipsis."""
ELLIPSIS = " … "
_PIECE = re.compile(r"\s*\S+|\s+$")


def word_diff(before: str, after: str) -> list[tuple[str, str]]:
    """What was taken out and put in, in order.

    Args:
        before: the old text.
        after: the new text.

    Returns:
        (op, text): " " for what stayed, "-" for what was there, "+" for what is there now. Long runs that
        stayed are shortened in their middle.
    """
    old, new = _PIECE.findall(before), _PIECE.findall(after)
    pieces: list[tuple[str, str]] = []
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for op, a, b, c, d in matcher.get_opcodes():
        if op == "equal":
            pieces.append((" ", _shortened(old[a:b], first=a == 0, last=b == len(old))))
            continue
        if b > a:
            pieces.append(("-", "".join(old[a:b])))
        if d > c:
            pieces.append(("+", "".join(new[c:d])))
    return [piece for piece in pieces if piece[1]]


def _shortened(words: list[str], *, first: bool, last: bool) -> str:
    head = 0 if first else KEPT_AROUND
    tail = 0 if last else KEPT_AROUND
    if len(words) <= head + tail + 2:
        return "".join(words)
    return "".join(words[:head]) + ELLIPSIS + "".join(words[len(words) - tail :])
