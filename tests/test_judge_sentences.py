"""Single sentences: whether a cue is heard in them, and what they change in a reply."""

from __future__ import annotations

from pathlib import Path

import pytest

from evals.judge_data import load_labelled
from evals.judge_sentences import SIDES, Sentence, load_sentences, shares_heard, table, verdicts_with
from interviewer.errors import DataFileError
from interviewer.judge import EmbeddedJudge
from knowledge import CRITERION_IDS, load_rubric


@pytest.fixture(scope="module")
def judge() -> EmbeddedJudge:
    return EmbeddedJudge(load_rubric())


def test_every_criterion_has_sentences_of_each_side() -> None:
    sentences = load_sentences()

    assert {s.criterion for s in sentences} == set(CRITERION_IDS)
    for criterion in CRITERION_IDS:
        for side in SIDES:
            assert sum(s.criterion == criterion and s.side == side for s in sentences) >= 50
    assert len({s.text for s in sentences}) == len(sentences)
    assert not {s.writer for s in sentences if s.read} & {s.writer for s in sentences if not s.read}


def test_cues_are_heard_more_in_what_meets_a_criterion_than_in_a_near_miss(
    judge: EmbeddedJudge,
) -> None:
    shares = shares_heard(judge, [s for s in load_sentences() if not s.read])

    criteria = {criterion for criterion, _ in shares}
    assert all(shares[id, "met"] > shares[id, "near"] for id in criteria)


def test_a_sentence_put_into_a_reply_that_lacks_it_is_told_with_its_verdict(judge: EmbeddedJudge) -> None:
    plain = Sentence("timely", "met", 1, True, "I'll be a team leader in two years, by December 2028.")
    silent = Sentence("timely", "near", 1, True, "The canteen is on the second floor.")

    found = list(verdicts_with(judge, [plain] * 8 + [silent] * 8, load_labelled()))

    assert {verdict for sentence, verdict in found if sentence is plain} <= {"met", "partly"}
    assert {verdict for sentence, verdict in found if sentence is silent} == {"missing"}


def test_the_table_has_a_line_for_each_criterion_that_was_looked_at() -> None:
    heard = {("timely", "met"): 0.8, ("timely", "half"): 0.3, ("timely", "near"): 0.1}

    lines = table(heard, {("timely", "met", "met"): 3, ("timely", "met", "missing"): 1}).splitlines()

    assert len(lines) == 2
    assert lines[1].split()[:4] == ["timely", "0.80", "0.30", "0.10"]
    assert "met 0.75 (0.00)" in lines[1]


def test_a_broken_line_is_named(tmp_path: Path) -> None:
    (tmp_path / "sentences.jsonl").write_text('{"id": "timely"}\n', encoding="utf-8")

    with pytest.raises(DataFileError, match=r"sentences\.jsonl:1"):
        load_sentences(tmp_path)
