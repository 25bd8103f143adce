"""The agreement card: honest figures, honest sentences, the same every time, known to be old when it is."""

from __future__ import annotations

import json
import shutil
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest
from evals_folder import MODEL, endpoint, one_plain_line, record

from evals.agreement import changed, dumped, hashes, kept_card, make, write
from evals.agreement_card import MOST_DRAWN, html, markdown, series, svg
from evals.agreement_figures import asked_again, second_labels, weak
from evals.judge_data import FILES, RESTATED, UNSEEN, data_hash, weights_without
from evals.places import Model, Places
from evals.result import CaseResult, Output
from interviewer.agreement import (
    CARD_FILE,
    NOT_MEASURED,
    PICTURE_FILE,
    AgreementCard,
    Annotators,
    Entry,
    Figure,
    Measured,
    Point,
    Weak,
    embedded_line,
    judge_hashes,
    model_line,
    prompt_hashes,
    read_card,
    short,
    usable_card,
)
from interviewer.cli import main
from interviewer.compose import agreement_line, package_folder
from interviewer.errors import DataFileError, InputError, StaleError
from interviewer.judge import EmbeddedJudge
from interviewer.schema import CriterionFinding, Critique
from interviewer.settings import Settings
from knowledge import CRITERION_IDS, PITFALL_IDS, load_rubric

EVALS = Path(__file__).resolve().parent.parent / "evals"
SUITE = """\
suite: critique
description: how replies are judged
subject: critique
labelled: {files: [dev.jsonl], count: 4}
graders: [answered, agreement]
"""
NASTY = '</text><script>alert(1)</script>|`"&'


def rows_of(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (EVALS / "labelled" / name).read_text(encoding="utf-8").splitlines()]


def put(path: Path, rows: list[dict[str, Any]]) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def put_left_out(places: Places) -> None:
    """Weights without the author, said to be learned from the small labelled files."""
    (places.root / "left_out").mkdir(exist_ok=True)
    told = {"data_hash": data_hash(places.labelled), "cues_hash": EmbeddedJudge(load_rubric()).book.hash}
    stored = json.loads(weights_without(EVALS / "left_out", "r").read_text(encoding="utf-8"))
    (places.root / "left_out" / "r.json").write_text(json.dumps(stored | told), encoding="utf-8")


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An evals folder with four labelled replies of one author, and a fake model's critiques of them."""
    places = Places(tmp_path_factory.mktemp("small") / "evals", Path())
    (places.root / "suites").mkdir(parents=True)
    (places.root / "suites" / "critique.yaml").write_text(SUITE, encoding="utf-8")
    for name in (*FILES, *UNSEEN, RESTATED):
        put(places.labelled / name, [])
    put(places.labelled / FILES[0], rows_of("dev.jsonl")[:4])
    written = [row for row in rows_of("train.jsonl") if row["id"].startswith("a")]
    put(places.labelled / UNSEEN[0], [row | {"id": f"e{n}"} for n, row in enumerate(written[:3])])
    put_left_out(places)
    places.add_model(Model(model=MODEL, endpoint="llama.cpp"))
    record(places, ["critique"], at=endpoint())
    return places.root


@pytest.fixture
def places(small: Path, tmp_path: Path) -> Places:
    """A copy that a test may spoil."""
    shutil.copytree(small, tmp_path / "evals")
    return Places(tmp_path / "evals", tmp_path / "runs")


@pytest.fixture(scope="module")
def card(small: Path) -> AgreementCard:
    return make(Places(small, Path()))


def measured(n: int = 100, value: float = 0.8, *, details: bool = True, pitfalls: float = 0.9) -> Measured:
    one, point = Figure(value=value, low=value - 0.1, high=value + 0.1), Point(value=value, support=9)
    return Measured(
        n=n,
        asked=n,
        criteria={id: point for id in CRITERION_IDS} if details else {},
        pitfalls={id: point for id in PITFALL_IDS} if details else {},
        criteria_kappa=one,
        pitfall_f1=Figure(value=pitfalls),
        overall_kappa=one,
        overall_icc=one,
        overall_bias=Figure(value=-0.1),
        focus_hit=one,
    )


def entry(**more: Any) -> Entry:
    common = {"engine": "embedded", "how": "counted", "provenance": "built-in", "date": "2026-01-01"}
    return Entry.model_validate({**common, "measured": measured(), "hashes": {}, **more})


def of_model(model: str = "m", prompt_set: str = "base", **more: Any) -> Entry:
    return entry(engine="model", provenance="local", model=model, prompt_set=prompt_set, **more)


def made_of(*entries: Entry) -> AgreementCard:
    return AgreementCard(
        about="x", annotators=Annotators(measured=measured()), entries=entries, hashes={}, weak_below=0.65
    )


def test_the_card_says_who_was_measured_on_what(card: AgreementCard) -> None:
    built_in, model = card.entries
    assert (built_in.engine, built_in.persona, model.model, model.prompt_set) == (
        "embedded",
        "any",
        MODEL,
        "base",
    )
    assert built_in.measured and built_in.measured.n == 4 and model.measured and model.measured.asked == 4
    assert set(built_in.measured.criteria) == set(CRITERION_IDS)
    assert set(built_in.measured.pitfalls) == set(PITFALL_IDS)
    assert built_in.repeated and built_in.repeated.identical == 1.0 and model.repeated is None
    assert {"rubric", "cues", "weights", "labelled", "left_out"} <= set(built_in.hashes)
    assert {"rubric", "suite", "prompt:critique", f"recordings:{MODEL}"} <= set(model.hashes)
    assert "machine-written" in card.about


def test_of_the_unseen_replies_only_figures_over_all_are_kept(card: AgreementCard) -> None:
    unseen = card.entries[0].unseen
    assert unseen and unseen.n == 3 and not unseen.criteria and not unseen.pitfalls


def test_the_annotators_are_held_against_each_other(card: AgreementCard, places: Places) -> None:
    assert card.annotators.measured and card.annotators.measured.n == 4
    assert card.annotators.published_n == 120 and card.annotators.published["criteria"] > 0.9
    put(places.labelled / FILES[0], [{**row, "second": row} for row in rows_of("dev.jsonl")[:4]])
    same = make(places, model=MODEL).annotators.measured
    assert same and same.criteria_kappa.value == same.overall_kappa.value == 1.0
    put(places.labelled / FILES[0], [{"id": "r1", "second": {"labels": {}}}])
    with pytest.raises(DataFileError, match=r"dev\.jsonl:1: its second labels"):
        list(second_labels(places.labelled))


def test_incomplete_recordings_give_no_figure(places: Places) -> None:
    next(places.recorded(MODEL, "base", "critique").glob("*.json")).unlink()
    (model,) = make(places, model=MODEL).entries
    assert model.measured is None and not model.weak
    assert model.why.startswith("3 of 4 critiques")
    assert model_line(made_of(model), MODEL, {}).startswith(NOT_MEASURED)


def test_a_fake_s_recordings_give_no_figure(places: Places) -> None:
    shutil.rmtree(places.recorded(MODEL, "base", "critique"))
    record(places, ["critique"], at=endpoint(synthetic=True))
    (model,) = make(places, model=MODEL).entries
    assert model.measured is None and "fake" in model.why


@pytest.mark.parametrize("spoil", ["old", "missing"])
def test_a_judge_that_has_seen_the_author_never_stands_in(places: Places, spoil: str) -> None:
    path = places.root / "left_out" / "r.json"
    if spoil == "missing":
        path.unlink()
    else:
        path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | {"data_hash": "0"}))
    with pytest.raises(StaleError, match=f"without author r are {spoil}.*judge_train"):
        make(places)


def test_the_same_data_make_the_same_card_with_the_same_date(places: Places, card: AgreementCard) -> None:
    old = [each.model_copy(update={"date": "2020-02-02"}) for each in card.entries]
    kept = card.model_copy(update={"entries": tuple(old)})
    assert dumped(make(places, kept=kept)) == dumped(kept)
    next(places.recorded(MODEL, "base", "critique").glob("*.json")).unlink()
    (model,) = make(places, kept=kept, model=MODEL).entries
    assert model.date != "2020-02-02"


def test_the_threshold_is_kept_with_the_data(places: Places, card: AgreementCard) -> None:
    kept = card.model_copy(update={"weak_below": -1.0})
    again = make(places, kept=kept, model=MODEL)
    assert again.weak_below == -1.0 and again.entries[0].weak == ()


def test_a_change_of_any_input_is_told_by_its_name(places: Places, card: AgreementCard) -> None:
    assert changed(card, places) == []
    assert changed(None, places) == [CARD_FILE]
    (places.labelled / UNSEEN[0]).write_text("{}\n", encoding="utf-8")
    assert changed(card, places) == ["unseen"]
    next(places.recorded(MODEL, "base", "critique").glob("*.json")).unlink()
    (places.root / "suites" / "critique.yaml").write_text(SUITE + "# more\n", encoding="utf-8")
    assert changed(card, places) == [f"recordings:{MODEL}/base", "suite", "unseen"]


def test_a_model_is_judged_again_by_the_suite_of_repeats(places: Places, card: AgreementCard) -> None:
    assert card.entries[1].repeated is None
    text = SUITE.replace("critique", "repeatability", 1) + "repeats: 3\n"
    (places.root / "suites" / "repeatability.yaml").write_text(text, encoding="utf-8")
    record(places, ["repeatability"], at=endpoint())
    assert changed(card, places) == [f"recordings:{MODEL}/base", "suite"]
    (again,) = make(places, model=MODEL).entries
    assert again.repeated and (again.repeated.times, again.repeated.replies) == (3, 4)
    next(places.recorded(MODEL, "base", "repeatability").glob("*.json")).unlink()
    assert make(places, model=MODEL).entries[0].repeated is None, "of incomplete repeats nothing is said"
    (places.root / "suites" / "repeatability.yaml").unlink()
    assert make(places, model=MODEL).entries[0].repeated is None, (
        "recordings whose suite is gone are left alone"
    )


def test_line_ends_change_no_hash(places: Places) -> None:
    before, path = hashes(places), places.root / "suites" / "critique.yaml"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert hashes(places) == before


def test_the_stored_card_is_what_the_command_writes() -> None:
    folder = package_folder("knowledge")
    stored = read_card(folder)
    assert stored is not None
    assert (folder / CARD_FILE).read_text(encoding="utf-8") == dumped(stored)
    assert (folder / PICTURE_FILE).read_text(encoding="utf-8") == svg(stored)
    built_in = stored.entry("embedded")
    assert built_in and built_in.measured and built_in.unseen and not built_in.unseen.pitfalls


def test_the_stored_card_is_current() -> None:
    """After a change: `interviewer eval agreement`."""
    assert changed(read_card(package_folder("knowledge")), Places(EVALS, Path())) == []


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    capsys.readouterr()
    with pytest.raises(SystemExit) as done:
        main(["eval", "agreement", *words])
    out, err = capsys.readouterr()
    return int(done.value.code or 0), out, err


def test_check_leaves_with_3_and_says_what_is_old(places: Places, capsys: pytest.CaptureFixture[str]) -> None:
    own = ("--evals", str(places.root))
    assert "labelled" in one_plain_line(*run(capsys, "--check", *own), 3)
    status, out, _ = run(capsys, "--check", "--json", *own)
    assert status == 3 and "labelled" in json.loads(out)["changed"]


def test_the_command_shows_writes_and_stores_only_the_whole(
    places: Places, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stored = package_folder("knowledge") / CARD_FILE
    before = stored.read_bytes()
    files = [tmp_path / f"card.{kind}" for kind in ("svg", "html", "md", "json")]
    outs = [word for file in files for word in ("--out", str(file))]
    status, out, err = run(capsys, "--json", "--model", MODEL, *outs, "--evals", str(places.root))
    assert status == 0 and "Not stored" in err
    assert [each["model"] for each in json.loads(out)["entries"]] == [MODEL]
    assert all(file.stat().st_size for file in files)
    assert stored.read_bytes() == before


def test_the_command_refuses_in_one_line(places: Places, capsys: pytest.CaptureFixture[str]) -> None:
    own = ("--evals", str(places.root))
    assert "recorded" in one_plain_line(*run(capsys, "--model", "nobody", *own), 2)
    assert "--out" in one_plain_line(*run(capsys, "--out", "card.png", *own), 2)
    assert "--check" in one_plain_line(*run(capsys, "--check", "--set", "base", *own), 2)


def test_the_built_in_judge_s_line_always_has_the_figure_on_a_new_author() -> None:
    found = entry(unseen=measured(120, 0.6, details=False, pitfalls=0.41), measured=measured(500, 0.73))
    line = embedded_line(made_of(found))
    assert "machine-written, n=500, cross-validated by author" in line and "κ .73" in line
    assert "F1 .41 on an author it never met" in line and ".90" not in line
    assert "not measured on new authors" in embedded_line(made_of(entry()))
    assert ".90" not in embedded_line(made_of(entry()))
    assert embedded_line(made_of(entry(measured=None))) == "" == embedded_line(made_of(of_model()))


def test_a_line_names_the_weakest_and_stays_short() -> None:
    low = [Weak(id=id, kind="criterion", value=n / 100, support=9) for n, id in enumerate(CRITERION_IDS)]
    few = embedded_line(made_of(entry(weak=low[:5], unseen=measured(details=False))))
    assert few.endswith("weak on: long term vision, short term steps, linked path and 2 more")
    many = embedded_line(made_of(entry(weak=low, unseen=measured(details=False))))
    assert many.endswith("weak on 13 of 21 points")
    assert max(len(few), len(many)) < 260


def test_a_line_tells_that_the_judge_has_changed_since() -> None:
    found = made_of(entry(hashes={"cues": "1", "rubric": "2"}))
    assert embedded_line(found, {"cues": "1", "rubric": "2"}).startswith("agrees")
    assert embedded_line(found, {"cues": "9", "rubric": "2"}).startswith("as measured before its files")


def test_a_model_is_known_by_its_name_its_prompt_and_its_rubric() -> None:
    here = {"rubric": "1", "prompt:critique": "2"}
    found = made_of(of_model("small", hashes=here), of_model("small", "other", hashes=here))
    assert "this model agrees" in model_line(found, "small", here) and "F1 .90" in model_line(
        found, "small", here
    )
    assert model_line(found, "large", here) == model_line(None, "small", here) == NOT_MEASURED
    assert model_line(found, "", here) == NOT_MEASURED
    assert model_line(found, "small", here | {"prompt:critique": "9"}) == f"{NOT_MEASURED} with these prompts"
    assert model_line(made_of(of_model("small", "other", hashes=here)), "small", here) == NOT_MEASURED
    part = measured().model_copy(update={"n": 91})
    assert "n=91 of 100" in model_line(made_of(of_model("small", measured=part)), "small", {})


def test_small_figures_are_not_made_perfect() -> None:
    values = [1.0, 0.9999, 0.996, 0.5, 0.0, 0.004, -0.08, -1.0, None]
    assert [short(value) for value in values] == ["1", ".999", ".996", ".50", "0", ".004", "−.08", "−1", "–"]


def test_what_no_reply_has_is_not_weak() -> None:
    low = {"timely": Point(value=0.2, support=0), "specific": Point(value=0.3, support=4)}
    none = {"fantasy": Point(value=None, support=3)}
    found = measured().model_copy(update={"criteria": low, "pitfalls": none})
    assert [each.id for each in weak(found, 0.65)] == ["specific"]


def test_a_model_s_repeats_are_compared() -> None:
    def case(id: str, sample: int, overall: int | None) -> CaseResult:
        findings = {name: CriterionFinding(verdict="met") for name in CRITERION_IDS}
        critique = Critique(engine="model", criteria=findings, overall=overall) if overall else None
        return CaseResult(id=id, sample=sample, output=Output(critique=critique))

    assert asked_again([case("a", 0, 3), case("b", 0, 3)]) is None
    assert asked_again([case("a", 0, 3), case("a", 1, None)]) is None
    same = [case(id, sample, score) for id, score in (("a", 2), ("b", 4)) for sample in (0, 1)]
    found = asked_again(same)
    assert found and (found.times, found.replies, found.identical, found.icc) == (2, 2, 1.0, 1.0)
    found = asked_again([*same, case("c", 0, 5), case("c", 1, 1)])
    assert (
        found
        and found.identical == pytest.approx(2 / 3, abs=1e-4)
        and found.icc is not None
        and found.icc < 1
    )


def test_the_picture_can_be_read_by_everybody() -> None:
    text = svg(made_of(entry(unseen=measured(details=False)), of_model(NASTY)))
    root = ET.fromstring(text)
    space = "{http://www.w3.org/2000/svg}"
    assert root.get("role") == "img"
    said = {root[0].tag: root[0].get("id"), root[1].tag: root[1].get("id")}
    assert list(said) == [f"{space}title", f"{space}desc"]
    assert root.get("aria-labelledby") == " ".join(map(str, said.values()))
    assert "prefers-color-scheme: dark" in text and "currentColor" in text and "machine-written" in text
    assert "<script" not in text and not list(root.iter(f"{space}script"))
    words = "".join(root.itertext())
    assert NASTY in words
    assert all(id.replace("_", " ") in words for id in (*CRITERION_IDS, *PITFALL_IDS))


def test_the_picture_says_what_it_leaves_out_and_the_table_has_it() -> None:
    many = made_of(entry(), *(of_model(f"model-{n}") for n in range(MOST_DRAWN + 1)))
    assert len(series(many)) == MOST_DRAWN + 2
    assert "2 more in the table" in svg(many) and f"model-{MOST_DRAWN}" not in svg(many)
    assert f"model-{MOST_DRAWN}" in markdown(many) and f"model-{MOST_DRAWN}" in html(many)


def test_a_card_without_any_figure_can_be_drawn() -> None:
    empty = made_of(of_model(measured=None, why="nothing is recorded"))
    assert ET.fromstring(svg(empty)).get("role") == "img"
    assert "nothing is recorded" in html(empty) and "nothing is recorded" in markdown(empty)


def test_no_name_becomes_markup() -> None:
    nasty = made_of(of_model(NASTY))
    assert "<script" not in html(nasty)
    text = markdown(nasty)
    assert r"\<script\>" in text and "<script" not in text.replace(r"\<", "")
    cells = text.splitlines()[0].replace(r"\|", "").count("|")
    assert cells == text.splitlines()[1].count("|")


def test_a_missing_or_broken_card_stops_nobody(tmp_path: Path) -> None:
    knowledge = tmp_path / "knowledge"
    settings = Settings(_env_file=None, knowledge_dir=knowledge)  # type: ignore[call-arg]
    (knowledge / "judge").mkdir(parents=True)
    assert read_card(knowledge) is None and agreement_line(settings) == ""
    (knowledge / "judge" / "agreement.json").write_text('{"line": "an older line"}', encoding="utf-8")
    for text in ("", "{", "[]", '{"schema_version": 2}'):
        (knowledge / CARD_FILE).write_text(text, encoding="utf-8")
        with pytest.raises(DataFileError, match="interviewer eval agreement"):
            read_card(knowledge)
        assert usable_card(knowledge) is None and kept_card(knowledge) is None
        assert agreement_line(settings) == "an older line"


def test_the_app_s_line_is_that_of_the_card(tmp_path: Path) -> None:
    (tmp_path / "judge").mkdir()
    now = judge_hashes(tmp_path)
    path = write(made_of(entry(hashes=now, unseen=measured(details=False))), tmp_path)
    assert path == tmp_path / CARD_FILE and (tmp_path / PICTURE_FILE).is_file()
    settings = Settings(_env_file=None, knowledge_dir=tmp_path)  # type: ignore[call-arg]
    assert agreement_line(settings).startswith("agrees with the reference labels (machine-written")
    (tmp_path / "rubric.yaml").write_text("changed", encoding="utf-8")
    assert agreement_line(settings).startswith("as measured before")
    assert prompt_hashes(tmp_path, tmp_path)["rubric"] != now["rubric"]


def test_an_unknown_prompt_set_is_refused(places: Places) -> None:
    with pytest.raises(InputError, match="eval list"):
        make(places, prompt_set="nothing")
