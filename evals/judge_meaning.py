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
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated

import numpy as np
from pydantic import Field, ValidationError
from scipy.sparse import hstack  # type: ignore[import-untyped]
from sklearn.feature_extraction import DictVectorizer  # type: ignore[import-untyped]

from evals.judge_odds import proportional_odds, shares
from interviewer.judge.cues import CueBook
from interviewer.judge.meaning import EMPTY_TALK, TAKEN_BACK, Directions, embed
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
        return [book.clean(sentence).text for sentence in sentences]

    says = {id: clean(exemplars.pitfalls[id].says) for id in PITFALL_IDS}
    near = {id: clean(exemplars.pitfalls[id].near) for id in PITFALL_IDS}
    plain = clean(exemplars.plain)
    sides = {}
    for id in PITFALL_IDS:
        others = [text for other in PITFALL_IDS if other != id for text in says[other]]
        sides[id] = (says[id], [*near[id], *plain, *others])
    if group := exemplars.taken_back:
        empty = clean(exemplars.empty_talk.says) if exemplars.empty_talk else []
        sides[TAKEN_BACK] = (clean(group.says), [*clean(group.near), *plain, *empty])
    if group := exemplars.empty_talk:
        sides[EMPTY_TALK] = (clean(group.says), clean(group.near))
    rarities = _rarities(dict.fromkeys(text for side in sides.values() for texts in side for text in texts))
    found = {id: _direction(*side, rarities) for id, side in sides.items()}
    return Directions(
        about=ABOUT,
        exemplars_hash=hashlib.sha256(path.read_bytes()).hexdigest()[:16],
        directions={id: direction for id, (direction, _) in found.items()},
        terms={
            term: (round(rarity * RARITY_PARTS), *(worded.get(term, 0) for _, worded in found.values()))
            for term, rarity in sorted(rarities.items())
        },
    )


def _rarities(texts: Iterable[str]) -> dict[str, float]:
    """The terms to be learned, with how rare each is; one of a single sentence tells of that alone."""
    terms = [set(terms_of(text)) for text in texts]
    holding = Counter(term for found in terms for term in found)
    return {term: round(rarity(len(terms), n), 2) for term, n in holding.items() if n >= FEWEST_SENTENCES}


def _direction(
    says: Sequence[str], others: Sequence[str], rarities: Mapping[str, float]
) -> tuple[tuple[float, ...], dict[str, int]]:
    """What sounds like `says` and not like `others`.

    Returns:
        The direction (`DIMENSION`,) and, last, what is added to it; each term's weight in tenths. Their sum
        over a sentence is above 0 where it sounds like `says`.
    """
    texts = [*says, *others]
    vectorizer = DictVectorizer()
    words = vectorizer.fit_transform([weighed(text, rarities) for text in texts])
    x = hstack([embed(texts) * MEANING_PART, words]).tocsr()
    y = np.repeat([1, 0], [len(says), len(others)])
    weights, cuts = proportional_odds(x, y, np.full(x.shape[1], PENALTY), share=shares(y))
    direction = np.round(weights[:DIMENSION] * MEANING_PART, 3) + 0.0
    worded = np.rint(weights[DIMENSION:] * WEIGHT_PARTS).astype(int).tolist()
    named = dict(zip(vectorizer.feature_names_, worded, strict=True))
    return (*direction.tolist(), *(0.0 - cuts).tolist()), named


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
