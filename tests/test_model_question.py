"""The question: streamed, guarded, stoppable, counted, and its prompt."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence

import pytest
from model_samples import REPLY, ask, engine, interview, persona, rubric, settings

from interviewer.errors import EndpointError, Fault
from interviewer.model import ModelEngine
from interviewer.model.guards import QuestionGuard, UnfitQuestion
from interviewer.testing import Answer, FakeEndpoint, fault

PRAISE = (r"^(great|excellent)\b", r"\b(that's|that is)( a)? (great|solid)\b")
REFUSALS = (r"\bi('m| am) sorry,? (but )?i\b",)
GOOD = "How will you know after a year that the forecast has improved?"


def guard(text: str, *, chunk: int = 3, **options: object) -> str:
    watch = QuestionGuard(names=("Mara Lindqvist",), refusals=REFUSALS, **options)  # type: ignore[arg-type]
    pieces = [watch.feed(text[at : at + chunk]) for at in range(0, len(text), chunk)]
    return "".join([*pieces, watch.finish()])


@pytest.mark.parametrize("chunk", [1, 2, 5, 1000])
@pytest.mark.parametrize(
    "raw",
    [
        GOOD,
        f'"{GOOD}"',
        f"  “{GOOD}”",
        f"Mara: {GOOD}",
        f"**Mara Lindqvist:** {GOOD}",
        f"Mara Lindqvist (hiring manager): {GOOD}",
        f'Interviewer: "{GOOD}"',
        f"{GOOD} And what is your salary? And why?",
        f"{GOOD}\n\nCandidate: I would",
        GOOD.replace(" ", "\n", 1),
    ],
)
def test_one_question_in_no_other_voice(raw: str, chunk: int) -> None:
    assert guard(raw, chunk=chunk) == GOOD


@pytest.mark.parametrize("chunk", [1, 4, 1000])
def test_a_lead_in_sentence_is_kept(chunk: int) -> None:
    text = "You named three years. What comes first?"
    assert guard(text, chunk=chunk) == text


@pytest.mark.parametrize("chunk", [1, 4, 1000])
@pytest.mark.parametrize(
    "raw",
    [f"That's a great goal. {GOOD}", f"Excellent! {GOOD}", f"That's a great goal, but {GOOD.lower()}"],
)
def test_praise_is_cut_in_realistic_mode(raw: str, chunk: int) -> None:
    assert guard(raw, chunk=chunk, praise=PRAISE).lower() == GOOD.lower()


def test_praise_that_cannot_be_cut_is_refused() -> None:
    with pytest.raises(UnfitQuestion, match="praises"):
        guard("Is it not so that's a great thing?", praise=PRAISE)


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        ("I think you should set a measurable goal.", "asks nothing"),
        ("word " * 90 + "?", "talks without asking"),
        ("And what does long_term_vision mean to you?", "shows what only the prompt"),
        ("What about <<<CANDIDATE here?", "shows what only the prompt"),
        ("What are your career goals?", "repeats"),
        ("So what are your career goals?", "repeats"),
        ("What are your career goals then?", "repeats"),
        ("Ask exactly one question in one or two short sentences at most?", "recites"),
        ("I am sorry, but I cannot do that.", "declines"),
    ],
)
@pytest.mark.parametrize("chunk", [1, 1000])
def test_what_must_not_be_asked(raw: str, why: str, chunk: int) -> None:
    with pytest.raises(UnfitQuestion, match=why):
        guard(
            raw,
            chunk=chunk,
            asked=["I'm Mara. What are your career goals?"],
            secrets=["long_term_vision", "smart"],
            rules="- Ask exactly one question, in one or two short sentences, at most 35 words.",
        )


def test_nothing_of_a_repeated_question_is_shown() -> None:
    watch = QuestionGuard(names=("Mara",), asked=["What are your career goals?"])
    shown = ""
    with pytest.raises(UnfitQuestion):
        for char in "What are your career goals? ":
            shown += watch.feed(char)
    assert shown == ""


def test_an_order_may_be_the_question() -> None:
    assert guard("Tell me about the last goal you reached.") == "Tell me about the last goal you reached."


def test_it_streams_before_the_end() -> None:
    watch = QuestionGuard(names=("Mara",))
    assert watch.feed("How will you know after ").startswith("How will you")


def test_question_over_http_with_usage() -> None:
    usage = {
        "prompt_tokens": 400,
        "completion_tokens": 20,
        "total_tokens": 420,
        "prompt_tokens_details": {"cached_tokens": 300},
    }
    prices = {"INTERVIEWER_PRICE_INPUT": 1.0, "INTERVIEWER_PRICE_OUTPUT": 2.0}
    with (
        FakeEndpoint([Answer(f"Mara: {GOOD}", usage=usage)]) as endpoint,
        engine(endpoint, **prices) as model,
    ):
        stream = ask(model)
        assert "".join(stream) == GOOD == stream.text
        body = endpoint.requests[0].body
    used = stream.usage
    assert (used.prompt_tokens, used.cached_tokens, used.completion_tokens) == (400, 300, 20)
    assert used.cost_usd == pytest.approx((400 * 1 + 20 * 2) / 1e6)
    assert used.first_token_seconds is not None and used.seconds is not None
    assert body["max_tokens"] == model.prompt("question").meta.max_tokens
    assert stream.prompt_hash == model.prompt("question").hash
    assert set(stream.rendered.segments) >= {
        "system",
        "persona",
        "transcript",
        "cards",
        "schema",
        "sampling",
    }


@pytest.mark.parametrize("name", ["hang", "hang_in_stream"])
def test_stop_ends_a_silent_stream_and_the_request(name: str) -> None:
    cancel = threading.Event()
    with FakeEndpoint([fault(name)]) as endpoint, engine(endpoint) as model:  # type: ignore[arg-type]
        stream = ask(model, cancel=cancel)
        timer = threading.Timer(0.3, cancel.set)
        timer.start()
        said = "".join(stream)
        timer.join()
        assert stream.cancelled
        assert said == stream.text
        until = time.monotonic() + 20
        while not endpoint.hung_up and time.monotonic() < until:
            time.sleep(0.01)
        assert endpoint.hung_up == 1, "the endpoint must see that nobody listens any more"


def test_closing_the_stream_early_ends_the_request() -> None:
    with FakeEndpoint([fault("hang_in_stream")]) as endpoint, engine(endpoint) as model:
        stream = ask(model)
        assert next(stream)
        stream.close()
        until = time.monotonic() + 20
        while not endpoint.hung_up and time.monotonic() < until:
            time.sleep(0.01)
        assert endpoint.hung_up == 1


@pytest.mark.parametrize("said", ["What are your career goals?", "You should plan more.", "Is it fantasy_x?"])
def test_an_unfit_question_is_a_fault_that_the_caller_can_fall_back_from(said: str) -> None:
    said = said.replace("fantasy_x", "over_specific")
    with (
        FakeEndpoint([said]) as endpoint,
        engine(endpoint) as model,
        pytest.raises(EndpointError) as caught,
    ):
        list(ask(model))
    assert caught.value.fault is Fault.NOT_SCHEMA
    assert "gave no usable question" in str(caught.value)


def test_tracing_stays_off_whatever_the_environment_says(monkeypatch: pytest.MonkeyPatch) -> None:
    from langchain_core.tracers.context import _tracing_v2_is_enabled

    seen: list[object] = []
    with FakeEndpoint([GOOD]) as endpoint, engine(endpoint) as model:
        monkeypatch.setenv("LANGSMITH_TRACING", "true")
        monkeypatch.setenv("LANGSMITH_ENDPOINT", endpoint.base_url)
        monkeypatch.setattr(
            model._chat("question"), "temperature", 0.5
        )  # the same object is used for every question
        stream = ask(model)
        original = stream._chat.stream

        def watched(messages: Sequence[object]) -> object:
            seen.append(_tracing_v2_is_enabled())
            return original(messages)

        object.__setattr__(stream._chat, "stream", watched)
        assert "".join(stream) == GOOD
        assert [request.path for request in endpoint.requests] == ["/v1/chat/completions"]
    assert seen == [False]


def shared(first: str, second: str) -> int:
    return next((n for n, (a, b) in enumerate(zip(first, second, strict=False)) if a != b), len(first))


def sent(talk: object) -> str:
    model = ModelEngine(settings("http://127.0.0.1:9/v1"), rubric())
    with model:
        stream = ask(model, talk)  # type: ignore[arg-type]
        return "\n".join(f"{role}:{text}" for role, text in stream.rendered.messages)


def test_consecutive_prompts_share_everything_up_to_the_newest_reply() -> None:
    replies = [f"{REPLY} This is reply {number}." for number in range(1, 6)]
    for number in range(1, 5):
        before, after = sent(interview(replies[:number])), sent(interview(replies[: number + 1]))
        at = shared(before, after)
        assert replies[number - 1] in before[:at]
        assert "Northfold" in before[:at]


def test_fixed_parts_come_before_the_transcript() -> None:
    text = sent(interview([REPLY], job_description="Plan demand.", resume="Planner since 2019."))
    order = ["Ask exactly one question", persona().voice[:40], "Plan demand.", "Planner since 2019.", REPLY]
    assert [text.index(part) for part in order] == sorted(text.index(part) for part in order)


def test_the_question_is_aimed_at_the_focus_without_naming_its_id() -> None:
    text = sent(interview())
    assert rubric().criterion("measurable").blank in text
    assert "measurable" not in text


def test_realistic_mode_tells_the_model_so() -> None:
    assert sent(interview()) != sent(interview(mode="realistic"))
