"""The replies that a coach scores, and the spreadsheet (CSV) that they can be scored in."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import cast

from pydantic import ValidationError

from interviewer.calibration.shapes import OVERALL, Reply, Scored
from interviewer.errors import DataFileError, InputError
from interviewer.schema import Verdict
from knowledge import Rubric
from knowledge.cards import BUNDLED
from knowledge.datafile import read_text

FOLDER = "calibration"
LARGEST = 2_000_000
"""Characters of a file that is read: a filled sheet has some 10,000."""
PITFALLS = "pitfalls"
NONE = "none"
_ABOUT = ("id", "role", "company", "question", "reply")
# What spreadsheets take for a formula (OWASP, "CSV Injection"); text that has been marked already is
# marked again, so that taking one mark off always gives the text back.
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_MARKED = re.compile(r"'+[=+\-@\t\r]")


def load_replies(folder: Path | None = None) -> dict[str, Reply]:
    """The replies to score, by id, in the order to score them in.

    Args:
        folder: the knowledge folder (None, or one without such replies: the bundled ones).

    Raises:
        DataFileError: the file is missing or broken.
    """
    path = (folder or BUNDLED) / FOLDER / "replies.jsonl"
    path = path if path.is_file() else BUNDLED / FOLDER / "replies.jsonl"
    found: dict[str, Reply] = {}
    for number, line in enumerate(read_text(path, "the replies to score").split("\n"), start=1):
        if not line.strip():
            continue
        try:
            reply = Reply.model_validate(json.loads(line))
        except (json.JSONDecodeError, ValidationError) as error:
            raise DataFileError(path, "is not a reply with id, source, question, reply", number) from error
        if reply.id in found:
            raise DataFileError(path, f"the reply '{reply.id}' is there twice; remove one", number)
        found[reply.id] = reply
    return found


def write_sheet(
    replies: Mapping[str, Reply], rubric: Rubric, scores: Mapping[str, Scored] | None = None
) -> str:
    """The sheet as CSV: the replies, and columns to fill in.

    Args:
        replies: from `load_replies`.
        rubric: names the columns of the criteria.
        scores: what the coach has scored already, by reply.
    """
    criteria = [part.id for part in rubric.criteria]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([*_ABOUT, OVERALL, *criteria, PITFALLS])
    for reply in replies.values():
        cells = [reply.id, reply.role, reply.company, reply.question, reply.reply]
        done = (scores or {}).get(reply.id)
        if done is None:
            cells += [""] * (len(criteria) + 2)
        else:
            pitfalls = "" if done.pitfalls is None else ", ".join(done.pitfalls) or NONE
            cells += [str(done.overall), *(done.criteria.get(id, "") for id in criteria), pitfalls]
        writer.writerow([_guarded(cell) for cell in cells])
    return out.getvalue()


def decode(data: bytes, what: str) -> str:
    """A file's text: UTF-8, with a byte order mark or without.

    Raises:
        InputError: it is something else, or too large.
    """
    if len(data) > LARGEST * 4:
        raise InputError(f"{what} is too large to be a calibration; choose the right file.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{what} is not UTF-8 text; save it as CSV UTF-8.") from error
    if "\x00" in text:
        raise InputError(f"{what} holds binary data; save it as CSV UTF-8.")
    if not text.strip():
        raise InputError(f"{what} is empty; choose the sheet that you filled in.")
    return text


def read_sheet(text: str, replies: Mapping[str, Reply], rubric: Rubric) -> list[Scored]:
    """What a coach filled in. Rows that are blank but for the reply are not scored and are passed over.

    Args:
        text: the CSV, separated by commas, semicolons or tabs.
        replies: the ids that are known.
        rubric: the criteria and pitfalls that are known.

    Raises:
        InputError: the sheet cannot be used; the message names the row, counted as a spreadsheet does, with
            the head as row 1.
    """
    rows = _rows(text)
    if not rows:
        raise InputError("The sheet is empty; choose the sheet that you filled in.")
    head = [_plain(cell).strip().lower() for cell in rows[0]]
    _check_head(head, rubric)
    found: dict[str, Scored] = {}
    for number, row in enumerate(rows[1:], start=2):
        if not any(cell.strip() for cell in row):
            continue
        where = f"Row {number}"
        if len(row) > len(head) and any(cell.strip() for cell in row[len(head) :]):
            raise InputError(f"{where} has {len(row)} cells, the head {len(head)}; put its text in quotes.")
        cells = {name: _plain(cell).strip() for name, cell in zip(head, row, strict=False)}
        scored = _scored(cells, where, replies, rubric)
        if cells["id"] in found:
            raise InputError(f"{where}: the reply '{cells['id']}' is there twice; remove one.")
        if scored is not None:
            found[scored.id] = scored
    if not found:
        raise InputError("No reply in the sheet is scored: fill in the column 'overall' with 1 to 5.")
    return list(found.values())


def _rows(text: str) -> list[list[str]]:
    if len(text) > LARGEST:
        raise InputError("The sheet is too large to be a calibration; choose the right file.")
    first = text.lstrip("\ufeff\r\n ").split("\n", 1)[0]
    separator = max(",;\t", key=first.count)
    try:
        return list(
            csv.reader(io.StringIO(text.lstrip("\ufeff"), newline=""), delimiter=separator, strict=True)
        )
    except csv.Error as error:
        row = _broken_row(text, separator)
        raise InputError(f"Row {row} is not valid CSV ({error}); check its quotation marks.") from error


def _broken_row(text: str, separator: str) -> int:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    read = 0
    try:
        for _ in reader:
            read += 1
    except csv.Error:
        return read + 1
    return read


def _check_head(head: list[str], rubric: Rubric) -> None:
    known = {*_ABOUT, OVERALL, PITFALLS, *(part.id for part in rubric.criteria)}
    for name in ("id", OVERALL):
        if name not in head:
            raise InputError(f"Row 1: the column '{name}' is missing; keep the head of the sheet as it was.")
    for place, name in enumerate(head):
        if name and name not in known:
            raise InputError(
                f"Row 1: the column '{_short(name)}' is not known; remove it or correct its name."
            )
        if name and name in head[:place]:
            raise InputError(f"Row 1: the column '{name}' is there twice; remove one.")


def _scored(
    cells: Mapping[str, str], where: str, replies: Mapping[str, Reply], rubric: Rubric
) -> Scored | None:
    id = cells.get("id", "")
    if id not in replies:
        raise InputError(
            f"{where}: there is no reply '{_short(id)}'; keep the ids of the sheet as they were."
        )
    text = cells.get("reply", "")
    if text and _letters(text) != _letters(replies[id].reply):
        raise InputError(f"{where}: the text is not that of reply '{id}'; sort all columns together.")
    criteria = _criteria(cells, where, rubric)
    pitfalls = _pitfalls(cells.get(PITFALLS, ""), where, rubric)
    overall = cells.get(OVERALL, "")
    if not overall:
        if criteria or pitfalls is not None:
            raise InputError(f"{where}: 'overall' is empty although the row is marked; give 1 to 5.")
        return None
    return Scored(id=id, overall=_level(overall, where), criteria=criteria, pitfalls=pitfalls)


def _level(text: str, where: str) -> int:
    whole = re.fullmatch(r"([1-5])(?:[.,]0+)?", text)
    if whole is None:
        raise InputError(f"{where}: 'overall' is '{_short(text)}'; give a whole number from 1 to 5.")
    return int(whole[1])


def _criteria(cells: Mapping[str, str], where: str, rubric: Rubric) -> dict[str, Verdict]:
    found: dict[str, Verdict] = {}
    for part in rubric.criteria:
        said = cells.get(part.id, "").lower()
        if said and said not in ("met", "partly", "missing"):
            raise InputError(
                f"{where}: '{part.id}' is '{_short(said)}'; give met, partly or missing, or leave it blank."
            )
        if said:
            found[part.id] = cast(Verdict, said)
    return found


def _pitfalls(text: str, where: str, rubric: Rubric) -> list[str] | None:
    names = [name for name in re.split(r"[\s,;|]+", text.lower()) if name]
    if not names:
        return None
    if names == [NONE]:
        return []
    known = [part.id for part in rubric.pitfalls]
    for name in names:
        if name not in known:
            raise InputError(
                f"{where}: there is no pitfall '{_short(name)}'; known are {', '.join(known)}, or {NONE}."
            )
    return [id for id in known if id in names]


def _guarded(cell: str) -> str:
    return f"'{cell}" if _FORMULA.match(cell) else cell


def _plain(cell: str) -> str:
    return cell[1:] if _MARKED.match(cell) else cell


def _letters(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:40]}…"
