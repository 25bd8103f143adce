"""The store: interviews saved, found, changed by several workers at once, deleted for good."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from itertools import groupby

from sqlalchemy import Connection, Row, Select, delete, select, update

from interviewer.errors import NotFoundError
from interviewer.schema import Interview, Turn, now
from interviewer.store import rows
from interviewer.store.database import Database
from interviewer.store.migrate import migrate
from interviewer.store.tables import findings, interviews, turns


class Store:
    """Interviews in SQLite or PostgreSQL; safe to share between threads and between processes.

    When a method that writes returns, what it wrote survives a crash and a power cut. Every method raises
    `StoreError`, with one line that says what to do, where the database or the disk refuses.

    Args:
        url: `sqlite:///path` or `postgresql://user:password@host/name`. Opening it creates or
            upgrades the tables.

    Raises:
        StoreError: it cannot be opened, is damaged (the file is left as it is), or a newer version made it.
    """

    def __init__(self, url: str) -> None:
        """Open the database."""
        self._database = Database(url)
        try:
            self._database.use_wal()
            migrate(self._database)
        except BaseException:
            self._database.close()
            raise

    @property
    def place(self) -> str:
        """Where the interviews lie, as shown to a person: a path, or host/name without a password."""
        return self._database.place

    def save(self, interview: Interview) -> None:
        """Write the whole interview, new or known.

        It replaces every turn: where workers write parts of the interview, use `update` and `update_turn`.
        """
        with self._database.writing() as connection:
            _write(connection, interview)

    def load(self, interview_id: str, *, owner: str | None = None) -> Interview:
        """Read one interview.

        Args:
            interview_id: its id.
            owner: where given, an interview of anyone else is not found.

        Raises:
            NotFoundError: there is none, or it is deleted.
        """
        with self._database.reading() as connection:
            query = select(interviews).where(
                interviews.c.id == interview_id, interviews.c.deleted_at.is_(None)
            )
            row = connection.execute(query).one_or_none()
            if row is None or owner not in {None, row.owner}:
                raise _not_found()
            return _read(connection, row)

    def list(self, owner: str, *, limit: int = 200) -> list[Interview]:
        """The owner's interviews, newest first, without deleted ones."""
        newest = (
            select(interviews)
            .where(interviews.c.owner == owner, interviews.c.deleted_at.is_(None))
            .order_by(interviews.c.created.desc(), interviews.c.id)
            .limit(limit)
        )
        with self._database.reading() as connection:
            found = connection.execute(newest).mappings().all()
            chosen = select(turns).where(turns.c.interview_id.in_([row["id"] for row in found]))
            ordered = connection.execute(chosen.order_by(turns.c.interview_id, turns.c.number)).mappings()
            by_id = {
                key: list(group) for key, group in groupby(ordered, key=lambda turn: turn["interview_id"])
            }
            return [rows.to_interview(row, by_id.get(row["id"], [])) for row in found]

    def update(self, interview_id: str, change: Callable[[Interview], Interview]) -> Interview:
        """Read, change and write an interview in one transaction; other writers of it wait.

        Args:
            interview_id: its id. A deleted one can be changed until it is purged.
            change: makes the new interview from the stored one. It must be quick and must not call the store.

        Returns:
            The interview as stored, with `updated` set.

        Raises:
            NotFoundError: there is none.
        """
        with self._database.writing() as connection:
            changed = change(_read(connection, _locked(connection, interview_id)))
            if changed.id != interview_id:
                raise ValueError("a change must not give an interview another id")
            _write(connection, changed.model_copy(update={"updated": now()}))
            return _read(connection, _locked(connection, interview_id))

    def update_turn(self, interview_id: str, number: int, change: Callable[[Turn], Turn]) -> Turn:
        """Read, change and write one turn in one transaction; other writers of the interview wait.

        The worker of the question and that of the critique both write to a turn: each changes its own
        fields on what the other has stored, so neither undoes the other.

        Args:
            interview_id: its id. A deleted one can be changed until it is purged.
            number: the turn's number.
            change: makes the new turn from the stored one. It must be quick and must not call the store.

        Returns:
            The turn as stored.

        Raises:
            NotFoundError: there is no such interview or turn.
        """
        with self._database.writing() as connection:
            _locked(connection, interview_id)
            query = select(turns).where(turns.c.interview_id == interview_id, turns.c.number == number)
            stored = connection.execute(query).mappings().one_or_none()
            if stored is None:
                raise NotFoundError(f"This interview has no turn {number}.")
            changed = change(rows.to_turn(stored))
            if changed.number != number:
                raise ValueError("a change must not give a turn another number")
            _write_turn(connection, interview_id, changed)
            _touch(connection, interview_id)
            return rows.to_turn(connection.execute(query).mappings().one())

    def save_turn(self, interview_id: str, turn: Turn) -> None:
        """Write one turn, new or known, whole.

        Raises:
            NotFoundError: there is no such interview.
        """
        with self._database.writing() as connection:
            _locked(connection, interview_id)
            _write_turn(connection, interview_id, turn)
            _touch(connection, interview_id)

    def delete(self, interview_id: str) -> None:
        """Hide an interview; `undo_delete` brings it back until `purge` removes it.

        Raises:
            NotFoundError: there is none, or it is deleted already.
        """
        self._mark(interview_id, now())

    def undo_delete(self, interview_id: str) -> None:
        """Bring a deleted interview back.

        Raises:
            NotFoundError: it was not deleted, or it was purged.
        """
        self._mark(interview_id, None)

    def purge(
        self, owner: str | None = None, id: str | None = None, *, deleted_before: datetime | None = None
    ) -> int:
        """Remove interviews for good; their words are in no file of the database afterwards.

        Args:
            owner: all of this owner's interviews, deleted or not.
            id: this interview, deleted or not.
            deleted_before: only those that were deleted before this time.
                With no argument at all: every deleted interview.

        Returns:
            How many were removed.

        Raises:
            StoreError: also where they are removed but another program keeps old pages of the file in use.
        """
        gone = delete(interviews)
        if owner is not None:
            gone = gone.where(interviews.c.owner == owner)
        if id is not None:
            gone = gone.where(interviews.c.id == id)
        if deleted_before is not None:
            gone = gone.where(interviews.c.deleted_at < deleted_before)
        if owner is None and id is None:
            gone = gone.where(interviews.c.deleted_at.is_not(None))
        with self._database.writing() as connection:
            count = connection.execute(gone).rowcount
        # Also where nothing was left to remove: an earlier purge may have been kept from cleaning up.
        if count or owner is not None or id is not None:
            self._database.scrub()
        return count

    def size_bytes(self) -> int:
        """What the interviews take on the disk, in bytes."""
        return self._database.size_bytes()

    def close(self) -> None:
        """Close every connection."""
        self._database.close()

    def _mark(self, interview_id: str, moment: datetime | None) -> None:
        is_deleted = interviews.c.deleted_at.is_not(None)
        mark = update(interviews).where(
            interviews.c.id == interview_id, ~is_deleted if moment else is_deleted
        )
        with self._database.writing() as connection:
            if not connection.execute(mark.values(deleted_at=moment)).rowcount:
                raise _not_found()


def _not_found() -> NotFoundError:
    return NotFoundError(
        "There is no such interview: it may have been deleted. Your others are under History."
    )


def _locked(connection: Connection, interview_id: str) -> Row[tuple[object, ...]]:
    """The interview's row, held until the transaction ends (SQLite holds the whole file already)."""
    query: Select[tuple[object, ...]] = select(interviews).where(interviews.c.id == interview_id)
    row = connection.execute(query.with_for_update()).one_or_none()
    if row is None:
        raise _not_found()
    return row


def _read(connection: Connection, row: Row[tuple[object, ...]]) -> Interview:
    mapping = row._mapping
    query = select(turns).where(turns.c.interview_id == mapping["id"]).order_by(turns.c.number)
    return rows.to_interview(mapping, connection.execute(query).mappings())


def _write(connection: Connection, interview: Interview) -> None:
    row = rows.interview_row(interview)
    known = update(interviews).where(interviews.c.id == interview.id).values(**row)
    if not connection.execute(known).rowcount:
        connection.execute(interviews.insert().values(**row))
    numbers = [turn.number for turn in interview.turns]
    for table, column in ((turns, turns.c.number), (findings, findings.c.turn)):
        connection.execute(delete(table).where(table.c.interview_id == interview.id, column.not_in(numbers)))
    for turn in interview.turns:
        _write_turn(connection, interview.id, turn)


def _write_turn(connection: Connection, interview_id: str, turn: Turn) -> None:
    row = rows.turn_row(interview_id, turn)
    here = (turns.c.interview_id == interview_id, turns.c.number == turn.number)
    if not connection.execute(update(turns).where(*here).values(**row)).rowcount:
        connection.execute(turns.insert().values(**row))
    old = delete(findings).where(findings.c.interview_id == interview_id, findings.c.turn == turn.number)
    connection.execute(old)
    found = rows.finding_rows(interview_id, turn.number, turn.critique)
    if found:
        connection.execute(findings.insert(), found)


def _touch(connection: Connection, interview_id: str) -> None:
    connection.execute(update(interviews).where(interviews.c.id == interview_id).values(updated=now()))
