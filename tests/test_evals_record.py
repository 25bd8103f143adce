"""`interviewer eval record` and `verify` at an endpoint: plan, limits, faults, crash, Ctrl-C, full disk."""

from __future__ import annotations

import errno
import os
import re
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from record_samples import (
    ALL,
    CASES,
    MODEL,
    QUESTIONS,
    Ran,
    asked_at,
    contents,
    evals_folder,
    files,
    interviewer,
    record,
    recorded,
    recordings,
    said,
    share_judge,
    started,
)

from evals.places import Places
from evals.tape import files as tape_files
from interviewer.testing import Answer, FakeEndpoint, Recorded, fault

Capture = pytest.CaptureFixture[str]


class Script:
    """Says what `said` says, after a while and after some faults; knows how many are asked at once."""

    def __init__(self, *faults: Answer, delay: float = 0.0) -> None:
        self.faults, self.delay = list(faults), delay
        self.times: list[float] = []

    def __call__(self, request: Recorded) -> str | Answer:
        self.times.append(time.monotonic())
        return self.faults.pop(0) if self.faults else Answer(said(request), delay=self.delay)


@pytest.fixture(autouse=True)
def one_judge(monkeypatch: pytest.MonkeyPatch) -> None:
    share_judge(monkeypatch)


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return evals_folder(tmp_path)


def asked(fake: FakeEndpoint) -> list[str]:
    """The requests by their words."""
    return [str(request.body["messages"]) for request in fake.chats()]


def test_the_plan_stands_before_the_first_call(places: Places, capsys: Capture) -> None:
    seen: list[str] = []

    def script(request: Recorded) -> str:
        seen.append(capsys.readouterr().err)
        return said(request)

    with FakeEndpoint(script) as fake:
        ran = record(capsys, places, fake.base_url)
    assert (ran.status, ran.out) == (0, "")
    plan = seen[0].splitlines()
    assert [line.partition(",")[0] for line in plan[:2]] == ["asks", "verdicts"]
    for line, cases in zip(plan, (3, 2), strict=False):
        assert f"{cases} cases to record (0 STALE, {cases} MISSING): {cases} calls, about " in line
        assert re.search(r"about [\d,]+ tokens to read and [1-9][\d,]+ to write, price unknown\.$", line)
    assert plan[2].startswith("Together: 5 calls, ")
    assert ran.lines[-1] == "Everything is recorded."


def test_a_known_price_is_in_the_plan(
    places: Places, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INTERVIEWER_PRICE_INPUT", "1000")
    monkeypatch.setenv("INTERVIEWER_PRICE_OUTPUT", "2000")
    with FakeEndpoint(said) as fake:
        ran = record(capsys, places, fake.base_url, "asks", "--dry-run")
    read, write, money = re.search(  # type: ignore[union-attr]
        r"about ([\d,]+) tokens to read and ([\d,]+) to write, about \$([\d.]+)\.", ran.err
    ).groups()
    expected = (int(read.replace(",", "")) * 1000 + int(write.replace(",", "")) * 2000) / 1e6
    assert float(money) == pytest.approx(expected, abs=1e-4)


def test_a_dry_run_asks_nothing(places: Places, capsys: Capture) -> None:
    with FakeEndpoint(said) as fake:
        ran = record(capsys, places, fake.base_url, "--dry-run")
        assert fake.chats() == []
    assert ran.status == 3 and "3 MISSING" in ran.err
    assert files(places) == []


def test_what_is_recorded_is_synthetic_and_not_asked_again(places: Places, capsys: Capture) -> None:
    with FakeEndpoint(said) as fake:
        record(capsys, places, fake.base_url)
        first = asked(fake)
        again = record(capsys, places, fake.base_url)
        assert len(first) == len(set(first)) == CASES and asked(fake) == first
    assert (again.status, again.lines) == (0, ["Everything is recorded."])
    for each in recordings(places):
        assert (each.made.provenance, each.made.endpoint, each.made.model) == ("synthetic", "fake", "fake")
        assert re.fullmatch(r"\d{4}-\d\d-\d\d", each.made.date)
    ran = interviewer(capsys, "eval", "run", "--evals", places.root, "--json")
    assert ran.status == 0 and '"provenance": "synthetic"' in ran.out


def test_only_stale_or_only_missing_is_recorded(tmp_path: Path, capsys: Capture) -> None:
    places = recorded(tmp_path)
    path = places.suites / "asks.yaml"
    text = path.read_text(encoding="utf-8").replace("never done", "seldom done")
    path.write_text(text + "  - {id: boat, reply: I want to sail around the island.}\n", encoding="utf-8")
    with FakeEndpoint(said) as fake:
        stale = record(capsys, places, fake.base_url, "--only", "stale")
        assert (stale.status, len(fake.chats())) == (0, 1) and "seldom" in asked(fake)[0]
        assert "1 cases to record (1 STALE, 0 MISSING)" in stale.err
        assert stale.lines[-1] == "Nothing is STALE any more."
        missing = record(capsys, places, fake.base_url, "--only", "missing")
        assert (missing.status, len(fake.chats())) == (0, 2) and "island" in asked(fake)[1]
        wrong = record(capsys, places, fake.base_url, "--only", "old")
    wrong.fails_plainly(2, "--only is stale or missing")


def test_a_limit_of_tokens_stops_and_keeps(places: Places, capsys: Capture) -> None:
    with FakeEndpoint(said) as fake:
        ran = record(capsys, places, fake.base_url, "--max-tokens-total", 900, "--concurrency", 1)
        assert len(fake.chats()) == len(files(places))
    assert ran.status == 3
    assert re.search(r"\d answers recorded .* limit of 900 tokens .*--max-tokens-total\.$", ran.lines[-1])
    used = sum(
        int(found.replace(",", "")) for found in re.findall(r"([\d,]+) (?:tokens read|written)", ran.err)
    )
    assert 1 <= len(files(places)) < CASES and used <= 900
    with FakeEndpoint(said) as fake:
        assert record(capsys, places, fake.base_url).status == 0
    assert len(files(places)) == CASES


def test_a_limit_holds_where_the_endpoint_counts_no_tokens(places: Places, capsys: Capture) -> None:
    with FakeEndpoint(lambda request: Answer(said(request), usage={})) as fake:
        ran = record(capsys, places, fake.base_url, "asks", "--max-tokens-total", 900, "--concurrency", 1)
        assert 1 <= len(fake.chats()) < 3
    assert ran.status == 3


@pytest.mark.parametrize("most", [1, 3])
def test_never_more_calls_at_once_than_allowed(most: int, places: Places, capsys: Capture) -> None:
    script = Script(delay=1.0)
    with FakeEndpoint(script) as fake:
        assert record(capsys, places, fake.base_url, "--concurrency", most).status == 0
    # An answer takes a second, so what was asked less than a second before is still being answered.
    running = max(sum(0 <= at - other < 1.0 for other in script.times) for at in script.times)
    assert min(most, 2) <= running <= most


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


def test_an_endpoint_that_dies_ends_it_at_once(places: Places, capsys: Capture) -> None:
    fake = FakeEndpoint(said)

    def script(request: Recorded) -> str:
        fake._server.should_exit = True
        return said(request)

    fake._script = script
    with fake:
        ran = record(capsys, places, fake.base_url, "--concurrency", 1)
    assert ran.status == 3 and "(no_route)" in ran.lines[-1]
    assert len(files(places)) == 1


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
        module = tape_files.tempfile if broken == "mkstemp" else os

        def full(*_: object, **__: object) -> None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        monkeypatch.setattr(module, broken, full)
        ran = record(capsys, places, fake.base_url, "asks", "--concurrency", 1)
        assert len(fake.chats()) == 2 + 1
    assert ran.status == 3 and len(ran.lines) == 2
    assert ran.lines[1].startswith("0 answers recorded") and "No space left on device" in ran.lines[1]
    assert contents(places.root) == before


def verify(capsys: Capture, places: Places, url: str, *more: object) -> Ran:
    return interviewer(capsys, "eval", "verify", *asked_at(places, url), *more)


def test_verify_tells_the_drift_and_writes_nothing(tmp_path: Path, capsys: Capture) -> None:
    places = recorded(tmp_path)
    before = contents(places.root)

    def script(request: Recorded) -> str:
        return "What would the lorries say?" if "northern depot, and" in str(request.body) else said(request)

    with FakeEndpoint(script) as fake:
        ran = verify(capsys, places, fake.base_url)
        assert len(fake.chats()) == CASES
        as_json = verify(capsys, places, fake.base_url, "asks", "--limit", 1, "--json")
        assert len(fake.chats()) == CASES + 1
    assert ran.status == as_json.status == 0
    assert "asks: 3 cases asked again, 2 answers the same to the letter, 0 not had." in ran.out
    assert "verdicts: 2 cases asked again, 2 answers the same" in ran.out
    assert "live:     What would the lorries say?" in ran.out and "one_question" in ran.out
    assert '"asked": 1' in as_json.out
    assert contents(places.root) == before


def test_verify_says_where_the_endpoint_gives_nothing(tmp_path: Path, capsys: Capture) -> None:
    places = recorded(
        tmp_path, {"asks": (evals_folder(tmp_path / "x").suites / "asks.yaml").read_text("utf-8")}
    )
    before = contents(places.root)
    with FakeEndpoint([fault("server")]) as fake:
        ran = verify(capsys, places, fake.base_url)
    assert ran.status == 1 and "3 not had. Nothing was overwritten." in ran.out
    assert contents(places.root) == before and MODEL in str(before)
