"""A fake OpenAI-compatible endpoint over real HTTP on loopback: no model, its words mean nothing.

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
from typing import TYPE_CHECKING, Any

from interviewer.testing.script import Answer, Recorded

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

Script = Sequence[str | Answer] | Callable[[Recorded], str | Answer]


class FakeEndpoint:
    """A context manager: the server runs on a free port of 127.0.0.1 from `with` to the end of the block.

    Args:
        script: answers in order, or a callable.
        models: names that /v1/models lists.
        loading: answer /v1/models as a llama.cpp server does whose model is not loaded yet.
    """

    def __init__(
        self,
        script: Script = ("What comes next for you?",),
        *,
        models: Sequence[str] = ("fake",),
        loading: bool = False,
    ) -> None:
        """Nothing is served until the block is entered."""
        self._script, self._models, self._loading = script, models, loading
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
        config = uvicorn.Config(
            _says_that_it_is_fake(self._app()), log_level="critical", ws="none", lifespan="off"
        )
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
        if self._loading:
            error = {"message": "Loading model", "type": "unavailable_error", "code": 503}
            return JSONResponse({"error": error}, 503)
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
        while answer.held is not None and not answer.held.is_set() and not self._closing.is_set():
            await asyncio.sleep(0.02)
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
        done = False
        try:
            async for event in self._events(answer, recorded):
                yield event
            if answer.ending == "hang":
                await self._until_gone(request)
            if answer.ending == "cut":
                raise _Cut
            done = answer.ending == "normal"
        except _Cut:
            done = True
            raise
        finally:
            # The server ends this generator, wherever it waits, when the client goes.
            self.hung_up += not done and not self._closing.is_set()

    async def _events(self, answer: Answer, recorded: Recorded) -> AsyncIterator[str]:
        words = answer.text.split(" ") if answer.text else []
        pieces = [word if number == 0 else f" {word}" for number, word in enumerate(words)]
        start = {"refusal": answer.refusal} if answer.refusal else {"content": ""}
        yield _event({"delta": {"role": "assistant", **start}, "finish_reason": None})
        for piece in pieces[: answer.stop_after]:
            yield _event({"delta": {"content": piece}, "finish_reason": None})
            await asyncio.sleep(answer.chunk_delay)
        if answer.ending != "normal":
            return
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
                return
            await asyncio.sleep(0.01)


def _says_that_it_is_fake(app: Any) -> Any:
    """The app with a header in every response, so that a recording made of it states that it is synthetic."""

    async def wrapped(scope: Any, receive: Any, send: Any) -> None:
        async def marked(message: Any) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), (b"x-synthetic", b"true")]
            await send(message)

        await app(scope, receive, marked)

    return wrapped


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
