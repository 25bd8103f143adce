"""The figures of blessed runs over time, as lines. Where suite or graders changed, the line breaks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC
from math import ceil, floor

from evals.report.view import SYNTHETIC
from evals.report.words import clean, interval, number
from evals.result import Metric, Run, SuiteRun

WIDTH, HEIGHT = 300.0, 150.0
LEFT, RIGHT, TOP, BOTTOM = 34.0, 46.0, 16.0, 24.0
LABELS = 4
"""So many points of a line get their value written beside them; of more, only the first and the last."""


@dataclass(frozen=True)
class Point:
    """One blessed figure.

    Args:
        x: where it stands.
        y: likewise.
        low: lower end of its interval; None where it has none.
        high: upper end.
        day: its date.
        said: date, figure and interval in words.
        label: what is written beside it; may be empty.
        label_y: where.
    """

    x: float
    y: float
    low: float | None
    high: float | None
    day: str
    said: str
    label: str
    label_y: float


@dataclass(frozen=True)
class Line:
    """One engine's figures; `paths` are the points of each unbroken stretch, as a polyline takes them."""

    name: str
    points: list[Point]
    paths: list[str]
    place: int


@dataclass(frozen=True)
class Trend:
    """One metric of one suite over time; `moves` where a line of it is not flat."""

    suite: str
    metric: str
    lines: list[Line]
    ticks: list[tuple[float, str]]
    days: tuple[str, str]
    moves: bool
    width: float = WIDTH
    height: float = HEIGHT


Place = Callable[[int], float]
Height = Callable[[float], float]
Seen = tuple[int, str, SuiteRun, Metric]


def trends(runs: Sequence[Run]) -> list[Trend]:
    """A chart for each headline metric that at least two runs have, the oldest run at the left."""
    ordered = sorted(runs, key=lambda run: run.created)
    found: dict[tuple[str, str], dict[str, list[Seen]]] = {}
    for at, run in enumerate(ordered):
        day = f"{run.created.astimezone(UTC):%Y-%m-%d}"
        for suite, metric in _figures(run):
            lines = found.setdefault((suite.suite, metric.name), {})
            lines.setdefault(_name(suite), []).append((at, day, suite, metric))
    several = {
        key: lines
        for key, lines in found.items()
        if len({at for seen in lines.values() for at, *_ in seen}) > 1
    }
    return [_trend(*key, lines, len(ordered)) for key, lines in several.items()]


def _figures(run: Run) -> Iterator[tuple[SuiteRun, Metric]]:
    for suite in run.suites:
        if suite.origin.provenance != SYNTHETIC and suite.complete:
            yield from ((suite, each) for each in suite.metrics if not each.detail and each.value is not None)


def _name(run: SuiteRun) -> str:
    return "embedded" if run.engine == "embedded" else f"{clean(run.prompt_set)}, {clean(run.origin.model)}"


def _trend(suite: str, metric: str, lines: dict[str, list[Seen]], runs: int) -> Trend:
    every = [each for seen in lines.values() for *_, each in seen]
    ends = [end for each in every for end in (each.value, each.low, each.high) if end is not None]
    low, high = floor(min(ends) * 10) / 10, ceil(max(ends) * 10) / 10
    if high - low < 0.2:
        low, high = (low - 0.1, high) if high >= 1 and low >= 0.1 else (low, high + 0.1)

    def y(value: float) -> float:
        return round(TOP + (high - value) / (high - low) * (HEIGHT - TOP - BOTTOM), 1)

    def x(at: int) -> float:
        return round(LEFT + at / max(1, runs - 1) * (WIDTH - LEFT - RIGHT), 1)

    last = {name: seen[-1][3].value or 0.0 for name, seen in lines.items()}
    above = {name: value >= max(last.values()) for name, value in last.items()}
    drawn = [
        Line(
            name,
            [_point(seen, n, x, y, above[name]) for n in range(len(seen))],
            list(_paths(seen, x, y)),
            place,
        )
        for place, (name, seen) in enumerate(lines.items())
    ]
    order = sorted({(at, day) for seen in lines.values() for at, day, *_ in seen})
    ticks = [(y(value), number(value)) for value in (low, high)]
    moves = any(len({each.value for *_, each in seen}) > 1 for seen in lines.values())
    return Trend(clean(suite), clean(metric), drawn, ticks, (order[0][1], order[-1][1]), moves)


def _point(seen: Sequence[Seen], n: int, x: Place, y: Height, above: bool) -> Point:
    at, day, _, metric = seen[n]
    value = metric.value or 0.0
    labelled = len(seen) <= LABELS or n in (0, len(seen) - 1)
    ranged = metric.low is not None and metric.high is not None
    return Point(
        x=x(at),
        y=y(value),
        low=y(metric.low) if ranged and metric.low is not None else None,
        high=y(metric.high) if ranged and metric.high is not None else None,
        day=day,
        said=f"{day}: {number(value)} {interval(metric.low, metric.high)}, n {metric.n}",
        label=number(value) if labelled else "",
        label_y=round(y(value) + (-6 if above else 13), 1),
    )


def _paths(seen: Sequence[Seen], x: Place, y: Height) -> Iterator[str]:
    stretch: list[str] = []
    before: tuple[str | None, ...] | None = None
    for at, _, suite, metric in seen:
        now = tuple(suite.hashes.get(part) for part in ("suite", "graders"))
        if before is not None and now != before:
            yield " ".join(stretch)
            stretch = []
        stretch.append(f"{x(at)},{y(metric.value or 0.0)}")
        before = now
    yield " ".join(stretch)
