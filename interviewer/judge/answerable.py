"""Tells whether a reply can be judged at all: in English, and more than noise."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from interviewer.judge.cues import CueBook
from interviewer.judge.text import CleanText

_ENGLISH_SHARE = 0.18
_ENOUGH_WORDS, _FEW_WORDS = 5, 12
_KNOWN_SHARE, _KNOWN_IN_A_STRING = 0.34, 0.6
"""Of the words of a short reply so large a share is known, a larger one where no mark parts them."""
_MONOTONE = (3, 20)
"""At most so many different words in at least so many."""
_EMPTY_TALK = "dodge"
"""The cue of buzzwords and other talk that is English, if no answer."""
_VOWELS = frozenset("aeiouy")
_BETWEEN_ITEMS = re.compile(r"\s*(?:[,;/|+•·>\n]|\s[-–—*]\s|^\s*[-*]\s)\s*", re.MULTILINE)
_ITEM_WORDS = 2
_LIST_ITEMS, _LIST_SHARE, _LIST_JOINS = 8, 0.9, 0.2
"""A list of words has so many items, so large a share of short ones, and at most so many joining words."""

Reason = Literal["", "empty", "language", "gibberish"]


def why_not(text: CleanText, book: CueBook) -> Reason:
    """Why a reply cannot be judged, or "" where it can.

    Args:
        text: the clean text.
        book: its lists hold common words of English and of other languages.
    """
    words = [w.text for w in text.words if any(c.isalpha() for c in w.text)]
    if not words:
        return "empty"
    if len(set(words)) <= _MONOTONE[0] and len(text.reply.split()) >= _MONOTONE[1]:
        return "gibberish"
    if _is_word_list(text, words, book):
        return "gibberish"
    letters = [c for w in words for c in w]
    if sum(ord(c) > 0x24F for c in letters) > len(letters) / 3:
        return "language"
    english = sum(w in book.english for w in words) / len(words)
    foreign = sum(w in book.foreign for w in words) / len(words)
    if len(words) >= _ENOUGH_WORDS:
        if foreign > english:
            return "language"
        known = sum(w in book.vocabulary for w in words) / len(words)
        enough = _KNOWN_SHARE if len(text.clauses) > 1 else _KNOWN_IN_A_STRING
        telling = len(words) < _FEW_WORDS and known >= enough
        if english < _ENGLISH_SHARE and not telling and _EMPTY_TALK not in book.find(text):
            return "language" if foreign > _ENGLISH_SHARE else "gibberish"
    unlikely = sum(_is_mash(w) for w in words if w not in book.english)
    odd = sum((ord(c) < 32 and c not in "\t\n\r") or c == "\ufffd" for c in text.reply)
    return "gibberish" if unlikely >= len(words) / 2 or odd > len(words) else ""


def _is_word_list(text: CleanText, words: Sequence[str], book: CueBook) -> bool:
    """Whether a reply strings words or pairs of words together, with commas or bullets and no sentence."""
    items = [item.split() for item in _BETWEEN_ITEMS.split(text.reply) if item.strip(" .-")]
    short = sum(len(item) <= _ITEM_WORDS for item in items)
    joins = sum(w in book.stop for w in words)
    listed = len(items) >= _LIST_ITEMS and short >= _LIST_SHARE * len(items)
    return listed and joins <= _LIST_JOINS * len(words)


def _is_mash(word: str) -> bool:
    """Whether a word looks like keyboard mash: five consonants in a row, or five letters and no vowel."""
    run = longest = 0
    for char in word:
        run = 0 if char in _VOWELS or not char.isalpha() else run + 1
        longest = max(longest, run)
    return longest >= 5 or (len(word) >= 5 and word.isalpha() and not _VOWELS & set(word)) or len(word) > 30
