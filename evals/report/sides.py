"""Two texts side by side, with what is gone marked in one and what is new in the other."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher

Piece = tuple[str, str]
"""(op, text): " " for what stayed, "-" for what was there, "+" for what is there now."""
MOST_MATCHES = 200_000
"""Equal pairs up to which texts are compared by words; one that repeats itself could take minutes."""
_WORDS = re.compile(r"\s*\S+|\s+$")
_SENTENCES = re.compile(r"[^.!?\n]*[.!?\n]+|[^.!?\n]+")


def sides(before: str, after: str) -> tuple[list[Piece], list[Piece]]:
    """Two texts whole, for two columns.

    Returns:
        The old text in pieces that are kept or gone, the new one in pieces that are kept or new.
    """
    left: list[Piece] = []
    right: list[Piece] = []
    for same, old, new in _runs(before, after):
        left.append((" " if same else "-", "".join(old)))
        right.append((" " if same else "+", "".join(new)))
    return unspaced(left), unspaced(right)


def unspaced(pieces: Iterable[Piece]) -> list[Piece]:
    """The pieces with no mark on the spaces around words, and neighbours of a kind joined."""
    found: list[Piece] = []
    for op, text in pieces:
        core = text.strip()
        start = text.index(core) if core else len(text)
        for mark, part in ((" ", text[:start]), (op, core), (" ", text[start + len(core) :])):
            if part and found and found[-1][0] == mark:
                found[-1] = (mark, found[-1][1] + part)
            elif part:
                found.append((mark, part))
    return found


def in_marks(pieces: Iterable[Piece]) -> list[Piece]:
    """The pieces with [-what is gone-] and {+what is new+} in marks that need no colour."""
    marks = {"-": "[-{}-]", "+": "{{+{}+}}", " ": "{}"}
    return [(op, marks[op].format(text)) for op, text in unspaced(pieces)]


def _runs(before: str, after: str) -> Iterator[tuple[bool, Sequence[str], Sequence[str]]]:
    """Runs that are the same, and runs that are not, of both texts.

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
