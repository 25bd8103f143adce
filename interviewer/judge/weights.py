"""The learned part: how much each feature speaks for each id, read from `knowledge/judge/weights.json`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationError

from interviewer.errors import DataFileError
from knowledge.datafile import Frozen, data_error, read_text


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


class Weights(Frozen):
    """All scales. `cues_hash` and `data_hash` tell from which cues and labelled replies they were learned."""

    about: str
    cues_hash: str
    data_hash: str
    criteria: dict[str, Scale]
    pitfalls: dict[str, Scale]


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
