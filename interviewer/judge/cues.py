"""Cue files: phrases that a coach can read and extend, compiled into a matcher over clean text.

The phrase syntax is described in `knowledge/cues/README.md`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError

from interviewer.errors import DataFileError
from interviewer.judge.lists import Lists
from interviewer.judge.phrases import ANY_WORD, GAPS, NUMBER, START, Grammar, counts
from interviewer.judge.spelling import Spelling
from interviewer.judge.text import CleanText
from knowledge import PITFALL_IDS
from knowledge.datafile import Frozen, data_error, parse_yaml, read_text

_NOT_BEFORE = 4
_NEW_THOUGHT = frozenset({"and", "but", "because", "so", "then"})
_NAMED = re.compile(r"<([a-z_]+)>")
"""The lists that a phrase or an entry of a list names."""
_HEAD = re.compile(r"[\w']*")
"""What a phrase's word may match of a word in a text: "and" of "and/or"."""

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

    @property
    def speaks(self) -> bool:
        """Whether it speaks for anything but that there is no answer."""
        return any(sign == "+" and id != "no_answer" for id, sign in self.serves.items())

    @property
    def denies(self) -> bool:
        """Whether it only speaks against pitfalls."""
        return bool(self.serves) and all(
            sign == "-" and id in PITFALL_IDS for id, sign in self.serves.items()
        )


class CueFile(Frozen):
    """One file of cues, and the word lists that it brings beside the shared ones."""

    lists: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    cues: tuple[Cue, ...]


@dataclass(frozen=True)
class Hit:
    """A cue found in a clean text: its range there."""

    cue: str
    start: int
    end: int


_MOST_KNOWN = 20_000
"""So many different words are remembered with the phrases that they may begin."""


class _Phrase:
    """A phrase of a cue, compiled when its first words are met: most of the thousands never are."""

    def __init__(self, cue: Cue, regex: Callable[[], re.Pattern[str]], veto: bool) -> None:
        self.cue, self.veto, self._regex = cue, veto, regex

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        return self._regex()


_Beginning = tuple[_Phrase, frozenset[str] | None]
"""A phrase that a word may begin, and the words of which one must follow that word; None where others may."""


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
            self._add_file(path, _read(path, CueFile, digest))
        self._grammar = Grammar(self.lists)
        self.hash = digest.hexdigest()[:16]
        self._by_word: dict[str, list[_Beginning]] = {}
        self._by_prefix: dict[str, list[_Beginning]] = {}
        self._by_number: list[_Beginning] = []
        self._by_start: list[_Phrase] = []
        self._known: dict[tuple[str, str], list[_Phrase]] = {}
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
        self.grand = frozenset(self.lists.grand_words)
        self.stop = frozenset(self.lists.stop_words)
        self.pronouns = frozenset(self.lists.pronouns)
        kept = {*self.lists.respell, *self.foreign, *(w for f in self.lists.fillers for w in f.split())}
        self._spelling = Spelling(self.vocabulary, kept)

    def clean(self, reply: str) -> CleanText:
        """The reply as clean text, misspelt words mended, by the respellings and fillers of `lists.yaml`."""
        respell = {**self._spelling.corrections(reply), **self.lists.respell}
        return CleanText(reply, respell=respell, fillers=self.lists.fillers)

    def find(self, text: CleanText) -> dict[str, list[Hit]]:
        """The cues that a clean text holds, each with its hits in order; negated and vetoed ones left out."""
        raw: dict[str, list[Hit]] = {}
        vetoes: dict[str, list[int]] = {}
        starts = {next((w.start for w in text.words if w.start >= s.start), -1) for s in text.sentences}
        following = [*(word.text for word in text.words[1:]), ""]
        for i, (word, after) in enumerate(zip(text.words, following, strict=False)):
            for phrase in self._starting(word.text, after, first=word.start in starts):
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

    def _starting(self, word: str, after: str, *, first: bool) -> list[_Phrase]:
        """The phrases that may begin with a word, of which another follows."""
        found = self._known.get((word, after))
        if found is None:
            if len(self._known) >= _MOST_KNOWN:
                self._known = {}
            heads = {after, _HEAD.match(after)[0]}  # type: ignore[index]
            found = self._known[word, after] = [
                phrase
                for phrase, seconds in self._found_by(word)
                if seconds is None or not heads.isdisjoint(seconds)
            ]
        return [*self._by_start, *found] if first else found

    def _found_by(self, word: str) -> list[_Beginning]:
        """The phrases that may begin with a word."""
        found = list(self._by_word.get(word, ()))
        for length in range(2, len(word) + 1):
            found += self._by_prefix.get(word[:length], ())
        if word[0].isdigit() or (word in self.lists.numbers and counts(word)):
            found += self._by_number
        return found

    def _add(self, phrase: str, cue: Cue, *, veto: bool) -> None:
        compiled = _Phrase(cue, partial(self._grammar.compile, phrase), veto)
        for first, seconds in self._grammar.beginnings(phrase.split()).items():
            if first == NUMBER:
                self._by_number.append((compiled, seconds))
            elif first == START:
                self._by_start.append(compiled)
            elif first.endswith("*"):
                self._by_prefix.setdefault(first[:-1], []).append((compiled, seconds))
            else:
                self._by_word.setdefault(first, []).append((compiled, seconds))

    def _add_file(self, path: Path, file: CueFile) -> None:
        """Take in a file's lists and cues; its lists may be named in files that come after it, too."""
        twice = sorted(self.lists.lists.keys() & file.lists.keys())
        if twice:
            raise DataFileError(path, f"the list <{twice[0]}> is there twice; rename one")
        known = {**self.lists.lists, **file.lists}
        for name, entries in file.lists.items():
            for entry in entries:
                _check(entry, f"list <{name}>", known, path)
        _check_rings(file.lists, path)
        self.lists = self.lists.model_copy(update={"lists": known})
        for cue in file.cues:
            if cue.id in self.cues:
                raise DataFileError(path, f"the cue '{cue.id}' is there twice; rename one")
            self.cues[cue.id] = cue
            for phrase in (*cue.phrases, *cue.unless):
                _check(phrase, f"cue '{cue.id}'", known, path)


def _check_rings(lists: Mapping[str, Iterable[str]], path: Path) -> None:
    """No list names itself, nor one that leads back to it."""
    named = {name: _NAMED.findall(" ".join(entries)) for name, entries in lists.items()}
    try:
        TopologicalSorter(named).prepare()
    except CycleError as error:
        ring = " in ".join(f"<{name}>" for name in error.args[1])
        raise DataFileError(path, f"lists hold one another: {ring}; take one entry out") from error


def _check(phrase: str, where: str, known: Collection[str], path: Path) -> None:
    """A phrase of a cue, or an entry of a list, names lists that are known and begins with a word."""
    for name in _NAMED.findall(phrase):
        if name not in ("number", "word") and name not in known:
            raise DataFileError(path, f"{where}: there is no list <{name}>; add it to `lists`")
    if not phrase.strip() or phrase.split()[0] in (*GAPS, ANY_WORD):
        raise DataFileError(path, f"{where}: '{phrase}' should begin with a word of its own")


def _read(path: Path, shape: type[Any], digest: Any) -> Any:
    text = read_text(path, "the cue file")
    digest.update(path.name.encode() + b"\0" + text.encode())
    data, lines = parse_yaml(text, path)
    try:
        return shape.model_validate(data)
    except ValidationError as error:
        raise data_error(error, path, lines) from error
