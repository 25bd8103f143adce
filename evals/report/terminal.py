"""A report on the terminal: within 80 columns, readable without colour, and it ends with what to do next."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from evals.comparison import CompareReport, Comparison, SuiteComparison
from evals.report import words
from evals.report.answers import answer_text
from evals.report.cards import Card, compare_deck, same_answers
from evals.report.sides import in_marks
from evals.report.spent import spent
from evals.report.view import (
    Part,
    Report,
    Row,
    case_name,
    compared,
    evidence,
    failing,
    gates_of,
    gist,
    headline,
    incomplete,
    lacking,
    listed,
    next_step,
    parts,
    plumbing,
    unanswered,
)
from evals.result import CaseResult, Change, Run, Score, SuiteRun

FEW = 3
"""So many failing answers of a run are shown, and so many case ids of a state, unless all are asked for."""
SHORT, LONG = 130, 1000
"""So many characters of a text are shown; the second, where all are asked for."""
_STYLES = {"good": "bold green", "bad": "bold red", "open": "bold yellow"}
_VERDICTS = ("REGRESSED", "IMPROVED", "NO DETECTABLE CHANGE", "TOO FEW CASES")


def terminal(x: Report, console: Console, verbose: bool = False) -> None:
    """Print a run or a compare.

    Args:
        x: what to print.
        console: where.
        verbose: with the figures of parts and every failing answer.
    """
    first = headline(x)
    _print(console, _text((first.word, _STYLES[first.tone]), (f": {first.line}", "bold")))
    _print(console, _text((x.principle, "italic")))
    body = _run(x, verbose) if isinstance(x, Run) else _compare(x, verbose)
    for block in (*_lacking(x, verbose), *_gates(x, verbose), *body, *_plumbing(x), *_spent(x)):
        _print(console, block)
    _print(console, _text(("\nNext: ", "bold"), (f"{next_step(x)}.", "")))


def _print(console: Console, block: RenderableType) -> None:
    console.print(block, highlight=False)


def _text(*pieces: tuple[str, str]) -> Text:
    """Words with their styles. They are never read as Rich's markup, and hold no control characters."""
    return Text.assemble(*((words.clean(text), style) for text, style in pieces))


def _heading(text: str) -> Text:
    return _text((f"\n{text}", "bold"))


@dataclass(frozen=True)
class _Indented:
    """Lines that begin further right and end with their last word, so that nothing trails in a file."""

    text: Text
    indent: int

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for line in self.text.wrap(console, options.max_width - self.indent):
            line.rstrip()
            yield Text(" " * self.indent).append_text(line)


def _line(text: str, indent: int = 2, style: str = "") -> _Indented:
    return _Indented(_text((text, style)), indent)


def _lacking(x: Report, verbose: bool) -> Iterator[RenderableType]:
    runs = incomplete(x)
    if runs:
        yield _heading("Not known yet")
    for run in runs:
        yield _line(f"{run.suite}, {run.name}: {words.known(run)} ({unanswered(run)})")
        for group in lacking(run):
            recorded = f"; last recorded {', '.join(sorted(group.recorded))}" if group.recorded else ""
            yield _line(f"{group.state}, {words.plural(len(group.cases), 'case')}: {group.why}{recorded}", 4)
            yield _line(
                listed([case_name(case) for case in group.cases], len(group.cases) if verbose else FEW), 6
            )
            for change in group.changes:
                yield _Indented(_diff(change), 6)
        yield _line(f"to record: {words.cost(run.cost, run.origin)}", 4)


def _diff(change: Change) -> Text:
    """What changed: [-gone-] and {+new+}, so that no colour is needed."""
    styles = {"-": "red", "+": "green", " ": ""}
    pieces = [(f"{change.segment}: ", "bold")]
    pieces += [(text, styles[op]) for op, text in in_marks(change.diff)]
    return _text(*pieces)


def _run(run: Run, verbose: bool) -> Iterator[RenderableType]:
    for part in parts(run):
        yield _heading(part.suite)
        for each in part.runs:
            yield _line(f"{each.name} · {words.provenance(each)}")
        rows = part.rows(detail=False) + (part.rows(detail=True) if verbose else [])
        if rows:
            yield from _figures(part, rows)
        else:
            yield _line("no figures while answers are lacking")
        folded = 0 if verbose else len(part.rows(detail=True))
        if folded:
            yield _line(f"({words.plural(folded, 'figure')} of parts: with --verbose)")
        for each in part.runs:
            yield from _failing(each, verbose)


def _figures(part: Part, rows: Sequence[Row]) -> Iterator[RenderableType]:
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, show_edge=False, header_style="bold")
    table.add_column("metric", overflow="fold")
    for run in part.runs:
        table.add_column("n", justify="right", no_wrap=True)
        table.add_column(_text((run.name, "")), no_wrap=True)
    notes = []
    for row in rows:
        cells = [_text((row.name, ""))]
        for cell in row.cells:
            cells += [_text((words.count(cell.n) if cell else "", "")), _text((words.figure(cell), ""))]
        table.add_row(*cells)
        if row.remark:
            notes.append(f"{row.name}: {row.remark}")
    yield Padding(table, (0, 0, 0, 2))
    yield from (_line(note) for note in notes)


def _failing(run: SuiteRun, verbose: bool) -> Iterator[RenderableType]:
    found = failing(run)
    if found:
        said = f"{run.name}: something fails in {len(found)} of {words.plural(run.answered, 'answer')}"
        yield _line(said, 2, "bold")
    for case, scores in found if verbose else found[:FEW]:
        yield from _failed(case, scores, LONG if verbose else SHORT)
    if not verbose and len(found) > FEW:
        yield _line(f"({len(found) - FEW} more: with --verbose)", 4)


def _failed(case: CaseResult, scores: Iterable[Score], most: int) -> Iterator[RenderableType]:
    yield _line(f"✗ {case_name(case)}", 4)
    yield _line(f"said: {gist(case.prompt, most)}", 6)
    yield _line(f"answer: {words.one_line(answer_text(case.output), most) or 'none'}", 6)
    for score in scores:
        yield _line(f"{score.metric} fails: {words.one_line(evidence(score), most)}", 6)


def _compare(report: CompareReport, verbose: bool) -> Iterator[RenderableType]:
    if report.left_out:
        yield _heading("Not compared")
    yield from (_line(reason) for reason in report.left_out)
    for suite in sorted(compared(report), key=same_answers):
        engine = "embedded engine" if suite.base.engine == "embedded" else "model"
        yield _heading(f"{suite.suite}, {engine}: {suite.verdict}")
        if suite.why:
            yield _line(suite.why)
        for name, run in (("base", suite.base), ("candidate", suite.candidate)):
            yield _line(f"{name} · {words.provenance(run)}")
        for change in suite.request_changes:
            yield _Indented(_diff(change), 2)
        if same_answers(suite):
            continue
        for verdict in _VERDICTS:
            found = [
                each for each in suite.metrics if each.verdict == verdict and (verbose or not each.detail)
            ]
            yield from _verdict(verdict, found, verbose)
        folded = 0 if verbose else sum(each.detail for each in suite.metrics)
        if folded:
            yield _line(f"({words.plural(folded, 'figure')} of parts: with --verbose)")
        yield from _worse(suite, verbose)


def _verdict(verdict: str, found: Sequence[Comparison], verbose: bool) -> Iterator[RenderableType]:
    """The metrics of a verdict; those that are the same in every case on one line, unless all are wanted."""
    if found:
        yield _line(verdict, 2, "bold")
    for each in found:
        if verbose or each.wins or each.losses:
            yield from _comparison(each)
    same = [] if verbose else [each for each in found if not (each.wins or each.losses)]
    if same:
        yield _line(f"the same in every case: {', '.join(f'{each.metric} (n {each.n})' for each in same)}", 4)


def _comparison(each: Comparison) -> Iterator[RenderableType]:
    """Two lines: what changed, and how much is known of it."""
    change = f"{words.number(each.base)} → {words.number(each.candidate)}"
    sure = f"{words.signed(each.difference)} {words.interval(each.low, each.high)}".rstrip()
    yield _line(f"{each.metric}: {change}, {sure}, n {words.count(each.n)}", 4)
    yield _line(
        f"p {words.p_value(each.p)}, Holm {words.p_value(each.p_holm)}; {each.wins} better, "
        f"{each.ties} same, {each.losses} worse; smallest that shows: {words.number(each.smallest)}",
        6,
    )
    said = words.remark(each.better, [each.diagnostic])
    if said:
        yield _line(said, 6)


def _worse(suite: SuiteComparison, verbose: bool) -> Iterator[RenderableType]:
    cards = [card for card in compare_deck(suite, len(suite.base.cases)).cards if card.kinds["regressed"]]
    if cards:
        yield _line(f"{words.plural(len(cards), 'answer')} got worse", 2, "bold")
    for card in cards if verbose else cards[:FEW]:
        yield from _card(card, LONG if verbose else SHORT)
    if not verbose and len(cards) > FEW:
        yield _line(f"({len(cards) - FEW} more: with --verbose)", 4)


def _card(card: Card, most: int) -> Iterator[RenderableType]:
    yield _line(f"▼ {card.name}", 4)
    yield _line(f"said: {card.gist}", 6)
    for side in card.sides:
        text = side.state or words.one_line("".join(piece for _, piece in side.pieces), most)
        yield _line(f"{side.name}: {text}", 6)
    for line in card.findings:
        if line.way == "worse":
            yield _line(
                f"{line.metric}: {' → '.join(line.values)}; {words.one_line(line.evidence[-1], most)}", 6
            )


def _gates(x: Report, verbose: bool) -> Iterator[RenderableType]:
    gates = gates_of(x)
    if gates:
        held = sum(gate.held for gate in gates)
        yield _heading(f"Gates: {held} of {len(gates)} held")
    for gate in gates:
        if verbose or not gate.held:
            yield _line(f"{'✓ held' if gate.held else '✗ not held'}: {gate.line}")


def _plumbing(x: Report) -> Iterator[RenderableType]:
    runs = plumbing(x)
    if runs:
        yield _heading("Plumbing (answers of a fake: nothing is known of quality)")
    for run in runs:
        yield _line(f"{run.suite}, {run.name}: {words.known(run)}; {words.provenance(run)}")


def _spent(x: Report) -> Iterator[RenderableType]:
    rows = spent(x)
    if rows:
        yield _heading("Tokens and cost, as recorded")
    for row in rows:
        time = f", {words.seconds(row.seconds)}" if row.seconds is not None else ""
        yield _line(
            f"{row.suite}, {row.name}, {row.call}: {words.plural(row.calls, 'call')}, "
            f"{words.count(row.prompt_tokens)} tokens in, {words.count(row.completion_tokens)} out{time}, "
            f"{words.price(row.usd, [row.provenance])}"
        )
    if isinstance(x, Run):
        yield _line(f"This run took {words.seconds(x.seconds)}.", 0)
