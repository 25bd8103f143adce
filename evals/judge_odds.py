"""Penalised proportional-odds regression after McCullagh (1980): weights, and a cut below each verdict."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize  # type: ignore[import-untyped]
from scipy.sparse import issparse  # type: ignore[import-untyped]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Features = Any
"""A dense or a sparse matrix (SciPy has no types)."""
Bounds = Sequence[tuple[float | None, float | None]]


def proportional_odds(
    x: Features, y: Ints, strength: Floats, bounds: Bounds | None = None, share: Floats | None = None
) -> tuple[Floats, Floats]:
    """Fit it.

    Args:
        x: (replies, features).
        y: (replies,), the verdict as a number from 0.
        strength: (features,), how hard each weight is held down (L2).
        bounds: between what each weight may lie; anything where None.
        share: (replies,), how much each reply counts; 1 where None.

    Returns:
        Weights (features,) and cuts (highest verdict,), rounded to three decimals.
    """
    levels = int(y.max())
    weighs = np.ones(len(y)) if share is None else share
    width = x.shape[1]
    limits = [*bounds, *[(None, None)] * levels] if bounds else None
    columns = x.T.tocsr() if issparse(x) else x.T
    above = np.stack([(y > k).astype(np.float64) for k in range(levels)], axis=1)

    def loss(params: Floats) -> tuple[float, Floats]:
        w, cuts = params[:width], params[width:]
        z = (x @ w)[:, None] - cuts[None, :]
        each = weighs[:, None] * (np.logaddexp(0.0, z) - above * z)
        slope = weighs[:, None] * (1.0 / (1.0 + np.exp(-z)) - above)
        value = float(np.sum(each) + 0.5 * np.sum(strength * w * w))
        return value, np.concatenate([columns @ slope.sum(axis=1) + strength * w, -slope.sum(axis=0)])

    result = minimize(
        loss, np.zeros(width + levels), jac=True, method="L-BFGS-B", bounds=limits, options={"maxiter": 500}
    )
    found: Floats = np.asarray(np.round(result.x, 3), dtype=np.float64)
    return found[:width], found[width:]


def shares(y: Ints) -> Floats:
    """How much each reply counts: where there are two verdicts, one rare, both together weigh the same.

    Args:
        y: (replies,), the verdict as a number from 0.
    """
    counts = np.bincount(y, minlength=int(y.max()) + 1)
    return np.asarray(len(y) / (2 * counts[y])) if len(counts) == 2 else np.ones(len(y))
