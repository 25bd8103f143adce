"""The cases of the eval benchmark: replies with the interviewer's next question, the same ones every time."""

from __future__ import annotations

import json
import tomllib
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

WORDS = Path(__file__).with_name("evals.toml")
METRICS = ("one_question", "short", "no_praise")
"""The three graders' names: exactly one question mark; no more words than allowed; no word of praise."""


@dataclass(frozen=True)
class Text:
    """One case.

    Args:
        id: `case-00000` and so on.
        role: the post.
        company: the employer.
        reply: what the candidate says.
        question: what the interviewer asks next; it is what graders look at.
    """

    id: str
    role: str
    company: str
    reply: str
    question: str


@cache
def words() -> dict[str, Any]:
    """The data file: `longest`, `praise`, and the pieces of the texts."""
    return tomllib.loads(WORDS.read_text(encoding="utf-8"))


def texts(count: int) -> list[Text]:
    """The first so many cases; up to 10,010 no two have the same reply."""
    return [_text(number) for number in range(count)]


def _text(number: int) -> Text:
    book = words()
    part = {name: _turn(choices, number) for name, choices in book["parts"].items()}
    questions = book["questions"]
    turns = questions["turns"]
    group = questions[_turn(turns, number)]
    return Text(
        id=f"case-{number:05}",
        role=part["role"],
        company=book["company"],
        reply=book["reply"].format(**part),
        question=_turn(group, number + number // len(turns)).format(**part),
    )


def _turn(choices: Any, number: int) -> str:
    return str(choices[number % len(choices)])


def write(folder: Path, count: int) -> None:
    """Write `texts.json` and `rules.json`, from which every tool's adapter reads."""
    rules = {"longest": words()["longest"], "praise": words()["praise"]}
    _write(folder / "texts.json", [asdict(text) for text in texts(count)])
    _write(folder / "rules.json", rules)


def _write(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, indent=1), encoding="utf-8")
