"""Opens the guidance index: from a folder or a Chroma server, built or brought up to date on the way."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

from interviewer.errors import IndexStoreError, SettingsError
from knowledge.cards import Card
from knowledge.folder_lock import folder_lock
from knowledge.index import GuidanceIndex
from knowledge.sync import Progress, chroma_errors, sync

if TYPE_CHECKING:
    from chromadb.api import ClientAPI

    from knowledge.embeddings import Embedder

STORE = "store-"


def open_index(
    *,
    folder: Path,
    cards: Sequence[Card],
    embedding: Literal["bundled", "openai"] = "bundled",
    url: str = "",
    api_key: str = "",
    base_url: str = "",
    embedding_model: str = "",
    progress: Progress | None = None,
) -> GuidanceIndex:
    """Open the guidance index in step with the cards.

    A folder whose collection is damaged, or was made by an older version or with another embedding, is built
    anew; `report.rebuilt_reason` says so. Two processes may open the same folder: one waits while the other
    writes.

    Args:
        folder: where the collection is kept; made if need be. Not used with `url`.
        cards: the cards to find.
        embedding: `bundled` needs no network; `openai` asks the endpoint.
        url: address of a Chroma server (empty: the folder).
        api_key: for `openai`.
        base_url: for `openai` (empty: OpenAI's).
        embedding_model: for `openai`.
        progress: called with (cards done, cards to do, title) while cards are embedded.

    Raises:
        IndexStoreError: the folder, the server or the embedding model cannot be used.
        SettingsError: the address is none, or no embedding model is named.
    """
    embedder = _embedder(embedding, embedding_model, api_key, base_url)
    if url:
        client = _connect(url)
        collection, report = sync(client, cards, embedder, progress)
        return GuidanceIndex(client, collection, cards, embedder, report)
    with folder_lock(folder):
        return _open_folder(folder, cards, embedder, progress)


def _embedder(kind: str, model: str, api_key: str, base_url: str) -> Embedder:
    from knowledge.embeddings import BundledEmbedding, OpenAIEmbedding

    if kind == "bundled":
        return BundledEmbedding()
    if not model:
        raise SettingsError(
            "INTERVIEWER_EMBEDDING_MODEL: name the embedding model, or use bundled embeddings."
        )
    return OpenAIEmbedding(model, api_key, base_url)


def _settings() -> Any:
    from chromadb.config import Settings

    return Settings(anonymized_telemetry=False)


def _connect(url: str) -> ClientAPI:
    import chromadb

    try:
        parts = urlsplit(url)
        host, port, scheme = parts.hostname, parts.port, parts.scheme
    except ValueError:
        host, port, scheme = None, None, ""
    if scheme not in ("http", "https") or not host:
        raise SettingsError("INTERVIEWER_CHROMA_URL: write it like http://localhost:8000.")
    ssl = scheme == "https"
    with chroma_errors(f"reached at {host}"):
        return chromadb.HttpClient(
            host=host, port=port or (443 if ssl else 8000), ssl=ssl, settings=_settings()
        )


def _open_folder(
    folder: Path, cards: Sequence[Card], embedder: Embedder, progress: Progress | None
) -> GuidanceIndex:
    """Open the newest store of the folder; where that is damaged, build the next one and remove it.

    Chroma keeps a process-wide client for each path, so a damaged path cannot be used again in the same
    process: hence the numbered stores.
    """
    number = max((int(path.name.removeprefix(STORE)) for path in _stores(folder)), default=1)
    store = folder / f"{STORE}{number}"
    reason = _damage(store)
    if not reason:
        try:
            return _open_store(store, cards, embedder, progress)
        except IndexStoreError as error:
            if not _is_damage(error):
                raise
            reason = "the guidance collection was damaged"
    fresh = folder / f"{STORE}{number + 1}"
    index = _open_store(fresh, cards, embedder, progress)
    for old in _stores(folder):
        if old != fresh:
            shutil.rmtree(old, ignore_errors=True)
    index.report = replace(index.report, rebuilt_reason=reason)
    return index


def _stores(folder: Path) -> list[Path]:
    return [path for path in folder.glob(f"{STORE}*") if path.name.removeprefix(STORE).isdigit()]


def _open_store(
    store: Path, cards: Sequence[Card], embedder: Embedder, progress: Progress | None
) -> GuidanceIndex:
    import chromadb

    with chroma_errors("opened"):
        store.mkdir(parents=True, exist_ok=True)
        client = chromadb.PersistentClient(path=str(store), settings=_settings())
    collection, report = sync(client, cards, embedder, progress)
    index = GuidanceIndex(client, collection, cards, embedder, report)
    with chroma_errors("read"):
        # One look at the vectors: a store may list its chunks and yet have lost their vectors.
        if (
            cards
            and len(collection.query(query_embeddings=[_any_vector(collection)], n_results=1)["ids"][0]) != 1
        ):
            raise IndexStoreError("The guidance collection cannot be read: it is damaged.")
    return index


def _any_vector(collection: Any) -> Any:
    vectors = collection.get(limit=1, include=["embeddings"])["embeddings"]
    return vectors[0]


def _is_damage(error: IndexStoreError) -> bool:
    """Whether a new store would help: not where the disk or the embedding model refuses."""
    cause = error.__cause__
    return not isinstance(cause, OSError) and not (cause and type(cause).__module__.startswith("openai"))


def _damage(store: Path) -> str:
    """Why a store cannot be opened, as far as SQLite can tell (empty: it seems sound, or is new).

    Looked at before Chroma opens it, whose core may panic on a broken file.
    """
    if not store.exists() or not any(store.iterdir()):
        return ""
    database = store / "chroma.sqlite3"
    if not database.is_file():
        return "the guidance collection's database was missing"
    try:
        with contextlib.closing(
            sqlite3.connect(f"{database.resolve().as_uri()}?mode=ro", uri=True)
        ) as connection:
            sound = connection.execute("PRAGMA quick_check(1)").fetchone() == ("ok",)
            tables = {
                row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type='table'")
            }
    except sqlite3.DatabaseError:
        sound, tables = False, set()
    return "" if sound and "collections" in tables else "the guidance collection's database was damaged"
