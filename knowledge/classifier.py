"""Learns from the cards' own chunks which card a text belongs to: ridge regression on their vectors.

The nearest chunks alone forget what tells the cards apart; this weighs the directions that do. It is made
from what the index holds anyway, in milliseconds, and is the same each time.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]

PENALTY = 3.0
"""Ridge penalty, chosen by five-fold cross-validation over the cards' phrases."""


class CardClassifier:
    """Scores a vector against each card.

    Args:
        vectors: one row of length 1 for each chunk.
        owners: for each row the place of its card.
        count: how many cards there are.
    """

    def __init__(self, vectors: Matrix, owners: NDArray[np.int64], count: int) -> None:
        """Solve for the weights: targets are 1 for a chunk's own card and a little below 0 for the others."""
        targets = np.full((len(vectors), count), -1 / max(count - 1, 1))
        targets[np.arange(len(vectors)), owners] = 1
        # A card with many chunks would else outweigh one with few.
        shares = 1 / np.bincount(owners, minlength=count)[owners]
        weighted = vectors * (shares / shares.mean())[:, None]
        inner = weighted.T @ vectors + PENALTY * np.eye(vectors.shape[1])
        self._weights: Matrix = np.linalg.solve(inner, weighted.T @ targets)

    def scores(self, vector: Matrix) -> Matrix:
        """A score for each card, higher is nearer; meaningful only against each other."""
        return np.asarray(vector @ self._weights)
