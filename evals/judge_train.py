"""Learns the embedded judge's weights from the labelled replies: `python -m evals.judge_train`.

Each criterion gets an ordinal logistic regression (proportional odds: one weight vector, two thresholds),
each pitfall a logistic regression. A cue that is declared to speak for an id can only get a weight of that
sign, one that is not declared for a criterion can never raise it, and what is not declared is held down
harder: with a few thousand replies, what a person knows is worth more than what the data seem to say, and
padding must not pay. The result is rounded, sorted and the same bit for bit on any processor.

Formulas: proportional odds after McCullagh (1980); quadratic weighted kappa after Cohen (1968).
"""

from __future__ import annotations

import argparse
import copy
import functools
import json
import shutil
import zlib
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from evals.judge_data import BETWEEN, Labelled, data_hash, load_labelled, load_restated
from evals.judge_meaning import FOLDER, dump_directions, learn_directions
from evals.judge_odds import proportional_odds
from evals.judge_scores import f1, kappa
from evals.judge_senses import learn_sense, sense_apart
from evals.judge_wording import learn_wording, wording_apart
from interviewer.judge import EmbeddedJudge
from interviewer.judge.features import HEARD, LIKE, SHAPES, Reader, Reading
from interviewer.judge.weights import SENSE, Scale, Sense, Weights, load_weights
from interviewer.judge.wording import WORDED, Wording
from knowledge import CRITERION_IDS, PITFALL_IDS, load_rubric
from knowledge.word_vectors import DIMENSION

LEFT_OUT = Path(__file__).parent / "left_out"
OUT, DIRECTIONS = FOLDER / "weights.json", FOLDER / "meaning.json"
IDS = (*CRITERION_IDS, *PITFALL_IDS)
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
PITFALL_PENALTY = Penalty(declared=1.0, other=30.0)
HEARD_PENALTY = 2.0
SENSE_PENALTY = 2.0
WORDED_PENALTY, WORDED_PITFALL_PENALTY = 30.0, 2.0
SLACK = 0.0
COPIES, MISSED, SEED = 3, 0.3, 20
PARTS = 6
"""So many parts of the authors are left out in turn."""


@dataclass(frozen=True)
class Learned:
    """What was learned, as in `Weights`."""

    criteria: dict[str, Scale]
    pitfalls: dict[str, Scale]
    senses: dict[str, Sense]
    wording: Wording


class Table:
    """The features of many replies as a matrix, columns sorted by name."""

    def __init__(self, readings: Sequence[Reading], reader: Reader) -> None:
        self.names = sorted(readings[0].features)
        self.x: Floats = np.array([[r.features[n] for n in self.names] for r in readings], dtype=np.float64)
        self._readings = readings
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

    def vectors(self, id: str) -> Floats:
        """The vectors (replies, dimensions) that tell how an id sounds."""
        found = [reading.vector(id) for reading in self._readings]
        return np.array([np.zeros(DIMENSION) if vector is None else vector for vector in found])

    def said(self, use: Sequence[int]) -> list[str]:
        """What some of the replies say, in words alone."""
        return [self._readings[i].said for i in use]

    def widened(self, use: Sequence[int], columns: Mapping[str, Floats]) -> Table:
        """The table of some replies, with more columns, by their names."""
        new = copy.copy(self)
        new.names = [*self.names, *columns]
        new.x = np.column_stack([self.x[list(use)], *columns.values()])
        return new

    def signs(self, id: str) -> list[int | None]:
        """For each column +1 or -1 where it is declared for the id, None where it is not."""
        return [self._reader.sign(name, id) for name in self.names]

    def bounds(self, id: str) -> list[tuple[float | None, float | None]]:
        """Between what each weight may lie: a cue that is not declared for a criterion can never raise it."""
        found: list[tuple[float | None, float | None]] = []
        for name, sign in zip(self.names, self.signs(id), strict=True):
            undeclared_cue = sign is None and self._reader.is_of_cue(name) and id in CRITERION_IDS
            if sign is None and (name in SHAPES or name.startswith((LIKE, HEARD, SENSE, WORDED))):
                found.append((0.0, 0.0))
                continue
            found.append((0.0 if sign == 1 else None, 0.0 if sign == -1 or undeclared_cue else None))
        return found


def learn(table: Table, rows: Sequence[Labelled], use: Sequence[int], ids: Sequence[str] = IDS) -> Learned:
    """Learn scales, senses and wording of some ids, each by itself, from the replies numbered in `use`."""
    chosen = [rows[i] for i in use]
    levels = {id: np.array([_level(row, id) for row in chosen]) for id in ids}
    authors = np.array([row.author for row in chosen])
    vectors = {id: table.vectors(id)[list(use)] for id in levels}
    senses = {id: learn_sense(vectors[id], y) for id, y in levels.items()}
    said = table.said(use)
    wording = learn_wording(said, levels, authors)
    worded = wording_apart(said, levels, authors)
    criteria, pitfalls = {}, {}
    for id, y in levels.items():
        # Its own two columns alone: more of them, though of no weight, would add up in another order.
        columns = {f"{SENSE}{id}": sense_apart(vectors[id], y, authors), f"{WORDED}{id}": worded[id]}
        own = table.widened(use, columns)
        if id in CRITERION_IDS:
            criteria[id] = _criterion_scale(own, y, id)
        else:
            pitfalls[id] = _pitfall_scale(own, y, id)
    return Learned(criteria, pitfalls, senses, wording)


def _criterion_scale(table: Table, y: Ints, id: str) -> Scale:
    weights = _fit(table.x, y, table, id, PLAN_PENALTY if id in PLAN_IDS else WORDS_PENALTY)
    shown = np.ones(len(y), dtype=bool) if id in PLAN_IDS else table.shown(id)
    return _scale(table.names, weights, _criterion_cuts(_scores(table.x, weights), y, shown))


def _pitfall_scale(table: Table, y: Ints, id: str) -> Scale:
    copies, labels = _unheard(table.x, y, table)
    weights = _fit(copies, labels, table, id, PITFALL_PENALTY)
    return _scale(table.names, weights, _pitfall_cuts(_scores(copies, weights), labels))


def _scores(x: Floats, weights: Floats) -> Floats:
    """The replies' scores, without the last digits: those hang on the order in which a processor adds up."""
    return np.round(x @ weights, 9)


def _level(row: Labelled, id: str) -> int:
    """The verdict of a criterion as a number from 0, or whether a pitfall is there."""
    return LEVEL[row.labels[id]] if id in CRITERION_IDS else int(id in row.pitfalls)


def _fit(x: Floats, y: Ints, table: Table, id: str, penalty: Penalty) -> Floats:
    """Penalised proportional-odds regression; returns the weights, rounded to three decimals."""
    strength = np.array([penalty.other if s is None else penalty.declared for s in table.signs(id)])
    strength[[name.startswith(HEARD) for name in table.names]] = HEARD_PENALTY
    strength[[name.startswith(SENSE) for name in table.names]] = SENSE_PENALTY
    worded = WORDED_PITFALL_PENALTY if id in PITFALL_IDS else WORDED_PENALTY
    strength[[name.startswith(WORDED) for name in table.names]] = worded
    return proportional_odds(x, y, strength, table.bounds(id))[0]


def _unheard(x: Floats, y: Ints, table: Table) -> tuple[Floats, Ints]:
    """The replies, and copies in which cues were missed at random, as in replies whose words are new.

    Without them the cues, written on these replies, would explain everything and likeness nothing. What is
    missed of a cue depends on its name, so that a new cue leaves the others' weights as they are.
    """
    heard = np.ones((COPIES, *x.shape), dtype=bool)
    for column, name in enumerate(table.names):
        if table.is_heard(name):
            random = np.random.default_rng([SEED, zlib.crc32(name.encode())])
            heard[:, :, column] = random.random((COPIES, len(x))) >= MISSED
    copies = np.where(heard, x[None], 0.0).reshape(-1, x.shape[1])
    return np.concatenate([x, copies]), np.tile(y, COPIES + 1)


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


def build(without: Sequence[str] = (), ids: Sequence[str] = IDS) -> Weights:
    """The weights learned from all labelled replies, or from those of all authors but some.

    Args:
        without: the authors to leave out.
        ids: the criteria and pitfalls to learn; each comes out the same whichever are learned beside it.
    """
    # More threads would add up in another order, and the last digits would hang on the machine.
    with threadpool_limits(limits=1):
        return _learned(*_table(), without, ids)


def parts() -> list[list[str]]:
    """The authors in parts: one part after the other is left out."""
    authors = sorted({row.author for row in load_labelled()})
    return [authors[first::PARTS] for first in range(PARTS)]


def build_all() -> tuple[Weights, dict[str, Weights]]:
    """The weights, and for each part of the authors, by their names, those learned without their replies."""
    left_out = parts()
    with threadpool_limits(limits=1):
        _table()  # before the processes part: each would read all the replies for itself
    with ProcessPoolExecutor() as pool:
        whole, *without = pool.map(build, [(), *left_out])
    return whole, {BETWEEN.join(part): weights for part, weights in zip(left_out, without, strict=True)}


@functools.cache
def _judge() -> EmbeddedJudge:
    return EmbeddedJudge(load_rubric())


@functools.cache
def read_all() -> tuple[list[Labelled], list[Reading]]:
    """All that is learned from, the labelled replies first, and what the judge reads in it (a minute)."""
    rows = [*load_labelled(), *load_restated()]
    read = _judge().read
    return rows, [read(r.reply, question=r.question, role=r.role, company=r.company) for r in rows]


@functools.cache
def _table() -> tuple[list[Labelled], Table, str]:
    """All that is learned from, what the judge reads in it as a table, and the cues' hash."""
    rows, readings = read_all()
    return rows, Table(readings, _judge().reader), _judge().book.hash


def _learned(
    rows: Sequence[Labelled], table: Table, cues: str, without: Sequence[str], ids: Sequence[str]
) -> Weights:
    learned = learn(table, rows, [i for i, r in enumerate(rows) if r.author not in without], ids)
    about = f"{ABOUT} Without the authors {', '.join(without)}." if without else ABOUT
    return Weights(about=about, cues_hash=cues, data_hash=data_hash(), **vars(learned))


def dump(weights: Weights) -> str:
    """The weights as the text of `weights.json`, each sense and each term in a line."""
    text = json.dumps(weights.model_dump(exclude={"senses", "wording"}), indent=1, sort_keys=True)
    senses = {id: sense.model_dump_json() for id, sense in sorted(weights.senses.items())}
    assert weights.wording
    ids, cuts = json.dumps(weights.wording.ids), json.dumps(weights.wording.cuts)
    terms = {
        term: json.dumps(numbers, separators=(",", ":")) for term, numbers in weights.wording.terms.items()
    }
    return (
        text.removesuffix("\n}")
        + f',\n "senses": {{\n{_lines(senses)}\n }}'
        + f',\n "wording": {{\n "ids": {ids},\n "cuts": {cuts},\n "terms": {{\n{_lines(terms)}\n }}}}\n}}\n'
    )


def _lines(values: Mapping[str, str]) -> str:
    return ",\n".join(f"  {json.dumps(key)}: {value}" for key, value in values.items())


def differences(stored: Weights, found: Weights) -> list[str]:
    """What of the learned ids is other than in the stored weights.

    Returns:
        Such as "timely: wording"; nothing where all is the same to the last digit.
    """
    assert stored.wording and found.wording
    named = ("cues_hash", "data_hash")
    wrong = [f"all: {name}" for name in named if getattr(stored, name) != getattr(found, name)]
    for id in found.wording.ids:
        old, new = _of(stored, id), _of(found, id)
        wrong += [f"{id}: {name}" for name in old if old[name] != new[name]]
    return wrong


def _of(weights: Weights, id: str) -> dict[str, object]:
    """What was learned for one id; of the wording, the terms that weigh for it, with their rarities."""
    assert weights.wording
    place = weights.wording.ids.index(id)
    terms = {term: (row[0], row[place + 1]) for term, row in weights.wording.terms.items() if row[place + 1]}
    return {
        "wording": (weights.wording.cuts[place], terms),
        "sense": weights.senses[id],
        "scale": (weights.criteria | weights.pitfalls)[id],
    }


def main() -> None:
    """Write the weights, or with --check tell whether the stored ones are those."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--check", action="store_true", help="write nothing; fail where the stored weights differ"
    )
    args = parser.parse_args()
    directions = dump_directions(learn_directions(_judge().book))
    if args.check:
        old = DIRECTIONS.read_text(encoding="utf-8") != directions
        wrong = [f"all: {DIRECTIONS.name}"] if old else []
        wrong += differences(load_weights(OUT), build())
        out_of_date = f"knowledge/judge is out of date ({', '.join(wrong)}): run python -m evals.judge_train"
        raise SystemExit(out_of_date if wrong else 0)
    DIRECTIONS.write_text(directions, encoding="utf-8")
    whole, left_out = build_all()
    OUT.write_text(dump(whole), encoding="utf-8")
    shutil.rmtree(LEFT_OUT, ignore_errors=True)
    LEFT_OUT.mkdir()
    for authors, weights in left_out.items():
        path = LEFT_OUT / f"{authors}.json"
        path.write_text(dump(weights), encoding="utf-8")


if __name__ == "__main__":
    main()
