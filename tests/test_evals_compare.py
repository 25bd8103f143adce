"""Comparing two recorded runs: planted effects are found, chance is not, and what differs is refused."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from eval_samples import a_run, case, pair, passes, plain, rate_run, suite_run

from evals.compare import SAME_ANSWERS, comparable, compare
from evals.comparison import CompareReport, Comparison, SuiteComparison
from evals.result import CaseResult, Origin, Run, State, SuiteRun
from interviewer.errors import EvalError, NotComparableError

RANDOM = np.random.default_rng


def compared(base: SuiteRun, candidate: SuiteRun, seed: int = 0) -> SuiteComparison:
    return report(base, candidate, seed).suites[0]


def report(base: SuiteRun, candidate: SuiteRun, seed: int = 0) -> CompareReport:
    return compare(a_run(base), a_run(candidate), "base", "brief", seed)


def metric(found: SuiteComparison, name: str) -> Comparison:
    return next(each for each in found.metrics if each.metric == name)


def share(value: float, n: int, seed: int) -> list[bool]:
    return (RANDOM(seed).random(n) < value).tolist()


def words(mean: float, n: int, seed: int) -> list[CaseResult]:
    values = RANDOM(seed).normal(mean, 4, n)
    return [case(number, plain("words", value)) for number, value in enumerate(values.tolist())]


def judged(n: int, right: float, seed: int, shift: int = 0) -> list[CaseResult]:
    """Cases with an overall score and two criteria; the labels are the same for every seed."""
    labels, random = RANDOM(99), RANDOM(seed)
    cases = []
    for number in range(n):
        scores = []
        for name, low, high in (("criterion.a", 0, 2), ("criterion.b", 0, 2), ("overall", 1, 5)):
            label = int(labels.integers(low, high + 1))
            said = label if random.random() < right else int(random.integers(low, high + 1))
            scores.append(pair(name, label, min(high, max(low, said + shift))))
        cases.append(case(number, *scores))
    return cases


def test_a_planted_effect_is_found() -> None:
    base = rate_run({"one_question": share(0.6, 80, 1), "no_leak": share(0.95, 80, 2)})
    candidate = rate_run({"one_question": share(0.95, 80, 3), "no_leak": share(0.95, 80, 4)})
    whole = report(base, candidate)
    found = whole.suites[0]
    one = metric(found, "one_question")
    assert (one.verdict, found.verdict, whole.verdict, whole.exit_code) == ("IMPROVED",) * 3 + (0,)
    assert one.n == 80 and one.wins + one.ties + one.losses == 80 and one.wins > one.losses
    assert one.difference == pytest.approx((one.wins - one.losses) / 80)
    assert one.low is not None and one.high is not None and 0 < one.low < one.difference < one.high
    assert one.p is not None and one.p_holm is not None and one.p < one.p_holm < 0.05
    assert metric(found, "no_leak").verdict == "NO DETECTABLE CHANGE"
    assert found.why == "better: one_question"


def test_planted_harm_is_found_and_outweighs_a_gain() -> None:
    base = rate_run({"one_question": share(0.6, 80, 1), "no_leak": share(0.97, 80, 2)})
    candidate = rate_run({"one_question": share(0.95, 80, 3), "no_leak": share(0.5, 80, 4)})
    whole = report(base, candidate)
    assert metric(whole.suites[0], "no_leak").verdict == "REGRESSED"
    assert metric(whole.suites[0], "one_question").verdict == "IMPROVED"
    assert (whole.suites[0].verdict, whole.verdict, whole.exit_code) == ("REGRESSED", "REGRESSED", 1)
    assert whole.suites[0].why == "worse: no_leak; better: one_question"


def test_no_effect_is_no_detectable_change() -> None:
    found = compared(rate_run({"aimed": share(0.7, 100, 1)}), rate_run({"aimed": share(0.7, 100, 2)}))
    one = metric(found, "aimed")
    assert (one.verdict, found.verdict) == ("NO DETECTABLE CHANGE", "NO DETECTABLE CHANGE")
    assert one.smallest is not None and 0.1 < one.smallest < 0.25
    assert found.why == "no metric differs more than chance"


def test_situations_that_turn_either_way_are_not_called_an_effect() -> None:
    """Prompts that suit some situations and not others: each of twelve has its own shift, around none."""
    found = []
    for seed in range(30):
        random = RANDOM(seed)

        def values(random: np.random.Generator = random) -> dict[str, list[bool]]:
            shifts = np.clip(0.8 + random.normal(0, 0.3, (6, 12)), 0, 1)
            return {f"m{m}": [bool(random.random() < shifts[m, n % 12]) for n in range(72)] for m in range(6)}

        found.append(compared(rate_run(values(), 12), rate_run(values(), 12)).verdict)
    assert sum(verdict in ("IMPROVED", "REGRESSED") for verdict in found) <= 2


def test_chance_is_rarely_called_an_effect() -> None:
    verdicts = []
    for seed in range(40):
        names = ["a", "b", "c", "d", "e"]
        base = rate_run({name: share(0.8, 60, 1000 + 10 * seed + n) for n, name in enumerate(names)})
        candidate = rate_run({name: share(0.8, 60, 5000 + 10 * seed + n) for n, name in enumerate(names)})
        verdicts.append(compared(base, candidate).verdict)
    assert sum(verdict in ("IMPROVED", "REGRESSED") for verdict in verdicts) <= 4


def test_few_cases_say_so() -> None:
    found = compared(rate_run({"aimed": share(0.6, 12, 1)}), rate_run({"aimed": share(0.7, 12, 2)}))
    assert (metric(found, "aimed").verdict, found.verdict) == ("TOO FEW CASES", "TOO FEW CASES")
    assert found.why == "12 independent cases; fewer than 20 settle only what is large"


def test_many_cases_of_few_clusters_are_few() -> None:
    base, candidate = {"aimed": share(0.65, 72, 1)}, {"aimed": share(0.65, 72, 3)}
    assert compared(rate_run(base), rate_run(candidate)).verdict == "NO DETECTABLE CHANGE"
    assert compared(rate_run(base, 12), rate_run(candidate, 12)).verdict == "TOO FEW CASES"


def test_few_cases_can_still_show_what_is_large() -> None:
    found = compared(rate_run({"aimed": [False] * 15}), rate_run({"aimed": [True] * 15}))
    assert found.verdict == "IMPROVED"


def test_cases_that_could_not_show_a_plausible_effect_are_few() -> None:
    found = compared(rate_run({"aimed": share(0.5, 24, 1)}), rate_run({"aimed": share(0.5, 24, 5)}))
    one = metric(found, "aimed")
    assert one.smallest is not None and one.smallest > 0.25
    assert one.verdict == "TOO FEW CASES"


def test_a_situation_met_six_times_is_not_six_cases() -> None:
    """Four situations of twelve turn, for each of six personas: over pairs, McNemar would be sure of it."""
    before, after = [False] * 72, [number % 12 < 4 for number in range(72)]
    one = metric(compared(rate_run({"a": before}, clusters=12), rate_run({"a": after}, clusters=12)), "a")
    assert (one.wins, one.losses, one.p) == (24, 0, pytest.approx(2 * 0.5**4))
    assert one.verdict == "TOO FEW CASES"
    wide = [number % 12 < 8 for number in range(72)]
    assert (
        compared(rate_run({"a": before}, clusters=12), rate_run({"a": wide}, clusters=12)).verdict
        == "IMPROVED"
    )


def test_a_plain_number_of_which_less_is_better() -> None:
    longer, shorter = suite_run(words(40, 60, 1)), suite_run(words(34, 60, 2))
    one = metric(compared(longer, shorter), "words")
    assert one.verdict == "IMPROVED" and one.difference is not None and one.difference < 0
    assert one.wins > one.losses
    assert metric(compared(shorter, longer), "words").verdict == "REGRESSED"
    assert one.smallest == pytest.approx(2.8 * 4 * np.sqrt(2 / 60), rel=0.25)


def test_five_answers_of_thirty_do_not_make_an_effect() -> None:
    """The bootstrap alone would say so; a sign test of five would not."""
    base = suite_run([case(n, plain("words", 40)) for n in range(30)])
    fewer = [
        suite_run([case(n, plain("words", 10 if n < many else 40)) for n in range(30)]) for many in (5, 6)
    ]
    five, six = (metric(compared(base, each), "words") for each in fewer)
    assert five.p is not None and five.p < 0.05 and five.high is not None and five.high < 0
    assert (five.verdict, six.verdict) == ("NO DETECTABLE CHANGE", "IMPROVED")


def test_agreement_figures_are_computed_anew_over_the_same_cases() -> None:
    base, candidate = suite_run(judged(104, 0.3, 1)), suite_run(judged(104, 0.9, 2))
    found = compared(base, candidate)
    assert found.verdict == "IMPROVED"
    for name in ("criteria_kappa", "overall_kappa", "overall_icc"):
        one, before, after = metric(found, name), base.metric(name), candidate.metric(name)
        assert before is not None and after is not None
        assert (one.base, one.candidate) == pytest.approx((before.value, after.value))
        assert one.verdict == "IMPROVED" and one.smallest is not None and 0 < one.smallest < 0.5


def test_a_bias_is_better_nearer_to_zero() -> None:
    plain_run, generous = suite_run(judged(80, 1.0, 1)), suite_run(judged(80, 1.0, 1, shift=1))
    one = metric(compared(plain_run, generous), "overall_bias")
    assert (one.base, one.verdict) == (0.0, "REGRESSED")
    assert one.difference == one.candidate
    strict = suite_run(judged(80, 1.0, 1, shift=-1))
    other = metric(compared(generous, strict), "overall_bias")
    assert other.difference == pytest.approx(abs(other.candidate or 0) - abs(other.base or 0))
    assert other.verdict == "NO DETECTABLE CHANGE"


def test_swapping_the_runs_negates_the_difference() -> None:
    scores: list[tuple[list[CaseResult], list[CaseResult]]] = [
        (judged(50, 0.4, 1), judged(50, 0.7, 2)),
        (words(40, 50, 1), words(38, 50, 2)),
        (rate_run({"a": share(0.6, 50, 1)}).cases, rate_run({"a": share(0.8, 50, 2)}).cases),
    ]
    turned = {"IMPROVED": "REGRESSED", "REGRESSED": "IMPROVED"}
    for left, right in scores:
        forth = compared(suite_run(left), suite_run(right))
        back = compared(suite_run(right), suite_run(left))
        for one, other in zip(forth.metrics, back.metrics, strict=True):
            assert one.difference == pytest.approx(-(other.difference or 0)), one.metric
            assert (one.low, one.high) == pytest.approx((-(other.high or 0), -(other.low or 0)))
            assert (one.wins, one.ties, one.losses) == (other.losses, other.ties, other.wins)
            assert (one.base, one.candidate) == (other.candidate, other.base)
            assert one.p == pytest.approx(other.p)
            assert one.smallest == pytest.approx(other.smallest)
            assert turned.get(one.verdict, one.verdict) == other.verdict


def test_the_seed_decides() -> None:
    base, candidate = suite_run(judged(40, 0.4, 1)), suite_run(judged(40, 0.7, 2))
    assert compared(base, candidate, 3).metrics == compared(base, candidate, 3).metrics
    assert compared(base, candidate, 3).metrics != compared(base, candidate, 4).metrics


def test_a_detail_never_decides_and_does_not_cost_the_others() -> None:
    n = 60
    base = rate_run({"a": share(0.5, n, 1), **{f"a.{i}": [True] * n for i in range(30)}})
    candidate = rate_run({"a": share(0.85, n, 2), **{f"a.{i}": [False] * n for i in range(30)}})
    found = compared(base, candidate)
    assert metric(found, "a.3").verdict == "REGRESSED"
    assert found.verdict == "IMPROVED"
    assert metric(found, "a").p_holm == metric(found, "a").p


def test_a_diagnostic_metric_never_decides() -> None:
    base, candidate = rate_run({"judge_aim": [True] * 40}), rate_run({"judge_aim": [False] * 40})
    candidate.metrics = [
        each.model_copy(update={"diagnostic": "not calibrated"}) for each in candidate.metrics
    ]
    found = compared(base, candidate)
    assert metric(found, "judge_aim").diagnostic == "not calibrated"
    assert (found.verdict, found.why) == ("TOO FEW CASES", "no metric may decide")


def test_only_answers_that_both_scored_are_paired() -> None:
    base = suite_run([case(n, passes("a", True), passes("b", True)) for n in range(30)])
    candidate = suite_run(
        [case(n, passes("a", n > 2), *([passes("c", True)] if n else [])) for n in range(30)]
    )
    found = compared(base, candidate)
    assert metric(found, "a").n == 30
    for name in ("b", "c"):
        one = metric(found, name)
        assert (one.n, one.difference, one.verdict) == (0, None, "TOO FEW CASES")
    half = suite_run([case(n, passes("a", True) if n % 2 else plain("a", None)) for n in range(30)])
    assert metric(compared(base, half), "a").n == 15


def test_the_same_answers_are_no_change_however_few() -> None:
    whole = report(rate_run({"a": share(0.5, 8, 1)}), rate_run({"a": share(0.5, 8, 1)}, prompt_set="brief"))
    assert (whole.verdict, whole.exit_code, whole.suites[0].why) == ("NO DETECTABLE CHANGE", 0, SAME_ANSWERS)
    assert whole.suites[0].metrics[0].verdict == "NO DETECTABLE CHANGE"


def test_suites_whose_answers_are_the_same_do_not_speak_for_the_others() -> None:
    same = rate_run({"a": [True] * 50}, engine="embedded", origin=Origin(provenance="built-in"))
    few, other = rate_run({"a": share(0.5, 8, 1)}), rate_run({"a": share(0.5, 8, 3)})
    whole = compare(a_run(same, few), a_run(same, other), "base", "brief")
    assert [each.verdict for each in whole.suites] == ["NO DETECTABLE CHANGE", "TOO FEW CASES"]
    assert whole.verdict == "TOO FEW CASES"


def test_engines_and_suites_that_both_have_are_compared() -> None:
    embedded: dict[str, Any] = {"engine": "embedded", "origin": Origin(provenance="built-in")}
    values = {"a": share(0.5, 30, 1)}
    base = a_run(rate_run(values, **embedded), rate_run(values), rate_run(values, suite="opening"))
    candidate = a_run(rate_run(values), rate_run(values, **embedded), rate_run(values, suite="critique"))
    found = compare(base, candidate, "base", "brief")
    assert [(each.suite, each.candidate.engine) for each in found.suites] == [
        ("follow-up", "embedded"),
        ("follow-up", "model"),
    ]


def local(**more: str) -> Origin:
    return Origin(provenance="local", endpoint="llama.cpp", model="small", file_sha256="ab").model_copy(
        update=more
    )


def without(cases: Sequence[CaseResult]) -> dict[str, Any]:
    lost = cases[-1].model_copy(update={"state": State.MISSING, "output": None, "scores": []})
    return {"cases": [*cases[:-1], lost], "metrics": []}


VALUES = {"a": share(0.5, 30, 1)}
CASES = rate_run(VALUES).cases
REFUSED: list[tuple[str, dict[str, Any]]] = [
    ("the suites differ", {"suite": "critique"}),
    ("the engines differ (model, embedded)", {"engine": "embedded"}),
    ("the suite file differs", {"hashes": {"suite": "9", "graders": "2"}}),
    ("the graders differ", {"hashes": {"suite": "1", "graders": "9"}}),
    ("only the base has case-0028, sample 0, and 1 more", {"cases": CASES[:-2]}),
    ("only the candidate has case-0030, sample 0; run", {"cases": [*CASES, case(30, passes("a", True))]}),
    ("only the candidate has case-0001, sample 1; run", {"cases": [*CASES, case(1, sample=1)]}),
    ("a case twice", {"cases": [*CASES, CASES[0]]}),
    ("the candidate is INCOMPLETE (29 of 30 answered)", without(CASES)),
    ("INCOMPLETE (answers are there, but not all judgments)", {"judgments": {State.MISSING: 3}}),
    (
        "the provenance differs (local at llama.cpp, synthetic at llama.cpp)",
        {"origin": local(provenance="synthetic")},
    ),
    ("the provenance differs", {"origin": local(endpoint="openai")}),
    ("the models differ (small, large)", {"origin": local(model="large")}),
    ("the files of the model small differ", {"origin": local(file_sha256="cd")}),
    ("the judges differ (none; small aim 12)", {"judge": "small aim 12"}),
    ("the sampling of the question differs (temperature 0; 1)", {"sampling": {"question": "1"}}),
    (
        "the sampling of the critique differs (none; x)",
        {"sampling": {"question": "temperature 0", "critique": "x"}},
    ),
]


@pytest.mark.parametrize(("reason", "changed"), REFUSED, ids=[reason for reason, _ in REFUSED])
def test_what_differs_beyond_the_prompts_is_refused(reason: str, changed: dict[str, Any]) -> None:
    base, candidate = rate_run(VALUES), rate_run(VALUES).model_copy(update=changed)
    said = comparable(base, candidate)
    assert reason in said
    assert said.endswith(".") and "; " in said and "\n" not in said
    if "suite" in changed:
        return
    with pytest.raises(NotComparableError) as refused:
        compare(a_run(base), a_run(candidate), "base", "brief")
    assert refused.value.exit_code == 5 and isinstance(refused.value, EvalError)
    assert str(refused.value) == f"base and brief cannot be compared on follow-up: {said}"


def test_prompts_personas_and_rubric_may_differ() -> None:
    hashes = {"suite": "1", "graders": "2", "rubric": "9", "prompt:question": "9", "persona:x": "9"}
    candidate = rate_run(VALUES, hashes=hashes, prompt_set="brief")
    assert comparable(rate_run(VALUES), candidate) == ""


def test_other_labels_are_other_cases() -> None:
    base = suite_run([case(0, pair("overall", 3, 3))])
    assert "case-0000 has other labels" in comparable(base, suite_run([case(0, pair("overall", 4, 3))]))
    assert comparable(base, suite_run([case(0, pair("overall", 3, 1))])) == ""
    assert comparable(base, suite_run([case(0)])) == ""


def test_runs_without_a_common_suite_are_refused() -> None:
    with pytest.raises(NotComparableError, match="no suite in common"):
        compare(a_run(rate_run(VALUES)), a_run(rate_run(VALUES, suite="opening")), "base", "brief")
    with pytest.raises(NotComparableError, match="no suite in common"):
        compare(Run(id="a"), Run(id="b"), "base", "brief")


@pytest.mark.parametrize("make", [lambda: rate_run(VALUES), lambda: suite_run(judged(30, 0.5, 1))])
def test_a_report_survives_json(make: Callable[[], SuiteRun]) -> None:
    other = (
        suite_run(judged(30, 0.8, 2)) if make().metric("overall_icc") else rate_run({"a": share(0.7, 30, 5)})
    )
    found = report(make(), other)
    assert CompareReport.model_validate_json(found.model_dump_json()) == found
