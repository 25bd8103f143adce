"""The gates: what figures a run must reach, how much may be lost in a compare, which cases must pass.

They stand in `gates.toml`, which says what each table means. A gate on a judge's figure counts only while the
judge is calibrated; otherwise the gate itself is the mistake (exit code 4).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError

from evals.comparison import CompareReport, Comparison
from evals.result import GateFinding, Metric, Run, State, SuiteRun
from interviewer.errors import DataFileError
from knowledge.datafile import Frozen, Place, data_error, line_of, read_text

Engine = Literal["embedded", "model"]
Limit = Annotated[float, Field(allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1)]
_NEAR = 1e-9


class Gates(Frozen):
    """What `gates.toml` holds.

    Args:
        floors: by suite, engine and metric: the least value; where less is better the greatest; of a bias the
            greatest distance from zero.
        regressions: by metric: how much worse a candidate may be than its base, in the metric's unit.
        must_pass: by suite and engine: ids of cases in which everything that passes or fails must pass.
        calibration: by judge suite: the least lower end of `judge_kappa` at which the judge's figures gate.
    """

    floors: dict[str, dict[Engine, dict[str, Limit]]] = Field(default_factory=dict)
    regressions: dict[str, Annotated[float, Field(ge=0, allow_inf_nan=False)]] = Field(default_factory=dict)
    must_pass: dict[str, dict[Engine, tuple[str, ...]]] = Field(default_factory=dict)
    calibration: dict[str, Share] = Field(default_factory=dict)


def load_gates(path: Path, suites: Sequence[str] = ()) -> Gates:
    """Read the gates.

    Args:
        path: the file.
        suites: the names of the suites there are, to find a gate that would never be looked at.

    Raises:
        DataFileError: it cannot be read, breaks the shape or names a suite that does not exist; names file
            and line.
    """
    text = read_text(path, "the file of gates")
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        problem, _, place = str(error).partition(" (at ")
        line = re.search(r"line (\d+)", place)
        problem = f"is not valid TOML: {problem[:1].lower()}{problem[1:]}; correct it"
        raise DataFileError(path, problem, int(line[1]) if line else None) from error
    lines = _lines(text)
    try:
        gates = Gates.model_validate(data)
    except ValidationError as error:
        raise data_error(error, path, lines) from error
    for table in ("floors", "must_pass", "calibration"):
        for suite in getattr(gates, table):
            if suites and suite not in suites:
                known = ", ".join(suites)
                problem = f"there is no suite '{suite}'; correct the name (there are {known})"
                raise DataFileError(path, problem, line_of(lines, (table, suite)))
    return gates


def _lines(text: str) -> dict[Place, int]:
    """The line of each table and key, as far as they stand one on a line."""
    found: dict[Place, int] = {}
    table: tuple[str, ...] = ()
    for number, line in enumerate(text.splitlines(), start=1):
        if head := re.match(r"\s*\[([^\[\]]+)\]", line):
            table = tuple(part.strip(" \"'") for part in head[1].split("."))
            for length in range(1, len(table) + 1):
                found.setdefault(table[:length], number)
        elif key := re.match(r"""\s*["']?([\w.-]+?)["']?\s*=""", line):
            found.setdefault((*table, key[1]), number)
    return found


def check_run(run: Run, gates: Gates) -> list[GateFinding]:
    """Hold a run against its floors and must-pass cases.

    Suites that were not run are not looked at, nor are answers of a fake, which say nothing of quality.
    """
    found: list[GateFinding] = []
    for suite in run.suites:
        if suite.origin.provenance != "synthetic":
            found += _check_floors(suite, gates.floors.get(suite.suite, {}).get(suite.engine, {}))
            found += _check_cases(suite, gates.must_pass.get(suite.suite, {}).get(suite.engine, ()))
    return found


def _finding(suite: SuiteRun, rule: str, held: bool, line: str, what: str = "") -> GateFinding:
    return GateFinding(
        suite=suite.suite,
        engine=suite.engine,
        rule=rule,
        what=what,
        held=held,
        line=f"{suite.suite}, {suite.name}: {line}",
    )


def _check_floors(suite: SuiteRun, floors: dict[str, float]) -> Iterator[GateFinding]:
    if floors and not suite.complete:
        yield _finding(
            suite, "floor", False, "INCOMPLETE, so no floor can be looked at; record what is missing"
        )
        return
    for name, limit in floors.items():
        metric = suite.metric(name)
        if metric is None or metric.value is None:
            line = f"{name}: there is no such figure; correct the name in gates.toml"
            yield _finding(suite, "floor", False, line, name)
        elif metric.diagnostic:
            yield _uncalibrated(suite, name, metric.diagnostic)
        else:
            held, wanted = _reaches(metric, metric.value, limit)
            line = f"{name} is {metric.value:.3f}, {wanted} is wanted"
            yield _finding(suite, "floor", held, line, name)


def _reaches(metric: Metric, value: float, limit: float) -> tuple[bool, str]:
    match metric.better:
        case "more":
            return value >= limit - _NEAR, f"at least {limit:g}"
        case "less":
            return value <= limit + _NEAR, f"at most {limit:g}"
        case "zero":
            return abs(value) <= limit + _NEAR, f"at most {limit:g} from zero"


def _uncalibrated(suite: SuiteRun, name: str, why: str) -> GateFinding:
    line = f"{name} may not gate: {why}; take it out of gates.toml, or calibrate its judge"
    return _finding(suite, "uncalibrated", False, line, name)


def _check_cases(suite: SuiteRun, ids: Iterable[str]) -> Iterator[GateFinding]:
    """A case passes where each sample has an answer and no score that may gate fails."""
    diagnostic = {metric.name for metric in suite.metrics if metric.diagnostic}
    for id in ids:
        samples = [case for case in suite.cases if case.id == id]
        problem = "" if samples else "there is no such case; correct the id in gates.toml"
        for case in samples:
            if case.state not in (State.FRESH, State.LIVE):
                problem = problem or f"its answer is {case.state}"
            for score in case.scores:
                if score.passed is False and score.metric not in diagnostic:
                    problem = problem or f"{score.metric} fails: {score.evidence or 'no evidence given'}"
        line = f"must-pass case {id}{': ' + problem if problem else ' passes'}"
        yield _finding(suite, "must_pass", not problem, line, id)


def check_comparison(report: CompareReport, gates: Gates) -> list[GateFinding]:
    """Hold a compare against the largest allowed regressions.

    A metric with a limit of its own may lose that much, whatever its verdict, and no more, even where chance
    could have done it. One without may not have REGRESSED. Answers of a fake are not looked at.
    """
    found: list[GateFinding] = []
    for suite in report.suites:
        if suite.candidate.origin.provenance == "synthetic":
            continue
        for each in suite.metrics:
            limit = gates.regressions.get(each.metric)
            if each.diagnostic:
                found += (
                    [] if limit is None else [_uncalibrated(suite.candidate, each.metric, each.diagnostic)]
                )
            elif limit is not None and each.difference is not None:
                loss = max(_loss(each), 0.0) + 0.0  # not -0.0
                line = f"{each.metric} lost {loss:.3f}, {limit:g} is allowed"
                found.append(
                    _finding(suite.candidate, "regression", loss <= limit + _NEAR, line, each.metric)
                )
            elif not each.detail and each.verdict == "REGRESSED":
                line = f"{each.metric} REGRESSED by {_loss(each):.3f}; mend it, or allow it in gates.toml"
                found.append(_finding(suite.candidate, "regression", False, line, each.metric))
    return found


def _loss(each: Comparison) -> float:
    """By how much the candidate is worse; a bias' difference is one of distances from zero already."""
    difference = each.difference or 0.0
    return -difference if each.better == "more" else difference


def exit_code(findings: Iterable[GateFinding], suites: Iterable[SuiteRun] = ()) -> int:
    """The exit code of a run or compare. Usage (2) and runs that are not comparable (5) are errors instead.

    Args:
        findings: of `check_run` or `check_comparison`.
        suites: the run's.

    Returns:
        The first that applies: 6 a recording is tampered with, 3 one is stale or missing, 4 a gate names an
        uncalibrated judge, 1 a gate did not hold, 0.
    """
    states: set[State] = set()
    complete = True
    for suite in suites:
        states |= {*suite.states, *suite.judgments, *(case.state for case in suite.cases)}
        complete = complete and suite.complete
    broken = {finding.rule for finding in findings if not finding.held}
    if State.TAMPERED in states:
        return 6
    if not complete or states & {State.STALE, State.MISSING}:
        return 3
    if "uncalibrated" in broken:
        return 4
    return int(bool(broken))
