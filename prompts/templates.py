"""Prompt files: Markdown with front matter, checked, hashed and rendered into messages and named segments.

A file looks like this::

    ---
    name: question
    version: 1
    description: the interviewer's next question
    max_tokens: 90
    temperature: 0.6
    ---
    ## system
    Rules …
    <!-- segment: persona -->
    You speak as {{ persona.name }} …
    ## user
    <!-- segment: transcript -->
    {{ reply | fence("REPLY") }}

`## system`, `## user` and `## assistant` on a line of their own start a message. A segment marker
names the text that follows it, up to the next marker or message; text before any marker belongs to the
segment named after its message's role. Each segment is rendered on its own by a sandboxed Jinja2, so
nothing that a variable holds can start a message or a segment. Autoescape is off: text that somebody else
wrote goes through the `fence` or `line` filter.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import yaml
from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError, UndefinedError
from jinja2.sandbox import SandboxedEnvironment
from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator

from interviewer.errors import DataFileError, NotFoundError
from prompts.personas import LOADER

FENCE_OPEN, FENCE_CLOSE = "<<<", ">>>"
SEGMENTS = ("system", "persona", "rubric", "cards", "transcript", "schema", "sampling")
"""The segments that a recording hashes one by one; a template may have others beside them."""

_ROLE = re.compile(r"^## (system|user|assistant)[ \t]*$")
_TAG = re.compile(r"<(?=/?(?:s|bos|eos|start_of_turn|end_of_turn|think|tool_call|im_start|im_end)>)")
_BRACKET_TAG = re.compile(r"\[(?=/?(?:INST|SYS|AVAILABLE_TOOLS|TOOL_CALLS)\])")
_SEGMENT = re.compile(r"^<!-- segment: ([a-z_]+) -->[ \t]*$")


class PromptMeta(BaseModel):
    """A prompt file's front matter. An unknown field is an error, so that a typo shows."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=r"^[a-z][a-z0-9_-]*$")
    version: int = Field(ge=1)
    description: str = Field(min_length=1)
    max_tokens: int = Field(gt=0, description="tokens that the model may generate, at most")
    temperature: float = Field(0.0, ge=0, le=2)
    second_opinion: bool = Field(False, description="show the model the built-in judge's verdicts to correct")
    answer: Literal["verdicts", "changes"] = Field(
        "verdicts",
        description="whether the model judges everything, or says what it would change in the built-in "
        "judge's verdicts",
    )
    praise: tuple[str, ...] = Field((), description="regular expressions of praise, cut in realistic mode")
    refusals: tuple[str, ...] = Field((), description="regular expressions of a model that declines")
    share: dict[str, float] = Field(
        default_factory=dict, description="largest part of the prompt budget for each bounded input, 0 to 1"
    )

    @field_validator("answer")
    @classmethod
    def _has_what_it_changes(cls, value: str, info: ValidationInfo) -> str:
        if value == "changes" and not info.data.get("second_opinion"):
            raise ValueError("'changes' needs 'second_opinion: true' above it: there is nothing to change")
        return value


@dataclass(frozen=True)
class Rendered:
    """A prompt ready to send.

    Args:
        messages: (role, text) in order.
        segments: the same text by segment name, plus what the caller adds (`schema`, `sampling`).
    """

    messages: list[tuple[str, str]]
    segments: dict[str, str] = field(default_factory=dict)

    def with_segments(self, **texts: str) -> Rendered:
        """The same messages with more segments recorded beside them."""
        return replace(self, segments={**self.segments, **texts})

    def segment_hashes(self) -> dict[str, str]:
        """SHA-256 of each segment's text."""
        return {name: hashlib.sha256(text.encode()).hexdigest() for name, text in self.segments.items()}


@dataclass(frozen=True)
class _Block:
    """One segment of the file: its message's index and role, its name, first line (1-based) and source."""

    message: int
    role: str
    segment: str
    line: int
    source: str


@dataclass(frozen=True)
class Prompt:
    """A loaded prompt file. `hash` is the SHA-256 of the whole file."""

    path: Path
    meta: PromptMeta
    hash: str
    blocks: tuple[_Block, ...]

    def render(self, **variables: Any) -> Rendered:
        """Fill the template.

        Raises:
            DataFileError: the template uses a variable that is not given, or cannot be rendered.
        """
        texts: dict[int, list[str]] = {}
        roles: dict[int, str] = {}
        segments: dict[str, str] = {}
        for block in self.blocks:
            text = _render_block(self.path, block, variables)
            roles[block.message] = block.role
            texts.setdefault(block.message, []).append(text)
            segments[block.segment] = "\n".join(filter(None, (segments.get(block.segment, ""), text)))
        messages = [
            (roles[number], "\n".join(part for part in texts[number] if part)) for number in sorted(texts)
        ]
        return Rendered(messages, segments)

    def render_text(self, **variables: Any) -> list[tuple[str, str]]:
        """Only the messages: (role, text) in order."""
        return self.render(**variables).messages

    def sampling(self) -> str:
        """The sampling settings as canonical JSON: the `sampling` segment."""
        return json.dumps(
            {"max_tokens": self.meta.max_tokens, "temperature": self.meta.temperature}, sort_keys=True
        )


def fence(text: object, label: str = "TEXT") -> str:
    """Put untrusted text between delimiters that it cannot close.

    Runs of `<<<` and `>>>`, chat-template tokens (`<|im_end|>`, `[INST]`, `</s>` …) and control characters in
    the text are defused visibly; nothing else is changed.

    Args:
        text: what somebody else wrote.
        label: what it is, in capitals; shown at the opening.
    """
    return f"{FENCE_OPEN}{label}\n{defuse(str(text))}\n{FENCE_CLOSE}"


def line(text: object, limit: int = 160) -> str:
    """Untrusted text as one short line: defused, whitespace collapsed, cut at `limit` characters."""
    flat = " ".join(defuse(str(text)).split())
    return flat if len(flat) <= limit else flat[: limit - 1].rstrip() + "…"


def defuse(text: str) -> str:
    """Take from a text what could end a fence or be read as a token of a chat template."""
    if not text.replace("\n", "").replace("\t", "").isprintable():
        text = "".join(char for char in text if char in "\n\t" or char.isprintable())
    text = re.sub(r"<{2,}", lambda run: "‹" * len(run[0]), text)
    text = re.sub(r">{2,}", lambda run: "›" * len(run[0]), text)
    text = text.replace("<|", "‹|").replace("|>", "|›")
    text = re.sub(
        r"<(?=/?(?:s|bos|eos|start_of_turn|end_of_turn|think|tool_call|im_start|im_end)>)", "‹", text
    )
    text = re.sub(r"\[(?=/?(?:INST|SYS|AVAILABLE_TOOLS|TOOL_CALLS)\])", "(", text)
    # A line that looks like one of our own headings would only confuse: it cannot start a message.
    return re.sub(r"(?m)^(#{1,3}) (?=(?:system|user|assistant)\b)", r"\1", text)


def load_prompt(name: str, folder: Path | None = None) -> Prompt:
    """Read one prompt file.

    Args:
        name: the file's name without `.md`.
        folder: a coach's own prompts; a file missing there is taken from the bundled ones.

    Raises:
        NotFoundError: there is no such prompt.
        DataFileError: the file is broken; names file and line.
    """
    bundled = Path(__file__).parent
    for place in (folder, bundled):
        if place is not None and (path := place / f"{name}.md").is_file():
            return _parse(path)
    raise NotFoundError(f"There is no prompt “{name}”. The bundled prompts lie in {bundled}.")


def _parse(path: Path) -> Prompt:
    raw = path.read_bytes()
    try:
        lines = raw.decode("utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise DataFileError(path, "is not UTF-8 text; save it as UTF-8") from error
    if not lines or lines[0].strip() != "---" or "---" not in lines[1:]:
        raise DataFileError(path, "needs front matter between two lines of ---", 1)
    end = lines.index("---", 1)
    meta = _front_matter(path, "\n".join(lines[1:end]))
    if meta.name != path.stem:
        raise DataFileError(path, f"name is “{meta.name}” but the file is called {path.name}", 2)
    blocks = _blocks(path, lines, end + 1)
    for block in blocks:
        _compile(path, block)
    return Prompt(path, meta, hashlib.sha256(raw).hexdigest(), tuple(blocks))


def _front_matter(path: Path, text: str) -> PromptMeta:
    try:
        data = yaml.load(text, Loader=LOADER)
        return PromptMeta.model_validate(data if isinstance(data, Mapping) else {})
    except yaml.MarkedYAMLError as error:
        at = error.problem_mark.line + 2 if error.problem_mark else 1
        raise DataFileError(path, f"front matter is not YAML: {error.problem}", at) from error
    except ValidationError as error:
        # A misspelt field is the cause, the right one's absence its effect: name the cause.
        first = min(error.errors(), key=lambda found: found["type"] != "extra_forbidden")
        key = str(first["loc"][0]) if first["loc"] else "front matter"
        at = next((n for n, row in enumerate(text.splitlines(), 2) if row.startswith(f"{key}:")), 1)
        raise DataFileError(path, f"{key}: {first['msg']}", at) from error


def _blocks(path: Path, lines: list[str], start: int) -> list[_Block]:
    blocks: list[_Block] = []
    role, segment, message, first = "", "", -1, start
    body: list[str] = []

    def close() -> None:
        if role and (source := "\n".join(body).strip("\n")).strip():
            lead = next(n for n, row in enumerate(body) if row.strip())
            blocks.append(_Block(message, role, segment, first + lead + 1, source))
        elif not role and any(row.strip() for row in body):
            raise DataFileError(path, "text before the first “## system” or “## user”", start + 1)

    for number, row in enumerate(lines[start:], start):
        if found := _ROLE.match(row):
            close()
            role = segment = found[1]
            message, first, body = message + 1, number + 1, []
        elif found := _SEGMENT.match(row):
            close()
            segment, first, body = found[1], number + 1, []
        else:
            body.append(row)
    close()
    if not blocks:
        raise DataFileError(path, "has no message; add a line “## system” or “## user” and text under it")
    return blocks


@lru_cache(maxsize=1)
def _environment() -> SandboxedEnvironment:
    environment = SandboxedEnvironment(undefined=StrictUndefined, autoescape=False, trim_blocks=True)
    environment.lstrip_blocks = True
    environment.filters["fence"] = fence
    environment.filters["line"] = line
    return environment


@lru_cache(maxsize=256)
def _compile(path: Path, block: _Block) -> Any:
    """A block as a template; kept, since the same few are rendered for every reply."""
    try:
        return _environment().from_string(block.source)
    except TemplateSyntaxError as error:
        raise DataFileError(path, str(error.message), block.line + error.lineno - 1) from error


def _render_block(path: Path, block: _Block, variables: Mapping[str, Any]) -> str:
    template = _compile(path, block)
    try:
        return str(template.render(**variables)).strip("\n")
    except (UndefinedError, TemplateError, TypeError) as error:
        raise DataFileError(path, str(error), block.line + _line_of(error) - 1) from error


def _line_of(error: BaseException) -> int:
    """The line within the block where rendering failed: Jinja maps its frames back to the template's."""
    at, trace = 1, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == "<template>":
            at = trace.tb_lineno
        trace = trace.tb_next
    return at
