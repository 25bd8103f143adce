"""An endpoint that is really asked: its address, its kind, and where its answers come from."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from evals.result import Provenance
from evals.tape.recording import Made
from interviewer.errors import EndpointError, Fault, InputError
from interviewer.schema import now

if TYPE_CHECKING:
    import httpx2

SYNTHETIC_HEADER = "x-synthetic"
"""A fake says so in every answer's headers; what it says tests the plumbing and nothing else."""
_OPENAI = "api.openai.com"
_SHORTEST_KEY = 8
"""Shorter ones are words that stand for no key at all, such as `none`."""
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True)
class Endpoint:
    """Where to ask.

    Args:
        base_url: its address, with /v1.
        key: its key; never recorded.
        kind: openai, llama.cpp, compatible or fake.
        file_sha256: the digest of the model file that it serves, where known.
        timeout: seconds for one call.
    """

    base_url: str
    key: str
    kind: str
    file_sha256: str = ""
    timeout: float = 600.0

    def transport(self) -> httpx2.BaseTransport:
        """The real network."""
        import httpx2

        return httpx2.HTTPTransport(retries=0)

    def secrets(self) -> list[str]:
        """What no recording may hold, whatever it looks like: the key, the address of a host of one's own."""
        parts = urlsplit(self.base_url)
        host = parts.hostname or _OPENAI
        found = [self.key] if len(self.key) >= _SHORTEST_KEY else []
        # A bare name such as `ollama` may be a word of an answer; with its port it is an address.
        found += [f"{host}:{parts.port}"] if parts.port else []
        return [*found, host] if "." in host and host != _OPENAI else found

    def made(self, model: str, headers: httpx2.Headers) -> Made:
        """Where an answer comes from.

        Args:
            model: the model's id as answered.
            headers: of the response.
        """
        provenance: Provenance = "local" if self.file_sha256 else "live"
        if headers.get(SYNTHETIC_HEADER) == "true":
            provenance = "synthetic"
        return Made(
            provenance=provenance,
            endpoint=self.kind,
            model=model,
            file_sha256=self.file_sha256 if provenance == "local" else "",
            date=f"{now():%Y-%m-%d}",
        )


def find_endpoint(
    base_url: str, key: str, model_file: Path | None = None, timeout: float = 600.0
) -> Endpoint:
    """Look at an endpoint: is it there, what kind is it, and which model file does it serve?

    Args:
        base_url: its address, with /v1; empty for OpenAI's own.
        key: its key.
        model_file: the file of the model that it serves; a llama.cpp server on this machine tells it itself.
        timeout: seconds for one call.

    Raises:
        InputError: the address is none, or the file cannot be read.
        EndpointError: nothing answers there, it is still loading its model, or the key is refused.
    """
    import httpx2

    url = base_url.rstrip("/") or f"https://{_OPENAI}/v1"
    host = _host(url)
    if not key.isascii() or not key.isprintable():
        raise InputError("OPENAI_API_KEY holds characters that no key has: copy it again.")
    with httpx2.Client(timeout=10.0, headers={"Authorization": f"Bearer {key or 'none'}"}) as client:
        try:
            answer = client.get(f"{url}/models")
        except httpx2.HTTPError as error:
            raise EndpointError(
                Fault.NO_ROUTE, f"Nothing answers at {host}: is the server running, and --endpoint right?"
            ) from error
        if answer.status_code in (401, 403):
            raise EndpointError(Fault.AUTH, f"{host} refuses the key: set OPENAI_API_KEY.")
        if answer.status_code == 503:
            # What it served could not be told now, and all that is recorded would lack it.
            raise EndpointError(
                Fault.SERVER,
                f"{host} is not ready yet (503): wait until its model is loaded, then try again.",
            )
        kind = _kind(host, answer.headers)
        if model_file is None and kind == "llama.cpp" and host in _LOOPBACK:
            model_file = _served_file(client, url)
    return Endpoint(
        base_url if base_url else "", key, kind, _digest(model_file) if model_file else "", timeout
    )


def _host(url: str) -> str:
    """The host of an endpoint's address.

    Raises:
        InputError: it is no address.
    """
    import httpx2

    try:
        parts, _ = urlsplit(url), httpx2.URL(url)
        host = parts.hostname if parts.scheme in ("http", "https") and parts.port != 0 else None
    except (ValueError, httpx2.InvalidURL):
        host = None
    if not host:
        raise InputError("--endpoint: write it like http://127.0.0.1:8080/v1.")
    return host


def _kind(host: str, headers: httpx2.Headers) -> str:
    if headers.get(SYNTHETIC_HEADER) == "true":
        return "fake"
    if host == _OPENAI:
        return "openai"
    return "llama.cpp" if headers.get("server") == "llama.cpp" else "compatible"


def _served_file(client: httpx2.Client, url: str) -> Path | None:
    """The file that a llama.cpp server on this machine serves (its /props say so)."""
    import httpx2

    try:
        path = Path(str(client.get(f"{url.removesuffix('/v1')}/props").json().get("model_path") or ""))
    except (httpx2.HTTPError, ValueError, AttributeError):
        return None
    return path if path.is_file() else None


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise InputError(f"--model-file: {path} cannot be read ({error.strerror}).") from error
