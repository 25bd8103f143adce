"""`interviewer eval record` and `verify` at an endpoint: the plan, what is asked and kept, limits, drift."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from record_samples import (
    CASES,
    MODEL,
    Capture,
    Ran,
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
    recorded,
    recordings,
    said,
)

from evals.places import Places
from evals.result import State
from evals.run import Which, run_suite
from evals.suite import SUITES, load_suite
from interviewer.testing import Answer, FakeEndpoint, Recorded, fault

__all__ = ["one_judge", "places"]


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


WEIGHS = """\
suite: weighs
description: what a question is aimed at
subject: judge
judge: aim
graders: [judge_agreement]
cases:
  - {id: cut, question: What would you earn?, focus: [timely], expect: {answer: "no"}}
  - {id: pay, question: How much do you want?, focus: [money_motive], expect: {answer: "yes"}}
  - {id: refused, question: By when?, focus: [timely], expect: {answer: "yes"}}
"""


def test_a_judge_s_poor_answers_are_answers_too(tmp_path: Path, capsys: Capture) -> None:
    places = evals_folder(tmp_path, {"weighs": WEIGHS})
    shutil.copytree(SUITES.parent / "judges", places.root / "judges")
    cut = Answer('{"answer":', finish_reason="length")
    with FakeEndpoint([cut, Answer('{"answer": "yes"}'), fault("context_overflow")]) as fake:
        assert record(capsys, places, fake.base_url, "--concurrency", 1).status == 0
    (run,) = run_suite(load_suite("weighs", places.suites), places, Which(), MODEL)
    assert [(each.state, len(each.keys)) for each in run.cases] == [(State.FRESH, 1)] * 3
    assert [each.output.text for each in run.cases if each.output] == ["", "yes", ""]
    checked = interviewer(capsys, "eval", "lock", "--check", "--evals", places.root, "--json")
    assert '"orphans": []' in checked.out


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
