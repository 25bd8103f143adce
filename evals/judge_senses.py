"""Learns how replies with a verdict sound: for each id a direction in the space of word vectors."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from evals.judge_odds import Floats, Ints, proportional_odds, shares
from interviewer.judge.weights import Sense

Authors = NDArray[np.str_]
PENALTY = 1.0
FOLDS = 5


def folds(authors: Authors) -> Iterator[NDArray[np.bool_]]:
    """The replies in parts, each with all replies of some authors.

    Args:
        authors: (replies,), who wrote them.
    """
    names = np.unique(authors)
    for first in range(min(FOLDS, len(names))):
        yield np.isin(authors, names[first::FOLDS])


def learn_sense(vectors: Floats, y: Ints) -> Sense:
    """The sense of one id.

    Args:
        vectors: (replies, dimensions).
        y: (replies,), the verdict as a number from 0.
    """
    direction, cuts = proportional_odds(vectors, y, np.full(vectors.shape[1], PENALTY), share=shares(y))
    return Sense(direction=tuple(direction.tolist()), cuts=tuple(cuts.tolist()))


def sense_apart(vectors: Floats, y: Ints, authors: Authors) -> Floats:
    """For each reply how much it sounds so, by the sense that was learned from the other authors.

    What is learned on top of it must not take it for better than it is with an author never met.
    """
    found = np.zeros(len(y))
    for mine in folds(authors):
        sense = learn_sense(vectors[~mine], y[~mine])
        found[mine] = [sense.value(vector) for vector in vectors[mine]]
    return found
