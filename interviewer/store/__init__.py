"""Interviews as rows: SQLite by default, PostgreSQL by URL."""

from interviewer.store.store import Store

__all__ = ["Store"]
