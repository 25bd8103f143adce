"""Learns the embedded judge's weights from the labelled replies: `python -m evals.judge_train`.

Each criterion gets an ordinal logistic regression (proportional odds: one weight vector, two thresholds),
each pitfall a logistic regression. A cue that is declared to speak for an id can only get a weight of that
sign, one that is not declared for a criterion can never raise it, and what is not declared is held down
harder: with 316 replies, what a person knows is worth more than what the data seem to say, and padding must
not pay. The result is rounded, sorted and the same bit for bit on every run.

Formulas: proportional odds after McCullagh (1980); quadratic weighted kappa after Cohen (1968).
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize  # type: ignore[import-untyped]

from evals.judge_data import Labelled, data_hash, load_labelled
from evals.judge_meaning import FOLDER, dump_directions, learn_directions
from evals.judge_scores import f1, kappa
from interviewer.judge import EmbeddedJudge
from interviewer.judge.features import HEARD, LIKE, SHAPES, Reader, Reading
from interviewer.judge.weights import Scale, Weights
from knowledge import CRITERION_IDS, PITFALL_IDS, load_rubric

LEFT_OUT = Path(__file__).parent / "left_out"
OUT, DIRECTIONS = FOLDER / "weights.json", FOLDER / "meaning.json"
LEVEL = {"missing": 0, "partly": 1, "met": 2}
ABOUT = "Learned by `python -m evals.judge_train` from evals/labelled; do not edit by hand."
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Penalty:
    """How hard weights are held down: those of features declared for the id, and all others."""

    declared: float
    other: float


PLAN_PENALTY = Penalty(declared=1.0, other=4.0)
WORDS_PENALTY = Penalty(declared=1.0, other=8.0)
PLAN_IDS = frozenset(
    {"long_term_vision", "specific", "measurable", "realistic", "short_term_steps", "linked_path"}
)
"""What the whole reply tells; the other criteria show in words of their own, so little else may count."""
PITFALL_PENALTY = Penalty(declared=2.0, other=30.0)
HEARD_PENALTY = 5.0
SLACK = 0.0
COPIES, MISSED, SEED = 3, 0.3, 20


class Table:
    """The features of many replies as a matrix, columns sorted by name."""

    def __init__(self, readings: Sequence[Reading], reader: Reader) -> None:
        self.names = sorted(readings[0].features)
        self.x: Floats = np.array([[r.features[n] for n in self.names] for r in readings], dtype=np.float64)
        self._reader = reader

    def is_heard(self, name: str) -> bool:
        """Whether a feature depends on a cue's wording."""
        return self._reader.is_of_cue(name) or name.startswith(HEARD)

    def shown(self, id: str) -> NDArray[np.bool_]:
        """For each reply whether something declared for the id is there."""
        columns = [
            i
            for i, (name, sign) in enumerate(zip(self.names, self.signs(id), strict=True))
            if sign == 1 and self._reader.is_of_cue(name)
        ]
        return np.asarray(self.x[:, columns].any(axis=1))

    def signs(self, id: str) -> list[int | None]:
        """For each column +1 or -1 where it is declared for the id, None where it is not."""
        return [self._reader.sign(name, id) for name in self.names]

    def bounds(self, id: str) -> list[tuple[float | None, float | None]]:
        """Between what each weight may lie: a cue that is not declared for a criterion can never raise it."""
        found: list[tuple[float | None, float | None]] = []
        for name, sign in zip(self.names, self.signs(id), strict=True):
            undeclared_cue = sign is None and self._reader.is_of_cue(name) and id in CRITERION_IDS
            if sign is None and (name in SHAPES or name.startswith((LIKE, HEARD))):
                found.append((0.0, 0.0))
                continue
            found.append((0.0 if sign == 1 else None, 0.0 if sign == -1 or undeclared_cue else None))
        return found


def learn(
    table: Table, rows: Sequence[Labelled], use: Sequence[int]
) -> tuple[dict[str, Scale], dict[str, Scale]]:
    """Learn all scales from the replies with the numbers in `use`."""
    x = table.x[list(use)]
    chosen = [rows[i] for i in use]
    criteria = {}
    for id in CRITERION_IDS:
        y = np.array([LEVEL[row.labels[id]] for row in chosen])
        weights = _fit(x, y, table, id, PLAN_PENALTY if id in PLAN_IDS else WORDS_PENALTY)
        score = x @ weights
        shown = np.ones(len(y), dtype=bool) if id in PLAN_IDS else table.shown(id)[list(use)]
        criteria[id] = _scale(table.names, weights, _criterion_cuts(score, y, shown))
    pitfalls = {}
    for id in PITFALL_IDS:
        y = np.array([int(id in row.pitfalls) for row in chosen])
        copies, labels = _unheard(x, y, table)
        weights = _fit(copies, labels, table, id, PITFALL_PENALTY)
        pitfalls[id] = _scale(table.names, weights, _pitfall_cuts(copies @ weights, labels))
    return criteria, pitfalls


def _fit(x: Floats, y: Ints, table: Table, id: str, penalty: Penalty) -> Floats:
    """Penalised proportional-odds regression; returns the weights, rounded to three decimals."""
    levels = int(y.max())
    strength = np.array([penalty.other if s is None else penalty.declared for s in table.signs(id)])
    strength[[name.startswith(HEARD) for name in table.names]] = HEARD_PENALTY
    bounds = [*table.bounds(id), *[(None, None)] * levels]
    above = np.stack([(y > k).astype(np.float64) for k in range(levels)], axis=1)

    def loss(params: Floats) -> tuple[float, Floats]:
        w, cuts = params[: x.shape[1]], params[x.shape[1] :]
        z = (x @ w)[:, None] - cuts[None, :]
        value = float(np.sum(np.logaddexp(0.0, z) - above * z) + 0.5 * np.sum(strength * w * w))
        slope = 1.0 / (1.0 + np.exp(-z)) - above
        return value, np.concatenate([x.T @ slope.sum(axis=1) + strength * w, -slope.sum(axis=0)])

    start = np.zeros(x.shape[1] + levels)
    result = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 500})
    return np.asarray(np.round(result.x[: x.shape[1]], 3), dtype=np.float64)


def _unheard(x: Floats, y: Ints, table: Table) -> tuple[Floats, Ints]:
    """The replies, and copies in which cues were missed at random, as in replies whose words are new.

    Without them the cues, written on these replies, would explain everything and likeness nothing.
    """
    random = np.random.default_rng(SEED)
    columns = np.array([table.is_heard(name) for name in table.names])
    parts = [x]
    for _ in range(COPIES):
        heard = random.random(x.shape) >= MISSED
        parts.append(np.where(columns[None, :] & ~heard, 0.0, x))
    return np.concatenate(parts), np.tile(y, COPIES + 1)


def _criterion_cuts(score: Floats, y: Ints, shown: NDArray[np.bool_]) -> tuple[float, ...]:
    """The two cuts with the best kappa, averaged over those nearly as good: no single reply decides."""
    grid = np.unique(np.quantile(score, np.linspace(0.02, 0.98, 49)))
    tried = [
        (kappa(y, (score >= a).astype(int) + (score >= b), 3), a, b)
        for i, a in enumerate(grid)
        for b in grid[i:]
    ]
    best = max(t[0] for t in tried)
    good = [t for t in tried if t[0] >= best - 0.01]
    return tuple(round(float(np.mean([t[k] for t in good])), 3) for k in (1, 2))


def _pitfall_cuts(score: Floats, y: Ints) -> tuple[float, ...]:
    """The lowest cut that is nearly as good as the best: new replies hold fewer of the known phrases."""
    grid = np.unique(score)
    middle = (grid[:-1] + grid[1:]) / 2
    tried = [(f1(y == 1, score >= cut), float(cut)) for cut in middle]
    best = max(t[0] for t in tried)
    return (round(min(cut for value, cut in tried if value >= best - SLACK), 3),)


def _scale(names: Sequence[str], weights: Floats, cuts: tuple[float, ...]) -> Scale:
    return Scale(
        weights={n: float(w) for n, w in zip(names, weights, strict=True) if abs(w) >= 0.02}, cuts=cuts
    )


def build(without: str = "") -> Weights:
    """The weights learned from all labelled replies, or from those of all authors but one.

    Args:
        without: the author to leave out.
    """
    return _learned(*_table(), without)


def build_left_out() -> dict[str, Weights]:
    """For each author the weights learned without that author's replies: to judge those replies with."""
    rows, table, cues = _table()
    return {author: _learned(rows, table, cues, author) for author in sorted({r.author for r in rows})}


def _table() -> tuple[list[Labelled], Table, str]:
    rows = load_labelled()
    judge = EmbeddedJudge(load_rubric())
    readings = [judge.read(r.reply, question=r.question, role=r.role, company=r.company) for r in rows]
    return rows, Table(readings, judge.reader), judge.book.hash


def _learned(rows: Sequence[Labelled], table: Table, cues: str, without: str) -> Weights:
    criteria, pitfalls = learn(table, rows, [i for i, r in enumerate(rows) if r.author != without])
    about = f"{ABOUT} Without author {without}." if without else ABOUT
    return Weights(about=about, cues_hash=cues, data_hash=data_hash(), criteria=criteria, pitfalls=pitfalls)


def dump(weights: Weights) -> str:
    """The weights as the text of `weights.json`."""
    return json.dumps(weights.model_dump(), indent=1, sort_keys=True) + "\n"


def main() -> None:
    """Write the weights, or with --check tell whether the stored ones are those."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--check", action="store_true", help="write nothing; fail where the stored weights differ"
    )
    args = parser.parse_args()
    directions = dump_directions(learn_directions(EmbeddedJudge(load_rubric()).book))
    if not args.check:
        DIRECTIONS.write_text(directions, encoding="utf-8")
    text = dump(build())
    if args.check:
        same = (
            OUT.read_text(encoding="utf-8") == text and DIRECTIONS.read_text(encoding="utf-8") == directions
        )
        raise SystemExit(0 if same else "knowledge/judge is out of date: run python -m evals.judge_train")
    OUT.write_text(text, encoding="utf-8")
    for author, weights in build_left_out().items():
        path = LEFT_OUT / f"{author}.json"
        path.parent.mkdir(exist_ok=True)
        path.write_text(dump(weights), encoding="utf-8")


if __name__ == "__main__":
    main()
