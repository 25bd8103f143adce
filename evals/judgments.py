"""What a model as judge is asked about recorded answers, under which names, and where its answers lie."""

from __future__ import annotations

from collections.abc import Iterator

from evals.parts import Parts
from evals.places import BASE, JUDGMENTS, Places
from evals.result import CaseResult, SuiteRun
from evals.suite import Case, Suite
from evals.tape.library import Library
from evals.tape.request import digest


def judge_library(places: Places, model: str, suite: str) -> Library:
    """The judgments of one judge suite's judge."""
    return Library([places.recorded(model, JUDGMENTS, suite)], places.texts)


def judgments_of(suite: Suite, run: SuiteRun) -> Iterator[tuple[CaseResult, Case]]:
    """What a judge is asked about a run: a case for each answer that has a point to aim at."""
    for result in run.cases:
        output = result.output
        if (
            output is None
            or output.fault
            or not output.focus
            or output.kind not in ("follow_up", "no_answer")
        ):
            continue
        aim = next((id for id in output.focus if id != "no_answer"), output.focus[0])
        name = judgment_id(run, result)
        yield result, Case(id=name, question=output.text, focus=(aim,), cluster=result.cluster)


def judgment_id(run: SuiteRun, result: CaseResult) -> str:
    """The case's id under which an answer is judged."""
    return _case_id(f"{judged_name(run.prompt_set, run.suite)}{result.id}.{result.sample}")


def judged_name(prompt_set: str, suite: str) -> str:
    """What the ids of all judgments of a prompt set's answers to a suite begin with."""
    return f"{prompt_set}.{suite}."


def _case_id(name: str) -> str:
    """A name as a case's id: one that is too long is cut, and stays the only one of its kind."""
    longest = 80
    return name if len(name) <= longest else f"{name[: longest - 13]}.{digest(name)[:12]}"


def judged_sets(suite: Suite, places: Places, model: str) -> list[str]:
    """The prompt sets whose answers to a suite are judged: those with recordings or a rubric of their own.

    A set that changes nothing but the rubric has the base prompts' answers, and other judgments of them.
    """
    if not suite.judges or not places.recorded(model, BASE, suite.suite).is_dir():
        return []
    base = Parts(places).rubric.hash
    return [
        name
        for name in places.prompt_sets()
        if places.recorded(model, name, suite.suite).is_dir() or Parts(places, name).rubric.hash != base
    ]
