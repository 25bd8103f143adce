"""Personas: who interviews, read from `personas/<id>.md` (YAML front matter, then the voice as Markdown).

A persona is data that a coach may have written or been sent: sizes are bounded, YAML aliases are refused, and
its lines are never executed as templates (`interviewer.questions` fills named marks by plain replacement).
"""

from __future__ import annotations

import hashlib
import json
import re
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

import yaml
from frontmatter.default_handlers import YAMLHandler
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from interviewer.errors import DataFileError, NotFoundError

MAX_BYTES = 64_000
"""A persona file, at most: the bundled ones have a quarter of this."""

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The safe loader in C, ten times as fast, where PyYAML was built with it."""

Line = Annotated[str, Field(min_length=1, max_length=600)]
Lines = Annotated[tuple[Line, ...], Field(min_length=1, max_length=60)]
Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,39}$")]
DodgeKind = Literal["silence", "one_word", "dont_know", "orders"]


class Vocabulary(BaseModel):
    """Words that belong to this voice, and words it never says."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    uses: tuple[Line, ...] = ()
    never: tuple[Line, ...] = ()


class Persona(BaseModel):
    """One interviewer. Lines may hold marks in braces, named with each field.

    A line whose mark has nothing to fill it is skipped.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Id
    name: Annotated[str, Field(min_length=1, max_length=60)]
    role: Annotated[str, Field(min_length=1, max_length=80)]
    avatar: Annotated[str, Field(min_length=1, max_length=16)]
    line: Annotated[str, Field(min_length=1, max_length=160)]
    """One line in their own voice, for the card at the start."""
    voice: Annotated[str, Field(min_length=1, max_length=4000)]
    """The file's body: how they talk, told to the model."""
    max_questions: Annotated[int, Field(ge=1, le=12)]
    strictness: Literal["gentle", "fair", "strict"]
    follow_up_depth: Annotated[int, Field(ge=1, le=5)]
    """How many questions in a row may stay on one point."""
    probes_first: Annotated[tuple[Id, ...], Field(max_length=21)] = ()
    opening: Lines
    """Greeting, scene and the career-goals question. Marks: {role}, {company}."""
    exercise: Lines
    """Greeting that hands over to one practice prompt. Mark: {exercise}."""
    again: Lines
    """The career-goals question in other words, for when the opening was dodged."""
    no_answer: Lines
    """What meets a dodge, in order of patience. Mark: {again}, the question asked anew."""
    dodge: dict[DodgeKind, Lines] = Field(default_factory=dict)
    """What meets one kind of dodge. Mark: {again}."""
    move_on: Lines
    """What follows three dodges in a row: an offer to go elsewhere or to stop."""
    contradiction: Lines
    """Marks: {earlier}, {later}, both in the candidate's words."""
    related: Lines
    """Other questions about the future and what drives the candidate."""
    closing: Lines
    bank: Annotated[dict[Id, Lines], Field(max_length=60)]
    """Questions by rubric id. Mark: {quote}, the candidate's words on that point."""
    vocabulary: Vocabulary = Field(default_factory=Vocabulary)

    @cached_property
    def hash(self) -> str:
        """SHA-256 (hex) of the content, the same however the file was laid out."""
        canonical = json.dumps(self.model_dump(mode="json"), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(canonical.encode()).hexdigest()


def load_personas(folder: Path | None = None) -> dict[str, Persona]:
    """Read every persona of a folder, by id.

    Args:
        folder: where the `<id>.md` files lie; None reads the bundled ones.

    Raises:
        DataFileError: the folder has no personas, or one of them is broken.
    """
    where = folder or _bundled()
    paths = _files(where)
    if not paths:
        raise DataFileError(where, "has no persona files; put at least one <id>.md here")
    return {path.stem: read_persona(path) for path in paths}


def load_persona(name: str, folder: Path | None = None) -> Persona:
    """Read one persona by its id.

    Raises:
        NotFoundError: there is no such file; the message lists those that exist.
        DataFileError: the file is broken.
    """
    where = folder or _bundled()
    known = [path.stem for path in _files(where)]
    if name not in known:
        raise NotFoundError(f"No persona is called {name[:60]!r}. There are: {', '.join(known) or 'none'}.")
    return read_persona(where / f"{name}.md")


def read_persona(path: Path) -> Persona:
    """Read one persona file.

    Raises:
        DataFileError: it cannot be read or breaks the shape; names the file, the line and what to do.
    """
    front, body = _split(path)
    data, lines = _parse(path, front)
    if "voice" in data:
        raise DataFileError(
            path, "write the voice under the front matter, not as a field", lines.get(("voice",))
        )
    try:
        persona = Persona.model_validate({**data, "voice": body.strip()})
    except ValidationError as error:
        first = error.errors()[0]
        raise DataFileError(path, _problem(first["loc"], first["msg"]), _line(first["loc"], lines)) from error
    if persona.id != path.stem:
        problem = f"the id is {persona.id!r}, but the file's name says {path.stem!r}; make them the same"
        raise DataFileError(path, problem, lines.get(("id",)))
    return persona


def _files(where: Path) -> list[Path]:
    """The persona files of a folder, by name; a README may lie among them."""
    found = sorted(where.glob("*.md")) if where.is_dir() else []
    return [path for path in found if path.stem.lower() != "readme"]


def _bundled() -> Path:
    return Path(__file__).with_name("personas")


def _split(path: Path) -> tuple[str, str]:
    """The front matter and the body of a file."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise DataFileError(path, f"is larger than {MAX_BYTES:,} bytes; shorten it")
        text = path.read_text(encoding="utf-8-sig").replace("\r\n", "\n")
    except OSError as error:
        raise DataFileError(path, f"cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise DataFileError(path, "is not UTF-8 text; save it as UTF-8") from error
    if not text.startswith("---\n"):
        raise DataFileError(path, "must begin with a line of three dashes and its front matter", 1)
    try:
        front, body = YAMLHandler().split(text)
    except ValueError as error:
        raise DataFileError(path, "the front matter is not closed by three dashes", 1) from error
    return front, body


Where = tuple[str | int, ...]


def _parse(path: Path, front: str) -> tuple[dict[str, object], dict[Where, int]]:
    """The front matter's data, and the file's line of every part of it."""
    text = "\n" + front.lstrip("\n")  # so that YAML's line 0 is the file's first line, the dashes
    lines: dict[Where, int] = {}
    try:
        for event in yaml.parse(text, Loader=LOADER):
            if isinstance(event, yaml.AliasEvent):
                line = (getattr(event.start_mark, "line", None) or 0) + 1
                raise DataFileError(path, "aliases (*name) are not allowed; write the text out", line)
        _places(path, yaml.compose(text, Loader=LOADER), (), lines)
        data = yaml.load(text, Loader=LOADER)
    except yaml.MarkedYAMLError as error:
        line = (getattr(error.problem_mark, "line", None) or 0) + 1
        advice = "put a line that holds a colon or begins with a quote mark in single quotes"
        problem = f"is not valid YAML here ({error.problem}); {advice}"
        raise DataFileError(path, problem, line) from error
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise DataFileError(path, "the front matter is not valid YAML; compare a bundled one") from error
    if not isinstance(data, dict):
        raise DataFileError(path, "the front matter must be fields with values", 2)
    return data, lines


def _places(path: Path, node: yaml.Node | None, where: Where, lines: dict[Where, int]) -> None:
    """Note the line of every part, and refuse a field given twice: YAML would keep the last."""
    if node is None:
        return
    lines.setdefault(where, node.start_mark.line + 1)
    if isinstance(node, yaml.SequenceNode):
        for number, item in enumerate(node.value):
            _places(path, item, (*where, number), lines)
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            here = (*where, str(key.value))
            if here in lines:
                raise DataFileError(path, f"{key.value!r} is given twice; keep one", key.start_mark.line + 1)
            lines[here] = key.start_mark.line + 1
            _places(path, value, here, lines)


def _line(loc: Where, lines: dict[Where, int]) -> int | None:
    """The line of the nearest known part around a place."""
    for end in range(len(loc), -1, -1):
        if loc[:end] in lines:
            return lines[loc[:end]]
    return None


def _problem(loc: Where, message: str) -> str:
    """One plain line for what pydantic found."""
    place = ".".join(str(part) for part in loc if part != "[key]")
    if message == "Field required":
        return (
            f"{place!r} is missing; add it"
            if place != "voice"
            else "the voice under the front matter is missing"
        )
    if message.startswith("Extra inputs"):
        return f"{place!r} is not a field of a persona; remove it or correct its name"
    return f"{place!r}: {re.sub(r'^Input', 'it', message)}"
