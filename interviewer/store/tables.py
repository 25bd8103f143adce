"""The tables, as SQL that coaches can read.

- `interviews`: one row an interview. `deleted_at` is set while a deletion can still be undone.
- `turns`: one row a question with the reply to it, ordered by `number` (1-based, as in `Turn.number`).
- `findings`: one row a point of a critique, written together with it: `kind` is `criterion` (verdict `met`,
  `partly` or `missing`) or `pitfall` (verdict `present`). Derived from `turns.critique`, never edited.

For example, how one criterion went over time::

    SELECT i.created, f.verdict FROM findings f JOIN interviews i ON i.id = f.interview_id
    WHERE i.owner = 'me' AND f.point = 'measurable' AND i.deleted_at IS NULL ORDER BY i.created, f.turn;

Columns hold what is worth querying; `rest` holds every other field of the shape as JSON, so that no field is
stored twice and one that is added to `interviewer.schema` is kept without a migration. A change here needs
a new file in `migrations/versions/`.
"""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import JSON, Boolean, Column, ForeignKey, Index, Integer, MetaData, String, Table, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import DateTime, TypeDecorator


class Moment(TypeDecorator[datetime]):
    """A point in time that always has its zone: stored as UTC, read back as UTC, naive ones refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn a time into UTC.

        Raises:
            ValueError: the time has no zone.
        """
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give SQLite's zoneless UTC its zone back; PostgreSQL answers in the session's zone."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


# A PostgreSQL `json` column keeps the order of keys (a critique's criteria are ordered); `jsonb` would not.
# JSON null and SQL NULL are one thing here.
_JSON = JSON(none_as_null=True)

metadata = MetaData()

interviews = Table(
    "interviews",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("owner", Text, nullable=False),
    Column("persona", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("company", Text, nullable=False),
    Column("mode", String(16), nullable=False),
    Column("engine", String(16), nullable=False),
    Column("status", String(16), nullable=False),
    Column("ended_by", String(16), nullable=False),
    Column("created", Moment, nullable=False),
    Column("updated", Moment, nullable=False),
    Column("deleted_at", Moment),
    Column("setup", _JSON, nullable=False),
    Column("debrief", _JSON),
    Column("rest", _JSON, nullable=False),
    Index("interviews_by_owner", "owner", "created"),
)

turns = Table(
    "turns",
    metadata,
    Column("interview_id", ForeignKey("interviews.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("question", Text, nullable=False),
    Column("question_kind", String(16), nullable=False),
    Column("question_engine", String(16), nullable=False),
    Column("question_state", String(16), nullable=False),
    Column("question_focus", _JSON, nullable=False),
    Column("question_guidance", _JSON, nullable=False),
    Column("question_prompt_hash", Text),
    Column("reply", Text),
    Column("replied_at", Moment),
    Column("advances", Boolean, nullable=False),
    Column("critique", _JSON),
    Column("critique_state", String(16), nullable=False),
    Column("critique_engine", String(16)),
    Column("critique_prompt_hash", Text),
    Column("overall", Integer),
    Column("thumb", String(8)),
    Column("notices", _JSON, nullable=False),
    Column("usage", _JSON, nullable=False),
    Column("rest", _JSON, nullable=False),
)

findings = Table(
    "findings",
    metadata,
    Column("interview_id", ForeignKey("interviews.id", ondelete="CASCADE"), primary_key=True),
    Column("turn", Integer, primary_key=True, autoincrement=False),
    Column("point", String(64), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("verdict", String(16), nullable=False),
    Column("quotes", _JSON, nullable=False),
    Index("findings_by_point", "point", "verdict"),
)
