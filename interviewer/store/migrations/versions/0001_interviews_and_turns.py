"""Interviews and their turns."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create both tables."""
    op.create_table(
        "interviews",
        sa.Column("id", sa.String(64), primary_key=True),
        *[sa.Column(name, sa.Text, nullable=False) for name in ("owner", "persona", "role", "company")],
        *[
            sa.Column(name, sa.String(16), nullable=False)
            for name in ("mode", "engine", "status", "ended_by")
        ],
        sa.Column("created", _TIME, nullable=False),
        sa.Column("updated", _TIME, nullable=False),
        sa.Column("deleted_at", _TIME),
        sa.Column("setup", sa.JSON, nullable=False),
        sa.Column("debrief", sa.JSON),
        sa.Column("rest", sa.JSON, nullable=False),
    )
    op.create_index("interviews_by_owner", "interviews", ["owner", "created"])
    interview = sa.ForeignKey("interviews.id", ondelete="CASCADE")
    op.create_table(
        "turns",
        sa.Column(
            "interview_id",
            sa.String(64),
            interview,
            primary_key=True,
        ),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("question", sa.Text, nullable=False),
        sa.Column("question_kind", sa.String(16), nullable=False),
        sa.Column("question_engine", sa.String(16), nullable=False),
        sa.Column("question_state", sa.String(16), nullable=False),
        sa.Column("question_focus", sa.JSON, nullable=False),
        sa.Column("question_guidance", sa.JSON, nullable=False),
        sa.Column("question_prompt_hash", sa.Text),
        sa.Column("reply", sa.Text),
        sa.Column("replied_at", _TIME),
        sa.Column("advances", sa.Boolean, nullable=False),
        sa.Column("critique", sa.JSON),
        sa.Column("critique_state", sa.String(16), nullable=False),
        sa.Column("critique_engine", sa.String(16)),
        sa.Column("critique_prompt_hash", sa.Text),
        sa.Column("overall", sa.Integer),
        sa.Column("thumb", sa.String(8)),
        sa.Column("notices", sa.JSON, nullable=False),
        sa.Column("usage", sa.JSON, nullable=False),
        sa.Column("rest", sa.JSON, nullable=False),
    )
