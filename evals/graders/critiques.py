"""Graders of a critique's proof: quotes that were said, cards that fit, points that had to be dropped."""

from __future__ import annotations

from collections.abc import Iterator

from evals.graders.item import Item, judged, plain
from evals.result import Score
from interviewer.schema import Critique


def evidence_verbatim(item: Item) -> Iterator[Score]:
    """`evidence_verbatim`: each point made has a quote, and each quote is a verbatim part of the reply.

    A critique that makes no point (all is missing, no pitfall) has nothing to prove.
    """
    critique = item.output.critique
    if critique is None:
        return
    points = list(_quoted(critique))
    problems = [problem for id, quotes in points if (problem := _unproved(id, quotes, item.case.reply))]
    if points:
        count = sum(len(quotes) for _, quotes in points)
        yield judged("evidence_verbatim", next(iter(problems), ""), f"{count} quotes, all verbatim")


def _quoted(critique: Critique) -> Iterator[tuple[str, list[str]]]:
    """The points that need a quote, and those that have one without need."""
    for id, finding in critique.criteria.items():
        if finding.verdict != "missing" or finding.quotes:
            yield id, finding.quotes
    for pitfall in critique.pitfalls:
        yield pitfall.id, pitfall.quotes


def _unproved(id: str, quotes: list[str], reply: str) -> str:
    if not any(quote.strip() for quote in quotes):
        return f"{id} has no quote"
    wrong = next((quote for quote in quotes if not quote.strip() or quote not in reply), None)
    return "" if wrong is None else f"{id}: {wrong!r} is not in the reply"


def cards_right(item: Item) -> Iterator[Score]:
    """`cards_right`: each point names cards that exist and that the rubric gives for it."""
    critique = item.output.critique
    if critique is None:
        return
    fitting = {part.id: part.cards for part in item.rubric.criteria}
    fitting |= {part.id: part.cards for part in item.rubric.pitfalls}
    points = [(id, finding.guidance) for id, finding in critique.criteria.items()]
    points += [(pitfall.id, pitfall.guidance) for pitfall in critique.pitfalls]
    problem = ""
    for id, cards in points:
        if id not in fitting:
            problem = problem or f"{id} is no id of the rubric"
        elif not cards:
            problem = problem or f"{id} names no card"
        elif unknown := [card for card in cards if card not in item.cards]:
            problem = problem or f"{id}: there is no card {unknown[0]}"
        elif others := [card for card in cards if card not in fitting[id]]:
            problem = problem or f"{id}: the card {others[0]} is not for it"
    yield judged("cards_right", problem, f"{len(points)} points, each with its cards")


def dropped(item: Item) -> Iterator[Score]:
    """`dropped`: how many points or facts did not check out and were taken from the critique."""
    if item.output.critique is not None:
        yield plain("dropped", item.output.critique.dropped, f"{item.output.critique.dropped} dropped")
