"""The Settings page's Test button: does the endpoint answer, how fast, and does it keep to a schema?"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from interviewer.model import faults
from interviewer.model.client import untraced

if TYPE_CHECKING:
    from langchain_openai import ChatOpenAI

    from interviewer.settings import Settings
    from prompts.templates import Prompt


@dataclass(frozen=True)
class EndpointCheck:
    """What the test found. `message` says it in words; `fault` names what failed, if anything did."""

    answers: bool
    seconds: float
    structured_output: bool
    message: str
    fault: str = ""


_SCHEMA: dict[str, Any] = {
    "title": "ready",
    "description": "whether you are ready",
    "type": "object",
    "properties": {"ready": {"type": "boolean"}},
    "required": ["ready"],
    "additionalProperties": False,
}


def check_endpoint(chat: ChatOpenAI, prompt: Prompt, settings: Settings) -> EndpointCheck:
    """Ask for one word, in a schema; where that is refused, without one. An endpoint's fault is a result."""
    messages = prompt.render().messages
    started = time.monotonic()
    try:
        with untraced():
            model = chat.with_structured_output(_SCHEMA, method="json_schema", include_raw=True, strict=True)
            text = str(model.invoke(messages)["raw"].text)
    except Exception as error:
        if faults.refuses_schema(error):
            return _without_schema(chat, messages, settings)
        fault = faults.as_endpoint_error(error, settings)
        return EndpointCheck(False, time.monotonic() - started, False, str(fault), fault.fault.value)
    return _result(text, time.monotonic() - started, settings, structured=_is_ready(text))


def _without_schema(chat: ChatOpenAI, messages: list[tuple[str, str]], settings: Settings) -> EndpointCheck:
    started = time.monotonic()
    try:
        with untraced():
            text = str(chat.invoke(messages).text)
    except Exception as error:
        fault = faults.as_endpoint_error(error, settings)
        return EndpointCheck(False, time.monotonic() - started, False, str(fault), fault.fault.value)
    return _result(text, time.monotonic() - started, settings, structured=False)


def _result(text: str, seconds: float, settings: Settings, *, structured: bool) -> EndpointCheck:
    if not text.strip():
        fault = faults.empty(settings)
        return EndpointCheck(False, seconds, False, str(fault), fault.fault.value)
    support = "supports structured output" if structured else "does not keep to structured output"
    return EndpointCheck(True, seconds, structured, f"answers, {seconds:.1f} s, {support}")


def _is_ready(text: str) -> bool:
    try:
        data = json.loads(text)
    except ValueError:
        return False
    return isinstance(data, dict) and isinstance(data.get("ready"), bool)
