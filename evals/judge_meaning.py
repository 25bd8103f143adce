"""Learns from exemplar sentences in which direction of the word vectors' space each pitfall lies.

A logistic regression per pitfall: its own exemplars against its near misses, the other pitfalls' exemplars
and plain sentences, both sides weighing the same. Two more tell how a reply ends that takes its goal back,
and which sentences say nothing at all. No labelled reply is used: cross-validation stays honest.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Annotated

import numpy as np
from pydantic import Field, ValidationError

from evals.judge_odds import proportional_odds, shares
from interviewer.judge.cues import CueBook
from interviewer.judge.meaning import EMPTY_TALK, TAKEN_BACK, Directions, Floats, embed
from knowledge import PITFALL_IDS
from knowledge.datafile import Frozen, data_error, parse_yaml, read_text

FOLDER = Path(__file__).parents[1] / "knowledge" / "judge"
ABOUT = "Learned by `python -m evals.judge_train` from exemplars.yaml; do not edit by hand."
PENALTY = 0.3
TAKEN_BACK_PENALTY = 1.0

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
    """All directions, rounded to three decimals: same exemplars, same numbers."""
    path = folder / "exemplars.yaml"
    exemplars = load_exemplars(path)

    def vectors(sentences: tuple[str, ...]) -> Floats:
        return embed([book.clean(s).text for s in sentences])

    says = {id: vectors(exemplars.pitfalls[id].says) for id in PITFALL_IDS}
    near = {id: vectors(exemplars.pitfalls[id].near) for id in PITFALL_IDS}
    plain = vectors(exemplars.plain)
    found = {}
    for id in PITFALL_IDS:
        others = np.concatenate([near[id], plain, *(says[other] for other in PITFALL_IDS if other != id)])
        found[id] = _direction(says[id], others)
    if group := exemplars.taken_back:
        others = np.concatenate([vectors(group.near), plain])
        found[TAKEN_BACK] = _direction(vectors(group.says), others, TAKEN_BACK_PENALTY)
    if group := exemplars.empty_talk:
        found[EMPTY_TALK] = _direction(vectors(group.says), vectors(group.near))
    return Directions(
        about=ABOUT, exemplars_hash=hashlib.sha256(path.read_bytes()).hexdigest()[:16], directions=found
    )


def _direction(says: Floats, others: Floats, penalty: float = PENALTY) -> tuple[float, ...]:
    """The direction (dimensions,) and, last, what is added to it: above 0 sounds like `says`."""
    x = np.concatenate([says, others])
    y = np.repeat([1, 0], [len(says), len(others)])
    weights, cuts = proportional_odds(x, y, np.full(x.shape[1], penalty), share=shares(y))
    return (*weights.tolist(), *(0.0 - cuts).tolist())


def dump_directions(directions: Directions) -> str:
    """The directions as the text of `meaning.json`, one a line."""
    rows = ",\n".join(
        f"  {json.dumps(id)}: {json.dumps(numbers)}" for id, numbers in directions.directions.items()
    )
    head = f' "about": {json.dumps(directions.about)},\n "exemplars_hash": "{directions.exemplars_hash}",\n'
    return "{\n" + head + ' "directions": {\n' + rows + "\n }\n}\n"
