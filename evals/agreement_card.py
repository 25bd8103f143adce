"""Draws the agreement card: as a picture, a page, Markdown, or a table for the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import floor
from typing import Any

from evals.agreement_figures import FIGURES
from evals.report.templates import escaping_environment
from evals.report.words import clean
from interviewer.agreement import AgreementCard, Entry, Figure, Measured, Point, embedded_line, short

WIDTH, LEFT, RIGHT, TOP, STEP, GAP = 540, 150.0, 524.0, 34.0, 9.0, 9.0
MOST_DRAWN = 5
"""So many series can be told apart by shape; the table has the rest."""
SHAPES = (
    ("M-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0z", True),
    ("M-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0z", False),
    ("M-3.5 -3.5h7v7h-7z", True),
    ("M-3.5 -3.5h7v7h-7z", False),
    ("M0 -4.5L4.5 4H-4.5z", True),
)
NAMES = {
    "criteria_kappa": "criteria, mean κ",
    "pitfall_f1": "pitfalls, macro F1",
    "overall_kappa": "overall, κ",
    "overall_icc": "overall, ICC",
    "overall_bias": "overall, bias in points",
    "focus_hit": "focus shares an id",
}
OTHER_UNIT = frozenset({"overall_bias"})
"""Not drawn: it has no place on a scale up to 1."""


@dataclass(frozen=True)
class Series:
    """One column of the card: its name, its figures, and what they are over."""

    name: str
    found: Measured

    @property
    def label(self) -> str:
        """Its name with the number of replies."""
        asked = f" of {self.found.asked}" if self.found.asked != self.found.n else ""
        return f"{self.name} (n={self.found.n}{asked})"


@dataclass(frozen=True)
class Row:
    """One line of the card. `figures` are in the order of the series; None where one has no such figure."""

    name: str
    figures: tuple[Figure | None, ...]
    annotators: Figure | None
    drawn: bool = True
    head: bool = False


@dataclass(frozen=True)
class Mark:
    """A figure in the picture's units: its point, its interval, its shape, and what a reader is told."""

    x: float
    y: float
    low: float
    high: float
    path: str
    filled: bool
    said: str


@dataclass(frozen=True)
class Band:
    """A row of the picture: where it lies, its marks, and the annotators' tick."""

    name: str
    y: float
    height: float
    head: bool
    marks: tuple[Mark, ...]
    tick: float | None


def series(card: AgreementCard) -> list[Series]:
    """The columns that have figures, the embedded judge first."""
    found = []
    for entry in card.entries:
        if entry.measured is not None:
            name = f"{entry.name}, cross-validated by author" if entry.unseen else entry.name
            found.append(Series(name, entry.measured))
        if entry.unseen is not None:
            found.append(Series(f"{entry.name}, an author it never met", entry.unseen))
    return found


def rows(card: AgreementCard, columns: Sequence[Series]) -> list[Row]:
    """The lines of the card: figures over all, then each criterion, then each pitfall."""
    beside = card.annotators.measured
    found = [
        Row(
            NAMES[name],
            tuple(getattr(column.found, name) for column in columns),
            getattr(beside, name) if beside else None,
            drawn=name not in OTHER_UNIT,
            head=True,
        )
        for name in FIGURES
    ]
    for kind in ("criteria", "pitfalls"):
        ids = dict.fromkeys(id for column in columns for id in getattr(column.found, kind))
        for id in ids:
            points = tuple(getattr(column.found, kind).get(id) for column in columns)
            own = getattr(beside, kind).get(id) if beside else None
            found.append(Row(id.replace("_", " "), points, own))
    return found


def figure_text(figure: Figure | None) -> str:
    """A figure with its interval and support, as text."""
    if figure is None or figure.value is None:
        return "–"
    text = short(figure.value)
    if figure.low is not None and figure.high is not None:
        text += f" [{short(figure.low)}, {short(figure.high)}]"
    return f"{text} ({figure.support})" if isinstance(figure, Point) else text


def notes(card: AgreementCard) -> Iterator[str]:
    """What stands under the figures: a line for each engine, the published ceiling, what labels are."""
    for entry in card.entries:
        yield f"{entry.name}: {'. '.join(_of_entry(entry))}."
    published = card.annotators.published
    if published:
        said = ", ".join(f"{name} {short(value)}" for name, value in published.items())
        over = card.annotators.published_n
        yield f"The two annotators with each other, as published over {over} replies: {said}."
    yield (
        "Labels are reference labels, machine-written; no coach is among the labellers. Criteria: quadratic "
        "κ; pitfalls: F1; in brackets the 95% interval over replies, in "
        "parentheses how many replies have the point by their label. "
        f"Weak is what is under {short(card.weak_below)}."
    )


def _of_entry(entry: Entry) -> Iterator[str]:
    yield f"persona {entry.persona}"
    yield entry.how
    if entry.measured is None:
        yield f"no figure: {entry.why}"
    if entry.provenance != "built-in":
        days = f", recorded {' to '.join(dict.fromkeys(entry.recorded))}" if entry.recorded else ""
        yield f"provenance {entry.provenance}{days}"
    again = entry.repeated
    if again is None:
        yield "repeatability not measured"
    else:
        icc = "" if again.icc is None else f", ICC {short(again.icc)}"
        yield (
            f"judged {again.times} times, {again.identical:.1%} of {again.replies} replies"
            f" get the same verdicts and score{icc}"
        )
    if entry.weak:
        named = (f"{w.id.replace('_', ' ')} {short(w.value)} ({w.support})" for w in entry.weak)
        yield f"weak on: {', '.join(named)}"
    yield f"as of {entry.date}"


def svg(card: AgreementCard) -> str:
    """The picture: a dot with its interval for each figure and engine, a tick for the annotators."""
    known = series(card)
    columns = known[:MOST_DRAWN]
    lines = [row for row in rows(card, columns) if row.drawn]
    low = _lowest(lines)
    bands, bottom = _bands(lines, columns, low)
    steps = round((1 - low) / 0.2)
    ticks = [(low + 0.2 * step, _x(low + 0.2 * step, low)) for step in range(steps + 1)]
    return _render(
        "agreement.svg",
        summary=embedded_line(card),
        bands=bands,
        ticks=[(short(round(value, 1)), x) for value, x in ticks],
        legend=[(column.label, *shape) for column, shape in zip(columns, SHAPES, strict=False)],
        left_out=len(known) - len(columns),
        annotators=card.annotators.measured,
        width=WIDTH,
        top=TOP,
        bottom=bottom,
        left=LEFT,
        right=RIGHT,
    )


def _lowest(lines: Sequence[Row]) -> float:
    """Where the scale begins: at 0, or so far below that the lowest interval is on it."""
    figures = [figure for row in lines for figure in row.figures if figure is not None]
    values = [end for figure in figures for end in (figure.value, figure.low) if end is not None]
    return max(-1.0, floor(min([0.0, *values]) * 5) / 5)


def _x(value: float, low: float) -> float:
    share = (min(max(value, low), 1.0) - low) / (1 - low)
    return round(LEFT + share * (RIGHT - LEFT), 1)


def _bands(lines: Sequence[Row], columns: Sequence[Series], low: float) -> tuple[list[Band], float]:
    found, y = [], TOP
    for row in lines:
        marks: list[Mark] = []
        for column, shape, figure in zip(columns, SHAPES, row.figures, strict=False):
            if figure is not None and figure.value is not None:
                at = y + GAP + STEP * len(marks)
                said = f"{row.name}, {column.name}: {figure_text(figure)}"
                x = _x(figure.value, low)
                ends = [x if end is None else _x(end, low) for end in (figure.low, figure.high)]
                marks.append(Mark(x, at, ends[0], ends[1], *shape, said))
        height = 2 * GAP + STEP * max(0, len(marks) - 1)
        tick = row.annotators.value if row.annotators else None
        at_tick = None if tick is None else _x(tick, low)
        found.append(Band(row.name, y, height, row.head, tuple(marks), at_tick))
        y += height
    return found, y


def markdown(card: AgreementCard) -> str:
    """The card as a table, with its notes."""
    columns = series(card)
    heads = ["", *(column.label for column in columns), "the two annotators"]
    lines = [_line(heads), "|" + "---|" * len(heads)]
    for row in rows(card, columns):
        lines.append(_line([row.name, *map(figure_text, row.figures), figure_text(row.annotators)]))
    return "\n".join([*lines, "", *(f"- {_plain(note)}" for note in notes(card)), ""])


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(map(_plain, cells))} |"


def _plain(text: str) -> str:
    """A text that is no markup, whatever a model is called."""
    flat = " ".join(clean(text).split())
    return "".join(f"\\{sign}" if sign in "\\|<>*_`&" else sign for sign in flat)


def html(card: AgreementCard) -> str:
    """One page that needs nothing else: the picture, the table, the notes."""
    from markupsafe import Markup

    columns = series(card)
    return _render(
        "agreement.html",
        picture=Markup(svg(card)),
        columns=columns,
        rows=rows(card, columns),
        figure_text=figure_text,
        notes=list(notes(card)),
    )


def terminal(card: AgreementCard) -> None:
    """Print the card."""
    from rich.console import Console
    from rich.table import Column, Table
    from rich.text import Text

    console, columns = Console(highlight=False), series(card)
    heads = ["", *(column.label for column in columns), "annotators"]
    table = Table(*(Column(Text(clean(head))) for head in heads))
    for row in rows(card, columns):
        cells = [row.name, *map(figure_text, row.figures), figure_text(row.annotators)]
        table.add_row(*(Text(cell) for cell in cells))
    console.print(table)
    for note in notes(card):
        console.print(Text(clean(note)))


def _render(name: str, **values: Any) -> str:
    """A template of the report's folder, everything in it escaped."""
    environment = escaping_environment(keep_trailing_newline=True)
    return environment.get_template(name).render(**values)
