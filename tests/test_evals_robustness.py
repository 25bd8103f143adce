"""The robustness suite: enough cases of each family, and variants that are what they say."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from evals.suite import Case, load_suite
from interviewer.questions.lines import normalise

SAME = {
    "repeated",
    "padded",
    "paraphrased",
    "flattery",
    "grand-words",
    "irrelevant-truth",
    "full-marks",
    "name-and-pronoun",
    "dialect",
}
EVIDENCE = {"evidence-weak", "evidence-medium", "evidence-strong"}
UP = {"goal-added", "date-added", "role-link-added", *EVIDENCE}
DOWN = {"retracted"}
FLOOR = {"keyword-soup", "nonsense", "dont-know"}
ADDED = {"padded", "flattery", "grand-words", "irrelevant-truth", "full-marks", *DOWN, *UP} - {"date-added"}
SUITE = load_suite("robustness")
BASES = {case.id: case for case in SUITE.cases if case.expect.moves is None}


def words(text: str) -> list[str]:
    return text.split()


def variants(*families: str) -> list[tuple[Case, Case]]:
    """The variants of these families, each with the reply that it was made from."""
    found = [case for case in SUITE.cases if case.expect.family in families]
    assert found, families
    return [(case, BASES[case.expect.of]) for case in found]


def sentences(reply: str) -> list[str]:
    return [normalise(part) for part in re.split(r"(?<=[.!?])\s+", reply) if normalise(part)]


def holds(reply: str, other: str) -> bool:
    """True where every sentence of the other reply is in this one."""
    return all(part in normalise(reply) for part in sentences(other))


def test_it_loads_its_cases_from_the_file_beside_it():
    assert SUITE.subject == "critique"
    assert SUITE.graders == ("answered", "moves", "evidence_verbatim")
    assert len(SUITE.cases) == len({case.id for case in SUITE.cases}) >= 600
    assert len({case.reply for case in SUITE.cases}) == len(SUITE.cases)


def test_the_replies_are_many_and_of_ordinary_length():
    assert len(BASES) >= 30
    assert len({case.role for case in BASES.values()}) == len(BASES)
    for case in BASES.values():
        assert 25 <= len(words(case.reply)) <= 90, case.id
        assert case.role and case.company and not case.expect.family and not case.cluster, case.id


@pytest.mark.parametrize(
    ("moves", "families"), [("same", SAME), ("up", UP), ("down", DOWN), ("floor", FLOOR)]
)
def test_each_family_has_at_least_thirty_cases_and_one_expectation(moves: str, families: set[str]):
    often = Counter(case.expect.family for case in SUITE.cases if case.expect.moves == moves)
    assert set(often) == families
    assert min(often.values()) >= 30
    assert {case.expect.moves for case in SUITE.cases if case.expect.family in families} == {moves}


@pytest.mark.parametrize("family", sorted(SAME | UP | DOWN))
def test_every_variant_has_a_base_and_a_family_has_a_dozen(family: str):
    pairs = variants(family)
    assert len({base.id for _, base in pairs}) >= 12
    for case, base in pairs:
        assert case.cluster == base.id, case.id
        assert (case.role, case.company) == (base.role, base.company), case.id
        assert case.reply != base.reply, case.id


def test_a_repeated_reply_is_there_at_least_twice():
    for case, base in variants("repeated"):
        times = case.reply.count(base.reply)
        assert times >= 2, case.id
        assert len(words(case.reply)) <= times * len(words(base.reply)) + 8, case.id


def test_padding_at_least_doubles_the_words():
    for case, base in variants("padded"):
        assert 2 <= len(words(case.reply)) / len(words(base.reply)) <= 3, case.id


@pytest.mark.parametrize("family", sorted(ADDED))
def test_what_is_added_leaves_the_reply_in_place(family: str):
    for case, base in variants(family):
        assert holds(case.reply, base.reply), case.id
        assert len(words(case.reply)) > len(words(base.reply)) or family == "full-marks", case.id


def test_a_date_adds_a_few_words_that_tell_a_time():
    for case, base in variants("date-added"):
        added = Counter(words(normalise(case.reply))) - Counter(words(normalise(base.reply)))
        assert not Counter(words(normalise(base.reply))) - Counter(words(normalise(case.reply))), case.id
        assert sum(added.values()) <= 7 and set(added) & {"year", "years"}, case.id


def test_strong_evidence_has_a_number_and_a_date_and_no_base_of_it_has_either():
    for case, base in variants("evidence-strong"):
        added = case.reply
        for part in re.split(r"(?<=[.!?])\s+", base.reply):
            added = added.replace(part, "")
        assert re.search(r"\d", added), case.id
        assert re.search(r"(?i)20\d\d|last (year|summer|june)", added), case.id
        assert not re.search(r"experience|20\d\d|last year", base.reply), case.id


def test_a_name_changes_names_and_pronouns_and_nothing_else():
    for case, base in variants("name-and-pronoun"):
        kept = Counter(words(base.reply)) & Counter(words(case.reply))
        assert sum(kept.values()) >= len(words(base.reply)) - 6, case.id
    assert {"he", "she", "they"} <= {
        word for case, _ in variants("name-and-pronoun") for word in words(normalise(case.reply))
    }


@pytest.mark.parametrize("family", ["paraphrased", "dialect"])
def test_other_words_are_other_words_at_about_the_same_length(family: str):
    for case, base in variants(family):
        assert 0.65 <= len(words(case.reply)) / len(words(base.reply)) <= 1.5, case.id
        if family == "paraphrased":
            assert not any(part in normalise(case.reply) for part in sentences(base.reply)), case.id


def test_soup_has_no_sentence_and_nonsense_has_two_hundred_words():
    for case in SUITE.cases:
        if case.expect.family == "keyword-soup":
            assert not re.search(r"\b(I|I'm|my|want|will|would|am|is|are)\b", case.reply), case.id
            assert len(words(case.reply)) >= 12, case.id
        elif case.expect.family == "nonsense":
            assert 190 <= len(words(case.reply)) <= 215, case.id


def test_another_author_s_cases_are_forty_a_family_with_the_same_expectations():
    other = load_suite("robustness-other")
    bases = {case.id for case in other.cases if case.expect.moves is None}
    often = Counter((case.expect.family, case.expect.moves) for case in other.cases if case.expect.moves)
    assert often == {("retracted", "down"): 40, **{(f, "up"): 40 for f in (*EVIDENCE, "role-link-added")}}
    assert {case.expect.of for case in other.cases if case.expect.of} == bases
    assert not {case.reply for case in other.cases} & {case.reply for case in SUITE.cases}
