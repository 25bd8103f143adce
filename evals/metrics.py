"""Makes figures of a run's scores: rates, means, and agreement with labels, each with its interval."""

from __future__ import annotations

from collections.abc import Sequence

from evals.figure import Figure, Rows, plain
from evals.pairs import agreement
from evals.result import CaseResult, Metric
from evals.stats import Interval, cluster_bootstrap, interval, wilson


def figures(cases: Sequence[CaseResult], seed: int = 0) -> list[Metric]:
    """The figures over the cases of a run, in the order in which graders gave their scores.

    A score that does not apply (no value, no pair) counts nowhere. A score with `passed` makes a rate, one
    with a pair of levels figures of agreement, any other a mean. A name with a dot is a part of another:
    detail.

    Args:
        cases: with their scores.
        seed: of the bootstrap.
    """
    return [_metric(figure, seed) for figure in figures_of(cases)]


def figures_of(cases: Sequence[CaseResult]) -> list[Figure]:
    """The same without intervals, as rows."""
    found: list[Figure] = []
    by_name = _by_metric(cases)
    families = set()
    for name, rows in by_name.items():
        family = name.partition(".")[0]
        if rows[0][1].pair is None:
            found.append(plain(name, rows))
        elif family not in families:
            families.add(family)
            parts = {n.partition(".")[2]: r for n, r in by_name.items() if n.partition(".")[0] == family}
            found += agreement(family, parts)
    return found


def _by_metric(cases: Sequence[CaseResult]) -> dict[str, Rows]:
    found: dict[str, Rows] = {}
    for case in cases:
        for score in case.scores:
            if score.value is not None or score.pair is not None:
                found.setdefault(score.metric, []).append((case, score))
    return found


def _metric(figure: Figure, seed: int) -> Metric:
    low, high = _interval(figure, seed) or (None, None)
    return Metric(
        name=figure.name,
        n=len(figure.rows),
        value=figure.exact(),
        low=low,
        high=high,
        kind=figure.kind,
        better=figure.better,
        detail=figure.detail,
    )


def _interval(figure: Figure, seed: int) -> Interval | None:
    """Wilson's for a rate over independent rows, else a bootstrap of clusters; None for a single cluster.

    A rate at which all pass, or none does, has no spread to draw from: then Wilson's over the clusters.
    """
    n, clusters = len(figure.rows), len(set(figure.clusters))
    if figure.kind == "rate":
        passed = round(float(figure.columns[:, 0].sum()))
        if clusters == n:
            return wilson(passed, n)
        if passed in (0, n):
            return wilson(clusters if passed else 0, clusters)
    if clusters < 2:
        return None
    return interval(cluster_bootstrap(figure.columns, figure.clusters, figure.of, seed=seed))
