"""An interview as JSON: everything that is stored of it, and the version of its shape."""

from __future__ import annotations

import json

from interviewer.schema import Interview

SCHEMA_VERSION = 1
"""Raised when a field of `Interview` is renamed or removed; an added one keeps it."""


def to_json(interview: Interview) -> str:
    """The whole interview, an unfinished realistic one's critiques too: it is the candidate's data."""
    document = {"schema_version": SCHEMA_VERSION, "interview": interview.model_dump(mode="json")}
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"
