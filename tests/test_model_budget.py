"""The token budget: every prompt stays within it, and what is cut is cut visibly and steadily."""

from __future__ import annotations

import pytest
from model_samples import REPLY, ask, interview, rubric, settings

from interviewer.model import ModelEngine, budget
from interviewer.model.price import Price, cost, load_prices, price_of
from interviewer.schema import Setup

LONG = " ".join(f"Paragraph {number} asks for experience with forecasting tools." for number in range(6500))


def sizes(**options: object) -> list[int]:
    """Tokens of a question's prompt with everything as long as it gets, by number of turns."""
    with ModelEngine(settings("http://127.0.0.1:9/v1", **options), rubric()) as model:
        found = []
        for turns in (1, 2, 50, 200):
            talk = interview(
                [f"{REPLY} {number}" for number in range(turns)], job_description=LONG, resume=LONG
            )
            messages = ask(model, talk).rendered.messages
            found.append(sum(budget.count(text) + 8 for _, text in messages))
        return found


@pytest.mark.parametrize("limit", [1500, 3000, 6000])
def test_a_long_interview_with_a_long_advert_stays_within_the_budget(limit: int) -> None:
    assert len(LONG.split()) > 50_000 - 5_000
    assert max(sizes(INTERVIEWER_PROMPT_BUDGET=limit)) <= limit


@pytest.mark.parametrize("limit", [1500, 3000])
@pytest.mark.parametrize(
    "reply", ["word " * 50_000, "x" * 200_000, "😀" * 50_000, "a\n" * 60_000, "字" * 50_000]
)
def test_a_reply_of_any_length_stays_within_the_budget(reply: str, limit: int) -> None:
    with ModelEngine(settings("http://127.0.0.1:9/v1", INTERVIEWER_PROMPT_BUDGET=limit), rubric()) as model:
        question = ask(model, interview([reply, REPLY, reply])).rendered.messages
        critique = model.critique_prompt(
            reply, question=reply, setup=Setup(persona="mara", role=reply, company=reply)
        ).messages
    for messages in (question, critique):
        assert sum(budget.count(text) + 8 for _, text in messages) <= limit


def test_the_cut_is_visible() -> None:
    with ModelEngine(settings("http://127.0.0.1:9/v1"), rubric()) as model:
        text = str(ask(model, interview([REPLY], job_description=LONG)).rendered.messages)
    assert "words left out …]" in text
    assert "Paragraph 0 asks" in text


def test_left_out_turns_are_said_and_the_newest_stay() -> None:
    with ModelEngine(settings("http://127.0.0.1:9/v1"), rubric()) as model:
        text = str(ask(model, interview([f"{REPLY} No {n}." for n in range(200)])).rendered.messages)
    assert "earlier questions and replies left out]" in text
    assert "No 199." in text
    assert "No 0." not in text


def test_the_beginning_moves_seldom() -> None:
    exchanges = [(f"Question {number}?", REPLY) for number in range(100)]
    starts = [budget.recent(exchanges[:turns], 1000)[0] for turns in range(1, 101)]
    assert starts == sorted(starts)
    assert len(set(starts)) < 25, "a prefix cache needs a beginning that stays"
    for turns, start in enumerate(starts, 1):
        assert start < turns


@pytest.mark.parametrize("limit", [24, 60, 200])
@pytest.mark.parametrize("tail", [0.0, 0.4])
def test_clip(limit: int, tail: float) -> None:
    text = " ".join(f"word{number}" for number in range(5000))
    short = budget.clip(text, limit, tail=tail)
    assert budget.count(short) <= limit
    assert short.startswith("word0 ")
    assert ("word4999" in short) == (tail > 0)
    assert budget.clip("short text", limit) == "short text"


def test_counting_needs_no_network() -> None:
    assert budget.count("I want to lead a team.") == 7
    assert budget.count("<|endoftext|>") > 1, "a candidate's words are never special tokens"


def test_an_unknown_price_is_none() -> None:
    assert price_of(settings("http://127.0.0.1:9/v1")) is None
    assert price_of(settings("", INTERVIEWER_MODEL="gpt-99-unheard-of")) is None
    assert price_of(settings("http://127.0.0.1:9/v1", INTERVIEWER_MODEL="gpt-4.1-mini")) is None
    assert cost(None, 10, 0, 10) is None
    assert cost(Price(1, 1, 1), None, None, 10) is None


def test_a_known_price_counts_cached_tokens_apart() -> None:
    price = price_of(settings("", INTERVIEWER_MODEL="gpt-4.1-mini"))
    assert price == load_prices()["gpt-4.1-mini"]
    assert cost(price, 1_000_000, 500_000, 1_000_000) == pytest.approx(0.2 + 0.05 + 1.6)


def test_the_settings_price_comes_first() -> None:
    own = settings(
        "", INTERVIEWER_MODEL="gpt-4.1-mini", INTERVIEWER_PRICE_INPUT=3, INTERVIEWER_PRICE_OUTPUT=9
    )
    assert price_of(own) == Price(3, 3, 9)
