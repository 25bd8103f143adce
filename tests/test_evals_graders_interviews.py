"""The graders of a whole interview."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from grader_samples import ASKED, REPLY, item, passed, persona, scores
from question_samples import critique as a_critique
from question_samples import reply, start

from evals.graders import Item
from knowledge import load_rubric

MARA = persona()
CLOSING = MARA.closing[0]
ASKS = [
    "By when do you want that?",
    "Which ward is it?",
    "Who else wants the post?",
    "What have you done for it so far?",
    "How would you know that you are good at it?",
    "What would you do instead?",
    "Why here?",
]


def talk(lines: Sequence[str], replies: Sequence[str] = (), **more: object) -> Item:
    said = [*replies, *[REPLY] * (len(lines) - 1 - len(replies))]
    told = list(zip(lines[:-1], said, strict=True)) if lines else []
    return item(
        "interview", "", output={"lines": list(lines)}, case={"replies": said}, transcript=told, **more
    )


@pytest.mark.parametrize(
    ("lines", "good"),
    [
        ([ASKED, *ASKS[:3], CLOSING], True),
        ([ASKED, ASKS[0], ASKS[1], ASKS[0], CLOSING], False),
        ([ASKED, "Well then, what are your career goals?", CLOSING], False),
        ([ASKED, 'What do you mean by "the pay"?', 'What do you mean by "a whole ward"?', CLOSING], True),
        ([], None),
    ],
)
def test_no_repeat(lines: Sequence[str], good: bool | None) -> None:
    assert passed("no_repeat", talk(lines)) is good


def test_keeps_count() -> None:
    most = MARA.max_questions
    full = [ASKED, *ASKS[: most - 1]]
    assert passed("keeps_count", talk([*full, CLOSING])) is True
    assert passed("keeps_count", talk([*full, ASKS[-1], CLOSING])) is False
    assert passed("keeps_count", talk([*full, ASKS[-1], CLOSING], ["I don't know"])) is True
    assert passed("keeps_count", talk([*full, ASKS[-1], CLOSING], ["asdkjfh qwlekjr zxmcnbv mnbvcx"])) is True
    met = [ASKED, MARA.no_answer[0], *ASKS[: most - 1]]
    assert passed("keeps_count", talk([*met, CLOSING])) is True
    assert passed("keeps_count", talk([*met, ASKS[-1], CLOSING])) is False
    assert passed("keeps_count", talk([ASKED, ASKS[0]])) is False, "it never closes"
    assert passed("keeps_count", talk([])) is None
    assert passed("keeps_count", talk([*full, CLOSING], persona=None)) is None


@pytest.mark.parametrize(
    ("last", "good"),
    [
        (CLOSING, True),
        (f"  {CLOSING.upper()}  ", True),
        (f"{CLOSING} Any questions?", False),
        ("Goodbye.", False),
        ("Why here?", False),
        (persona("vik").closing[0], False),
    ],
)
def test_ends_well(last: str, good: bool) -> None:
    assert passed("ends_well", talk([ASKED, last])) is good


def test_every_line_but_the_last_asks_once() -> None:
    assert passed("one_question", talk([ASKED, *ASKS[:2], CLOSING])) is True
    assert passed("one_question", talk([ASKED, "I see.", CLOSING])) is False
    assert passed("one_question", talk([ASKED, "Why? And when?", CLOSING])) is False
    assert passed("one_question", talk([ASKED, CLOSING, CLOSING])) is False
    assert passed("one_question", talk([])) is None


def test_other_suites_are_no_interviews() -> None:
    for grader in ("no_repeat", "keeps_count", "ends_well"):
        assert passed(grader, item()) is None


@pytest.mark.parametrize("name", ["mara", "vik", "ashworth"])
def test_no_grader_finds_fault_with_the_built_in_interviewer(name: str) -> None:
    rubric, who = load_rubric(), persona(name)
    interview = start(who, rubric)
    texts = ["I want to grow.", "fine", *[f"{REPLY} I am in year {number}." for number in range(12)]]
    for text in texts:
        found = a_critique(rubric, pitfalls=["no_answer"] if text == "fine" else [])
        last = reply(who, rubric, interview, text, found)
        if last.kind == "closing":
            break
    lines = [*(turn.question.text for turn in interview.turns), last.text]
    told = [(turn.question.text, turn.reply) for turn in interview.turns]
    given = item("interview", "", output={"lines": lines}, transcript=told, persona=who)
    for grader in ("no_repeat", "keeps_count", "ends_well", "one_question", "in_voice", "in_english"):
        assert passed(grader, given) is True, scores(grader, given)
