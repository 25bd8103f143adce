"""How much the sentences of a reply mean what exemplar sentences of a pitfall mean, and are worded like them.

Word vectors (WordLlama, in its own wheel, no network) with one direction per pitfall in their space, and
weights of words and of two words in a row; learned by `python -m evals.judge_train` from
`knowledge/judge/exemplars.yaml` and kept in `meaning.json` beside it.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, ValidationError

from interviewer.errors import DataFileError
from interviewer.judge.text import CleanText, Span, Word, outside
from interviewer.judge.wording import Numbers, summed
from knowledge import PITFALL_IDS
from knowledge.datafile import Frozen, data_error, read_text
from knowledge.word_vectors import DIMENSION, word_llama

TAKEN_BACK = "taken_back"
"""What takes back what a reply has said: the cue, and the direction of how such a reply ends."""
EMPTY_TALK = "empty_talk"
"""The direction of sentences that say nothing: small talk, bare praise, grand words."""
MOST_UNITS = 400
_FEWEST_WORDS = 2
_KNOWN_SHARE = 0.4
Floats = NDArray[np.float64]


class Directions(Frozen):
    """256 numbers, then the bias, for each pitfall, for `TAKEN_BACK` and for `EMPTY_TALK`.

    `exemplars_hash` tells which exemplars they come from; `terms` has for each term of these its rarity in
    hundredths, then a weight in tenths for each direction, in their order.
    """

    about: str
    exemplars_hash: str
    directions: dict[str, tuple[float, ...]]
    terms: dict[str, Numbers] = Field(default_factory=dict)


def embed(texts: Sequence[str]) -> Floats:
    """One vector of 256 numbers and length 1 for each text (zeros where it has no known word)."""
    found = np.asarray(word_llama().embed(list(texts)), dtype=np.float64)
    lengths = np.linalg.norm(found, axis=1, keepdims=True)
    return np.asarray(found / np.maximum(lengths, 1e-9), dtype=np.float64)


@dataclass(frozen=True)
class Unit:
    """A sentence or clause: where it stands in the clean text, its words and their vector."""

    span: Span
    said: str
    vector: Floats


class Meaning:
    """Compares replies with the exemplars.

    Args:
        path: `meaning.json`.

    Raises:
        DataFileError: the file is missing or broken.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    @functools.cached_property
    def _learned(self) -> Directions:
        text = read_text(self._path, "the judge's directions")
        try:
            found = Directions.model_validate(json.loads(text))
        except json.JSONDecodeError as error:
            raise DataFileError(
                self._path, "is not valid JSON; run `python -m evals.judge_train`", error.lineno
            ) from error
        except ValidationError as error:
            raise data_error(error, self._path, {}) from error
        wrong = [id for id, numbers in found.directions.items() if len(numbers) != DIMENSION + 1]
        wrong += [term for term, row in found.terms.items() if len(row) != len(found.directions) + 1]
        if wrong:
            raise DataFileError(
                self._path,
                f"has too few or too many numbers for {wrong[0]}; run `python -m evals.judge_train`",
            )
        return found

    @functools.cached_property
    def _matrix(self) -> Floats:
        """The directions (those learned, `DIMENSION` + 1), in their order."""
        return np.array(list(self._learned.directions.values()), dtype=np.float64)

    def _odds(self, texts: Sequence[str], vectors: Floats) -> Floats:
        """The log odds (texts, directions) that each text means, and is worded as, what was learned."""
        worded = [summed(text, self._learned.terms, len(self._matrix)) for text in texts]
        return np.asarray(vectors @ self._matrix[:, :-1].T + self._matrix[:, -1] + np.array(worded))

    def likeness(self, units: Sequence[Unit]) -> dict[str, tuple[float, Span]]:
        """For each pitfall how like its exemplars (0..1) the most alike clause or sentence is, and where."""
        if not units:
            return {}
        odds = self._odds([unit.said for unit in units], np.stack([unit.vector for unit in units]))
        found = {}
        for place, id in enumerate(self._learned.directions):
            if id not in PITFALL_IDS:
                continue
            best = int(np.argmax(odds[:, place]))
            value = float(np.round(1.0 / (1.0 + np.exp(-odds[best, place])), 2))
            found[id] = (value, units[best].span)
        return found

    def taking_back(self, endings: Sequence[str]) -> Floats:
        """How much each ending of a reply sounds like a goal taken back: log odds; -1 where not learned."""
        return self._odds_of(TAKEN_BACK, endings)

    def empty_talk(self, sentences: Sequence[str]) -> Floats:
        """How much each sentence sounds as if it said nothing: log odds; -1 where not learned."""
        return self._odds_of(EMPTY_TALK, sentences)

    def _odds_of(self, id: str, texts: Sequence[str]) -> Floats:
        learned = list(self._learned.directions)
        if id not in learned or not texts:
            return np.full(len(texts), -1.0)
        return np.asarray(np.round(self._odds(texts, embed(texts))[:, learned.index(id)], 2))


def said_in(
    text: CleanText, sentences: Sequence[Span], known: Container[str], pronouns: Container[str]
) -> str:
    """What some sentences of a reply say, each counted once, in words alone.

    Names and pronouns that stand for people are left out, so that a score does not hang on who speaks or of
    whom, and so are sentences of which most words are not known: another language, or no words at all.

    Args:
        text: the clean text.
        sentences: which of its sentences.
        known: words that are no names.
        pronouns: those to leave out.
    """
    said = dict.fromkeys(_plain(text, sentence, known, pronouns) for sentence in sentences)
    return " ".join(filter(None, said))


def vector_of(said: str) -> Floats | None:
    """The vector of a text; None where it is empty."""
    return np.asarray(np.round(embed([said])[0], 4)) if said else None


def _plain(text: CleanText, sentence: Span, known: Container[str], pronouns: Container[str]) -> str:
    """A sentence without its names; nothing where too few of its words are known."""
    words = list(_unnamed(text, text.words_in(sentence), known))
    if sum(word.text in known for word in words) < _KNOWN_SHARE * len(words):
        return ""
    return " ".join(word.text for word in words if word.text not in pronouns)


def _unnamed(text: CleanText, words: Sequence[Word], known: Container[str]) -> Iterator[Word]:
    """The words that are no names, nor what a hyphen joins to one."""
    name: Word | None = None
    for word in words:
        joined = name is not None and " " not in text.quote(name.start, word.end)
        if word.text in known and not joined:
            name = None
        elif joined or text.quote(word.start, word.end)[:1].isupper():
            name = word
            continue
        yield word


def units_of(text: CleanText, skip: Sequence[Span] = ()) -> list[Unit]:
    """A reply's sentences and clauses of at least two words, each once, with their vectors.

    Args:
        text: the clean text.
        skip: what is left out.
    """
    seen: dict[tuple[int, int], Span] = {}
    for span in (*text.sentences, *text.clauses):
        if len(text.text[span.start : span.end].split()) >= _FEWEST_WORDS:
            seen.setdefault((span.start, span.end), span)
    spans = outside(list(seen.values())[:MOST_UNITS], skip)
    said = [text.text[s.start : s.end] for s in spans]
    vectors = embed(said) if spans else ()
    return [Unit(*unit) for unit in zip(spans, said, vectors, strict=True)]
