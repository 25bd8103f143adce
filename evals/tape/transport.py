"""Two transports under the OpenAI client: one replays and cannot reach a network, one records."""

from __future__ import annotations

import email.utils
import json
import math
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import httpx2

from evals.result import State
from evals.tape.library import Library, segment_hashes
from evals.tape.recording import Answered, Made, Recording, Slot, as_chunk
from evals.tape.request import Sent, key_of, segments_of
from evals.tape.scrub import kept_headers, scrub_pieces
from interviewer.errors import Fault, InterviewerError

_KEPT_STATUS = (200, 400, 413, 415, 422, 501)
"""Answers worth keeping: what another day would give differently (429, 5xx, a wrong key) is not.

With 400, 415, 422 and 501 servers refuse structured output, and will again.
"""
_FAULTS = {401: Fault.AUTH, 403: Fault.AUTH, 404: Fault.MODEL_MISSING, 429: Fault.RATE_LIMITED}


class NotRecordedError(InterviewerError):
    """A request has no recording. It is of neither client library's kind, so that nobody retries it."""

    exit_code = 3


class BrokenOffError(InterviewerError):
    """An answer of the case could not be had, so that its further prompts would rest on nothing."""


@dataclass(frozen=True)
class Seen:
    """One request that went through: its key, what is known of it, and the recording that answered it.

    `nearest` is the latest recording of the same slot where the request itself is not recorded.
    """

    slot: Slot
    key: str
    state: State
    sent: Sent
    segments: dict[str, str] = field(default_factory=dict)
    hashes: dict[str, str] = field(default_factory=dict)
    recording: Recording | None = None
    nearest: Recording | None = None
    why: str = ""


class _Tape(httpx2.BaseTransport):
    """What both transports do: name each request's slot, and remember what was seen.

    One transport serves one case at a time.
    """

    def __init__(self, library: Library) -> None:
        self.library = library
        self.seen: list[Seen] = []
        self._slot = Slot(suite="", case="", call="call")
        self._named: Mapping[str, str] = {}
        self._messages = 0
        self._counts: dict[str, int] = {}

    def begin(self, suite: str, case: str, sample: int) -> None:
        """A case begins: its requests are its own, numbered from the first."""
        self._slot = Slot(suite=suite, case=case, call="call", sample=sample)
        self.seen, self._counts, self._named, self._messages = [], {}, {}, 0

    def expect(self, call: str, messages: int, segments: Mapping[str, str]) -> None:
        """A prompt was rendered and is about to be sent.

        Args:
            call: question, critique, judge.
            messages: how many messages it has.
            segments: its text by segment.
        """
        count = self._counts[call] = self._counts.get(call, 0) + 1
        name = call if count == 1 else f"{call}-{count}"
        self._slot = self._slot.model_copy(update={"call": name})
        self._named, self._messages = segments, messages

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Answer from the library, or as the subclass does."""
        sent = Sent(request.url.path, json.loads(request.read() or b"{}"))
        slot = self._next_slot()
        key = key_of(sent, slot.sample)
        found = self.library.find(key)
        if found is not None:
            self.seen.append(Seen(slot, key, State.FRESH, sent, recording=found, hashes=found.segments))
            return _response(found.response)
        return self._missed(request, sent, slot, key)

    def _next_slot(self) -> Slot:
        """The slot of this request; a second one after the same prompt (a repair) gets a name of its own."""
        taken = {each.slot.call for each in self.seen}
        if self._slot.call not in taken:
            return self._slot
        number = next(n for n in range(1, 99) if f"{self._slot.call}-repair{n}" not in taken)
        return self._slot.model_copy(update={"call": f"{self._slot.call}-repair{number}"})

    def _segments(self, sent: Sent) -> dict[str, str]:
        return segments_of(sent, self._named, self._messages)

    def _missed(self, request: httpx2.Request, sent: Sent, slot: Slot, key: str) -> httpx2.Response:
        raise NotImplementedError


class ReplayTransport(_Tape):
    """Answers from the library. It has no transport beneath it, so it cannot reach a network."""

    def _missed(self, request: httpx2.Request, sent: Sent, slot: Slot, key: str) -> httpx2.Response:
        nearest, damage = self.library.nearest(slot), self.library.damage(key, slot)
        state = State.TAMPERED if damage else State.STALE if nearest else State.MISSING
        segments = self._segments(sent)
        hashes, texts = segment_hashes(segments)
        self.seen.append(
            Seen(slot, key, state, sent, segments=texts, hashes=hashes, nearest=nearest, why=damage)
        )
        raise NotRecordedError(f"{slot.suite}, {slot.case}: no recording of this request ({state.value}).")


class RecordTransport(_Tape):
    """Answers from the library where it can; else asks the endpoint and keeps the answer before giving it.

    Args:
        library: where recordings are and go.
        inner: the real transport.
        made: says where an answer comes from, given the model's id as answered and the response's headers.
        lock: held while the library changes; shared by the transports that record into it at once.
        keep: whether answers are kept; without, the endpoint is asked anew and nothing is written (`verify`).
        allow: called before a request is sent, with the request; raises where no more may be.
        told: called with each request and what came of it.
        secrets: texts that no recording may hold, such as the key.
    """

    def __init__(
        self,
        library: Library,
        inner: httpx2.BaseTransport,
        made: Callable[[str, httpx2.Headers], Made],
        lock: threading.Lock,
        *,
        keep: bool = True,
        allow: Callable[[Sent], None] = lambda _sent: None,
        told: Callable[[Sent, Answered | None], None] = lambda _sent, _answered: None,
        secrets: Sequence[str] = (),
    ) -> None:
        super().__init__(library)
        self._inner, self._made, self._lock = inner, made, lock
        self._keep, self._allow, self._told, self._secrets = keep, allow, told, secrets
        self.failed: Fault | None = None
        """How the first answer of the case failed that is not kept; None where all are."""
        self.retry_after: float | None = None
        """Seconds that the endpoint asked to wait, with its last answer."""

    def begin(self, suite: str, case: str, sample: int) -> None:
        """A case begins, with nothing failed."""
        super().begin(suite, case, sample)
        self.failed = self.retry_after = None

    def expect(self, call: str, messages: int, segments: Mapping[str, str]) -> None:
        """As `_Tape`.

        Raises:
            BrokenOffError: an earlier answer of this case is not kept.
        """
        if self._keep and self.failed is not None:
            raise BrokenOffError(f"An earlier answer of this case could not be had ({self.failed}).")
        super().expect(call, messages, segments)

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """As `_Tape`, but `verify` asks although there is a recording."""
        if self._keep:
            return super().handle_request(request)
        sent = Sent(request.url.path, json.loads(request.read() or b"{}"))
        slot = self._next_slot()
        key = key_of(sent, slot.sample)
        answered = self._ask(request, sent)
        self.seen.append(
            Seen(slot, key, State.LIVE, sent, recording=self._recording(sent, slot, key, answered))
        )
        return _response(answered[0])

    def _missed(self, request: httpx2.Request, sent: Sent, slot: Slot, key: str) -> httpx2.Response:
        answered = self._ask(request, sent)
        recording = self._recording(sent, slot, key, answered)
        if answered[0].status in _KEPT_STATUS:
            _, texts = segment_hashes(self._segments(sent))
            with self._lock:
                if (twin := self.library.find(key)) is None:
                    recording = self.library.add(recording, texts)
                else:
                    recording = twin
        self.seen.append(Seen(slot, key, State.LIVE, sent, recording=recording, hashes=recording.segments))
        return _response(recording.response)

    def _ask(self, request: httpx2.Request, sent: Sent) -> tuple[Answered, httpx2.Headers]:
        """Ask the endpoint and read its answer to the end, however soon the caller would hang up."""
        self._allow(sent)
        before, self.retry_after = self.failed, None
        self.failed = before or Fault.TIMEOUT  # until the answer is there: the caller may give up first
        request.headers["accept-encoding"] = "identity"
        started, answered = time.monotonic(), None
        try:
            response = self._inner.handle_request(request)
            try:
                assert isinstance(response.stream, httpx2.SyncByteStream)
                pieces = [piece for piece in response.stream if piece]
            finally:
                response.close()
            answered = Answered(
                status=response.status_code,
                headers=kept_headers(response.headers),
                chunks=[as_chunk(piece) for piece in scrub_pieces(pieces, self._secrets)],
                seconds=round(time.monotonic() - started, 3),
            )
        except httpx2.TransportError as error:
            self.failed = before or _fault(error)
            raise
        finally:
            self._told(sent, answered)
        self.failed = before or _fault_of(answered.status)
        self.retry_after = _seconds(response.headers.get("retry-after", ""))
        return answered, response.headers

    def _recording(
        self, sent: Sent, slot: Slot, key: str, answered: tuple[Answered, httpx2.Headers]
    ) -> Recording:
        hashes, _ = segment_hashes(self._segments(sent))
        response, headers = answered
        model = model_in(response.body) or str(sent.body.get("model", ""))
        return Recording(
            key=key,
            slot=slot,
            made=self._made(model, headers),
            segments=hashes,
            sampling=sent.sampling,
            response=response,
        )

    def close(self) -> None:
        """Close the real transport."""
        self._inner.close()


def _fault(error: httpx2.TransportError) -> Fault:
    if isinstance(error, httpx2.TimeoutException):
        return Fault.TIMEOUT
    return Fault.NO_ROUTE if isinstance(error, httpx2.ConnectError) else Fault.CUT


def _fault_of(status: int) -> Fault | None:
    if status in _KEPT_STATUS:
        return None
    return _FAULTS.get(status, Fault.SERVER if status >= 500 else Fault.OTHER)


def _seconds(retry_after: str) -> float | None:
    """Seconds to wait, given as a number or as an HTTP date (RFC 9110, section 10.2.3)."""
    try:
        seconds = float(retry_after)
    except ValueError:
        date = email.utils.parsedate_tz(retry_after)
        seconds = email.utils.mktime_tz(date) - time.time() if date else math.nan
    return max(0.0, seconds) if math.isfinite(seconds) else None


def model_in(body: bytes) -> str:
    """The model's id as the endpoint answered it: of a JSON body, or of a stream's first event."""
    for line in body.decode("utf-8", "replace").splitlines():
        try:
            data = json.loads(line.removeprefix("data:"))
        except ValueError:
            continue
        if isinstance(data, dict) and isinstance(data.get("model"), str):
            return str(data["model"])
    return ""


class _Pieces(httpx2.SyncByteStream):
    """A body in the pieces in which it was recorded."""

    def __init__(self, pieces: list[bytes]) -> None:
        self._pieces = pieces

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._pieces)


def _response(answered: Answered) -> httpx2.Response:
    return httpx2.Response(answered.status, headers=answered.headers, stream=_Pieces(answered.pieces))
