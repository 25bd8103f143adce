"""Every error that the project raises on purpose, in one tree.

::

    InterviewerError            the message says, in one line, what is wrong and what to do
    ├── InputError              what a person gave cannot be used: an empty reply, an unreadable upload
    │   └── NotFoundError       no such interview, persona or card
    ├── SettingsError           an environment variable or a line of .env cannot be used
    ├── DataFileError           a card, rubric, persona, prompt or cue file is broken; names file and line
    ├── StoreError              the database or the disk refuses
    ├── IndexStoreError         the guidance collection cannot be opened, built or reached
    ├── EndpointError           the model's endpoint failed; `.fault` says how (see `Fault`)
    └── EvalError               what an eval run or compare found; a usage error there is an InputError
        ├── RegressionError     a figure got worse, or is below its floor
        ├── StaleError          an answer is not recorded, or its request has changed since
        ├── UncalibratedError   a gate names a judge whose agreement with labels is too low or unknown
        ├── NotComparableError  two runs differ in more than their prompts
        └── TamperedError       a recording is not what was written

Every package raises these, so this module imports nothing of the project.
"""

from __future__ import annotations

from enum import StrEnum


class InterviewerError(Exception):
    """Base of the tree. `str(error)` is one plain line that can be shown to a person."""

    exit_code = 1


class InputError(InterviewerError):
    """What a person gave cannot be used."""

    exit_code = 2


class NotFoundError(InputError):
    """No interview, persona or card has that name."""


class SettingsError(InterviewerError):
    """An environment variable or a line of `.env` cannot be used."""

    exit_code = 2


class DataFileError(InterviewerError):
    """A data file that a coach can edit is broken.

    Args:
        path: the file, as shown to the person.
        problem: what is wrong and what to do, without a full stop.
        line: 1-based line number, where known.
    """

    exit_code = 2

    def __init__(self, path: object, problem: str, line: int | None = None) -> None:
        self.path, self.problem, self.line = str(path), problem, line
        where = f"{path}:{line}" if line else str(path)
        super().__init__(f"{where}: {problem}")


class StoreError(InterviewerError):
    """The database or the disk refuses."""


class IndexStoreError(InterviewerError):
    """The guidance collection cannot be opened, built or reached."""


class Fault(StrEnum):
    """How an endpoint failed."""

    NO_ROUTE = "no_route"
    AUTH = "auth"
    MODEL_MISSING = "model_missing"
    RATE_LIMITED = "rate_limited"
    SERVER = "server"
    TIMEOUT = "timeout"
    CUT = "cut"
    EMPTY = "empty"
    NOT_SCHEMA = "not_schema"
    REFUSED = "refused"
    CONTEXT_OVERFLOW = "context_overflow"
    OTHER = "other"


class EndpointError(InterviewerError):
    """The model's endpoint failed.

    Args:
        fault: how.
        message: one plain line for a person.
        retry_after: seconds that the endpoint asked to wait, where it said so.
        partial: the text that had arrived before the fault.
    """

    def __init__(
        self, fault: Fault, message: str, *, retry_after: float | None = None, partial: str = ""
    ) -> None:
        self.fault, self.retry_after, self.partial = fault, retry_after, partial
        super().__init__(message)

    def and_so(self, instead: str) -> str:
        """The message, then what stands in place of the model's answer: "… cannot be reached. This …"."""
        message = str(self)
        return f"{message}{'' if message[-1:] in '.?!' else '.'} {instead}"


class EvalError(InterviewerError):
    """What an eval run or compare found; a usage error there is an `InputError`."""


class RegressionError(EvalError):
    """A figure got worse, or is below its floor."""


class StaleError(EvalError):
    """An answer is not recorded, or its request has changed since."""

    exit_code = 3


class UncalibratedError(EvalError):
    """A gate names a judge whose agreement with labels is too low or unknown."""

    exit_code = 4


class NotComparableError(EvalError):
    """Two runs differ in more than their prompts."""

    exit_code = 5


class TamperedError(EvalError):
    """A recording is not what was written."""

    exit_code = 6
