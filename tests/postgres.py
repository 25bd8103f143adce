"""A throwaway PostgreSQL server for the tests that need a real one."""

from __future__ import annotations

import glob
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

REASON = "PostgreSQL is not installed (Debian: apt-get install postgresql)"


def find_programs() -> Path | None:
    """The folder that holds both `initdb` and `pg_ctl`."""
    folders = []
    for name in ("initdb", "pg_ctl"):
        found = shutil.which(name)
        folders += [Path(found).resolve().parent] if found else []
    config = shutil.which("pg_config")
    if config:
        asked = subprocess.run([config, "--bindir"], capture_output=True, text=True, check=False)
        folders += [Path(asked.stdout.strip())]
    folders += [Path(path) for path in sorted(glob.glob("/usr/lib/postgresql/*/bin"), reverse=True)]
    return next((f for f in folders if (f / "initdb").exists() and (f / "pg_ctl").exists()), None)


@contextmanager
def cluster() -> Iterator[str]:
    """Start a server on the loopback and give the URL of its empty database; remove all at the end.

    Skips the test where PostgreSQL is not installed, but fails in CI.
    """
    programs = find_programs()
    if programs is None:
        if os.environ.get("CI") == "true":
            pytest.fail(REASON)
        pytest.skip(REASON)
    with tempfile.TemporaryDirectory(prefix="pg-") as folder:
        run = _as_plain_user(folder)
        data = f"{folder}/data"
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        run([programs / "initdb", "-D", data, "-U", "tester", "-A", "trust", "-E", "UTF8", "-N"])
        options = f"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories='' -c fsync=off"
        run([programs / "pg_ctl", "-D", data, "-w", "-l", f"{folder}/log", "-o", options, "start"])
        try:
            yield f"postgresql://tester@127.0.0.1:{port}/postgres"
        finally:
            run([programs / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop"])


def _as_plain_user(folder: str) -> Any:
    """A `subprocess.run` as someone whom initdb accepts: it refuses root."""
    who: dict[str, Any] = {}
    if os.geteuid() == 0:
        names = {entry.pw_name for entry in pwd.getpwall()}
        user = pwd.getpwnam("postgres" if "postgres" in names else "nobody")
        os.chown(folder, user.pw_uid, user.pw_gid)
        who = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}

    def run(command: list[Any]) -> None:
        done = subprocess.run(
            [str(part) for part in command], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            cwd=folder, check=False, env={"PATH": os.environ["PATH"], "LC_ALL": "C"}, **who,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr.decode()

    return run
