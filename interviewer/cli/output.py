"""How commands read and print: text from standard input, one JSON document out, one line for an error."""

from __future__ import annotations

import json
import sys
from enum import StrEnum
from typing import Annotated, Any

import typer

from interviewer.errors import InputError


class Engine(StrEnum):
    """Which engine to use."""

    AUTO = "auto"
    EMBEDDED = "embedded"
    MODEL = "model"


EngineOption = Annotated[
    Engine,
    typer.Option(
        help="embedded: no language model, no network. model: the configured endpoint, or fail. "
        "auto: the model where one is configured, saying where it had to fall back."
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]


def print_json(value: Any) -> None:
    """Print one JSON document."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")


def say(line: str) -> None:
    """One plain line on standard error."""
    print(line, file=sys.stderr)


def read_stdin(what: str) -> str:
    """Everything on standard input, as text.

    Args:
        what: what is awaited, for the error: "a reply".

    Raises:
        InputError: there is nothing, or it is no text.
    """
    if sys.stdin.isatty():
        say(f"Type {what}, then Ctrl-D on a line of its own:")
    data = sys.stdin.buffer.read()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(
            f"Standard input is not UTF-8 text (byte {error.start + 1}): give {what} as plain text."
        ) from error
    if "\x00" in text:
        raise InputError(f"Standard input holds binary data: give {what} as plain text.")
    if not text.strip():
        raise InputError(f"Standard input is empty: give {what}, for example with a pipe.")
    return text


def parse_json(text: str, where: str) -> dict[str, Any]:
    """A JSON object.

    Raises:
        InputError: it is none; the message says where and what is wrong.
    """
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        raise InputError(f"{where} is not JSON: {error.msg} at column {error.colno}.") from error
    except RecursionError as error:
        raise InputError(f"{where} is nested too deeply to be read.") from error
    if not isinstance(value, dict):
        raise InputError(f"{where} is not a JSON object.")
    return value


def text_field(value: dict[str, Any], name: str, where: str, *, required: bool = False) -> str:
    """A string of a JSON object; absent or null gives an empty one unless required.

    Raises:
        InputError: it is no string, or missing though required.
    """
    found = value.get(name)
    if found is None and not required:
        return ""
    if not isinstance(found, str):
        raise InputError(f'{where}: "{name}" must be a string.')
    return found
