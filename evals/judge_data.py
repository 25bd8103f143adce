"""Reads the labelled replies that the embedded judge is trained and measured on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from interviewer.errors import DataFileError

FOLDER = Path(__file__).parent / "labelled"
FILES = (
    "dev.jsonl",
    "train.jsonl",
    "fresh.jsonl",
    "grown.jsonl",
    "wider.jsonl",
    "further.jsonl",
    "varied.jsonl",
    "broad.jsonl",
    "mixed.jsonl",
    "rambling.jsonl",
)
# The replies of `FILES` in other words, by other writers: learned from beside them.
RESTATED = "restated.jsonl"
# Measured and nothing else: never learned from, never read by whoever changes cues or exemplars.
UNSEEN = ("unseen.jsonl",)
_NUMBER = "0123456789."
Row = TypeVar("Row")
BETWEEN = "-"
"""What stands between the authors in the name of a file of weights learned without them."""


@dataclass(frozen=True)
class Labelled:
    """One reply with its reference labels. `author` is what its id begins with, before the number."""

    id: str
    role: str
    company: str
    question: str
    reply: str
    labels: dict[str, str]
    pitfalls: frozenset[str]
    overall: int
    focus: tuple[str, ...]

    @property
    def author(self) -> str:
        """Who wrote the reply, as one or two letters."""
        return self.id.rstrip(_NUMBER)


def load_labelled(folder: Path = FOLDER, files: Sequence[str] = FILES) -> list[Labelled]:
    """The labelled replies of a folder's files, in their order.

    Raises:
        DataFileError: a line is broken.
    """
    return [row for name in files for row in rows_of(folder / name, "labelled reply", _labelled)]


def rows_of(path: Path, what: str, make: Callable[[dict[str, Any]], Row]) -> list[Row]:
    """What the lines of a file are, each a JSON object.

    Args:
        path: the file.
        what: what a line should be, for the error.
        make: makes it of the object.

    Raises:
        DataFileError: a line is broken.
    """
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            found.append(make(json.loads(line)))
        except (ValueError, KeyError, TypeError) as error:
            raise DataFileError(path, f"is no {what} ({error}); correct the line", number) from error
    return found


def _labelled(row: Mapping[str, Any]) -> Labelled:
    return Labelled(
        id=row["id"],
        role=row["role"],
        company=row["company"],
        question=row["question"],
        reply=row["reply"],
        labels=dict(row["labels"]),
        pitfalls=frozenset(row["pitfalls"]),
        overall=int(row["overall"]),
        focus=tuple(row["focus"]),
    )


def load_restated(folder: Path = FOLDER) -> list[Labelled]:
    """The labelled replies said again in other words, with the labels and the author of their originals."""
    originals = {row.id: row for row in load_labelled(folder)}
    lines = (folder / RESTATED).read_text(encoding="utf-8").splitlines()
    return [replace(originals[row["of"]], id=row["id"], reply=row["reply"]) for row in map(json.loads, lines)]


def weights_without(folder: Path, author: str) -> Path:
    """The file in a folder of weights learned without some authors that never saw this one.

    Its name are the authors left out of it, with `BETWEEN` them; there may be no such file.
    """
    files = sorted(folder.glob("*.json"))
    return next((path for path in files if author in path.stem.split(BETWEEN)), folder / f"{author}.json")


def load_evidence(folder: Path = FOLDER) -> dict[str, dict[str, list[str]]]:
    """By the id of a labelled reply and by pitfall: the words that show it, verbatim."""
    lines = (folder / "evidence.jsonl").read_text(encoding="utf-8").splitlines()
    return {row["id"]: row["evidence"] for row in map(json.loads, lines)}


def data_hash(folder: Path = FOLDER) -> str:
    """A hash that changes when any labelled reply does."""
    digest = hashlib.sha256()
    for name in (*FILES, RESTATED):
        digest.update((folder / name).read_bytes())
    return digest.hexdigest()[:16]
