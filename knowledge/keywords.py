"""Keyword search over the cards: BM25 by bm25s, on lightly stemmed words."""

from __future__ import annotations

import itertools
import logging
import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from knowledge.cards import Card

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_ENDINGS = ("ations", "ation", "ings", "ing", "ies", "ied", "edly", "ed", "es", "ly", "s", "e")
_FUNCTION_WORDS = """
a an the and or but of to in on at for with is are was be been am i it this that my me you your they them
their we do does did would will so as if s t d ll m re ve can could should just have has had what how
when which who not no
"""
STOP_WORDS = frozenset(_FUNCTION_WORDS.split())


def words(text: str) -> list[str]:
    """What a text is searched by: its words without function words, stemmed, and all pairs of neighbours.

    The pairs keep the function words, since "as it is" or "move up" say more than their single words.
    """
    found = [word.split("'")[0] for word in _WORD.findall(text.lower().replace("’", "'"))]
    stemmed = [_stem(word) for word in found]
    single = [stem for word, stem in zip(found, stemmed, strict=True) if word and word not in STOP_WORDS]
    return single + [f"{left}_{right}" for left, right in itertools.pairwise(stemmed)]


def _stem(word: str) -> str:
    """Cut the commonest English endings, so that "earning" and "earn" are one word."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)] + ("i" if ending in ("ies", "ied") else "")
    return word[:-1] + "i" if word.endswith("y") and len(word) > 3 else word


class KeywordIndex:
    """BM25 over one document a card: its title, what candidates say, its terms and its text."""

    def __init__(self, cards: Sequence[Card]) -> None:
        """Index the cards (milliseconds)."""
        import bm25s  # type: ignore[import-untyped]

        # It switches its own logger to debug and logs each step.
        logging.getLogger("bm25s").setLevel(logging.WARNING)
        texts = [(card.title, *card.says, *card.terms, card.body) for card in cards]
        documents = [[word for text in parts for word in words(text)] for parts in texts]
        self._count = len(cards)
        self._bm25 = bm25s.BM25(k1=1.2, b=0.75)
        if any(documents):
            self._bm25.index(documents, show_progress=False)

    def scores(self, query: str) -> NDArray[np.float64]:
        """A score for each card, in the cards' order, 0 where no word is shared; the best is 1."""
        vocabulary = getattr(self._bm25, "vocab_dict", {})
        known = [word for word in words(query) if word in vocabulary]
        if not known:
            return np.zeros(self._count)
        found = np.asarray(self._bm25.get_scores(known), dtype=np.float64)
        best = found.max(initial=0.0)
        return found / best if best > 0 else found
