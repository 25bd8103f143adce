"""Cue files: phrases that a coach can read and extend, compiled into a matcher over clean text.

The phrase syntax is described in `knowledge/cues/README.md`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, ValidationError

from interviewer.errors import DataFileError
from interviewer.judge.text import CleanText
from knowledge.datafile import Frozen, data_error, parse_yaml, read_text

_WORD = r"[\w'%+&/]+(?:[.,]\d+)*"
_SEP = r"[\s,\-\"()]+"
_GAPS = {"..": 3, "...": 7}
_NOT_BEFORE = 4
_NEW_THOUGHT = frozenset({"and", "but", "because", "so", "then"})
_NUMBER = "<number>"

Phrases = Annotated[tuple[str, ...], Field(min_length=1)]


class Cue(Frozen):
    """One cue: phrases that say the same thing, and the ids that they speak for (+) or against (-)."""

    id: str
    note: str
    serves: dict[str, Literal["+", "-"]] = Field(default_factory=dict)
    negated: Literal["drop", "keep"] = "drop"
    beside: Literal["anything", "plan"] = "anything"
    phrases: Phrases
    unless: tuple[str, ...] = ()
    quote: Literal["clause", "match"] = "clause"


class CueFile(Frozen):
    """One file of cues."""

    cues: tuple[Cue, ...]


class Lists(Frozen):
    """Words that the cues share, and how a reply is cleaned before they are looked for."""

    lists: dict[str, tuple[str, ...]]
    respell: dict[str, str]
    fillers: tuple[str, ...]
    negations: tuple[str, ...]
    reference_year: int
    numbers: dict[str, float]
    months: tuple[str, ...]
    seasons: tuple[str, ...]
    english: tuple[str, ...]
    foreign: tuple[str, ...]
    leaning: tuple[str, ...]
    open_questions: tuple[str, ...]
    asks: dict[str, tuple[str, ...]]
    empty_words: tuple[str, ...]
    stop_words: tuple[str, ...]
    cannot_judge: dict[str, str]
    notes: dict[str, str]

    model_config = ConfigDict(extra="forbid", frozen=True, ignored_types=(cached_property,))


@dataclass(frozen=True)
class Hit:
    """A cue found in a clean text: its range there."""

    cue: str
    start: int
    end: int


_MOST_KNOWN = 20_000
"""So many different words are remembered with the phrases that they may begin."""


class _Phrase:
    """A phrase of a cue, compiled when its first word is met: most of the two thousand never are."""

    def __init__(self, cue: Cue, regex: Callable[[], re.Pattern[str]], veto: bool) -> None:
        self.cue, self.veto, self._regex = cue, veto, regex

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        return self._regex()


class CueBook:
    """All cues of a folder, compiled.

    Args:
        folder: holds `lists.yaml` and any number of other `*.yaml` files with cues.

    Raises:
        DataFileError: a file is broken, a list is unknown or an id is there twice.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        digest = hashlib.sha256()
        self.lists = _read(folder / "lists.yaml", Lists, digest)
        self.cues: dict[str, Cue] = {}
        for path in sorted(folder.glob("*.yaml")):
            if path.name == "lists.yaml":
                continue
            for cue in _read(path, CueFile, digest).cues:
                if cue.id in self.cues:
                    raise DataFileError(path, f"the cue '{cue.id}' is there twice; rename one")
                self.cues[cue.id] = cue
                self._check(cue, path)
        self.hash = digest.hexdigest()[:16]
        self._by_word: dict[str, list[_Phrase]] = {}
        self._by_prefix: dict[str, list[_Phrase]] = {}
        self._by_number: list[_Phrase] = []
        self._by_start: list[_Phrase] = []
        self._known: dict[str, list[_Phrase]] = {}
        for cue in self.cues.values():
            for phrase in cue.phrases:
                self._add(phrase, cue, veto=False)
            for phrase in cue.unless:
                self._add(phrase, cue, veto=True)
        self._negations = frozenset(self.lists.negations)
        self.english = frozenset(self.lists.english)
        self.foreign = frozenset(self.lists.foreign) - self.english
        self.vocabulary = self.english | self._words()
        self.empty = frozenset(self.lists.empty_words)
        self.leaning = frozenset(self.lists.leaning)

    def clean(self, reply: str) -> CleanText:
        """The reply as clean text, by the respellings and fillers of `lists.yaml`."""
        return CleanText(reply, respell=self.lists.respell, fillers=self.lists.fillers)

    def find(self, text: CleanText) -> dict[str, list[Hit]]:
        """The cues that a clean text holds, each with its hits in order; negated and vetoed ones left out."""
        raw: dict[str, list[Hit]] = {}
        vetoes: dict[str, list[int]] = {}
        starts = {next((w.start for w in text.words if w.start >= s.start), -1) for s in text.sentences}
        for i, word in enumerate(text.words):
            for phrase in self._starting(word.text, first=word.start in starts):
                match = phrase.pattern.match(text.text, word.start)
                if match is None:
                    continue
                if phrase.veto:
                    vetoes.setdefault(phrase.cue.id, []).append(text.sentence_at(word.start))
                elif phrase.cue.negated == "keep" or not self.is_negated(text, i):
                    raw.setdefault(phrase.cue.id, []).append(Hit(phrase.cue.id, match.start(), match.end()))
        found: dict[str, list[Hit]] = {}
        for id, hits in raw.items():
            kept = [h for h in hits if text.sentence_at(h.start) not in vetoes.get(id, ())]
            if kept:
                found[id] = kept
        return found

    def is_negated(self, text: CleanText, index: int) -> bool:
        """Whether a word of negation stands shortly before the word with that number, in the same clause."""
        start = text.words[index].start
        for word in reversed(text.words[max(0, index - _NOT_BEFORE) : index]):
            between = text.text[word.end : start]
            if any(mark in between for mark in ".!?;:,\n") or word.text in _NEW_THOUGHT:
                return False
            if word.text in self._negations or word.text.endswith("n't"):
                return True
        return False

    def _words(self) -> frozenset[str]:
        """All words that a cue or a shared list spells out."""
        texts = [*self.lists.numbers, *self.lists.months, *self.lists.seasons]
        texts += [entry for entries in self.lists.lists.values() for entry in entries]
        texts += [phrase for cue in self.cues.values() for phrase in cue.phrases]
        return frozenset(re.findall(r"[a-z][a-z']+", " ".join(texts)))

    def compile(self, phrase: str) -> re.Pattern[str]:
        """A phrase as a regular expression over clean text."""
        return re.compile(self._regex(phrase))

    def _starting(self, word: str, *, first: bool) -> list[_Phrase]:
        found = self._known.get(word)
        if found is None:
            if len(self._known) >= _MOST_KNOWN:
                self._known = {}
            found = self._known[word] = self._found_by(word)
        return [*self._by_start, *found] if first else found

    def _found_by(self, word: str) -> list[_Phrase]:
        """The phrases that may begin with a word."""
        found = list(self._by_word.get(word, ()))
        for length in range(2, len(word) + 1):
            found += self._by_prefix.get(word[:length], ())
        if word[0].isdigit() or (word in self.lists.numbers and _counts(word)):
            found += self._by_number
        return found

    def _add(self, phrase: str, cue: Cue, *, veto: bool) -> None:
        compiled = _Phrase(cue, partial(self.compile, phrase), veto)
        firsts = set(self._firsts(phrase.split()))
        for first in firsts:
            if first == _NUMBER:
                self._by_number.append(compiled)
            elif first == "^":
                self._by_start.append(compiled)
            elif first.endswith("*"):
                self._by_prefix.setdefault(first[:-1], []).append(compiled)
            else:
                self._by_word.setdefault(first, []).append(compiled)

    def _firsts(self, tokens: Sequence[str]) -> Iterable[str]:
        token = tokens[0]
        if token == "^":
            yield from ["^"] if tokens[1] in _GAPS else self._firsts(tokens[1:])
            return
        optional = token.endswith("?")
        token = token.removesuffix("?")
        if token == _NUMBER:
            yield token
        elif token.startswith("<"):
            for entry in self.lists.lists[token[1:-1]]:
                yield from self._firsts(entry.split())
        else:
            yield from token.split("/") if len(token) > 1 else (token,)
        if optional:
            yield from self._firsts(tokens[1:])

    def _check(self, cue: Cue, path: Path) -> None:
        for phrase in (*cue.phrases, *cue.unless):
            for name in re.findall(r"<([a-z_]+)>", phrase):
                if name not in ("number", "word") and name not in self.lists.lists:
                    raise DataFileError(path, f"cue '{cue.id}': there is no list <{name}> in lists.yaml")
            if phrase.split()[0] in (*_GAPS, "<word>"):
                raise DataFileError(path, f"cue '{cue.id}': '{phrase}' should begin with a word of its own")

    def _regex(self, phrase: str) -> str:
        parts: list[str] = []
        gap, lead = "", ""
        for token in phrase.split():
            if token in _GAPS:
                gap += (
                    rf"(?:{_SEP}{_WORD}){{0,{_GAPS[token]}}}?"
                    if lead
                    else rf"(?:{_WORD}{_SEP}){{0,{_GAPS[token]}}}?"
                )
            elif token == "^":
                parts.append(r"(?:(?<=[.!?;:\n]\s)|(?<=[.!?;:\n])|(?<![\s\S]))")
            elif token == "$":
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
        if token.startswith("<") and token not in (_NUMBER, "<word>"):
            entries = sorted(self.lists.lists[token[1:-1]], key=len, reverse=True)
            return "(?:" + "|".join(self._inner(entry) for entry in entries) + ")"
        if token == "<number>":
            words = "|".join(sorted((n for n in self.lists.numbers if _counts(n)), key=len, reverse=True))
            return rf"(?:\d[\d.,]*|(?:{words})(?:{_SEP}(?:{words}))*)(?![\w'])"
        return "(?:" + "|".join(_literal(part) for part in token.split("/")) + ")"

    def _inner(self, entry: str) -> str:
        return _SEP.join(self._token(token) for token in entry.split()) + r"(?![\w'])"


def _counts(number: str) -> bool:
    """Whether a number word says how many ("a" and "few" do not)."""
    return number not in ("a", "an", "few", "several", "couple")


def _literal(word: str) -> str:
    if word.endswith("*"):
        return re.escape(word[:-1]) + r"[\w'%+&/]*"
    return re.escape(word) + r"(?![\w'])"


def _read(path: Path, shape: type[Any], digest: Any) -> Any:
    text = read_text(path, "the cue file")
    digest.update(path.name.encode() + b"\0" + text.encode())
    data, lines = parse_yaml(text, path)
    try:
        return shape.model_validate(data)
    except ValidationError as error:
        raise data_error(error, path, lines) from error
