"""Calibration: offsets that hold only where borne out, sheets and files that lose nothing."""

from __future__ import annotations

import csv
import io
import json
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from interviewer.calibration import (
    NEEDED,
    Calibration,
    CalibrationStore,
    Judged,
    Override,
    Scored,
    Workshop,
    apply,
    as_text,
    compare,
    fit_calibration,
    merged,
    open_workshop,
    read_sheet,
    write_sheet,
)
from interviewer.calibration.figures import kappas
from interviewer.calibration.fitting import left_one_out, moved
from interviewer.calibration.ordinal import offset_of, table
from interviewer.calibration.sheet import decode, load_replies
from interviewer.calibration.store import as_json, parse, read
from interviewer.compose import build_judge, build_rubric
from interviewer.errors import DataFileError, InputError, StoreError
from interviewer.schema import CriterionFinding, Critique, PitfallFinding
from interviewer.settings import load_settings
from knowledge import Rubric, load_rubric
from knowledge.cards import BUNDLED

LEVELS = [2, 4, 4, 4, 5, 5, 5, 2, 4, 2, 3, 1, 4, 1, 1, 2, 3, 1, 3, 1]


@pytest.fixture(scope="module")
def rubric() -> Rubric:
    return load_rubric(BUNDLED)


@pytest.fixture(scope="module")
def workshop() -> Workshop:
    settings = load_settings()
    found = build_rubric(settings)
    return open_workshop(found, build_judge(settings, found), BUNDLED)


def critique(overall: int | None = 3, **more: object) -> Critique:
    given = {"engine": "embedded", "criteria": {}, "overall": overall, **more}
    return Critique.model_validate(given)


def judged(coach: list[int], judge: list[int], *, blind: bool = True, name: str = "r") -> list[Judged]:
    return [
        Judged(f"{name}{i:02}", mine, its, blind, {}, None, "I want to lead.", critique(its))
        for i, (mine, its) in enumerate(zip(coach, judge, strict=True))
    ]


def fitted(pairs: list[Judged], coach: str = "Ana") -> Calibration:
    return fit_calibration(Calibration(coach=coach), pairs, rubric_hash="r", judge_hash="j")


def borne_out(found: Calibration) -> bool:
    assert found.fit is not None
    return found.fit.overall.borne_out


def stricter(by: int) -> list[int]:
    return [max(1, level - by) for level in LEVELS]


# The replies


def test_the_replies_are_spread_and_hold_no_label() -> None:
    replies = load_replies()
    assert len(replies) == NEEDED
    labels = {}
    for name in ("dev", "train", "fresh"):
        path = BUNDLED.parent / "evals" / "labelled" / f"{name}.jsonl"
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            labels[row["id"]] = (f"evals/labelled/{name}.jsonl", row)
    for id, reply in replies.items():
        source, row = labels[id]
        assert reply.source == source and reply.reply == row["reply"].strip()
    overalls = [labels[id][1]["overall"] for id in replies]
    assert all(overalls.count(level) == 4 for level in range(1, 6))
    assert len({p for id in replies for p in labels[id][1]["pitfalls"]}) == 8
    raw = (BUNDLED / "calibration" / "replies.jsonl").read_text(encoding="utf-8")
    assert {key for line in raw.splitlines() for key in json.loads(line)} == {
        "id", "source", "role", "company", "question", "reply",
    }  # fmt: skip


# Fitting


def test_a_coach_one_step_stricter_is_found_in_spite_of_the_lowest_level() -> None:
    found = fitted(judged(stricter(1), LEVELS))
    assert found.fit is not None
    overall = found.fit.overall
    assert overall.mean == -0.75 and -1.2 < overall.offset < -0.5 and overall.borne_out
    assert overall.distance_after.value < overall.distance_before.value
    assert overall.kappa_after.value > overall.kappa_before.value
    assert fitted(judged([min(5, level + 1) for level in LEVELS], LEVELS)).fit.overall.offset > 0.5  # type: ignore[union-attr]


def test_a_coach_like_the_judge_changes_nothing() -> None:
    found = fitted(judged(LEVELS, LEVELS))
    assert found.fit is not None and abs(found.fit.overall.offset) < 0.1 and not borne_out(found)
    assert found.fit.overall.kappa_before.value == 1


def test_scatter_alone_is_hardly_ever_taken_for_an_offset() -> None:
    random = np.random.default_rng(7)
    hits = 0
    for _ in range(60):
        coach = np.clip(np.round(np.array(LEVELS) + random.normal(0, 1.0, 20)), 1, 5).astype(int)
        hits += borne_out(fitted(judged(coach.tolist(), LEVELS)))
    assert hits <= 2


def test_a_full_step_with_some_scatter_is_found_more_often_than_not() -> None:
    random = np.random.default_rng(7)
    hits = 0
    for _ in range(40):
        coach = np.clip(np.round(np.array(LEVELS) + 1 + random.normal(0, 0.5, 20)), 1, 5).astype(int)
        hits += borne_out(fitted(judged(coach.tolist(), LEVELS)))
    assert hits > 20


def test_fewer_replies_draw_the_offset_towards_zero() -> None:
    few, many = (offset_of(table(np.full(n, 2), np.full(n, 3), 1, 5)) for n in (2, 20))
    assert -1.1 < many < few < 0
    assert offset_of(table(np.array([], int), np.array([], int), 1, 5)) == pytest.approx(0)


def test_nothing_is_predicted_by_an_offset_that_has_seen_it() -> None:
    coach, judge = np.array(stricter(1)), np.array(LEVELS)
    after = left_one_out(coach, judge, 1, 5)
    for i in range(len(judge)):
        rest = np.arange(len(judge)) != i
        assert after[i] == moved(int(judge[i]), offset_of(table(coach[rest], judge[rest], 1, 5)), 1, 5)


@pytest.mark.parametrize(
    ("level", "offset", "score"),
    [(3, 0.5, 3), (3, 0.51, 4), (3, -0.5, 3), (3, -0.51, 2), (5, 2.0, 5), (1, -0.9, 1), (3, 1.5, 4)],
)
def test_offsets_move_whole_steps_within_the_scale(level: int, offset: float, score: int) -> None:
    assert moved(level, offset, 1, 5) == score


def test_kappa_is_that_of_the_library() -> None:
    coach, judge = np.array(stricter(1)), np.array(LEVELS)
    mine = kappas(np.ones((1, 20)), coach, judge, 1, 5)[0]
    assert mine == pytest.approx(cohen_kappa_score(coach, judge, labels=[1, 2, 3, 4, 5], weights="quadratic"))
    assert kappas(np.ones((1, 2)), np.array([3, 3]), np.array([3, 3]), 1, 5)[0] == 1


def test_fewer_than_twenty_are_not_fitted() -> None:
    with pytest.raises(InputError, match="19 of the 20"):
        fitted(judged(stricter(1)[:19], LEVELS[:19]))


def test_corrections_count_but_do_not_decide() -> None:
    blind = judged(LEVELS, LEVELS)
    corrections = judged([1] * 40, [3] * 40, blind=False, name="o")
    found = fitted([*blind, *corrections])
    assert found.fit is not None
    assert found.fit.overall.n == 60 and found.fit.overall.blind == 20
    assert found.fit.overall.offset < -0.5 and not found.fit.overall.borne_out
    with pytest.raises(InputError, match="nothing is fitted"):
        fitted(corrections)


def test_a_fit_is_the_same_every_time() -> None:
    one, two = (fitted(judged(stricter(1), LEVELS)).fit for _ in range(2))
    assert one is not None and two is not None
    assert one.model_dump(exclude={"at"}) == two.model_dump(exclude={"at"})


# Applying


def test_a_calibrated_score_is_marked_and_evidence_stays() -> None:
    own = critique(
        4,
        criteria={"timely": CriterionFinding(verdict="met", quotes=["in two years"])},
        pitfalls=[PitfallFinding(id="money_motive", quotes=["the pay"], guidance=[])],
        notes=["A note."],
    )
    found = apply(own, fitted(judged(stricter(1), LEVELS)))
    assert found.overall == 3 and own.overall == 4
    assert found.notes[0] == "A note." and found.notes[1].startswith("Overall as Ana scores: 3 acceptable.")
    assert "own is 4 strong" in found.notes[1]
    assert (found.criteria, found.pitfalls) == (own.criteria, own.pitfalls)


@pytest.mark.parametrize(
    ("own", "coach"),
    [
        (critique(4), LEVELS),
        (critique(None, cannot_judge="Too short."), stricter(1)),
        (critique(4, engine="model"), stricter(1)),
    ],
)
def test_nothing_is_applied_where_it_does_not_hold(own: Critique, coach: list[int]) -> None:
    assert apply(own, fitted(judged(coach, LEVELS))) == own
    assert apply(own, Calibration(coach="Ana")) == own


# The sheet


def filled(
    rubric: Rubric, separator: str = ",", change: Callable[[list[list[str]]], None] | None = None
) -> str:
    rows = list(csv.reader(io.StringIO(write_sheet(load_replies(), rubric), newline="")))
    place = {name: i for i, name in enumerate(rows[0])}
    for row, level in zip(rows[1:], LEVELS, strict=True):
        row[place["overall"]] = str(level)
    rows[1][place["timely"]], rows[1][place["pitfalls"]] = "Partly", "money_motive; too_personal"
    rows[2][place["pitfalls"]] = "none"
    if change:
        change(rows)
    out = io.StringIO()
    csv.writer(out, delimiter=separator).writerows(rows)
    return out.getvalue()


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_a_filled_sheet_is_read(rubric: Rubric, separator: str, mark: str) -> None:
    data = (mark + filled(rubric, separator)).encode()
    scores = read_sheet(decode(data, "s.csv"), load_replies(), rubric)
    assert [one.overall for one in scores] == LEVELS
    assert scores[0].criteria == {"timely": "partly"}
    assert scores[0].pitfalls == ["money_motive", "too_personal"]
    assert scores[1].pitfalls == [] and scores[2].pitfalls is None


def test_a_sheet_comes_back_as_it_was(rubric: Rubric) -> None:
    scores = read_sheet(filled(rubric), load_replies(), rubric)
    again = read_sheet(
        write_sheet(load_replies(), rubric, {one.id: one for one in scores}), load_replies(), rubric
    )
    assert [one.model_dump(exclude={"at"}) for one in again] == [s.model_dump(exclude={"at"}) for s in scores]


def test_cells_are_no_formulas_in_a_spreadsheet(rubric: Rubric) -> None:
    replies = load_replies()
    first = next(iter(replies))
    hostile = ['=HYPERLINK("x")', "+1", "-1", "@x", "\tx", "'=x", "'quoted'"]
    for text in hostile:
        changed = replies | {first: replies[first].model_copy(update={"reply": text})}
        sheet = write_sheet(changed, rubric)
        cell = list(csv.reader(io.StringIO(sheet, newline="")))[1][4]
        assert cell[0] not in "=+-@\t"
        assert cell == (text if text == "'quoted'" else f"'{text}")
        row = [first, "", "", "", cell, "3"]
        out = io.StringIO()
        csv.writer(out).writerows([["id", "role", "company", "question", "reply", "overall"], row])
        assert read_sheet(out.getvalue(), changed, rubric)[0].overall == 3


def at(row: int, name: str, text: str) -> Callable[[list[list[str]]], None]:
    def change(rows: list[list[str]]) -> None:
        rows[row - 1][rows[0].index(name)] = text

    return change


def twice(rows: list[list[str]]) -> None:
    rows.append(rows[1])


def text_elsewhere(rows: list[list[str]]) -> None:
    rows[1][4], rows[2][4] = rows[2][4], rows[1][4]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (at(3, "overall", "good"), "Row 3: 'overall' is 'good'"),
        (at(3, "overall", "3.5"), "Row 3: 'overall' is '3.5'"),
        (at(3, "overall", "9"), "Row 3: 'overall' is '9'"),
        (at(4, "timely", "yes"), "Row 4: 'timely' is 'yes'"),
        (at(5, "pitfalls", "greed"), "Row 5: there is no pitfall 'greed'"),
        (at(6, "id", "zz"), "Row 6: there is no reply 'zz'"),
        (at(2, "overall", ""), "Row 2: 'overall' is empty although"),
        (at(1, "timely", "timley"), "Row 1: the column 'timley' is not known"),
        (at(1, "overall", "timely"), "Row 1: the column 'overall' is missing"),
        (twice, "Row 22: the reply 'd102' is there twice"),
        (text_elsewhere, "Row 2: the text is not that of reply"),
    ],
)
def test_a_mistake_in_a_sheet_is_told_with_its_row(
    rubric: Rubric, change: Callable[[list[list[str]]], None], says: str
) -> None:
    with pytest.raises(InputError) as caught:
        read_sheet(filled(rubric, change=change), load_replies(), rubric)
    assert says in str(caught.value) and "\n" not in str(caught.value)


def test_broken_files_are_refused(rubric: Rubric) -> None:
    with pytest.raises(InputError, match="Row 3 is not valid CSV"):
        read_sheet('id,overall\nd102,3\nd026,"3" 4\n', load_replies(), rubric)
    with pytest.raises(InputError, match="No reply in the sheet is scored"):
        read_sheet(write_sheet(load_replies(), rubric), load_replies(), rubric)
    for data, says in ((b"\xff\xfeid", "not UTF-8"), (b"id\x00", "binary"), (b"  ", "empty")):
        with pytest.raises(InputError, match=says):
            decode(data, "s.csv")
    assert read_sheet("id,overall\nd102,4.0\n", load_replies(), rubric)[0].overall == 4


# The store


def test_names_are_made_safe_and_kept_apart(tmp_path: Path) -> None:
    store = CalibrationStore(tmp_path)
    names = ["Ana", "../../etc/passwd", "ana/b", "ana b", "Ян", "明", "CON", "a" * 80]
    paths = [store.path(name) for name in names]
    assert len(set(paths)) == len(names)
    assert all(path.parent == tmp_path / "calibration" for path in paths)
    assert store.path(" Ana ") == store.path("ana")
    assert "0" * 32 not in str(store.browser_path("0" * 32))
    for name in ("", "  \n", "a" * 81):
        with pytest.raises(InputError, match="1 to 80"):
            store.path(name)


def test_a_score_is_kept_and_a_failed_change_changes_nothing(tmp_path: Path) -> None:
    store = CalibrationStore(tmp_path)
    path = store.path("Ana")
    store.update(path, "Ana", lambda c: c.with_score(Scored(id="d102", overall=2)))
    before = path.read_bytes()

    def broken(_: Calibration) -> Calibration:
        raise InputError("No.")

    with pytest.raises(InputError):
        store.update(path, "Ana", broken)
    assert path.read_bytes() == before and store.load("Ana").scores[0].overall == 2
    assert [p.name for p in path.parent.iterdir()] == [path.name]


def test_a_full_disk_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = CalibrationStore(tmp_path)
    path = store.path("Ana")
    store.update(path, "Ana", lambda c: c.with_score(Scored(id="d102", overall=2)))
    before = path.read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreError, match="No space left on device"):
        store.update(path, "Ana", lambda c: c.with_score(Scored(id="d026", overall=5)))
    assert path.read_bytes() == before and len(list(path.parent.iterdir())) == 1
    monkeypatch.undo()
    monkeypatch.setattr(tempfile, "mkstemp", lambda **_: full(0))
    with pytest.raises(StoreError, match="Make room"):
        store.update(path, "Ana", lambda c: c.with_score(Scored(id="d026", overall=5)))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "not valid JSON"),
        ("[" * 100_000, "not valid JSON"),
        (
            '{"version": 1, "coach": "A", "scores": [{"id": "a", "overall": 3, "at": "2026-01-01T00:00"}]}',
            "timezone",
        ),
        ("[]", "no calibration"),
        ('{"version": 2, "coach": "Ana"}', "version 2"),
        ('{"version": 1, "coach": "Ana", "more": 1}', "more"),
        ('{"version": 1, "coach": "Ana", "scores": [{"id": "a", "overall": "good"}]}', "overall"),
        ('{"version": 1, "coach": "Ana", "scores": [{"id": "a", "overall": 9}]}', "overall"),
        ('{"version": 1, "coach": "Ana", "scores": [{"id": "zz", "overall": 3}]}', "'zz'"),
        (
            '{"version": 1, "coach": "A", "scores": [{"id": "a", "overall": 3}, {"id": "a", "overall": 4}]}',
            "twice",
        ),
    ],
)
def test_a_file_that_is_no_calibration_is_refused_in_a_line(text: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        parse(text, {"d102"})
    assert says in str(caught.value) and "\n" not in str(caught.value)
    path = tmp_path / "a.json"
    path.write_text(text, encoding="utf-8")
    if "'zz'" not in says:
        with pytest.raises(DataFileError):
            CalibrationStore(tmp_path).update(path, "Ana", lambda c: c)
    assert path.read_text(encoding="utf-8") == text


def test_an_unreadable_file_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(b"\xff\xff")
    with pytest.raises(DataFileError, match="not UTF-8"):
        read(path)
    with pytest.raises(DataFileError, match="cannot be read"):
        read(tmp_path)


# Judge, coach and report together


def scored(workshop: Workshop, by: int) -> Calibration:
    """A coach who is so much stricter than the judge, and marks one criterion."""
    found = Calibration(coach="Ana <b>")
    for reply in workshop.replies.values():
        own = workshop.judged(reply.reply, reply.question, reply.role, reply.company)
        assert own.overall is not None
        verdict = own.criteria["timely"].verdict
        found = found.with_score(
            Scored(id=reply.id, overall=max(1, own.overall - by), criteria={"timely": verdict}, pitfalls=[])
        )
    return found


def test_from_scores_to_a_report(workshop: Workshop, rubric: Rubric) -> None:
    found = scored(workshop, 1)
    pairs, left_out = workshop.pairs(found)
    assert left_out == 0
    found = workshop.fitted(found, pairs, left_out)
    report = compare(found, pairs, workshop)
    assert report.step == -1 and "stricter" in report.sentences[0]
    assert [one.id for one in report.criteria] == ["timely"] and not report.criteria[0].borne_out
    for one in report.furthest:
        assert one.quote and one.quote in workshop.replies[one.reply].reply
    text = as_text(report, workshop)
    assert "Kappa" in text and "Ana <b>" in text
    assert sum(p.judge_only for p in report.pitfalls) > 0 and all(p.coach_only == 0 for p in report.pitfalls)

    found = scored(workshop, 0)
    same = compare(workshop.fitted(found, *workshop.pairs(found)), workshop.pairs(found)[0], workshop)
    assert same.sentences[0] == (
        "20 replies are too few to tell your scores from the judge's; nothing is changed."
    )
    assert same.step == 0 and same.furthest == []


def test_before_there_are_offsets_nothing_of_the_judge_is_told(workshop: Workshop) -> None:
    found = Calibration(coach="Ana", scores=scored(workshop, 1).scores[:7])
    report = compare(found, workshop.pairs(found)[0], workshop)
    assert report.sentences[0].startswith("7 of 20") and report.overall is None and not report.furthest


def test_offsets_of_another_judge_are_not_applied_but_fitted_anew(workshop: Workshop) -> None:
    found = scored(workshop, 1)
    found = workshop.fitted(found, *workshop.pairs(found))
    again = parse(as_json(found), workshop.replies)
    assert workshop.current(again) == (found, "")
    assert again.fit is not None
    for name, says in (("rubric_hash", "another rubric"), ("judge_hash", "another judge")):
        other = again.fit.model_copy(
            update={name: "x", "overall": again.fit.overall.model_copy(update={"offset": 2.0})}
        )
        now, why = workshop.current(again.model_copy(update={"fit": other}))
        assert says in why and now.fit is not None and now.fit.overall.offset == again.fit.overall.offset
    few = again.model_copy(update={"scores": again.scores[:5]})
    assert workshop.current(few)[0].fit is None


def test_later_scores_are_more_data_and_nothing_is_lost_in_a_merge(workshop: Workshop) -> None:
    found = scored(workshop, 1)
    reply = next(iter(workshop.replies.values())).reply
    blind = Override(reply=reply, overall=1, blind=True)
    unjudged = Override(reply="ok", overall=1)
    more = found.model_copy(update={"overrides": [blind, unjudged]})
    pairs, left_out = workshop.pairs(more)
    fit = workshop.fitted(more, pairs, left_out).fit
    assert fit is not None and fit.overall.n == fit.overall.blind + (2 - left_out - 1)
    mine = found.model_copy(update={"scores": found.scores[:12], "overrides": [blind]})
    other = found.model_copy(update={"scores": found.scores[10:], "overrides": [unjudged]})
    both = merged(mine, other)
    assert len(both.scores) == 20 and {o.id for o in both.overrides} == {blind.id, unjudged.id}
