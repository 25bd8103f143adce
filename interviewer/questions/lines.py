"""Lines of a persona: filling their marks, telling which were asked, choosing one the same way every time."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence

from interviewer.questions.data import question_words

EDGES = ".,;:!…\"'“”‘’ "
MARK = re.compile(r"\{([a-z_]*)\}")
QUOTE_WORDS = 9
QUOTE_CHARS = 70


def marks(line: str) -> tuple[str, ...]:
    """The names of the marks in a line, in order."""
    return tuple(MARK.findall(line))


def fillable(line: str, values: Mapping[str, str]) -> bool:
    """True where every mark of the line has something to fill it."""
    return all(values.get(name) for name in marks(line))


def fill(line: str, values: Mapping[str, str]) -> str:
    """Put the values in. One pass of plain replacement, so a value that looks like a mark stays as it is."""
    return MARK.sub(lambda mark: values.get(mark[1]) or mark[0], line)


def normalise(text: str) -> str:
    """Words only, lower case, single spaces: two lines that read the same compare the same."""
    return " ".join(re.findall(r"\w+", text.casefold()))


def was_asked(line: str, said: Iterable[str]) -> bool:
    """True where one of the things said holds this line, whatever filled its marks."""
    parts = [normalise(part) for part in MARK.split(line)[::2]]
    wording = r"\b.*\b".join(re.escape(part) for part in parts if part)
    if not wording:
        return False
    pattern = re.compile(rf"\b{wording}\b")
    return any(pattern.search(normalise(text)) for text in said)


def unasked(lines: Iterable[str], said: Sequence[str], values: Mapping[str, str]) -> list[str]:
    """Those lines that can be filled and were not asked yet."""
    return [line for line in lines if fillable(line, values) and not was_asked(line, said)]


def pick(lines: Sequence[str], seed: str) -> str:
    """One of the lines: the same for the same seed, different ones over many seeds.

    Raises:
        ValueError: there is none to choose from.
    """
    if not lines:
        raise ValueError("no line to choose from")
    number = int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8], "big")
    return lines[number % len(lines)]


def short_quote(quotes: Iterable[str], words: int = QUOTE_WORDS, chars: int = QUOTE_CHARS) -> str:
    """The first quote that can stand inside a question: short, on one line, without a question of its own."""
    fillers = question_words().fillers
    for quote in quotes:
        trimmed = quote.strip().strip(EDGES)
        trimmed = fillers.sub("", trimmed) or trimmed
        short = len(trimmed) <= chars and len(trimmed.split()) <= words
        if trimmed and short and not re.search(r"[?\"“”\n{}]", trimmed):
            return trimmed
    return ""
