"""Refuses every connection while recordings are replayed: a replay that reaches a network is no replay."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from interviewer.errors import EvalError

_REFUSED = (
    "socket.connect",
    "socket.sendto",
    "socket.sendmsg",
    "socket.getaddrinfo",
    "socket.gethostbyname",
    "socket.gethostbyaddr",
    "socket.getnameinfo",
)
"""A name that is looked up leaves the machine too."""
_state = {"refusing": 0, "hooked": False}


class OfflineError(EvalError):
    """Something tried to reach a network during a replay."""


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    if _state["refusing"] and event in _REFUSED:
        raise OfflineError(f"A replay must not reach a network, and something tried to ({event}).")


@contextmanager
def no_network() -> Iterator[None]:
    """Within the block this process can reach no network, in whichever thread (an audit hook, PEP 578).

    It is for a program of its own; a server would cut its other users off.
    """
    if not _state["hooked"]:
        sys.addaudithook(_refuse)
        _state["hooked"] = True
    _state["refusing"] += 1
    try:
        yield
    finally:
        _state["refusing"] -= 1
