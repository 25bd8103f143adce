"""What of a reply is judged as if it had not been said: orders to software, and what is taken back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from interviewer.judge.cues import Hit
from interviewer.judge.text import CleanText, Span

ORDERS, TAKEN_BACK = "orders", "taken_back"
"""The cues by which they are found."""
_LONG_SENTENCE = 30


def unsaid_in(text: CleanText, hits: Mapping[str, Sequence[Hit]]) -> list[Span]:
    """The ranges of a clean text that do not count.

    Args:
        text: the clean text.
        hits: the cues that were found in it.
    """
    return [*_ordered(text, hits.get(ORDERS, ())), *_taken_back(text, hits.get(TAKEN_BACK, ()))]


def _ordered(text: CleanText, orders: Sequence[Hit]) -> list[Span]:
    """What a reply says to the interviewer's software: judged as if it were not there."""
    spans = []
    for hit in orders:
        sentence = text.sentences[text.sentence_at(hit.start)]
        long = len(text.text[sentence.start : sentence.end].split()) > _LONG_SENTENCE
        spans.append(text.clause_at(hit.start, hit.end) if long else sentence)
    return spans


def _taken_back(text: CleanText, hits: Sequence[Hit]) -> list[Span]:
    """What a reply says and then takes back: judged as if it had not been said."""
    return [Span(0, max(hit.start for hit in hits))] if hits else []


def inside(start: int, end: int, spans: Sequence[Span]) -> bool:
    """Whether a range overlaps any of some others."""
    return any(start < s.end and s.start < end for s in spans)


def not_within(hits: Sequence[Hit], spans: Sequence[Span], *, always: bool) -> list[Hit]:
    """The hits outside some ranges, or all of them."""
    return [h for h in hits if always or not inside(h.start, h.end, spans)]
