"""Runs made up for tests of figures, compares and gates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from evals.metrics import figures
from evals.result import CaseResult, Origin, Output, Run, Score, State, SuiteRun


def passes(metric: str, passed: bool) -> Score:
    return Score(metric=metric, value=float(passed), passed=passed, evidence=f"{metric} said so")


def plain(metric: str, value: float | None) -> Score:
    return Score(metric=metric, value=value)


def pair(metric: str, label: int, said: int) -> Score:
    return Score(metric=metric, value=float(label == said), pair=(label, said))


def case(number: int, *scores: Score, cluster: str = "", **more: Any) -> CaseResult:
    """A case; what it answered follows from its scores, so that other scores are another answer."""
    text = " ".join(f"{score.metric}={score.value}" for score in scores)
    return CaseResult(
        id=f"case-{number:04}", cluster=cluster, scores=list(scores), output=Output(text=text), **more
    )


def suite_run(cases: Sequence[CaseResult], **more: Any) -> SuiteRun:
    """A model's run with recorded answers; `more` changes what stands here."""
    shape: dict[str, Any] = {
        "suite": "follow-up",
        "subject": "question",
        "engine": "model",
        "prompt_set": "base",
        "origin": Origin(provenance="local", endpoint="llama.cpp", model="small", file_sha256="ab"),
        "sampling": {"question": "temperature 0"},
        "hashes": {"suite": "1", "graders": "2", "rubric": "3"},
        "cases": list(cases),
        "metrics": figures(cases),
        "states": {State.FRESH: len(cases)},
    }
    return SuiteRun(**(shape | more))


def rate_run(metrics: Mapping[str, Sequence[bool]], clusters: int = 0, **more: Any) -> SuiteRun:
    """Cases with these passes; with `clusters`, spread over so many."""
    length = len(next(iter(metrics.values())))
    cases = [
        case(
            number,
            *(passes(name, values[number]) for name, values in metrics.items()),
            cluster=f"cluster-{number % clusters}" if clusters else "",
            state=State.FRESH,
        )
        for number in range(length)
    ]
    return suite_run(cases, **more)


def a_run(*suites: SuiteRun) -> Run:
    return Run(id="one", suites=list(suites))
