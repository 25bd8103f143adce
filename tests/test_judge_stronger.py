"""The stronger answer: the candidate's own facts, the vision first, pitfalls out, gaps marked."""

from __future__ import annotations

import re

import pytest

from evals.judge_data import load_labelled
from interviewer.judge import EmbeddedJudge
from interviewer.schema import StrongerAnswer
from knowledge import load_rubric

MARK = re.compile(r"\[([^\]]*)\]")


@pytest.fixture(scope="module")
def judge() -> EmbeddedJudge:
    return EmbeddedJudge(load_rubric())


def _stronger(judge: EmbeddedJudge, reply: str, **about: str) -> StrongerAnswer:
    found = judge.critique(reply, **about).stronger_answer
    assert found is not None
    return found


def test_blanks_match_their_marks_and_nothing_is_invented(judge: EmbeddedJudge) -> None:
    rubric = load_rubric()
    frames = " ".join(c.frame for c in rubric.criteria).lower()
    for row in load_labelled():
        critique = judge.critique(row.reply, role=row.role, company=row.company, question=row.question)
        if critique.cannot_judge:
            continue
        answer = critique.stronger_answer
        assert answer is not None, row.id
        assert MARK.findall(answer.text) == answer.blanks, row.id
        assert len(answer.blanks) <= 4
        own = set(re.findall(r"\w+", (row.reply + " " + frames).lower()))
        new = set(re.findall(r"\w+", MARK.sub(" ", answer.text).lower())) - own
        assert new == set(), row.id


def test_the_vision_leads(judge: EmbeddedJudge) -> None:
    reply = (
        "I've been a picker for four years. First I'd do the team leader course in March. "
        "In three years I'd like to be shift manager here."
    )

    assert _stronger(judge, reply).text.startswith("In three years I'd like to be shift manager here.")


def test_pitfalls_are_left_out(judge: EmbeddedJudge) -> None:
    reply = (
        "In three years I'd like to be shift manager here. My divorce is through in May and I owe my ex "
        "eleven thousand. First I'd do the team leader course in March."
    )
    answer = _stronger(judge, reply)

    assert "divorce" not in answer.text
    assert "shift manager" in answer.text
    assert "course in March" in answer.text


def test_brackets_of_the_candidate_are_no_blanks(judge: EmbeddedJudge) -> None:
    answer = _stronger(judge, "In three years I'd like to be shift manager [nights] here.")

    assert "nights" not in answer.blanks
    assert "(nights)" in answer.text


def test_a_dodge_gets_a_skeleton(judge: EmbeddedJudge) -> None:
    answer = _stronger(judge, "I don't know")

    assert "don't know" not in answer.text
    assert len(answer.blanks) == 4
