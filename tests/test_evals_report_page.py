"""The HTML report: one page that needs nothing, trusts nothing, and can be read and filtered anywhere."""

# ruff: noqa: F401, F811  (fixtures are imported by name)

from __future__ import annotations

import base64
import hashlib
import html as entities
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from browser import PHONE, candidate, chromium
from eval_samples import suite_run
from report_samples import (
    HOSTILE,
    LONG,
    a_run,
    blessed_runs,
    compare_report,
    complete_run,
    gate,
    incomplete_run,
    one,
)

from evals.report import html
from evals.report.html import MOST_CARDS
from evals.report.trend import trends
from evals.report.view import Report
from evals.report.words import clean
from evals.result import Run

EVERY: dict[str, Report] = {
    "complete": complete_run(gates=[gate(True), gate(False)]),
    "incomplete": incomplete_run(),
    "compare": compare_report(),
    "empty": Run(id=HOSTILE),
}
PAGES = {name: html(x, blessed_runs()) for name, x in EVERY.items()}
TAGS = (
    "html head meta title style body a header p code bdi b br h1 h2 h3 h4 h5 span nav ul li main section div "
    "table caption thead tbody tr th td details summary dl dt dd article fieldset legend label input select "
    "option svg g line rect circle path polyline text wbr ins del figure figcaption footer script"
)


class Seen(HTMLParser):
    """Every element with its attributes, and the text outside style and script."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text, self.raw = "", {"style": "", "script": ""}
        self._inside = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._inside = tag

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside in self.raw:
            self.raw[self._inside] += data
        else:
            self.text += data


@pytest.mark.parametrize("name", PAGES)
def test_nothing_that_was_said_becomes_an_element(name: str) -> None:
    seen = Seen(PAGES[name])
    assert {tag for tag, _ in seen.elements} <= set(TAGS.split())
    assert [tag for tag, _ in seen.elements].count("script") == 1
    assert clean(HOSTILE).split("@")[0] in seen.text
    assert "{{ 7*7 }}" in seen.text and "\x1b" not in PAGES[name] and "\u202e" not in PAGES[name]


@pytest.mark.parametrize("name", PAGES)
def test_the_page_asks_for_nothing_and_allows_nothing(name: str) -> None:
    seen = Seen(PAGES[name])
    policy = next(
        a["content"] or "" for tag, a in seen.elements if a.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy.startswith("default-src 'none'; ") and "unsafe" not in policy and "*" not in policy
    for kind, text in seen.raw.items():
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy
    for tag, attributes in seen.elements:
        assert not {"src", "srcset", "action", "data", "style", "background"} & attributes.keys(), tag
        assert not [each for each in attributes if each.startswith("on")], tag
        assert (attributes.get("href") or "#").startswith("#")
    assert not re.search(r"url\(|@import|https?:", seen.raw["style"] + seen.raw["script"])


def test_links_and_labels_within_the_page_lead_somewhere() -> None:
    for page in PAGES.values():
        seen = Seen(page)
        ids = [a["id"] for _, a in seen.elements if "id" in a]
        assert len(ids) == len(set(ids))
        assert {(a["href"] or "")[1:] for tag, a in seen.elements if tag == "a"} <= set(ids)


def test_a_compare_shows_both_answers_what_changed_and_why() -> None:
    page = PAGES["compare"]
    assert "<del>two things.</del> <ins>one &lt;script&gt;" in page
    card = page[page.index('data-regressed="one_question"') :].partition("</article>")[0]
    assert "mara.00" in card and "<ins>&lt;script&gt;" in card and "✗ fail" in card and "✓ pass" in card
    for words in ("Smallest", "p, Holm", "IMPROVED", "Every answer and every score is the same in both"):
        assert words in page


def test_a_long_reply_is_there_whole() -> None:
    text = Seen(PAGES["complete"]).text
    assert LONG in text and LONG in " ".join(text.split())


def test_a_page_of_very_many_cases_stays_readable_and_says_what_is_left_out() -> None:
    cases = [one(f"case-{number}", number % 2 > 0) for number in range(MOST_CARDS + 50)]
    page = html(a_run(suite_run(cases)))
    assert page.count("<article") == MOST_CARDS
    assert "50 more are in the JSON report" in page and "failing <b>175</b>" in page


def test_the_trend_breaks_where_the_graders_changed() -> None:
    found = {(each.suite, each.metric): each for each in trends([*blessed_runs(), complete_run()])}
    line = found["follow-up", "one_question"].lines[1]
    assert line.name == "base, small-model"
    assert [path.count(",") for path in line.paths] == [1, 3]
    assert [point.day for point in line.points] == ["2026-08-26", "2026-09-25", "2026-10-25", "2026-11-24"]
    assert all(a.x < b.x for a, b in zip(line.points, line.points[1:], strict=False))
    assert [point.label for point in line.points] == ["0.40", "0.46", "0.51", "0.57"]
    assert line.points[0].y > line.points[3].y
    assert "3 blessed runs, then this one at the right" in PAGES["complete"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, page in PAGES.items():
        (tmp_path / f"{name}.html").write_text(page, encoding="utf-8")
    return tmp_path


def shown(page: Any) -> int:
    return int(page.locator("article.card:visible").count())


@pytest.mark.browser
def test_filters_work_from_a_file_with_the_keyboard_and_without_scripts(chromium: Any, folder: Path) -> None:
    page = candidate(chromium)
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text))
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("request", lambda request: problems.append(request.url) if "file:" not in request.url else None)
    page.goto((folder / "compare.html").as_uri())
    assert shown(page) == 3
    page.get_by_role("radio", name="regressed").focus()
    page.keyboard.press("ArrowRight")
    assert shown(page) == 38
    page.get_by_role("radio", name="all").check()
    page.get_by_label("because of").select_option("no_leak")
    page.get_by_label("with words").fill("MARA.LONG")
    assert shown(page) == 1
    assert "1 of 41 cases shown" in page.get_by_role("status").inner_text()
    assert not problems
    still = candidate(chromium, java_script_enabled=False)
    still.goto((folder / "compare.html").as_uri())
    assert shown(still) == 41 and not still.get_by_role("radio", name="all").is_visible()


@pytest.mark.browser
@pytest.mark.parametrize("name", PAGES)
def test_the_page_fits_a_phone_and_both_appearances(chromium: Any, folder: Path, name: str) -> None:
    grounds = set()
    for scheme in ("light", "dark"):
        page = candidate(chromium, viewport=PHONE, color_scheme=scheme)
        page.goto((folder / f"{name}.html").as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        grounds.add(page.evaluate("getComputedStyle(document.body).backgroundColor"))
    assert len(grounds) == 2
