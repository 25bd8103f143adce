"""Asks a live endpoint again what was recorded, and tells how its answers drift. Overwrites nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from evals.asking import Asker
from evals.cases import cases_of
from evals.endpoint import Endpoint
from evals.grading import grade_all
from evals.places import Places, read_model
from evals.result import Output, SuiteRun
from evals.run import Which, library_of, parts_of, run_suite
from evals.suite import load_suite
from evals.tape.transport import RecordTransport
from interviewer.errors import InputError


@dataclass
class Drift:
    """How recorded and live answers differ.

    Args:
        suite: its name.
        asked: how many cases were asked again.
        same: how many answers came out the same to the letter.
        faults: how many the endpoint did not give.
        metrics: (recorded, live) over the same cases, by metric.
        examples: case, recorded and live answer of some that differ.
    """

    suite: str
    asked: int = 0
    same: int = 0
    faults: int = 0
    metrics: dict[str, tuple[float | None, float | None]] = field(default_factory=dict)
    examples: list[tuple[str, str, str]] = field(default_factory=list)


def verify(
    name: str,
    places: Places,
    model: str,
    endpoint: Endpoint,
    prompt_set: str,
    *,
    limit: int = 0,
    tell: Callable[[str], None] = lambda _id: None,
) -> Drift:
    """Ask the recorded cases of a suite again.

    Args:
        name: the suite's.
        places: the evals folder.
        model: the model's folder.
        endpoint: where to ask.
        prompt_set: `base` or a candidate's name.
        limit: at most so many cases, evenly over the suite; 0 for all.
        tell: called with each case's id.

    Raises:
        InputError: nothing of the suite is recorded, or it is none of answers.
    """
    suite = load_suite(name, places.suites)
    if suite.live or suite.subject == "judge":
        why = "never asks a model" if suite.live else "asks a judge, whose answers are held against labels"
        raise InputError(f"The suite {name} {why}: there is nothing to verify.")
    (recorded,) = run_suite(suite, places, Which(prompt_set=prompt_set, embedded=False), model)
    parts = parts_of(suite, places, prompt_set)
    known = {(each.id, each.sample): each for each in recorded.cases if each.keys and each.output}
    cases = [asked for asked in cases_of(suite, places, list(parts.personas)) if (asked.case.id, 0) in known]
    if not cases:
        raise InputError(f"Nothing of the suite {name} is recorded with {prompt_set}: record it first.")
    chosen = cases[:: max(1, -(-len(cases) // limit))] if limit else cases
    library = library_of(places, model, prompt_set, name)
    tape = RecordTransport(library, endpoint.transport(), endpoint.made, threading.Lock(), keep=False)
    asker = Asker(
        suite, parts, tape, read_model(places.recordings / model / "model.json"),
        base_url=endpoint.base_url, api_key=endpoint.key, timeout=endpoint.timeout,
    )  # fmt: skip
    live = recorded.model_copy(deep=True, update={"cases": []})
    before = recorded.model_copy(update={"cases": [known[asked.case.id, 0] for asked in chosen]})
    drift = Drift(name)
    try:
        for asked in chosen:
            tell(asked.case.id)
            live.cases.append(asker.ask(asked, 0))
    finally:
        asker.close()
    for run in (before, live):
        grade_all(suite, run, parts, cases, places)
    _compare(drift, before, live)
    return drift


def _compare(drift: Drift, before: SuiteRun, live: SuiteRun) -> None:
    for old, new in zip(before.cases, live.cases, strict=True):
        drift.asked += 1
        if new.output is None or new.output.fault:
            drift.faults += 1
        was, is_now = said(old.output), said(new.output)
        drift.same += was == is_now
        if was != is_now:
            drift.examples.append((old.id, was, is_now))
    for metric in before.metrics:
        other = live.metric(metric.name)
        if not metric.detail:
            drift.metrics[metric.name] = (metric.value, other.value if other else None)


def said(output: Output | None) -> str:
    """An answer as one text, to be compared and read."""
    if output is None:
        return ""
    if output.critique is not None:
        critique = output.critique
        verdicts = ", ".join(f"{id} {each.verdict}" for id, each in critique.criteria.items())
        pitfalls = ", ".join(each.id for each in critique.pitfalls) or "none"
        stronger = critique.stronger_answer.text if critique.stronger_answer else ""
        return f"overall {critique.overall}; {verdicts}; pitfalls: {pitfalls}; stronger: {stronger}"
    return output.text or "\n".join(output.lines) or ", ".join(output.cards) or output.fault
