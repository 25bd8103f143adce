"""Reads the labelled replies that the embedded judge is trained and measured on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from interviewer.errors import DataFileError

FOLDER = Path(__file__).parent / "labelled"
FILES = ("dev.jsonl", "train.jsonl", "fresh.jsonl", "grown.jsonl")
# Measured and nothing else: never learned from, never read by whoever changes cues or exemplars.
UNSEEN = ("unseen.jsonl",)


@dataclass(frozen=True)
class Labelled:
    """One reply with its reference labels. `author` is the first letter of the id."""

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
        """Who wrote the reply: r, a, b, c or d."""
        return self.id[0]


def load_labelled(folder: Path = FOLDER, files: Sequence[str] = FILES) -> list[Labelled]:
    """The labelled replies of a folder's files, in their order.

    Raises:
        DataFileError: a line is broken.
    """
    found = []
    for name in files:
        path = folder / name
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            try:
                row = json.loads(line)
                found.append(
                    Labelled(
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
                )
            except (ValueError, KeyError, TypeError) as error:
                raise DataFileError(
                    path, f"is no labelled reply ({error}); correct the line", number
                ) from error
    return found


def data_hash(folder: Path = FOLDER) -> str:
    """A hash that changes when any labelled reply does."""
    digest = hashlib.sha256()
    for name in FILES:
        digest.update((folder / name).read_bytes())
    return digest.hexdigest()[:16]
