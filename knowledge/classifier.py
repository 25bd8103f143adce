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
        """A score for each card, higher is nearer; meaningful only against each other.

        Args:
            vector: of length 1; or a row for each of several, then a row of scores for each.
        """
        return np.asarray(vector @ self._weights)


class Usual:
    """What a card scores for texts of other cards, so that what it scores for a query can be told from that.

    A card with many phrases is near to whatever is asked, one with few is near to nothing: without this a
    coach's short card is not found among long ones. Known as hubness (Radovanović, Nanopoulos and Ivanović,
    JMLR 11, 2010), and this remedy, in speaker verification, as Z-norm.

    Args:
        scores: one row for each card, one column for each chunk of any card.
        owners: for each chunk the place of its card.
    """

    def __init__(self, scores: Matrix, owners: NDArray[np.int64]) -> None:
        """Take mean and spread for each card over the chunks of the others, where each card counts alike."""
        count = len(scores)
        shares = 1 / np.bincount(owners, minlength=count)[owners]
        weights = np.where(owners[None, :] == np.arange(count)[:, None], 0, shares)
        weights = weights / np.maximum(weights.sum(axis=1, keepdims=True), 1e-9)
        self._mean = (weights * scores).sum(axis=1)
        spread = np.sqrt((weights * (scores - self._mean[:, None]) ** 2).sum(axis=1))
        self._spread = np.where(spread > 1e-9, spread, 1.0)

    def beyond(self, scores: Matrix) -> Matrix:
        """By how many of its own spreads each card's score is above its mean."""
        return np.asarray((scores - self._mean) / self._spread)


def nearest_scores(vectors: Matrix, owners: NDArray[np.int64], count: int) -> Matrix:
    """For each card (rows) and chunk (columns) the cosine similarity of the card's nearest chunk."""
    found = [(vectors[owners == place] @ vectors.T).max(axis=0, initial=-1.0) for place in range(count)]
    return np.stack(found)
