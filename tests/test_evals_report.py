"""What reports say of a run or a compare: on the terminal, in JUnit XML, and the words that all share."""

from __future__ import annotations

import io
import random
import time
from xml.etree import ElementTree

import pytest
from eval_samples import suite_run
from report_samples import (
    BUILT_IN,
    FAKE,
    HOSTILE,
    LIVE,
    LOCAL,
    LONG,
    a_run,
    blessed_runs,
    compare_report,
    complete_run,
    gate,
    incomplete_run,
    lacking,
    one,
    usage,
)
from rich.cells import cell_len
from rich.console import Console

from evals.comparison import CompareReport
from evals.report import html, junit, markdown, terminal, words
from evals.report.cards import compare_deck
from evals.report.sides import sides
from evals.report.spent import spent
from evals.report.view import Report, headline, next_step
from evals.result import PRINCIPLE, Cost, Origin, Run, State
from interviewer.schema import Usage


def on_terminal(x: Report, *, verbose: bool = False, width: int = 80) -> str:
    out = io.StringIO()
    terminal(x, Console(file=out, width=width, force_terminal=False), verbose)
    return out.getvalue()


def flat(text: str) -> str:
    return " ".join(text.split())


EVERY: dict[str, Report] = {
    "complete": complete_run(gates=[gate(True)]),
    "incomplete": incomplete_run(),
    "compare": compare_report(),
    "empty": Run(id="none"),
}


@pytest.mark.parametrize("name", EVERY)
def test_every_report_begins_with_the_principle(name: str) -> None:
    x = EVERY[name]
    for text in (on_terminal(x), markdown(x), html(x)):
        assert PRINCIPLE in flat(text)[:20_000]
    assert PRINCIPLE in x.model_dump_json()
    if isinstance(x, Run) and x.suites:
        assert PRINCIPLE in junit(x)


def test_an_incomplete_run_is_never_a_pass() -> None:
    run = incomplete_run()
    first = headline(run)
    assert (first.word, first.tone) == ("INCOMPLETE", "bad")
    assert first.line.startswith("4 of 10 answers and 1 of 3 judgments recorded; 1 TAMPERED")
    for text in (on_terminal(run), markdown(run), html(run), junit(run)):
        assert "INCOMPLETE" in text[:6000] or "INCOMPLETE" in text.partition("<body>")[2][:1000]
        assert "4 of 10 answers" in flat(text)
        assert "COMPLETE" not in text.replace("INCOMPLETE", "")
    assert "tampered" in next_step(run)


def test_what_lacks_is_told_with_its_change_its_day_and_its_cost() -> None:
    run = incomplete_run()
    for text in map(flat, (on_terminal(run), markdown(run), html(run))):
        for part in (
            "STALE",
            "4 cases",
            "changed since: system",
            "last recorded 2026-11-20",
            "never recorded",
            "vik.0",
        ):
            assert part in text.replace("</b>", ""), part
        assert "6 calls, about 7,000 tokens in, 600 out, no charge, a local model" in text
    assert "[-one-]" in on_terminal(run)


def test_the_headline_of_a_run() -> None:
    held, broken = complete_run(gates=[gate(True)]), complete_run(gates=[gate(True), gate(False)])
    assert headline(held).word == "COMPLETE" and headline(held).tone == "good"
    assert headline(broken).word == "NOT HELD" and "1 of 2 gates" in headline(broken).line
    assert headline(complete_run()).tone == "open"
    fake = a_run(suite_run([one("a", True)], origin=FAKE), gates=[gate(True)])
    assert headline(fake).word == "PLUMBING ONLY"
    assert "fake" in next_step(fake)
    uncalibrated = complete_run(gates=[gate(False, rule="uncalibrated")])
    assert "calibrate" in next_step(uncalibrated)


@pytest.mark.parametrize(
    ("state", "command"),
    [(State.STALE, "record --only stale"), (State.MISSING, "record --only missing")],
)
def test_the_next_step_records_what_is_lacking(state: State, command: str) -> None:
    run = a_run(suite_run([one("a", True), lacking("b", state)], metrics=[]))
    assert command in next_step(run)
    run.suites[0].prompt_set = "pointed"
    assert f"{command.replace('record', 'record --set pointed')} (" in next_step(run)


def test_the_terminal_fits_and_ends_with_what_to_do() -> None:
    for x in EVERY.values():
        for verbose in (False, True):
            text = on_terminal(x, verbose=verbose)
            assert max(cell_len(line) for line in text.splitlines()) <= 80
            assert "\x1b" not in text and "\x00" not in text and "\u202e" not in text
            assert flat(text).endswith(f"Next: {next_step(x)}.")


def test_the_terminal_shows_engines_side_by_side_and_why_answers_fail() -> None:
    text = on_terminal(complete_run())
    assert flat("metric n embedded n base") in flat(text)
    assert "7  1.00 [0.65, 1.00]" in text
    assert "no_leak: diagnostic: κ 0.31 is too low" in flat(text)
    assert "something fails in 3 of 7 answers" in text
    assert "one_question fails: asks 2 questions" in flat(text)
    assert "[bold]b[/bold]" in flat(on_terminal(complete_run(), verbose=True))
    assert "figures of parts: with --verbose" not in on_terminal(complete_run(), verbose=True)
    assert "sha256 cc324af0…, recorded 2026-11-20 to 2026-11-24" in flat(text)
    assert "live: openai gpt-4o-mini, recorded 2026-11-24" in flat(text)


def test_the_terminal_says_what_is_known_of_a_change() -> None:
    report = compare_report()
    text = flat(on_terminal(report))
    found = next(each for each in report.suites[1].metrics if each.metric == "one_question")
    assert text.startswith(f"{report.verdict}: ")
    assert f"{words.number(found.base)} → {words.number(found.candidate)}" in text
    assert f"{found.wins} better, {found.ties} same, {found.losses} worse" in text
    assert "Ask [-two things.-] {+one <script>" in text
    assert "3 answers got worse" in text and "▼ mara.00" in text


def test_junit_is_valid_and_tells_failures_from_what_is_not_known() -> None:
    root = ElementTree.fromstring(junit(incomplete_run()))
    assert root.tag == "testsuites" and root.get("failures") == "1" and root.get("errors") == "7"
    suites = {suite.get("name"): suite for suite in root}
    lack = suites["follow-up, base"]
    assert [error.get("type") for error in lack.iter("error")] == [
        *["STALE"] * 4,
        "MISSING",
        "TAMPERED",
        "INCOMPLETE",
    ]
    assert suites["plumbing: opening, base"].get("failures") == "0"
    assert [failure.get("type") for failure in suites["gates"].iter("failure")] == ["floor"]
    for suite in root:
        assert int(suite.get("tests", "")) == len(suite.findall("testcase"))
        assert suite[0].tag == "properties"


def test_junit_fails_the_cases_that_fail_and_holds_their_words() -> None:
    run = complete_run()
    run.suites[1].cases[1].scores[1].passed = False  # no_leak is diagnostic in this run: it decides nothing
    root = ElementTree.fromstring(junit(run))
    model = next(suite for suite in root if suite.get("name") == "follow-up, base")
    failed = [case for case in model.iter("testcase") if case.find("failure") is not None]
    assert [case.get("name") for case in failed] == ["mara.0", "mara.3", "mara.long"]
    text = failed[0].findtext("failure") or ""
    assert "<script>alert(1)</script>" in text and "By how much" in text and "\ufffd[31mred" in text
    quiet = model.findall("testcase")[1]
    assert quiet.find("failure") is None and "no_leak" in (quiet.findtext("system-out") or "")


def test_figures_do_not_look_perfect_when_they_are_not() -> None:
    assert words.number(1.0) == "1.00" and words.number(0.998) == "0.998" and words.number(0.0) == "0.00"
    assert words.number(-0.096) == "−0.10" and words.number(-0.0) == "0.00" and words.number(0.002) == "0.002"
    assert words.signed(0.031) == "+0.03" and words.signed(-0.5) == "−0.50" and words.signed(None) == "–"
    assert (
        words.p_value(0.0004) == "<0.001"
        and words.p_value(0.0499) == "0.050"
        and words.p_value(0.03) == "0.030"
    )
    assert words.interval(0.5, None) == "" and words.interval(-0.2, 1) == "[−0.20, 1.00]"
    assert words.dollars(0.0123) == "$0.0123" and words.dollars(1.5) == "$1.50"


def test_where_answers_come_from_is_said_in_words() -> None:
    case = one("a", True)
    origins = {"local": LOCAL, "live": LIVE, "fake": FAKE, "own": BUILT_IN}
    said = {kind: words.provenance(suite_run([case], origin=origin)) for kind, origin in origins.items()}
    assert said["local"].startswith(
        "local: model small-model (llama.cpp), file sha256 cc324af0…, recorded 2026"
    )
    assert said["live"] == "live: openai gpt-4o-mini, recorded 2026-11-24"
    assert said["fake"] == "synthetic: tests the plumbing only"
    assert said["own"].startswith("built-in")
    none = suite_run([lacking("a", State.MISSING)], origin=Origin(provenance="live", model="small-model"))
    assert words.provenance(none) == "nothing recorded yet of small-model"
    assert words.cost(Cost(calls=1, prompt_tokens=5, completion_tokens=2, usd=0.5), LIVE).endswith("$0.50")
    assert words.cost(Cost(calls=1, prompt_tokens=5, completion_tokens=2), LIVE).endswith("price unknown")


def test_a_compare_tells_its_gates_and_what_was_left_out() -> None:
    report = compare_report()
    report.gates, report.left_out = [gate(True), gate(False, "no_leak lost 0.1")], ["opening: not recorded"]
    assert (headline(report).word, headline(report).tone) == ("IMPROVED", "bad")
    for text in map(flat, (on_terminal(report), markdown(report), html(report))):
        for part in ("1 of 2 gates did not hold", "no_leak lost 0.1", "opening: not recorded"):
            assert part in text, part


def test_a_fake_stands_in_no_table_of_quality() -> None:
    run = a_run(suite_run([one("a", False)], origin=FAKE), suite_run([one("b", True)], suite="opening"))
    for text in (on_terminal(run), markdown(run), html(run)):
        plumbing = text.index("Plumbing")
        assert "follow-up" not in text[:plumbing] and "follow-up" in text[plumbing:]
        assert "synthetic: tests the plumbing only" in text[plumbing:]


def test_a_compare_with_a_fake_takes_its_verdict_from_the_rest() -> None:
    report = compare_report()
    fake = report.suites[1]
    fake.base.origin = fake.candidate.origin = FAKE
    assert report.verdict == "IMPROVED"
    assert headline(report).word == "NO DETECTABLE CHANGE"
    assert not [row for row in (markdown(report).splitlines()) if row.startswith("|") and "IMPROVED" in row]


def test_an_incomplete_compare_is_headed_so() -> None:
    report: CompareReport = compare_report()
    report.suites[1].candidate.cases[0].state = State.MISSING
    assert headline(report).word == "INCOMPLETE"
    assert "INCOMPLETE" in on_terminal(report).splitlines()[0]


def test_tokens_and_cost_are_summed_and_never_guessed() -> None:
    unknown = suite_run([one("a", True, usage=[usage(0.5), usage(None)])], origin=LIVE)
    known = suite_run([one("a", True, usage=[usage(0.5), usage(0.25)])], origin=LIVE)
    silent = suite_run([one("a", True, usage=[Usage(call="critique", model="m")])], origin=LIVE)
    rows = spent(a_run(unknown, known, silent))
    assert [(row.calls, row.prompt_tokens, row.usd) for row in rows] == [
        (2, 2400, None),
        (2, 2400, 0.75),
        (1, None, None),
    ]
    assert rows[0].seconds == 8 and rows[2].seconds is None
    assert "price unknown" in flat(on_terminal(a_run(unknown))) and "$0.75" in html(a_run(known))
    assert {row.name for row in spent(compare_report())} == {"base", "candidate: pointed"}


def test_two_texts_are_laid_side_by_side() -> None:
    left, right = sides("Thank you. How do you plan it?", "How do you plan  it, then?\nSay")
    assert left == [("-", "Thank you."), (" ", " How do you plan "), ("-", "it?")]
    assert right == [(" ", "How do you plan  "), ("+", "it, then?\nSay")]
    assert sides("same words", "same words") == ([(" ", "same words")],) * 2
    assert sides("", "") == ([], [])
    for before, after in ((HOSTILE, HOSTILE[10:]), ("a b", ""), (" x ", "\n")):
        both = sides(before, after)
        assert ["".join(text for _, text in side) for side in both] == [before, after]


def test_long_texts_that_repeat_words_are_laid_side_by_side_at_once() -> None:
    draw = random.Random(1)
    common = draw.choices([f"w{n}" for n in range(800)], [1 / (n + 1) for n in range(800)], k=5000)
    before = " ".join(f"{word}." if n % 15 == 0 else word for n, word in enumerate(common))
    changed = before.replace("w40 ", "forty ")
    for old, new in ((before, changed), ("no " * 5000 + "x", "yes " + "no " * 4000), (LONG, LONG[::-1])):
        started = time.perf_counter()
        left, right = sides(old, new)
        assert time.perf_counter() - started < 2
        assert ["".join(text for _, text in side) for side in (left, right)] == [old, new]
    kept = sum(len(text) for op, text in sides(before, changed)[0] if op == " ")
    assert kept > len(before) / 2


def test_cases_are_sorted_by_what_became_of_them() -> None:
    deck = compare_deck(compare_report().suites[1], 10)
    assert deck.counts == {"regressed": 3, "improved": 38, "flipped": 41, "changed": 41, "all": 41}
    assert [card.name for card in deck.cards[:3]] == ["mara.00", "mara.01", "mara.long"]
    assert (len(deck.cards), deck.left_out, deck.first) == (10, 31, "regressed")
    assert deck.cards[0].kinds["regressed"] == "one_question" and not deck.cards[0].kinds["improved"]


def test_the_trend_needs_blessed_runs() -> None:
    assert "Trend over blessed runs" not in html(complete_run())
    assert "not two yet" in html(compare_report(), blessed_runs()[:1])
