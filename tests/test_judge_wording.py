"""How replies are worded: terms and their weights, what is left out, and what it is learned from."""

from __future__ import annotations

import math

import numpy as np
import pytest

from evals.judge_data import load_evidence, load_labelled
from evals.judge_measure import quotes_agree
from evals.judge_senses import folds
from evals.judge_wording import learn_wording, wording_apart
from interviewer.judge import EmbeddedJudge
from interviewer.judge.wording import Wording, expected, rarity, terms_of, weighed
from interviewer.schema import PitfallFinding
from knowledge import load_rubric

TEXTS = [f"i want to run the {place}" for place in ("shop", "ward", "yard", "lab")]
TEXTS += [f"i am happy where i am in the {place}" for place in ("shop", "ward", "yard", "lab")]
LEVELS = {"goal": np.array([1, 1, 1, 1, 0, 0, 0, 0])}
AUTHORS = np.array(["a", "b", "a", "b"] * 2)


@pytest.fixture(scope="module")
def judge() -> EmbeddedJudge:
    return EmbeddedJudge(load_rubric())


def test_terms_are_words_and_every_two_in_a_row() -> None:
    assert list(terms_of("i'd run shops")) == ["i'd", "run", "shops", "i'd run", "run shops"]
    assert list(terms_of("")) == []


def test_known_terms_share_a_length_of_one() -> None:
    found = weighed("run run the shop", {"run": 2.0, "shop": 1.0})
    assert math.sqrt(sum(value**2 for value in found.values())) == pytest.approx(1.0)
    assert found["run"] / found["shop"] == pytest.approx(2.0 * (1.0 + math.log(2)))
    assert weighed("nothing known", {"run": 2.0}) == {}


def test_a_term_in_every_text_has_rarity_one() -> None:
    assert rarity(9, 9) == 1.0
    assert rarity(9, 0) == pytest.approx(1.0 + math.log(10))


def test_a_value_is_an_expected_verdict() -> None:
    assert expected(0.0, (0.0,)) == 0.5
    assert expected(50.0, (0.0, 1.0)) == 1.0
    assert expected(-50.0, (0.0, 1.0)) == 0.0
    wording = Wording(ids=("goal",), cuts=((0.0,),), terms={"run": (100, 20), "stay": (100, -20)})
    assert wording.values("run")["goal"] == 0.88
    assert wording.values("stay")["goal"] == 0.12
    assert wording.values("a text of other words")["goal"] == 0.5


def test_learned_words_speak_for_what_they_were_said_with() -> None:
    learned = learn_wording(TEXTS, LEVELS, AUTHORS)
    assert learned.values("i want to run a bakery")["goal"] > 0.6
    assert learned.values("happy where i am")["goal"] < 0.4


def test_a_term_of_one_author_or_of_two_replies_is_not_learned() -> None:
    assert "shop" not in learn_wording(TEXTS, LEVELS, AUTHORS).terms
    alone = np.array(["a"] * 4 + ["b"] * 4)
    terms = learn_wording(TEXTS, LEVELS, alone).terms
    assert "want" not in terms
    assert "the" in terms


def test_wording_apart_never_learns_from_the_author_it_values() -> None:
    alone = np.array(["a"] * 4 + ["b"] * 4)
    mine = [set(alone[part]) for part in folds(alone)]
    assert mine == [{"a"}, {"b"}]
    changed = [*TEXTS[:4], *(text.replace("happy", "content") for text in TEXTS[4:])]
    before = wording_apart(TEXTS, {"goal": np.array([1, 0, 1, 0, 0, 1, 0, 1])}, alone)["goal"]
    after = wording_apart(changed, {"goal": np.array([1, 0, 1, 0, 0, 1, 0, 1])}, alone)["goal"]
    assert before[4:].tolist() == after[4:].tolist()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Thomas here. I want to run a school.", "Min-jun here. I want to run a school."),
        ("I'm Anne, and she taught me a lot.", "I'm Oluwaseyi, and he taught me a lot."),
        ("I led it with Li Wei; they were kind.", "I led it with Marie-Ève; she was kind."),
    ],
)
def test_names_and_pronouns_change_nothing_that_is_said(judge: EmbeddedJudge, one: str, other: str) -> None:
    first, second = judge.read(one).said.split(), judge.read(other).said.split()
    assert [w for w in first if w not in ("was", "were")] == [w for w in second if w not in ("was", "were")]


def test_saying_it_twice_changes_nothing_that_is_said(judge: EmbeddedJudge) -> None:
    reply = "I want to run a school. I'd learn how a budget is made."
    assert judge.read(reply).said == judge.read(f"{reply} {reply}").said


def test_a_quote_agrees_where_it_is_among_the_words_that_show_the_pitfall(judge: EmbeddedJudge) -> None:
    row = next(row for row in load_labelled() if row.pitfalls == {"money_motive"})
    shown = load_evidence()[row.id]["money_motive"][0]
    elsewhere = "".join(row.reply.split(shown))[:40]
    critique = judge.critique(row.reply)

    def share(quote: str) -> dict[str, float]:
        critique.pitfalls = [PitfallFinding(id="money_motive", quotes=[quote], guidance=[])]
        return quotes_agree([row], [critique])

    assert share(shown) == {"pitfalls": 1, "share": 1.0}
    assert share(elsewhere) == {"pitfalls": 1, "share": 0.0}


def test_the_words_that_show_a_pitfall_are_the_replys_own() -> None:
    replies = {row.id: row for row in load_labelled()}
    chosen = load_evidence()
    assert len(chosen) == 694
    for id, evidence in chosen.items():
        assert set(evidence) == replies[id].pitfalls - {"no_answer"}
        assert all(words and words in replies[id].reply for found in evidence.values() for words in found)


@pytest.mark.parametrize(
    "talk",
    [
        "I think that is important and I am glad we can talk about it today.",
        "I have always admired your brand.",
        "Many people say that these things matter and I agree with them.",
        "There are four benches under the plane trees outside.",
        "Your website is so gorgeous, whoever made it is a genius.",
    ],
)
def test_empty_talk_is_not_heard(judge: EmbeddedJudge, talk: str) -> None:
    reply = "In three years I'd like to run the bakery. First I'd learn how the orders are planned."
    assert judge.read(f"{reply} {talk}").said == judge.read(reply).said
    assert judge.read(talk).said, "where nothing else is said, it is all there is"


@pytest.mark.parametrize(
    "telling",
    [
        "I can't sleep before a big bake, that's how much it grips me.",
        "Your new ovens are why I'm sitting here.",
        "Last year I got the waste down to a tenth.",
    ],
)
def test_what_tells_something_is_heard(judge: EmbeddedJudge, telling: str) -> None:
    reply = "In three years I'd like to run the bakery."
    assert len(judge.read(f"{reply} {telling}").said) > len(judge.read(reply).said)
