"""The three graders for tools in Python: plain functions of a text. `graders.cjs` has them in JavaScript."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

Grader = Callable[[str], tuple[bool, str]]
"""From the interviewer's words to whether they pass, with what decided."""


def read(folder: Path) -> tuple[list[dict[str, str]], dict[str, Grader]]:
    """The cases of a folder that `benchmarks.texts` wrote, and the graders by their metrics' names."""
    texts: list[dict[str, str]] = json.loads((folder / "texts.json").read_text(encoding="utf-8"))
    rules: dict[str, Any] = json.loads((folder / "rules.json").read_text(encoding="utf-8"))
    praise = re.compile(rf"\b(?:{'|'.join(rules['praise'])})\b", re.I)

    def one_question(text: str) -> tuple[bool, str]:
        count = text.count("?")
        return count == 1, f"asks {count} questions"

    def short(text: str) -> tuple[bool, str]:
        count = len(text.split())
        return count <= rules["longest"], f"{count} words"

    def no_praise(text: str) -> tuple[bool, str]:
        found = praise.search(text)
        return not found, f"praises: {found[0]}" if found else "no praise"

    return texts, {"one_question": one_question, "short": short, "no_praise": no_praise}
