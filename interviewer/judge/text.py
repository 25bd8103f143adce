"""A reply as clean text whose every character knows where it came from, so that quotes stay verbatim.

Cleaning takes out what speech and quick typing put in (fillers, stutters, missing apostrophes) and keeps a
map from each clean character to its place in the reply. Sentences and clauses are spans of the clean text.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Protocol, TypeVar

_PIECE = re.compile(r"[\w'%+&/]+(?:[.,]\d+)*|[^\w\s]|\s+")
_CHARS = {"’": "'", "‘": "'", "`": "'", "´": "'", "\u00a0": " ", "–": "-", "—": "-", "“": '"', "”": '"'}
_END = re.compile(r"[.!?;:\n]+")
_WORD = re.compile(r"[\w'%+&/]+(?:[.,]\d+)*")
_JOINTS = frozenset(
    [
        "and",
        "but",
        "because",
        "so",
        "then",
        "which",
        "or",
        "since",
        "while",
        "although",
        "though",
        "if",
        "when",
        "after",
    ]
)
_ABBREVIATIONS = frozenset(["mr", "mrs", "ms", "dr", "st", "nr", "no", "vs", "etc", "prof"])


@dataclass(frozen=True)
class Span:
    """A half-open range of the clean text."""

    start: int
    end: int


class Range(Protocol):
    """Whatever has a place in the clean text: a span, a cue's hit, a time frame."""

    @property
    def start(self) -> int:
        """Where it begins."""

    @property
    def end(self) -> int:
        """Where it ends; the first place that is no part of it."""


R = TypeVar("R", bound=Range)


def outside(found: Iterable[R], spans: Sequence[Span]) -> list[R]:
    """Those that overlap none of some spans."""
    return [each for each in found if not any(each.start < s.end and s.start < each.end for s in spans)]


@dataclass(frozen=True)
class Word:
    """One word of the clean text, lower case, with its place there."""

    text: str
    start: int
    end: int


class CleanText:
    """A reply, cleaned.

    Args:
        reply: the candidate's words as they are.
        respell: how a word typed or spoken quickly is usually written ("im" to "i'm"); applied word by word.
        fillers: words and word groups that carry nothing ("um", "you know").

    Attributes:
        text: the clean text, lower case.
        words: its words in order.
    """

    def __init__(self, reply: str, *, respell: Mapping[str, str], fillers: Sequence[str]) -> None:
        self.reply = reply
        pieces = _pieces(reply, respell)
        pieces = _without_fillers(pieces, sorted((f.split() for f in fillers), key=len, reverse=True))
        pieces = _without_stutters(pieces)
        chars: list[str] = []
        places: list[int] = []
        for token, start, end in pieces:
            for offset, char in enumerate(token):
                chars.append(char)
                places.append(min(start + offset, end - 1))
            if places:
                places[-1] = end - 1
        self.text = "".join(chars)
        self._places = places
        self.words = [Word(m.group(), m.start(), m.end()) for m in _WORD.finditer(self.text)]
        self._word_starts = [w.start for w in self.words]

    def quote(self, start: int, end: int) -> str:
        """The words of the reply behind a range of the clean text, without blanks or commas at the ends."""
        while end > start and self.text[end - 1] in " ,-\n":
            end -= 1
        while start < end and self.text[start] in " ,-\n":
            start += 1
        if end <= start:
            return ""
        return self.reply[self._places[start] : self._places[end - 1] + 1]

    @cached_property
    def sentences(self) -> list[Span]:
        """The sentences, without the marks that end them."""
        spans: list[Span] = []
        start = 0
        for mark in _END.finditer(self.text):
            after = self.text[mark.end() : mark.end() + 1]
            if mark.group() in ".:" and after.isalnum():
                continue
            before = self.text[start : mark.start()].rsplit(" ", 1)[-1]
            if mark.group() == "." and before in _ABBREVIATIONS:
                continue
            spans.append(Span(start, mark.start()))
            start = mark.end()
        spans.append(Span(start, len(self.text)))
        return [s for s in spans if _WORD.search(self.text, s.start, s.end)]

    @cached_property
    def clauses(self) -> list[Span]:
        """The clauses: sentences cut at commas and before joining words, in pieces of at least four words."""
        return [clause for sentence in self.sentences for clause in self._cut(sentence)]

    def _cut(self, sentence: Span) -> list[Span]:
        words = self.words_in(sentence)
        cuts = [sentence.start]
        count = 0
        for i, word in enumerate(words):
            comma = i > 0 and "," in self.text[words[i - 1].end : word.start]
            left = len(words) - i
            if count >= 4 and left >= 3 and (comma or (word.text in _JOINTS and count >= 6)):
                cuts.append(word.start)
                count = 0
            count += 1
        cuts.append(sentence.end)
        return [Span(a, b) for a, b in pairwise(cuts) if b > a]

    @cached_property
    def _sentence_starts(self) -> list[int]:
        return [s.start for s in self.sentences]

    def sentence_at(self, place: int) -> int:
        """Number of the sentence that holds a place of the clean text."""
        return max(0, bisect_right(self._sentence_starts, place) - 1)

    @cached_property
    def _clause_starts(self) -> list[int]:
        return [c.start for c in self.clauses]

    def clause_at(self, start: int, end: int) -> Span:
        """The clauses that a range touches, as one span."""
        first = max(0, bisect_right(self._clause_starts, start) - 1)
        touched = [c for c in self.clauses[first : bisect_left(self._clause_starts, end)] if start < c.end]
        if not touched:
            return Span(start, end)
        return Span(min(start, touched[0].start), max(end, touched[-1].end))

    def words_in(self, span: Span) -> list[Word]:
        """The words that start within a range."""
        low = bisect_left(self._word_starts, span.start)
        return self.words[low : bisect_left(self._word_starts, span.end)]

    def word_index(self, place: int) -> int:
        """Number of the word that starts at or before a place."""
        return max(0, bisect_right(self._word_starts, place) - 1)


def _pieces(reply: str, respell: Mapping[str, str]) -> list[tuple[str, int, int]]:
    plain = "".join(_plain(char) for char in reply)
    found: list[tuple[str, int, int]] = []
    for match in _PIECE.finditer(plain):
        token, start, end = match.group(), match.start(), match.end()
        if token.isspace():
            token = "\n" if "\n\n" in token else " "
        elif token == "-":
            token = " "
        found.append((respell.get(token, token), start, end))
    return found


def _plain(char: str) -> str:
    char = _CHARS.get(char, char)
    lower = char.lower()
    return lower if len(lower) == 1 else char


def _is_word(piece: tuple[str, int, int]) -> bool:
    return piece[0][0].isalnum() or piece[0][0] == "'"


def _without_fillers(
    pieces: list[tuple[str, int, int]], fillers: list[list[str]]
) -> list[tuple[str, int, int]]:
    starts: dict[str, list[list[str]]] = {}
    for filler in fillers:
        starts.setdefault(filler[0], []).append(filler)
    kept: list[tuple[str, int, int]] = []
    i = 0
    while i < len(pieces):
        length = _filler_length(pieces, i, starts.get(pieces[i][0], []))
        if not length:
            kept.append(pieces[i])
            i += 1
            continue
        i += length
        while i < len(pieces) and pieces[i][0] in ", " and kept and kept[-1][0] in ", ":
            i += 1
    return kept


def _filler_length(pieces: list[tuple[str, int, int]], i: int, fillers: list[list[str]]) -> int:
    for filler in fillers:
        length = 2 * len(filler) - 1
        if [p[0] for p in pieces[i : i + length : 2]] == filler and all(
            p[0] == " " for p in pieces[i + 1 : i + length : 2]
        ):
            return length
    return 0


def _without_stutters(pieces: list[tuple[str, int, int]]) -> list[tuple[str, int, int]]:
    """Drop a group of one to three words that is said again at once ("it's, it's")."""
    words = [i for i, piece in enumerate(pieces) if _is_word(piece)]
    dropped: set[int] = set()
    for size in (3, 2, 1):
        at = 0
        while at + 2 * size <= len(words):
            first, second = words[at : at + size], words[at + size : at + 2 * size]
            between = range(first[0], second[0])
            same = [pieces[i][0] for i in first] == [pieces[i][0] for i in second]
            if same and all(_is_word(pieces[i]) or pieces[i][0] in ", -" for i in between):
                dropped.update(between)
                words = words[:at] + words[at + size :]
            else:
                at += 1
    return [piece for i, piece in enumerate(pieces) if i not in dropped]
