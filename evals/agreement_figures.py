"""The agreement card's figures: out of graded critiques, of one engine, of a second labeller, of repeats."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evals.judge_data import FILES
from evals.result import CaseResult
from interviewer.agreement import Figure, Measured, Point, Repeated, Weak
from interviewer.errors import DataFileError
from interviewer.schema import CriterionFinding, Critique, PitfallFinding
from knowledge.datafile import read_text

if TYPE_CHECKING:
    from evals.result import Metric

TIMES = 2
"""How often a reply is judged at least to be judged again."""
FIGURES = ("criteria_kappa", "pitfall_f1", "overall_kappa", "overall_icc", "overall_bias", "focus_hit")


def measured(
    cases: Sequence[CaseResult], metrics: Sequence[Metric] | None = None, *, details: bool = True
) -> Measured:
    """The card's figures over graded cases.

    Args:
        cases: with their scores.
        metrics: the figures over them, where they are there already.
        details: keep the figures of each criterion and pitfall too.
    """
    from evals.metrics import figures

    by_name = {metric.name: metric for metric in (figures(cases) if metrics is None else metrics)}
    support: dict[str, int] = {}
    for case in cases:
        for score in case.scores:
            if score.pair is not None:
                support[score.metric] = support.get(score.metric, 0) + (score.pair[0] > 0)

    def figure(name: str) -> dict[str, float | None]:
        metric = by_name.get(name)
        found = (metric.value, metric.low, metric.high) if metric else (None, None, None)
        if found[1] == found[2]:  # always right or never: nothing to draw from, which is not certainty
            found = (found[0], None, None)
        return dict(zip(("value", "low", "high"), map(rounded_or_none, found), strict=True))

    def points(family: str, prefix: str) -> dict[str, Point]:
        ids = sorted(name.partition(".")[2] for name in support if name.startswith(f"{family}."))
        return {id: Point(**figure(f"{prefix}.{id}"), support=support[f"{family}.{id}"]) for id in ids}

    return Measured(
        n=by_name["overall_kappa"].n if "overall_kappa" in by_name else 0,
        asked=len(cases),
        criteria=points("criterion", "criteria_kappa") if details else {},
        pitfalls=points("pitfall", "pitfall_f1") if details else {},
        **{name: Figure(**figure(name)) for name in FIGURES},
    )


def weak(found: Measured, below: float) -> tuple[Weak, ...]:
    """The criteria and pitfalls under the threshold, the lowest first, of those that a reply has."""
    kinds = {"criterion": found.criteria, "pitfall": found.pitfalls}
    low = [
        Weak(id=id, kind=kind, value=point.value, support=point.support)  # type: ignore[arg-type]
        for kind, points in kinds.items()
        for id, point in points.items()
        if point.support and point.value is not None and point.value < below
    ]
    return tuple(sorted(low, key=lambda each: (each.value, each.id)))


def asked_again(cases: Sequence[CaseResult]) -> Repeated | None:
    """How alike a model's critiques of one reply are; None where each was asked for once."""
    from evals.stats import icc

    by_reply: dict[str, list[Critique | None]] = {}
    for case in cases:
        by_reply.setdefault(case.id, []).append(case.output.critique if case.output else None)
    times = min(map(len, by_reply.values()), default=0)
    if times < TIMES:
        return None
    whole = [critiques for all in by_reply.values() if len(critiques := [c for c in all if c]) == len(all)]
    if not whole:
        return None
    same = [all(_verdicts(each) == _verdicts(one[0]) for each in one) for one in whole]
    scores = [[each.overall or 0 for each in one[:times]] for one in whole]
    return Repeated(
        times=times,
        replies=len(whole),
        identical=rounded(sum(same) / len(same)),
        icc=rounded_or_none(icc(scores)),
    )


def _verdicts(critique: Critique) -> tuple[Any, ...]:
    return (
        {id: finding.verdict for id, finding in critique.criteria.items()},
        sorted(pitfall.id for pitfall in critique.pitfalls),
        critique.overall,
    )


def second_labels(folder: Path) -> Iterator[tuple[str, Critique]]:
    """The second labeller's labels by the reply's id, in the shape of a critique.

    Raises:
        DataFileError: a line is broken.
    """
    for name in FILES:
        path = folder / name
        for number, line in enumerate(read_text(path, "the labelled replies").splitlines(), start=1):
            try:
                row = json.loads(line)
                if "second" in row:
                    yield row["id"], _as_critique(row["second"])
            except (ValueError, KeyError, TypeError) as error:
                problem = f"its second labels cannot be used ({error!r}); correct the line"
                raise DataFileError(path, problem, number) from error


def _as_critique(labels: Mapping[str, Any]) -> Critique:
    return Critique(
        engine="embedded",
        criteria={id: CriterionFinding(verdict=verdict) for id, verdict in labels["labels"].items()},
        pitfalls=[PitfallFinding(id=id, quotes=[], guidance=[]) for id in labels["pitfalls"]],
        overall=int(labels["overall"]),
        focus=list(labels["focus"]),
    )


def rounded(value: float) -> float:
    """Four decimals: more would differ from one machine to the next. Never a negative zero."""
    return round(float(value), 4) + 0.0


def rounded_or_none(value: float | None) -> float | None:
    """The same of what there is."""
    return None if value is None else rounded(value)
