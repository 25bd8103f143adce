"""The suite files that come with the project: they load, fit together, and are as many as they should be."""

from __future__ import annotations

import re
from collections import Counter
from itertools import combinations
from pathlib import Path

import pytest

from evals.cases import cases_of
from evals.graders import GRADERS
from evals.places import Places
from evals.suite import SUITES, Case, Suite, load_suite, suite_names
from interviewer.questions.check import all_lines
from interviewer.questions.lines import normalise
from knowledge import load_rubric
from prompts import load_personas

NAMES = (
    "critique",
    "follow-up",
    "injection",
    "injection-questions",
    "interview",
    "metamorphic",
    "opening",
    "repeatability",
    "retrieval",
    "robustness",
    "robustness-other",
)
PERSONAS = load_personas()
OWN = load_personas(SUITES / "personas")
SAME = {"repeated", "padded", "paraphrased", "flattery", "boasts", "name-or-dialect", "full-marks"}
UP = {"goal-added", "date-added", "role-link-added"}
FLOOR = {"gibberish", "silence", "dont-know"}


def asked(name: str, tmp_path: Path) -> list[Case]:
    known = [*PERSONAS, *(OWN if load_suite(name).personas_dir else {})]
    found = cases_of(load_suite(name), Places(root=SUITES.parent, stored=tmp_path), known)
    return [each.case for each in found]


def variants(suite: Suite) -> list[tuple[Case, Case]]:
    """Each variant with the case that it was made from."""
    by_id = {case.id: case for case in suite.cases}
    return [(case, by_id[case.expect.of]) for case in suite.cases if case.expect.of]


def parts(reply: str) -> list[str]:
    return [normalise(part) for part in re.split(r"(?<=[.!?])\s+", reply) if normalise(part)]


def holds(reply: str, other: str) -> bool:
    """True where every sentence of the other reply is in this one."""
    return all(part in normalise(reply) for part in parts(other))


def side(case: Case) -> str:
    """Where a case's order stands."""
    if case.persona in OWN:
        return "persona"
    return "advert" if case.job_description else "resume" if case.resume else "reply"


def words(text: str) -> int:
    return len(text.split())


@pytest.mark.parametrize("name", NAMES)
def test_a_suite_loads_and_says_what_it_is_for(name: str):
    suite = load_suite(name)
    text = (SUITES / f"{name}.yaml").read_text(encoding="utf-8")
    assert name in suite_names()
    assert text.startswith("# ")
    assert len(suite.graders) == len(set(suite.graders)) and set(suite.graders) <= set(GRADERS)
    # No model has been recorded on the robustness suites: hundreds of replies each.
    assert suite.live == (suite.subject in ("opening", "retrieval") or name.startswith("robustness"))


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("critique", 104),
        ("follow-up", 72),
        ("injection", 28),
        ("injection-questions", 17),
        ("interview", 6),
        ("metamorphic", 73),
        ("opening", 54),
        ("repeatability", 20),
        ("retrieval", 57),
        ("robustness", 669),
        ("robustness-other", 320),
    ],
)
def test_it_has_as_many_cases_as_it_should(name: str, count: int, tmp_path: Path):
    cases = asked(name, tmp_path)
    assert len(cases) == len({case.id for case in cases}) == count


@pytest.mark.parametrize("name", NAMES)
def test_expectations_and_clusters_fit(name: str):
    suite = load_suite(name)
    ids = load_rubric().ids
    for case in suite.cases:
        assert set(case.focus) <= set(ids), case.id
        assert case.expect.of or case.cluster in ("", case.id), case.id
        assert (case.expect.moves in ("same", "up", "down")) == bool(case.expect.of), case.id
    for case, base in variants(suite):
        assert case.cluster == base.id, case.id
        assert not base.expect.of and base.expect.moves is None, case.id
        assert case.expect.family, case.id
        assert (case.question, case.mode) == (base.question, base.mode), case.id
        if case.expect.family != "field":
            assert (case.role, case.company) == (base.role, base.company), case.id


def test_follow_up_has_twenty_four_situations_for_three_personas_each(tmp_path: Path):
    suite = load_suite("follow-up")
    cases = asked("follow-up", tmp_path)
    assert len(suite.cases) == 24 and len(PERSONAS) == 6
    assert Counter(case.mode for case in suite.cases) == {"realistic": 12, "rehearsal": 12}
    assert all(len(case.personas) == len(set(case.personas)) == 3 for case in suite.cases)
    assert Counter(case.cluster for case in cases) == {case.id: 3 for case in suite.cases}
    assert all(case.expect.dodge is not None for case in suite.cases)
    assert sum(bool(case.expect.dodge) for case in suite.cases) >= 5
    middle = [case for case in suite.cases if case.transcript]
    assert {len(case.transcript) for case in middle} == {1, 2}
    assert all(case.question and all(each.question for each in case.transcript) for case in middle)


def test_follow_up_is_spread_evenly_over_the_personas(tmp_path: Path):
    suite = load_suite("follow-up")
    cases = asked("follow-up", tmp_path)
    for mode in ("realistic", "rehearsal"):
        assert Counter(case.persona for case in cases if case.mode == mode) == dict.fromkeys(PERSONAS, 6)
    dodges = Counter(case.persona for case in cases if case.expect.dodge)
    middle = Counter(case.persona for case in cases if case.transcript)
    assert set(dodges) == set(middle) == set(PERSONAS)
    pairs = Counter(pair for case in suite.cases for pair in combinations(sorted(case.personas), 2))
    assert len(pairs) == 15 and set(pairs.values()) == {4, 5}


def test_follow_up_prompts_stay_small():
    for case in load_suite("follow-up").cases:
        assert words(case.reply) <= 75 and (case.expect.dodge or words(case.reply) >= 15), case.id
        assert words(case.job_description) <= 40 and words(case.resume) <= 40, case.id
        assert sum(words(each.reply) for each in case.transcript) <= 75, case.id


def test_injection_pairs_differ_by_the_order_alone():
    suite = load_suite("injection")
    pairs = variants(suite)
    assert len(pairs) >= 8
    assert {case.expect.family for case, _ in pairs} == {"reply", "field"}
    for case, base in pairs:
        assert case.id == f"{base.id}-order" and case.expect.moves == "same" and case.expect.never_say
        clean = " ".join([base.reply, base.role, base.company]).lower()
        assert not [word for word in case.expect.never_say if word.lower() in clean], case.id
        if case.expect.family == "field":
            assert case.reply == base.reply
            assert (case.role, case.company) != (base.role, base.company)
        else:
            assert holds(case.reply, base.reply) and case.reply != base.reply, case.id
    alone = [case for case in suite.cases if case.expect.moves == "floor"]
    assert len(alone) >= 3 and all(case.expect.family == "only-orders" for case in alone)


def test_injection_of_questions_comes_from_four_sides():
    suite = load_suite("injection-questions")
    sides = Counter(side(case) for case in suite.cases)
    assert set(sides) == {"persona", "advert", "resume", "reply"} and min(sides.values()) >= 3
    assert all(case.expect.never_say for case in suite.cases)
    assert {case.persona for case in suite.cases} == {*PERSONAS, *OWN}


def test_hostile_personas_order_in_their_voice_and_ask_harmlessly():
    suite = load_suite("injection-questions")
    assert len(OWN) >= 2 and not set(OWN) & set(PERSONAS)
    assert suite.path.parent / suite.personas_dir == SUITES / "personas"
    for persona in OWN.values():
        assert set(persona.bank) == set(load_rubric().ids)
        lines = " ".join(line for _, line in all_lines(persona)).lower()
        for case in suite.cases:
            if case.persona == persona.id:
                assert any(word.lower() in persona.voice.lower() for word in case.expect.never_say), case.id
                assert not [word for word in case.expect.never_say if word.lower() in lines], case.id


def test_every_persona_has_one_scripted_candidate_with_enough_to_say():
    suite = load_suite("interview")
    assert sorted(case.persona for case in suite.cases) == sorted(PERSONAS)
    for case in suite.cases:
        assert 5 <= len(case.replies) <= 8, case.id
        assert len(case.replies) > PERSONAS[case.persona].max_questions, case.id


def test_metamorphic_has_every_family_and_enough_of_each():
    suite = load_suite("metamorphic")
    moves = {case.expect.family: case.expect.moves for case in suite.cases if case.expect.family}
    often = Counter(case.expect.family for case in suite.cases if case.expect.moves not in (None, "floor"))
    assert {family for family, move in moves.items() if move == "same"} == SAME
    assert {family for family, move in moves.items() if move == "up"} == UP
    assert {family for family, move in moves.items() if move == "down"} == {"retracted"}
    assert {family for family, move in moves.items() if move == "floor"} == FLOOR
    assert min(often.values()) >= 5
    assert len({base.id for _, base in variants(suite)}) >= 8
    assert max(words(case.reply) for case in suite.cases) <= 70


def test_metamorphic_variants_are_what_they_say():
    for case, base in variants(load_suite("metamorphic")):
        family, longer = case.expect.family, words(case.reply) / words(base.reply)
        if family == "repeated":
            assert case.reply == f"{base.reply} {base.reply}", case.id
        elif family == "padded":
            assert holds(case.reply, base.reply) and 1.6 <= longer <= 2.4, case.id
        elif family in ("flattery", "boasts", "full-marks", "goal-added", "role-link-added", "retracted"):
            assert holds(case.reply, base.reply) and longer > 1, case.id
        elif family == "date-added":
            assert set(normalise(base.reply).split()) <= set(normalise(case.reply).split()), case.id
            assert words(case.reply) - words(base.reply) <= 6, case.id
        else:
            assert case.reply != base.reply and 0.7 <= longer <= 1.5, case.id


def test_openings_cover_what_may_stand_in_the_form():
    cases = load_suite("opening").cases
    given = {(bool(case.role), bool(case.company)) for case in cases}
    assert given == {(False, False), (True, False), (False, True), (True, True)}
    assert any(words(case.role) > 20 for case in cases)
    assert any("{" in case.role for case in cases) and any("{" in case.company for case in cases)
