"""What of the suites is not recorded yet, and what recording it takes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from evals.asking import Asker
from evals.cases import Asked, cases_of, judge_cases
from evals.cost import cost_of
from evals.judging import Judge
from evals.judgments import judge_library, judged_sets, judgments_of
from evals.parts import Parts
from evals.places import BASE, Places, read_model
from evals.result import Cost, State
from evals.run import Which, library_of, parts_of, run_suite
from evals.suite import Suite, load_suite
from evals.tape.library import Library
from evals.tape.transport import ReplayTransport, Seen


@dataclass(frozen=True)
class Job:
    """One sample of one case that is to be recorded.

    Args:
        suite: the case's suite.
        asked: the case.
        sample: its number, from 0.
        state: STALE or MISSING.
        rubric: of a judgment, the prompt set whose rubric the judge is shown; empty for the interviewer's own
            calls.
    """

    suite: Suite
    asked: Asked
    sample: int
    state: State
    rubric: str = ""


@dataclass
class Plan:
    """What is to be recorded.

    Args:
        jobs: a sample of a case each.
        cost: what they take.
        model: the model's folder.
        prompt_set: `base` or a candidate's name.
    """

    jobs: list[Job]
    cost: Cost
    model: str
    prompt_set: str = BASE


def plan(
    suites: Sequence[str], places: Places, model: str, prompt_set: str = BASE, only: Sequence[State] = ()
) -> Plan:
    """What of the suites is not recorded.

    Args:
        suites: names.
        places: the evals folder.
        model: the model's folder.
        prompt_set: `base` or a candidate's name.
        only: STALE or MISSING; both where empty.
    """
    wanted = set(only) or {State.STALE, State.MISSING}
    jobs: list[Job] = []
    lacking: list[Seen] = []
    library = None
    for name in suites:
        suite = load_suite(name, places.suites)
        if suite.live:
            continue
        found = (
            _judge_jobs(suite, places, model)
            if suite.subject == "judge"
            else _jobs(suite, places, model, prompt_set)
        )
        for job, seen, library in found:  # noqa: B007 - the last one is what costs are estimated by
            if job.state in wanted:
                jobs.append(job)
                lacking += [seen] * _calls(job, seen)
    cost = cost_of(lacking, library) if library is not None else Cost()
    return Plan(jobs, cost, model, prompt_set)


Found = Iterator[tuple[Job, Seen, Library]]


def _jobs(suite: Suite, places: Places, model: str, prompt_set: str) -> Found:
    parts = parts_of(suite, places, prompt_set)
    tape = ReplayTransport(library_of(places, model, prompt_set, suite.suite))
    asker = Asker(suite, parts, tape, read_model(places.recordings / model / "model.json"))
    for asked in cases_of(suite, places, list(parts.personas)):
        for sample in range(suite.repeats):
            result = asker.ask(asked, sample)
            if result.state not in (State.FRESH, State.LIVE):
                yield Job(suite, asked, sample, _to_do(result.state)), tape.seen[-1], tape.library
    asker.close()


def _judge_jobs(suite: Suite, places: Places, model: str) -> Found:
    tape = ReplayTransport(judge_library(places, model, suite.suite))
    work = [(BASE, judge_cases(suite, Parts(places))), *to_judge(suite, places, model)]
    for prompt_set, cases in work:
        judge = Judge(suite.judge, places, Parts(places, prompt_set).rubric, tape, model)
        for asked in cases:
            result = judge.ask(suite.suite, asked.case)
            if result.state not in (State.FRESH, State.LIVE):
                yield Job(suite, asked, 0, _to_do(result.state), prompt_set), tape.seen[-1], tape.library
        judge.close()


def _to_do(state: State) -> State:
    """A damaged recording is to be made again like one that is not there."""
    return State.MISSING if state is State.TAMPERED else state


def _calls(job: Job, seen: Seen) -> int:
    """About how many calls a job takes: an interview asks on from the first question that is not recorded."""
    if job.suite.subject != "interview":
        return 1
    number = seen.slot.call.partition("-")[2]
    return max(1, len(job.asked.case.replies) + 1 - (int(number) if number.isdigit() else 1))


def to_judge(suite: Suite, places: Places, model: str) -> Iterator[tuple[str, list[Asked]]]:
    """What the judge is asked about recorded answers, by the prompt set whose rubric it is shown."""
    for path in sorted(places.suites.glob("*.yaml")):
        other = load_suite(path.stem, places.suites)
        if suite.suite in other.judges:
            for prompt_set in judged_sets(other, places, model):
                (run,) = run_suite(other, places, Which(prompt_set=prompt_set, embedded=False), model)
                yield prompt_set, [Asked(case) for _, case in judgments_of(other, run)]
