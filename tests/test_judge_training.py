"""The learned weights: reproducible, and good enough on authors that they were not learned from."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import numpy as np
import pytest

from evals.judge_data import UNSEEN, data_hash, load_labelled
from evals.judge_measure import AGREEMENT, FLOOR, cross_validate, figures, unseen
from evals.judge_scores import f1, kappa
from evals.judge_train import OUT, build, dump


@pytest.fixture(scope="module")
def measured() -> dict[str, Any]:
    return figures(*cross_validate())


def test_floors_hold_on_unseen_authors(measured: dict[str, Any]) -> None:
    assert measured["criteria_mean"] >= FLOOR["criteria"]
    assert measured["pitfalls_macro_f1"] >= FLOOR["pitfalls"]
    assert measured["overall"] >= FLOOR["overall"]
    assert measured["focus_hit"] >= 0.80


def test_no_criterion_is_hopeless(measured: dict[str, Any]) -> None:
    assert {id: value for id, value in measured["criteria"].items() if value < 0.5} == {}


def test_the_stored_weights_are_what_training_gives() -> None:
    assert OUT.read_text(encoding="utf-8") == dump(build())


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
