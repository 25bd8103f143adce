"""Learns from exemplar sentences in which direction of the word vectors' space each pitfall lies.

A logistic regression per pitfall over a sentence's vector and its weighed terms: its own exemplars against
its near misses, the other pitfalls' exemplars and plain sentences, both sides weighing the same. Two more
tell how a reply ends that takes its goal back, and which sentences say nothing at all. No labelled reply is
used: cross-validation stays honest.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Collection, Sequence
from itertools import chain
from pathlib import Path
from typing import Annotated

import numpy as np
from pydantic import Field, ValidationError
from scipy.sparse import hstack  # type: ignore[import-untyped]
from sklearn.feature_extraction import DictVectorizer  # type: ignore[import-untyped]

from evals.judge_odds import Features, Ints, proportional_odds, shares
from interviewer.judge.cues import CueBook
from interviewer.judge.meaning import EMPTY_TALK, TAKEN_BACK, Directions, embed
from interviewer.judge.plain import plain
from interviewer.judge.text import Span
from interviewer.judge.wording import RARITY_PARTS, WEIGHT_PARTS, rarity, terms_of, weighed
from knowledge import PITFALL_IDS
from knowledge.datafile import Frozen, data_error, parse_yaml, read_text
from knowledge.word_vectors import DIMENSION

FOLDER = Path(__file__).parents[1] / "knowledge" / "judge"
ABOUT = "Learned by `python -m evals.judge_train` from exemplars.yaml; do not edit by hand."
PENALTY = 0.1
MEANING_PART = 0.5
"""How much a sentence's vector counts beside its terms, which share a length of 1."""
FEWEST_SENTENCES = 2

Sentences = Annotated[tuple[str, ...], Field(min_length=1)]


class Group(Frozen):
    """Sentences that show a pitfall, and sentences that only look like it."""

    says: Sentences
    near: Sentences


class Exemplars(Frozen):
    """All exemplar sentences."""

    pitfalls: dict[str, Group]
    taken_back: Group | None = None
    empty_talk: Group | None = None
    plain: Sentences


def load_exemplars(path: Path) -> Exemplars:
    """Read the exemplars.

    Raises:
        DataFileError: the file is missing or broken.
    """
    data, lines = parse_yaml(read_text(path, "the exemplars"), path)
    try:
        return Exemplars.model_validate(data)
    except ValidationError as error:
        raise data_error(error, path, lines) from error


def learn_directions(book: CueBook, folder: Path = FOLDER) -> Directions:
    """All directions, rounded to three decimals, and the terms' weights: same exemplars, same numbers."""
    path = folder / "exemplars.yaml"
    exemplars = load_exemplars(path)

    def clean(sentences: Sequence[str]) -> list[str]:
        return [words for sentence in sentences if (words := in_words(book, sentence))]

    says = {id: clean(exemplars.pitfalls[id].says) for id in PITFALL_IDS}
    near = {id: clean(exemplars.pitfalls[id].near) for id in PITFALL_IDS}
    neutral = clean(exemplars.plain)
    sides = {}
    for id in PITFALL_IDS:
        others = [text for other in PITFALL_IDS if other != id for text in says[other]]
        sides[id] = (says[id], [*near[id], *neutral, *others])
    talk = clean(exemplars.empty_talk.says) if exemplars.empty_talk else []
    if group := exemplars.taken_back:
        sides[TAKEN_BACK] = (clean(group.says), [*clean(group.near), *neutral, *talk])
    if group := exemplars.empty_talk:
        sides[EMPTY_TALK] = (talk, clean(group.near))
    rows = {text: row for row, text in enumerate(dict.fromkeys(chain(*chain(*sides.values()))))}
    rarities = _rarities(rows)
    vectorizer = DictVectorizer()
    words = vectorizer.fit_transform([weighed(text, rarities) for text in rows])
    x = hstack([embed(list(rows)) * MEANING_PART, words]).tocsr()
    found = {
        id: _direction(x, *([rows[text] for text in side] for side in both)) for id, both in sides.items()
    }
    worded = np.stack([weights for _, weights in found.values()], axis=1).tolist()
    return Directions(
        about=ABOUT,
        exemplars_hash=hashlib.sha256(path.read_bytes()).hexdigest()[:16],
        directions={id: direction for id, (direction, _) in found.items()},
        terms={
            term: (round(rarities[term] * RARITY_PARTS), *weights)
            for term, weights in zip(vectorizer.feature_names_, worded, strict=True)
        },
    )


def in_words(book: CueBook, sentence: str) -> str:
    """A sentence in words alone, as those of replies are compared; nothing where too few are known."""
    text = book.clean(sentence)
    return plain(text, Span(0, len(text.text)), book)


def _rarities(texts: Collection[str]) -> dict[str, float]:
    """The terms to be learned, with how rare each is; one of a single sentence tells of that alone."""
    holding = Counter(term for text in texts for term in set(terms_of(text)))
    return {term: round(rarity(len(texts), n), 2) for term, n in holding.items() if n >= FEWEST_SENTENCES}


def _direction(x: Features, says: Sequence[int], others: Sequence[int]) -> tuple[tuple[float, ...], Ints]:
    """What sounds like some sentences and not like others.

    Args:
        x: (sentences, `DIMENSION` and then terms), the vectors and the weighed terms.
        says: the rows of `x` that it sounds like.
        others: those that it does not.

    Returns:
        The direction (`DIMENSION`,) and, last, what is added to it; each term's weight in tenths. Their sum
        over a sentence is above 0 where it sounds like `says`.
    """
    y = np.repeat([1, 0], [len(says), len(others)])
    rows = x[[*says, *others]]
    weights, cuts = proportional_odds(rows, y, np.full(x.shape[1], PENALTY), share=shares(y))
    direction = np.round(weights[:DIMENSION] * MEANING_PART, 3) + 0.0
    worded = np.rint(weights[DIMENSION:] * WEIGHT_PARTS).astype(int)
    return (*direction.tolist(), *(0.0 - cuts).tolist()), worded


def dump_directions(directions: Directions) -> str:
    """The directions as the text of `meaning.json`, one a line."""
    rows = ",\n".join(
        f"  {json.dumps(id)}: {json.dumps(numbers)}" for id, numbers in directions.directions.items()
    )
    terms = ",\n".join(
        f"  {json.dumps(term)}: {json.dumps(numbers, separators=(',', ':'))}"
        for term, numbers in directions.terms.items()
    )
    head = f' "about": {json.dumps(directions.about)},\n "exemplars_hash": "{directions.exemplars_hash}",\n'
    return "{\n" + head + ' "directions": {\n' + rows + '\n },\n "terms": {\n' + terms + "\n }\n}\n"
