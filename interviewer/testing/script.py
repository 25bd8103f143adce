"""What a fake endpoint is told to do with one request: answers, and ways in which they go wrong."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Any, Literal

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
        held: sent only once this is set: so a test can look at what a page shows meanwhile.
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
    held: threading.Event | None = None
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
