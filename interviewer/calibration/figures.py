"""The figures of a calibration, with intervals: mean difference, mean distance, quadratic kappa.

The interview's program does not import `evals`; the conventions are those of its statistics: kappa is 1
where both raters say one and the same level throughout, intervals are percentiles of a seeded bootstrap.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from interviewer.calibration.shapes import Figure

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
RESAMPLES = 2000
SEED = 20


def resamples(n: int) -> Floats:
    """How often each of `n` replies is drawn in each resample, (resamples, n); the same for the same n."""
    random = np.random.Generator(np.random.PCG64(SEED))
    drawn = random.integers(n, size=(RESAMPLES, n)) + np.arange(RESAMPLES)[:, None] * n
    return np.bincount(drawn.ravel(), minlength=RESAMPLES * n).reshape(RESAMPLES, n).astype(float)


def kappas(times: Floats, coach: Ints, said: Ints, low: int, high: int) -> Floats:
    """Quadratic weighted kappa (Cohen 1968) of each resample.

    Args:
        times: (resamples, replies), how often each reply counts.
        coach: (replies), the coach's level of each.
        said: (replies), what it is compared with.
        low: the lowest level of the scale.
        high: the highest.

    Returns:
        (resamples): 1 is full agreement, 0 chance; 1 where both say one level throughout.
    """
    levels = np.arange(low, high + 1)
    ones = (coach[:, None] == levels).astype(float)
    others = (said[:, None] == levels).astype(float)
    cost = (levels[:, None] - levels[None, :]) ** 2.0
    seen = times @ ((coach - said) ** 2.0)
    chance = ((times @ ones) @ cost * (times @ others)).sum(axis=1) / times.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(chance == 0, 1.0, 1.0 - seen / chance)


def figure(of: Callable[[Floats], Floats], n: int, *, level: float = 0.05) -> Figure:
    """A figure over all replies, with the percentile interval of its bootstrap (Efron 1979).

    Args:
        of: makes the figure of each row of (resamples, replies) counts.
        n: how many replies.
        level: the interval's share of error, both sides together.
    """
    value = float(of(np.ones((1, n)))[0])
    low, high = np.quantile(of(resamples(n)), [level / 2, 1 - level / 2])
    return Figure(value=_tidy(value), interval=(_tidy(low), _tidy(high)))


def mean_of(values: Floats) -> Callable[[Floats], Floats]:
    """The mean of what is drawn, for `figure`."""
    return lambda times: (times @ values) / times.sum(axis=1)


def _tidy(value: float) -> float:
    """Six places, so that a file is the same whatever the machine's sums round to."""
    return round(float(value), 6) + 0.0
