"""A figure over the answers of a run before its interval is known, as rows that can be drawn again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from evals.result import CaseResult, Score
from evals.stats import Floats, Statistic

Kind = Literal["rate", "mean", "kappa", "f1", "precision", "recall", "icc", "bias"]
Better = Literal["more", "less", "zero"]
Key = tuple[str, int]
"""A row: case id and sample."""
Rows = list[tuple[CaseResult, Score]]

LESS_IS_BETTER = frozenset({"dropped", "overall_off", "tokens", "words"})


@dataclass(frozen=True)
class Figure:
    """One figure before its interval is known. `compare` lays two of them side by side.

    Args:
        name: as in `Metric`, like `kind`, `better` and `detail`.
        rows: which sample of which case each row is.
        clusters: each row's cluster.
        columns: (rows, columns), what each row adds to the sums that the figure is made of.
        of: makes the figure of sums.
        merit: (rows,), how good each row is by itself, larger is better: for wins, ties and losses.
        exact: the figure over all rows, by the library; None where it is not defined.
    """

    name: str
    kind: Kind
    better: Better
    detail: bool
    rows: list[Key]
    clusters: list[str]
    columns: Floats
    of: Statistic
    merit: Floats
    exact: Callable[[], float | None]


def cluster_of(case: CaseResult) -> str:
    """The cluster of a case: its own id where it names none."""
    return case.cluster or case.id


def plain(name: str, rows: Rows) -> Figure:
    """A rate or a mean."""
    values = np.array([_number(score) for _, score in rows])
    better: Better = "less" if name in LESS_IS_BETTER else "more"
    return Figure(
        name=name,
        kind="rate" if rows[0][1].passed is not None else "mean",
        better=better,
        detail="." in name,
        rows=[(case.id, case.sample) for case, _ in rows],
        clusters=[cluster_of(case) for case, _ in rows],
        columns=np.column_stack([values, np.ones(len(values))]),
        of=mean_of,
        merit=-values if better == "less" else values,
        exact=lambda: float(values.mean()),
    )


def _number(score: Score) -> float:
    return float(score.passed) if score.passed is not None else score.value or 0.0


def mean_of(sums: Floats) -> Floats:
    """The mean, of a sum and a count; NaN of nothing."""
    with np.errstate(invalid="ignore"):
        found: Floats = sums[:, 0] / sums[:, 1]
    return found
