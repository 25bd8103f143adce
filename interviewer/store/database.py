"""One engine for SQLite or PostgreSQL: how it is opened, and what a transaction is."""

from __future__ import annotations

import json
import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, OperationalError

from interviewer.errors import StoreError
from interviewer.store.faults import told_plainly

BUSY_SECONDS = 10
"""How long a write waits for another program before it gives up."""


class Database:
    """An engine with its transactions; every fault comes out as a `StoreError`.

    Args:
        url: `sqlite:///path`, or `postgresql://user:password@host/name`.

    Raises:
        StoreError: the URL cannot be used, or the driver is not installed.
    """

    def __init__(self, url: str) -> None:
        """Make the engine; nothing is connected yet."""
        parts = _parse(url)
        self.is_sqlite = parts.get_backend_name() == "sqlite"
        self.file = Path(parts.database or "").absolute() if self.is_sqlite else None
        self.place = str(self.file) if self.file else f"{parts.host or 'localhost'}/{parts.database}"
        # SQLite has one writer at a time: threads queue here, in order, rather than poll the file's lock.
        self._writer = threading.Lock() if self.is_sqlite else nullcontext()
        self._engine = self._sqlite(parts) if self.is_sqlite else self._postgres(parts)

    def _sqlite(self, parts: URL) -> Engine:
        assert self.file is not None
        _touch(self.file)
        engine = create_engine(
            parts, json_serializer=_to_json, connect_args={"timeout": BUSY_SECONDS}, pool_size=8
        )
        event.listen(engine, "connect", _on_sqlite_connect)
        event.listen(engine, "begin", _on_sqlite_begin)
        return engine

    def _postgres(self, parts: URL) -> Engine:
        try:
            return create_engine(
                parts,
                json_serializer=_to_json,
                pool_pre_ping=True,  # a server that was restarted is found again
                connect_args={"connect_timeout": BUSY_SECONDS, "options": f"-c lock_timeout={BUSY_SECONDS}s"},
            )
        except ModuleNotFoundError as error:
            raise StoreError(
                "PostgreSQL needs its driver: run pip install 'mock-interviewer[postgres]'."
            ) from error

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that only reads.

        Raises:
            StoreError: the database or the disk refuses.
        """
        with told_plainly(self.place), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that writes: all of it is on the disk when the block ends, or none of it.

        SQLite takes the write lock at the start (`BEGIN IMMEDIATE`), so what is read in the block cannot
        change before it is written.

        Raises:
            StoreError: the database or the disk refuses.
        """
        with told_plainly(self.place), self._writer, self._engine.connect() as plain:
            connection = plain.execution_options(writes=True)
            with connection.begin():
                yield connection

    def use_wal(self) -> None:
        """Switch a SQLite file to write-ahead logging: readers and the writer do not wait for each other.

        The switch is kept in the file. SQLite does not wait for a lock while switching, so where two programs
        open a new file at once the loser tries again.

        Raises:
            StoreError: the file cannot be opened or is no database.
        """
        if not self.is_sqlite:
            return
        with told_plainly(self.place):
            for attempt in range(50):
                try:
                    with self._autocommit() as connection:
                        connection.execute(text("PRAGMA journal_mode=WAL")).scalar_one()
                    return
                except OperationalError as error:
                    if attempt == 49 or "SQLITE_BUSY" not in getattr(error.orig, "sqlite_errorname", ""):
                        raise
                    threading.Event().wait(0.1)

    def scrub(self) -> None:
        """Rewrite the tables so that deleted words are in no file of the database any more.

        Raises:
            StoreError: another program keeps an old state of the file in use.
        """
        with told_plainly(self.place), self._writer, self._autocommit() as connection:
            if not self.is_sqlite:
                connection.execute(text("VACUUM FULL interviews, turns, findings"))
                return
            connection.execute(text("VACUUM"))
            busy = connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)")).one()[0]
        if busy:
            raise StoreError(
                f"The interviews are deleted, but another program still has old pages of {self.place} open: "
                "close it and delete again to be sure that the words are gone from the disk."
            )

    def size_bytes(self) -> int:
        """What the interviews take, in bytes: the file and its log, or the server's tables."""
        if self.file:
            files = (self.file, self.file.with_name(self.file.name + "-wal"))
            return sum(file.stat().st_size for file in files if file.exists())
        tables = "'interviews'), ('turns'), ('findings'"
        size = text(f"SELECT sum(pg_total_relation_size(name::regclass)) FROM (VALUES ({tables})) AS t(name)")
        with self.reading() as connection:
            return int(connection.execute(size).scalar_one())

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()

    @contextmanager
    def _autocommit(self) -> Iterator[Connection]:
        with self._engine.connect() as plain:
            yield plain.execution_options(isolation_level="AUTOCOMMIT", bare=True)


def _parse(url: str) -> URL:
    try:
        parts = make_url(url.replace("postgres://", "postgresql://", 1))
        name = parts.get_backend_name()
    except (ArgumentError, NoSuchModuleError) as error:
        raise StoreError(
            "INTERVIEWER_DATABASE_URL cannot be read: write sqlite:///path or postgresql://user@host/name."
        ) from error
    if name == "postgresql":
        return parts.set(drivername="postgresql+psycopg")
    if name != "sqlite":
        raise StoreError(f"{name} is not supported: use sqlite:///path or postgresql://user@host/name.")
    if parts.database in {None, "", ":memory:"}:
        raise StoreError("The database needs a file, so that no reply is lost: use sqlite:///path.")
    return parts.set(drivername="sqlite")


def _touch(file: Path) -> None:
    """Create the file, readable by this user alone: it holds what a person said of themselves."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise StoreError(
            f"{file} cannot be written ({reason}): allow this user to write there, free some space, or set "
            "INTERVIEWER_HOME to another folder. What was stored before is safe."
        ) from error


def _on_sqlite_connect(connection: sqlite3.Connection, record: Any) -> None:
    connection.isolation_level = None  # the driver begins nothing by itself: `_on_sqlite_begin` does
    for pragma in (
        f"busy_timeout={BUSY_SECONDS * 1000}",
        "foreign_keys=ON",
        # With WAL, NORMAL may lose the last commits when the power fails; a reply that was taken must stay.
        "synchronous=FULL",
        "secure_delete=ON",  # deleted words are overwritten with zeros
    ):
        connection.execute(f"PRAGMA {pragma}")


def _on_sqlite_begin(connection: Connection) -> None:
    options = connection.get_execution_options()
    if not options.get("bare"):
        connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get("writes") else "BEGIN")


_to_json = partial(json.dumps, ensure_ascii=False)
