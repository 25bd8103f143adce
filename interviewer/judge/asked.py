"""What a narrow follow-up asks for, and whether a short reply ("By when?" - "Within two years.") gives it.

Such a reply says little, so the learned weights find little in it; what was asked for and given counts all
the same.
"""

from __future__ import annotations

from collections.abc import Callable

from interviewer.judge.cues import CueBook
from interviewer.judge.features import Reading
from interviewer.judge.quotes import evidence, whole_or_first

MOST_WORDS = 60
_FEW, _ENOUGH = 2, 4
_LEVEL = {False: 1, True: 2}


def asked_for(question: str, book: CueBook) -> list[str]:
    """The criteria that a question is about, by the phrases in the cues' `asks`."""
    asked = f" {question.lower()} "
    return [id for id, phrases in book.lists.asks.items() if any(p in asked for p in phrases)]


def given(reading: Reading, book: CueBook, id: str) -> tuple[int, list[str]]:
    """How far a reply gives what was asked for: 0 not, 1 partly, 2 in full; and the words that show it.

    Args:
        reading: of a reply to a narrow question, already known not to wave it off.
        book: the cues.
        id: the criterion asked for.
    """
    words = len(_told(reading, book))
    if not words or len(reading.text.words) > MOST_WORDS:
        return 0, []
    test = _TESTS.get(id)
    level = test(reading, words) if test else 0
    if not level:
        return 0, []
    return level, evidence(reading, book, id, {}) or whole_or_first(reading)


def _told(reading: Reading, book: CueBook) -> set[str]:
    skip = book.stop | book.empty
    return {w.text for w in reading.text.words if w.text not in skip}


def _has(reading: Reading, *cues: str) -> bool:
    return any(id in reading.hits for id in cues)


def _time(reading: Reading, words: int) -> int:
    kinds = {f.kind for f in reading.frames}
    return 2 if kinds & {"near", "mid"} else int("vague" in kinds)


def _skills(reading: Reading, words: int) -> int:
    return _LEVEL[_has(reading, "skill_learn_named") or words >= _ENOUGH - 1]


def _steps(reading: Reading, words: int) -> int:
    vague = _has(reading, "step_vague") and not reading.features["any_step"]
    return _LEVEL[not vague and words >= _FEW]


def _measure(reading: Reading, words: int) -> int:
    counts = any(c.isdigit() for c in reading.text.text) or _has(reading, "target_number", "credential_goal")
    named = any(w.text in ("percent", "per", "badge", "certificate", "none") for w in reading.text.words)
    return _LEVEL[counts or named or words >= 2 * _ENOUGH]


def _past(reading: Reading, words: int) -> int:
    return _LEVEL[_has(reading, "past_goal", "past_goal_reached")]


def _enough(reading: Reading, words: int) -> int:
    return _LEVEL[words >= _ENOUGH]


def _reason(reading: Reading, words: int) -> int:
    return _LEVEL[_has(reading, "experience", "past_goal_reached", "within_power")]


def _link(reading: Reading, words: int) -> int:
    linked = reading.features["any_link"] or _has(reading, "then_next", "because_any")
    return _LEVEL[bool(linked) and words >= _ENOUGH]


def _named(reading: Reading, words: int) -> int:
    return _LEVEL[bool(reading.features["any_goal"]) or words >= _FEW]


_TESTS: dict[str, Callable[[Reading, int], int]] = {
    "specific": _named,
    "timely": _time,
    "skills_awareness": _skills,
    "short_term_steps": _steps,
    "measurable": _measure,
    "past_evidence": _past,
    "achievable": _reason,
    "linked_path": _link,
    "flexible": _enough,
    "motivated": _enough,
    "relevant_to_role": _enough,
}
