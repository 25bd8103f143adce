"""Phrases of cue files as regular expressions over clean text, and the words that they may begin with.

The syntax is described in `knowledge/cues/README.md`.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Sequence

from interviewer.judge.lists import Lists

_WORD = r"[\w'%+&/]+(?:[.,]\d+)*"
_SEP = r"[\s,\-\"()]+"
GAPS = {"..": 3, "...": 7}
"""How many words may stand in a gap."""
NUMBER, ANY_WORD = "<number>", "<word>"
START, END = "^", "$"


class Grammar:
    """Reads phrases.

    Args:
        lists: the word lists that phrases may name.
    """

    def __init__(self, lists: Lists) -> None:
        self.lists = lists

    def compile(self, phrase: str) -> re.Pattern[str]:
        """A phrase as a regular expression over clean text."""
        return _compiled(self._regex(phrase))

    def beginnings(self, tokens: Sequence[str]) -> dict[str, frozenset[str] | None]:
        """For each word that a phrase may begin with, the words of which one must follow it; None for any.

        A phrase may begin with a word, `word*`, `<number>`, or with `^` for any word at a start.
        """
        found: dict[str, frozenset[str] | None] = {}
        for first, seconds in self._beginnings(tokens):
            known = found.get(first, frozenset())
            found[first] = None if seconds is None or known is None else known | seconds
        return found

    def _beginnings(self, tokens: Sequence[str]) -> Iterable[tuple[str, frozenset[str] | None]]:
        token = tokens[0]
        if token == START and tokens[1] not in GAPS:
            yield from self._beginnings(tokens[1:])
        elif token.endswith("?"):
            yield from self._beginnings([token.removesuffix("?"), *tokens[1:]])
            yield from self._beginnings(tokens[1:])
        elif token.startswith("<") and token != NUMBER:
            for entry in self.lists.lists[token[1:-1]]:
                yield from self._beginnings([*entry.split(), *tokens[1:]])
        else:
            seconds = self._seconds(tokens[1:]) if _is_plain(token) else None
            yield from ((first, seconds) for first in _either(token))

    def _seconds(self, rest: Sequence[str]) -> frozenset[str] | None:
        """The words that the rest of a phrase may begin with; None where it may begin with any."""
        found: set[str] = set()
        for token in rest:
            word = token.removesuffix("?")
            if word in (*GAPS, END, ANY_WORD):
                return None
            firsts = self.beginnings([word]).keys()
            if any(not _is_plain(first) or "*" in first for first in firsts):
                return None
            found |= firsts
            if word == token:
                return frozenset(found)
        return None

    def _regex(self, phrase: str) -> str:
        parts: list[str] = []
        gap, lead = "", ""
        for token in phrase.split():
            if token in GAPS:
                gap += (
                    rf"(?:{_SEP}{_WORD}){{0,{GAPS[token]}}}?"
                    if lead
                    else rf"(?:{_WORD}{_SEP}){{0,{GAPS[token]}}}?"
                )
            elif token == START:
                parts.append(r"(?:(?<=[.!?;:\n]\s)|(?<=[.!?;:\n])|(?<![\s\S]))")
            elif token == END:
                parts.append(r"(?=\s*(?:[.!?;:\n]|$))")
            else:
                body = self._token(token.removesuffix("?"))
                if not token.endswith("?"):
                    parts.append(gap + lead + body)
                    lead = _SEP
                else:
                    parts.append(f"(?:{gap}{lead}{body})?" if lead else f"(?:{body}{_SEP})?")
                gap = ""
        return "".join(parts)

    def _token(self, token: str) -> str:
        if token == ANY_WORD:
            return _WORD
        if token.startswith("<") and token != NUMBER and "/" not in token:
            entries = sorted(self.lists.lists[token[1:-1]], key=len, reverse=True)
            return "(?:" + "|".join(self._inner(entry) for entry in entries) + ")"
        if token == NUMBER:
            words = "|".join(sorted((n for n in self.lists.numbers if counts(n)), key=len, reverse=True))
            return rf"(?:\d[\d.,]*|(?:{words})(?:{_SEP}(?:{words}))*)(?![\w'])"
        parts = (self._token(part) if part.startswith("<") else _literal(part) for part in _either(token))
        return "(?:" + "|".join(parts) + ")"

    def _inner(self, entry: str) -> str:
        return _SEP.join(self._token(token) for token in entry.split()) + r"(?![\w'])"


@functools.lru_cache(20_000)
def _compiled(regex: str) -> re.Pattern[str]:
    """Compiled once for all judges of a process: the cache of `re` holds 512, the cue files thousands."""
    return re.compile(regex)


def _either(token: str) -> Sequence[str]:
    """The words of which a token stands for one ("one/two"); a stroke by itself is a word."""
    return token.split("/") if len(token) > 1 else (token,)


def _is_plain(token: str) -> bool:
    return token not in (START, END, *GAPS) and "<" not in token and not token.endswith("?")


def counts(number: str) -> bool:
    """Whether a number word says how many ("a" and "few" do not)."""
    return number not in ("a", "an", "few", "several", "couple")


def _literal(word: str) -> str:
    if word.endswith("*"):
        return re.escape(word[:-1]) + r"[\w'%+&/]*"
    return re.escape(word) + r"(?![\w'])"
