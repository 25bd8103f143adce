"""Measures the guidance search on the queries beside this file: `python -m evals.retrieval.measure`.

A query counts as found where any of its expected cards is among the first k. Queries of the half `tune` were
seen while the cards' words were chosen (72 of them, roundabout ones, only after a first measurement);
those of `held_out` were written last. How words are weighed and how much keywords count was chosen with all
figures in view, theirs too, so they flatter the search by a query or two.

`coach` is what a coach meets who adds guidance: the folder of that name holds six cards as somebody in a
hurry writes them (two sayings, no terms) and 36 queries, written before the first measurement and not changed
since; what a card usually scores (`knowledge.classifier.Usual`) came in because of that measurement. They are
searched among the project's own cards. `with_coach` are the held-out queries there: they show whether the
project's own cards are found as well with others among them. `coach_later` are five more such cards and 30
queries, written before words were weighed by how common they are in replies (`word_frequencies.json`) and
keywords became a likelihood, and looked at while choosing between ways to do that.
"""

from __future__ import annotations

import json
import logging
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from interviewer.errors import DataFileError
from knowledge import Card, GuidanceIndex, load_cards, open_index
from knowledge.keywords import card_words, words

QUERIES = Path(__file__).with_name("queries.jsonl")
COACH = Path(__file__).with_name("coach")
COACH_LATER = Path(__file__).with_name("coach_later")
HALVES = ("tune", "held_out", "coach")


@dataclass(frozen=True)
class Query:
    """Something that a candidate says or asks, and the cards of which one should be found."""

    query: str
    expected: tuple[str, ...]
    half: str


@dataclass(frozen=True)
class Measured:
    """Figures of one way to search over some queries: shares 0..1, and the mean reciprocal rank."""

    queries: int
    recall_1: float
    recall_3: float
    reciprocal_rank: float


def load_queries(path: Path = QUERIES) -> list[Query]:
    """Read the queries.

    Raises:
        DataFileError: a line cannot be used.
    """
    queries = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            row = json.loads(line)
            query = Query(row["query"], tuple(row["expected"]), row["half"])
        except (ValueError, KeyError, TypeError) as error:
            raise DataFileError(path, "needs query, expected and half; correct the line", number) from error
        if query.half not in HALVES or not query.expected:
            raise DataFileError(path, f"needs a card and one of the halves {', '.join(HALVES)}", number)
        queries.append(query)
    return queries


def measure(
    queries: Iterable[Query], cards: Sequence[Card], scores: Callable[[str], NDArray[np.float64]]
) -> Measured:
    """Rank the cards for each query and compare with what was expected.

    Args:
        queries: at least one.
        cards: in the order of the scores.
        scores: gives a score for each card.
    """
    place = {card.id: index for index, card in enumerate(cards)}
    ranks = []
    for query in queries:
        order = np.argsort(-scores(query.query), kind="stable").tolist()
        ranks.append(1 + min(order.index(place[id]) for id in query.expected))
    found = np.array(ranks)
    return Measured(
        len(ranks), float((found <= 1).mean()), float((found <= 3).mean()), float((1 / found).mean())
    )


def bm25(cards: Sequence[Card]) -> Callable[[str], NDArray[np.float64]]:
    """Plain BM25 over the same words, to compare with: a score for each card, 0 where no word is shared."""
    import bm25s  # type: ignore[import-untyped]

    logging.getLogger("bm25s").setLevel(logging.WARNING)  # it switches its own logger to debug
    found = bm25s.BM25(k1=1.2, b=0.75)
    found.index([card_words(card) for card in cards], show_progress=False)

    def scores(query: str) -> NDArray[np.float64]:
        known = [word for word in words(query) if word in found.vocab_dict]
        return np.asarray(found.get_scores(known), dtype=np.float64) if known else np.zeros(len(cards))

    return scores


def milliseconds(index: GuidanceIndex, queries: Sequence[Query]) -> float:
    """The median milliseconds of a search, once warm."""
    for query in queries[:10]:
        index.search(query.query)
    times = []
    for query in queries:
        start = time.perf_counter()
        index.search(query.query)
        times.append(time.perf_counter() - start)
    return float(np.median(times)) * 1000


def main() -> None:
    """Print the figures of keywords, embeddings and both, for each half and with a coach's own cards."""
    cards, queries = load_cards(), load_queries()
    tune, held_out = ([query for query in queries if query.half == half] for half in ("tune", "held_out"))
    print(f"{'queries of':12}{'search':12}{'queries':>8}{'recall@1':>10}{'recall@3':>10}{'MRR':>7}")
    _print_figures(cards, {"tune": tune, "held_out": held_out})
    for folder, name in ((COACH, "with_coach"), (COACH_LATER, "with_later")):
        asked = {folder.name: load_queries(folder / "queries.jsonl"), name: held_out}
        _print_figures((*cards, *load_cards(folder)), asked)


def _print_figures(cards: Sequence[Card], asked: Mapping[str, Sequence[Query]]) -> None:
    """The figures of some groups of queries, and how long a search takes among these cards."""
    with tempfile.TemporaryDirectory() as folder:
        index = open_index(folder=Path(folder) / "index", cards=cards, embedding="bundled")
        ways = {
            "bm25": bm25(cards),
            "keywords": index.keyword_scores,
            "embeddings": index.embedding_scores,
            "fused": index.fused_scores,
        }
        for group, queries in asked.items():
            for name, scores in ways.items():
                got = measure(queries, cards, scores)
                figures = f"{got.recall_1:10.3f}{got.recall_3:10.3f}{got.reciprocal_rank:7.3f}"
                print(f"{group:12}{name:12}{got.queries:8d}{figures}")
        every = [query for queries in asked.values() for query in queries]
        print(f"median of a warm search among {len(cards)} cards: {milliseconds(index, every):.1f} ms")
        index.close()


if __name__ == "__main__":
    main()
