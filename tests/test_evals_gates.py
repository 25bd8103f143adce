"""The gates: what is held, what is not, which exit code follows, and what a broken file says."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from pathlib import Path

import pytest
from eval_samples import a_run, case, pair, passes, plain, rate_run, suite_run

from evals.cases import cases_of
from evals.compare import compare
from evals.comparison import CompareReport
from evals.gates import Gates, check_comparison, check_run, exit_code, load_gates
from evals.places import Places
from evals.result import GateFinding, Origin, State, SuiteRun
from evals.suite import SUITES, load_suite, suite_names
from interviewer import errors
from interviewer.errors import DataFileError
from prompts import load_personas

SHIPPED = SUITES.parent / "gates.toml"
# What graders of several metrics yield; every other grader's metric has its own name.
METRICS = {
    "agreement": ("criteria_kappa", "pitfall_f1", "overall_kappa", "overall_bias", "focus_hit"),
    "retrieval": ("recall_1", "recall_3", "reciprocal_rank"),
}


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "gates.toml"
    path.write_text(text, encoding="utf-8")
    return path


def floors(**metrics: float) -> Gates:
    return Gates(floors={"follow-up": {"model": metrics}})


def embedded(run: SuiteRun) -> SuiteRun:
    return run.model_copy(update={"engine": "embedded", "origin": Origin(provenance="built-in")})


def diagnostic(run: SuiteRun, why: str = "κ .31 is too low") -> SuiteRun:
    marked = [metric.model_copy(update={"diagnostic": why}) for metric in run.metrics]
    return run.model_copy(update={"metrics": marked})


def lines(findings: Sequence[GateFinding]) -> list[str]:
    return [finding.line for finding in findings]


def test_the_shipped_gates_name_figures_that_there_are(tmp_path: Path) -> None:
    gates = load_gates(SHIPPED, suite_names())
    assert gates.floors and gates.regressions and gates.calibration
    for suite, engines in gates.floors.items():
        graders = load_suite(suite).graders
        known = {name for grader in graders for name in METRICS.get(grader, (grader,))}
        # A figure of a part: the grader's name with a family of the suite.
        own = load_personas(SUITES / "personas") if load_suite(suite).personas_dir else {}
        known_personas = [*load_personas(), *own]
        cases = cases_of(load_suite(suite), Places(SUITES.parent, tmp_path), known_personas)
        known |= {f"{name}.{each.case.expect.family}" for name in known for each in cases}
        for metrics in engines.values():
            assert set(metrics) <= known, suite
    for judge in gates.calibration:
        assert load_suite(judge).subject == "judge"


def test_the_examples_in_the_shipped_gates_are_right(tmp_path: Path) -> None:
    text = SHIPPED.read_text(encoding="utf-8")
    uncommented = re.sub(r"^# (\[[^\]]*\]|\S+ = .*)$", r"\1", text, flags=re.MULTILINE)
    assert tomllib.loads(uncommented) != tomllib.loads(text)
    gates = load_gates(written(tmp_path, uncommented), suite_names())
    assert gates.floors["follow-up"]["model"] and gates.must_pass["follow-up"]["embedded"]


def test_floors_hold_or_not() -> None:
    run = a_run(rate_run({"aimed": [True] * 9 + [False], "no_leak": [True] * 10}))
    findings = check_run(run, floors(aimed=0.9, no_leak=1.0))
    assert [finding.held for finding in findings] == [True, True]
    assert exit_code(findings, run.suites) == 0
    findings = check_run(run, floors(aimed=0.95))
    assert lines(findings) == ["follow-up, base: aimed is 0.900, at least 0.95 is wanted"]
    assert [(one.suite, one.engine, one.rule, one.held) for one in findings] == [
        ("follow-up", "model", "floor", False)
    ]
    assert exit_code(findings, run.suites) == 1


def test_a_floor_is_a_ceiling_where_less_is_better_and_a_distance_for_a_bias() -> None:
    cases = [case(n, plain("dropped", 2.0), pair("overall", 3, 2)) for n in range(5)]
    run = a_run(suite_run(cases))
    assert [one.held for one in check_run(run, floors(dropped=2.0, overall_bias=1.0))] == [True, True]
    findings = check_run(run, floors(dropped=1.9, overall_bias=0.9))
    assert lines(findings) == [
        "follow-up, base: dropped is 2.000, at most 1.9 is wanted",
        "follow-up, base: overall_bias is -1.000, at most 0.9 from zero is wanted",
    ]


def test_gates_are_of_their_engine_and_suite() -> None:
    failing = rate_run({"aimed": [False] * 5})
    assert check_run(a_run(embedded(failing)), floors(aimed=1.0)) == []
    assert check_run(a_run(failing.model_copy(update={"suite": "opening"})), floors(aimed=1.0)) == []


def test_answers_of_a_fake_are_not_held_against_quality() -> None:
    fake = rate_run({"aimed": [False] * 5}, origin=Origin(provenance="synthetic"))
    assert check_run(a_run(fake), floors(aimed=1.0)) == []


def test_a_floor_for_a_figure_that_there_is_not_does_not_hold() -> None:
    findings = check_run(a_run(rate_run({"aimed": [True]})), floors(amied=0.5))
    assert lines(findings) == [
        "follow-up, base: amied: there is no such figure; correct the name in gates.toml"
    ]
    assert exit_code(findings) == 1


def test_a_diagnostic_figure_may_not_gate() -> None:
    run = a_run(diagnostic(rate_run({"judge_aim": [True] * 5, "aimed": [False] * 5})))
    findings = check_run(run, floors(judge_aim=0.5))
    assert lines(findings) == [
        "follow-up, base: judge_aim may not gate: κ .31 is too low; "
        "take it out of gates.toml, or calibrate its judge"
    ]
    assert exit_code(findings, run.suites) == 4
    assert exit_code(check_run(run, Gates()), run.suites) == 0


def test_must_pass_cases() -> None:
    gates = Gates(must_pass={"follow-up": {"model": ("case-0001", "case-0002", "case-9999")}})
    run = a_run(rate_run({"aimed": [True, True, False], "no_leak": [False, True, True]}))
    findings = check_run(run, gates)
    assert [(one.rule, one.held) for one in findings] == [
        ("must_pass", True),
        ("must_pass", False),
        ("must_pass", False),
    ]
    assert "case-0002: aimed fails: aimed said so" in findings[1].line
    assert "no such case" in findings[2].line
    assert exit_code(findings, run.suites) == 1


def test_every_sample_of_a_must_pass_case_must_pass_but_diagnostics_are_not_asked() -> None:
    gates = Gates(must_pass={"follow-up": {"model": ("case-0000",)}})
    cases = [case(0, passes("aimed", sample == 0), plain("words", 0), sample=sample) for sample in range(2)]
    run = suite_run(cases)
    assert [one.held for one in check_run(a_run(run), gates)] == [False]
    assert [one.held for one in check_run(a_run(diagnostic(run)), gates)] == [True]


def test_an_incomplete_run_passes_no_gate() -> None:
    run = rate_run({"aimed": [True] * 5})
    lost = run.cases[0].model_copy(update={"state": State.STALE, "output": None, "scores": []})
    run = run.model_copy(update={"cases": [lost, *run.cases[1:]], "metrics": []})
    gates = Gates(
        floors={"follow-up": {"model": {"aimed": 0.5, "no_leak": 1.0}}},
        must_pass={"follow-up": {"model": ("case-0000", "case-0001")}},
    )
    findings = check_run(a_run(run), gates)
    assert [one.held for one in findings] == [False, False, True]
    assert "INCOMPLETE" in findings[0].line and "STALE" in findings[1].line
    assert exit_code(findings, [run]) == 3


def test_the_exit_code_names_the_worst() -> None:
    def found(rule: str, held: bool = False) -> GateFinding:
        return GateFinding(suite="s", engine="model", rule=rule, held=held, line="")

    def states(*of: State, **more: object) -> SuiteRun:
        cases = [case(n, state=state) for n, state in enumerate(of)]
        return suite_run(cases, states=dict.fromkeys(of, 1), **more)

    fine = states(State.FRESH, State.LIVE)
    assert exit_code([], [fine]) == 0
    assert exit_code([found("floor", held=True), found("uncalibrated", held=True)], [fine]) == 0
    assert exit_code([found("floor")], [fine]) == 1
    assert exit_code([found("regression"), found("uncalibrated")], [fine]) == 4
    assert exit_code([found("uncalibrated")], [fine, states(State.MISSING)]) == 3
    assert exit_code([found("uncalibrated")], [states(State.STALE), states(State.TAMPERED)]) == 6
    assert exit_code([], [states(State.FRESH, judgments={State.STALE: 1})]) == 3
    assert exit_code([], [states(State.FRESH, judgments={State.TAMPERED: 1})]) == 6
    assert exit_code([], [fine.model_copy(update={"states": {State.FRESH: 2, State.ORPHAN: 1}})]) == 0


def test_errors_carry_the_same_exit_codes() -> None:
    codes = {error.__name__: error.exit_code for error in errors.EvalError.__subclasses__()}
    shared = {"RegressionError": 1, "StaleError": 3, "UncalibratedError": 4, "NotComparableError": 5}
    assert {**shared, "TamperedError": 6}.items() <= codes.items()
    assert errors.InputError.exit_code == 2


def report(base: SuiteRun, candidate: SuiteRun) -> CompareReport:
    return compare(a_run(base), a_run(candidate), "base", "brief")


def test_a_regression_fails_unless_it_is_allowed() -> None:
    base = rate_run({"aimed": [True] * 50, "no_leak": [True] * 50})
    candidate = rate_run({"aimed": [True] * 30 + [False] * 20, "no_leak": [True] * 50}, prompt_set="brief")
    found = check_comparison(report(base, candidate), Gates())
    assert lines(found) == ["follow-up, brief: aimed REGRESSED by 0.400; mend it, or allow it in gates.toml"]
    assert exit_code(found) == 1
    found = check_comparison(report(base, candidate), Gates(regressions={"aimed": 0.4}))
    assert lines(found) == ["follow-up, brief: aimed lost 0.400, 0.4 is allowed"]
    assert exit_code(found) == 0
    found = check_comparison(report(base, candidate), Gates(regressions={"aimed": 0.39}))
    assert exit_code(found) == 1


def test_a_limit_holds_even_where_chance_could_have_done_it() -> None:
    base, candidate = rate_run({"no_leak": [True] * 50}), rate_run({"no_leak": [True] * 49 + [False]})
    assert check_comparison(report(base, candidate), Gates()) == []
    found = check_comparison(report(base, candidate), Gates(regressions={"no_leak": 0.0}))
    assert [one.held for one in found] == [False]
    gained = check_comparison(report(candidate, base), Gates(regressions={"no_leak": 0.0}))
    assert [one.held for one in gained] == [True]


def test_losses_are_losses_in_the_metric_s_own_direction() -> None:
    base = suite_run([case(n, plain("words", 30 + n % 3), pair("overall", 3, 3)) for n in range(30)])
    candidate = suite_run([case(n, plain("words", 32 + n % 3), pair("overall", 3, 2)) for n in range(30)])
    gates = Gates(regressions={"words": 1.9, "overall_bias": 0.9})
    found = {one.line: one.held for one in check_comparison(report(base, candidate), gates)}
    assert found["follow-up, base: words lost 2.000, 1.9 is allowed"] is False
    assert found["follow-up, base: overall_bias lost 1.000, 0.9 is allowed"] is False
    back = check_comparison(report(candidate, base), gates)
    assert all(one.held for one in back) and len(back) == 2


def test_diagnostics_and_details_gate_no_compare_unless_named() -> None:
    base = rate_run({"judge_aim": [True] * 40, "moves.padded": [True] * 40})
    candidate = rate_run({"judge_aim": [False] * 40, "moves.padded": [False] * 40})
    candidate.metrics = [
        metric.model_copy(update={"diagnostic": "too low"}) if metric.name == "judge_aim" else metric
        for metric in candidate.metrics
    ]
    assert check_comparison(report(base, candidate), Gates()) == []
    found = check_comparison(report(base, candidate), Gates(regressions={"judge_aim": 0.1}))
    assert exit_code(found) == 4
    found = check_comparison(report(base, candidate), Gates(regressions={"moves.padded": 0.1}))
    assert exit_code(found) == 1


BROKEN = [
    ("[floors.opening.embedded]\nin_voice = 1.0\n\n[flors]\n", "4: 'flors' is not known; remove it"),
    ("# x\n[floors.opening.embeded]\nin_voice = 1.0\n", "2: 'floors.opening.embeded': Input should be"),
    ("[floors.opening.model]\nin_voice = 'all'\n", "2: 'floors.opening.model.in_voice': Input should be"),
    ("[floors.opening.model]\nin_voice = nan\n", "2: 'floors.opening.model.in_voice': Input should be"),
    ("[regressions]\naimed = 0.1\nno_leak = -0.1\n", "3: 'regressions.no_leak': Input should be"),
    ("[calibration]\nopening = 2\n", "2: 'calibration.opening': Input should be"),
    ("[must_pass.opening]\nmodel = 'x'\n", "2: 'must_pass.opening.model': Input should be"),
    (
        "[calibration]\nopening = 0.5\n\n[floors.openin.model]\nx = 1\n",
        "4: there is no suite 'openin'; correct",
    ),
    ("[must_pass.openin]\nmodel = ['x']\n", "1: there is no suite 'openin'; correct"),
    ("[calibration]\n\njudge = 0.5\n", "3: there is no suite 'judge'; correct"),
    ("[regressions]\naimed = \n", "2: is not valid TOML: invalid value; correct it"),
    ("[a]\n[a]\n", "2: is not valid TOML: "),
]


@pytest.mark.parametrize(("text", "problem"), BROKEN)
def test_a_broken_file_says_where_and_what_to_do(tmp_path: Path, text: str, problem: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(DataFileError) as broken:
        load_gates(path, ["opening"])
    assert str(broken.value).startswith(f"{path}:{problem}")
    assert "\n" not in str(broken.value)


def test_a_file_that_is_not_there_or_empty(tmp_path: Path) -> None:
    with pytest.raises(DataFileError, match="cannot be read"):
        load_gates(tmp_path / "none.toml")
    assert load_gates(written(tmp_path, "")) == Gates()
