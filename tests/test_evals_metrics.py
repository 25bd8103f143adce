"""Figures over the cases of a run: which are made of which scores, and what they say."""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np
import pytest
from eval_samples import case, pair, passes, plain

from evals import stats
from evals.metrics import figures, figures_of
from evals.result import CaseResult, Metric


def by_name(cases: Sequence[CaseResult], seed: int = 0) -> dict[str, Metric]:
    found = figures(cases, seed)
    assert len({metric.name for metric in found}) == len(found)
    return {metric.name: metric for metric in found}


def critiques(count: int = 104, seed: int = 1, right: float = 0.7) -> list[CaseResult]:
    """Cases with 13 criteria, 8 pitfalls and an overall score, of which so many are right."""
    random = np.random.default_rng(seed)

    def said(label: int, levels: Sequence[int]) -> int:
        return label if random.random() < right else int(random.choice(levels))

    cases = []
    for number in range(count):
        scores = []
        for n in range(13):
            label = int(random.integers(3))
            scores.append(pair(f"criterion.c{n}", label, said(label, range(3))))
        for n in range(8):
            label = int(random.random() < 0.15)
            scores.append(pair(f"pitfall.p{n}", label, said(label, range(2))))
        label = int(random.integers(1, 6))
        scores.append(pair("overall", label, said(label, range(1, 6))))
        cases.append(case(number, *scores))
    return cases


def test_a_rate_over_independent_cases_has_wilson_s_interval() -> None:
    metric = by_name([case(n, passes("one_question", n >= 3)) for n in range(20)])["one_question"]
    assert (metric.kind, metric.n, metric.value, metric.better, metric.detail) == (
        "rate",
        20,
        0.85,
        "more",
        False,
    )
    assert (metric.low, metric.high) == stats.wilson(17, 20)


def test_a_rate_over_clusters_has_a_wider_one() -> None:
    alone = by_name([case(n, passes("aimed", n % 20 >= 5)) for n in range(80)])["aimed"]
    together = by_name([case(n, passes("aimed", n % 20 >= 5), cluster=f"c{n % 20}") for n in range(80)])[
        "aimed"
    ]
    assert alone.value == together.value == 0.75
    for metric in (alone, together):
        assert metric.low is not None and metric.high is not None and metric.low < 0.75 < metric.high
    assert together.high - together.low > 1.5 * (alone.high - alone.low)  # type: ignore[operator]


def test_a_rate_at_which_all_pass_is_only_as_sure_as_its_clusters() -> None:
    metric = by_name([case(n, passes("no_leak", True), cluster=f"c{n % 12}") for n in range(72)])["no_leak"]
    assert (metric.value, metric.low, metric.high) == (1.0, *(stats.wilson(12, 12) or ()))


def test_repeats_of_a_case_are_one_cluster() -> None:
    cases = [case(n, passes("aimed", n > 1), sample=sample) for n in range(10) for sample in range(3)]
    metric = by_name(cases)["aimed"]
    assert metric.n == 30
    assert (metric.low, metric.high) != stats.wilson(24, 30)


def test_a_plain_value_is_a_mean_with_a_bootstrap() -> None:
    values = [0.0, 0.0, 1.0, 3.0, 1.0, 0.0, 2.0, 1.0]
    metric = by_name([case(n, plain("dropped", value)) for n, value in enumerate(values)])["dropped"]
    assert (metric.kind, metric.n, metric.value, metric.better) == ("mean", 8, 1.0, "less")
    assert metric.low is not None and metric.high is not None
    assert 0.0 <= metric.low < 1.0 < metric.high <= 3.0


def test_less_is_better_for_some_means_only() -> None:
    found = by_name(
        [case(n, *(plain(name, n) for name in ("words", "tokens", "recall_1"))) for n in range(4)]
    )
    assert {name: metric.better for name, metric in found.items()} == {
        "words": "less",
        "tokens": "less",
        "recall_1": "more",
    }


def test_scores_that_do_not_apply_count_nowhere() -> None:
    cases = [case(0, plain("dropped", None)), case(1, plain("dropped", 4)), case(2)]
    metric = by_name(cases)["dropped"]
    assert (metric.n, metric.value, metric.low) == (1, 4.0, None)
    assert figures([case(0, plain("dropped", None))]) == []
    assert figures([]) == []


def test_a_name_with_a_dot_is_a_detail() -> None:
    cases = [case(n, passes("moves", n > 0), passes("moves.padded", n > 0)) for n in range(5)]
    assert [(metric.name, metric.detail) for metric in figures(cases)] == [
        ("moves", False),
        ("moves.padded", True),
    ]


def test_agreement_is_what_the_library_says() -> None:
    cases = critiques()
    found = by_name(cases)
    pairs = {
        name: [score.pair for each in cases for score in each.scores if score.metric == name and score.pair]
        for name in dict.fromkeys(score.metric for score in cases[0].scores)
    }
    columns = {name: tuple(zip(*rows, strict=True)) for name, rows in pairs.items()}
    kappas = [stats.quadratic_kappa(*columns[f"criterion.c{n}"]) for n in range(13)]
    pitfalls = [stats.precision_recall_f1(*columns[f"pitfall.p{n}"]) for n in range(8)]
    assert found["criteria_kappa"].value == pytest.approx(np.mean(kappas))
    assert found["criteria_kappa.c4"].value == pytest.approx(kappas[4])
    macro = np.mean(pitfalls, axis=0)
    for at, name in enumerate(("pitfall_precision", "pitfall_recall", "pitfall_f1")):
        assert found[name].value == pytest.approx(macro[at])
    assert found["pitfall_f1.p3"].value == pytest.approx(pitfalls[3][2])
    assert found["overall_kappa"].value == pytest.approx(stats.quadratic_kappa(*columns["overall"]))
    assert found["overall_icc"].value == pytest.approx(stats.icc(pairs["overall"]))
    assert found["overall_bias"].value == pytest.approx(stats.bias(*columns["overall"]))
    assert found["overall_bias"].better == "zero"
    assert {metric.n for metric in found.values()} == {104}
    details = {name for name, metric in found.items() if metric.detail}
    assert details == {name for name in found if "." in name} and len(details) == 21


def test_the_figure_of_sums_is_the_library_s() -> None:
    """What the bootstrap computes, over all rows, is what scikit-learn computes of them."""
    for right in (0.1, 0.6, 1.0):
        for figure in figures_of(critiques(60, seed=3, right=right)):
            quick = figure.of(figure.columns.sum(axis=0, keepdims=True))[0]
            assert quick == pytest.approx(figure.exact(), abs=1e-9), figure.name


def test_the_interval_of_an_agreement_holds_it() -> None:
    for metric in figures(critiques()):
        assert metric.value is not None and metric.low is not None and metric.high is not None
        assert metric.low <= metric.value <= metric.high, metric.name
        assert 0.0 < metric.high - metric.low < 0.9, metric.name


def test_full_agreement_is_one() -> None:
    found = by_name(critiques(right=1.0))
    for name in ("criteria_kappa", "pitfall_f1", "overall_kappa", "overall_icc"):
        assert found[name].value == found[name].low == 1.0
    assert found["overall_bias"].value == 0.0


def test_a_pitfall_that_no_label_has_is_not_averaged_but_shown_where_it_is_said() -> None:
    cases = [
        case(
            n,
            pair("pitfall.a", int(n < 5), int(n < 5)),
            pair("pitfall.b", 0, int(n == 9)),
            pair("pitfall.c", 0, 0),
        )
        for n in range(10)
    ]
    found = by_name(cases)
    assert found["pitfall_f1"].value == found["pitfall_precision"].value == 1.0
    assert found["pitfall_f1.b"].value == 0.0
    assert found["pitfall_f1.c"].value is None and found["pitfall_f1.c"].low is None


def test_the_mean_over_criteria_takes_each_over_its_own_cases() -> None:
    cases = [case(n, pair("criterion.a", n % 3, n % 3)) for n in range(9)]
    cases += [case(20 + n, pair("criterion.b", n % 3, 2 - n % 3)) for n in range(9)]
    found = by_name(cases)
    assert (found["criteria_kappa"].n, found["criteria_kappa.b"].n) == (18, 9)
    assert found["criteria_kappa"].value == pytest.approx(0.0)
    assert found["criteria_kappa.b"].value == pytest.approx(-1.0)


def test_a_judge_s_agreement() -> None:
    labels = [1, 1, 1, 1, 0, 0, 0, 0, 0, 0]
    said = [1, 1, 1, 0, 1, 0, 0, 0, 0, 0]
    cases = [case(n, pair("judge_agreement", *both)) for n, both in enumerate(zip(labels, said, strict=True))]
    found = by_name(cases)
    assert list(found) == ["judge_kappa", "judge_precision", "judge_recall"]
    assert found["judge_kappa"].value == pytest.approx((0.8 - 0.52) / (1 - 0.52))
    assert (found["judge_precision"].value, found["judge_recall"].value) == (0.75, 0.75)


def test_an_unknown_pair_has_its_kappa() -> None:
    assert list(by_name([case(n, pair("tone", n % 4, n % 4)) for n in range(8)])) == ["tone_kappa"]


def test_the_seed_decides_the_intervals() -> None:
    cases = critiques(40)
    assert figures(cases, seed=3) == figures(cases, seed=3)
    assert figures(cases, seed=3) != figures(cases, seed=4)


def test_a_thousand_cases_are_quick() -> None:
    cases = [
        case(n, passes("a", n % 7 > 0), passes("b", True), plain("words", n % 30), cluster=f"c{n // 2}")
        for n in range(1000)
    ]
    started = time.perf_counter()
    figures(cases)
    assert time.perf_counter() - started < 1.0
