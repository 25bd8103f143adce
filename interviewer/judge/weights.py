"""The learned part: how much each feature speaks for each id, read from `knowledge/judge/weights.json`."""

from __future__ import annotations

import json
import operator
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, ValidationError

from interviewer.errors import DataFileError
from interviewer.judge.wording import Wording, expected
from knowledge.datafile import Frozen, data_error, read_text

Vector = NDArray[np.float64]
SENSE = "sense_"
"""What the names of the features of `Weights.senses` begin with."""


class Scale(Frozen):
    """A weighted sum over features, and where it is cut.

    `cuts` rise: below the first is `missing` (or absent), each further one is the next verdict.
    """

    weights: dict[str, float]
    cuts: Annotated[tuple[float, ...], Field(min_length=1, max_length=2)]

    def score(self, features: Mapping[str, float]) -> float:
        """The weighted sum over a reply's features (those not weighted count nothing)."""
        return sum(weight * features[name] for name, weight in self.weights.items() if features.get(name))

    def level(self, score: float) -> int:
        """How many cuts the score reaches."""
        return sum(score >= cut for cut in self.cuts)


class Sense(Frozen):
    """How a reply with a verdict sounds: a direction in the space of word vectors, and where it is cut.

    Args:
        direction: one number a dimension.
        cuts: of the proportional odds, as many as there are verdicts above the lowest.
    """

    direction: tuple[float, ...]
    cuts: Annotated[tuple[float, ...], Field(min_length=1, max_length=2)]

    def score(self, vector: Vector) -> float:
        """How far a vector lies in the direction."""
        return float(sum(map(operator.mul, self.direction, vector.tolist())))

    def value(self, vector: Vector) -> float:
        """How much a reply sounds so, from 0 to 1: its expected verdict, as a share of the highest.

        Args:
            vector: the reply's, one number a dimension.
        """
        return expected(self.score(vector), self.cuts)


class Weights(Frozen):
    """All scales. `cues_hash` and `data_hash` tell from which cues and labelled replies they were learned.

    Args:
        criteria: a scale for each criterion.
        pitfalls: a scale for each pitfall.
        senses: for any of them how such replies sound; the feature `sense_<id>` of its scale.
        wording: which words such replies use; the features `worded_<id>`.
    """

    about: str
    cues_hash: str
    data_hash: str
    criteria: dict[str, Scale]
    pitfalls: dict[str, Scale]
    senses: dict[str, Sense] = Field(default_factory=dict)
    wording: Wording | None = None


def load_weights(path: Path) -> Weights:
    """Read the weights.

    Raises:
        DataFileError: the file is missing or broken.
    """
    text = read_text(path, "the judge's weights")
    try:
        return Weights.model_validate(json.loads(text))
    except json.JSONDecodeError as error:
        raise DataFileError(
            path, "is not valid JSON; run `python -m evals.judge_train`", error.lineno
        ) from error
    except ValidationError as error:
        raise data_error(error, path, {}) from error
