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


SPLIT = """
import os, sys
from evals import pool
from evals.subjects import SUBJECTS
from interviewer.cli import main
pool.WORTH = int(sys.argv[1])
parent, ask, forked = os.getpid(), SUBJECTS["question"], []
whole = pool.ProcessPoolExecutor
pool.ProcessPoolExecutor = lambda *given: forked.append(given) or whole(*given)
def spied(*given):
    if sys.argv[2] == "reach" and os.getpid() != parent:
        import socket
        socket.create_connection(("127.0.0.1", 9), timeout=1)
    return ask(*given)
SUBJECTS["question"] = spied
try:
    main(["eval", "run", "talk", "--json", "--evals", sys.argv[3]])
finally:
    print(len(forked), file=sys.stderr)
"""


def test_processes_that_share_the_work_find_the_same_and_reach_no_network(places: Places) -> None:
    def run(worth: str, way: str) -> tuple[int, str, list[str]]:
        command = [sys.executable, "-c", SPLIT, worth, way, str(places.root)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout, done.stderr.splitlines()

    one, split, refused = run("1000", "stay"), run("2", "stay"), run("2", "reach")
    assert (one[0], one[2]) == (0, ["0"])
    if split[2] == ["0"]:
        pytest.skip("one core, or not on Linux: all is asked in one process")
    assert (split[0], split[2]) == (0, ["2"])
    assert json.loads(split[1])["suites"] == json.loads(one[1])["suites"]
    assert (refused[0], refused[1]) == (1, "") and "must not reach a network" in refused[2][0]


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
