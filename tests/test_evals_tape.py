"""The tape under the OpenAI client: what is recorded comes back bit for bit, and replay reaches nothing."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import httpx2
import openai
import pytest
from model_samples import REPLY, interview, persona, rubric, settings
from record_samples import answering, player, recorder

from evals.cost import used_tokens
from evals.offline import no_network
from evals.tape import KEY_VERSION, NotRecordedError, RecordTransport, ReplayTransport, Sent, key_of
from evals.tape.recording import read_recording
from interviewer.model import ModelEngine
from interviewer.model.client import make_chat, make_http_client
from interviewer.schema import Setup
from interviewer.testing import Answer, FakeEndpoint, fault

Tape = RecordTransport | ReplayTransport
WORDS = [("system", "You ask."), ("user", "I want to run the northern depot.")]
SAID = Answer(
    "Which depot, and by when — äöü?", usage={"prompt_tokens": 7, "completion_tokens": 5, "total_tokens": 12}
)
SCHEMA: dict[str, Any] = {
    "title": "said",
    "description": "what is said",
    "type": "object",
    "properties": {"answer": {"type": "string"}},
    "required": ["answer"],
    "additionalProperties": False,
}


def chat(
    tape: Tape,
    url: str,
    *,
    temperature: float = 0.2,
    max_tokens: int = 50,
    close: bool = False,
    **more: object,
):
    known = settings(url, **more)
    http = make_http_client(known, tape)
    return make_chat(known, http, max_tokens=max_tokens, temperature=temperature, own_connection=close)


def streamed(tape: Tape, url: str) -> Any:
    pieces = list(chat(tape, url).stream(WORDS))
    return [(str(piece.text), piece.usage_metadata, piece.response_metadata) for piece in pieces]


def answered(tape: Tape, url: str) -> Any:
    found = chat(tape, url).invoke(WORDS)
    return str(found.text), found.usage_metadata, found.response_metadata


def structured(tape: Tape, url: str) -> Any:
    model = chat(tape, url).with_structured_output(
        SCHEMA, method="json_schema", include_raw=True, strict=True
    )
    found = model.invoke(WORDS)
    return found["parsed"], found["raw"].usage_metadata


def refused(tape: Tape, url: str) -> Any:
    with pytest.raises(openai.BadRequestError) as caught:
        chat(tape, url).invoke(WORDS)
    return caught.value.status_code, caught.value.message, caught.value.body


def embedded(tape: Tape, url: str) -> Any:
    with openai.OpenAI(api_key="k", base_url=url, http_client=httpx2.Client(transport=tape)) as client:
        found = client.embeddings.create(model="fake", input=["a violin", "the depot"])
    return [item.embedding for item in found.data], found.usage


CALLS: dict[str, tuple[Callable[[Tape, str], Any], Answer, tuple[int, int]]] = {
    "streaming": (streamed, SAID, (7, 5)),
    "plain": (answered, SAID, (7, 5)),
    "structured": (structured, Answer('{"answer": "by when?"}'), (9, 3)),
    "error": (refused, fault("context_overflow"), (0, 0)),
    "embeddings": (embedded, SAID, (2, 0)),
}


@pytest.mark.parametrize("name", CALLS)
def test_what_is_recorded_is_replayed_with_the_endpoint_gone(name: str, tmp_path: Path) -> None:
    call, answer, tokens = CALLS[name]
    with FakeEndpoint([answer]) as fake:
        url, tape = fake.base_url, recorder(tmp_path)
        first = call(tape, url)
        tape.close()
        assert len(fake.requests) == 1
    (path,) = tmp_path.glob("*.json")
    assert (used_tokens(read_recording(path).response) or (0, 0)) == tokens
    with no_network():
        again = call(player(tmp_path), url)
    assert again == first


def test_a_stream_is_recorded_whole_although_its_reader_leaves(tmp_path: Path) -> None:
    with FakeEndpoint([Answer("One two three. And four?", chunk_delay=0.02)]) as fake:
        tape = recorder(tmp_path)
        stream = chat(tape, fake.base_url).stream(WORDS)
        next(stream)
        stream.close()
        tape.close()
        url = fake.base_url
    assert "".join(piece[0] for piece in streamed(player(tmp_path), url)) == "One two three. And four?"


BODIES: dict[str, Sequence[bytes]] = {
    "one": [b"data: {}\n\n"],
    "many": [b"a", b"b\r\n", "\u2028é".encode(), b"\0", b"c" * 5000],
    "split character": ["süß".encode()[:2], "süß".encode()[2:]],
    "no text": [b"\xff\xfe\x00", b"text", b"\xed\xa0\x80"],
    "looks encoded": [b"base64:", b"base64:AAAA", b"base64"],
    "nothing": [],
}


@pytest.mark.parametrize("name", BODIES)
@pytest.mark.parametrize("status", [200, 400])
def test_bytes_come_back_chunk_by_chunk(name: str, status: int, tmp_path: Path) -> None:
    pieces = BODIES[name]
    given: dict[str, list[bytes]] = {}
    for which, tape in (
        ("recorded", recorder(tmp_path, answering(pieces, status, content_type="text/event-stream"))),
        ("replayed", None),
    ):
        with (
            httpx2.Client(transport=tape or player(tmp_path)) as client,
            client.stream("POST", "http://x.invalid/v1/chat/completions", json={"model": "m"}) as response,
        ):
            assert response.status_code == status
            assert response.headers["content-type"] == "text/event-stream"
            given[which] = list(response.iter_raw())
    assert given["recorded"] == given["replayed"] == list(pieces)


@pytest.mark.parametrize("status", [401, 403, 404, 429, 500, 503])
def test_what_another_day_gives_differently_is_not_kept(status: int, tmp_path: Path) -> None:
    tape = recorder(tmp_path, answering([b"{}"], status))
    with httpx2.Client(transport=tape) as client:
        assert client.post("http://x.invalid/v1/chat/completions", json={}).status_code == status
    assert tape.failed is not None
    assert not list(tmp_path.iterdir())


def test_an_answer_that_breaks_off_is_not_kept(tmp_path: Path) -> None:
    with FakeEndpoint([fault("cut")]) as fake:
        tape = recorder(tmp_path)
        with pytest.raises(openai.APIConnectionError):
            streamed(tape, fake.base_url)
        tape.close()
    assert tape.failed == "cut"
    assert not list(tmp_path.iterdir())


def test_replay_has_nothing_to_reach_a_network_with(tmp_path: Path) -> None:
    tape = player(tmp_path)
    assert not [value for value in vars(tape).values() if isinstance(value, httpx2.BaseTransport)]
    assert set(vars(recorder(tmp_path))) > set(vars(tape))


def unrecorded(tape: ReplayTransport, how: str) -> None:
    url = "http://replay.invalid/v1"
    if how == "client":
        with openai.OpenAI(
            api_key="k", base_url=url, max_retries=4, http_client=httpx2.Client(transport=tape)
        ) as client:
            client.chat.completions.create(model="m", messages=[{"role": "user", "content": "hello"}])
    elif how in ("streamed", "structured"):
        (streamed if how == "streamed" else structured)(tape, url)
    else:
        with ModelEngine(settings(url), rubric(), transport=tape) as engine:
            if how == "critique":
                engine.critique(REPLY, question="Why?", setup=Setup(persona="mara"))
            else:
                list(engine.stream_question(persona(), interview(), [], ("timely",), threading.Event()))


@pytest.mark.parametrize("how", ["client", "streamed", "structured", "question", "critique"])
def test_nobody_retries_or_wraps_a_request_that_is_not_recorded(how: str, tmp_path: Path) -> None:
    tape = player(tmp_path)
    with pytest.raises(NotRecordedError) as caught:
        unrecorded(tape, how)
    assert type(caught.value) is NotRecordedError
    assert not isinstance(caught.value, httpx2.HTTPError | openai.OpenAIError | OSError)
    assert caught.value.exit_code == 3
    assert len(tape.seen) == 1


def key(
    tmp_path: Path, sample: int = 0, url: str = "http://one.invalid/v1", text: str = "", **more: Any
) -> str:
    """The key of what the OpenAI client sends."""
    tape = player(tmp_path)
    tape.begin("asks", "north", sample)
    schema = more.pop("schema", False)
    model = chat(tape, url, **more)
    with pytest.raises(NotRecordedError):
        words = [*WORDS[:1], ("user", text or WORDS[1][1])]
        (model.with_structured_output(SCHEMA, method="json_schema") if schema else model).invoke(words)
    return tape.seen[0].key


@pytest.mark.parametrize(
    "other",
    [
        {"OPENAI_API_KEY": "another-key"},
        {"url": "https://gateway.example.com:8443/openai/v1"},
        {"timeout": 3.5},
        {"close": True},
    ],
    ids=["key", "address", "time-out", "headers"],
)
def test_a_key_does_not_depend_on_how_the_endpoint_is_reached(other: dict[str, Any], tmp_path: Path) -> None:
    assert key(tmp_path, **other) == key(tmp_path)


@pytest.mark.parametrize(
    "other",
    [
        {"text": WORDS[1][1].replace("n", "m", 1)},
        {"text": WORDS[1][1] + " "},
        {"INTERVIEWER_MODEL": "another"},
        {"temperature": 0.3},
        {"max_tokens": 51},
        {"schema": True},
        {"sample": 1},
    ],
    ids=["character", "space", "model", "temperature", "limit", "schema", "sample"],
)
def test_a_key_depends_on_everything_that_the_model_is_given(other: dict[str, Any], tmp_path: Path) -> None:
    assert key(tmp_path, **other) != key(tmp_path)


def test_order_in_json_and_headers_does_not_matter(tmp_path: Path) -> None:
    keys = []
    for body, names in (
        ('{"model": "m", "a": {"x": 1, "y": "é"}}', "ab"),
        ('{"a":{"y":"\\u00e9","x":1},"model":"m"}', "ba"),
    ):
        tape = player(tmp_path)
        with httpx2.Client(transport=tape) as client, pytest.raises(NotRecordedError):
            client.post(
                "http://x.invalid/v1/embeddings", content=body, headers=[(name, "1") for name in names]
            )
        keys.append(tape.seen[0].key)
    assert keys[0] == keys[1]


def test_the_key_names_the_version_of_its_making(tmp_path: Path) -> None:
    body = {"b": "ü", "a": [1, 0.5, None]}
    text = 'v1\n/chat/completions\n{"a":[1,0.5,null],"b":"ü"}\n2'
    assert KEY_VERSION == "v1"
    assert key_of(Sent("/openai/v1/chat/completions", body), 2) == (
        "v1:" + hashlib.sha256(text.encode()).hexdigest()
    )
    assert key_of(Sent("/v1/embeddings", body)) != key_of(Sent("/v1/chat/completions", body))
