"""A lock on a folder, held by one process or thread at a time and let go of when it dies."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from interviewer.errors import IndexStoreError

WAIT_SECONDS = 60.0


@contextlib.contextmanager
def folder_lock(folder: Path, wait: float = WAIT_SECONDS) -> Iterator[None]:
    """Hold the lock file beside a folder.

    Args:
        folder: what is locked; it need not exist.
        wait: seconds to wait for another holder.

    Raises:
        IndexStoreError: the lock file cannot be written, or another process holds it for too long.
    """
    path = folder.with_name(folder.name + ".lock")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("a", encoding="utf-8")
    except OSError as error:
        raise IndexStoreError(
            f"{path} cannot be written ({error.strerror}). Free the disk or the folder."
        ) from error
    with file:
        until = time.monotonic() + wait
        while not _try_lock(file):
            if time.monotonic() > until:
                raise IndexStoreError(f"Another program is still building {folder}. Close it and try again.")
            time.sleep(0.05)
        yield


def _try_lock(file: IO[str]) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
