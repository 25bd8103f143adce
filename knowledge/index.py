"""The search over the guidance cards: embeddings in Chroma and keywords, fused."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from interviewer.errors import IndexStoreError, InputError
from knowledge.cards import Card
from knowledge.keywords import KeywordIndex
from knowledge.sync import SyncReport, chroma_errors

if TYPE_CHECKING:
    from chromadb.api import ClientAPI
    from chromadb.api.models.Collection import Collection

    from knowledge.embeddings import Embedder

QUERY_LIMIT = 2000
"""Characters of a query that are read: its beginning and its end, where the gist of a long reply is."""
CHUNKS = 200
"""Nearest chunks asked for; a card that is not among them is scored like the last of them."""
BEST_CHUNKS = 3
"""A card's score is the mean over so many of its nearest chunks: one lucky chunk is not enough."""
SERVES_BONUS = 0.3


@dataclass(frozen=True)
class Hit:
    """A card that was found. `score` is 0..1 (1: best by meaning and by words); `text` is its body."""

    id: str
    title: str
    score: float
    text: str


class GuidanceIndex:
    """Finds cards for what candidates say and ask. Made by `open_index`; safe to share between threads.

    `report` tells what opening it changed. `notice` is a plain line where the last search had to do without
    embeddings, else empty.
    """

    def __init__(
        self,
        client: ClientAPI,
        collection: Collection,
        cards: Sequence[Card],
        embedder: Embedder,
        report: SyncReport,
    ) -> None:
        """Wrap a collection that is in step with the cards."""
        self.report = report
        self.notice = ""
        self._client, self._collection, self._embedder = client, collection, embedder
        self._cards = tuple(cards)
        self._place = {card.id: place for place, card in enumerate(self._cards)}
        self._keywords = KeywordIndex(self._cards)
        self._lock = threading.Lock()
        self._closed = False

    def search(self, query: str, k: int = 3, *, serves: Sequence[str] = ()) -> list[Hit]:
        """The cards that fit a query best.

        Args:
            query: anything a candidate says or asks; of a very long one the beginning and the end are read.
            k: how many cards, at least 1; more than there are gives all.
            serves: ids of criteria and pitfalls; cards that serve one of them move up.

        Raises:
            InputError: the query is empty, or `k` is less than 1.
            IndexStoreError: the index is closed.
        """
        text = _clip(query)
        if k < 1:
            raise InputError("Ask for at least one card.")
        if self._closed:
            raise IndexStoreError("The guidance search is closed. Open it again.")
        scores = self.fused_scores(text)
        if serves:
            wanted = set(serves)
            helps = [bool(wanted.intersection((*card.criteria, *card.pitfalls))) for card in self._cards]
            scores = (scores + SERVES_BONUS * np.array(helps)) / (1 + SERVES_BONUS)
        best = np.argsort(-scores, kind="stable")[:k]
        found = ((self._cards[place], float(scores[place])) for place in best)
        return [Hit(card.id, card.title, round(min(score, 1.0), 4), card.body) for card, score in found]

    def fused_scores(self, query: str) -> NDArray[np.float64]:
        """A score 0..1 for each card: the mean of embeddings and keywords, each relative to its best."""
        keywords = self.keyword_scores(query)
        try:
            near = self.embedding_scores(query)
        except IndexStoreError as error:
            self.notice = f"Guidance was searched by keywords only. {error}"
            return keywords
        self.notice = ""
        return (near + keywords) / 2

    def keyword_scores(self, query: str) -> NDArray[np.float64]:
        """A BM25 score for each card, relative to the best one."""
        return self._keywords.scores(query)

    def embedding_scores(self, query: str) -> NDArray[np.float64]:
        """For each card the mean cosine similarity of its nearest chunks, relative to the best card's.

        Raises:
            IndexStoreError: the collection or the embedding model does not answer.
        """
        vector = self._embedder([query])
        with self._lock, chroma_errors("searched"):
            found = self._collection.query(
                query_embeddings=vector, n_results=CHUNKS, include=["metadatas", "distances"]
            )
        metadatas, distances = (found["metadatas"] or [[]])[0], (found["distances"] or [[]])[0]
        nearest: dict[str, list[float]] = {}
        for metadata, distance in zip(metadatas, distances, strict=True):
            own = nearest.setdefault(str(metadata["card"]), [])
            if len(own) < BEST_CHUNKS:
                own.append(1 - distance)
        last = 1 - distances[-1] if distances else 0.0
        scores: NDArray[np.float64] = np.full(len(self._cards), last)
        for id, near in nearest.items():
            if id in self._place:
                scores[self._place[id]] = (sum(near) + last * (BEST_CHUNKS - len(near))) / BEST_CHUNKS
        scores = np.maximum(scores, 0)
        best = float(scores.max(initial=0.0))
        return np.asarray(scores / best if best > 0 else scores)

    def count(self) -> int:
        """How many cards are indexed."""
        return len(self._cards)

    def close(self) -> None:
        """Let go of the collection. Searching afterwards is an error."""
        with self._lock:
            self._closed = True
            self._client.close()  # type: ignore[attr-defined]  # both clients have it, their base has not
            # The client of a Chroma server leaves its connections open (seen in chromadb 1.5.9).
            for part in (self._client, getattr(self._client, "_admin_client", None)):
                session = getattr(getattr(part, "_server", None), "_session", None)
                if session is not None:
                    session.close()


def _clip(query: str) -> str:
    text = " ".join(query.split())
    if not text:
        raise InputError("Type a few words to search for.")
    half = QUERY_LIMIT // 2
    return text if len(text) <= QUERY_LIMIT else f"{text[:half]} {text[-half:]}"
