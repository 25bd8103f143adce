"""A person practises in a real browser: start, reply, reload, second tab, restart, debrief, export."""

# ruff: noqa: F401, F811  (fixtures are imported by name)

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from browser import (
    PHONE,
    REPLY,
    Server,
    begin,
    bubbles,
    candidate,
    chromium,
    field,
    replied,
    say,
    server,
)

pytestmark = [pytest.mark.browser]

MORE = [
    "I would go sideways into logistics if that post never opens, I am open about the route.",
    "Two colleagues of mine made the same step in three years, so I think that I can as well.",
    "A better forecast means less stock in your warehouse, and that is what I want to be measured by.",
    "I look forward to the moment when the plan and the trucks match, that is what drives me.",
    "I bring good Excel and I still have to learn how to chair a meeting, which the course trains.",
]


def test_a_whole_interview_to_the_debrief_and_its_exports(server: Server, chromium: Any) -> None:
    page = candidate(chromium, accept_downloads=True)
    begin(page, server)
    for number, text in enumerate([REPLY, *MORE], 1):
        say(page, text)
        replied(page, number)
        if page.get_by_role("heading", name="Your debrief").is_visible():
            break
    page.get_by_role("heading", name="Next exercise").wait_for()
    page.get_by_role("button", name="Choose somebody else").wait_for()
    assert page.get_by_role("heading", name="Keep").is_visible()
    assert page.locator(".iv-table tbody tr").count() == number
    found = {}
    for label in ("PDF", "Markdown", "JSON"):
        with page.expect_download() as download:
            page.get_by_role("button", name=label).click()
        found[label] = Path(download.value.path()).read_bytes()
    assert found["PDF"].startswith(b"%PDF")
    assert "demand planning team" in found["Markdown"].decode()
    assert json.loads(found["JSON"])["interview"]["turns"][0]["reply"] == REPLY
    page.get_by_role("button", name="Practise this now").click()
    page.locator(".st-key-bar").get_by_text("exercise").wait_for()


def test_reload_second_tab_and_restart_find_the_same_interview(server: Server, chromium: Any) -> None:
    page = candidate(chromium)
    begin(page, server)
    say(page, REPLY)
    replied(page, 1)
    before = bubbles(page)
    assert len(before) == 3
    page.reload()
    replied(page, 1)
    page.get_by_text("Back where you were").wait_for()
    assert bubbles(page) == before
    second = page.context.new_page()
    second.goto(page.url)
    replied(second, 1)
    assert bubbles(second) == before
    second.close()
    server.stop()
    server.start()
    page.reload()
    replied(page, 1)
    assert bubbles(page) == before
    say(page, MORE[0])
    replied(page, 2)


def test_two_people_do_not_see_each_other(server: Server, chromium: Any) -> None:
    one, two = candidate(chromium), candidate(chromium)
    begin(one, server)
    say(one, REPLY)
    replied(one, 1)
    one.goto(f"{server.url}/history")
    one.get_by_text("Mara Lindqvist").first.wait_for()
    two.goto(f"{server.url}/history")
    two.get_by_role("button", name="Start practising").wait_for()
    assert not two.get_by_text("Mara Lindqvist").is_visible()
    two.goto(server.url)
    two.get_by_role("button", name=re.compile("Start with")).wait_for()
    assert not two.get_by_text("Go on with").is_visible()
    [cookie] = [c for c in one.context.cookies() if c["name"] == "interviewer_owner"]
    assert cookie["httpOnly"] and cookie["sameSite"] == "Lax"
    assert cookie["value"] != next(c["value"] for c in two.context.cookies() if c["name"] == cookie["name"])


def test_an_unfinished_interview_is_offered_first(server: Server, chromium: Any) -> None:
    page = candidate(chromium)
    begin(page, server)
    say(page, REPLY)
    replied(page, 1)
    page.goto(server.url)
    page.get_by_role("button", name="Go on with Mara, 1 of 5").click()
    replied(page, 1)
    assert len(bubbles(page)) == 3


def test_an_unknown_address_is_said_plainly(server: Server, chromium: Any) -> None:
    page = candidate(chromium)
    page.goto(f"{server.url}/?interview={'0' * 32}")
    page.get_by_text("No interview is at this address").wait_for()
    page.get_by_role("button", name=re.compile("Start with")).wait_for()


def test_realistic_mode_gives_nothing_away(server: Server, chromium: Any) -> None:
    page = candidate(chromium)
    begin(page, server, realistic=True)
    say(page, REPLY)
    replied(page, 1)
    assert page.locator(".iv-mark, .iv-picture, [class*=st-key-verdict_]").count() == 0
    page.get_by_role("button", name="End", exact=True).click()
    page.get_by_role("button", name="End and see the debrief").click()
    page.get_by_role("heading", name="Next exercise").wait_for()
    page.locator(".iv-mark").first.wait_for()


def test_deleting_can_be_undone(server: Server, chromium: Any) -> None:
    page = candidate(chromium)
    begin(page, server)
    say(page, REPLY)
    replied(page, 1)
    page.goto(f"{server.url}/history")
    page.get_by_role("button", name="More").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    page.get_by_role("button", name="Start practising").wait_for()
    page.get_by_role("button", name="Undo").click()
    page.get_by_role("button", name="Go on").wait_for()
    page.get_by_role("button", name="Delete all").click()
    page.get_by_role("button", name="Delete them all").click()
    page.get_by_text("1 interview is gone for good").wait_for()


def test_html_and_markdown_of_a_candidate_stay_words(server: Server, chromium: Any) -> None:
    page = candidate(chromium)
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    nasty = (
        "<script>alert('x')</script><img src=x onerror=alert(1)> **bold** $x^2$ :smile: `code` "
        "[link](javascript:alert(2)) </mark><h1>big</h1>"
    )
    begin(page, server)
    say(page, f"{REPLY} {nasty}")
    replied(page, 1)
    said = page.locator(".iv-mine .iv-said").first
    assert nasty in said.evaluate("e => e.textContent")
    assert said.locator("script, img, strong, code, a, h1, .katex").count() == 0
    assert dialogs == []


def test_keyboard_alone_starts_and_replies(server: Server, chromium: Any) -> None:
    page = candidate(chromium)
    page.goto(server.url)
    start = page.get_by_role("button", name=re.compile("Start with"))
    start.wait_for()
    reached = _tab_to(page, "Mara Lindqvist")
    page.keyboard.press("Enter")
    page.get_by_role("button", name=re.compile("Start with Mara")).wait_for()
    assert reached
    assert _tab_to(page, "Start with Mara")
    page.keyboard.press("Enter")
    field(page).wait_for()
    assert _tab_to(page, "Type your reply")
    page.keyboard.type(REPLY)
    page.keyboard.press("Enter")
    replied(page, 1)
    page.locator(".iv-mark").first.focus()
    shown = page.locator(".iv-mark").first.evaluate("e => getComputedStyle(e, '::after').content")
    assert "✓" in shown or "!" in shown


def _tab_to(page: Any, label: str, presses: int = 60) -> bool:
    """Press Tab until a button or field of that name has the focus."""
    said = """() => {
        const e = document.activeElement;
        return ["BUTTON", "TEXTAREA", "INPUT"].includes(e.tagName) ? `${e.ariaLabel} ${e.textContent}` : "";
    }"""
    for _ in range(presses):
        page.keyboard.press("Tab")
        if label in page.evaluate(said):
            return True
    return False


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_never_scrolls_sideways(server: Server, chromium: Any, scheme: str) -> None:
    page = candidate(chromium, viewport=PHONE, color_scheme=scheme)
    begin(page, server)
    say(page, REPLY)
    replied(page, 1)
    assert _fits(page)
    assert page.locator(".st-key-strip").is_visible()
    assert not page.locator(".st-key-picture").is_visible()
    page.get_by_role("button", name="End", exact=True).click()
    page.get_by_role("button", name="End and see the debrief").click()
    page.get_by_role("heading", name="Next exercise").wait_for()
    assert _fits(page)
    for name in ("History", "Guidance", "Settings"):
        page.goto(f"{server.url}/{name.lower()}")
        page.get_by_role("heading", name=name, exact=True).wait_for()
        assert _fits(page)


def test_the_menu_on_a_phone_folds_once_a_page_is_chosen(server: Server, chromium: Any) -> None:
    page = candidate(chromium, viewport=PHONE)
    page.goto(server.url)
    page.get_by_role("button", name=re.compile("Start with")).wait_for()
    page.get_by_test_id("stExpandSidebarButton").click()
    page.get_by_test_id("stSidebar").get_by_text("Settings").click()
    page.get_by_role("heading", name="Settings", exact=True).wait_for()
    page.get_by_test_id("stExpandSidebarButton").wait_for()


def _fits(page: Any) -> bool:
    main = page.get_by_test_id("stMain").evaluate("e => e.scrollWidth <= e.clientWidth")
    return bool(main and page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def test_a_chip_leads_to_its_card_and_history_draws_a_chart(server: Server, chromium: Any) -> None:
    page = candidate(chromium)
    begin(page, server)
    say(page, f"{REPLY} Honestly, I mainly want to earn a lot of money.")
    replied(page, 1)
    page.locator(".st-key-verdict_1").get_by_text("to mend").click()
    page.get_by_role("button", name="Leave money out of this answer").click()
    page.get_by_test_id("stDialog").get_by_text("Serves: Money as the motive").wait_for()
    assert not page.get_by_test_id("stPopoverBody").is_visible()
    page.get_by_role("button", name="Close").click()
    page.get_by_test_id("stDialog").wait_for(state="detached")
    say(page, MORE[0])
    replied(page, 2)
    page.goto(f"{server.url}/history")
    page.get_by_text("SMART", exact=True).click()
    page.get_by_test_id("stVegaLiteChart").wait_for()
