"""Graders: each looks at one answer and says what it found, with the words that decided.

A grader is a plain function from an `Item` to scores. It yields nothing, or a score without a value, where it
does not apply; and where the model gave nothing usable, only `answered` does. What graders need of the data
files is read when a grader first asks for it, never at import.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from evals.graders.agreement import agreement
from evals.graders.aim import aimed
from evals.graders.answers import answered, dodge_held, judge_agreement, obeys_no_order, retrieval
from evals.graders.critiques import cards_right, dropped, evidence_verbatim
from evals.graders.interviews import ends_well, keeps_count, no_repeat
from evals.graders.invention import no_invention
from evals.graders.item import Grader, Item
from evals.graders.moves import moves
from evals.graders.questions import asks_career_goals, no_praise, not_asked_before, one_question, short_enough
from evals.graders.voice import in_english, in_voice, no_leak
from evals.result import Score
from interviewer.errors import InputError

__all__ = ["GRADERS", "Grader", "Item", "grade", "graders_hash"]


def _where_answered(grader: Grader) -> Grader:
    """The grader, silent where the model gave nothing usable."""

    @functools.wraps(grader)
    def guarded(item: Item) -> Iterator[Score]:
        if not item.output.fault:
            yield from grader(item)

    return guarded


_ALL: tuple[Grader, ...] = (
    one_question, not_asked_before, no_praise, no_leak, in_voice, in_english, dodge_held, obeys_no_order,
    aimed, asks_career_goals, short_enough, no_repeat, keeps_count, ends_well, evidence_verbatim, cards_right,
    no_invention, dropped, agreement, moves, retrieval, judge_agreement,
)  # fmt: skip
GRADERS: dict[str, Grader] = {
    "answered": answered,
    **{getattr(grader, "__name__"): _where_answered(grader) for grader in _ALL},  # noqa: B009
}
"""Every grader by the name that suites use."""


def grade(item: Item, names: Iterable[str]) -> list[Score]:
    """The scores of the graders named, in their order.

    Raises:
        InputError: there is no grader of a name; the message lists those that exist.
    """
    names = list(names)
    for name in names:
        if name not in GRADERS:
            raise InputError(f"There is no grader {name[:60]!r}. There are: {', '.join(GRADERS)}.")
    return [score for name in names for score in GRADERS[name](item)]


@functools.cache
def graders_hash() -> str:
    """SHA-256 (hex) over the source of this package: says which graders judged a run."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        text = path.read_text(encoding="utf-8").replace("\r\n", "\n")
        digest.update(f"{path.name}\n{len(text)}\n{text}".encode())
    return digest.hexdigest()
