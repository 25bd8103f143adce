"""Reads a YAML data file that a coach edits, so that every mistake can be told with its line."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from interviewer.errors import DataFileError

Place = tuple[str | int, ...]
Text = Annotated[str, Field(min_length=1)]
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The safe loader in C, ten times as fast, where PyYAML was built with it."""


class Frozen(BaseModel):
    """Base of what is read from data files: unknown keys are an error, nothing can be changed."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


def read_text(path: Path, what: str) -> str:
    """The text of a data file.

    Raises:
        DataFileError: the file is not there, not readable, or not UTF-8.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataFileError(path, "is not UTF-8 text; save it as UTF-8") from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise DataFileError(
            path, f"{what} cannot be read ({reason}); put it there, or correct the folder"
        ) from error


def parse_yaml(text: str, path: Path, *, first_line: int = 1) -> tuple[dict[str, Any], dict[Place, int]]:
    """Parse a YAML mapping and note on which line each value stands.

    Args:
        text: the YAML.
        path: the file it is from, for messages.
        first_line: line of the file on which `text` begins, 1-based.

    Returns:
        The mapping, and for the path of keys and indices to each value its line.

    Raises:
        DataFileError: the text is not YAML, or not a mapping, or a key is there twice.
    """
    try:
        loader = LOADER(text)
        node = loader.get_single_node()
        data = loader.construct_document(node) if node else None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = first_line + mark.line if mark else None
        problem = " ".join(str(error.problem or "cannot be read").split())
        raise DataFileError(
            path, f"is not valid YAML: {problem}; check indentation and quotes", line
        ) from error
    except yaml.YAMLError as error:
        raise DataFileError(path, "is not valid YAML: it holds a character that is not allowed") from error
    if not isinstance(data, dict) or not isinstance(node, yaml.MappingNode):
        raise DataFileError(path, "should hold keys and values, like 'title: …'", first_line)
    lines: dict[Place, int] = {}
    _note_lines(node, (), lines, path, first_line)
    return data, lines


def _note_lines(node: yaml.Node, place: Place, lines: dict[Place, int], path: Path, first: int) -> None:
    lines.setdefault(place, first + node.start_mark.line)
    if isinstance(node, yaml.SequenceNode):
        for index, child in enumerate(node.value):
            _note_lines(child, (*place, index), lines, path, first)
    elif isinstance(node, yaml.MappingNode):
        for key_node, child in node.value:
            key = (*place, key_node.value)
            line = first + key_node.start_mark.line
            if key in lines:
                raise DataFileError(path, f"'{key_node.value}' is there twice; remove one", line)
            lines[key] = line
            _note_lines(child, key, lines, path, first)


def line_of(lines: dict[Place, int], place: Sequence[str | int]) -> int:
    """The line of a value, or of the nearest thing around it that is in the file."""
    asked = tuple(str(part) if not isinstance(part, int) else part for part in place)
    while asked and asked not in lines:
        asked = asked[:-1]
    return lines.get(asked, 1)


def data_error(error: ValidationError, path: Path, lines: dict[Place, int]) -> DataFileError:
    """The first thing that is wrong in a data file, as one line that says what to do."""
    first = error.errors()[0]
    return DataFileError(path, _problem(first), line_of(lines, first["loc"]))


def _problem(detail: ErrorDetails) -> str:
    where = ".".join(str(part) for part in detail["loc"] if part != "[key]") or "the file"
    match detail["type"]:
        case "missing":
            return f"'{where}' is missing; add it"
        case "extra_forbidden":
            return f"'{where}' is not known; remove it or correct its spelling"
        case "string_type":
            return f"'{where}' should be text; put it in quotes"
        case _:
            return f"'{where}': {detail['msg'].removeprefix('Value error, ')}"
