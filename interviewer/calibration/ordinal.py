"""The offset between two raters of one ordered scale, by a cumulative probit model on a grid.

A coach who is a step stricter cannot give less than the lowest level, so the plain mean of the differences
comes out too near to zero. Here the coach's level is the judge's plus an offset plus noise, cut to whole
levels, the outermost open-ended (McCullagh 1980, regression models for ordinal data).
"""

from __future__ import annotations

import math
from functools import cache

import numpy as np

from interviewer.calibration.figures import Floats, Ints

PRIOR = 0.5
"""Before anything is seen, an offset is taken to be normal around 0 with this spread, in steps: shrinkage."""
_OFFSETS = np.arange(-80, 81) * 0.05
_NOISES = np.array([0.25, 0.35, 0.5, 0.7, 1.0, 1.4])
_FLOOR = 1e-9
"""No pair of levels is wholly impossible: one slip of a coach must not decide."""


def table(coach: Ints, judge: Ints, low: int, high: int) -> Floats:
    """How often each pair of levels occurs, (levels, levels): the judge's, then the coach's."""
    size = high - low + 1
    found = np.zeros((size, size))
    np.add.at(found, (judge - low, coach - low), 1.0)
    return found


def offset_of(counts: Floats) -> float:
    """The posterior mean of the offset (Gelman et al., Bayesian Data Analysis, 3rd ed., 2.3 and 3.7).

    The fewer the replies, the nearer to 0 it stays; the noise is averaged over. Deterministic.

    Args:
        counts: from `table`.
    """
    log_prior = -0.5 * (_OFFSETS / PRIOR) ** 2
    log_posterior = np.tensordot(counts, _log_chances(counts.shape[0]), axes=2) + log_prior[:, None]
    weights = np.exp(log_posterior - log_posterior.max()).sum(axis=1)
    return float(weights @ _OFFSETS / weights.sum())


@cache
def _log_chances(size: int) -> Floats:
    """Log chance of each coach's level, (judge's level, coach's level, offset, noise)."""
    levels = np.arange(size)
    edges = np.concatenate([[-np.inf], levels[:-1] + 0.5, [np.inf]])
    at = edges[None, :, None, None] - levels[:, None, None, None] - _OFFSETS[None, None, :, None]
    below = 0.5 * (1 + np.vectorize(math.erf)(at / (_NOISES * math.sqrt(2))))
    chances: Floats = np.log(np.maximum(np.diff(below, axis=1), _FLOOR))
    return chances
