"""How much the sentences of a reply mean what exemplar sentences of a pitfall mean, and are worded like them.

Word vectors (WordLlama, in its own wheel, no network) with one direction per pitfall in their space, and
weights of words and of two words in a row; learned by `python -m evals.judge_train` from
`knowledge/judge/exemplars.yaml` and kept in `meaning.json` beside it.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, ValidationError

from interviewer.errors import DataFileError
from interviewer.judge.cues import CueBook
from interviewer.judge.plain import plain
from interviewer.judge.text import CleanText, Span, outside
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
    """A sentence or clause: where it stands in the clean text, what it says in words alone, its vector."""

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
        count = len(self._matrix)
        worded = np.array([summed(text, self._learned.terms, count) for text in texts]).reshape(-1, count)
        return np.asarray(vectors @ self._matrix[:, :-1].T + self._matrix[:, -1] + worded)

    def odds(self, units: Sequence[Unit]) -> Floats:
        """The log odds (units, directions) that each clause or sentence means what was learned."""
        vectors = np.array([unit.vector for unit in units]).reshape(-1, DIMENSION)
        return self._odds([unit.said for unit in units], vectors)

    def likeness(self, units: Sequence[Unit], odds: Floats) -> dict[str, tuple[float, Span]]:
        """For each pitfall how like its exemplars (0..1) the most alike clause or sentence is, and where.

        Args:
            units: the clauses and sentences.
            odds: of `odds`.
        """
        found: dict[str, tuple[float, Span]] = {}
        if not units:
            return found
        for place, id in enumerate(self._learned.directions):
            if id not in PITFALL_IDS:
                continue
            best = int(np.argmax(odds[:, place]))
            value = float(np.round(1.0 / (1.0 + np.exp(-odds[best, place])), 2))
            found[id] = (value, units[best].span)
        return found

    def taking_back(self, endings: Sequence[str]) -> list[float]:
        """How much each ending of a reply, in words alone, sounds like a goal taken back: log odds."""
        return self._of(TAKEN_BACK, self._odds(endings, embed(endings))) if endings else []

    def empty_talk(self, odds: Floats) -> list[float]:
        """How much each clause or sentence sounds as if it said nothing: log odds.

        Args:
            odds: of `odds`.
        """
        return self._of(EMPTY_TALK, odds)

    def _of(self, id: str, odds: Floats) -> list[float]:
        """The log odds of one direction; -1 where it was not learned."""
        learned = list(self._learned.directions)
        if id not in learned:
            return [-1.0] * len(odds)
        return [round(float(value), 2) for value in odds[:, learned.index(id)]]


def vector_of(said: str) -> Floats | None:
    """The vector of a text; None where it is empty."""
    return np.asarray(np.round(embed([said])[0], 4)) if said else None


def units_of(text: CleanText, book: CueBook, skip: Sequence[Span] = ()) -> list[Unit]:
    """A reply's sentences and clauses of at least two words, each once, in words alone, with their vectors.

    Args:
        text: the clean text.
        book: knows names and pronouns, which are left out.
        skip: the ranges that are left out.
    """
    spans = outside(list(dict.fromkeys((*text.sentences, *text.clauses)))[:MOST_UNITS], skip)
    said = {span: plain(text, span, book) for span in spans}
    said = {span: words for span, words in said.items() if len(words.split()) >= _FEWEST_WORDS}
    vectors = embed(list(said.values())) if said else ()
    return [Unit(span, words, vector) for (span, words), vector in zip(said.items(), vectors, strict=True)]
