"""Penalised proportional-odds regression after McCullagh (1980): weights, and a cut below each verdict.

It is solved to the last digits: quasi-Newton steps until they no longer pay, then Newton's own, each bounded
weight held where it lies as long as the slope presses it there (projected Newton, Bertsekas 1982). So what
is rounded comes out the same on processors that add up in another order.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize  # type: ignore[import-untyped]
from scipy.sparse import issparse  # type: ignore[import-untyped]
from scipy.sparse.linalg import LinearOperator, cg  # type: ignore[import-untyped]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Features = Any
"""A dense or a sparse matrix (SciPy has no types)."""
Bounds = Sequence[tuple[float | None, float | None]]

STEPS, SMALLEST_STEP = 40, 1e-10
"""Newton's steps at most; where no weight moves by more, it is there: the next would be its square."""
LEAST_SHARE = 2.0**-20
SOLVED = 1e-9
"""The residue, of the slope's length, that the sparse solver leaves in a step; the next step takes it up."""


def proportional_odds(
    x: Features, y: Ints, strength: Floats, bounds: Bounds | None = None, share: Floats | None = None
) -> tuple[Floats, Floats]:
    """Fit it.

    Args:
        x: (replies, features).
        y: (replies,), the verdict as a number from 0.
        strength: (features,), how hard each weight is held down (L2).
        bounds: between what each weight may lie; anything where None.
        share: (replies,), how much each reply counts; 1 where None.

    Returns:
        Weights (features,) and cuts (highest verdict,), rounded to three decimals.

    Raises:
        ArithmeticError: the optimum is not reached.
    """
    odds = _Odds(x, y, strength, np.ones(len(y)) if share is None else share)
    limits = [*(bounds or [(None, None)] * odds.width), *[(None, None)] * odds.levels]
    low = np.array([-np.inf if a is None else a for a, _ in limits])
    high = np.array([np.inf if b is None else b for _, b in limits])
    start, options = np.zeros(len(limits)), {"maxiter": 500}
    near = minimize(odds.loss, start, jac=True, method="L-BFGS-B", bounds=limits, options=options)
    found: Floats = np.asarray(np.round(_optimum(odds, near.x, low, high), 3) + 0.0, dtype=np.float64)
    return found[: odds.width], found[odds.width :]


def shares(y: Ints) -> Floats:
    """How much each reply counts: where there are two verdicts, one rare, both together weigh the same.

    Args:
        y: (replies,), the verdict as a number from 0.
    """
    counts = np.bincount(y, minlength=int(y.max()) + 1)
    return np.asarray(len(y) / (2 * counts[y])) if len(counts) == 2 else np.ones(len(y))


class _Odds:
    """The loss of weights and cuts, its slope, and the step that Newton takes from there."""

    def __init__(self, x: Features, y: Ints, strength: Floats, weighs: Floats) -> None:
        self.levels = int(y.max())
        self.width = x.shape[1]
        self._x = x
        self._columns = x.T.tocsr() if issparse(x) else x.T
        self._weighs = weighs[:, None]
        self._above = np.stack([(y > k).astype(np.float64) for k in range(self.levels)], axis=1)
        self._strength = np.concatenate([strength, np.zeros(self.levels)])

    def loss(self, params: Floats) -> tuple[float, Floats]:
        z = self._z(params)
        value = float(np.sum(self._weighs * (np.logaddexp(0.0, z) - self._above * z)))
        slope = self._weighs * (_chance(z) - self._above)
        held = self._strength * params
        return value + 0.5 * float(held @ params), held + self._gathered(slope)

    def step(self, params: Floats, slope: Floats, free: NDArray[np.bool_]) -> Floats:
        """Newton's step for the free parameters; the others stay."""
        chance = _chance(self._z(params))
        bend = self._weighs * chance * (1.0 - chance)
        step = np.zeros_like(params)
        if issparse(self._x):
            step[free] = self._sparse_step(bend, slope, free)
        else:
            step[free] = np.linalg.solve(self._hessian(bend)[np.ix_(free, free)], -slope[free])
        return step

    def _z(self, params: Floats) -> Floats:
        return np.asarray((self._x @ params[: self.width])[:, None] - params[None, self.width :])

    def _gathered(self, slope: Floats) -> Floats:
        """What a slope at each reply and cut (replies, levels) makes at each parameter."""
        return np.concatenate([self._columns @ slope.sum(axis=1), -slope.sum(axis=0)])

    def _hessian(self, bend: Floats) -> Floats:
        both = self._columns @ bend
        weights = self._columns @ (self._x * bend.sum(axis=1)[:, None])
        hessian = np.block([[weights, -both], [-both.T, np.diag(bend.sum(axis=0))]])
        return np.asarray(hessian + np.diag(self._strength))

    def _sparse_step(self, bend: Floats, slope: Floats, free: NDArray[np.bool_]) -> Floats:
        squares = self._columns.multiply(self._columns) @ bend.sum(axis=1)
        diagonal = (self._strength + np.concatenate([squares, bend.sum(axis=0)]))[free]

        def times(step: Floats) -> Floats:
            whole = np.zeros(len(free))
            whole[free] = step
            return np.asarray((self._strength * whole + self._gathered(bend * self._z(whole)))[free])

        size = (int(free.sum()),) * 2
        hessian = LinearOperator(size, matvec=times, dtype=np.float64)
        scaled = LinearOperator(size, matvec=lambda step: step / diagonal, dtype=np.float64)
        return np.asarray(cg(hessian, -slope[free], rtol=SOLVED, M=scaled)[0])


def _optimum(odds: _Odds, start: Floats, low: Floats, high: Floats) -> Floats:
    params = np.clip(start, low, high)
    value, slope = odds.loss(params)
    for _ in range(STEPS):
        pressed = ((params <= low) & (slope > 0.0)) | ((params >= high) & (slope < 0.0))
        step = odds.step(params, slope, ~pressed)
        share = 1.0
        while True:
            moved = np.clip(params + share * step, low, high)
            new_value, new_slope = odds.loss(moved)
            if new_value <= value + 1e-12 * abs(value) or share < LEAST_SHARE:
                break
            share /= 2.0
        size = float(np.abs(moved - params).max())
        params, value, slope = moved, new_value, new_slope
        if size < SMALLEST_STEP:
            return params
    raise ArithmeticError(f"the weights still move by {size:.1g} after {STEPS} steps")


def _chance(z: Floats) -> Floats:
    return np.asarray(1.0 / (1.0 + np.exp(-z)))
