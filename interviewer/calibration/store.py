"""Where coaches' scores lie: one readable JSON file a coach, under the home, written whole or not at all."""

from __future__ import annotations

import hashlib
import json
import re
import threading
import unicodedata
from collections.abc import Callable, Collection
from pathlib import Path

from pydantic import ValidationError

from interviewer.calibration.shapes import LONGEST_NAME, VERSION, Calibration
from interviewer.errors import DataFileError, InputError, NotFoundError, StoreError
from interviewer.files import OWNER, write_text

FOLDER = "calibration"
LARGEST = 50_000_000
"""Bytes of a file that is read."""
_CHANGING = threading.Lock()


class CalibrationStore:
    """The calibrations of one home.

    Args:
        home: the folder that holds everything the app writes.
    """

    def __init__(self, home: Path) -> None:
        self.folder = home / FOLDER

    def path(self, coach: str) -> Path:
        """The file of a coach. The name is made safe for any disk; a digest keeps two names apart."""
        name = _name(coach)
        flat = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
        slug = re.sub(r"[^a-z0-9]+", "-", flat).strip("-")[:40] or "coach"
        return self.folder / f"{slug}-{_digest(name.casefold())}.json"

    def browser_path(self, owner: str) -> Path:
        """The file of a browser; its token, which is a key, cannot be read from the file's name."""
        return self.folder / f"browser-{_digest(owner, 24)}.json"

    def load(self, coach: str) -> Calibration:
        """A coach's calibration.

        Raises:
            NotFoundError: nothing is kept under that name.
            DataFileError: the file is broken; it is left as it is.
        """
        path = self.path(coach)
        if not path.exists():
            raise NotFoundError(f"Nothing is kept for a coach '{_name(coach)}'; fill in a sheet first.")
        return read(path)

    def update(self, path: Path, coach: str, change: Callable[[Calibration], Calibration]) -> Calibration:
        """Read a file (or begin it), change what it holds, and write it whole.

        Args:
            path: from `path` or `browser_path`.
            coach: the name to begin it with.
            change: gives the changed calibration; what it raises leaves the file as it was.

        Raises:
            DataFileError: the file is broken; it is left as it is.
            StoreError: the disk refuses; what was there before is untouched.
        """
        with _CHANGING:
            before = read(path) if path.exists() else Calibration(coach=_name(coach))
            after = change(before)
            if after != before or not path.exists():
                write_text(path, as_json(after), OWNER)
        return after

    def delete(self, path: Path) -> None:
        """Delete a file for good; none is no error.

        Raises:
            StoreError: the disk refuses.
        """
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise StoreError(
                f"{path} cannot be deleted ({error.strerror or error}); check its rights."
            ) from error


def as_json(calibration: Calibration) -> str:
    """A calibration as the text of its file."""
    return json.dumps(calibration.model_dump(mode="json"), ensure_ascii=False, indent=2) + "\n"


def read(path: Path) -> Calibration:
    """Read a calibration's file.

    Raises:
        DataFileError: it cannot be read, or is none; it is left as it is.
    """
    try:
        if path.stat().st_size > LARGEST:
            raise DataFileError(path, "is too large to be a calibration; choose the right file")
        return parse(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        reason = error.strerror or str(error)
        raise DataFileError(path, f"cannot be read ({reason}); check its rights") from error
    except UnicodeDecodeError as error:
        raise DataFileError(path, "is not UTF-8 text; bring back an exported file") from error
    except InputError as error:
        raise DataFileError(path, str(error).rstrip(".")) from error


def parse(text: str, known: Collection[str] | None = None) -> Calibration:
    """A calibration out of an exported file's text.

    Args:
        text: the JSON.
        known: ids of the replies that can be scored (None: any).

    Raises:
        InputError: it is none, or of another version, or scores a reply that is not known.
    """
    try:
        value = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        raise InputError("The calibration is not valid JSON; use a file as it was exported.") from error
    if not isinstance(value, dict) or "version" not in value or "coach" not in value:
        raise InputError("The file is no calibration; use a file as it was exported.")
    if value["version"] != VERSION:
        raise InputError(
            f"The calibration has version {str(value['version'])[:20]}, this program reads {VERSION}; "
            "use a program as new as the file."
        )
    try:
        found = Calibration.model_validate(value)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])[:80] or "the file"
        problem = first["msg"].removeprefix("Value error, ")
        raise InputError(f"The calibration cannot be used: {where}: {problem}.") from error
    strange = next((s.id for s in found.scores if known is not None and s.id not in known), None)
    if strange is not None:
        raise InputError(f"The calibration scores a reply '{strange[:40]}' that is not known here.")
    return found


def _name(coach: str) -> str:
    """A coach's name as it is kept."""
    name = " ".join("".join(c if c.isprintable() else " " for c in coach).split())
    name = unicodedata.normalize("NFC", name)
    if not name or len(name) > LONGEST_NAME:
        raise InputError(f"A coach's name has 1 to {LONGEST_NAME} characters; give one.")
    return name


def _digest(text: str, length: int = 8) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:length]
