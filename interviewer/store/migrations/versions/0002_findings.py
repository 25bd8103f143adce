"""One row a point of each critique, filled from what is stored, so that coaches can query verdicts."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Create the table and fill it."""
    interview = sa.ForeignKey("interviews.id", ondelete="CASCADE")
    table = op.create_table(
        "findings",
        sa.Column(
            "interview_id",
            sa.String(64),
            interview,
            primary_key=True,
        ),
        sa.Column("turn", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("point", sa.String(64), primary_key=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("verdict", sa.String(16), nullable=False),
        sa.Column("quotes", sa.JSON, nullable=False),
    )
    op.create_index("findings_by_point", "findings", ["point", "verdict"])
    turns = sa.table(
        "turns",
        sa.column("interview_id", sa.String),
        sa.column("number", sa.Integer),
        sa.column("critique", sa.JSON),
    )
    connection = op.get_bind()
    for interview_id, number, critique in connection.execute(sa.select(turns)).all():
        rows = _rows(interview_id, number, critique or {})
        if rows:
            connection.execute(table.insert(), rows)


def _rows(interview_id: str, number: int, critique: dict[str, Any]) -> list[dict[str, Any]]:
    """What `rows.finding_rows` did at this revision: a migration must not change with the program."""
    key = {"interview_id": interview_id, "turn": number}
    rows: dict[str, dict[str, Any]] = {}
    for point, found in critique.get("criteria", {}).items():
        fields = {"kind": "criterion", "verdict": found["verdict"], "quotes": found.get("quotes", [])}
        rows[point] = {**key, "point": point, **fields}
    for pitfall in critique.get("pitfalls", []):
        fields = {"kind": "pitfall", "verdict": "present", "quotes": pitfall["quotes"]}
        earlier = rows.get(pitfall["id"])
        if earlier:
            earlier["quotes"] = earlier["quotes"] + pitfall["quotes"]
        else:
            rows[pitfall["id"]] = {**key, "point": pitfall["id"], **fields}
    return list(rows.values())
