"""Misspelt words are mended, and nothing else: not names, not other languages, not words of a trade."""

from __future__ import annotations

import pytest

from interviewer.judge import EmbeddedJudge
from interviewer.judge.spelling import Spelling
from knowledge import load_rubric


@pytest.fixture(scope="module")
def judge() -> EmbeddedJudge:
    return EmbeddedJudge(load_rubric())


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("evry", "every"),
        ("jsut", "just"),
        ("comming", "coming"),
        ("certificat", "certificate"),
        ("managment", "management"),
        ("superintendant", "superintendent"),
        ("workin", "working"),
    ],
)
def test_one_slip_is_mended(typed: str, meant: str) -> None:
    assert Spelling({"working"}, ()).corrections(f"and then the {typed} of it") == {typed: meant}


@pytest.mark.parametrize(
    "reply",
    [
        "I want to run the night shift in your depot.",
        "My teacher was Mr Felowes of Enugu.",
        "ich möchte gerne teamleiter werden und danach die ganze abteilung leiten",
        "asdfkjh askdjfh qwlekrj asdf",
        pytest.param(f"and then there is {'a' * 30_000} in it", id="a word without end"),
        "",
    ],
)
def test_what_is_no_slip_is_left_alone(reply: str) -> None:
    assert Spelling((), ()).corrections(reply) == {}


def test_words_to_be_kept_are_kept() -> None:
    assert Spelling((), {"innit"}).corrections("that is what it is innit") == {}


def test_misspelt_is_judged_as_meant_and_quoted_as_typed(judge: EmbeddedJudge) -> None:
    typed = "in three yeras i want to be shift manger in yor depot, frist the team leder corse in march"
    meant = "in three years i want to be shift manager in your depot, first the team leader course in march"
    one, other = judge.critique(typed), judge.critique(meant)
    goal = ("long_term_vision", "short_term_steps", "timely")
    assert [one.criteria[id].verdict for id in goal] == [other.criteria[id].verdict for id in goal]
    assert one.criteria["timely"].verdict == "met"
    assert one.criteria["timely"].quotes[0] == "in three yeras"
    for finding in one.criteria.values():
        assert all(quote in typed for quote in finding.quotes)
