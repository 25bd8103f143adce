"""The learned weights: reproducible, and good enough on authors that they were not learned from."""

from __future__ import annotations

import hashlib
import json
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from evals.judge_data import BETWEEN, UNSEEN, data_hash, load_labelled, load_restated, weights_without
from evals.judge_measure import AGREEMENT, FLOOR, cross_validate, figures, unseen
from evals.judge_scores import f1, kappa
from evals.judge_train import LEFT_OUT, OUT, build, differences, dump, parts, read_all
from interviewer.judge.weights import load_weights

pytestmark = pytest.mark.timeout(900)
"""All labelled replies are read (once for the whole file): that takes minutes."""


@pytest.fixture(scope="module")
def measured() -> dict[str, Any]:
    rows, (_, readings) = load_labelled(), read_all()
    return figures(rows, cross_validate(rows, readings[: len(rows)]))


def test_floors_hold_on_unseen_authors(measured: dict[str, Any]) -> None:
    assert measured["criteria_mean"] >= FLOOR["criteria"]
    assert measured["pitfalls_macro_f1"] >= FLOOR["pitfalls"]
    assert measured["overall"] >= FLOOR["overall"]
    assert measured["focus_hit"] >= 0.80


def test_no_criterion_is_hopeless(measured: dict[str, Any]) -> None:
    assert {id: value for id, value in measured["criteria"].items() if value < 0.5} == {}


SOME = ("measurable", "timely", "money_motive")
"""One of each kind: told by the whole reply, told by words of its own, a pitfall.

Each id is learned by itself; all 21 take minutes (`python -m evals.judge_train --check`)."""


def test_the_stored_weights_are_what_training_gives() -> None:
    assert differences(load_weights(OUT), build(ids=SOME)) == []


def test_a_weight_that_is_another_is_told() -> None:
    stored = load_weights(OUT)
    assert OUT.read_text(encoding="utf-8") == dump(stored)
    assert stored.wording and differences(stored, stored) == []
    place = stored.wording.ids.index("timely")
    row = list(stored.wording.terms["year"])
    row[place + 1] += 1
    terms = {**stored.wording.terms, "year": tuple(row)}
    wording = stored.wording.model_copy(update={"terms": terms})
    assert differences(stored.model_copy(update={"wording": wording}), stored) == ["timely: wording"]
    scale = stored.pitfalls["fantasy"].model_copy(update={"cuts": (9.0,)})
    other = stored.model_copy(update={"pitfalls": {**stored.pitfalls, "fantasy": scale}, "data_hash": "0"})
    assert differences(other, stored) == ["all: data_hash", "fantasy: scale"]


def test_each_author_is_left_out_of_weights_learned_from_the_same_data() -> None:
    stored = {path.stem: load_weights(path) for path in LEFT_OUT.glob("*.json")}
    assert set(stored) == {BETWEEN.join(part) for part in parts()}
    assert sorted(chain(*parts())) == sorted({row.author for row in load_labelled()})
    whole = load_weights(OUT)
    for authors, weights in stored.items():
        assert weights.about.endswith(f"Without the authors {', '.join(authors.split(BETWEEN))}.")
        assert (weights.cues_hash, weights.data_hash) == (whole.cues_hash, data_hash())
        assert weights.criteria != whole.criteria


def test_weights_are_found_by_any_of_their_authors(tmp_path: Path) -> None:
    (tmp_path / "a-bg-n.json").touch()
    (tmp_path / "b-h-as.json").touch()
    assert weights_without(tmp_path, "bg").name == "a-bg-n.json"
    assert weights_without(tmp_path, "b").name == "b-h-as.json"
    assert not weights_without(tmp_path, "s").is_file()


def test_what_is_said_again_has_its_originals_labels_and_other_words() -> None:
    originals = {row.id: row for row in load_labelled()}
    again = load_restated()
    assert len({row.id for row in again}) == len(again) >= 3000
    for row in again:
        original = originals[row.id.split(".")[0]]
        assert (row.author, row.labels, row.pitfalls) == (original.author, original.labels, original.pitfalls)
        assert row.reply != original.reply or len(row.reply.split()) < 6
    assert not {row.reply for row in again} & {row.reply for row in load_labelled(files=UNSEEN)}


def test_the_stored_agreement_belongs_to_the_stored_weights(measured: dict[str, Any]) -> None:
    stored = json.loads(AGREEMENT.read_text(encoding="utf-8"))
    assert stored["weights_hash"] == hashlib.sha256(OUT.read_bytes()).hexdigest()[:16]
    assert stored["data_hash"] == data_hash()
    for key in ("criteria_mean", "pitfalls_macro_f1", "overall"):
        assert stored["cross_validated"][key] == pytest.approx(measured[key], abs=0.005)
    assert len(stored["line"]) < 110
    assert f"{stored['unseen']['pitfalls_macro_f1']:.2f}" in stored["line"]


def test_kappa_is_one_zero_and_below() -> None:
    assert kappa([0, 1, 2], [0, 1, 2], 3) == 1.0
    assert kappa([0, 0, 2, 2], [0, 2, 0, 2], 3) == pytest.approx(0.0)
    assert kappa([0, 2], [2, 0], 3) == pytest.approx(-1.0)
    assert kappa([1, 1], [1, 1], 3) == 1.0


def test_f1_counts_both_kinds_of_mistake() -> None:
    assert f1(np.array([True, True, False]), np.array([True, False, True])) == 0.5
    assert f1(np.array([True, False]), np.array([False, False])) == 0.0


def test_nothing_is_learned_from_the_unseen_replies() -> None:
    seen = {row.reply for row in load_labelled()}
    unseen_rows = load_labelled(files=UNSEEN)
    assert len(unseen_rows) == 120
    assert not seen & {row.reply for row in unseen_rows}
    assert not {row.author for row in unseen_rows} & {row.author for row in load_labelled()}


def test_the_judge_holds_its_floors_on_the_unseen_replies() -> None:
    found = unseen()
    assert found["pitfalls_macro_f1"] >= 0.55
    assert found["criteria_mean"] >= 0.60
    assert found["overall"] >= 0.60
