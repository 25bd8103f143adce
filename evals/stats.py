"""The statistics of the eval system: intervals, agreement, tests, and what a number of cases can show.

Figures and tests come from scikit-learn and SciPy, imported only where one is asked for: each takes longer
to import than a regrade may last. Written out here is what they do not have, or not fast enough: Wilson's
interval (a closed form), quadratic kappa of many tables at once (for the bootstrap), ICC (no library with a
permissive licence has it), Holm's correction (neither has it; the library that does brings 65 MB for two
lines) and the resampling of clusters. The tests hold each of these against a library or a published table.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import sqrt
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Interval = tuple[float, float]
Statistic = Callable[[Floats], Floats]
"""Makes a figure of sums over rows: (resamples, columns) to (resamples,); NaN where it is not defined."""

LEVEL = 0.05
Z_LEVEL = NormalDist().inv_cdf(1 - LEVEL / 2)
Z_POWER = NormalDist().inv_cdf(0.80)
RESAMPLES = 1000
_BLOCK = 2_000_000
"""How many draws are held in memory at once."""


def wilson(k: int, n: int) -> Interval | None:
    """The 95% score interval of a share (Wilson 1927; Newcombe 1998, method 3).

    Args:
        k: how many passed.
        n: of how many; without any there is no interval.
    """
    if n == 0:
        return None
    z2 = Z_LEVEL**2
    middle = (k + z2 / 2) / (n + z2)
    half = Z_LEVEL * sqrt(k * (n - k) / n + z2 / 4) / (n + z2)
    return (0.0 if k == 0 else middle - half, 1.0 if k == n else middle + half)


def quadratic_kappa(truth: Sequence[int], said: Sequence[int]) -> float:
    """Quadratic weighted kappa of two raters (Cohen 1968): 1 full agreement, 0 chance.

    Where both say one and the same level throughout, kappa is 0/0; it is then 1, as they agree.

    Args:
        truth: whole levels with equal steps; at least one.
        said: as many.
    """
    from sklearn.metrics import cohen_kappa_score  # type: ignore[import-untyped]

    low, high = min(*truth, *said), max(*truth, *said)
    if low == high:
        return 1.0
    # All levels in between are named, so that one that nobody used does not move the others closer.
    return float(cohen_kappa_score(truth, said, labels=list(range(low, high + 1)), weights="quadratic"))


def kappa_of(tables: Floats) -> Floats:
    """The same kappa for many tables at once.

    Args:
        tables: counts, (…, levels, levels); the label's level, then what was said.

    Returns:
        (…); NaN for a table without counts.
    """
    step = np.arange(tables.shape[-1])
    cost = (step[:, None] - step[None, :]) ** 2
    total = tables.sum(axis=(-2, -1))
    with np.errstate(divide="ignore", invalid="ignore"):
        chance = (
            tables.sum(axis=-1)[..., :, None] * tables.sum(axis=-2)[..., None, :] / total[..., None, None]
        )
        expected = (cost * chance).sum(axis=(-2, -1))
        found = 1.0 - (cost * tables).sum(axis=(-2, -1)) / expected
    return np.where(total == 0, np.nan, np.where(expected == 0, 1.0, found))


def precision_recall_f1(truth: Sequence[int], said: Sequence[int]) -> tuple[float, float, float]:
    """Precision, recall and F1 of the class 1; 0 where one is 0/0.

    Args:
        truth: 0 or 1 each.
        said: as many.
    """
    from sklearn.metrics import precision_recall_fscore_support

    found = precision_recall_fscore_support(truth, said, average="binary", zero_division=0)
    return float(found[0]), float(found[1]), float(found[2])


def bias(truth: Sequence[float], said: Sequence[float]) -> float:
    """Mean signed difference, said less truth: above 0 is too generous."""
    return float(np.mean(np.asarray(said, dtype=float) - np.asarray(truth, dtype=float)))


def icc(ratings: ArrayLike) -> float | None:
    """ICC(A,1): two-way, absolute agreement, single rater (McGraw & Wong 1996; Shrout & Fleiss' ICC(2,1)).

    Args:
        ratings: (subjects, raters).

    Returns:
        1 where all ratings are the same; None for fewer than two subjects.
    """
    found = float(icc_of(rating_sums(ratings).sum(axis=0)))
    return None if np.isnan(found) else found


def rating_sums(ratings: ArrayLike) -> Floats:
    """What a subject adds to the sums that `icc_of` needs: 1, its ratings, their squares, their sum squared.

    Args:
        ratings: (subjects, raters).
    """
    table = np.asarray(ratings, dtype=float)
    one = np.ones(len(table))
    return np.column_stack([one, table, (table**2).sum(axis=1), table.sum(axis=1) ** 2])


def mean_squares(sums: Floats) -> tuple[Floats, Floats, Floats]:
    """Mean squares of subjects, raters and error in a two-way table without replication.

    Args:
        sums: (…, raters + 3), see `rating_sums`.
    """
    n, raters, squares, totals = sums[..., 0], sums[..., 1:-2], sums[..., -2], sums[..., -1]
    k = raters.shape[-1]
    with np.errstate(divide="ignore", invalid="ignore"):
        grand = raters.sum(axis=-1) ** 2 / (n * k)
        between = totals / k - grand
        among = (raters**2).sum(axis=-1) / n - grand
        # Rounding must not make a mean square that is zero slightly negative.
        error = np.maximum(squares - grand - between - among, 0.0)
        return between / (n - 1), among / (k - 1), error / ((n - 1) * (k - 1))


def icc_of(sums: Floats) -> Floats:
    """ICC(A,1) of many sums at once; NaN for fewer than two subjects."""
    n, k = sums[..., 0], sums.shape[-1] - 3
    subjects, raters, error = mean_squares(sums)
    with np.errstate(divide="ignore", invalid="ignore"):
        below = subjects + (k - 1) * error + k * (raters - error) / n
        found = (subjects - error) / below
    return np.where(n < 2, np.nan, np.where(below == 0, 1.0, found))


def mcnemar_exact(wins: int, losses: int) -> float:
    """Two-sided exact McNemar test: a binomial test that discordant pairs fall either way alike.

    Args:
        wins: pairs that only the candidate passes.
        losses: pairs that only the base passes.
    """
    from scipy.stats import binomtest  # type: ignore[import-untyped]

    return 1.0 if wins + losses == 0 else float(binomtest(wins, wins + losses, 0.5).pvalue)


def flip_exact(differences: ArrayLike, *, seed: int = 0) -> float:
    """Two-sided sign-flip test that independent differences fall either way alike (Fisher 1935).

    It is McNemar's test carried over to clusters: of single pairs that pass or fail it is that test, of sums
    over clusters it lets a cluster's pairs fall together. Exact up to 13 differences, else over a sample.

    Args:
        differences: candidate less base, one for each cluster.
        seed: of the sample.
    """
    from scipy.stats import permutation_test

    values = np.asarray(differences, dtype=float)
    changed = values[values != 0]
    if len(changed) < 2:
        return 1.0  # one difference falls one way or the other: chance does as much every time
    found = permutation_test(
        (changed,), np.sum, permutation_type="samples", n_resamples=2**13, rng=np.random.PCG64(seed)
    )
    return min(1.0, float(found.pvalue))


def holm(ps: Sequence[float]) -> list[float]:
    """P values corrected for their number, step-down (Holm 1979), in the order given."""
    order = np.argsort(ps, kind="stable")
    steps = np.asarray(ps, dtype=float)[order] * (len(ps) - np.arange(len(ps)))
    found = np.empty(len(ps))
    found[order] = np.minimum(np.maximum.accumulate(steps), 1.0) if len(ps) else steps
    return [float(p) for p in found]


def cluster_bootstrap(
    columns: ArrayLike,
    clusters: Sequence[str],
    statistic: Statistic,
    *,
    seed: int = 0,
    resamples: int = RESAMPLES,
) -> Floats:
    """A figure over resamples of whole clusters, drawn with replacement (Davison & Hinkley 1997, 3.8).

    Every figure here is made of sums over rows (counts, cells of a table, squares), so that a resample is a
    weighted sum of the clusters' sums, and all resamples are one product of matrices.

    Args:
        columns: (rows, columns), what each row adds to the sums.
        clusters: each row's cluster; rows of one are drawn together.
        statistic: makes the figure of the sums.
        seed: the same gives the same draws, whatever the order of the rows.
        resamples: how many.

    Returns:
        (resamples,), for `interval` and `two_sided_p`.
    """
    names, codes = np.unique(np.asarray(clusters, dtype=str), return_inverse=True)
    rows = np.asarray(columns, dtype=float)
    sums = np.zeros((len(names), rows.shape[1]))
    np.add.at(sums, codes, rows)
    random = np.random.Generator(np.random.PCG64(seed))
    found = np.empty(resamples)
    step = max(1, _BLOCK // len(names))
    for start in range(0, resamples, step):
        block = min(step, resamples - start)
        drawn = random.integers(len(names), size=(block, len(names)))
        drawn += np.arange(block)[:, None] * len(names)
        times = np.bincount(drawn.ravel(), minlength=block * len(names)).reshape(block, len(names))
        found[start : start + block] = statistic(times.astype(float) @ sums)
    return found


def interval(draws: Floats) -> Interval | None:
    """The percentile 95% interval of a bootstrap; None where no resample has the figure."""
    defined = draws[~np.isnan(draws)]
    if not len(defined):
        return None
    low, high = np.quantile(defined, [LEVEL / 2, 1 - LEVEL / 2])
    return float(low), float(high)


def two_sided_p(draws: Floats) -> float | None:
    """How surprising 0 is for a bootstrapped difference: twice the smaller share of draws on a side of it.

    It says of 5% what the percentile interval says. Draws of exactly 0 count on both sides, and one is added
    to share and whole, so that it is never 0 (Davison & Hinkley 1997, 4.2).
    """
    defined = draws[~np.isnan(draws)]
    if not len(defined):
        return None
    smaller = min(int((defined <= 0).sum()), int((defined >= 0).sum()))
    return min(1.0, 2 * (smaller + 1) / (len(defined) + 1))


def smallest_shift(spread: float, n: int) -> float | None:
    """The smallest mean difference that n pairs show with 80% power at 5%, two-sided: (z.975 + z.80) sd / √n.

    Args:
        spread: standard deviation of the paired differences.
        n: independent pairs (clusters). Fewer than two have no spread, and where nothing differs it is not
            known: None.
    """
    return None if n < 2 or spread == 0 else (Z_LEVEL + Z_POWER) * spread / sqrt(n)


def smallest_flip(discordant: float, n: int) -> float | None:
    """The smallest difference of two paired shares that n pairs show with 80% power at 5%, two-sided.

    Connor (1987) gives n = (z.975 √ψ + z.80 √(ψ - d²))² / d², with ψ the share of discordant pairs; this is
    its solution for d. A difference cannot be larger than ψ: where so few pairs differ that the solution is,
    ψ = d is taken.

    Args:
        discordant: share of pairs in which just one passes, 0..1.
        n: pairs. Up to 5 there is no such difference, as no outcome of the exact test is below 5%: None.
    """
    if 2 * 0.5**n >= LEVEL:
        return None
    first = Z_LEVEL * sqrt(discordant)
    under = Z_POWER**2 * discordant * (n + Z_POWER**2 - Z_LEVEL**2)
    found = (first * sqrt(n) + sqrt(under)) / (n + Z_POWER**2)
    return found if 0 < found <= discordant else _all_one_way(n)


def _all_one_way(n: int) -> float:
    """Connor's d where every discordant pair falls the same way: √(n d) = z.975 + z.80 √(1 - d)."""
    from scipy.optimize import brentq  # type: ignore[import-untyped]

    def lacking(d: float) -> float:
        return sqrt(n * d) - Z_LEVEL - Z_POWER * sqrt(1 - d)

    return float(brentq(lacking, 0.0, 1.0))
