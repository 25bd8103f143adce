"""Structured logging to a file under `INTERVIEWER_HOME`: what happened, never keys or anyone's words."""

from __future__ import annotations

import logging
import logging.handlers
import re
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

import structlog

LOG_NAME = "interviewer.log"
_MAX_BYTES = 2_000_000

# Fields whose values are somebody's words or a secret: a log line keeps their length only.
_WORDS = frozenset(
    {
        "reply", "text", "question", "quote", "quotes", "job_description", "resume", "prompt", "answer",
        "messages", "body", "content", "api_key", "key", "authorization", "headers", "password", "token",
    }
)  # fmt: skip
_SECRET = re.compile(r"(sk-[A-Za-z0-9_-]{6,}|Bearer\s+\S+|://[^/\s:@]+:[^/\s@]+@)")


def scrub(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Structlog processor: replace words by their length and anything that looks like a key by a mark."""
    for name, value in event.items():
        if name in _WORDS:
            event[name] = f"<{len(str(value))} characters>"
        elif isinstance(value, str):
            event[name] = _SECRET.sub("<secret>", value)
    return event


def set_up_logging(home: Path, *, level: int = logging.INFO) -> Path | None:
    """Send the project's log lines, as JSON, to `home/interviewer.log` (under 2 MB, one old file beside it).

    Logging must never stop an interview: where the folder cannot be written, lines are discarded.

    Returns:
        The log file, or None where it cannot be written.
    """
    handler: logging.Handler
    path: Path | None = home / LOG_NAME
    try:
        home.mkdir(parents=True, exist_ok=True)
        handler = logging.handlers.RotatingFileHandler(
            home / LOG_NAME, maxBytes=_MAX_BYTES, backupCount=1, encoding="utf-8", delay=False
        )
    except OSError:
        handler, path = logging.NullHandler(), None
    handler.setFormatter(logging.Formatter("%(message)s"))
    logger = logging.getLogger("mock_interviewer")
    for old in list(logger.handlers):
        logger.removeHandler(old)
        old.close()
    logger.addHandler(handler)
    logger.setLevel(level)
    logger.propagate = False
    _configure()
    return path


def _configure() -> None:
    structlog.configure(
        processors=[
            structlog.stdlib.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _exception_type,
            scrub,
            structlog.processors.JSONRenderer(ensure_ascii=False, default=str),
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def _exception_type(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Keep an exception's type and place, not its text: the text can hold a reply or a key."""
    error = event.pop("error", None)
    if isinstance(error, BaseException):
        event["error_type"] = type(error).__name__
        last, frame = error.__traceback__, None
        while last is not None:
            frame, last = last, last.tb_next
        if frame is not None:
            event["error_at"] = f"{Path(frame.tb_frame.f_code.co_filename).name}:{frame.tb_lineno}"
    elif error is not None:
        event["error_type"] = str(error)
    return event


def log() -> Any:
    """The project's logger, for one structured line an event: `log().info("reply stored", interview=id)`."""
    if not structlog.is_configured():
        # Before `set_up_logging`, lines go nowhere: never to standard output, which belongs to the commands.
        logger = logging.getLogger("mock_interviewer")
        logger.addHandler(logging.NullHandler())
        logger.propagate = False
        _configure()
    return structlog.get_logger("mock_interviewer")
