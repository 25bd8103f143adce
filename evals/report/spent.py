"""What the answers of a report took: calls, tokens, seconds, money where the price is known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from evals.report.view import Report
from evals.report.words import clean
from evals.result import Run, SuiteRun
from interviewer.schema import Usage


@dataclass(frozen=True)
class Spent:
    """The calls of one kind in one run of a suite; None where no call reported it.

    Args:
        suite: its name.
        name: prompt set; in a compare whether it is the base or the candidate.
        call: question, critique or debrief.
        model: as answered.
        provenance: as in `Origin`.
        calls: how many.
        prompt_tokens: read.
        cached_tokens: of those, found in the endpoint's cache.
        completion_tokens: written.
        seconds: that the calls took when they were recorded.
        usd: what they cost; None where the price of one of them is not known.
    """

    suite: str
    name: str
    call: str
    model: str
    provenance: str
    calls: int
    prompt_tokens: int | None
    cached_tokens: int | None
    completion_tokens: int | None
    seconds: float | None
    usd: float | None


def spent(x: Report) -> list[Spent]:
    """A row for each suite, prompt set, call and model; in a compare for base and candidate each."""
    rows = []
    for name, run in _named(x):
        kinds: dict[tuple[str, str], list[Usage]] = {}
        for usage in (usage for case in run.cases for usage in case.usage):
            kinds.setdefault((usage.call, usage.model), []).append(usage)
        rows += [_row(run, name, *kind, usages) for kind, usages in kinds.items()]
    return rows


def _named(x: Report) -> Iterator[tuple[str, SuiteRun]]:
    if isinstance(x, Run):
        yield from ((run.name, run) for run in x.suites)
        return
    for suite in x.suites:
        for role, run in (("base", suite.base), ("candidate", suite.candidate)):
            yield role if role == run.name else f"{role}: {run.name}", run


def _row(run: SuiteRun, name: str, call: str, model: str, usages: Sequence[Usage]) -> Spent:
    costs = [usage.cost_usd for usage in usages]
    return Spent(
        suite=clean(run.suite),
        name=clean(name),
        call=call,
        model=clean(model),
        provenance=run.origin.provenance,
        calls=len(usages),
        prompt_tokens=_sum(usage.prompt_tokens for usage in usages),
        cached_tokens=_sum(usage.cached_tokens for usage in usages),
        completion_tokens=_sum(usage.completion_tokens for usage in usages),
        seconds=_seconds(usages),
        usd=None if None in costs else sum(each or 0.0 for each in costs),
    )


def _sum(values: Iterable[int | None]) -> int | None:
    found = [value for value in values if value is not None]
    return sum(found) if found else None


def _seconds(usages: Sequence[Usage]) -> float | None:
    found = [usage.seconds for usage in usages if usage.seconds is not None]
    return sum(found) if found else None
