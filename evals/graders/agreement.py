"""Grader of a critique beside its reference labels: every verdict, every pitfall, the score, the focus."""

from __future__ import annotations

from collections.abc import Iterator

from evals.graders.item import Item, judged, paired, plain
from evals.result import Score

LEVELS = {"missing": 0, "partly": 1, "met": 2}
LOWEST = 1
"""The overall that a critique without a score counts as."""


def agreement(item: Item) -> Iterator[Score]:
    """Pairs, label first: `criterion.<id>` (0 missing to 2 met), `pitfall.<id>` (0, 1), `overall` (1..5).

    Then `focus_hit` (the two foci share an id), `criteria_agree` (share of the criteria with the label's
    verdict) and `overall_off` (how far the score is off, without its sign).
    """
    critique, label = item.output.critique, item.label
    if critique is None or label is None:
        return
    same, criteria = 0, [part.id for part in item.rubric.criteria]
    for id in criteria:
        finding = critique.criteria.get(id)
        said, meant = finding.verdict if finding else "missing", label.labels.get(id, "missing")
        same += said == meant
        quote = f": {finding.quotes[0]}" if finding and finding.quotes else ""
        yield paired(f"criterion.{id}", LEVELS[meant], LEVELS[said], f"label {meant}, said {said}{quote}")
    present = {pitfall.id: pitfall.quotes for pitfall in critique.pitfalls}
    for id in (part.id for part in item.rubric.pitfalls):
        quote = f": {present[id][0]}" if present.get(id) else ""
        evidence = f"label {_there(id in label.pitfalls)}, said {_there(id in present)}{quote}"
        yield paired(f"pitfall.{id}", int(id in label.pitfalls), int(id in present), evidence)
    overall = critique.overall or LOWEST
    evidence = f"label {label.overall}, said {critique.overall or 'no score'}"
    yield paired("overall", label.overall, overall, evidence)
    yield from _focus(label.focus, critique.focus)
    yield plain("criteria_agree", same / len(criteria), f"{same} of {len(criteria)} verdicts agree")
    yield plain("overall_off", abs(label.overall - overall), evidence)


def _focus(meant: tuple[str, ...], said: list[str]) -> Iterator[Score]:
    if meant:
        both = f"label {', '.join(meant)}; said {', '.join(said) or 'nothing'}"
        yield judged("focus_hit", "" if set(meant) & set(said) else both, both)


def _there(present: bool) -> str:
    return "present" if present else "absent"
