"""How the endpoint is reached: one ChatOpenAI on chat completions, one HTTP client, no telemetry."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from pydantic import SecretStr

if TYPE_CHECKING:
    import httpx2
    from langchain_openai import ChatOpenAI

    from interviewer.settings import Settings

_REASONING = re.compile(r"^(o\d|gpt-5)")
_REASONING_HEADROOM = 2000
"""Tokens that such a model may think with before it writes; its limit counts both."""


def is_openai(settings: Settings) -> bool:
    """Whether the endpoint is OpenAI's own, which refuses fields that it does not know."""
    host = urlsplit(settings.openai_base_url).hostname or "api.openai.com"
    return host == "api.openai.com"


def make_http_client(settings: Settings, transport: httpx2.BaseTransport | None = None) -> httpx2.Client:
    """The HTTP client under the OpenAI client; a tape or a fake comes in as `transport`.

    Its read timeout holds between the bytes of a stream too, so that a silent endpoint is noticed.
    """
    import httpx2

    timeout = httpx2.Timeout(settings.timeout, connect=min(settings.timeout, 10.0))
    return httpx2.Client(transport=transport, timeout=timeout, follow_redirects=False)


def make_chat(
    settings: Settings,
    http_client: httpx2.Client,
    *,
    max_tokens: int,
    temperature: float,
    own_connection: bool = False,
) -> ChatOpenAI:
    """A chat model for one kind of call. It never retries on its own: the caller has a fallback at hand.

    Args:
        settings: endpoint, key, model, timeout in seconds.
        http_client: see `make_http_client`.
        max_tokens: tokens that may be generated, at most.
        temperature: 0 to 2; left out where the model refuses it.
        own_connection: close the connection after each call, so that ending one from outside (`hang_up`) can
            never hit another call that has taken the connection over.
    """
    from langchain_openai import ChatOpenAI

    options: dict[str, Any] = {"max_completion_tokens": max_tokens, "temperature": temperature}
    if settings.openai_base_url and not is_openai(settings):
        # max_completion_tokens is all that ChatOpenAI sends, and most other servers know only max_tokens.
        options["extra_body"] = {"max_tokens": max_tokens}
    elif _REASONING.match(settings.model):
        options = {"max_completion_tokens": max_tokens + _REASONING_HEADROOM, "reasoning_effort": "low"}
    if own_connection:
        options["default_headers"] = {"Connection": "close"}
    return ChatOpenAI(
        model=settings.model,
        # Servers of one's own want no key, but the OpenAI client refuses to start without one.
        api_key=settings.openai_api_key if settings.openai_api_key.get_secret_value() else SecretStr("none"),
        base_url=settings.openai_base_url or "https://api.openai.com/v1",
        use_responses_api=False,
        stream_usage=True,
        max_retries=0,
        timeout=http_client.timeout,
        http_client=http_client,
        http_socket_options=(),
        **options,
    )


@contextmanager
def untraced() -> Iterator[None]:
    """Run with LangSmith's tracing off, whatever the environment says: replies go to the endpoint only."""
    from langsmith.run_helpers import tracing_context

    with tracing_context(enabled=False):
        yield


class Hangup:
    """Ends a request from another thread by shutting its socket down.

    A blocking read cannot be interrupted otherwise, and an endpoint that nobody listens to any more should
    stop generating at once. Register it with the HTTP client by `attach`; `watch` in the requesting thread.
    """

    def __init__(self) -> None:
        """Nothing is noted until `attach` and `watch`."""
        self._local = threading.local()

    def attach(self, http_client: httpx2.Client) -> None:
        """Note each response's network stream as its headers arrive."""
        http_client.event_hooks["response"].append(self._note)

    def watch(self) -> list[Any]:
        """Start noting this thread's requests; the list fills with their network streams."""
        streams: list[Any] = []
        self._local.streams = streams
        return streams

    def _note(self, response: httpx2.Response) -> None:
        streams = getattr(self._local, "streams", None)
        stream = response.extensions.get("network_stream")
        if streams is not None and stream is not None:
            streams.append(stream)


def hang_up(streams: list[Any]) -> None:
    """Shut down the sockets that `Hangup.watch` noted; a blocked read on them ends with an error."""
    import socket

    for stream in streams:
        sock = stream.get_extra_info("socket")
        if sock is None:
            continue
        try:
            sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            # The other side was faster: the connection is gone, which is what was wanted.
            continue
