"""Reads rubric.yaml and checks that it fits together with the cards beside it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from pydantic import ValidationError

from interviewer.errors import DataFileError
from knowledge.cards import BUNDLED, Card, load_cards
from knowledge.datafile import Place, data_error, line_of, parse_yaml, read_text
from knowledge.rubric import CRITERION_IDS, PITFALL_IDS, Rubric

GENERAL_CARDS = frozenset(
    {"consistent-answers", "key-takeaways", "what-are-career-goals", "why-interviewers-ask"}
)
"""Cards about the question as a whole: no criterion or pitfall has to point to them."""


def load_rubric(folder: Path | None = None) -> Rubric:
    """Read `rubric.yaml` and check it against the cards beside it.

    Args:
        folder: a folder that holds `rubric.yaml` and `cards/` (None: the bundled knowledge).

    Raises:
        DataFileError: a file is broken, an id is unknown or missing, or a card does not exist; the
            message names file and line and says what to do.
    """
    where = folder or BUNDLED
    path = where / "rubric.yaml"
    text = read_text(path, "the rubric")
    data, lines = parse_yaml(text, path)
    if "hash" in data:
        raise DataFileError(path, "'hash' is not known; remove it", line_of(lines, ("hash",)))
    digest = hashlib.sha256(text.replace("\r\n", "\n").encode("utf-8")).hexdigest()[:16]
    try:
        rubric = Rubric.model_validate({**data, "hash": digest})
    except ValidationError as error:
        raise data_error(error, path, lines) from error
    for place, problem in _mistakes(rubric, load_cards(where), where):
        raise DataFileError(path, problem, line_of(lines, place))
    return rubric


def _mistakes(rubric: Rubric, cards: Sequence[Card], folder: Path) -> Iterator[tuple[Place, str]]:
    yield from _id_mistakes("criteria", [part.id for part in rubric.criteria], CRITERION_IDS)
    yield from _id_mistakes("pitfalls", [part.id for part in rubric.pitfalls], PITFALL_IDS)
    for index, criterion in enumerate(rubric.criteria):
        for at, before in enumerate(criterion.after):
            if before not in CRITERION_IDS or before == criterion.id:
                place: Place = ("criteria", index, "after", at)
                yield place, f"'{before}' is not another criterion; name one of {', '.join(CRITERION_IDS)}"
    for at, id in enumerate(rubric.focus_rule.when_all_is_met):
        if id not in CRITERION_IDS:
            problem = f"'{id}' is not a criterion; name one of {', '.join(CRITERION_IDS)}"
            yield ("focus", "when_all_is_met", at), problem
    criteria = {part.id: part.cards for part in rubric.criteria}
    pitfalls = {part.id: part.cards for part in rubric.pitfalls}
    yield from _card_mistakes("criteria", criteria, cards, folder)
    yield from _card_mistakes("pitfalls", pitfalls, cards, folder)
    yield from _lonely_cards({**criteria, **pitfalls}, cards)


def _id_mistakes(section: str, found: Sequence[str], known: Sequence[str]) -> Iterator[tuple[Place, str]]:
    for index, id in enumerate(found):
        if id not in known:
            yield (section, index, "id"), f"'{id}' is not known; the ids are {', '.join(known)}"
        if id in found[:index]:
            yield (section, index, "id"), f"'{id}' is there twice; remove one"
    for id in known:
        if id not in found:
            yield (section,), f"'{id}' is missing from '{section}'; add it"


def _card_mistakes(
    section: str, points: Mapping[str, Sequence[str]], cards: Sequence[Card], folder: Path
) -> Iterator[tuple[Place, str]]:
    by_id = {card.id: card for card in cards}
    for index, (id, names) in enumerate(points.items()):
        for at, name in enumerate(names):
            if name not in by_id:
                file = folder / "cards" / f"{name}.md"
                problem = f"there is no card '{name}'; write {file} or correct the name"
            elif id not in getattr(by_id[name], section):
                problem = f"'{id}' points to the card '{name}', which does not name it"
                problem += f"; add it to the card's '{section}'"
            else:
                continue
            yield (section, index, "cards", at), problem


def _lonely_cards(points: Mapping[str, Sequence[str]], cards: Sequence[Card]) -> Iterator[tuple[Place, str]]:
    pointed_to = {name for names in points.values() for name in names}
    for card in cards:
        for id in (*card.criteria, *card.pitfalls):
            if id not in points:
                yield (), f"the card '{card.id}' serves '{id}', which is not known; correct the card"
            elif card.id not in points[id]:
                yield (), f"the card '{card.id}' serves '{id}', whose 'cards' do not name it; add it there"
        if card.id not in pointed_to and card.id not in GENERAL_CARDS:
            yield (), f"no criterion or pitfall points to the card '{card.id}'; add it to the 'cards' of one"
