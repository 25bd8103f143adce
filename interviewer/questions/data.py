"""The words that the built-in interviewer goes by, read from two YAML files in `prompts/`."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

import prompts
from interviewer.errors import DataFileError
from knowledge.datafile import LOADER


def _compile(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return re.compile(value, re.IGNORECASE | re.DOTALL)
    except re.error as error:
        raise ValueError(f"is not a regular expression: {error}") from error


Regex = Annotated[re.Pattern[str], BeforeValidator(_compile)]
DodgeKind = Literal["silence", "orders", "dont_know"]


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class RelatedCue(_Data):
    """A wording, and the rubric ids that such a question speaks to."""

    pattern: Regex
    focus: tuple[str, ...]


class Longest(_Data):
    """The most words of a line and of an opening."""

    line: int
    opening: int


class QuestionWords(_Data):
    """`prompts/questions.yaml`."""

    dodges: dict[DodgeKind, tuple[Regex, ...]]
    one_word: int
    related: tuple[RelatedCue, ...]
    related_asked: tuple[Regex, ...]
    praise: tuple[Regex, ...]
    double: Regex
    fillers: Regex
    opening: Regex
    longest: Longest


class Topic(_Data):
    """One thing that can be said both ways. `flips`: the denial of one side is the other side."""

    id: str
    focus: tuple[str, ...]
    flips: bool = False
    a: tuple[Regex, ...]
    b: tuple[Regex, ...] = ()


class Timeframe(_Data):
    """How one goal with a time to it is recognised; `ratio` is how far two times must lie apart."""

    id: str
    focus: tuple[str, ...]
    ratio: float = Field(gt=1)
    future: Regex
    goal_first: Regex
    time_first: Regex
    months: dict[str, float]
    numbers: dict[str, float]


class Contradictions(_Data):
    """`prompts/contradictions.yaml`."""

    guidance: tuple[str, ...]
    segments: Regex
    negation: Regex
    skip: tuple[Regex, ...]
    corrected: Regex
    first_person: Regex
    others: Regex
    empty_words: frozenset[str]
    topics: tuple[Topic, ...]
    timeframe: Timeframe


Shape = TypeVar("Shape", bound=_Data)


def read_words(path: Path, shape: type[Shape]) -> Shape:
    """Read one of the two files.

    Raises:
        DataFileError: it cannot be read or breaks the shape.
    """
    try:
        data: Any = yaml.load(path.read_text(encoding="utf-8"), Loader=LOADER)
    except (OSError, UnicodeDecodeError) as error:
        raise DataFileError(path, f"cannot be read: {error}") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = "is not valid YAML here; check indentation and quotes"
        raise DataFileError(path, problem, mark.line + 1 if mark else None) from error
    try:
        return shape.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise DataFileError(path, f"{place!r}: {first['msg'].removeprefix('Value error, ')}") from error


@cache
def question_words() -> QuestionWords:
    """The bundled `questions.yaml`, read once.

    Raises:
        DataFileError: it is broken.
    """
    return read_words(_folder() / "questions.yaml", QuestionWords)


@cache
def contradiction_words() -> Contradictions:
    """The bundled `contradictions.yaml`, read once.

    Raises:
        DataFileError: it is broken.
    """
    return read_words(_folder() / "contradictions.yaml", Contradictions)


def _folder() -> Path:
    return Path(str(prompts.__file__)).parent
