"""Grades the answers of a stored run again, with the graders as they are now. No model code is loaded."""

from __future__ import annotations

import time
from collections.abc import Mapping

from evals.cases import Asked, cases_of, judge_cases
from evals.grading import grade_all
from evals.parts import Parts
from evals.places import BASE, JUDGMENTS, Places
from evals.result import Run, SuiteRun
from evals.suite import Suite, load_suite
from interviewer.errors import InputError
from interviewer.schema import now


def regrade(run: Run, places: Places) -> Run:
    """A new run with the same answers and new grades.

    Args:
        run: a stored run; nothing of it is changed.
        places: where its suites lie.

    Raises:
        InputError: a suite has changed since, so that an answer has no case any more.
    """
    started, moment = time.monotonic(), now()
    found = run.model_copy(update={"suites": [_for_new_grades(each) for each in run.suites]})
    found.id, found.created, found.gates = f"{moment:%Y%m%d-%H%M%S-%f}", moment, []
    known: dict[tuple[str, str], tuple[Suite, Parts, list[Asked]]] = {}
    own = _prompt_set(found)
    for each in found.suites:
        prompt_set = BASE if each.prompt_set == JUDGMENTS else each.prompt_set or own
        if (each.suite, prompt_set) not in known:
            known[each.suite, prompt_set] = _read(each.suite, prompt_set, places)
        suite, parts, cases = known[each.suite, prompt_set]
        _check(each, {asked.case.id: asked for asked in cases})
        may_not = {metric.name: metric.diagnostic for metric in each.metrics}
        grade_all(suite, each, parts, cases, places)
        # A judge's agreement was found when it was asked; its figures are no better for a new grading.
        each.metrics = [
            metric.model_copy(update={"diagnostic": may_not.get(metric.name, "")}) for metric in each.metrics
        ]
        each.hashes["suite"] = suite.hash
    found.seconds = round(time.monotonic() - started, 3)
    return found


def _prompt_set(run: Run) -> str:
    """The prompt set of a run: the embedded engine beside the model has read the same rubric and personas."""
    named = (each.prompt_set for each in run.suites if each.engine == "model")
    return next((name for name in named if name not in ("", JUDGMENTS)), BASE)


def _for_new_grades(run: SuiteRun) -> SuiteRun:
    """A copy whose scores and figures can be replaced; the answers are the same ones."""
    cases = [case.model_copy() for case in run.cases]
    return run.model_copy(update={"cases": cases, "hashes": dict(run.hashes)})


def _read(name: str, prompt_set: str, places: Places) -> tuple[Suite, Parts, list[Asked]]:
    suite = load_suite(name, places.suites)
    more = suite.path.parent / suite.personas_dir if suite.personas_dir else None
    parts = Parts(places, prompt_set, more)
    if suite.subject == "judge":
        return suite, parts, judge_cases(suite, parts)
    return suite, parts, cases_of(suite, places, list(parts.personas))


def _check(run: SuiteRun, cases: Mapping[str, Asked]) -> None:
    gone = [result.id for result in run.cases if result.id not in cases]
    if gone:
        raise InputError(
            f"The suite {run.suite} has changed since that run: {gone[0]} is no case of it any more. "
            "Run it again."
        )
