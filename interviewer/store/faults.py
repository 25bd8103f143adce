"""What the database or the disk says, as one plain line that tells what to do and what is safe."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from interviewer.errors import StoreError

_SAFE = "What was stored before is safe."

# SQLite's extended result names begin with the primary ones: https://www.sqlite.org/rescode.html
_SQLITE = {
    "SQLITE_FULL": f"The disk is full: free some space where {{place}} lies, then try again. {_SAFE}",
    "SQLITE_IOERR": f"The disk did not take a write to {{place}}: look for free space and for a disk fault, "
    f"then try again. {_SAFE}",
    "SQLITE_READONLY": f"{{place}} cannot be written: let this user write the file and its folder. {_SAFE}",
    "SQLITE_PERM": f"{{place}} cannot be opened: allow this user to read and write it. {_SAFE}",
    "SQLITE_CANTOPEN": "{place} cannot be opened: check that its folder exists and can be written.",
    "SQLITE_BUSY": f"Another program is holding {{place}}: close it, then try again. {_SAFE}",
    "SQLITE_LOCKED": f"Another program is holding {{place}}: close it, then try again. {_SAFE}",
    "SQLITE_NOTADB": "{place} is not a readable database. It was left as it is: move it away to start "
    "afresh, or put a backup in its place.",
    "SQLITE_CORRUPT": "The database {place} is damaged. It was left as it is: copy it to a safe place, then "
    "move it away to start afresh, or put a backup in its place.",
}

# PostgreSQL's classes of error codes: https://www.postgresql.org/docs/current/errcodes-appendix.html
_POSTGRES = {
    "08": f"The database {{place}} does not answer: check that it runs and can be reached. {_SAFE}",
    "28": "The database {place} refuses this user: check the user and password in INTERVIEWER_DATABASE_URL.",
    "3D": "The database {place} does not exist: create it, or correct INTERVIEWER_DATABASE_URL.",
    "42501": f"The database {{place}} does not let this user do that: grant it the tables. {_SAFE}",
    "25006": f"The database {{place}} is read-only at present: try again later. {_SAFE}",
    "53100": f"The disk of the database {{place}} is full: free some space there, then try again. {_SAFE}",
    "53": f"The database {{place}} is out of resources: try again in a moment. {_SAFE}",
    "40": f"Another program changed the same interview in {{place}}: try again. {_SAFE}",
    "55": f"Another program is holding {{place}}: try again. {_SAFE}",
    "57": f"The database {{place}} is shutting down: try again once it is back. {_SAFE}",
}


@contextmanager
def told_plainly(place: str) -> Iterator[None]:
    """Raise every fault of the database as a `StoreError`.

    Args:
        place: the database as shown to a person, without a password.

    Raises:
        StoreError: for every fault of the driver, and for rows that do not fit the shapes.
    """
    try:
        yield
    except ValidationError as error:
        raise StoreError(
            f"An interview in {place} cannot be read by this version: install the newest one. "
            "It was left as it is."
        ) from error
    except PoolTimeout as error:
        raise StoreError(
            f"Too many people are using {place} at once: try again in a moment. {_SAFE}"
        ) from error
    except DBAPIError as error:
        raise StoreError(_line(error).format(place=place)) from error


def _line(error: DBAPIError) -> str:
    cause = error.orig
    name = str(getattr(cause, "sqlite_errorname", "") or "")
    for known, line in _SQLITE.items():
        if name.startswith(known):
            return line
    code = str(getattr(cause, "sqlstate", "") or "")
    for length in (5, 2):
        if code[:length] in _POSTGRES:
            return _POSTGRES[code[:length]]
    if cause is not None and type(cause).__module__.startswith("psycopg") and not code:
        # psycopg gives no code where no connection could be made; the server's own words tell the reason.
        return _no_connection(str(cause))
    kind = name or code or type(cause).__name__
    return f"The database {{place}} refused ({kind}): try again, and report it if it happens again. {_SAFE}"


def _no_connection(words: str) -> str:
    if "password authentication failed" in words or "no password supplied" in words:
        return _POSTGRES["28"]
    if "does not exist" in words:
        return _POSTGRES["3D"]
    return _POSTGRES["08"]
