"""What tests of the tape and of `record` share: a small evals folder, an endpoint's words, the command."""

from __future__ import annotations

import functools
import hashlib
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from evals.endpoint import Endpoint
from evals.parts import Parts
from evals.places import Model, Places
from evals.tape import Library, Made, Recording, RecordTransport, ReplayTransport
from evals.tape.recording import read_recording
from interviewer.cli import main
from interviewer.judge import EmbeddedJudge
from interviewer.testing import Answer, FakeEndpoint, Recorded, critique_answer, question_answer
from knowledge import load_rubric

MODEL = "fake"
Capture = pytest.CaptureFixture[str]
QUESTIONS = """\
suite: asks
description: what is asked next
subject: question
graders: [answered, one_question]
defaults: {persona: mara, role: Demand planner}
cases:
  - id: north
    reply: I want to run the northern depot, and I like a plan that holds when the lorries do not come.
  - id: garden
    reply: I want to lead a team of gardeners, because a garden is never done and neither am I.
  - id: violin
    reply: I want to build violins of my own, since the wood tells you what it wants to become.
"""
CRITIQUES = """\
suite: verdicts
description: what is made of a reply
subject: critique
graders: [answered, evidence_verbatim]
defaults: {role: Demand planner}
cases:
  - id: dated
    reply: Within three years I want to run the northern depot. Next spring I finish the certificate.
  - id: vague
    reply: I would like to grow, and to learn from people who know more than I do.
"""
ALL = ("asks", "verdicts")
CASES = 5


def evals_folder(tmp_path: Path, suites: Mapping[str, str] | None = None) -> Places:
    """An evals folder with a suite of three questions and one of two critiques."""
    places = Places(tmp_path / "evals", tmp_path / "home" / "eval-runs")
    places.suites.mkdir(parents=True)
    for name, text in (suites or {"asks": QUESTIONS, "verdicts": CRITIQUES}).items():
        (places.suites / f"{name}.yaml").write_text(text, encoding="utf-8")
    return places


def said(request: Recorded) -> str:
    """An answer that depends on the request's words alone."""
    if request.has_schema:
        return critique_answer()
    words = str(request.body["messages"])
    return question_answer(int(hashlib.sha256(words.encode()).hexdigest()[:6], 16))


class Script:
    """Says what `said` says, after a while and after some faults; knows how many are asked at once."""

    def __init__(self, *faults: Answer, delay: float = 0.0) -> None:
        self.faults, self.delay = list(faults), delay
        self.times: list[float] = []

    def __call__(self, request: Recorded) -> str | Answer:
        self.times.append(time.monotonic())
        return self.faults.pop(0) if self.faults else Answer(said(request), delay=self.delay)


@functools.cache
def _judge() -> EmbeddedJudge:
    return EmbeddedJudge(load_rubric())


@pytest.fixture(autouse=True)
def one_judge(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let all commands of this process use one built-in judge: compiling its cues takes a second."""
    monkeypatch.setattr(Parts, "judge", _judge())


@pytest.fixture
def places(tmp_path: Path) -> Places:
    """An evals folder of the test's own."""
    return evals_folder(tmp_path)


@dataclass(frozen=True)
class Ran:
    """What a command gave."""

    status: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.err.strip().splitlines()

    def fails_plainly(self, status: int, *words: str) -> None:
        """It has that status and one line on standard error, with those words in it."""
        assert self.status == status, self.err
        assert len(self.lines) == 1 and "Traceback" not in self.err, self.err
        assert self.out == ""
        for word in words:
            assert word in self.err, self.err


def interviewer(capsys: pytest.CaptureFixture[str], *arguments: object) -> Ran:
    """Run the program in this process."""
    capsys.readouterr()
    with pytest.raises(SystemExit) as left:
        main([str(each) for each in arguments])
    out, err = capsys.readouterr()
    return Ran(int(left.value.code or 0), out, err)


def record(capsys: pytest.CaptureFixture[str], places: Places, url: str, *more: object) -> Ran:
    """`interviewer eval record`, asking the endpoint at that address."""
    return interviewer(capsys, "eval", "record", *asked_at(places, url), *more)


def asked_at(places: Places, url: str) -> list[str]:
    return ["--evals", str(places.root), "--endpoint", url, "--model", MODEL]


def started(*arguments: str) -> subprocess.Popen[str]:
    """The program as a process of its own. It heeds Ctrl-C although this one may have been told not to."""
    code = (
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
        "from interviewer.cli import main; main()"
    )
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=dict(os.environ),
    )  # fmt: skip


def files(places: Places, suite: str = "", prompt_set: str = "base") -> list[Path]:
    """The recordings' files."""
    return sorted(places.recordings.glob(f"{MODEL}/{prompt_set}/{suite or '*'}/*.json"))


def recordings(places: Places, suite: str = "", prompt_set: str = "base") -> list[Recording]:
    return [read_recording(path) for path in files(places, suite, prompt_set)]


def contents(folder: Path) -> dict[str, bytes]:
    """Every file of a folder, with what is in it."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def recorded(tmp_path: Path, suites: Mapping[str, str] | None = None) -> Places:
    """An evals folder that is recorded whole, without the command."""
    from evals.record import Recorder, plan

    places = evals_folder(tmp_path, suites)
    with FakeEndpoint(said) as fake:
        places.add_model(Model(model=MODEL, endpoint="fake"))
        endpoint = Endpoint(fake.base_url, "", "fake")
        names = tuple(suites or ALL)
        done = Recorder(plan(names, places, MODEL), places, endpoint).run()
    assert (done.stopped, done.failed) == ("", [])
    return places


def asked(fake: FakeEndpoint) -> list[str]:
    """The requests by their words."""
    return [str(request.body["messages"]) for request in fake.chats()]


def made(model: str, _headers: httpx2.Headers) -> Made:
    return Made(provenance="synthetic", endpoint="fake", model=model, date="2026-01-31")


class Pieces(httpx2.SyncByteStream):
    """A body that comes in these pieces."""

    def __init__(self, pieces: Sequence[bytes]) -> None:
        self._pieces = pieces

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._pieces)


def answering(pieces: Sequence[bytes], status: int = 200, **headers: str) -> httpx2.MockTransport:
    """A transport that gives a body in pieces."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx2.MockTransport(
        lambda _request: httpx2.Response(status, headers=named, stream=Pieces(pieces))
    )


def recorder(folder: Path, inner: httpx2.BaseTransport | None = None, **more: Any) -> RecordTransport:
    """A tape that records into a folder, over the real network where no other transport is given."""
    library = Library([folder], folder / "texts")
    tape = RecordTransport(library, inner or httpx2.HTTPTransport(), made, threading.Lock(), **more)
    tape.begin("asks", "north", 0)
    return tape


def player(folder: Path) -> ReplayTransport:
    """A tape that replays what is in a folder."""
    tape = ReplayTransport(Library([folder], folder / "texts"))
    tape.begin("asks", "north", 0)
    return tape
