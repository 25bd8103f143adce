"""Asks the cases of a suite, many of them in as many processes as there are cores.

Each answer depends on nothing but its case, so the order makes no difference. Processes are forked off after
the first answer, with everything that it needed already loaded; where that is not safe (a program with other
threads, another platform), all cases are asked one after the other.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field

from evals.asking import Asker
from evals.cases import Asked
from evals.result import CaseResult, State
from evals.tape.transport import Seen

WORTH = 300
"""Fewer cases than this are asked faster than processes are made."""
_PATIENCE = 0.5
"""Seconds that the first answer's own thread is given to end."""


@dataclass
class Had:
    """What came of asking.

    Args:
        results: one a sample, in order.
        sampling: what was sent beside the words, by call.
        lacking: requests that are not recorded.
    """

    results: list[CaseResult] = field(default_factory=list)
    sampling: dict[str, str] = field(default_factory=dict)
    lacking: list[Seen] = field(default_factory=list)

    def add(self, other: Had) -> None:
        """Append what came of further cases."""
        self.results += other.results
        self.sampling |= other.sampling
        self.lacking += other.lacking


Work = Sequence[tuple[Asked, int]]
_forked: list[Asker] = []
"""The asker that forked processes find here: it cannot be sent to them."""


def ask_all(asker: Asker, work: Work) -> Had:
    """Ask samples of cases.

    Args:
        asker: asks them; it is not closed.
        work: (case, sample) each.
    """
    cores = os.cpu_count() or 1
    if len(work) < WORTH or cores < 2 or sys.platform != "linux":
        return _ask(asker, work)
    had = _ask(asker, work[:1])
    if not _alone():
        had.add(_ask(asker, work[1:]))
        return had
    _forked[:] = [asker]
    size = -(-(len(work) - 1) // cores)
    parts = [work[start : start + size] for start in range(1, len(work), size)]
    try:
        with ProcessPoolExecutor(len(parts), multiprocessing.get_context("fork")) as pool:
            for part in pool.map(_ask_forked, parts):
                had.add(part)
    finally:
        _forked.clear()
    return had


def _alone() -> bool:
    """Whether this is the program's only thread, so that it may fork."""
    until = time.monotonic() + _PATIENCE
    while threading.active_count() > 1 and time.monotonic() < until:
        time.sleep(0.005)
    return threading.active_count() == 1


def _ask_forked(work: Work) -> Had:
    return _ask(_forked[0], work)


def _ask(asker: Asker, work: Work) -> Had:
    had = Had()
    for asked, sample in work:
        had.results.append(asker.ask(asked, sample))
        for seen in asker.tape.seen if asker.tape else ():
            had.sampling[seen.slot.call.partition("-")[0]] = seen.sent.sampling
            if seen.state in (State.STALE, State.MISSING):
                had.lacking.append(seen)
    return had
