"""A candidate's words as safe HTML: quotes marked where they stand, and what changed between two texts."""

from __future__ import annotations

import difflib
import html
import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from interviewer.schema import Critique
from knowledge import Rubric

Kind = Literal["strength", "pitfall"]
ICONS: dict[Kind, str] = {"strength": "✓", "pitfall": "!"}
_TOLD = 2
"""With more marks than this on the same words, a tip names them only; the chips have the advice."""
_WORDS = re.compile(r"\s+|[^\s\w]|\w+")
_SENTENCES = re.compile(r"[^.!?]+[.!?]*|[.!?]+")
_LONG = 12_000
"""From so many characters on, sentences are compared instead of words: words would take seconds."""


@dataclass(frozen=True)
class Mark:
    """One quote to mark: `start` and `end` are character positions in the reply."""

    start: int
    end: int
    kind: Kind
    name: str
    advice: str


def find_marks(reply: str, critique: Critique, rubric: Rubric) -> list[Mark]:
    """Where the quotes of what was strong and of what hurts stand in the reply.

    A quote that is not in the reply is left out: verification drops those, so the text was changed.
    """
    found: list[Mark] = []

    def add(quotes: Iterable[str], kind: Kind, name: str, advice: str) -> None:
        for quote in quotes:
            start = reply.find(quote) if quote else -1
            if start >= 0:
                found.append(Mark(start, start + len(quote), kind, name, advice))

    for name, finding in critique.criteria.items():
        if finding.verdict == "met":
            add(finding.quotes, "strength", rubric.criterion(name).name, finding.advice)
    for pitfall in critique.pitfalls:
        add(pitfall.quotes, "pitfall", rubric.pitfall(pitfall.id).name, pitfall.advice)
    return sorted(found, key=lambda mark: (mark.start, mark.end))


def marked_html(reply: str, marks: Sequence[Mark]) -> str:
    """The reply as HTML with its marks; every character of the reply is escaped.

    Marks may overlap: the text is cut at every border, and a piece carries all the marks that cover it. Each
    piece can be reached by keyboard and tells its names to a screen reader, so that colour is never alone.
    """
    borders = sorted({0, len(reply), *(m.start for m in marks), *(m.end for m in marks)})
    pieces: list[str] = []
    before: set[Kind] = set()
    for start, end in itertools.pairwise(borders):
        over = [mark for mark in marks if mark.start < end and mark.end > start]
        text = html.escape(reply[start:end])
        pieces.append(_piece(text, over, start, before) if over else text)
        before = {mark.kind for mark in over}
    return "".join(pieces)


def _piece(text: str, over: Sequence[Mark], start: int, before: set[Kind]) -> str:
    """One piece of the reply; `before` are the kinds that mark what stands right before it."""
    kinds = sorted({mark.kind for mark in over}, reverse=True)
    label = "; ".join(dict.fromkeys(f"{mark.kind}: {mark.name}" for mark in over))
    tell = len(over) <= _TOLD
    tip = "\n".join(dict.fromkeys(f"{ICONS[m.kind]} {m.name}{f'. {m.advice}' if tell else ''}" for m in over))
    icons = "".join(ICONS[kind] for kind in kinds if kind not in before)
    icon = f'<span class="iv-icon" aria-hidden="true">{icons}</span>' if icons else ""
    begins = any(mark.start == start for mark in over)
    focus = ' tabindex="0"' if begins else ""
    said = f'<span class="iv-sr">({html.escape(label)}) </span>' if begins else ""
    classes = " ".join(["iv-mark", *(f"iv-{kind}" for kind in kinds)])
    return f'<mark class="{classes}"{focus} data-tip="{html.escape(tip)}">{icon}{said}{text}</mark>'


def quote_html(text: str) -> str:
    """A quotation as HTML, escaped."""
    return f'<q class="iv-quote">{html.escape(text)}</q>'


def changed_html(before: str, after: str) -> str:
    """The word difference between two texts as HTML: what went is struck out, what came is underlined.

    Args:
        before: the reply.
        after: the stronger answer.
    """
    pieces = _WORDS if len(before) + len(after) <= _LONG else _SENTENCES
    old, new = pieces.findall(before), pieces.findall(after)
    out: list[str] = []
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        gone, come = html.escape("".join(old[i1:i2])), html.escape("".join(new[j1:j2]))
        if tag == "equal":
            out.append(come)
            continue
        if gone.strip():
            out.append(f'<del><span class="iv-sr">removed: </span>{gone}</del>')
        if come.strip():
            out.append(f'<ins><span class="iv-sr">added: </span>{come}</ins>')
        elif come:
            out.append(come)
    return "".join(out)


def split_blanks(text: str, blanks: Sequence[str]) -> list[tuple[str, str]]:
    """A stronger answer cut at its marks: pairs of the words before a blank and the blank's question.

    The last pair has no question. A blank whose mark is not in the text is left out.
    """
    parts: list[tuple[str, str]] = []
    rest = text
    for blank in blanks:
        before, mark, after = rest.partition(f"[{blank}]")
        if mark:
            parts.append((before, blank))
            rest = after
    return [*parts, (rest, "")]


def filled(text: str, answers: dict[str, str]) -> str:
    """A stronger answer with its blanks filled where the candidate has written something."""
    for blank, answer in answers.items():
        text = text.replace(f"[{blank}]", answer, 1)
    return text


def plain(text: str) -> str:
    """Text as Streamlit's Markdown shows it literally, for labels that take no HTML."""
    return re.sub(r"([\\`*_{}\[\]()#|<>~$:^])", r"\\\1", " ".join(text.split()))
