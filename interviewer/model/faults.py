"""Turns every way in which an endpoint can fail into one EndpointError with one plain line."""

from __future__ import annotations

import email.utils
import re
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from interviewer.errors import EndpointError, Fault

if TYPE_CHECKING:
    from interviewer.settings import Settings

_OVERFLOW = re.compile(
    r"context[_ ](length|size|window)|maximum context|prompt is too long|too many tokens|exceed_context", re.I
)
_SCHEMA = re.compile(r"response_format|json_schema|structured output|grammar|\bschema\b", re.I)
_ODD = (ValueError, TypeError, KeyError, AttributeError, IndexError)
"""What the client libraries raise over an answer of another shape than a chat completion's."""
_QUOTA = re.compile(r"insufficient_quota|billing|exceeded your current quota", re.I)


def as_endpoint_error(error: BaseException, settings: Settings, partial: str = "") -> EndpointError:
    """The EndpointError for what a call raised.

    Args:
        error: from the OpenAI client, from httpx2 below it, or from LangChain above it.
        settings: for the endpoint's and the model's name; never its key.
        partial: the text that had arrived.
    """
    import httpx2
    import openai

    name = settings.endpoint_name
    if isinstance(error, EndpointError):
        return error
    if isinstance(error, openai.APIStatusError):
        return _from_status(error, settings, partial)
    if isinstance(error, openai.APITimeoutError | httpx2.TimeoutException):
        return timed_out(settings, partial)
    if isinstance(error, openai.APIConnectionError | httpx2.ConnectError) and not partial:
        broken = httpx2.RemoteProtocolError | httpx2.ReadError
        if any(isinstance(cause, broken) for cause in _causes(error)):
            return cut(settings, partial)
        message = f"{name} cannot be reached. Is it running, and is OPENAI_BASE_URL right?"
        return EndpointError(Fault.NO_ROUTE, message)
    if isinstance(error, httpx2.TransportError | openai.APIConnectionError):
        return cut(settings, partial)
    if isinstance(error, openai.APIError):
        # An error event inside a stream that began well.
        if _OVERFLOW.search(str(error)):
            return _overflow(settings, partial)
        return EndpointError(Fault.SERVER, f"{name} failed while answering. Try again.", partial=partial)
    if isinstance(error, (*_ODD, openai.OpenAIError)):
        message = f"{name} sent something that is no chat completion. Is OPENAI_BASE_URL right?"
        return EndpointError(Fault.OTHER, message, partial=partial)
    raise error


def _causes(error: BaseException) -> Iterator[BaseException]:
    """What an error was raised from, and that from: LangChain and the OpenAI client wrap in turn."""
    cause = error.__cause__ or error.__context__
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__


def _from_status(error: object, settings: Settings, partial: str) -> EndpointError:
    import openai

    assert isinstance(error, openai.APIStatusError)
    name, status, text = settings.endpoint_name, error.status_code, f"{error.message} {error.body}"
    if status in (400, 413, 422, 500) and _OVERFLOW.search(text):
        return _overflow(settings, partial)
    if status in (401, 403):
        return EndpointError(
            Fault.AUTH, f"{name} refuses the key (status {status}). Check OPENAI_API_KEY.", partial=partial
        )
    if status == 404:
        message = f"{name} has no model “{settings.model}” (status 404). Check INTERVIEWER_MODEL."
        return EndpointError(Fault.MODEL_MISSING, message, partial=partial)
    if status == 429:
        return _rate_limited(error, settings, text, partial)
    if status == 408:
        return timed_out(settings, partial)
    if status >= 500:
        message = f"{name} has an error of its own (status {status}). Try again in a while."
        return EndpointError(Fault.SERVER, message, retry_after=_retry_after(error), partial=partial)
    message = f"{name} does not accept the request (status {status})."
    return EndpointError(Fault.OTHER, message, partial=partial)


def _rate_limited(error: object, settings: Settings, text: str, partial: str) -> EndpointError:
    wait = _retry_after(error)
    if _QUOTA.search(text):
        advice = "The account's quota is used up; check its billing."
    elif wait is None:
        advice = "Wait a little and try again."
    else:
        advice = f"Try again in {max(1, round(wait))} s."
    message = f"{settings.endpoint_name} takes no more requests for now (status 429). {advice}"
    return EndpointError(Fault.RATE_LIMITED, message, retry_after=wait, partial=partial)


def _retry_after(error: object) -> float | None:
    """Seconds that the endpoint asked to wait: a number or an HTTP date (RFC 9110, section 10.2.3)."""
    headers = error.response.headers  # type: ignore[attr-defined]
    value = headers.get("retry-after")
    if value is None:
        return None
    try:
        return max(0.0, float(value))
    except ValueError:
        parsed = email.utils.parsedate_tz(value)
        return max(0.0, email.utils.mktime_tz(parsed) - time.time()) if parsed else None


def refuses_schema(error: BaseException) -> bool:
    """Whether a call failed because the endpoint knows no structured output."""
    import openai

    status = getattr(error, "status_code", None)
    return (
        isinstance(error, openai.APIStatusError)
        and status in (400, 404, 415, 422, 501)
        and bool(_SCHEMA.search(f"{error.message} {error.body}"))
    )


def timed_out(settings: Settings, partial: str = "") -> EndpointError:
    """Nothing came in time."""
    message = f"{settings.endpoint_name} did not answer within {settings.timeout:g} s. Try again."
    return EndpointError(Fault.TIMEOUT, message, partial=partial)


def cut(settings: Settings, partial: str = "") -> EndpointError:
    """The connection ended in the middle of the answer."""
    message = f"{settings.endpoint_name} broke off in the middle of its answer. Try again."
    return EndpointError(Fault.CUT, message, partial=partial)


def empty(settings: Settings) -> EndpointError:
    """The answer has no words."""
    message = f"{settings.endpoint_name} sent an empty answer. Try again."
    return EndpointError(Fault.EMPTY, message)


def refused(settings: Settings, partial: str = "") -> EndpointError:
    """The model declines."""
    message = f"The model “{settings.model}” declined to answer. Try again or choose another model."
    return EndpointError(Fault.REFUSED, message, partial=partial)


def not_schema(settings: Settings, partial: str = "") -> EndpointError:
    """The critique is not what was asked for."""
    message = f"The model “{settings.model}” did not keep to the critique's form. Try again."
    return EndpointError(Fault.NOT_SCHEMA, message, partial=partial)


def unfit_question(settings: Settings, why: str, partial: str = "") -> EndpointError:
    """What the model said is no question that an interviewer may ask; `why` completes “it …”."""
    message = f"The model “{settings.model}” gave no usable question: it {why}."
    return EndpointError(Fault.NOT_SCHEMA, message, partial=partial)


def _overflow(settings: Settings, partial: str) -> EndpointError:
    message = (
        f"The prompt is too long for “{settings.model}”. Lower INTERVIEWER_PROMPT_BUDGET "
        f"(now {settings.prompt_budget} tokens) or give the model a larger context."
    )
    return EndpointError(Fault.CONTEXT_OVERFLOW, message, partial=partial)
