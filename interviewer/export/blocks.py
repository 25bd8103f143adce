"""What a written-out interview is made of: headings, paragraphs with marked words, tables."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from interviewer.schema import Critique

Style = Literal["plain", "bold", "muted", "strength", "pitfall"]
Kind = Literal["plain", "bullet", "question", "reply"]


@dataclass(frozen=True)
class Span:
    """Words in one style. They are data: a renderer must not read markup into them."""

    text: str
    style: Style = "plain"


@dataclass(frozen=True)
class Heading:
    """A heading; level 1 is the title."""

    level: int
    text: str


@dataclass(frozen=True)
class Paragraph:
    """One paragraph. `reply` and `question` are someone's words, shown apart from the critique of them."""

    spans: tuple[Span, ...]
    kind: Kind = "plain"


@dataclass(frozen=True)
class Table:
    """A table: the first column holds names, the others short marks."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...] = field(default=())


Block = Heading | Paragraph | Table


def paragraph(*parts: str | Span, kind: Kind = "plain") -> Paragraph:
    """A paragraph of plain strings and spans, without the empty ones."""
    spans = (part if isinstance(part, Span) else Span(part) for part in parts)
    return Paragraph(tuple(span for span in spans if span.text), kind)


def marked(reply: str, critique: Critique | None) -> tuple[Span, ...]:
    """The reply with its quoted parts marked; where a strength and a pitfall overlap, the pitfall shows.

    Args:
        reply: the candidate's words.
        critique: its quotes are verbatim parts of the reply; one that is not is left out.
    """
    if critique is None:
        return (Span(reply),)
    styles: list[Style] = ["plain"] * len(reply)
    strong = [
        quote for found in critique.criteria.values() if found.verdict == "met" for quote in found.quotes
    ]
    _mark(styles, reply, strong, "strength")
    _mark(styles, reply, [quote for pitfall in critique.pitfalls for quote in pitfall.quotes], "pitfall")
    spans, start = [], 0
    for end in range(1, len(reply) + 1):
        if end == len(reply) or styles[end] != styles[start]:
            spans.append(Span(reply[start:end], styles[start]))
            start = end
    return tuple(spans)


def _mark(styles: list[Style], reply: str, quotes: Iterable[str], style: Style) -> None:
    for quote in quotes:
        start = reply.find(quote) if quote else -1
        if start >= 0:
            styles[start : start + len(quote)] = [style] * len(quote)
