"""Bring a database to this version's tables, with the migrations that the package ships."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from interviewer.errors import StoreError
from interviewer.store.database import Database

REVISIONS = ("0001", "0002")
"""Every revision, oldest first. Kept here so that opening an up-to-date database need not load Alembic."""

_LOCK = 7_312_046_551
"""Any number, the same in every process: PostgreSQL's advisory lock for migrating."""


def migrate(database: Database) -> None:
    """Create or upgrade the tables. Processes that open at once wait for each other.

    Raises:
        StoreError: a newer version of the program made the database, or the database refuses.
    """
    with database.reading() as connection:
        current = _revision(connection, database.place)
    if current == REVISIONS[-1]:
        return
    with database.writing() as connection:
        if not database.is_sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        # Asked again under the lock: another process may have done it meanwhile.
        if _revision(connection, database.place) != REVISIONS[-1]:
            upgrade(connection)


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Run the migrations up to a revision, inside the connection's transaction."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def _revision(connection: Connection, place: str) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
    if found is not None and found not in REVISIONS:
        raise StoreError(
            f"A newer version of this program made the database {place}: install that version, or set "
            "INTERVIEWER_HOME to another folder. Nothing was changed."
        )
    return None if found is None else str(found)
