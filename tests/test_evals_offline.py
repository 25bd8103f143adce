"""A replay reaches no network, whatever tries to, and loads nothing that it does not need."""

from __future__ import annotations

import json
import socket
import subprocess
import sys

import pytest
from evals_folder import QUESTIONS, Command, command, places, recorded

from evals.offline import OfflineError, no_network
from evals.places import Places
from evals.subjects import SUBJECTS

__all__ = ["command", "places", "recorded"]


def test_a_replay_imports_nothing_heavy(places: Places) -> None:
    code = (
        "import sys\nfrom interviewer.cli import main\n"
        f"try:\n    main(['eval', 'run', 'talk', '--json', '--evals', {str(places.root)!r}])\n"
        "except SystemExit as done:\n"
        "    heavy = [n for n in ('streamlit', 'chromadb') if n in sys.modules]\n"
        "    print(done.code, *heavy, 'httpx2' in sys.modules, file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, check=True)
    assert done.stderr.decode().split() == ["0", "True"]
    assert json.loads(done.stdout)["exit_code"] == 0


def test_a_run_can_open_no_connection(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def reaches_out(*_: object) -> None:
        with socket.create_connection(("127.0.0.1", 9), timeout=1):
            pass

    monkeypatch.setitem(SUBJECTS, "question", reaches_out)
    for words in (["run", QUESTIONS], ["lock", "--check"]):
        status, out, err = command(*words)
        assert (status, out) == (1, "") and "must not reach a network" in err


@pytest.mark.parametrize(
    "reach",
    [
        lambda one: one.connect(("127.0.0.1", 9)),
        lambda one: one.connect_ex(("127.0.0.1", 9)),
        lambda one: one.sendto(b"x", ("127.0.0.1", 9)),
        lambda one: one.sendmsg([b"x"], [], 0, ("127.0.0.1", 9)),
        lambda one: socket.getaddrinfo("localhost", 80),
        lambda one: socket.gethostbyname("localhost"),
        lambda one: socket.gethostbyaddr("127.0.0.1"),
    ],
    ids=["connect", "connect_ex", "sendto", "sendmsg", "getaddrinfo", "gethostbyname", "gethostbyaddr"],
)
def test_the_guard_refuses_every_way_out_and_only_while_it_is_on(reach: object) -> None:
    assert callable(reach)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        with no_network(), pytest.raises(OfflineError):
            reach(one)
        reach(one)
