"""`interviewer eval record` when things go wrong: a 429, a dead endpoint, a crash, Ctrl-C, a full disk."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import httpx2
import pytest
from record_samples import (
    ALL,
    QUESTIONS,
    Capture,
    Script,
    asked,
    asked_at,
    contents,
    evals_folder,
    files,
    interviewer,
    one_judge,
    places,
    record,
    recordings,
    said,
    started,
)

from evals.endpoint import Endpoint
from evals.places import Places
from interviewer import files as written_files
from interviewer.testing import Answer, FakeEndpoint, Recorded, fault

__all__ = ["one_judge", "places"]


@pytest.mark.parametrize("suite", ALL)
def test_a_429_is_waited_out_as_long_as_it_says(suite: str, places: Places, capsys: Capture) -> None:
    script = Script(fault("rate_limited", retry_after="3"))
    with FakeEndpoint(script) as fake:
        assert record(capsys, places, fake.base_url, suite, "--concurrency", 1).status == 0
    assert 2.9 <= script.times[1] - script.times[0] < 20
    assert {each.response.status for each in recordings(places)} == {200}
    assert len(script.times) == len(files(places)) + 1


def test_what_cannot_be_had_is_told_and_the_rest_recorded(places: Places, capsys: Capture) -> None:
    def script(request: Recorded) -> str | Answer:
        broken = fault("server", retry_after="0")
        return broken if "violins" in str(request.body) else said(request)

    with FakeEndpoint(script) as fake:
        ran = record(capsys, places, fake.base_url, "asks")
        assert len(fake.chats()) == 2 + 5
    assert ran.status == 1
    assert ran.lines[-1].endswith("1 could not be had, the first: asks, violin: server. Run it again.")
    assert len(files(places)) == 2


def test_an_answer_that_is_no_answer_is_not_taken_for_one(places: Places, capsys: Capture) -> None:
    with FakeEndpoint([Answer("pay first", 402, "payment_required")]) as fake:
        ran = record(capsys, places, fake.base_url, "asks")
        assert len(fake.chats()) == 3
    assert ran.status == 1 and "3 could not be had" in ran.lines[-1]
    assert files(places) == []


@pytest.mark.parametrize(
    "empty", [fault("empty"), fault("prose"), fault("refusal")], ids=["empty", "prose", "refusal"]
)
def test_a_poor_answer_is_an_answer(empty: Answer, places: Places, capsys: Capture) -> None:
    with FakeEndpoint([empty]) as fake:
        ran = record(capsys, places, fake.base_url)
        assert len(fake.chats()) == len(files(places))
    assert (ran.status, ran.lines[-1]) == (0, "Everything is recorded.")
    with FakeEndpoint(said) as fake:
        assert record(capsys, places, fake.base_url).lines == ["Everything is recorded."]


@pytest.mark.parametrize(("name", "word"), [("auth", "auth"), ("model_missing", "model_missing")])
def test_a_hopeless_endpoint_ends_it_at_once(name: str, word: str, places: Places, capsys: Capture) -> None:
    with FakeEndpoint([fault(name)]) as fake:  # type: ignore[arg-type]
        ran = record(capsys, places, fake.base_url, "--concurrency", 1)
        assert len(fake.chats()) == 1
    assert ran.status == 3 and len(ran.lines) == 4
    assert f"cannot be used ({word}): check --endpoint, --model and OPENAI_API_KEY." in ran.lines[-1]
    assert files(places) == []


class Stopping(httpx2.HTTPTransport):
    """The real network; the endpoint is stopped before the second request goes out."""

    def __init__(self, fake: FakeEndpoint) -> None:
        super().__init__()
        self.fake, self.count = fake, 0

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        self.count += 1
        if self.count == 2:
            self.fake.__exit__()
        return super().handle_request(request)


def test_an_endpoint_that_dies_ends_it_at_once(
    places: Places, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    with FakeEndpoint(said) as fake:
        transport = Stopping(fake)
        monkeypatch.setattr(Endpoint, "transport", lambda _self: transport)
        ran = record(capsys, places, fake.base_url, "--concurrency", 1)
    assert ran.status == 3 and "(no_route)" in ran.lines[-1]
    assert transport.count == 2 and len(files(places)) == 1


def test_an_interview_is_not_carried_on_after_an_answer_that_failed(tmp_path: Path, capsys: Capture) -> None:
    text = """\
suite: talk
description: a whole interview
subject: interview
graders: [answered]
defaults: {persona: mara, role: Demand planner}
cases:
  - id: one
    replies:
      - I want to run the northern depot one day.
      - I like a plan that holds.
      - I finish a course in spring.
"""
    places = evals_folder(tmp_path, {"talk": text})
    script = Script(Answer("Which depot do you mean?"), fault("server", retry_after="0"))
    with FakeEndpoint(script) as fake:
        planned = record(capsys, places, fake.base_url, "--dry-run")
        assert record(capsys, places, fake.base_url).status == 0
        calls = len(fake.chats())
    assert "3 calls" in planned.err
    assert calls == len(files(places)) + 1
    checked = interviewer(capsys, "eval", "lock", "--check", "--evals", places.root, "--json")
    assert '"orphans": []' in checked.out and '"FRESH": 1' in checked.out


def until(true: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    end = time.monotonic() + 60
    while not true():
        assert process.poll() is None and time.monotonic() < end, process.communicate()
        time.sleep(0.01)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_what_is_recorded_outlives_a_crash_and_an_interrupt(
    how: signal.Signals, tmp_path: Path, capsys: Capture
) -> None:
    text = QUESTIONS.replace("persona: mara, ", "") + "personas: [mara, tom, grace]\n"
    places, script = evals_folder(tmp_path, {"asks": text}), Script(delay=0.5)
    with FakeEndpoint(script) as fake:
        process = started("eval", "record", *asked_at(places, fake.base_url), "--concurrency", "2")
        until(lambda: len(files(places)) >= 2, process)
        process.send_signal(how)
        out, err = process.communicate(timeout=60)
        kept, before, script.delay = len(recordings(places)), asked(fake), 0.0
        assert 2 <= kept < 9
        assert len(before) - kept <= (2 if how is signal.SIGKILL else 0)
        assert record(capsys, places, fake.base_url).status == 0
        assert len(fake.chats()) == len(before) + 9 - kept
    assert len(recordings(places)) == 9 and out == ""
    if how is signal.SIGINT:
        assert process.returncode == 130
        (_, last) = err.strip().splitlines()
        assert last.startswith(f"Interrupted. {kept} answers recorded") and "run it again" in last


@pytest.mark.parametrize("broken", ["fsync", "replace", "mkstemp"])
def test_a_full_disk_is_one_line_and_leaves_no_half_file(
    broken: str, places: Places, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    with FakeEndpoint(said) as fake:
        record(capsys, places, fake.base_url, "verdicts")
        before = contents(places.root)
        module = written_files.tempfile if broken == "mkstemp" else os

        def full(*_: object, **__: object) -> None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        monkeypatch.setattr(module, broken, full)
        ran = record(capsys, places, fake.base_url, "asks", "--concurrency", 1)
        assert len(fake.chats()) == 2 + 1
    assert ran.status == 3 and len(ran.lines) == 2
    assert ran.lines[1].startswith("0 answers recorded") and "No space left on device" in ran.lines[1]
    assert contents(places.root) == before
