"""Every way in which an endpoint can fail, over real HTTP: the fault's kind, its line, what had arrived."""

from __future__ import annotations

import socket
import threading
import time
from email.utils import formatdate

import pytest
from model_samples import REPLY, ask, engine, interview, rubric, settings

from interviewer.errors import EndpointError, Fault, SettingsError
from interviewer.model import ModelEngine
from interviewer.testing import Answer, FakeEndpoint, critique_answer, fault

QUESTION = "How will you know after one year that the forecasting has become better?"
GOOD = critique_answer({"Within three years": ["timely"]}, stronger=REPLY)


def question_fault(endpoint: FakeEndpoint, **more: object) -> EndpointError:
    with engine(endpoint, **more) as model, pytest.raises(EndpointError) as caught:
        list(ask(model))
    return caught.value


def critique_fault(endpoint: FakeEndpoint, **more: object) -> EndpointError:
    with engine(endpoint, **more) as model, pytest.raises(EndpointError) as caught:
        model.critique(REPLY, question="What are your career goals?", setup=interview().setup)
    return caught.value


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


BOTH = [
    ("auth", Fault.AUTH, "Check OPENAI_API_KEY"),
    ("model_missing", Fault.MODEL_MISSING, "has no model “fake”"),
    ("rate_limited", Fault.RATE_LIMITED, "status 429"),
    ("server", Fault.SERVER, "status 500"),
    ("hang", Fault.TIMEOUT, "did not answer within 0.5 s"),
    ("cut", Fault.CUT, "broke off in the middle"),
    ("empty", Fault.EMPTY, "empty answer"),
    ("refusal_in_prose", Fault.REFUSED, "declined"),
    ("context_overflow", Fault.CONTEXT_OVERFLOW, "INTERVIEWER_PROMPT_BUDGET (now 3000 tokens)"),
]


@pytest.mark.parametrize("part", ["question", "critique"])
@pytest.mark.parametrize(("name", "kind", "words"), BOTH, ids=[row[0] for row in BOTH])
def test_each_fault_is_one_plain_line(part: str, name: str, kind: Fault, words: str) -> None:
    with FakeEndpoint([fault(name)]) as endpoint:  # type: ignore[arg-type]
        find = question_fault if part == "question" else critique_fault
        found = find(endpoint, INTERVIEWER_TIMEOUT=0.5, OPENAI_API_KEY="sk-very-secret")
    assert found.fault is kind
    assert words in str(found)
    assert "\n" not in str(found) and "sk-very-secret" not in str(found)
    assert str(found)[-1] in ".?"


@pytest.mark.parametrize("part", ["question", "critique"])
def test_no_route(part: str) -> None:
    model = ModelEngine(settings(f"http://127.0.0.1:{closed_port()}/v1"), rubric())
    with model, pytest.raises(EndpointError) as caught:
        if part == "question":
            list(ask(model))
        else:
            model.critique(REPLY, question="?", setup=interview().setup)
    assert caught.value.fault is Fault.NO_ROUTE
    assert "OPENAI_BASE_URL" in str(caught.value)


@pytest.mark.parametrize(
    ("header", "low", "high"),
    [
        ("7", 7, 7),
        (formatdate(time.time() + 90_000, usegmt=True), 80_000, 90_000),
        (None, None, None),
        ("soon", None, None),
    ],
    ids=["seconds", "date", "absent", "nonsense"],
)
def test_retry_after(header: str | None, low: float | None, high: float | None) -> None:
    with FakeEndpoint([fault("rate_limited", retry_after=header)]) as endpoint:
        found = question_fault(endpoint)
        assert len(endpoint.requests) == 1, "it must not be retried behind the person's back"
    if low is None or high is None:
        assert found.retry_after is None
    else:
        assert found.retry_after is not None and low <= found.retry_after <= high


def test_a_used_up_quota_is_not_a_matter_of_waiting() -> None:
    with FakeEndpoint([Answer("You exceeded your current quota", 429, "insufficient_quota")]) as endpoint:
        assert "billing" in str(question_fault(endpoint))


@pytest.mark.parametrize(("name", "kind"), [("cut", Fault.CUT), ("hang_in_stream", Fault.TIMEOUT)])
def test_what_had_arrived_is_kept(name: str, kind: Fault) -> None:
    with FakeEndpoint([fault(name)]) as endpoint:  # type: ignore[arg-type]
        found = question_fault(endpoint, INTERVIEWER_TIMEOUT=0.8)
    assert found.fault is kind
    assert found.partial.startswith("One two three")
    assert "nine" not in found.partial


def test_a_stream_that_ends_without_saying_so_was_cut() -> None:
    event = 'data: {"id":"1","object":"chat.completion.chunk","created":0,"model":"m","choices":[%s]}\n\n'
    body = event % '{"index":0,"delta":{"content":"What would you do with the"},"finish_reason":null}'
    with FakeEndpoint([Answer(raw=body, headers={"content-type": "text/event-stream"})]) as endpoint:
        found = question_fault(endpoint)
    assert found.fault is Fault.CUT
    assert found.partial.startswith("What would you")


def test_an_error_in_the_middle_of_a_stream() -> None:
    body = 'data: {"error":{"message":"slot died","type":"server_error","code":500}}\n\n'
    with FakeEndpoint([Answer(raw=body, headers={"content-type": "text/event-stream"})]) as endpoint:
        assert question_fault(endpoint).fault is Fault.SERVER


@pytest.mark.parametrize("part", ["question", "critique"])
def test_a_page_that_is_no_endpoint(part: str) -> None:
    with FakeEndpoint([fault("not_openai")]) as endpoint:
        found = (question_fault if part == "question" else critique_fault)(endpoint)
    assert found.fault in (Fault.OTHER, Fault.CUT, Fault.EMPTY)
    assert "\n" not in str(found)


def test_a_refusal_field_is_a_refusal() -> None:
    with FakeEndpoint([fault("refusal")]) as endpoint:
        assert critique_fault(endpoint).fault is Fault.REFUSED
        assert len(endpoint.requests) == 1, "a refusal is not repaired"


@pytest.mark.parametrize("name", ["prose", "broken_json"])
def test_prose_or_broken_json_is_repaired_once(name: str) -> None:
    with FakeEndpoint([fault(name), GOOD]) as endpoint, engine(endpoint) as model:  # type: ignore[arg-type]
        critique, usage = model.critique(REPLY, question="?", setup=interview().setup)
        first, second = endpoint.requests
    assert critique.criteria["timely"].verdict == "met"
    assert len(second.body["messages"]) > len(first.body["messages"])
    assert usage.prompt_tokens is not None and usage.completion_tokens is not None


@pytest.mark.parametrize("name", ["prose", "broken_json"])
def test_twice_wrong_is_an_honest_failure(name: str) -> None:
    with FakeEndpoint([fault(name)]) as endpoint:  # type: ignore[arg-type]
        found = critique_fault(endpoint)
        assert len(endpoint.requests) == 2
    assert found.fault is Fault.NOT_SCHEMA
    assert found.partial


def test_an_answer_that_ran_into_its_limit_is_not_repaired_at_length() -> None:
    with FakeEndpoint([Answer('{"evidence": [', finish_reason="length")]) as endpoint:
        assert critique_fault(endpoint).fault is Fault.NOT_SCHEMA
        assert len(endpoint.requests) == 1


def test_what_comes_before_an_endless_stronger_answer_is_kept() -> None:
    cut = GOOD[: GOOD.rindex('"stronger_answer"')] + '"stronger_answer": "I want to lead a ward. I want to le'
    with FakeEndpoint([Answer(cut, finish_reason="length")]) as endpoint, engine(endpoint) as model:
        critique, usage = model.critique(REPLY, question="?", setup=interview().setup)
        assert len(endpoint.requests) == 1
    assert critique.criteria["timely"].quotes == ["Within three years"]
    assert critique.stronger_answer is None
    assert usage.completion_tokens


@pytest.mark.filterwarnings("ignore:.*structured output.*")
def test_a_server_without_schemas_is_asked_again_without() -> None:
    fenced = f"Here you are:\n```json\n{GOOD}\n```"
    with FakeEndpoint(lambda r: fault("no_schema") if r.has_schema else fenced) as endpoint:
        with engine(endpoint) as model:
            critique, _ = model.critique(REPLY, question="?", setup=interview().setup)
        assert [request.has_schema for request in endpoint.requests] == [True, False]
        assert "additionalProperties" in str(endpoint.requests[1].body["messages"][-1])
    assert critique.criteria["timely"].quotes == ["Within three years"]


def test_an_interview_goes_on_after_a_fault() -> None:
    with FakeEndpoint([fault("server"), QUESTION]) as endpoint, engine(endpoint) as model:
        with pytest.raises(EndpointError):
            list(ask(model))
        assert "".join(ask(model)) == QUESTION


def test_question_and_critique_at_the_same_time_in_many_threads() -> None:
    with FakeEndpoint(lambda r: GOOD if r.has_schema else QUESTION) as endpoint, engine(endpoint) as model:
        said: list[object] = []

        def question() -> None:
            said.append("".join(ask(model)))

        def critique() -> None:
            found, _ = model.critique(REPLY, question="?", setup=interview().setup)
            said.append(found.criteria["timely"].verdict)

        threads = [threading.Thread(target=work) for work in [question, critique] * 4]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(map(str, said)) == sorted([QUESTION] * 4 + ["met"] * 4)


def test_no_model_configured_says_what_to_set() -> None:
    with pytest.raises(SettingsError, match="INTERVIEWER_MODEL"):
        ModelEngine(settings("", INTERVIEWER_MODEL=""), rubric())
