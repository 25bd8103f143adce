"""Times a whole process, from its start to its end, with its most resident memory.

It is started by a small process of its own, since on Linux a process's peak counts from its parent's size.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

LONGEST_SECONDS = 600.0
"""A process that takes longer hangs."""
_OWN = ("INTERVIEWER_", "OPENAI_", "PYTHON")


def timed(command: Sequence[str], folder: Path, more: Mapping[str, str]) -> tuple[float, float | None]:
    """Run a process to its end.

    Args:
        command: program and arguments.
        folder: where it is started; what it says goes to `output.log` there.
        more: variables beside the environment's, from which Python's and the app's own are taken out.

    Returns:
        Seconds, and its most resident memory in MB (None where the platform does not tell).

    Raises:
        SystemExit: it failed, or hung.
    """
    env = {name: value for name, value in os.environ.items() if not name.startswith(_OWN)} | {**more}
    watch = [sys.executable, "-I", "-S", __file__, str(folder / "output.log"), *command]
    done = subprocess.run(watch, cwd=folder, env=env, capture_output=True, check=True)
    status, seconds, megabytes = json.loads(done.stdout)
    if status:
        log = (folder / "output.log").read_text(encoding="utf-8", errors="replace")
        raise SystemExit(f"{' '.join(command)} ended with status {status}:\n{log[-2000:]}")
    return seconds, megabytes


def _watch(log: str, command: Sequence[str]) -> tuple[int, float, float | None]:
    with open(log, "wb") as out:
        began = time.perf_counter()
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out)
        limit = threading.Timer(LONGEST_SECONDS, process.kill)
        limit.start()
        try:
            if not hasattr(os, "wait4"):
                return process.wait(), time.perf_counter() - began, None
            _, status, used = os.wait4(process.pid, 0)
            seconds = time.perf_counter() - began
        finally:
            limit.cancel()
    process.returncode = os.waitstatus_to_exitcode(status)
    # Linux counts in kilobytes, macOS in bytes.
    return process.returncode, seconds, used.ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 1e6


if __name__ == "__main__":
    print(json.dumps(_watch(sys.argv[1], sys.argv[2:])))
