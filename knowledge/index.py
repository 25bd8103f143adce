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
from knowledge.classifier import CardClassifier, Usual, nearest_scores
from knowledge.keywords import KeywordIndex
from knowledge.sync import SyncReport, chroma_errors

if TYPE_CHECKING:
    from chromadb.api import ClientAPI
    from chromadb.api.models.Collection import Collection

    from knowledge.embeddings import Embedder

Scores = NDArray[np.float64]

QUERY_LIMIT = 2000
"""Characters of a query that are read: its beginning and its end, where the gist of a long reply is."""
CHUNKS = 200
"""Nearest chunks asked for; a card that is not among them is scored like the last of them."""
SERVES_BONUS = 0.3
KEYWORDS = 0.7
"""How much keywords count beside nearest chunk and classifier. Less lets fewer of the project's own cards be
found, more fewer of a coach's short ones."""


@dataclass(frozen=True)
class Hit:
    """A card that was found. `score` is 0..1, how clearly it stands out; `text` is its body."""

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
        self._learn()
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

    def fused_scores(self, query: str) -> Scores:
        """A score 0..1 for each card: how clearly it stands out, by nearest chunk, classifier and keywords.

        Each of the three is standardised over the cards, and they are averaged. 1 is a card that all three
        single out while the others are level.
        """
        parts = [(KEYWORDS, self.keyword_scores(query))]
        try:
            parts += [(1.0, scores) for scores in self._vector_scores(query)]
            self.notice = ""
        except IndexStoreError as error:
            self.notice = f"Guidance was searched by keywords only. {error}"
        weights = [weight for weight, _ in parts]
        return _stand_out(np.average([_standardised(part) for _, part in parts], axis=0, weights=weights))

    def keyword_scores(self, query: str) -> Scores:
        """For each card how much likelier the query's words are in it than usual (log odds)."""
        return self._keywords.scores(query)

    def embedding_scores(self, query: str) -> Scores:
        """A score 0..1 for each card by its vectors alone: nearest chunk and classifier.

        Raises:
            IndexStoreError: the collection or the embedding model does not answer.
        """
        return _stand_out(np.mean([_standardised(part) for part in self._vector_scores(query)], axis=0))

    def _vector_scores(self, query: str) -> tuple[Scores, Scores]:
        vector = np.asarray(self._embedder([query])[0], dtype=np.float64)
        vector = np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-9))
        return (
            self._usually_near.beyond(self._nearest_scores(vector)),
            self._usually_said.beyond(self._classifier.scores(vector)),
        )

    def _nearest_scores(self, vector: Scores) -> Scores:
        """For each card the cosine similarity of its nearest chunk."""
        with self._lock, chroma_errors("searched"):
            found = self._collection.query(
                query_embeddings=[vector.tolist()], n_results=CHUNKS, include=["metadatas", "distances"]
            )
        metadatas, distances = (found["metadatas"] or [[]])[0], (found["distances"] or [[]])[0]
        scores = np.full(len(self._cards), 1 - distances[-1] if distances else 0.0)
        for metadata, distance in zip(metadatas, distances, strict=True):
            place = self._place.get(str(metadata["card"]))
            if place is not None:
                scores[place] = max(scores[place], 1 - distance)
        return scores

    def _learn(self) -> None:
        """Learn from the collection's vectors what tells the cards apart, and what each scores anyway."""
        with chroma_errors("read"):
            held = self._collection.get(include=["embeddings", "metadatas"])
        vectors = np.asarray(held["embeddings"], dtype=np.float64)
        vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
        places = [self._place[str(metadata["card"])] for metadata in held["metadatas"] or []]
        owners, count = np.array(places, dtype=np.int64), len(self._cards)
        self._classifier = CardClassifier(vectors, owners, count)
        self._usually_near = Usual(nearest_scores(vectors, owners, count), owners)
        self._usually_said = Usual(self._classifier.scores(vectors).T, owners)

    def count(self) -> int:
        """How many cards are indexed."""
        return len(self._cards)

    def close(self) -> None:
        """Let go of the collection. Searching afterwards is an error."""
        with self._lock:
            self._closed = True
            self._embedder.close()
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


def _standardised(scores: Scores) -> Scores:
    """Mean 0 and standard deviation 1 over the cards; all 0 where they are level."""
    spread = float(scores.std())
    return (scores - scores.mean()) / spread if spread > 1e-12 else np.zeros_like(scores)


def _stand_out(scores: Scores) -> Scores:
    """Standardised scores on a scale from 0 to 1, where 1 is the most that one of n values can reach."""
    most = (len(scores) - 1) / len(scores) ** 0.5
    return np.clip(scores / most, 0, 1) if most else np.ones_like(scores)
