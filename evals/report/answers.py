"""An answer as text: what the interviewer said, or found, in lines."""

from __future__ import annotations

from collections.abc import Iterator

from evals.report.words import clean
from evals.result import Output
from interviewer.schema import CriterionFinding, Critique
from interviewer.verdicts import DOTS, OVERALL


def answer_text(output: Output | None) -> str:
    """What one case gave, as lines."""
    if output is None:
        return ""
    parts = [clean(output.text)] if output.text else []
    if output.critique is not None:
        parts += _critique(output.critique)
    parts += [f"{number}. {clean(line)}" for number, line in enumerate(output.lines, start=1)]
    if output.cards and not parts and not output.fault:
        parts += [f"{number}. {clean(card)}" for number, card in enumerate(output.cards, start=1)]
    return "\n".join(parts)


def about(output: Output | None) -> str:
    """What else is known of an answer, in a line."""
    if output is None:
        return ""
    said = [
        f"no usable answer: {clean(output.fault)}" if output.fault else "",
        f"aimed at {', '.join(map(clean, output.focus))}" if output.focus and output.critique is None else "",
        f"kind: {clean(output.kind).replace('_', ' ')}" if output.kind else "",
        {None: "", True: "the reply counts", False: "the reply does not count"}[output.advances],
    ]
    return " · ".join(filter(None, said))


def _critique(critique: Critique) -> Iterator[str]:
    score = critique.overall
    yield "overall: " + (f"{score} {OVERALL.get(score, '')}".rstrip() if score is not None else "no score")
    if critique.cannot_judge:
        yield f"cannot judge: {clean(critique.cannot_judge)}"
    for id, found in critique.criteria.items():
        if found.verdict != "missing":
            yield _point(id, found)
    missing = [clean(id) for id, found in critique.criteria.items() if found.verdict == "missing"]
    if missing:
        yield f"{DOTS['missing']} missing: {', '.join(missing)}"
    for pitfall in critique.pitfalls:
        yield f"⚠ {clean(pitfall.id)}: {_quotes(pitfall.quotes)}"
    if critique.focus:
        yield f"focus: {', '.join(map(clean, critique.focus))}"
    if critique.stronger_answer is not None:
        yield f"stronger answer: {clean(critique.stronger_answer.text)}"
    if critique.dropped:
        yield f"dropped: {critique.dropped}"


def _point(id: str, found: CriterionFinding) -> str:
    return f"{DOTS[found.verdict]} {clean(id)} {found.verdict}: {_quotes(found.quotes)}"


def _quotes(quotes: list[str]) -> str:
    return " ".join(f"“{clean(quote)}”" for quote in quotes) or "no quote"
