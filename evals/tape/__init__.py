"""A tape at the HTTP transport under the OpenAI client: it replays bit for bit and reaches no network."""

from evals.tape.library import Library
from evals.tape.recording import Made, Recording, Slot
from evals.tape.request import KEY_VERSION, Sent, key_of
from evals.tape.transport import NotRecordedError, RecordTransport, ReplayTransport, Seen

__all__ = [
    "KEY_VERSION",
    "Library",
    "Made",
    "NotRecordedError",
    "RecordTransport",
    "Recording",
    "ReplayTransport",
    "Seen",
    "Sent",
    "Slot",
    "key_of",
]
