"""The report for a pull request: short on top, folded below, and nobody's words act on the page."""

from __future__ import annotations

import html as entities
import re

import pytest
from eval_samples import suite_run
from markdown_it import MarkdownIt
from report_samples import HOSTILE, LONG, a_run, compare_report, complete_run, gate, incomplete_run, one

from evals.report import markdown
from evals.report.markdown import MOST
from evals.report.markup import block, inline
from evals.report.view import Report
from evals.report.words import clean
from evals.result import Run

EVERY: dict[str, Report] = {
    "complete": complete_run(gates=[gate(True), gate(False)]),
    "incomplete": incomplete_run(),
    "compare": compare_report(),
    "empty": Run(id=HOSTILE),
}
TAGS = "h2 p strong blockquote table thead tbody tr th td details summary b pre code ul li"
# What servers make of a text after Markdown: mentions, references, addresses; in `pre` they leave it alone.
LATER = re.compile(r"[@#!~%&$]\w|\bGH-\d|https?://|\bwww\.|:\w+:", re.IGNORECASE)


def rendered(text: str) -> str:
    return MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(text)


def plain(page: str) -> str:
    return entities.unescape(re.sub(r"<[^>]+>", " ", page))


@pytest.mark.parametrize("name", EVERY)
def test_nobodys_words_act_on_the_page(name: str) -> None:
    page = rendered(markdown(EVERY[name]))
    assert set(re.findall(r"<\s*/?\s*([\w-]+)", page)) <= set(TAGS.split())
    assert page.count("<details>") == page.count("</details>")
    outside = plain(re.sub(r"<pre>.*?</pre>", "", page, flags=re.DOTALL))
    assert not LATER.findall(outside)
    assert not re.search("[\x00-\x08\x1b\u202a-\u202e]", page)


@pytest.mark.parametrize("name", ["complete", "incomplete", "compare"])
def test_tables_keep_their_columns(name: str) -> None:
    text = markdown(EVERY[name])
    page = rendered(text)
    assert page.count("<table>") == len(re.findall(r"^\| ---", text, re.MULTILINE)) > 2
    for table in re.findall(r"<table>.*?</table>", page, re.DOTALL):
        assert len({len(re.findall(r"<t[hd]\b", row)) for row in table.split("</tr>")[:-1]}) == 1


def test_a_line_shows_just_its_words() -> None:
    for text in (HOSTILE, "_a_ __b__ snake_case `c` *d*", "1. no list", "a | b \\| c", "é — “q”"):
        page = rendered(f"| a | b |\n| --- | --- |\n| {inline(text)} | x |")
        cell = re.findall(r"<td>(.*?)</td>", page, re.DOTALL)
        assert len(cell) == 2 and "<" not in cell[0]
        assert entities.unescape(cell[0]).replace("\u200b", "").split() == clean(text).split()


def test_a_block_shows_just_its_lines() -> None:
    page = rendered(
        f"<details><summary>x</summary>\n\n{block(HOSTILE, '', '# not a heading')}\n\n</details>\n"
    )
    assert re.findall(r"<(\w+)", page) == ["details", "summary", "pre", "code"]
    assert plain(page).split() == ["x", *clean(HOSTILE).split(), "#", "not", "a", "heading"]


def test_the_top_is_short_and_the_rest_is_folded() -> None:
    text = markdown(complete_run(gates=[gate(True), gate(False)]))
    top = text.partition("<details>")[0]
    assert top.startswith("## Eval run: NOT HELD\n") and len(top) < 2000
    assert "| follow-up | model, prompt set base | 7 of 7 answers | 3 | 1 of 2 held | local:" in top
    assert "| critique | model, prompt set base |" in top and "**Next:**" in top
    assert "one_question fails: asks 2 questions" in text
    assert "no_leak (diagnostic: κ 0.31 is too low)" in text


def test_a_compare_gives_its_verdict_and_the_answers_that_changed() -> None:
    text = markdown(compare_report())
    assert text.startswith("## Eval compare: IMPROVED\n")
    assert "| follow-up | model | **IMPROVED** |" in text.partition("<details>")[0]
    assert "3 answers regressed" in text and "38 answers improved" in text
    assert "[-two things.-] {+one &lt;script&gt;" in text
    assert "| one_question | IMPROVED | 41 |" in text


def test_a_report_stays_below_what_a_comment_may_hold() -> None:
    cases = [one(f"case-{number}", False, f"{number} {LONG}") for number in range(30)]
    run = a_run(*(suite_run(cases, suite=f"suite-{number}") for number in range(20)))
    text = markdown(run)
    assert len(text) < MOST + 200
    assert "did not fit here" in text and text.count("<details>") == text.count("</details>")
