"""The graders of a critique: proof, cards, invention, agreement with labels, moves."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from grader_samples import REPLY, critique, item, judged_item, label, passed, rubric, scores

from evals.graders.invention import inventions, numbers
from evals.result import Output
from interviewer.judge import EmbeddedJudge
from interviewer.schema import Critique

MET = {"timely": ("met", "in three years")}


@pytest.mark.parametrize(
    ("found", "good"),
    [
        (critique(MET), True),
        (critique({"timely": ("partly", "in three years")}, {"over_specific": "lead the ward"}), True),
        (critique({"timely": ("met", "In three years")}), False),
        (critique({"timely": ("met", "in  three years")}), False),
        (critique({"timely": ("met", "**in three years**")}), False),
        (critique({"timely": ("met", "")}), False),
        (critique({"timely": ("met", " ")}), False),
        (critique({"timely": ("missing", "in four years")}), False),
        (critique(MET, {"money_motive": "the pay"}), False),
        (critique(), None),
        (None, None),
    ],
)
def test_evidence_verbatim(found: Critique | None, good: bool | None) -> None:
    assert passed("evidence_verbatim", judged_item(found)) is good


def test_a_point_without_a_quote_is_not_proved() -> None:
    found = critique(MET)
    found.criteria["timely"].quotes = []
    assert (
        "timely has no quote" in scores("evidence_verbatim", judged_item(found))["evidence_verbatim"].evidence
    )


@pytest.mark.parametrize(
    ("cards", "good"),
    [
        (["time-horizon"], True),
        ([], False),
        (["time-horizon", "time-horizons"], False),
        (["avoid-money"], False),
    ],
)
def test_cards_right(cards: list[str], good: bool) -> None:
    found = critique(MET)
    found.criteria["timely"].guidance = cards
    assert passed("cards_right", judged_item(found)) is good


def test_cards_right_looks_at_pitfalls_and_at_ids() -> None:
    found = critique(pitfalls={"money_motive": "the ward"})
    assert passed("cards_right", judged_item(found)) is True
    found.pitfalls[0].guidance = ["time-horizon"]
    assert passed("cards_right", judged_item(found)) is False
    strange = critique()
    strange.criteria["made_up"] = strange.criteria["timely"]
    assert "made_up" in scores("cards_right", judged_item(strange))["cards_right"].evidence
    assert passed("cards_right", judged_item(None)) is None


def test_dropped_is_a_plain_number() -> None:
    found = critique()
    found.dropped = 4
    score = scores("dropped", judged_item(found))["dropped"]
    assert (score.value, score.passed) == (4.0, None)
    assert scores("dropped", judged_item(None)) == {}


GIVEN = "i want to lead a team of 5 within three years. i did an evening course, passed it in june at Tesco's"


@pytest.mark.parametrize(
    ("text", "new"),
    [
        ("I want to lead a team of five within 3 years.", []),
        ("Within three years, I'd like to lead a team. In June I passed a course at Tesco.", []),
        ("The one thing I want first is to lead. It may help that I march on.", []),
        ("I want to lead [how many: 12 people at Amazon?] people.", []),
        ("[By 2031?] My goal is to lead.\n- Then I learn.\nMy promise: I lead.", []),
        ("", []),
        ("I want to lead 12 people.", ["12"]),
        ("I want to lead twelve people.", ["twelve"]),
        ("I want to lead twenty-five people and save $40k.", ["40k", "twenty five"]),
        ("I raise sales by 15% and double them.", ["15", "double"]),
        ("I lead by 2027, or in one year.", ["2027", "one"]),
        ("I lead two hundred and fifty people.", ["two hundred and fifty"]),
        ("I finish in September, or in july, or in May.", ["September", "july", "May"]),
        ("I want to lead at Amazon with Mr Patel and his KPI.", ["Amazon", "Mr", "Patel", "KPI"]),
        ("I want to work at Tescos, not at Sainsbury’s.", ["Sainsbury’s"]),
        ("I want to be Head Nurse here.", ["Head", "Nurse"]),
    ],
)
def test_what_the_candidate_never_said(text: str, new: list[str]) -> None:
    assert sorted(inventions(text, [GIVEN])) == sorted(new)


def test_a_number_that_the_candidate_misspelt_was_said() -> None:
    assert [*inventions("I want 100 million customers and fifteen riders.", ["100 milion, fiften"])] == []
    assert [*inventions("I want 100 billion customers.", ["100 milion"])] == ["billion"]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("15%, fifteen and 15.0", [15, 15, 15]),
        ("twenty-five, 25", [25, 25]),
        ("three hundred, 300, 1,200, 2k", [300, 300, 1200, 2000]),
        ("2-3 years, a couple, a dozen", [2, 3, 2, 12]),
        ("the 2nd of two, half past one", [2, 2, 0.5]),
        ("COVID19 and B2B, no one", []),
    ],
)
def test_numbers(text: str, values: list[float]) -> None:
    assert sorted(value for value, _ in numbers(text)) == sorted(values)


def test_no_invention_counts_all_that_was_given() -> None:
    text = "I led 7 people at Boots as Charge Nurse in Leeds within five years."
    told = [("Where are you in five years?", "I led 7 people")]
    case = {"role": "charge nurse", "company": "Boots", "resume": "2019 Leeds"}
    assert passed("no_invention", judged_item(critique(stronger=text), transcript=told, case=case)) is True
    less = judged_item(critique(stronger=text), transcript=told, case={**case, "resume": ""})
    assert passed("no_invention", less) is False
    assert "'Leeds'" in scores("no_invention", less)["no_invention"].evidence


EXAMPLE = 'Example. For the reply "I start the mentoring course, and I love the pace of a ward" [what it is]'


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("I love the pace of a ward.", False),
        ("I'll start the mentoring course this year.", True),
        ("I start the mentoring [which?] course, and I am glad.", True),
        ("For you it would mean [what the ward gains].", True),
        ("I love the pace of a kitchen.", False),
    ],
)
def test_no_invention_knows_the_words_of_the_prompts_example(text: str, good: bool) -> None:
    assert passed("no_invention", judged_item(critique(stronger=text), examples=EXAMPLE)) is good
    same = judged_item(critique(stronger=text), examples=EXAMPLE, case={"resume": EXAMPLE})
    assert passed("no_invention", same) is True


def test_no_invention_needs_a_stronger_answer() -> None:
    assert passed("no_invention", judged_item(critique())) is None
    assert passed("no_invention", judged_item(None)) is None


def test_no_grader_finds_fault_with_the_built_in_judges_critique() -> None:
    judge = EmbeddedJudge(rubric())
    for reply in (
        REPLY,
        GIVEN,
        "fine",
        "The pay, mostly. I'd buy a house in March.",
        "...",
        "我想当经理",
        "",
    ):
        given = judged_item(judge.critique(reply), case={"reply": reply}, transcript=[("What?", reply)])
        for grader in ("evidence_verbatim", "cards_right", "no_invention", "no_leak"):
            assert passed(grader, given) in (True, None), scores(grader, given)


def test_agreement_says_every_pair_label_first() -> None:
    found = critique(
        {"timely": ("met", "in three years"), "specific": ("partly", "the ward")},
        {"over_specific": "the ward"},
        overall=2,
        focus=["timely", "specific"],
    )
    meant = label(
        labels={"timely": "met", "specific": "met", "flexible": "partly"},
        pitfalls=frozenset({"money_motive"}),
        overall=4,
        focus=("specific", "flexible"),
    )
    got = scores("agreement", judged_item(found, label=meant))
    assert len([name for name in got if name.startswith("criterion.")]) == 13
    assert len([name for name in got if name.startswith("pitfall.")]) == 8
    pairs = {name: got[name].pair for name in got}
    assert pairs["criterion.timely"] == (2, 2) and got["criterion.timely"].value == 1.0
    assert pairs["criterion.specific"] == (2, 1) and got["criterion.specific"].value == 0.0
    assert pairs["criterion.flexible"] == (1, 0)
    assert pairs["criterion.motivated"] == (0, 0)
    assert pairs["pitfall.money_motive"] == (1, 0)
    assert pairs["pitfall.over_specific"] == (0, 1)
    assert pairs["pitfall.fantasy"] == (0, 0)
    assert pairs["overall"] == (4, 2)
    assert (got["focus_hit"].passed, got["focus_hit"].value) == (True, 1.0)
    assert got["criteria_agree"].value == pytest.approx(11 / 13)
    assert (got["overall_off"].value, got["overall_off"].pair) == (2.0, None)
    assert all(score.evidence for score in got.values())


def test_agreement_of_a_critique_without_a_score() -> None:
    found = critique(overall=None, focus=[])
    got = scores("agreement", judged_item(found, label=label(overall=2)))
    assert got["overall"].pair == (2, 1)
    assert "no score" in got["overall"].evidence
    assert got["focus_hit"].passed is False


def test_agreement_needs_a_label_and_a_critique() -> None:
    assert scores("agreement", judged_item(critique())) == {}
    assert scores("agreement", judged_item(None, label=label())) == {}
    assert "focus_hit" not in scores("agreement", judged_item(critique(), label=label(focus=())))


def one(overall: int | None, **levels: str) -> Critique:
    return critique({id: (level, "the ward") for id, level in levels.items()}, overall=overall)


@pytest.mark.parametrize(
    ("how", "before", "after", "good"),
    [
        ("same", one(3, timely="met"), one(3, timely="met"), True),
        ("same", one(3, timely="met"), one(3, timely="partly"), True),
        ("same", one(3, timely="met"), one(3), False),
        ("same", one(3), one(4), False),
        ("same", one(None), one(None), True),
        ("same", one(1), one(None), False),
        ("up", one(3), one(4), True),
        ("up", one(3), one(3, timely="partly"), True),
        ("up", one(3, timely="met"), one(4), True),
        ("up", one(3), one(3), False),
        ("up", one(3), one(2, timely="met"), False),
        ("up", one(3, timely="met"), one(3, specific="partly"), False),
        ("up", one(None), one(2), True),
        ("down", one(3), one(2), True),
        ("down", one(3, timely="met"), one(3, timely="partly"), True),
        ("down", one(3), one(3), False),
        ("down", one(3, timely="met"), one(4), False),
        ("down", one(2), one(None), True),
    ],
)
def test_moves(how: str, before: Critique, after: Critique, good: bool) -> None:
    expect = {"of": "plain", "moves": how, "family": "padded"}
    given = judged_item(after, expect=expect, others={"plain": Output(critique=before)})
    got = scores("moves", given)
    assert list(got) == ["moves", "moves.padded"]
    assert got["moves"].passed is got["moves.padded"].passed is good
    assert "score" in got["moves"].evidence


@pytest.mark.parametrize(
    ("found", "good"),
    [
        (one(None), True),
        (one(1), True),
        (one(2, timely="partly"), True),
        (one(2, timely="met"), False),
        (one(3), False),
    ],
)
def test_the_floor_needs_nothing_to_compare_with(found: Critique, good: bool) -> None:
    assert passed("moves", judged_item(found, expect={"moves": "floor"})) is good


@pytest.mark.parametrize(
    "others",
    [{}, {"plain": Output()}, {"plain": Output(critique=critique(), fault="cut")}, {"other": Output()}],
)
def test_moves_needs_the_other_critique(others: Mapping[str, Output]) -> None:
    expect = {"of": "plain", "moves": "same", "family": "padded"}
    got = scores("moves", judged_item(critique(), expect=expect, others=others))
    assert [score.value for score in got.values()] == [None, None]
    assert "plain" in got["moves"].evidence


def test_moves_needs_an_expectation() -> None:
    assert scores("moves", judged_item(critique())) == {}
    assert scores("moves", item(expect={"moves": "floor"})) == {}
