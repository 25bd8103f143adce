"""Grader of how scores move between a reply and a variant of it: not at all, up, down, or to the floor."""

from __future__ import annotations

from collections.abc import Iterator

from evals.graders.agreement import LEVELS, LOWEST
from evals.graders.item import Item, judged, not_applicable
from evals.result import Output, Score
from interviewer.schema import Critique

FLOOR = 2
"""The best score of a reply that says nothing."""


def moves(item: Item) -> Iterator[Score]:
    """`moves`, and `moves.<family>`: against the case `expect.of` the scores move as they must.

    `same`: the same score, and no verdict two levels off. `up`: the score is not lower, and it or the sum of
    the verdicts' levels is higher; `down` the other way round. `floor`: no score or at most 2, and no
    criterion met. A critique without a score counts as 1 in `up` and `down`.
    """
    expect, critique = item.case.expect, item.output.critique
    if expect.moves is None or critique is None:
        return
    names = ["moves", *([f"moves.{expect.family}"] if expect.family else [])]
    if expect.moves == "floor":
        problem, fine = _floor(critique)
    else:
        before = _critique_of(item.others.get(expect.of))
        if before is None:
            why = f"there is no critique of {expect.of} to compare with"
            yield from (not_applicable(name, why) for name in names)
            return
        problem, fine = _moved(expect.moves, before, critique)
    yield from (judged(name, problem, fine) for name in names)


def _critique_of(output: Output | None) -> Critique | None:
    return output.critique if output is not None and not output.fault else None


def _floor(critique: Critique) -> tuple[str, str]:
    met = [id for id, finding in critique.criteria.items() if finding.verdict == "met"]
    score = f"score {critique.overall or 'none'}"
    if critique.overall is not None and critique.overall > FLOOR:
        return f"{score}, above {FLOOR}", ""
    return (f"{score}, but {', '.join(met)} met" if met else ""), score


def _moved(how: str, before: Critique, after: Critique) -> tuple[str, str]:
    """What is wrong with a move, or nothing; and what it was."""
    one, two = _levels(before), _levels(after)
    changed = {id: two.get(id, 0) - level for id, level in one.items() if two.get(id, 0) != level}
    seen = f"score {before.overall or 'none'} to {after.overall or 'none'}; " + (
        ", ".join(f"{id} {step:+d}" for id, step in changed.items()) or "no verdict changed"
    )
    if how == "same":
        held = before.overall == after.overall and all(abs(step) < 2 for step in changed.values())
    else:
        way = 1 if how == "up" else -1
        score = way * ((after.overall or LOWEST) - (before.overall or LOWEST))
        held = score > 0 or (score == 0 and way * sum(changed.values()) > 0)
    return ("" if held else f"should be {how}: {seen}"), seen


def _levels(critique: Critique) -> dict[str, int]:
    return {id: LEVELS[finding.verdict] for id, finding in critique.criteria.items()}
