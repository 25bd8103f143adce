"""Agreement with labels: figures made of pairs of levels, the label's and what was said."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evals.figure import Better, Figure, Key, Kind, Rows, cluster_of, mean_of
from evals.stats import (
    Floats,
    Statistic,
    bias,
    icc,
    icc_of,
    kappa_of,
    precision_recall_f1,
    quadratic_kappa,
    rating_sums,
)

Whole = NDArray[np.int64]
_LEVELS = {"criterion": 3, "pitfall": 2, "overall": 6, "judge_agreement": 2}
"""How many levels a pair has, counted from 0. `overall` is 1 to 5, so that its level 0 stays empty."""


def agreement(family: str, parts: Mapping[str, Rows]) -> list[Figure]:
    """The figures of a family of pairs.

    `criterion`: the mean over the criteria of quadratic kappa, and each. `pitfall`: F1, precision and recall,
    each the mean over the pitfalls that a label has, and each one's F1. `overall`: kappa, ICC and bias.
    `judge_agreement`: kappa, precision and recall. Any other: kappa.

    Args:
        family: a metric's name up to its dot.
        parts: rows with pairs, by what follows the dot; all of them.
    """
    return _FAMILIES.get(family, _one_kappa)(family, _Pairs.of(family, parts))


@dataclass(frozen=True)
class _Pairs:
    """Labels beside what was said, for one or several parts (criteria, pitfalls) of the same answers.

    `label` and `said` are (rows, parts); -1 in both where a part has no pair.
    """

    ids: list[str]
    rows: list[Key]
    clusters: list[str]
    label: Whole
    said: Whole
    levels: int

    @classmethod
    def of(cls, family: str, parts: Mapping[str, Rows]) -> _Pairs:
        """Bring the parts' rows together, in the order in which they came."""
        at: dict[Key, int] = {}
        clusters: list[str] = []
        for rows in parts.values():
            for case, _ in rows:
                if at.setdefault((case.id, case.sample), len(at)) == len(clusters):
                    clusters.append(cluster_of(case))
        table = np.full((2, len(at), len(parts)), -1)
        for column, rows in enumerate(parts.values()):
            for case, score in rows:
                if score.pair is not None:
                    table[:, at[case.id, case.sample], column] = score.pair
        levels = max(_LEVELS.get(family, 2), int(table.max()) + 1)
        return cls(list(parts), list(at), clusters, table[0], table[1], levels)

    def part(self, column: int) -> _Pairs:
        """One part alone, with the rows that have it."""
        kept = np.flatnonzero(self.label[:, column] >= 0)
        rows, clusters = [self.rows[i] for i in kept], [self.clusters[i] for i in kept]
        label, said = self.label[kept, column : column + 1], self.said[kept, column : column + 1]
        return _Pairs([self.ids[column]], rows, clusters, label, said, self.levels)

    def lists(self, column: int = 0) -> tuple[list[int], list[int]]:
        """Labels and what was said, of one part."""
        kept = self.label[:, column] >= 0
        return self.label[kept, column].tolist(), self.said[kept, column].tolist()

    def tables(self) -> Floats:
        """(rows, parts · levels · levels): each row's cell in its parts' tables."""
        cells = np.zeros((*self.label.shape, self.levels**2))
        row, column = np.nonzero(self.label >= 0)
        cells[row, column, self.label[row, column] * self.levels + self.said[row, column]] = 1.0
        return cells.reshape(len(self.rows), -1)

    def hits(self) -> Floats:
        """(rows, parts · 3): whether a part is rightly said, wrongly said, or wrongly left out."""
        cells = [
            (self.label == 1) & (self.said == 1),
            (self.label == 0) & (self.said == 1),
            (self.label == 1) & (self.said == 0),
        ]
        return np.stack(cells, axis=-1).astype(float).reshape(len(self.rows), -1)

    def figure(
        self,
        name: str,
        kind: Kind,
        columns: Floats,
        of: Statistic,
        merit: Floats,
        exact: Callable[[], float | None],
        better: Better = "more",
    ) -> Figure:
        """A figure over these rows."""
        return Figure(
            name, kind, better, "." in name, self.rows, self.clusters, columns, of, merit, exact
        )  # fmt: skip


def _kappa(name: str, pairs: _Pairs) -> Figure:
    """Quadratic kappa, the mean over the parts."""
    levels, parts = pairs.levels, len(pairs.ids)

    def of(sums: Floats) -> Floats:
        return _mean_defined(kappa_of(sums.reshape(-1, parts, levels, levels)))

    def exact() -> float:
        return float(np.mean([quadratic_kappa(*pairs.lists(column)) for column in range(parts)]))

    merit = -((pairs.label - pairs.said) ** 2).sum(axis=1).astype(float)
    return pairs.figure(name, "kappa", pairs.tables(), of, merit, exact)


def _mean_defined(values: Floats) -> Floats:
    """Mean over the last axis of what is defined; NaN where nothing is."""
    there = ~np.isnan(values)
    with np.errstate(invalid="ignore"):
        found: Floats = np.where(there, values, 0.0).sum(axis=-1) / there.sum(axis=-1)
    return found


def _criteria(family: str, pairs: _Pairs) -> list[Figure]:
    parts = [_kappa(f"criteria_kappa.{id}", pairs.part(column)) for column, id in enumerate(pairs.ids)]
    return [_kappa("criteria_kappa", pairs), *parts]


def _one_kappa(family: str, pairs: _Pairs) -> list[Figure]:
    return [_kappa(f"{family}_kappa", pairs)]


def _share(hits: Floats, kind: Kind) -> Floats:
    """Precision, recall or F1 of (…, 3) counts; 0 where it is 0/0."""
    right, alarms, missed = hits[..., 0], hits[..., 1], hits[..., 2]
    above, below = {
        "precision": (right, right + alarms),
        "recall": (right, right + missed),
        "f1": (2 * right, 2 * right + alarms + missed),
    }[kind]
    return np.where(below > 0, above / np.maximum(below, 1.0), 0.0)


def _detection(name: str, kind: Kind, pairs: _Pairs, *, said_counts: bool = False) -> Figure:
    """Precision, recall or F1, the mean over the parts that occur, that is: that a label has.

    With `said_counts`, one that was only said occurs too.
    """
    which = ("precision", "recall", "f1").index(kind)

    def occurs(hits: Floats) -> NDArray[np.bool_]:
        return (hits.sum(axis=-1) if said_counts else hits[..., 0] + hits[..., 2]) > 0

    def of(sums: Floats) -> Floats:
        hits = sums.reshape(len(sums), -1, 3)
        return _mean_defined(np.where(occurs(hits), _share(hits, kind), np.nan))

    def exact() -> float | None:
        there = np.flatnonzero(occurs(columns.sum(axis=0).reshape(-1, 3)))
        values = [precision_recall_f1(*pairs.lists(int(part)))[which] for part in there]
        return float(np.mean(values)) if values else None

    columns = pairs.hits()
    right, alarms, missed = columns.reshape(len(columns), -1, 3).sum(axis=1).T
    merit = {"precision": right - alarms, "recall": -missed, "f1": -alarms - missed}[kind]
    return pairs.figure(name, kind, columns, of, merit, exact)


def _pitfalls(family: str, pairs: _Pairs) -> list[Figure]:
    kinds: tuple[Kind, ...] = ("f1", "precision", "recall")
    parts = [
        _detection(f"pitfall_f1.{id}", "f1", pairs.part(column), said_counts=True)
        for column, id in enumerate(pairs.ids)
    ]
    return [*(_detection(f"pitfall_{kind}", kind, pairs) for kind in kinds), *parts]


def _judge(family: str, pairs: _Pairs) -> list[Figure]:
    kinds: tuple[Kind, ...] = ("precision", "recall")
    return [_kappa("judge_kappa", pairs), *(_detection(f"judge_{kind}", kind, pairs) for kind in kinds)]


def _overall(family: str, pairs: _Pairs) -> list[Figure]:
    label, said = pairs.lists()
    off = np.array(said, dtype=float) - np.array(label, dtype=float)
    ratings = np.column_stack([label, said])
    plain = np.column_stack([off, np.ones(len(off))])
    return [
        _kappa("overall_kappa", pairs),
        pairs.figure("overall_icc", "icc", rating_sums(ratings), icc_of, -np.abs(off), lambda: icc(ratings)),
        pairs.figure("overall_bias", "bias", plain, mean_of, -np.abs(off), lambda: bias(label, said), "zero"),
    ]


_FAMILIES: dict[str, Callable[[str, _Pairs], list[Figure]]] = {
    "criterion": _criteria,
    "pitfall": _pitfalls,
    "overall": _overall,
    "judge_agreement": _judge,
}
