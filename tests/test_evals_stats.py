"""The statistics, held against published tables and against the libraries that they stand in for."""

from __future__ import annotations

import subprocess
import sys
import time
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import binomtest

from evals import judge_scores, stats
from evals.stats import Floats

ROOT = Path(__file__).resolve().parent.parent
# Shrout & Fleiss 1979, table 2: six subjects, four judges.
SHROUT_FLEISS = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]


def mean(sums: Floats) -> Floats:
    return sums[:, 0] / sums[:, 1]


def columns(values: np.ndarray) -> np.ndarray:
    return np.column_stack([values, np.ones(len(values))])


# Newcombe 1998, table I, method 3.
@pytest.mark.parametrize(
    ("k", "n", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_is_newcombe_s(k: int, n: int, low: float, high: float) -> None:
    assert stats.wilson(k, n) == pytest.approx((low, high), abs=5e-5)


def test_wilson_is_scipy_s() -> None:
    for n in (1, 2, 7, 72, 1000):
        for k in {0, 1, n // 2, n}:
            theirs = binomtest(k, n).proportion_ci(method="wilson")
            assert stats.wilson(k, n) == pytest.approx((theirs.low, theirs.high), abs=1e-12)


def test_wilson_of_nothing_is_nothing_and_of_all_ends_at_one() -> None:
    assert stats.wilson(0, 0) is None
    low, high = stats.wilson(5, 5) or (0, 0)
    assert high == 1.0 and 0.5 < low < 0.6


def test_quadratic_kappa_by_hand_and_where_it_is_not_defined() -> None:
    assert stats.quadratic_kappa([0, 1, 2], [0, 1, 2]) == 1.0
    assert stats.quadratic_kappa([0, 0, 2, 2], [0, 2, 0, 2]) == pytest.approx(0.0)
    assert stats.quadratic_kappa([0, 2], [2, 0]) == pytest.approx(-1.0)
    assert stats.quadratic_kappa([1, 1], [1, 1]) == 1.0
    assert stats.quadratic_kappa([1, 1], [2, 2]) == 0.0


def test_a_level_that_nobody_used_keeps_the_others_apart() -> None:
    truth, said = [1, 2, 5, 5, 1], [2, 2, 5, 1, 1]
    squashed = {1: 1, 2: 2, 5: 3}
    as_three = stats.quadratic_kappa([squashed[t] for t in truth], [squashed[s] for s in said])
    assert stats.quadratic_kappa(truth, said) != pytest.approx(as_three, abs=0.01)
    assert stats.quadratic_kappa(truth, said) == pytest.approx(judge_scores.kappa(truth, said, 6))


def test_the_quick_kappa_is_scikit_learn_s() -> None:
    random = np.random.default_rng(3)
    for levels in (2, 3, 6):
        for _ in range(20):
            size = int(random.integers(2, 40))
            truth, said = random.integers(levels, size=size), random.integers(levels, size=size)
            table = np.zeros((levels, levels))
            np.add.at(table, (truth, said), 1.0)
            ours = float(stats.kappa_of(table))
            assert ours == pytest.approx(stats.quadratic_kappa(truth.tolist(), said.tolist()), abs=1e-12)
            assert ours == pytest.approx(judge_scores.kappa(truth, said, levels), abs=1e-12)


def test_the_quick_kappa_takes_many_tables_and_knows_an_empty_one() -> None:
    tables = np.zeros((2, 2, 3, 3))
    tables[0, 0] = np.eye(3)
    tables[0, 1, 1, 1] = 4
    tables[1, 0] = np.eye(3)[::-1]
    found = stats.kappa_of(tables)
    assert found[0].tolist() == [1.0, 1.0]
    assert found[1, 0] == pytest.approx(-1.0)
    assert np.isnan(found[1, 1])


def test_precision_recall_and_f1() -> None:
    assert stats.precision_recall_f1([1, 1, 0, 0], [1, 0, 1, 0]) == (0.5, 0.5, 0.5)
    assert stats.precision_recall_f1([1, 1, 1, 0], [1, 1, 0, 0]) == pytest.approx((1.0, 2 / 3, 0.8))
    assert stats.precision_recall_f1([1, 0], [0, 0]) == (0.0, 0.0, 0.0)
    assert stats.precision_recall_f1([0, 0], [0, 0]) == (0.0, 0.0, 0.0)


def test_icc_is_shrout_and_fleiss_s() -> None:
    assert stats.icc(SHROUT_FLEISS) == pytest.approx(0.29, abs=0.005)
    subjects, raters, error = stats.mean_squares(stats.rating_sums(SHROUT_FLEISS).sum(axis=0))
    assert (subjects, raters, error) == pytest.approx((11.24, 32.49, 1.02), abs=0.005)
    assert (subjects - error) / (subjects + 3 * error) == pytest.approx(0.71, abs=0.005)


def test_icc_sees_a_constant_shift_and_knows_its_limits() -> None:
    level = np.array([1, 2, 3, 4, 5])
    assert stats.icc(np.column_stack([level, level])) == 1.0
    assert stats.icc(np.column_stack([level, level + 1])) == pytest.approx(5 / 6)
    assert stats.icc([[3, 3], [3, 3]]) == 1.0
    assert stats.icc([[3, 4], [3, 4]]) == 0.0
    assert stats.icc([[3, 3]]) is None


def test_bias_is_positive_for_too_generous() -> None:
    assert stats.bias([1, 2, 3], [2, 2, 5]) == 1.0
    assert stats.bias([4, 4], [3, 4]) == -0.5


# Fagerland, Lydersen & Laake 2013, airway reactivity (1 against 7); Armitage & Berry 1994, p. 127 (12, 2).
@pytest.mark.parametrize(("wins", "losses", "p"), [(1, 7, 0.0703), (7, 1, 0.0703), (12, 2, 0.0129)])
def test_mcnemar_is_the_published(wins: int, losses: int, p: float) -> None:
    assert stats.mcnemar_exact(wins, losses) == pytest.approx(p, abs=5e-5)


def test_mcnemar_without_a_discordant_pair_says_nothing() -> None:
    assert stats.mcnemar_exact(0, 0) == 1.0
    assert stats.mcnemar_exact(3, 3) == 1.0


def test_flipping_signs_is_mcnemar_for_single_pairs() -> None:
    for wins, losses in ((1, 7), (5, 5), (0, 6), (9, 3)):
        differences = [1] * wins + [-1] * losses + [0] * 20
        assert stats.flip_exact(differences) == pytest.approx(stats.mcnemar_exact(wins, losses)), (
            wins,
            losses,
        )
    assert stats.flip_exact([0, 0]) == 1.0
    assert stats.flip_exact([]) == 1.0
    assert stats.flip_exact([0, 3, 0]) == 1.0


def test_flipping_signs_weighs_clusters_and_samples_where_they_are_many() -> None:
    # Of the eight signs of 6, 1 and 1 only all-plus and all-minus reach a sum of 8.
    assert stats.flip_exact([6, 1, 1]) == pytest.approx(2 / 8)
    many = [3] * 24 + [-3] * 6
    assert stats.flip_exact(many) == pytest.approx(stats.mcnemar_exact(24, 6), abs=0.001)
    assert stats.flip_exact(many, seed=1) == stats.flip_exact(many, seed=1)


# The example of Wikipedia's "Holm-Bonferroni method", and that of pingouin's documentation.
@pytest.mark.parametrize(
    ("ps", "corrected"),
    [
        ([0.01, 0.04, 0.03, 0.005], [0.03, 0.06, 0.06, 0.02]),
        ([0.50, 0.003, 0.32, 0.054, 0.0003], [0.64, 0.012, 0.64, 0.162, 0.0015]),
        ([0.9, 0.8], [1.0, 1.0]),
        ([0.03], [0.03]),
        ([], []),
    ],
)
def test_holm_is_the_published(ps: list[float], corrected: list[float]) -> None:
    assert stats.holm(ps) == pytest.approx(corrected)


def test_holm_is_the_closed_test_of_bonferroni() -> None:
    """By definition: the greatest Bonferroni p of any set of hypotheses that holds this one."""
    random = np.random.default_rng(1)
    ps = random.random(5) ** 3
    sets = [[i for i in range(5) if chosen[i]] for chosen in product([0, 1], repeat=5) if any(chosen)]
    wanted = [min(1.0, max(min(ps[j] for j in one) * len(one) for one in sets if i in one)) for i in range(5)]
    assert stats.holm(ps.tolist()) == pytest.approx(wanted)


def test_the_bootstrap_of_a_mean_has_the_textbook_s_spread() -> None:
    values = np.random.default_rng(5).normal(10, 2, size=200)
    names = [f"c{i}" for i in range(200)]
    draws = stats.cluster_bootstrap(columns(values), names, mean, resamples=8000)
    expected = values.std() / np.sqrt(200)
    assert draws.std() == pytest.approx(expected, rel=0.03)
    low, high = stats.interval(draws) or (0, 0)
    assert (low, high) == pytest.approx(
        (values.mean() - 1.96 * expected, values.mean() + 1.96 * expected), abs=0.02
    )


def test_rows_of_a_cluster_are_drawn_together() -> None:
    values = np.random.default_rng(6).normal(0, 1, size=50)
    alone = [f"c{i}" for i in range(50)]
    single = stats.cluster_bootstrap(columns(values), alone, mean, seed=1)
    copies = stats.cluster_bootstrap(
        columns(np.repeat(values, 4)), np.repeat(alone, 4).tolist(), mean, seed=1
    )
    assert copies == pytest.approx(single)
    naive = stats.cluster_bootstrap(
        columns(np.repeat(values, 4)), [f"r{i}" for i in range(200)], mean, seed=1
    )
    assert naive.std() == pytest.approx(single.std() / 2, rel=0.1)


def test_the_seed_decides_and_the_order_of_rows_does_not() -> None:
    random = np.random.default_rng(7)
    values, names = random.integers(5, size=60).astype(float), [f"c{i % 30}" for i in range(60)]
    first = stats.cluster_bootstrap(columns(values), names, mean, seed=4)
    assert np.array_equal(first, stats.cluster_bootstrap(columns(values), names, mean, seed=4))
    assert not np.array_equal(first, stats.cluster_bootstrap(columns(values), names, mean, seed=5))
    order = random.permutation(60)
    shuffled = stats.cluster_bootstrap(columns(values[order]), [names[i] for i in order], mean, seed=4)
    assert np.array_equal(first, shuffled)


def test_blocks_do_not_change_the_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    values, names = np.arange(40.0), [f"c{i}" for i in range(40)]
    whole = stats.cluster_bootstrap(columns(values), names, mean, seed=2, resamples=50)
    monkeypatch.setattr(stats, "_BLOCK", 40 * 7)
    assert stats.cluster_bootstrap(columns(values), names, mean, seed=2, resamples=50) == pytest.approx(whole)


def test_undefined_resamples_are_left_out_of_the_interval() -> None:
    assert stats.interval(np.array([np.nan, 1.0, 1.0])) == (1.0, 1.0)
    assert stats.interval(np.array([np.nan])) is None
    assert stats.two_sided_p(np.array([np.nan])) is None


def test_the_p_of_a_bootstrap() -> None:
    draws = np.arange(-100.0, 900.0)
    assert stats.two_sided_p(draws) == pytest.approx(2 * 102 / 1001)
    assert stats.two_sided_p(-draws) == stats.two_sided_p(draws)
    assert stats.two_sided_p(np.ones(999)) == pytest.approx(0.002)
    assert stats.two_sided_p(np.zeros(999)) == 1.0


def test_the_p_of_a_bootstrap_is_seldom_small_where_nothing_differs() -> None:
    random = np.random.default_rng(8)
    names = [f"c{i}" for i in range(40)]
    found = [
        stats.two_sided_p(
            stats.cluster_bootstrap(columns(random.normal(size=40)), names, mean, seed=run, resamples=400)
        )
        for run in range(200)
    ]
    assert np.mean([p is not None and p < 0.05 for p in found]) < 0.11


def test_the_smallest_shift_is_the_textbook_s() -> None:
    assert stats.smallest_shift(1.0, 32) == pytest.approx((1.959964 + 0.841621) / np.sqrt(32), abs=1e-6)
    assert stats.smallest_shift(1.0, 0) is None
    assert stats.smallest_shift(1.0, 1) is None
    assert stats.smallest_shift(0.0, 30) is None


# Chow, Shao & Wang, Sample Size Calculations in Clinical Research, McNemar: ψ .7, d .3 needs 59 pairs;
# Connor 1987 with p01 .45, p10 .05 needs 23.
@pytest.mark.parametrize(("psi", "d", "n"), [(0.7, 0.3, 59), (0.5, 0.4, 23)])
def test_the_smallest_flip_is_connor_s(psi: float, d: float, n: int) -> None:
    found, with_one_less = stats.smallest_flip(psi, n), stats.smallest_flip(psi, n - 1)
    assert found is not None and with_one_less is not None
    assert found <= d < with_one_less


def test_the_smallest_flip_never_exceeds_the_pairs_that_differ() -> None:
    none_differs = stats.smallest_flip(0.0, 100)
    assert none_differs == pytest.approx((stats.Z_LEVEL + stats.Z_POWER) ** 2 / 100, rel=0.05)
    assert stats.smallest_flip(0.02, 100) == none_differs
    assert [stats.smallest_flip(0.5, n) for n in (0, 1, 5)] == [None, None, None]
    assert stats.smallest_flip(0.5, 6) is not None


def test_means_over_a_thousand_cases_are_quick() -> None:
    values, names = np.random.default_rng(9).random(1000), [f"c{i}" for i in range(1000)]
    started = time.perf_counter()
    stats.cluster_bootstrap(columns(values), names, mean)
    assert time.perf_counter() - started < 0.5


def test_nothing_heavy_is_imported_for_rates_and_means() -> None:
    code = (
        "import sys; from evals.metrics import figures; from evals.result import CaseResult, Score; "
        "cases = [CaseResult(id=str(n), scores=[Score(metric='a', value=1, passed=True), "
        "Score(metric='b', value=n)]) for n in range(30)]; "
        "assert len(figures(cases)) == 2; "
        "sys.exit(', '.join({'sklearn', 'scipy', 'pandas', 'streamlit', 'chromadb'} & set(sys.modules)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stderr
