"""Learns how replies with a verdict sound: for each id a direction in the space of word vectors."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from evals.judge_odds import Floats, Ints, proportional_odds
from interviewer.judge.weights import Sense

PENALTY = 1.0


def learn_sense(vectors: Floats, y: Ints) -> Sense:
    """The sense of one id.

    Args:
        vectors: (replies, dimensions).
        y: (replies,), the verdict as a number from 0.
    """
    counts = np.bincount(y, minlength=int(y.max()) + 1)
    # Where one verdict is rare, as with pitfalls, all verdicts together weigh the same.
    share = len(y) / (len(counts) * counts[y]) if len(counts) == 2 else np.ones(len(y))
    direction, cuts = proportional_odds(vectors, y, np.full(vectors.shape[1], PENALTY), share=share)
    return Sense(direction=tuple(direction.tolist()), cuts=tuple(cuts.tolist()))


def sense_apart(vectors: Floats, y: Ints, authors: NDArray[np.str_]) -> Floats:
    """For each reply how much it sounds so, by the sense that was learned from the other authors.

    What is learned on top of it must not take it for better than it is with an author never met.
    """
    found = np.zeros(len(y))
    for author in np.unique(authors):
        mine = authors == author
        sense = learn_sense(vectors[~mine], y[~mine])
        found[mine] = [sense.value(vector) for vector in vectors[mine]]
    return found
