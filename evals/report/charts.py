"""Where the marks of a small chart stand: intervals on a line. What is drawn there is the page's."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from evals.comparison import Comparison
from evals.report.view import Row
from evals.report.words import interval, number, signed

WIDTH = 160.0
EDGE = 6.0
STEP = 11.0


@dataclass(frozen=True)
class Mark:
    """A figure with its interval, in the chart's units.

    Args:
        y: its height.
        x: the figure.
        low: where its interval begins; `x` where it has none.
        high: where it ends.
        place: which of the table's columns it is of.
    """

    y: float
    x: float
    low: float
    high: float
    place: int


@dataclass(frozen=True)
class Chart:
    """Intervals on one scale.

    Args:
        marks: the figures.
        height: of the whole.
        zero: where zero is, where that says something.
        band: from where to where nothing could be seen.
        ends: what stands at both ends of the scale.
        label: the same in words.
    """

    marks: Sequence[Mark]
    height: float
    zero: float | None
    band: tuple[float, float] | None
    ends: tuple[str, str]
    label: str
    width: float = WIDTH


@dataclass(frozen=True)
class Scale:
    """A stretch of numbers over the width of a chart."""

    low: float
    high: float

    def at(self, value: float) -> float:
        """Where a number is; beyond an end, at that end."""
        share = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return round(EDGE + share * (WIDTH - 2 * EDGE), 1)

    @property
    def ends(self) -> tuple[str, str]:
        """Both ends, in short."""
        return tuple(f"{value:g}".replace("-", "−") for value in (self.low, self.high))  # type: ignore[return-value]


def figures(row: Row) -> Chart | None:
    """One metric of the engines, each with its interval."""
    cells = [
        (place, cell) for place, cell in enumerate(row.cells) if cell is not None and cell.value is not None
    ]
    if not cells:
        return None
    values = [value for _, cell in cells for value in (cell.value, cell.low, cell.high) if value is not None]
    scale = _scale(values, around_zero=row.one.better == "zero")
    marks = []
    for at, (place, cell) in enumerate(cells):
        value = cell.value or 0.0
        low, high = (value, value) if cell.low is None or cell.high is None else (cell.low, cell.high)
        marks.append(Mark(STEP * (at + 0.75), scale.at(value), scale.at(low), scale.at(high), place))
    said = ", ".join(f"{number(cell.value)} {interval(cell.low, cell.high)}" for _, cell in cells)
    zero = scale.at(0.0) if scale.low < 0 else None
    return Chart(marks, STEP * (len(cells) + 0.5), zero, None, scale.ends, said)


def difference(each: Comparison, reach: float) -> Chart | None:
    """A difference with its interval; the band is what so many cases could not have shown."""
    if each.difference is None:
        return None
    scale = Scale(-reach, reach)
    low, high = (each.low, each.high) if each.low is not None and each.high is not None else (None, None)
    mark = Mark(
        STEP,
        scale.at(each.difference),
        scale.at(each.difference if low is None else low),
        scale.at(each.difference if high is None else high),
        0,
    )
    band = (scale.at(-each.smallest), scale.at(each.smallest)) if each.smallest else None
    said = f"{signed(each.difference)} {interval(each.low, each.high)}".rstrip()
    return Chart([mark], 2 * STEP, scale.at(0.0), band, scale.ends, said)


def reach(all_of: Iterable[Comparison]) -> float:
    """How far a common scale of differences must go: a round number."""
    ends = [abs(end) for each in all_of for end in (each.low, each.high, each.difference) if end is not None]
    widest = max(ends, default=0.0)
    return next((round_ for round_ in (0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 2.0, 5.0) if widest <= round_), widest)


def _scale(values: Sequence[float], *, around_zero: bool) -> Scale:
    lowest, highest = min(values), max(values)
    if around_zero:
        end = next(
            (end for end in (0.5, 1.0, 2.0, 4.0) if max(-lowest, highest) <= end), max(-lowest, highest)
        )
        return Scale(-end, end)
    low = 0.0 if lowest >= 0 else -next((end for end in (0.2, 0.5, 1.0) if -lowest <= end), -lowest)
    high = next((end for end in (1.0, 2.0, 5.0, 10.0, 50.0, 100.0) if highest <= end), highest)
    return Scale(low, high)
