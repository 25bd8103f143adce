"""Learns which words, and which two in a row, replies with a verdict use: weights over TF-IDF for each id."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np
from sklearn.feature_extraction import DictVectorizer  # type: ignore[import-untyped]

from evals.judge_odds import Floats, Ints, proportional_odds, shares
from evals.judge_senses import Authors, folds
from interviewer.judge.wording import RARITY_PARTS, WEIGHT_PARTS, Wording, rarity, terms_of, weighed

PENALTY = 0.1
FEWEST_TEXTS, FEWEST_AUTHORS = 4, 2
"""A term that fewer replies hold, or that one author alone uses, tells of them and not of verdicts."""


def learn_wording(texts: Sequence[str], levels: Mapping[str, Ints], authors: Authors) -> Wording:
    """The wording of all ids.

    A term that weighs for none of them is kept: it has its share in the length of what is said, and so each
    id comes out the same whichever are learned beside it.

    Args:
        texts: what the replies say (`Reading.said`).
        levels: for each id (replies,), the verdict as a number from 0.
        authors: (replies,), who wrote them.
    """
    rarities = _rarities(texts, authors)
    vectorizer = DictVectorizer()
    x = vectorizer.fit_transform([weighed(text, rarities) for text in texts])
    strength = np.full(len(rarities), PENALTY)
    learned = [proportional_odds(x, y, strength, share=shares(y)) for y in levels.values()]
    weights = np.rint(np.stack([w for w, _ in learned], axis=1) * WEIGHT_PARTS).astype(int).tolist()
    return Wording(
        ids=tuple(levels),
        cuts=tuple(tuple(cuts.tolist()) for _, cuts in learned),
        terms={
            term: (round(rarities[term] * RARITY_PARTS), *row)
            for term, row in zip(vectorizer.feature_names_, weights, strict=True)
        },
    )


def wording_apart(texts: Sequence[str], levels: Mapping[str, Ints], authors: Authors) -> dict[str, Floats]:
    """For each id and reply the value of its wording, learned from other authors only (see `sense_apart`)."""
    found = {id: np.zeros(len(texts)) for id in levels}
    for mine in folds(authors):
        others = np.flatnonzero(~mine).tolist()
        learned = learn_wording(
            [texts[i] for i in others], {id: y[others] for id, y in levels.items()}, authors[others]
        )
        for i in np.flatnonzero(mine).tolist():
            for id, value in learned.values(texts[i]).items():
                found[id][i] = value
    return found


def _rarities(texts: Sequence[str], authors: Authors) -> dict[str, float]:
    """The terms to be learned, with how rare each is."""
    holding: dict[str, int] = defaultdict(int)
    users: dict[str, set[str]] = defaultdict(set)
    for text, author in zip(texts, authors, strict=True):
        for term in set(terms_of(text)):
            holding[term] += 1
            users[term].add(author)
    return {
        term: round(rarity(len(texts), count), 2)
        for term, count in holding.items()
        if count >= FEWEST_TEXTS and len(users[term]) >= FEWEST_AUTHORS
    }
