"""Keeps a Chroma collection in step with the cards, by the cards' content hashes."""

from __future__ import annotations

import contextlib
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from interviewer.errors import IndexStoreError, InterviewerError
from knowledge.cards import Card

if TYPE_CHECKING:
    from chromadb.api import ClientAPI
    from chromadb.api.models.Collection import Collection

    from knowledge.embeddings import Embedder

COLLECTION = "guidance"
SCHEMA = 1
"""Raise it whenever `chunks` or the metadata change: older collections are then made anew."""

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class SyncReport:
    """What opening the index changed, in cards. `rebuilt_reason` is empty where nothing was built anew."""

    added: int = 0
    updated: int = 0
    removed: int = 0
    unchanged: int = 0
    rebuilt_reason: str = ""


@contextlib.contextmanager
def chroma_errors(doing: str) -> Iterator[None]:
    """Turn whatever Chroma raises into one plain line.

    Chroma has no common base error, its client raises `httpx` errors, and its core raises a Rust panic, which
    is not even an `Exception`.
    """
    try:
        yield
    except InterviewerError:
        raise
    except Exception as error:
        reason = " ".join(str(error).split())[:160] or type(error).__name__
        raise IndexStoreError(f"The guidance collection cannot be {doing} ({reason}).") from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise IndexStoreError(f"The guidance collection cannot be {doing}: it is damaged.") from error


def chunks(card: Card) -> list[str]:
    """The texts of a card that are embedded, one by one: averaged together they would blur each other."""
    return [card.title, *card.says, *card.terms, *card.body.split("\n\n")]


def sync(
    client: ClientAPI, cards: Sequence[Card], embedder: Embedder, progress: Progress | None = None
) -> tuple[Collection, SyncReport]:
    """Bring the collection in step: embed what is new or changed, remove what is gone, leave the rest.

    Args:
        client: where the collection is.
        cards: the cards as they should be.
        embedder: makes the vectors.
        progress: called with (cards done, cards to do, title of the card).

    Raises:
        IndexStoreError: the collection or the embedding model does not answer.
    """
    with chroma_errors("opened"):
        collection, reason = _open(client, embedder)
        known = _known(collection)
    wanted = {card.id: card for card in cards}
    gone = [id for id in known if id not in wanted]
    work = [card for card in cards if known.get(card.id, (None, []))[0] != _stamp(card)]
    with chroma_errors("updated"):
        for id in gone:
            collection.delete(ids=known[id][1])
        for done, card in enumerate(work):
            if progress:
                progress(done, len(work), card.title)
            _write(collection, card, embedder, known.get(card.id, (None, []))[1])
    if progress and work:
        progress(len(work), len(work), "")
    updated = sum(card.id in known for card in work)
    report = SyncReport(len(work) - updated, updated, len(gone), len(cards) - len(work), reason)
    return collection, report


def _open(client: ClientAPI, embedder: Embedder) -> tuple[Collection, str]:
    """The collection, made anew where it is of another schema or embedding; and why."""
    metadata = {"schema": SCHEMA, "embedding": embedder.key()}
    reason = ""
    if COLLECTION in {str(getattr(found, "name", found)) for found in client.list_collections()}:
        # Without an embedding function: Chroma would refuse to open it with another than it was made with.
        found = client.get_collection(COLLECTION, embedding_function=None)
        held = found.metadata or {}
        if held.get("schema") != SCHEMA:
            reason = "the guidance collection was of an older version"
        elif held.get("embedding") != embedder.key():
            reason = "another embedding was chosen"
        else:
            return found, ""
        client.delete_collection(COLLECTION)
    function: Any = embedder
    settings: Any = {"hnsw": {"space": "cosine"}}
    made = client.get_or_create_collection(
        COLLECTION, metadata=metadata, embedding_function=function, configuration=settings
    )
    return made, reason


def _known(collection: Collection) -> dict[str, tuple[str | None, list[str]]]:
    """For each card in the collection its stamp (None where chunks are missing) and its chunks' ids."""
    held = collection.get(include=["metadatas"])
    ids: defaultdict[str, list[str]] = defaultdict(list)
    stamps: defaultdict[str, set[str]] = defaultdict(set)
    for id, metadata in zip(held["ids"], held["metadatas"] or [], strict=True):
        card = str((metadata or {}).get("card", ""))
        ids[card].append(id)
        stamps[card].add(f"{(metadata or {}).get('hash')}/{(metadata or {}).get('of')}")
    known: dict[str, tuple[str | None, list[str]]] = {}
    for card, own in ids.items():
        stamp = stamps[card].pop() if len(stamps[card]) == 1 else None
        whole = stamp is not None and stamp.endswith(f"/{len(own)}")
        known[card] = (stamp if whole else None, own)
    return known


def _stamp(card: Card) -> str:
    return f"{card.hash}/{len(chunks(card))}"


def _write(collection: Collection, card: Card, embedder: Embedder, old: Sequence[str]) -> None:
    texts = chunks(card)
    ids = [f"{card.id}#{place}" for place in range(len(texts))]
    vectors = embedder(texts)
    surplus = [id for id in old if id not in set(ids)]
    if surplus:
        collection.delete(ids=surplus)
    metadata: dict[str, Any] = {"card": card.id, "hash": card.hash, "of": len(texts)}
    collection.upsert(ids=ids, documents=texts, embeddings=vectors, metadatas=[dict(metadata) for _ in texts])
