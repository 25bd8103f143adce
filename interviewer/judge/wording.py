"""How much a reply is worded as replies with a verdict are: weighed words, and words in a row."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Annotated

from pydantic import Field

from knowledge.datafile import Frozen

WORDED = "worded_"
"""What the names of the features begin with that a `Wording` gives."""
_WORD = re.compile(r"[a-z0-9']+")
RARITY_PARTS, WEIGHT_PARTS = 100, 10

Numbers = Annotated[tuple[int, ...], Field(min_length=2)]


def terms_of(said: str) -> Iterator[str]:
    """The words of a text, and every two in a row, as often as they stand there."""
    words = _WORD.findall(said)
    yield from words
    yield from (f"{one} {other}" for one, other in pairwise(words))


def rarity(texts: int, holding: int) -> float:
    """How rare a term is (smoothed inverse document frequency): 1 in every text, more the fewer hold it.

    Args:
        texts: of how many texts.
        holding: how many of them hold it.
    """
    return math.log((1 + texts) / (1 + holding)) + 1.0


def weighed(said: str, rarities: Mapping[str, float]) -> dict[str, float]:
    """The known terms of a text, each by its rarity and (logarithmically) how often it is said; length 1.

    So weighing is TF-IDF after Salton & Buckley (1988). Length pays nothing: all terms share the one length.

    Args:
        said: the text.
        rarities: of the known terms.
    """
    counts = Counter(term for term in terms_of(said) if term in rarities)
    found = {term: (1.0 + math.log(count)) * rarities[term] for term, count in counts.items()}
    length = math.sqrt(sum(value * value for value in found.values()))
    return {term: value / length for term, value in found.items()}


def summed(said: str, terms: Mapping[str, Numbers], count: int) -> list[float]:
    """The sums of a text's terms, each weighed by its share in the text and by its weights.

    Args:
        said: the text, lower case.
        terms: for each known term its rarity in hundredths, then `count` weights in tenths.
        count: how many sums.
    """
    rarities = {term: terms[term][0] / RARITY_PARTS for term in terms_of(said) if term in terms}
    sums = [0.0] * count
    for term, value in weighed(said, rarities).items():
        share = value / WEIGHT_PARTS
        for place, weight in enumerate(terms[term][1:]):
            sums[place] += share * weight
    return sums


class Wording(Frozen):
    """Which terms speak for and against the verdicts of some ids.

    Args:
        ids: the ids.
        cuts: for each id those of the proportional odds, as many as there are verdicts above the lowest.
        terms: for each term its rarity in hundredths, then for each id its weight in tenths.
    """

    ids: tuple[str, ...]
    cuts: tuple[tuple[float, ...], ...]
    terms: dict[str, Numbers]

    def values(self, said: str) -> dict[str, float]:
        """For each id the verdict that a text's wording lets expect, from 0 to 1, as a share of the highest.

        Args:
            said: the text, lower case.
        """
        sums = summed(said, self.terms, len(self.ids))
        return {id: expected(score, cuts) for id, cuts, score in zip(self.ids, self.cuts, sums, strict=True)}


def expected(score: float, cuts: Sequence[float]) -> float:
    """The expected verdict of a score by proportional odds, as a share of the highest, to two decimals.

    Args:
        score: the weighted sum.
        cuts: as many as there are verdicts above the lowest.
    """
    return round(sum(1.0 / (1.0 + math.exp(cut - score)) for cut in cuts) / len(cuts), 2)
