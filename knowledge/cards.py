"""Reads the guidance cards: one Markdown file each, with front matter."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from frontmatter.default_handlers import YAMLHandler
from pydantic import Field, ValidationError

from interviewer.errors import DataFileError
from knowledge.datafile import Frozen, Place, Text, data_error, line_of, parse_yaml, read_text

BUNDLED = Path(__file__).parent

ORDER = (
    "what-are-career-goals",
    "why-interviewers-ask",
    "link-personal-and-professional",
    "relevant-to-employer",
    "action-plan",
    "determined-but-flexible",
    "smart-goals",
    "blend-short-and-long",
    "time-horizon",
    "long-term-goal-ideas",
    "lead-with-the-long-term",
    "examples-professional-development",
    "examples-educational-advancement",
    "examples-personal-improvement",
    "show-excitement",
    "past-successes",
    "consistent-answers",
    "avoid-contentment",
    "avoid-money",
    "avoid-over-specific",
    "avoid-irrelevant",
    "keep-it-professional",
    "key-takeaways",
)
"""The bundled cards' ids in the order in which they are shown. A coach's own cards come after them, by id."""


class Card(Frozen):
    """One piece of guidance.

    `says` are things that candidates say or ask where the card helps, `terms` words and phrases from its
    field of meaning; both help retrieval and are not shown.
    `hash` changes whenever anything in the file does that matters.
    """

    id: Text
    title: Text
    source: Text
    theme: Text
    criteria: tuple[str, ...] = ()
    pitfalls: tuple[str, ...] = ()
    says: tuple[Text, ...] = Field(min_length=1)
    terms: tuple[Text, ...] = ()
    body: Text
    hash: str


def load_cards(folder: Path | None = None) -> tuple[Card, ...]:
    """Read all cards.

    Args:
        folder: a folder that holds `cards/` (None: the bundled knowledge).

    Returns:
        The cards in the order of `ORDER`, then any others by id.

    Raises:
        DataFileError: there are no cards, or a card is broken; the message names file and line.
    """
    where = (folder or BUNDLED) / "cards"
    cards = [load_card(path) for path in sorted(where.glob("*.md"))]
    if not cards:
        raise DataFileError(
            where, "holds no cards (files ending in .md); put them there, or correct the folder"
        )
    return tuple(sorted(cards, key=_place))


def _place(card: Card) -> tuple[int, str]:
    return (ORDER.index(card.id) if card.id in ORDER else len(ORDER), card.id)


def load_card(path: Path) -> Card:
    """Read one card.

    Raises:
        DataFileError: the file is broken; the message names it and the line.
    """
    text = read_text(path, "the card").replace("\r\n", "\n")
    front, body = _split(text, path)
    data, lines = parse_yaml(front, path, first_line=2)
    body_line = front.count("\n") + 4
    if not body.strip():
        raise DataFileError(path, "has no text below its front matter; write the advice there", body_line)
    for own in ("body", "hash"):
        if own in data:
            raise DataFileError(path, f"'{own}' is not known; remove it", line_of(lines, (own,)))
    fields = {**data, "body": body.strip(), "hash": _digest(data, body)}
    try:
        card = Card.model_validate(fields)
    except ValidationError as error:
        raise data_error(error, path, lines) from error
    _check(card, path, lines)
    return card


def _split(text: str, path: Path) -> tuple[str, str]:
    handler = YAMLHandler()
    if not handler.detect(text):
        raise DataFileError(path, "has no front matter; begin with a line '---', then 'id: …'", 1)
    try:
        front, body = handler.split(text)
    except ValueError as error:
        raise DataFileError(path, "has no second '---' line to end its front matter; add one", 1) from error
    return front.strip("\n"), body


def _digest(data: dict[str, object], body: str) -> str:
    canonical = json.dumps([data, body.strip()], sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(canonical.encode("utf-8")).hexdigest()[:16]


def _check(card: Card, path: Path, lines: dict[Place, int]) -> None:
    if card.id != path.stem:
        problem = f"'id' is '{card.id}', but the file is called {path.name}; make them the same"
        raise DataFileError(path, problem, line_of(lines, ("id",)))
    for field, values in (
        ("says", card.says),
        ("terms", card.terms),
        ("criteria", card.criteria),
        ("pitfalls", card.pitfalls),
    ):
        for index, value in enumerate(values):
            if value in values[:index]:
                raise DataFileError(
                    path, f"'{value}' is there twice; remove one", line_of(lines, (field, index))
                )
