"""What the commands and the Evals page do as a whole: run and hold against gates, compare by name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from evals.asking import changed_segments
from evals.compare import compare
from evals.comparison import CompareReport, SuiteComparison
from evals.gates import Gates, check_comparison, check_run, exit_code, load_gates
from evals.judging import calibrated, run_judge_suite
from evals.places import BASE, Places
from evals.regrade import regrade
from evals.result import Change, Run, SuiteRun
from evals.run import Which, chosen_model, run
from evals.stored import find_run
from evals.suite import load_suite, suite_names
from interviewer.errors import InputError, NotComparableError


def run_and_check(
    suites: Sequence[str], places: Places, prompt_set: str = BASE, model: str = "", engine: str = "both"
) -> Run:
    """Run suites and hold them against the gates.

    Args:
        suites: names; all where empty.
        places: the evals folder.
        prompt_set: `base` or a candidate's name.
        model: a recorded model's folder; empty for the one with most recordings.
        engine: both, embedded or model.

    Raises:
        InterviewerError: as `run` and `load_gates`.
    """
    which = Which(tuple(suites), prompt_set, model, embedded=engine != "model", replay=engine != "embedded")
    found = run(which, places)
    _calibrate(found, places, chosen_model(model, places) if which.replay else "")
    return check_gates(found, places)


def regrade_and_check(stored: Run, places: Places) -> Run:
    """Grade a stored run again and hold it against the gates. No model code is loaded.

    Args:
        stored: the run; nothing of it is changed.
        places: the evals folder.

    Raises:
        InterviewerError: as `regrade` and `load_gates`.
    """
    found = regrade(stored, places)
    _calibrate(found, places)
    return check_gates(found, places)


def check_gates(found: Run, places: Places) -> Run:
    """Hold a run against the gates; its exit code says what came of it."""
    gates = read_gates(places)
    found.gates = check_run(found, gates)
    found.exit_code = exit_code(found.gates, found.suites)
    return found


def read_gates(places: Places) -> Gates:
    """The gates; none where there is no file of them."""
    return load_gates(places.gates, suite_names(places.suites)) if places.gates.exists() else Gates()


def _calibrate(found: Run, places: Places, model: str = "") -> None:
    """Let judges' figures gate only where their agreement with labels is above the floor.

    Where a judge's suite is not in the run, its agreement is taken from the recordings of the model named;
    where none is, what was found of it before stands.
    """
    judged = [each for each in found.suites if each.judge and each.subject != "judge"]
    if not judged:
        return
    floors = read_gates(places).calibration
    for each in judged:
        for name in load_suite(each.suite, places.suites).judges:
            if judge := _judge_run(found, name, places, model):
                calibrated(each, {judge.judge: judge}, floors.get(name, 1.0))


def _judge_run(found: Run, name: str, places: Places, model: str) -> SuiteRun | None:
    known = next((each for each in found.suites if each.suite == name), None)
    if known is None and model:
        return run_judge_suite(load_suite(name, places.suites), places, model)
    return known


def compare_named(
    base: str, candidate: str, places: Places, model: str = "", suites: Sequence[str] = ()
) -> CompareReport:
    """Compare two runs, each named by a prompt set, a stored run, `last` or `blessed`.

    Args:
        base: what is compared with.
        candidate: what is to be judged.
        places: the evals folder.
        model: a recorded model's folder, for prompt sets.
        suites: only these; where none is named, all that both have recorded.

    Raises:
        NotComparableError: they differ in more than their prompts, or nothing is recorded of both.
        NotFoundError: there is nothing of that name.
    """
    for name in suites:
        load_suite(name, places.suites)
    one, other = (_named(each, places, model, suites) for each in (base, candidate))
    left_out = [] if suites else _leave_out(one, other)
    if not other.suites or not one.suites:
        raise NotComparableError(f"{base} and {candidate} have no suite to compare: " + "; ".join(left_out))
    found = compare(one, other, base, candidate)
    found.left_out = left_out
    for suite in found.suites:
        suite.request_changes = _request_changes(suite, places)
    found.gates = check_comparison(found, read_gates(places))
    found.exit_code = exit_code(found.gates)
    return found


def _named(name: str, places: Places, model: str, suites: Sequence[str]) -> Run:
    if name not in places.prompt_sets():
        found = find_run(name, places)
        found.suites = [each for each in found.suites if each.engine == "model" and each.subject != "judge"]
        if suites:
            found.suites = [each for each in found.suites if each.suite in suites]
        return found
    if not chosen_model(model, places):
        raise InputError("There are no recordings to compare: `interviewer eval record` makes some.")
    chosen = tuple(suites) or tuple(_recorded_suites(places))
    return run_and_check(chosen, places, name, model, "model")


def _recorded_suites(places: Places) -> Iterable[str]:
    for name in suite_names(places.suites):
        suite = load_suite(name, places.suites)
        if not suite.live and suite.subject != "judge":
            yield name


def _leave_out(one: Run, other: Run) -> list[str]:
    """Take out the suites that say nothing: not recorded with one of the two, or asking exactly the same."""
    said = []
    left = {each.suite: each for each in one.suites}
    right = {each.suite: each for each in other.suites}
    for name in dict.fromkeys([*left, *right]):
        runs = [each for each in (left.get(name), right.get(name)) if each is not None]
        lacking = next((each for each in runs if not each.complete), None)
        if len(runs) < 2:
            said.append(f"{name}: only one of the two has it")
        elif lacking is not None:
            said.append(f"{name}: {lacking.answered} of {len(lacking.cases)} recorded with {lacking.name}")
        elif [case.keys for case in runs[0].cases] == [case.keys for case in runs[1].cases]:
            said.append(f"{name}: both ask exactly the same")
        else:
            continue
        one.suites = [each for each in one.suites if each.suite != name]
        other.suites = [each for each in other.suites if each.suite != name]
    return said


def _request_changes(suite: SuiteComparison, places: Places) -> list[Change]:
    """Of each segment that differs the first case that shows it."""
    base = {(case.id, case.sample): case for case in suite.base.cases}
    found: dict[str, Change] = {}
    for case in suite.candidate.cases:
        before = base.get((case.id, case.sample))
        if before is None:
            continue
        for change in changed_segments(before.segments, case.segments, places.texts, known=set(found)):
            found.setdefault(change.segment, change)
    return list(found.values())
