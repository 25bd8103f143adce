"""Writes a file whole or not at all, so that a crash or a full disk never leaves half of one."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

from interviewer.errors import StoreError

EVERYBODY, OWNER = 0o644, 0o600
"""Who may read a file."""


def write_text(path: Path, text: str, mode: int = EVERYBODY) -> None:
    """Write a text file atomically; its folder is made if need be.

    Args:
        path: the file.
        text: what it will hold; its line ends are kept as they are.
        mode: its rights.

    Raises:
        StoreError: the disk refuses; what was there before is untouched.
    """
    temporary = ""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:40]}.", suffix=".part")
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n", errors="backslashreplace") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, mode)
        os.replace(temporary, path)
    except OSError as error:
        if temporary:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(temporary)
        raise StoreError(
            f"{path} cannot be written ({error.strerror or error}). Make room or choose another folder; "
            "what was written before is kept."
        ) from error
