"""A report for a pull request: the verdict and a table, and everything else folded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from evals.comparison import CompareReport, Comparison
from evals.report import words
from evals.report.answers import answer_text
from evals.report.cards import Card, compare_deck, same_answers
from evals.report.markup import block, details, inline, table
from evals.report.sides import in_marks
from evals.report.spent import Spent, spent
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
from evals.result import CaseResult, Change, Run, Score

MOST = 60_000
"""Characters of a report: GitHub refuses a comment of more than 65,536."""
MOST_CASES = 10
"""Cases of a run that are told one by one; the page has the others."""
LONGEST = 600
_GLYPHS = {"good": "✅", "bad": "❌", "open": "⚠️"}


def markdown(x: Report) -> str:
    """A run or a compare as Markdown, for a comment in a pull request.

    See `evals.report.markup` for how untrusted words are kept from acting.
    """
    first = headline(x)
    title = "Eval run" if isinstance(x, Run) else "Eval compare"
    head = [f"## {title}: {first.word}", f"{_GLYPHS[first.tone]} **{first.word}:** {inline(first.line)}"]
    head += [f"> {inline(x.principle)}", *(_run_head(x) if isinstance(x, Run) else _compare_head(x))]
    head.append(f"**Next:** {inline(next_step(x))}.")
    body = _run(x) if isinstance(x, Run) else _compare(x)
    return "\n\n".join(_fitting(head, [*_lacking(x), *_gates(x), *body, *_plumbing(x), *_spent(x)])) + "\n"


def _fitting(head: Sequence[str], folded: Iterable[str]) -> Iterator[str]:
    """As many of the folded parts as fit; of what is left out, how much."""
    room, left_out = MOST, 0
    for part in (*head, *folded):
        if len(part) + 2 > room:
            left_out += 1
            continue
        room -= len(part) + 2
        yield part
    if left_out:
        yield f"{words.plural(left_out, 'part')} did not fit here; the HTML report has everything."


def _run_head(run: Run) -> Iterator[str]:
    """One row a suite and engine: how much is known, what fails, which gates held."""
    rows = []
    for part in parts(run):
        for each in part.runs:
            own = [gate for gate in run.gates if (gate.suite, gate.engine) == (each.suite, each.engine)]
            known = inline(words.known(each))
            rows.append(
                (
                    inline(each.suite),
                    inline(words.engine(each)),
                    known if each.complete else f"**INCOMPLETE:** {known}",
                    str(len(failing(each))) if each.answered else words.NOTHING,
                    f"{sum(gate.held for gate in own)} of {len(own)} held" if own else words.NOTHING,
                    inline(words.provenance(each)),
                )
            )
    if rows:
        yield table(("suite", "answered by", "known", "failing", "gates", "provenance"), rows)


def _run(run: Run) -> Iterator[str]:
    for part in parts(run):
        rows = part.rows(detail=False)
        blocks = [_figures(part, rows)] if rows else ["No figures while answers are lacking."]
        folded = part.rows(detail=True)
        if folded:
            blocks.append(details(words.plural(len(folded), "figure") + " of parts", _figures(part, folded)))
        yield details(f"<b>{inline(part.suite)}</b>: figures", *blocks)
        for each in part.runs:
            found = failing(each)
            if found:
                told = [_failed(case, scores) for case, scores in found[:MOST_CASES]]
                if len(found) > MOST_CASES:
                    told.append(f"{len(found) - MOST_CASES} more are in the HTML report.")
                name = f"{inline(part.suite)}, {inline(words.engine(each))}"
                yield details(f"{name}: {len(found)} of {len(each.cases)} fail", *told)


def _figures(part: Part, rows: Sequence[Row]) -> str:
    head = ["metric", *(column for run in part.runs for column in ("n", inline(words.engine(run))))]
    body = []
    for row in rows:
        cells = [
            column
            for cell in row.cells
            for column in (words.count(cell.n) if cell else "", words.figure(cell))
        ]
        body.append([inline(f"{row.name} ({row.remark})" if row.remark else row.name), *map(inline, cells)])
    return table(head, body)


def _failed(case: CaseResult, scores: Iterable[Score]) -> str:
    return block(
        f"✗ {case_name(case)}",
        f"said: {gist(case.prompt, LONGEST)}",
        f"answer: {words.one_line(answer_text(case.output), LONGEST)}",
        *(f"{score.metric} fails: {words.one_line(evidence(score), LONGEST)}" for score in scores),
    )


def _compare_head(report: CompareReport) -> Iterator[str]:
    rows = [
        (
            inline(each.suite),
            "embedded engine" if each.base.engine == "embedded" else "model",
            f"**{each.verdict}**",
            inline(each.why),
            inline(words.provenance(each.candidate)),
        )
        for each in sorted(compared(report), key=same_answers)
    ]
    if rows:
        yield table(("suite", "answered by", "verdict", "why", "provenance"), rows)
    if report.left_out:
        yield "Not compared:\n\n" + "\n".join(f"- {inline(reason)}" for reason in report.left_out)


def _compare(report: CompareReport) -> Iterator[str]:
    for suite in sorted(compared(report), key=same_answers):
        if same_answers(suite):
            continue
        name = f"<b>{inline(suite.suite)}</b>"
        for is_detail, what in ((False, "figures"), (True, "figures of parts")):
            found = [each for each in suite.metrics if each.detail == is_detail]
            if found:
                yield details(f"{name}: {what}", _comparisons(found))
        if suite.request_changes:
            yield details(f"{name}: what changed in the request", *map(_change, suite.request_changes))
        deck = compare_deck(suite, len(suite.base.cases))
        for kind in ("regressed", "improved"):
            cards = [card for card in deck.cards if card.kinds[kind]]
            if cards:
                told = [_card(card) for card in cards[:MOST_CASES]]
                if len(cards) > MOST_CASES:
                    told.append(f"{len(cards) - MOST_CASES} more are in the HTML report.")
                yield details(f"{name}: {words.plural(len(cards), 'answer')} {kind}", *told)


def _comparisons(found: Iterable[Comparison]) -> str:
    head = (
        "metric",
        "verdict",
        "n",
        "base",
        "candidate",
        "difference, 95%",
        "p",
        "p, Holm",
        "+ = −",
        "smallest",
    )
    rows = []
    for each in found:
        said = words.remark(each.better, [each.diagnostic])
        cells = (
            words.count(each.n),
            words.number(each.base),
            words.number(each.candidate),
            f"{words.signed(each.difference)} {words.interval(each.low, each.high)}",
            words.p_value(each.p),
            words.p_value(each.p_holm),
            f"{each.wins} · {each.ties} · {each.losses}",
            words.number(each.smallest),
        )
        rows.append(
            [inline(f"{each.metric} ({said})" if said else each.metric), each.verdict, *map(inline, cells)]
        )
    return table(head, rows)


def _card(card: Card) -> str:
    sides = [
        f"{side.name}: {side.state or words.one_line(''.join(text for _, text in side.pieces), LONGEST)}"
        for side in card.sides
    ]
    ways = [f"{line.metric}, {line.way}: {' → '.join(line.values)}" for line in card.findings if line.way]
    why = [f"  {words.one_line(line.evidence[-1], LONGEST)}" for line in card.findings if line.way]
    told = [text for pair in zip(ways, why, strict=True) for text in pair]
    return block(card.name, f"said: {card.gist}", *sides, *told)


def _change(change: Change) -> str:
    return block(f"{change.segment}:", "".join(text for _, text in in_marks(change.diff)))


def _lacking(x: Report) -> Iterator[str]:
    for run in incomplete(x):
        blocks = [f"{inline(unanswered(run))}. To record: {inline(words.cost(run.cost, run.origin))}."]
        for group in lacking(run):
            recorded = f"; last recorded {', '.join(sorted(group.recorded))}" if group.recorded else ""
            line = f"{group.state}, {words.plural(len(group.cases), 'case')}: {group.why}{recorded}"
            blocks += [block(line, listed([case_name(case) for case in group.cases], 50))]
            blocks += map(_change, group.changes)
        summary = (
            f"<b>INCOMPLETE</b>: {inline(run.suite)}, {inline(words.engine(run))}, {inline(words.known(run))}"
        )
        yield details(summary, *blocks)


def _gates(x: Report) -> Iterator[str]:
    gates = gates_of(x)
    if gates:
        rows = [
            ("held" if gate.held else "**not held**", inline(gate.rule), inline(gate.line)) for gate in gates
        ]
        held = sum(gate.held for gate in gates)
        yield details(f"Gates: {held} of {len(gates)} held", table(("held?", "rule", "finding"), rows))


def _plumbing(x: Report) -> Iterator[str]:
    lines = [
        f"{run.suite}, {words.engine(run)}: {words.known(run)}; {words.provenance(run)}"
        for run in plumbing(x)
    ]
    if lines:
        said = "Answers of a fake: the machinery works. They say nothing of quality and stand in no table."
        yield details("Plumbing", said, *(f"- {inline(line)}" for line in lines))


def _spent(x: Report) -> Iterator[str]:
    rows = spent(x)
    if rows:
        head = (
            "suite",
            "prompt set",
            "call",
            "model",
            "calls",
            "tokens in",
            "cached",
            "tokens out",
            "time",
            "cost",
        )
        yield details("Tokens and cost, as recorded", table(head, map(_spent_row, rows)))


def _spent_row(row: Spent) -> list[str]:
    counts = (row.calls, row.prompt_tokens, row.cached_tokens, row.completion_tokens)
    time = words.seconds(row.seconds) if row.seconds is not None else words.NOTHING
    price = words.price(row.usd, [row.provenance])
    return [
        inline(cell)
        for cell in (row.suite, row.name, row.call, row.model, *map(words.count, counts), time, price)
    ]
