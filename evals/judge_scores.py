"""The agreement figures that the judge is measured by."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray


def kappa(truth: Sequence[int] | NDArray[Any], said: Sequence[int] | NDArray[Any], levels: int) -> float:
    """Quadratic weighted kappa of two raters (Cohen 1968): 1 full agreement, 0 chance.

    Args:
        truth: levels 0..levels-1.
        said: as many.
        levels: how many levels there are.
    """
    counts = np.zeros((levels, levels))
    np.add.at(counts, (np.asarray(truth, dtype=int), np.asarray(said, dtype=int)), 1.0)
    step = np.arange(levels)
    cost = (step[:, None] - step[None, :]) ** 2
    chance = counts.sum(axis=1)[:, None] * counts.sum(axis=0)[None, :] / counts.sum()
    expected = float((cost * chance).sum())
    if expected == 0.0:
        return 1.0
    return 1.0 - float((cost * counts).sum()) / expected


def f1(truth: NDArray[np.bool_], said: NDArray[np.bool_]) -> float:
    """F1 of one class: 0 where nothing is right."""
    right = float((truth & said).sum())
    return 0.0 if right == 0 else 2 * right / float(truth.sum() + said.sum())
