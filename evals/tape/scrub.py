"""Takes secrets out of what is recorded: keys, passwords in addresses, the addresses of private endpoints."""

from __future__ import annotations

import re

HEADERS = ("content-type", "retry-after")
"""The only response headers that are kept."""
MARK = "<scrubbed>"
_SECRETS = (
    re.compile(r"\bsk-[A-Za-z0-9_-]{8,}"),
    re.compile(r"\bBearer\s+[A-Za-z0-9._~+/=-]{8,}"),
    re.compile(
        r"(?i)\b(?:api[_-]?key|authorization|password|secret|access[_-]?token)\b[\"']?\s*[:=]\s*[\"']?[^\s\"',}]{6,}"
    ),
    re.compile(r"(?<=://)[^/\s:@\"]+:[^/\s@\"]+(?=@)"),
    re.compile(
        r"\bhttps?://(?:localhost|127\.\d+\.\d+\.\d+|10\.\d+\.\d+\.\d+|192\.168\.\d+\.\d+"
        r"|172\.(?:1[6-9]|2\d|3[01])\.\d+\.\d+|\[::1\]|[a-z0-9.-]+\.(?:internal|local|lan|corp))(?::\d+)?[^\s\"'<>)]*",
        re.I,
    ),
)


def scrub(text: str) -> str:
    """The text with every secret replaced by a mark."""
    for pattern in _SECRETS:
        text = pattern.sub(MARK, text)
    return text


def scrub_chunks(chunks: list[str]) -> list[str]:
    """The same over pieces of one text, where a secret may lie across their borders.

    Returns:
        The pieces as they were where nothing had to go, else the scrubbed text as one piece.
    """
    whole = "".join(chunks)
    clean = scrub(whole)
    return chunks if clean == whole else [clean]


def kept_headers(headers: object) -> dict[str, str]:
    """The response headers that a recording keeps."""
    get = headers.get  # type: ignore[attr-defined]
    return {name: str(get(name)) for name in HEADERS if get(name) is not None}
