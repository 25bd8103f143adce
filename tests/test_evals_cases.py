"""The cases of a suite: drawn alike every time, for each persona, judged by weights that never saw them."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from evals_folder import CRITIQUES, JUDGE, QUESTIONS, make

from evals.cases import Asked, cases_of, draw, judge_cases
from evals.judge_data import data_hash, load_labelled, weights_without
from evals.parts import Parts
from evals.places import Places
from evals.run import Which, run
from evals.subjects import ask_critique
from evals.suite import SUITES, Case, Labelled, Suite, load_suite
from interviewer.cli import main
from interviewer.errors import DataFileError
from interviewer.judge import EmbeddedJudge
from knowledge import load_rubric

PERSONAS = ("mara", "tom")


@pytest.fixture
def folder(tmp_path: Path) -> Places:
    """The small folder, without recordings."""
    return make(tmp_path / "evals")


@pytest.fixture
def project(tmp_path: Path) -> Places:
    """The project's own suites and labelled replies."""
    return Places(SUITES.parent, tmp_path / "runs")


def wanting(suite: Suite, **more: object) -> Suite:
    assert suite.labelled
    labelled = Labelled.model_validate({**suite.labelled.model_dump(), **more})
    return suite.model_copy(update={"labelled": labelled})


def written(places: Places, name: str, old: str, new: str) -> Suite:
    path = places.suites / f"{name}.yaml"
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")
    return load_suite(name, places.suites)


def test_the_labelled_draw_is_the_same_every_time(project: Places, tmp_path: Path) -> None:
    suite = load_suite("critique")
    assert suite.labelled
    drawn = draw(suite, project)
    assert drawn == draw(suite, project) and len({row.id for row in drawn}) == suite.labelled.count == 104
    shuffled = Places(tmp_path / "other", tmp_path / "runs")
    shuffled.labelled.mkdir(parents=True)
    for name in suite.labelled.files:
        lines = (project.labelled / name).read_text(encoding="utf-8").splitlines()
        (shuffled.labelled / name).write_text("\n".join(reversed(lines)) + "\n", encoding="utf-8")
    assert draw(suite, shuffled) == drawn, "the order of the lines decides nothing"
    other = {row.id for row in draw(wanting(suite, seed=2), project)}
    assert other != {row.id for row in drawn}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_draw_holds_every_pitfall_and_every_author(project: Places, seed: int) -> None:
    suite = wanting(load_suite("critique"), seed=seed)
    assert suite.labelled
    rows = load_labelled(project.labelled, suite.labelled.files)
    drawn = draw(suite, project)
    assert {id for row in drawn for id in row.pitfalls} == {id for row in rows for id in row.pitfalls}
    assert {row.author for row in drawn} == {row.author for row in rows}
    assert any(not row.pitfalls for row in drawn)
    counts = Counter(id for row in drawn for id in row.pitfalls)
    often = Counter(id for row in rows for id in row.pitfalls)
    for id, count in counts.items():
        assert count >= min(often[id], 5), (id, count, often[id])


def test_a_count_of_zero_or_more_than_there_are_takes_all(project: Places) -> None:
    suite = load_suite("critique")
    assert suite.labelled
    rows = load_labelled(project.labelled, suite.labelled.files)
    for count in (0, 100_000):
        assert draw(wanting(suite, count=count), project) == rows


def test_a_labelled_case_is_asked_as_it_was_labelled(folder: Places) -> None:
    cases = cases_of(load_suite(CRITIQUES, folder.suites), folder, PERSONAS)
    for asked in cases:
        assert asked.label is not None
        assert (asked.case.id, asked.case.reply, asked.case.question, asked.case.role) == (
            asked.label.id, asked.label.reply, asked.label.question, asked.label.role
        )  # fmt: skip
        assert asked.case.cluster == asked.case.id


def test_each_case_is_run_with_each_persona_that_it_is_for(folder: Places) -> None:
    suite = written(
        folder, QUESTIONS, "    expect: {dodge: false}\n  - id: plan\n",
        "    expect: {dodge: false}\n  - id: plan\n    personas: [tom]\n",
    )  # fmt: skip
    cases = [asked.case for asked in cases_of(suite, folder, PERSONAS)]
    assert [case.id for case in cases] == ["mara.vague", "mara.pay", "tom.vague", "tom.plan", "tom.pay"]
    assert all(case.id.startswith(f"{case.persona}.") for case in cases)
    assert [case.cluster for case in cases] == ["vague", "pay", "vague", "plan", "pay"]
    assert {case.role for case in cases} == {"Demand planner"}
    assert [case.mode for case in cases] == ["rehearsal", "realistic", "rehearsal", "rehearsal", "realistic"]


def test_a_variant_names_its_base_with_the_same_persona(folder: Places) -> None:
    suite = written(
        folder, QUESTIONS, "    mode: realistic\n",
        "    mode: realistic\n    cluster: vague\n",
    )  # fmt: skip
    moved = [
        case.model_copy(update={"expect": case.expect.model_copy(update={"of": "vague", "moves": "same"})})
        if case.id == "pay" else case for case in suite.cases
    ]  # fmt: skip
    cases = cases_of(suite.model_copy(update={"cases": tuple(moved)}), folder, PERSONAS)
    assert [asked.case.expect.of for asked in cases if asked.case.expect.of] == ["mara.vague", "tom.vague"]


def test_all_means_every_persona_there_is(folder: Places) -> None:
    suite = written(folder, QUESTIONS, "personas: [mara, tom]", "personas: all")
    ids = {asked.case.persona for asked in cases_of(suite, folder, list(Parts(folder).personas))}
    assert ids == {"ashworth", "grace", "mara", "rosa", "tom", "vik"}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("personas: [mara, tom]", "personas: [mara, nobody]", "names the persona 'nobody'; there are"),
        ("  - id: pay\n", "  - id: pay\n    personas: [nobody]\n", "'pay' names the persona 'nobody'"),
        ("  - id: pay\n", "  - id: pay\n    persona: nobody\n", "'pay' names the persona 'nobody'"),
        ("personas: [mara, tom]\n", "", "nobody asks in the case 'vague'"),
    ],
)
def test_a_persona_that_there_is_not_gives_one_line(
    folder: Places, capsys: pytest.CaptureFixture[str], old: str, new: str, said: str
) -> None:
    suite = written(folder, QUESTIONS, old, new)
    with pytest.raises(DataFileError, match=said):
        cases_of(suite, folder, PERSONAS)
    with pytest.raises(SystemExit) as done:
        main(["eval", "run", QUESTIONS, "--engine", "embedded", "--evals", str(folder.root)])
    out, err = capsys.readouterr()
    assert (done.value.code, out) == (2, "") and len(err.strip().splitlines()) == 1
    assert said in err and "talk.yaml" in err


def test_labelled_replies_that_are_not_there_give_one_line(folder: Places) -> None:
    suite = written(folder, CRITIQUES, "some.jsonl", "none.jsonl")
    with pytest.raises(DataFileError, match=r"'labelled' names none\.jsonl"):
        cases_of(suite, folder, PERSONAS)


def test_half_of_a_judge_s_cases_are_yes_and_half_no(project: Places) -> None:
    parts = Parts(project)
    suite = load_suite("judge-aim")
    assert suite.bank
    cases = [asked.case for asked in judge_cases(suite, parts)]
    assert cases == [asked.case for asked in judge_cases(suite, Parts(project))]
    assert Counter(case.expect.answer for case in cases) == {"yes": 60, "no": 60}
    assert len({case.id for case in cases}) == len(cases) == suite.bank.count
    groups = {each.id: each.group for each in load_rubric().criteria}
    for case in cases:
        persona, own, number = case.id.split(".")
        assert parts.personas[persona].bank[own][int(number)] == case.question and "{" not in case.question
        (aim,) = case.focus
        if case.expect.answer == "yes":
            assert aim == own
        else:
            assert groups.get(aim) != groups.get(own), case.id
    assert {case.id.split(".")[0] for case in cases} == set(parts.personas)


@pytest.mark.parametrize(
    "case",
    ["{id: a, question: Why?}", "{id: a, focus: [timely]}", "{id: a, question: Why?, focus: [nothing]}"],
)
def test_a_judge_s_case_without_question_or_point_gives_one_line(folder: Places, case: str) -> None:
    suite = written(folder, JUDGE, "bank: {count: 40, seed: 1}", f"cases: [{case}]")
    with pytest.raises(DataFileError, match="needs a question, and as its focus"):
        judge_cases(suite, Parts(folder))


def test_there_are_weights_without_each_author(project: Places) -> None:
    parts = Parts(project)
    whole = json.loads((parts.knowledge / "judge" / "weights.json").read_text(encoding="utf-8"))
    suite = load_suite("critique")
    assert suite.labelled
    for author in {row.author for row in load_labelled(project.labelled, suite.labelled.files)}:
        judge = parts.judge_without(author)
        path = weights_without(project.root / "left_out", author)
        found = json.loads(path.read_text(encoding="utf-8"))
        assert judge is not parts.judge and judge is parts.judge_without(author)
        assert judge._weights_path == path
        assert author in found["about"].rpartition("Without the authors ")[2]
        assert (found["data_hash"], found["cues_hash"]) == (data_hash(), whole["cues_hash"])
        assert found["criteria"] != whole["criteria"]


def test_where_nothing_was_learned_the_judge_is_as_it_is(project: Places, folder: Places) -> None:
    parts = Parts(project)
    assert parts.judge_without("e") is parts.judge
    own = folder.root / "prompt_sets" / "mine" / "knowledge"
    shutil.copytree(parts.knowledge, own, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    shutil.copytree(project.root / "left_out", folder.root / "left_out")
    assert Parts(folder).judge_without("a") is not Parts(folder).judge
    mine = Parts(folder, "mine")
    assert mine.judge_without("a") is mine.judge


def test_a_labelled_reply_is_judged_by_weights_that_never_saw_its_author(
    folder: Places, project: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(project.root / "left_out", folder.root / "left_out")
    seen: list[tuple[str, str]] = []
    critique: Callable[..., object] = EmbeddedJudge.critique

    def spied(judge: EmbeddedJudge, reply: str, **more: object) -> object:
        seen.append((reply, judge._weights_path.name))
        return critique(judge, reply, **more)

    monkeypatch.setattr(EmbeddedJudge, "critique", spied)
    run(Which((CRITIQUES,), replay=False), folder)
    labels = [each.label for each in cases_of(load_suite(CRITIQUES, folder.suites), folder, PERSONAS)]
    expected = [
        (each.reply, weights_without(folder.root / "left_out", each.author)) for each in labels if each
    ]
    assert sorted(seen) == sorted((reply, path.name) for reply, path in expected)
    seen.clear()
    ask_critique(Parts(folder), Asked(Case(id="a", reply="I want to run the ward in three years.")), None)
    assert [name for _, name in seen] == ["weights.json"]
