"""Between the shapes and the rows: an interview or a turn to columns, and back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import RowMapping

from interviewer.schema import Critique, Interview, Turn

_SETUP = ("persona", "role", "company", "mode", "engine")
_INTERVIEW = ("id", "owner", "status", "ended_by", "created", "updated")
_TURN = (
    "number",
    "reply",
    "replied_at",
    "advances",
    "critique",
    "critique_state",
    "critique_prompt_hash",
    "thumb",
    "notices",
    "usage",
)
_QUESTION = ("kind", "engine", "state", "focus", "guidance", "prompt_hash")


def printable(value: Any) -> Any:
    """The same plain data without NUL characters, which PostgreSQL cannot hold: each becomes U+FFFD."""
    if isinstance(value, str):
        return value.replace("\x00", "\ufffd")
    if isinstance(value, dict):
        return {printable(key): printable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [printable(item) for item in value]
    return value


def interview_row(interview: Interview) -> dict[str, Any]:
    """The columns of an interview, without its turns."""
    data = printable(interview.model_dump(exclude={"turns"}))
    row = {name: data.pop(name) for name in _INTERVIEW}
    setup = data.pop("setup")
    row |= {name: setup.pop(name) for name in _SETUP}
    return row | {"setup": setup, "debrief": data.pop("debrief"), "rest": data}


def turn_row(interview_id: str, turn: Turn) -> dict[str, Any]:
    """The columns of a turn."""
    data = printable(turn.model_dump())
    row = {name: data.pop(name) for name in _TURN}
    question = data["question"]
    row |= {f"question_{name}": question.pop(name) for name in _QUESTION}
    row["question"] = question.pop("text")
    if not question:
        del data["question"]
    critique = turn.critique
    row["overall"] = critique.overall if critique else None
    row["critique_engine"] = critique.engine if critique else None
    return row | {"interview_id": interview_id, "rest": data}


def finding_rows(interview_id: str, number: int, critique: Critique | None) -> list[dict[str, Any]]:
    """The rows of `findings` for a critique; a pitfall that is named twice is one row with all quotes."""
    if critique is None:
        return []
    rows: dict[str, dict[str, Any]] = {}

    def add(point: str, kind: str, verdict: str, quotes: list[str]) -> None:
        row = rows.setdefault(
            point,
            {"interview_id": interview_id, "turn": number, "point": point}
            | {"kind": kind, "verdict": verdict, "quotes": []},
        )
        row["quotes"] += printable(list(quotes))

    for point, found in critique.criteria.items():
        add(point, "criterion", found.verdict, found.quotes)
    for pitfall in critique.pitfalls:
        add(pitfall.id, "pitfall", "present", pitfall.quotes)
    return list(rows.values())


def to_turn(row: RowMapping) -> Turn:
    """The turn that a row of `turns` holds.

    Raises:
        pydantic.ValidationError: the row does not fit the shape.
    """
    rest = dict(row["rest"])
    question = {name: row[f"question_{name}"] for name in _QUESTION}
    question |= {"text": row["question"], **rest.pop("question", {})}
    return Turn.model_validate({name: row[name] for name in _TURN} | rest | {"question": question})


def to_interview(row: RowMapping, turn_rows: Iterable[RowMapping]) -> Interview:
    """The interview that a row of `interviews` and its turns, in order, hold.

    Raises:
        pydantic.ValidationError: a row does not fit the shape.
    """
    setup = {name: row[name] for name in _SETUP} | row["setup"]
    data = {name: row[name] for name in _INTERVIEW} | row["rest"]
    return Interview.model_validate(
        data | {"setup": setup, "debrief": row["debrief"], "turns": [to_turn(turn) for turn in turn_rows]}
    )
