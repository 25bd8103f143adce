"""What a person gives, made fit to be stored: replies and documents."""

from __future__ import annotations

from interviewer.errors import InputError

MAX_REPLY = 200_000
MAX_DOCUMENT = 200_000
"""Characters."""


def clean(text: str) -> str:
    """Text as the store can keep it: no NUL, no half of a surrogate pair, no white space around it."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8").strip()


def document(text: str, what: str) -> str:
    """A job description or résumé as it can be stored.

    Raises:
        InputError: it is too long.
    """
    text = clean(text)
    if len(text) > MAX_DOCUMENT:
        raise InputError(f"The {what} has {len(text):,} characters; at most {MAX_DOCUMENT:,} can be read.")
    return text
