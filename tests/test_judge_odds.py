"""The regression under the judge: it reaches the optimum, keeps its bounds, and hangs on no order."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.optimize import minimize  # type: ignore[import-untyped]
from scipy.sparse import csr_matrix  # type: ignore[import-untyped]

from evals.judge_odds import Floats, Ints, proportional_odds, shares

REPLIES, FEATURES = 300, 20
STRENGTH = np.full(FEATURES, 0.5)


@pytest.fixture(scope="module")
def data() -> tuple[Floats, Ints]:
    """Replies with three verdicts that hang on the features, each with some chance in it."""
    random = np.random.default_rng(3)
    x = random.normal(size=(REPLIES, FEATURES)) * (random.random((REPLIES, FEATURES)) < 0.4)
    score = x @ random.normal(size=FEATURES) + random.logistic(size=REPLIES)
    return x, np.digitize(score, [-0.5, 1.0])


def _slow_optimum(x: Floats, y: Ints, low: float) -> Floats:
    """The same optimum, from the loss alone: the slopes are taken by differences."""

    def loss(params: Floats) -> float:
        z = (x @ params[:FEATURES])[:, None] - params[None, FEATURES:]
        above = y[:, None] > np.arange(2)
        return float(np.logaddexp(0.0, z).sum() - z[above].sum() + 0.25 * (params[:FEATURES] ** 2).sum())

    bounds = [(low, None)] * FEATURES + [(None, None)] * 2
    options = {"maxiter": 5000, "maxfun": 500_000, "ftol": 1e-14, "gtol": 1e-8}
    found = minimize(loss, np.zeros(FEATURES + 2), method="L-BFGS-B", bounds=bounds, options=options)
    return np.asarray(found.x)


@pytest.mark.parametrize("low", [-np.inf, 0.0])
def test_weights_and_cuts_are_those_of_the_least_loss(data: tuple[Floats, Ints], low: float) -> None:
    bounds = None if np.isinf(low) else [(0.0, None)] * FEATURES
    weights, cuts = proportional_odds(*data, STRENGTH, bounds)
    assert np.concatenate([weights, cuts]) == pytest.approx(_slow_optimum(*data, low), abs=0.002)
    assert np.isinf(low) or (weights.min() == 0.0 and (weights > 0.1).any())


@pytest.mark.parametrize("kind", [np.asarray, csr_matrix])
def test_the_order_in_which_replies_are_added_up_changes_no_digit(kind: Any) -> None:
    random = np.random.default_rng(5)
    wide = np.repeat(random.random((REPLIES, 150)), 3, axis=1) * (random.random((REPLIES, 450)) < 0.3)
    y = np.digitize(wide[:, :30].sum(axis=1) + random.logistic(size=REPLIES), [3.0, 5.0])
    strength = np.full(wide.shape[1], 0.01)
    orders = (np.arange(REPLIES), random.permutation(REPLIES))
    found = [proportional_odds(kind(wide[order]), y[order], strength) for order in orders]
    one, other = ([part.tolist() for part in parts] for parts in found)
    assert one == other


def test_a_sparse_matrix_gives_what_a_dense_one_gives(data: tuple[Floats, Ints]) -> None:
    x, y = data
    dense, sparse = (proportional_odds(kind(x), y, STRENGTH) for kind in (np.asarray, csr_matrix))
    assert [part.tolist() for part in sparse] == [part.tolist() for part in dense]


def test_of_two_verdicts_the_rare_one_weighs_as_much_in_all() -> None:
    assert shares(np.array([0, 0, 0, 1])).tolist() == pytest.approx([2 / 3, 2 / 3, 2 / 3, 2.0])
    assert shares(np.array([0, 1, 2, 2])).tolist() == [1.0] * 4
