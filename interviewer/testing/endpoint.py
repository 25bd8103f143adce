"""A fake OpenAI-compatible endpoint over real HTTP on loopback; no model is behind it, its words mean nothing.

::

    with FakeEndpoint(["What would tell you, in numbers, that it worked?"]) as endpoint:
        settings = Settings(OPENAI_BASE_URL=endpoint.base_url, INTERVIEWER_MODEL="fake")
        ...
        assert endpoint.requests[0].body["stream"]

Each chat request takes the next answer: a text, an `Answer`, or what `fault(…)` makes; or a callable gets the
`Recorded` request and gives one of these. When the list is used up its last answer is repeated.
"""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

FaultName = Literal[
    "auth",
    "model_missing",
    "rate_limited",
    "server",
    "hang",
    "hang_in_stream",
    "cut",
    "empty",
    "prose",
    "broken_json",
    "refusal",
    "refusal_in_prose",
    "context_overflow",
    "no_schema",
    "not_openai",
]


@dataclass(frozen=True)
class Answer:
    """What the endpoint does with one request.

    Args:
        text: what it says.
        status: HTTP status; from 400 up, `text` is the error's message.
        code: the error's code.
        headers: further headers.
        delay: seconds before the first byte.
        chunk_delay: seconds between the chunks of a stream.
        stop_after: chunks after which a stream hangs or breaks; None sends all.
        ending: "normal", "hang" (silence until the client goes) or "cut" (the connection breaks).
        finish_reason: as OpenAI's.
        refusal: sent as the message's refusal instead of content.
        raw: sent as it is, instead of a chat completion.
        usage: token counts to report; by default the words of the request and of the answer are counted.
    """

    text: str = ""
    status: int = 200
    code: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0.0
    chunk_delay: float = 0.0
    stop_after: int | None = None
    ending: Literal["normal", "hang", "cut"] = "normal"
    finish_reason: str = "stop"
    refusal: str = ""
    raw: str | None = None
    usage: dict[str, Any] | None = None


@dataclass(frozen=True)
class Recorded:
    """One request as it came in."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]

    @property
    def streams(self) -> bool:
        """Whether it asks for a stream: among the engine's calls, the question."""
        return bool(self.body.get("stream"))

    @property
    def has_schema(self) -> bool:
        """Whether it asks for structured output: among the engine's calls, the critique."""
        return "response_format" in self.body


_FAULTS: dict[str, Answer] = {
    "auth": Answer("Incorrect API key provided", 401, "invalid_api_key"),
    "model_missing": Answer("The model does not exist", 404, "model_not_found"),
    "rate_limited": Answer("Rate limit reached", 429, "rate_limit_exceeded"),
    "server": Answer("The server had an error", 500, "server_error"),
    "hang": Answer(ending="hang", stop_after=0),
    "hang_in_stream": Answer("One two three four five six seven eight nine?", ending="hang", stop_after=5),
    "cut": Answer("One two three four five six seven eight nine?", ending="cut", stop_after=5),
    "empty": Answer(""),
    "prose": Answer("Well, on the whole I found the reply quite pleasant."),
    "broken_json": Answer('{"evidence": [{"quote": "within thr'),
    "refusal": Answer(refusal="I cannot help with that."),
    "refusal_in_prose": Answer("I'm sorry, but I can't assist with that request."),
    "context_overflow": Answer(
        "This model's maximum context length is 4096 tokens.", 400, "context_length_exceeded"
    ),
    "no_schema": Answer("response_format json_schema is not supported", 400, "invalid_request_error"),
    "not_openai": Answer(raw="<html><body>It works!</body></html>"),
}


def fault(name: FaultName, *, retry_after: str | None = None) -> Answer:
    """An answer that goes wrong in one of the ways that endpoints do.

    Args:
        name: which way.
        retry_after: the Retry-After header's value, for "rate_limited" and "server".
    """
    answer = _FAULTS[name]
    if retry_after is None:
        return answer
    return Answer(**{**vars(answer), "headers": {"retry-after": retry_after}})


Script = Sequence[str | Answer] | Callable[[Recorded], str | Answer]


class FakeEndpoint:
    """A context manager: the server runs on a free port of 127.0.0.1 from `with` to the end of the block.

    Args:
        script: answers in order, or a callable.
        models: names that /v1/models lists.
    """

    def __init__(self, script: Script = ("What comes next for you?",), *, models: Sequence[str] = ("fake",)):
        """Nothing is served until the block is entered."""
        self._script, self._models = script, models
        self.requests: list[Recorded] = []
        self.hung_up = 0
        """How many streams their clients left before the end."""
        self._count = 0
        self._lock = threading.Lock()
        self._server: Any = None
        self._thread: threading.Thread | None = None
        self._socket: socket.socket | None = None
        self._closing = threading.Event()

    @property
    def base_url(self) -> str:
        """What OPENAI_BASE_URL has to be."""
        assert self._socket is not None, "enter the block first"
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}/v1"

    def chats(self) -> list[Recorded]:
        """The recorded chat requests."""
        return [request for request in self.requests if request.path.endswith("/chat/completions")]

    def __enter__(self) -> FakeEndpoint:
        """Start serving."""
        import uvicorn

        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))
        config = uvicorn.Config(self._app(), log_level="critical", ws="none", lifespan="off")
        config.timeout_graceful_shutdown = 1
        self._server = uvicorn.Server(config)
        sockets = [self._socket]
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": sockets}, daemon=True)
        self._thread.start()
        until = time.monotonic() + 10
        while not self._server.started:
            if time.monotonic() > until or not self._thread.is_alive():
                raise RuntimeError("the fake endpoint did not start")
            time.sleep(0.005)
        return self

    def __exit__(self, *_: object) -> None:
        """Stop serving and close every connection."""
        self._closing.set()
        self._server.should_exit = True
        if self._thread:
            self._thread.join(timeout=10)
        if self._socket:
            self._socket.close()

    def _app(self) -> Any:
        from starlette.applications import Starlette
        from starlette.routing import Route

        return Starlette(
            routes=[
                Route("/v1/models", self._list_models),
                Route("/v1/chat/completions", self._chat, methods=["POST"]),
                Route("/v1/embeddings", self._embeddings, methods=["POST"]),
            ]
        )

    async def _record(self, request: Request) -> Recorded:
        body = await request.body()
        recorded = Recorded(request.url.path, dict(request.headers), json.loads(body) if body else {})
        with self._lock:
            self.requests.append(recorded)
        return recorded

    async def _list_models(self, request: Request) -> Response:
        from starlette.responses import JSONResponse

        await self._record(request)
        data = [{"id": name, "object": "model", "created": 0, "owned_by": "fake"} for name in self._models]
        return JSONResponse({"object": "list", "data": data})

    async def _embeddings(self, request: Request) -> Response:
        from starlette.responses import JSONResponse

        recorded = await self._record(request)
        texts = recorded.body["input"]
        texts = [texts] if isinstance(texts, str) else texts
        data = [
            {"object": "embedding", "index": number, "embedding": _letters(text)}
            for number, text in enumerate(texts)
        ]
        usage = {"prompt_tokens": len(texts), "total_tokens": len(texts)}
        return JSONResponse({"object": "list", "data": data, "model": "fake", "usage": usage})

    async def _chat(self, request: Request) -> Response:
        from starlette.responses import JSONResponse, Response, StreamingResponse

        recorded = await self._record(request)
        answer = self._next(recorded)
        if answer.delay:
            await asyncio.sleep(answer.delay)
        if answer.status >= 400:
            error = {"message": answer.text, "type": answer.code, "code": answer.code, "param": None}
            return JSONResponse({"error": error}, answer.status, answer.headers)
        if answer.raw is not None:
            return Response(answer.raw, media_type="text/html", headers=answer.headers)
        if recorded.streams:
            pieces = self._stream(request, answer, recorded)
            return StreamingResponse(pieces, media_type="text/event-stream", headers=answer.headers)
        if answer.ending == "hang":
            await self._until_gone(request)
        if answer.ending == "cut":
            return StreamingResponse(self._broken(), media_type="application/json")
        return JSONResponse(_completion(answer, recorded), headers=answer.headers)

    def _next(self, recorded: Recorded) -> Answer:
        if callable(self._script):
            said = self._script(recorded)
        else:
            with self._lock:
                said = self._script[min(self._count, len(self._script) - 1)]
                self._count += 1
        return Answer(said) if isinstance(said, str) else said

    async def _stream(self, request: Request, answer: Answer, recorded: Recorded) -> AsyncIterator[str]:
        words = answer.text.split(" ") if answer.text else []
        pieces = [word if number == 0 else f" {word}" for number, word in enumerate(words)]
        if answer.refusal:
            yield _event({"delta": {"role": "assistant", "refusal": answer.refusal}, "finish_reason": None})
        else:
            yield _event({"delta": {"role": "assistant", "content": ""}, "finish_reason": None})
        for number, piece in enumerate(pieces):
            if answer.stop_after is not None and number >= answer.stop_after:
                break
            if await request.is_disconnected():
                self.hung_up += 1
                return
            yield _event({"delta": {"content": piece}, "finish_reason": None})
            await asyncio.sleep(answer.chunk_delay)
        if answer.ending == "hang":
            await self._until_gone(request)
            return
        if answer.ending == "cut":
            raise _Cut
        yield _event({"delta": {}, "finish_reason": answer.finish_reason})
        if recorded.body.get("stream_options", {}).get("include_usage"):
            yield _event(None, usage=_usage(answer, recorded))
        yield "data: [DONE]\n\n"

    async def _broken(self) -> AsyncIterator[str]:
        yield '{"id": "fake-1", "choices": ['
        await asyncio.sleep(0)
        raise _Cut

    async def _until_gone(self, request: Request) -> None:
        while not self._closing.is_set():
            if await request.is_disconnected():
                self.hung_up += 1
                return
            await asyncio.sleep(0.01)


class _Cut(Exception):
    """Breaks a response off: the server closes the connection without its end."""


def _event(choice: dict[str, Any] | None, **more: Any) -> str:
    data = {"id": "fake-1", "object": "chat.completion.chunk", "created": 0, "model": "fake", **more}
    data["choices"] = [] if choice is None else [{"index": 0, **choice}]
    return f"data: {json.dumps(data)}\n\n"


def _completion(answer: Answer, recorded: Recorded) -> dict[str, Any]:
    message = {
        "role": "assistant",
        "content": None if answer.refusal else answer.text,
        "refusal": answer.refusal or None,
    }
    return {
        "id": "fake-1",
        "object": "chat.completion",
        "created": 0,
        "model": "fake",
        "choices": [{"index": 0, "message": message, "finish_reason": answer.finish_reason}],
        "usage": _usage(answer, recorded),
    }


def _usage(answer: Answer, recorded: Recorded) -> dict[str, Any]:
    if answer.usage is not None:
        return answer.usage
    asked = sum(len(str(message.get("content")).split()) for message in recorded.body.get("messages", []))
    said = len(answer.text.split())
    return {"prompt_tokens": asked, "completion_tokens": said, "total_tokens": asked + said}


def _letters(text: str) -> list[float]:
    """A vector of 26 letter counts: the same text gives the same vector, and that is all it is good for."""
    lowered = text.lower()
    return [float(lowered.count(chr(ord("a") + number))) + 0.01 for number in range(26)]
