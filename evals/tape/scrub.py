"""Takes secrets out of what is recorded: keys, passwords in addresses, the addresses of private endpoints."""

from __future__ import annotations

import re
from collections.abc import Sequence

HEADERS = ("content-type", "retry-after")
"""The only response headers that are kept."""
MARK = "<scrubbed>"
_PRIVATE = r"(?:127\.\d{1,3}|10\.\d{1,3}|192\.168|169\.254|172\.(?:1[6-9]|2\d|3[01]))\.\d{1,3}\.\d{1,3}"
_SECRETS = (
    re.compile(r"\bsk-[A-Za-z0-9_-]{8,}"),
    # A word that follows in plain language has no digit.
    re.compile(r"(?i)\bBearer\s+(?=\S*\d)[A-Za-z0-9._~+/=-]{8,}"),
    # The value only, in whatever quotes, so that JSON stays JSON; also in JSON that stands in a JSON string.
    re.compile(
        r"(?i)(?P<name>\b(?:api[_-]?key|authorization|password|secret|access[_-]?token)\b\\*[\"']?\s*[:=]\s*"
        r"\\*[\"']?)(?=[^\s\"',}\\]*\d)[^\s\"',}\\]{6,}"
    ),
    re.compile(r"(?<=://)[^/\s@\"]+(?=@)"),
    re.compile(
        rf"\bhttps?://(?:localhost|{_PRIVATE}|\[::1\]|[a-z0-9.-]+\.(?:internal|local|lan|corp))"
        r"(?::\d+)?[^\s\"'<>)\\]*",
        re.I,
    ),
    re.compile(rf"(?<![\d.]){_PRIVATE}(?::\d+)?(?![\d.]*\d)"),
)


def scrub(text: str, secrets: Sequence[str] = ()) -> str:
    """The text with every secret replaced by a mark.

    Args:
        text: any.
        secrets: further texts that must not stay, such as the key in use.
    """
    for pattern in _SECRETS:
        text = pattern.sub(lambda found: (found.groupdict().get("name") or "") + MARK, text)
    for secret in secrets:
        text = text.replace(secret, MARK)
    return text


def scrub_pieces(pieces: Sequence[bytes], secrets: Sequence[str] = ()) -> list[bytes]:
    """The same over the pieces of a body, where a secret, or a character, may lie across their borders.

    Returns:
        The pieces as they were where nothing had to go, else the scrubbed body as one piece.
    """
    whole = b"".join(pieces).decode("utf-8", "surrogateescape")
    clean = scrub(whole, secrets)
    return list(pieces) if clean == whole else [clean.encode("utf-8", "surrogateescape")]


def kept_headers(headers: object) -> dict[str, str]:
    """The response headers that a recording keeps."""
    get = headers.get  # type: ignore[attr-defined]
    return {name: str(get(name)) for name in HEADERS if get(name) is not None}
