"""A reply's marks: escaped whatever it holds, cut right where quotes overlap, told by more than colour."""

from __future__ import annotations

import html
import re

import pytest

from interviewer.pages.marks import Mark, changed_html, filled, find_marks, marked_html, plain, split_blanks
from interviewer.schema import CriterionFinding, Critique, PitfallFinding
from knowledge import CRITERION_IDS, load_rubric

NASTY = [
    "<script>alert(1)</script>",
    '<img src=x onerror="alert(1)">',
    "**bold** $x^2$ :smile: `code` [a](javascript:b)",
    "</mark></div><h1>",
    "&lt;b&gt; & ' \"",
    "日本語 🙂 e\u0301",
]


def words_of(marked: str) -> str:
    """The text that a browser shows of the reply itself: without tags, icons and what is said to readers."""
    without = re.sub(r'<span class="iv-(?:icon|sr)"[^>]*>.*?</span>', "", marked, flags=re.S)
    return html.unescape(re.sub(r"<[^>]*>", "", without))


@pytest.mark.parametrize("text", NASTY)
def test_nothing_of_a_reply_becomes_html(text: str) -> None:
    marks = [
        Mark(0, 6, "strength", "<b>name</b>", '"advice"'),
        Mark(3, len(text), "pitfall", "Money", "<i>"),
    ]
    out = marked_html(text, marks)
    assert words_of(out) == text
    assert set(re.findall(r"<(/?\w+)", out)) <= {"mark", "/mark", "span", "/span"}
    assert "<b>" not in out and "<i>" not in out


def test_overlapping_quotes_carry_both_kinds_where_they_overlap() -> None:
    out = marked_html("abcdefgh", [Mark(0, 5, "strength", "S", ""), Mark(3, 8, "pitfall", "P", "")])
    pieces = re.findall(r'<mark class="([^"]*)"', out)
    assert pieces == ["iv-mark iv-strength", "iv-mark iv-strength iv-pitfall", "iv-mark iv-pitfall"]
    assert words_of(out) == "abcdefgh"


def test_kinds_are_told_apart_without_colour() -> None:
    out = marked_html(
        "ab cd", [Mark(0, 2, "strength", "Vision", "Keep."), Mark(3, 5, "pitfall", "Money", "")]
    )
    assert ">✓<" in out and ">!<" in out
    assert "(strength: Vision)" in out and "(pitfall: Money)" in out
    assert out.count('tabindex="0"') == 2


def test_marks_are_found_where_the_quotes_stand() -> None:
    findings = {name: CriterionFinding(verdict="missing") for name in CRITERION_IDS}
    findings["timely"] = CriterionFinding(verdict="met", quotes=["in two years", "not in the reply"])
    findings["specific"] = CriterionFinding(verdict="partly", quotes=["a team"])
    critique = Critique(
        engine="embedded",
        criteria=findings,
        pitfalls=[PitfallFinding(id="money_motive", quotes=["the pay"], guidance=[])],
        overall=3,
    )
    reply = "I lead a team in two years for the pay"
    marks = find_marks(reply, critique, load_rubric())
    assert [(reply[m.start : m.end], m.kind) for m in marks] == [
        ("in two years", "strength"),
        ("the pay", "pitfall"),
    ]


def test_what_changed_is_escaped_and_marked_by_tags() -> None:
    out = changed_html("I want <b> money", "I want <b> a team")
    assert "<del>" in out and "<ins>" in out and "<b>" not in out
    assert changed_html("same words", "same words") == "same words"


def test_blanks_are_cut_out_in_their_order() -> None:
    text = "I want [what?] by [when?]."
    assert split_blanks(text, ["what?", "when?"]) == [("I want ", "what?"), (" by ", "when?"), (".", "")]
    assert split_blanks(text, ["who?"]) == [(text, "")]
    assert filled(text, {"when?": "May"}) == "I want [what?] by May."


def test_a_label_cannot_carry_markdown() -> None:
    assert plain("**a** :b:\n[c](d)") == r"\*\*a\*\* \:b\: \[c\]\(d\)"


def test_a_very_long_reply_is_compared_by_sentences() -> None:
    before = "I want to run the team. " * 2000
    out = changed_html(before, "I want to run the team. In two years.")
    assert out.startswith("I want to run the team.")
    assert "<ins>" in out and "In two years." in out
    assert out.count("<del>") == 1
