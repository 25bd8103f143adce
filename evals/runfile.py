"""Stored runs as files: written whole or not at all, read with their version checked."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import PydanticSerializationError

from evals.result import SCHEMA_VERSION, Run
from interviewer.errors import DataFileError
from interviewer.files import write_text
from interviewer.schema import Shape


def write_json(path: Path, value: Shape) -> None:
    """Write a run, whole or not at all."""
    # What is as it is by default is left out, most of a run; but never the version.
    try:
        text = value.model_dump_json(indent=1, exclude_defaults=True)
    except PydanticSerializationError:  # half a character, as a model may write one
        text = json.dumps(value.model_dump(mode="json", exclude_defaults=True), indent=1)
    write_text(path, f'{{\n "schema_version": {SCHEMA_VERSION},{text.removeprefix("{")}\n')


def read_run(path: Path) -> Run:
    """Read a stored run.

    Raises:
        DataFileError: it cannot be read, or is of another version.
    """
    try:
        data: Any = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DataFileError(path, "is no stored run; give the path of one that `run` wrote") from error
    version = data.get("schema_version") if isinstance(data, dict) else None
    if version != SCHEMA_VERSION:
        problem = f"is a run of version {version}, this program reads version {SCHEMA_VERSION}; run again"
        raise DataFileError(path, problem)
    try:
        return Run.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        raise DataFileError(path, f"{'.'.join(map(str, first['loc']))}: {first['msg']}; run again") from error
