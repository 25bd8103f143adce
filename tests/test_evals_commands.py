"""The other commands over recordings: list, regrade, bless, report."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from evals_folder import (
    BANK,
    CRITIQUES,
    JUDGE,
    MODEL,
    ONE_LETTER,
    QUESTIONS,
    Command,
    a_candidate,
    command,
    edited,
    endpoint,
    model_run,
    one_plain_line,
    places,
    record,
    recorded,
    recordings,
    says,
    stored_run,
)

from evals.graders import GRADERS
from evals.places import Places
from evals.runfile import read_run
from evals.stored import KEPT, bless, find_run, keep, latest_blessed, stored
from evals.whole import regrade_and_check, run_and_check
from interviewer.compose import package_folder
from interviewer.errors import DataFileError, InputError, NotFoundError

__all__ = ["command", "places", "recorded"]
JUDGE_GATES = "[floors.talk.model]\njudge_aim = 0.9\n[calibration]\naims = 0.6\n"


def test_the_list_tells_suites_prompt_sets_and_origins(places: Places, command: Command) -> None:
    edited(places, "letter", "question", *ONE_LETTER)
    recordings(places, CRITIQUES)[0].write_text("{", encoding="utf-8")
    status, out, err = command("list", "--json")
    found = json.loads(out)
    assert (status, err) == (0, "") and found["prompt_sets"] == ["base", "letter"]
    assert [(each["suite"], each["cases"]) for each in found["suites"]] == [
        (JUDGE, BANK), (CRITIQUES, 6), (QUESTIONS, 6)
    ]  # fmt: skip
    origins = {(each["set"], each["suite"], each["origin"]): each["count"] for each in found["recordings"]}
    assert origins == {
        ("base", CRITIQUES, "damaged"): 1,
        ("base", CRITIQUES, f"local {MODEL}"): 5,
        ("base", QUESTIONS, f"local {MODEL}"): 6,
        ("judgments", JUDGE, f"local {MODEL}"): BANK + 6,
    }
    status, out, _ = command("list")
    assert status == 0 and "prompt sets: base, letter" in out and "what is asked next" in out


def test_a_regrade_grades_the_same_answers_anew(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    before = stored_run(places, QUESTIONS, CRITIQUES)
    shutil.rmtree(places.recordings / MODEL)  # the answers come from the stored run

    def none_asks(item: object) -> object:
        from evals.graders.item import judged

        yield judged("one_question", "graded anew", "")

    monkeypatch.setitem(GRADERS, "one_question", none_asks)
    after = regrade_and_check(find_run("last", places), places)
    assert after.id != before.id and after.complete
    for old, new in zip(before.suites, after.suites, strict=True):
        assert [case.output for case in old.cases] == [case.output for case in new.cases]
        assert [case.keys for case in old.cases] == [case.keys for case in new.cases]
    metric = model_run(after, QUESTIONS).metric("one_question")
    assert metric is not None and metric.value == 0.0
    assert model_run(before, QUESTIONS).metric("one_question") != metric
    assert model_run(after, QUESTIONS).cases[0].scores[1].evidence == "graded anew"
    assert model_run(after, CRITIQUES).metrics == model_run(before, CRITIQUES).metrics


def test_a_regrade_is_the_same_where_nothing_has_changed(places: Places) -> None:
    before = stored_run(places)
    after = regrade_and_check(before, places)
    assert [each.model_dump() for each in after.suites] == [each.model_dump() for each in before.suites]


def test_a_regrade_takes_last_an_id_a_path_and_blessed(places: Places, command: Command) -> None:
    first = stored_run(places, CRITIQUES)
    bless(first, places)
    stored_run(places, QUESTIONS)
    path = places.stored / f"{first.id}.json"
    for name, suite in (
        ("last", QUESTIONS), (first.id, CRITIQUES), (str(path), CRITIQUES), ("blessed", CRITIQUES)
    ):  # fmt: skip
        status, out, err = command("regrade", name, "--json")
        data = json.loads(out)
        assert (status, err) == (0, "") and data["suites"][0]["suite"] == suite
        if name == "last":
            (places.stored / f"{data['id']}.json").unlink()
    assert "no stored run 'nothing'" in one_plain_line(*command("regrade", "nothing"), code=2)


def test_a_regrade_loads_no_model_code(places: Places) -> None:
    run = stored_run(places, QUESTIONS, CRITIQUES)
    path = places.stored / f"{run.id}.json"
    code = (
        "import sys\nfrom interviewer.cli import main\n"
        f"try:\n    main(['eval', 'regrade', {str(path)!r}, '--json', '--evals', {str(places.root)!r}])\n"
        "except SystemExit as done:\n"
        "    names = ('openai', 'langchain_openai', 'langchain_core', 'streamlit', 'chromadb', 'wordllama')\n"
        "    print(done.code, *(n for n in names if n in sys.modules), file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, check=True)
    assert done.stderr.decode().split() == ["0"]
    assert len(json.loads(done.stdout)["suites"]) == 4


def test_a_judge_s_figures_may_gate_after_a_regrade_only_if_they_might_before(places: Places) -> None:
    for path in recordings(places, JUDGE, "judgments"):
        path.unlink()
    record(places, [JUDGE], at=endpoint(says))
    places.gates.write_text(JUDGE_GATES, encoding="utf-8")
    for suites in ([QUESTIONS], [QUESTIONS, JUDGE]):
        before = run_and_check(suites, places)
        after = regrade_and_check(before, places)
        assert (before.exit_code, after.exit_code) == (4, 4), suites
        assert "0.60 is needed" in next(
            metric.diagnostic for metric in model_run(after, QUESTIONS).metrics if metric.diagnostic
        )
    places.gates.write_text(JUDGE_GATES.replace("0.6", "0.0"), encoding="utf-8")
    assert regrade_and_check(run_and_check([QUESTIONS, JUDGE], places), places).exit_code == 0


def test_a_regrade_knows_the_prompt_set_s_own_personas(places: Places) -> None:
    """The embedded engine beside a candidate has read the candidate's files too."""
    folder = places.root / "prompt_sets" / "more" / "personas"
    folder.mkdir(parents=True)
    text = (package_folder("prompts") / "personas" / "mara.md").read_text(encoding="utf-8")
    (folder / "zoe.md").write_text(text.replace("id: mara", "id: zoe"), encoding="utf-8")
    suite = places.suites / f"{QUESTIONS}.yaml"
    suite.write_text(suite.read_text().replace("[mara, tom]", "all"), encoding="utf-8")
    before = run_and_check((QUESTIONS,), places, "more")
    assert "zoe.pay" in {case.id for case in before.suites[0].cases}
    after = regrade_and_check(before, places)
    assert [each.model_dump() for each in after.suites] == [each.model_dump() for each in before.suites]


def test_an_incomplete_run_stays_so_when_it_is_graded_anew(places: Places) -> None:
    recordings(places, QUESTIONS)[0].unlink()
    after = regrade_and_check(stored_run(places), places)
    assert after.exit_code == 3 and model_run(after, QUESTIONS).metrics == []


def test_a_case_that_is_gone_cannot_be_graded(places: Places, command: Command) -> None:
    stored_run(places)
    suite = places.suites / f"{QUESTIONS}.yaml"
    suite.write_text(suite.read_text().replace("id: pay", "id: wages"), encoding="utf-8")
    assert "mara.pay is no case of it any more" in one_plain_line(*command("regrade"), code=2)


def test_an_incomplete_run_is_not_blessed(places: Places, command: Command) -> None:
    recordings(places, QUESTIONS)[0].unlink()
    stored_run(places)
    assert "INCOMPLETE" in one_plain_line(*command("bless"), code=2)
    with pytest.raises(InputError, match="INCOMPLETE"):
        bless(find_run("last", places), places, allow_failing=True)
    assert not places.blessed.exists()


def test_a_failing_run_is_blessed_only_on_demand(places: Places, command: Command) -> None:
    places.gates.write_text("[floors.talk.model]\none_question = 1.01\n", encoding="utf-8")
    run = stored_run(places)
    assert "one_question is 1.000" in one_plain_line(*command("bless"), code=2)
    status, out, _ = command("bless", run.id, "--allow-failing")
    assert status == 0 and out.startswith("Blessed: ")
    assert read_run(Path(out.removeprefix("Blessed: ").strip())) == run


def test_the_latest_blessed_run_of_each_suite_counts_and_of_the_base_only(places: Places) -> None:
    with pytest.raises(NotFoundError, match="eval bless"):
        latest_blessed(places)
    older, newer = stored_run(places, QUESTIONS, CRITIQUES), stored_run(places, CRITIQUES)
    bless(newer, places)
    bless(older, places)
    a_candidate(places)
    bless(stored_run(places, prompt_set="letter"), places)
    found = latest_blessed(places)
    assert {(each.suite, each.engine, each.prompt_set) for each in found.suites} == {
        (QUESTIONS, "embedded", ""), (QUESTIONS, "model", "base"),
        (CRITIQUES, "embedded", ""), (CRITIQUES, "model", "base"),
    }  # fmt: skip
    assert model_run(found, CRITIQUES) == model_run(newer, CRITIQUES)
    assert model_run(found, QUESTIONS) == model_run(older, QUESTIONS)


def test_a_stored_run_is_shown_again_and_is_no_failure_any_more(places: Places, command: Command) -> None:
    places.gates.write_text("[floors.talk.model]\none_question = 1.01\n", encoding="utf-8")
    run = stored_run(places)
    assert run.exit_code == 1
    status, out, err = command("report")
    assert (status, err) == (0, "") and out.startswith("NOT HELD")
    path = places.root / "page.html"
    status, out, err = command("report", run.id, "--out", str(path))
    assert (status, out, err) == (0, "", f"Written: {path}\n")
    assert path.read_text(encoding="utf-8").lower().startswith("<!doctype html>")
    assert "for a run in .xml" in one_plain_line(*command("report", "--out", "x.doc"), code=2)


def test_runs_are_kept_for_a_while(places: Places) -> None:
    run = stored_run(places)
    for number in range(KEPT + 3):
        keep(run.model_copy(update={"id": f"later-{number:03}"}), places)
    assert len(stored(places)) == KEPT and find_run("last", places).id == f"later-{KEPT + 2:03}"
    assert not (places.stored / f"{run.id}.json").exists()


@pytest.mark.parametrize("text", ["{", "[]", '{"schema_version": 9}', '{"schema_version": 1, "id": 3}'])
def test_a_broken_stored_run_is_one_line(places: Places, command: Command, text: str) -> None:
    path = places.root / "run.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataFileError):
        find_run(str(path), places)
    assert "run.json" in one_plain_line(*command("regrade", str(path)), code=2)
