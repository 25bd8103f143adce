"""What identifies a request: a versioned hash of its canonical path and body, and the number of the sample.

Never its headers, its key, its time-out or the address of the endpoint: the same words asked of the same
model with the same sampling are the same request, wherever it is served.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

KEY_VERSION = "v1"
_ENDPOINTS = ("/chat/completions", "/embeddings", "/completions", "/responses")
_NOT_SAMPLING = ("messages", "input", "response_format", "tools")


@dataclass(frozen=True)
class Sent:
    """One request as it goes out.

    Args:
        path: of its URL, with or without what the base URL puts before it.
        body: its JSON.
    """

    path: str
    body: Mapping[str, Any]

    @cached_property
    def endpoint(self) -> str:
        """The path without what the base URL puts before it."""
        return next((end for end in _ENDPOINTS if self.path.endswith(end)), self.path)

    @cached_property
    def canonical(self) -> str:
        """Path and body as one text that is the same for the same request."""
        return f"{self.endpoint}\n{canonical(self.body)}"

    @cached_property
    def sampling(self) -> str:
        """What of the body is neither words nor a schema: model, temperature, limits, streaming."""
        return canonical({name: value for name, value in self.body.items() if name not in _NOT_SAMPLING})

    @cached_property
    def schema(self) -> str:
        """The schema that the answer has to keep to, or nothing."""
        return canonical(self.body["response_format"]) if "response_format" in self.body else ""

    @cached_property
    def words(self) -> list[tuple[str, str]]:
        """(role, text) of its messages, or of its inputs."""
        if "messages" in self.body:
            return [(str(each.get("role")), str(each.get("content"))) for each in self.body["messages"]]
        given = self.body.get("input", [])
        return [("input", str(each)) for each in ([given] if isinstance(given, str) else given)]


def key_of(sent: Sent, sample: int = 0) -> str:
    """The recording's key: `v1:` and 64 hexadecimal digits.

    Args:
        sent: the request.
        sample: 0 for the first answer to it, 1 for the second …
    """
    text = f"{KEY_VERSION}\n{sent.canonical}\n{sample}"
    return f"{KEY_VERSION}:{hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()}"


def canonical(value: Any) -> str:
    """JSON that is the same for the same value: sorted keys, no spaces, characters as they are."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest(text: str) -> str:
    """SHA-256 of a text, in hexadecimal digits."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def segments_of(sent: Sent, named: Mapping[str, str], messages: int) -> dict[str, str]:
    """The request's text by segment.

    Args:
        sent: the request.
        named: the prompt's own segments, as it was rendered.
        messages: how many messages those cover; later ones (a repair) are the segment `more`.

    Returns:
        The prompt's segments with `schema` and `sampling` as they were really sent.
    """
    found = {name: text for name, text in named.items() if name not in ("schema", "sampling")}
    words = sent.words
    if not found:
        messages = 0
    more = "\n".join(f"{role}: {text}" for role, text in words[messages:])
    if more:
        found["more"] = more
    if sent.schema:
        found["schema"] = sent.schema
    found["sampling"] = sent.sampling
    return {name: text for name, text in found.items() if text}
