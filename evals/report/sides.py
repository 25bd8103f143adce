"""Two texts side by side, with what is gone marked in one and what is new in the other."""

from __future__ import annotations

from collections.abc import Iterable

from evals.words import runs

Piece = tuple[str, str]
"""(op, text): " " for what stayed, "-" for what was there, "+" for what is there now."""


def sides(before: str, after: str) -> tuple[list[Piece], list[Piece]]:
    """Two texts whole, for two columns.

    Returns:
        The old text in pieces that are kept or gone, the new one in pieces that are kept or new.
    """
    left: list[Piece] = []
    right: list[Piece] = []
    for same, old, new in runs(before, after):
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
