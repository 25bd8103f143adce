"""One recording: one small JSON file a call, readable, with a digest over everything in it."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from evals.result import Provenance
from evals.tape.request import canonical, digest
from interviewer.errors import DataFileError
from interviewer.files import write_text

Hash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
_BASE64 = "base64:"


class DamagedError(DataFileError):
    """A file among the recordings is not what was written there."""

    exit_code = 6


class Slot(BaseModel):
    """What a recording was made for.

    Args:
        suite: the suite's name.
        case: the case's id.
        call: question, critique, judge or embedding; a number follows where there is more than one.
        sample: 0, 1, …
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    suite: str
    case: str
    call: str
    sample: int = 0

    @property
    def stem(self) -> str:
        """The beginning of its file's name."""
        return f"{self.case}.{self.call}.{self.sample}"


class Made(BaseModel):
    """Where an answer comes from; `endpoint` is a family in a word, never an address."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    provenance: Provenance
    endpoint: str
    model: str
    file_sha256: str = ""
    date: str


class Answered(BaseModel):
    """The response: status, kept headers, the body in the pieces in which it came, and the time it took.

    A piece that is no UTF-8 text is kept in base64, marked so.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    status: int
    headers: dict[str, str] = Field(default_factory=dict)
    chunks: list[str]
    seconds: float = 0.0

    @property
    def pieces(self) -> list[bytes]:
        """The body's pieces as bytes."""
        return [
            base64.b64decode(each.removeprefix(_BASE64)) if each.startswith(_BASE64) else each.encode("utf-8")
            for each in self.chunks
        ]

    @property
    def body(self) -> bytes:
        """The whole body."""
        return b"".join(self.pieces)


def as_chunk(piece: bytes) -> str:
    """A piece of a body as it is kept."""
    try:
        text = piece.decode("utf-8")
    except UnicodeDecodeError:
        text = _BASE64
    return text if not text.startswith(_BASE64) else _BASE64 + base64.b64encode(piece).decode("ascii")


class Recording(BaseModel):
    """A recorded call.

    Args:
        recording: version of this format.
        key: see `key_of`.
        slot: what it was made for.
        made: by which model, where, when.
        segments: digest of each segment of the request; their texts are kept once, beside the recordings.
        sampling: what was sent beside the words: model, temperature, limits.
        response: what came back.
        digest: over all the rest; a file that is not what was written shows.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    recording: Literal[1] = 1
    key: str = Field(pattern=r"^v\d+:[0-9a-f]{64}$")
    slot: Slot
    made: Made
    segments: dict[str, Hash]
    sampling: str
    response: Answered
    digest: str = ""

    @property
    def file_name(self) -> str:
        """Case, call, sample and the beginning of the key."""
        return f"{self.slot.stem}.{self.key.partition(':')[2][:12]}.json"

    def sealed(self) -> Recording:
        """The same with its digest."""
        return self.model_copy(update={"digest": seal(self.model_dump(mode="json"))})

    def write(self, folder: Path) -> Path:
        """Write it into a folder, atomically.

        Raises:
            StoreError: the disk refuses.
        """
        path = folder / self.file_name
        data = self.sealed().model_dump(mode="json")
        write_text(path, json.dumps(data, indent=1, ensure_ascii=False) + "\n")
        return path


def seal(data: dict[str, Any]) -> str:
    """The digest of a recording's data."""
    return digest(canonical({name: value for name, value in data.items() if name != "digest"}))


def read_recording(path: Path) -> Recording:
    """Read a recording and check its digest.

    Raises:
        DamagedError: it is cut short, is no recording, or is not what was written.
    """
    advice = "take it from version control again, or delete it and record again"
    try:
        data = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise DamagedError(path, f"is cut short or damaged; {advice}") from error
    if not isinstance(data, dict) or data.get("digest") != seal(data):
        raise DamagedError(path, f"is not what was recorded (its digest differs); {advice}")
    try:
        return Recording.model_validate(data)
    except ValidationError as error:
        where = ".".join(map(str, error.errors()[0]["loc"]))
        raise DamagedError(path, f"is no recording of this version ({where}); {advice}") from error
