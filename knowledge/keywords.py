"""Keyword search over the cards: how likely each would have worded the query, on lightly stemmed words."""

from __future__ import annotations

import itertools
import re
from collections import Counter
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
USUAL_WORDS = 100
"""With how many words, as usual as they come, each card's own are mixed: 50 to 400 find nearly the same."""


def word_list(text: str) -> list[str]:
    """The words of a text as they stand, in lower case, with one kind of apostrophe."""
    return _WORD.findall(text.lower().replace("’", "'"))


def words(text: str) -> list[str]:
    """What a text is searched by: its words without function words, stemmed, and all pairs of neighbours.

    The pairs keep the function words, since "as it is" or "move up" say more than their single words.
    """
    found = [word.split("'")[0] for word in word_list(text)]
    stemmed = [_stem(word) for word in found]
    single = [stem for word, stem in zip(found, stemmed, strict=True) if word and word not in STOP_WORDS]
    return single + [f"{left}_{right}" for left, right in itertools.pairwise(stemmed)]


def _stem(word: str) -> str:
    """Cut the commonest English endings, so that "earning" and "earn" are one word."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)] + ("i" if ending in ("ies", "ied") else "")
    return word[:-1] + "i" if word.endswith("y") and len(word) > 3 else word


def card_words(card: Card) -> list[str]:
    """What a card is searched by: the words of its title, what candidates say, its terms and its text."""
    return [word for text in (card.title, *card.says, *card.terms, card.body) for word in words(text)]


class KeywordIndex:
    """Query likelihood over one document a card.

    A word that a short card lacks says little against it, one that a long card lacks says much: BM25, which
    counts only what is there, puts a coach's card of a few lines behind every long one. Dirichlet smoothing
    (Zhai and Lafferty, SIGIR 2001).
    """

    def __init__(self, cards: Sequence[Card]) -> None:
        """Count the cards' words (milliseconds)."""
        documents = [Counter(card_words(card)) for card in cards]
        self._place = {word: row for row, word in enumerate(dict.fromkeys(w for d in documents for w in d))}
        counts = np.zeros((len(self._place), len(cards)))
        for card, document in enumerate(documents):
            for word, times in document.items():
                counts[self._place[word], card] = times
        lengths = counts.sum(axis=0)
        usual = (counts / np.maximum(lengths, 1)).sum(axis=1, keepdims=True) / max(len(cards), 1)
        # One row for each word, one column for each card.
        self._weights = np.log((counts + USUAL_WORDS * usual) / ((lengths + USUAL_WORDS) * usual))

    def scores(self, query: str) -> NDArray[np.float64]:
        """For each card, in the cards' order, how much likelier the query's words are in it than usual.

        Log odds, above 0 where they are likelier; all 0 where no card has any of them.
        """
        rows = [self._place[word] for word in words(query) if word in self._place]
        return np.asarray(self._weights[rows].sum(axis=0), dtype=np.float64)
