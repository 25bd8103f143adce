"""`interviewer eval run`: what is known is told with its interval, what is not known is never a pass."""

from __future__ import annotations

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from evals_folder import (
    BANK,
    CRITIQUES,
    JUDGE,
    LABELLED,
    MODEL,
    ONE_LETTER,
    QUESTIONS,
    Command,
    command,
    edited,
    endpoint,
    make,
    model_run,
    own_rubric,
    places,
    record,
    recorded,
    recordings,
    says,
)

from evals.lock import check, write_lock
from evals.places import Model, Places
from evals.result import PRINCIPLE, State
from evals.whole import run_and_check
from interviewer.errors import InputError
from interviewer.schema import now
from knowledge import CRITERION_IDS, load_rubric

__all__ = ["command", "places", "recorded"]
TALKS = 6


def test_all_recorded_gives_figures_with_intervals_and_the_baseline_beside(places: Places) -> None:
    found = run_and_check((), places)
    assert (found.exit_code, found.complete, found.principle) == (0, True, PRINCIPLE)
    assert [(each.suite, each.engine, len(each.cases)) for each in found.suites] == [
        (JUDGE, "model", BANK),
        (CRITIQUES, "embedded", LABELLED),
        (CRITIQUES, "model", LABELLED),
        (QUESTIONS, "embedded", TALKS),
        (QUESTIONS, "model", TALKS),
    ]
    for each in found.suites:
        model = each.engine == "model"
        assert each.states == {State.FRESH if model else State.LIVE: len(each.cases)}
        assert each.origin.provenance == ("local" if model else "built-in")
        assert (each.origin.model, bool(each.origin.recorded)) == ((MODEL, True) if model else ("", False))
        assert each.metrics and each.cost is None
        for metric in each.metrics:
            if metric.detail or metric.low is None:
                continue
            assert metric.value is not None and metric.high is not None
            assert metric.low <= metric.value <= metric.high, metric.name
    talk = model_run(found, QUESTIONS)
    assert talk.judgments == {State.FRESH: TALKS}
    assert (one := talk.metric("one_question")) is not None
    assert (one.n, one.value, one.high) == (TALKS, 1.0, 1.0) and 0 < (one.low or 0) < 1


def test_one_letter_of_a_prompt_makes_its_answers_stale(places: Places, command: Command) -> None:
    edited(places, "letter", "question", *ONE_LETTER)
    found = run_and_check((), places, "letter")
    talk = model_run(found, QUESTIONS)
    assert found.exit_code == 3 and not found.complete
    assert talk.states == {State.STALE: TALKS} and talk.answered == 0
    assert talk.metrics == [] and not any(case.scores for case in talk.cases)
    case = talk.cases[0]
    assert case.why == "changed since: system" and case.last_recorded == f"{now():%Y-%m-%d}"
    assert [change.segment for change in case.changes] == ["system"]
    changed = [(op, text.strip()) for op, text in case.changes[0].diff if op != " "]
    assert changed == [("-", "facts"), ("+", "factz")]
    assert talk.cost is not None and talk.cost.usd is None
    assert talk.cost.calls == TALKS and talk.cost.prompt_tokens > 500 and talk.cost.completion_tokens == 120
    assert model_run(found, CRITIQUES).states == {State.FRESH: LABELLED}
    status, out, err = command("run", QUESTIONS, "--set", "letter")
    flat = " ".join(out.split())
    assert (status, err) == (3, "")
    assert out.startswith("INCOMPLETE") and "0 of 6 answers" in flat and "this is not a pass" in flat
    assert "[-facts-]" in flat and "{+factz+}" in flat and f"last recorded {now():%Y-%m-%d}" in flat
    assert "6 calls" in flat and "120 out" in flat


def test_what_was_never_recorded_is_missing(places: Places, command: Command) -> None:
    for path in recordings(places, QUESTIONS)[:2]:
        path.unlink()
    talk = model_run(run_and_check((QUESTIONS,), places), QUESTIONS)
    assert talk.states == {State.MISSING: 2, State.FRESH: 4} and talk.metrics == []
    lacking = [case for case in talk.cases if case.state is State.MISSING]
    assert {(case.why, case.output, case.last_recorded) for case in lacking} == {("never recorded", None, "")}
    assert talk.cost is not None and talk.cost.calls == 2
    assert [bool(case.scores) for case in talk.cases] == [case.state is State.FRESH for case in talk.cases]
    status, out, _ = command("run", QUESTIONS)
    assert status == 3 and out.startswith("INCOMPLETE: 4 of 6 answers")


def test_the_price_is_told_where_it_is_known(places: Places) -> None:
    model = places.add_model(Model(model="gpt-4o-mini", endpoint="openai"))
    found = run_and_check((QUESTIONS,), places, model=model)
    talk = model_run(found, QUESTIONS)
    assert talk.states == {State.MISSING: TALKS} and found.exit_code == 3
    assert talk.cost is not None and talk.cost.usd is not None
    assert talk.cost.usd == pytest.approx(
        talk.cost.prompt_tokens * 0.15e-6 + talk.cost.completion_tokens * 0.6e-6
    )


def test_one_byte_of_a_recording_is_noticed(places: Places, command: Command) -> None:
    path = recordings(places, CRITIQUES)[0]
    path.write_bytes(path.read_bytes().replace(b"motivated", b"motivatee", 1))
    found = run_and_check((CRITIQUES,), places)
    marks = model_run(found, CRITIQUES)
    assert marks.states[State.TAMPERED] == 1 and marks.metrics == [] and found.exit_code == 6
    status, out, _ = command("run", CRITIQUES)
    assert status == 6 and "TAMPERED" in out and out.startswith("INCOMPLETE")


def test_every_sample_of_a_repeated_case_has_an_answer_of_its_own(places: Places) -> None:
    path = places.suites / f"{QUESTIONS}.yaml"
    path.write_text(path.read_text().replace("subject: question", "subject: question\nrepeats: 2"))
    talk = model_run(run_and_check((QUESTIONS,), places), QUESTIONS)
    assert [(case.sample, case.state) for case in talk.cases[:2]] == [(0, State.FRESH), (1, State.MISSING)]
    record(places, [QUESTIONS, JUDGE])
    found = run_and_check((QUESTIONS,), places)
    talk = model_run(found, QUESTIONS)
    assert talk.states == {State.FRESH: 2 * TALKS} and found.exit_code == 0
    assert len({case.keys[0] for case in talk.cases}) == 2 * TALKS
    assert len(next(each for each in found.suites if each.engine == "embedded").cases) == TALKS


def test_a_floor_holds_or_not(places: Places, command: Command) -> None:
    floor = "[floors.talk.model]\none_question = {}\n[floors.marks.embedded]\nanswered = 1.0\n"
    places.gates.write_text(floor.format("1.0"), encoding="utf-8")
    assert command("run", QUESTIONS, CRITIQUES)[0] == 0
    places.gates.write_text(floor.format("1.01"), encoding="utf-8")
    status, out, _ = command("run", QUESTIONS, CRITIQUES)
    assert status == 1 and out.startswith("NOT HELD") and "one_question is 1.000" in " ".join(out.split())


def test_only_a_judge_that_agrees_with_its_labels_may_gate(places: Places, command: Command) -> None:
    gates = "[floors.talk.model]\njudge_aim = 0.9\n[calibration]\naims = 0.6\n"
    places.gates.write_text(gates, encoding="utf-8")
    found = run_and_check((QUESTIONS,), places)
    assert found.exit_code == 0 and [gate.held for gate in found.gates] == [True]
    for path in recordings(places, JUDGE, "judgments"):
        path.unlink()
    assert command("run", QUESTIONS)[0] == 3
    record(places, [JUDGE], at=endpoint(says))
    found = run_and_check((QUESTIONS,), places)
    metric = model_run(found, QUESTIONS).metric("judge_aim")
    assert metric is not None and metric.value == 1.0 and "0.60 is needed" in metric.diagnostic
    status, out, _ = command("run", QUESTIONS)
    assert status == 4 and "may not gate" in " ".join(out.split())


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nothing"], "There are: aims, marks, talk"),
        (["--set", "nothing"], "There are: base"),
        (["--set", "../.."], "There is no prompt set"),
        (["--model", "nothing"], "There are: small"),
        (["--engine", "steam"], "both, embedded or model"),
        (["--out", "report.doc"], "end it in .html"),
        (["--evals", "/nowhere"], "Name the evals folder"),
    ],
)
def test_what_is_not_there_is_a_usage_error(command: Command, words: list[str], said: str) -> None:
    status, out, err = command("run", *words)
    assert (status, out) == (2, "")
    assert len(err.strip().splitlines()) == 1 and said in err


def test_without_recordings_the_model_cannot_be_asked_for(tmp_path: Path) -> None:
    bare = make(tmp_path / "bare" / "evals")
    (bare.recordings / MODEL / "model.json").unlink()
    found = run_and_check((), bare)
    assert {each.engine for each in found.suites} == {"embedded"} and found.exit_code == 0
    with pytest.raises(InputError, match="no recordings"):
        run_and_check((), bare, engine="model")


def test_recordings_of_two_origins_are_not_mixed(places: Places, command: Command) -> None:
    recordings(places, QUESTIONS)[0].unlink()
    record(places, [QUESTIONS], at=endpoint(synthetic=True))
    status, out, err = command("run", QUESTIONS)
    assert (status, out) == (2, "") and "different origin" in err and len(err.strip().splitlines()) == 1


def test_json_is_one_document_and_nothing_else(places: Places, command: Command) -> None:
    status, out, err = command("run", "--json")
    data = json.loads(out)
    assert (status, err, data["schema_version"], data["principle"]) == (0, "", 1, PRINCIPLE)
    assert [each["suite"] for each in data["suites"]] == [JUDGE, CRITIQUES, CRITIQUES, QUESTIONS, QUESTIONS]


def test_reports_are_written_where_they_are_wanted(tmp_path: Path, command: Command) -> None:
    paths = [tmp_path / "new" / f"report.{kind}" for kind in ("html", "md", "xml", "json")]
    status, _, err = command("run", QUESTIONS, *(word for path in paths for word in ("--out", str(path))))
    assert (status, err) == (0, "")
    page, markdown, junit, data = [path.read_text(encoding="utf-8") for path in paths]
    assert page.lower().startswith("<!doctype html>") and not re.search(r"(src|href)=[\"']?https?:", page)
    assert "one_question" in markdown and PRINCIPLE in markdown
    cases = ElementTree.fromstring(junit).iter("testcase")
    assert sum("mara.pay" in str(each.attrib) for each in cases) >= 2
    assert json.loads(data)["suites"][1]["prompt_set"] == "base"


def test_answers_of_a_fake_pass_no_gate_and_break_none(tmp_path: Path, command: Command) -> None:
    fake = make(tmp_path / "fake" / "evals")
    record(fake, [QUESTIONS, JUDGE], at=endpoint(synthetic=True))
    gates = "[floors.talk.model]\nanswered = 1.01\njudge_aim = 1.01\n[must_pass.talk]\nmodel = ['nothing']\n"
    fake.gates.write_text(gates, encoding="utf-8")
    found = run_and_check((QUESTIONS,), fake, engine="model")
    assert found.suites[0].origin.provenance == "synthetic"
    assert (found.gates, found.exit_code) == ([], 0)
    status, out, _ = command("run", QUESTIONS, "--engine", "model", "--evals", str(fake.root))
    assert status == 0 and out.startswith("PLUMBING ONLY")


def test_an_edit_of_the_rubric_that_only_the_judge_reads_stales_judgments_alone(
    places: Places, command: Command
) -> None:
    aims = {case.output.focus[0] for case in model_run(run_and_check((QUESTIONS,), places), QUESTIONS).cases
            if case.output}  # fmt: skip
    assert len(aims) > 1
    aim = min(aims & set(CRITERION_IDS))
    asked = load_rubric().criterion(aim).ask
    own_rubric(places, "asks", asked, asked.replace(" ", " firmly ", 1))
    found = run_and_check((QUESTIONS, CRITIQUES), places, "asks")
    talk = model_run(found, QUESTIONS)
    assert talk.states == {State.FRESH: TALKS}
    assert model_run(found, CRITIQUES).states == {State.FRESH: LABELLED}
    stale = sum(
        bool(case.output and case.output.focus and case.output.focus[0] == aim) for case in talk.cases
    )
    assert 0 < stale < TALKS
    assert talk.judgments == {State.STALE: stale, State.FRESH: TALKS - stale}
    assert found.exit_code == 3 and talk.cost is not None and talk.cost.calls == stale
    figures = {metric.name for metric in talk.metrics}
    assert "one_question" in figures and "judge_aim" not in figures
    status, out, _ = command("run", QUESTIONS, "--set", "asks")
    assert status == 3 and out.startswith("INCOMPLETE") and f"{TALKS - stale} of 6 judgments" in out
    assert "judgment, changed since" in out and "{+firm" in out and "last recorded" in out, out
    record(places, [JUDGE], "asks")
    found = run_and_check((QUESTIONS,), places, "asks")
    assert found.complete and model_run(found, QUESTIONS).judgments == {State.FRESH: TALKS}
    write_lock(places)
    assert not check(places).problems and not check(places).orphans


def test_a_prompt_set_shares_the_recordings_of_requests_that_are_the_same(places: Places) -> None:
    edited(places, "letter", "question", *ONE_LETTER)
    found = run_and_check((CRITIQUES,), places, "letter")
    base = run_and_check((CRITIQUES,), places)
    assert [case.keys for case in model_run(found, CRITIQUES).cases] == [
        case.keys for case in model_run(base, CRITIQUES).cases
    ]
    assert found.exit_code == 0 and recordings(places, CRITIQUES, "letter") == []
    record(places, [QUESTIONS], "letter")
    talk = model_run(run_and_check((QUESTIONS,), places, "letter"), QUESTIONS)
    assert talk.states == {State.FRESH: TALKS} and len(recordings(places, QUESTIONS, "letter")) == TALKS
    assert len(recordings(places, QUESTIONS)) == TALKS
