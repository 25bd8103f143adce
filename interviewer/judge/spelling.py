"""Mends misspelt words, so that a reply typed in haste is heard like any other."""

from __future__ import annotations

import functools
import re
from collections.abc import Container

from spellchecker import SpellChecker

_WORD = re.compile(r"(?<![\w'])[a-z]{4,30}(?![\w'])")
"""Longer ones are no words, and have more words one slip away than memory holds."""
_SHORT, _COMMON, _KNOWN_SHARE = 5, 200, 0.5
_MOST_REMEMBERED = 20_000


@functools.cache
def _dictionary() -> SpellChecker:
    return SpellChecker(language="en", distance=1)


class Spelling:
    """Corrects words that no English dictionary has.

    A word is only changed into a common one, or one that the judge knows, with the same first letter and one
    slip between them: a letter left out, one too many, two swapped or (in longer words) a wrong one. Words
    with a capital are left alone: they may be names.

    Args:
        known: words that the judge knows.
        kept: words that are left as they are.
    """

    def __init__(self, known: Container[str], kept: Container[str]) -> None:
        self._known = known
        self._kept = kept
        self._remembered = functools.lru_cache(_MOST_REMEMBERED)(self._corrected)

    def corrections(self, reply: str) -> dict[str, str]:
        """For each misspelt word of a reply the word that is meant; none where most words are not English.

        Args:
            reply: the candidate's words as they are.
        """
        words = set(_WORD.findall(reply))
        unknown = [word for word in sorted(words) if not self._is_word(word)]
        if len(unknown) > _KNOWN_SHARE * len(words):
            return {}
        return {word: right for word in unknown if (right := self._remembered(word)) != word}

    def _is_word(self, word: str) -> bool:
        known = word in self._known or word in self._kept or word in _dictionary()
        return known or (word.endswith("s") and self._is_word(word[:-1]))

    def _corrected(self, word: str) -> str:
        """The likeliest word, or the same where there is none."""
        frequency = _dictionary().word_frequency
        likely = {
            other: frequency[other]
            for other in _dictionary().edit_distance_1(word)
            if other[:1] == word[0]
            and (other in self._known or frequency[other] >= _COMMON)
            and (len(word) > _SHORT or len(other) != len(word) or sorted(other) == sorted(word))
        }
        # Who types fast leaves letters out more often than anything else.
        longer = {other: count for other, count in likely.items() if len(other) > len(word)}
        chosen = longer or likely
        return max(chosen, key=lambda other: (other in self._known, chosen[other], other), default=word)
