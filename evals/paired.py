"""One figure of two runs, pair by pair: the difference, how sure it is, and what so many could show."""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan, sqrt

import numpy as np

from evals.comparison import Comparison, Verdict
from evals.figure import Figure
from evals.stats import (
    LEVEL,
    Floats,
    cluster_bootstrap,
    flip_exact,
    interval,
    mcnemar_exact,
    smallest_flip,
    smallest_shift,
    two_sided_p,
)

RESAMPLES = 4000
"""Enough that the smallest p value of a bootstrap, 2/4001, is still below 5% after Holm over 90 metrics."""
FEW = 20
"""Fewer independent cases (clusters) than this settle nothing, unless the difference is significant."""
FEWEST = 6
"""A difference that fewer clusters show is not significant: chance points all of n one way with p = 2 · 0.5ⁿ,
which for fewer is above 5%."""
PLAUSIBLE = 0.25
"""Share of a metric's range that a prompt change may be expected to move it by. Where not even that could be
seen, the cases are too few."""
BIAS_RANGE = 4.0
"""From level 1 to level 5."""
_SAME = 1e-12


@dataclass(frozen=True)
class Paired:
    """A figure of both runs over the rows that both have.

    Args:
        base: the figure of the base.
        candidate: the same of the candidate.
        left: the places of the common rows in the base's.
        right: their places in the candidate's.
        seed: of the bootstrap.
    """

    base: Figure
    candidate: Figure
    left: list[int]
    right: list[int]
    seed: int = 0

    @classmethod
    def of(cls, base: Figure, candidate: Figure, seed: int = 0) -> Paired:
        """Find the rows that both have."""
        at = {row: place for place, row in enumerate(candidate.rows)}
        left = [place for place, row in enumerate(base.rows) if row in at]
        return cls(base, candidate, left, [at[base.rows[place]] for place in left], seed)

    @property
    def names(self) -> list[str]:
        """The cluster of each pair."""
        return [self.base.clusters[place] for place in self.left]

    @property
    def clusters(self) -> int:
        """How many pairs are independent."""
        return len(set(self.names))

    @property
    def gain(self) -> Floats:
        """By how much the candidate is better, pair by pair."""
        return self.candidate.merit[self.right] - self.base.merit[self.left]

    @property
    def columns(self) -> Floats:
        """What each pair adds to the sums: the base's columns, then the candidate's."""
        return np.hstack([self.base.columns[self.left], self.candidate.columns[self.right]])

    def both(self, sums: Floats) -> tuple[Floats, Floats]:
        """The figure of either run, of sums over pairs."""
        width = self.base.columns.shape[1]
        return self.base.of(sums[:, :width]), self.candidate.of(sums[:, width:])

    def difference(self, sums: Floats) -> Floats:
        """Candidate less base, of sums over pairs.

        Where nearer to zero is better, it is the difference of the distances from zero: to go from half a
        level too generous to half a level too strict is no gain.
        """
        base, candidate = self.both(sums)
        return abs(candidate) - abs(base) if self.base.better == "zero" else candidate - base

    def comparison(self) -> Comparison:
        """Everything but the corrected p value and the verdict, for which the other metrics are needed."""
        found = Comparison(
            metric=self.base.name,
            n=len(self.left),
            base=None,
            candidate=None,
            better=self.base.better,
            detail=self.base.detail,
        )
        if not self.left:
            return found
        total = self.columns.sum(axis=0, keepdims=True)
        base, candidate = self.both(total)
        found.base, found.candidate = _number(base), _number(candidate)
        found.difference = _number(self.difference(total))
        gain = self.gain
        found.wins, found.losses = int((gain > _SAME).sum()), int((gain < -_SAME).sum())
        found.ties = found.n - found.wins - found.losses
        if self.clusters < 2:
            return found
        draws = cluster_bootstrap(
            self.columns, self.names, self.difference, seed=self.seed, resamples=RESAMPLES
        )
        found.low, found.high = interval(draws) or (None, None)
        found.p = self._p(found, draws)
        found.smallest = self._smallest(draws)
        return found

    def _p(self, found: Comparison, draws: Floats) -> float | None:
        """Exact McNemar of pairs that pass or fail; where clusters hold several, their signs flip together.

        Any other figure has the bootstrap's p value, so that all metrics can be corrected for their number.
        """
        if self.base.kind != "rate":
            return two_sided_p(draws)
        if self.clusters == found.n:
            return mcnemar_exact(found.wins, found.losses)
        return flip_exact(self._by_cluster(), seed=self.seed)

    def _by_cluster(self) -> Floats:
        """The gains of each cluster's pairs together."""
        _, codes = np.unique(self.names, return_inverse=True)
        return np.bincount(codes, weights=self.gain).astype(float)

    def _smallest(self, draws: Floats) -> float | None:
        """The smallest effect that this many show; of a figure that is no mean, by its bootstrap's spread."""
        clusters = self.clusters
        if self.base.kind not in ("rate", "mean"):
            defined = draws[~np.isnan(draws)]
            return smallest_shift(float(defined.std()) * sqrt(clusters), clusters) if len(defined) else None
        shift = self.candidate.columns[self.right, 0] - self.base.columns[self.left, 0]
        _, codes = np.unique(self.names, return_inverse=True)
        means = np.bincount(codes, weights=shift) / np.bincount(codes)
        by_mean = smallest_shift(float(means.std(ddof=1)), clusters)
        if self.base.kind == "mean":
            return by_mean
        discordant = float((shift != 0).mean())
        if clusters == len(shift):
            return smallest_flip(discordant, clusters)
        return by_mean or smallest_flip(discordant, clusters)

    def verdict(self, found: Comparison) -> Verdict:
        """What is known: significant where the corrected p value and the interval both say so."""
        low, high = found.low, found.high
        if found.difference is None or low is None or high is None:
            return "TOO FEW CASES"
        sure = found.p_holm is not None and found.p_holm < LEVEL and (low > _SAME or high < -_SAME)
        changed = int((abs(self._by_cluster()) > _SAME).sum())
        if sure and changed >= FEWEST:
            rises = found.difference > 0
            return "IMPROVED" if rises == (found.better == "more") else "REGRESSED"
        smallest = found.smallest or 0.0
        if self.clusters < FEW or smallest > PLAUSIBLE * self._range():
            return "TOO FEW CASES"
        return "NO DETECTABLE CHANGE"

    def _range(self) -> float:
        """How far the metric can move; an open-ended mean: as far as its values in these runs lie apart."""
        if self.base.kind == "bias":
            return BIAS_RANGE
        if self.base.kind != "mean":
            return 1.0
        values = np.concatenate([self.base.columns[:, 0], self.candidate.columns[:, 0]])
        low, high = float(values.min()), float(values.max())
        return 1.0 if low >= 0 and high <= 1 else high - low


def _number(values: Floats) -> float | None:
    value = float(values[0])
    return None if isnan(value) else value
