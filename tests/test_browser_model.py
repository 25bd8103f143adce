"""With a model's endpoint: the question streams, Stop keeps what came, faults are said in one line."""

# ruff: noqa: F401, F811  (fixtures are imported by name)

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browser import REPLY, Server, begin, bubbles, candidate, chromium, field, replied, resting_place, say

from interviewer.testing import Answer, FakeEndpoint, Recorded, critique_answer, fault

pytestmark = [pytest.mark.browser]

# The text without what only a screen reader says between its marks.
_SEEN = """said => {
  const seen = said.cloneNode(true);
  seen.querySelectorAll('.iv-sr').forEach(part => part.remove());
  return seen.textContent;
}"""
WORDS = "First second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth"


class Script:
    """What the endpoint answers; a test may change it while the app runs."""

    def __init__(self) -> None:
        self.question = Answer("Which number would tell you that the team runs well?", chunk_delay=0.02)
        self.critique = Answer(critique_answer({"Within three years": ["timely"]}))

    def __call__(self, asked: Recorded) -> Answer:
        return self.question if asked.streams else self.critique


@pytest.fixture
def script() -> Script:
    return Script()


@pytest.fixture
def served(tmp_path: Path, script: Script) -> Iterator[Server]:
    with FakeEndpoint(script) as endpoint:
        server = Server(
            tmp_path / "served", OPENAI_BASE_URL=endpoint.base_url, OPENAI_API_KEY="sk-test-secret",
            INTERVIEWER_MODEL="fake", INTERVIEWER_TIMEOUT="60",
        )  # fmt: skip
        server.start()
        yield server
        server.stop()


def test_a_stopped_question_keeps_the_reply_and_what_came(
    served: Server, script: Script, chromium: Any
) -> None:  # fmt: skip
    script.question = Answer(f"{WORDS}?", stop_after=5, ending="hang")
    page = candidate(chromium)
    begin(page, served)
    say(page, REPLY)
    page.locator(".iv-typing").get_by_text("second").wait_for()
    assert field(page).is_disabled()
    page.reload()
    page.locator(".iv-typing").get_by_text("third").wait_for()
    page.get_by_role("button", name="Stop").click()
    page.get_by_text("You stopped Mara.").wait_for()
    page.locator(".st-key-stop").wait_for(state="detached")
    said = bubbles(page)
    assert REPLY in page.locator(".iv-mine .iv-said").first.evaluate(_SEEN).replace("✓", "")
    assert "third" in said[-1] and "thirteenth" not in said[-1]
    assert field(page).is_enabled()


def test_the_critique_has_its_place_from_the_start(
    served: Server, script: Script, chromium: Any
) -> None:  # fmt: skip
    judged = threading.Event()
    script.critique = Answer(critique_answer({"Within three years": ["timely"]}), held=judged)
    page = candidate(chromium)
    begin(page, served)
    say(page, REPLY)
    page.get_by_text("reading your reply").wait_for()
    replied(page, 1, judged=False)
    question = page.locator(".iv-said").last
    before = resting_place(question)
    assert page.get_by_text("reading your reply").is_visible()
    judged.set()
    page.locator(".st-key-verdict_1").get_by_text("strength").wait_for()
    assert resting_place(question) == pytest.approx(before, abs=3)


@pytest.mark.parametrize("name", ["server", "cut", "auth"])
def test_a_fault_is_one_line_with_retry(
    served: Server, script: Script, chromium: Any, name: Any
) -> None:  # fmt: skip
    working = script.question, script.critique
    script.question = script.critique = fault(name)
    page = candidate(chromium)
    begin(page, served)
    say(page, REPLY)
    retry = page.get_by_role("button", name="Retry").first
    retry.wait_for()
    assert "Traceback" not in page.content() and "sk-test-secret" not in page.content()
    script.question, script.critique = working
    retry.click()
    page.locator(".st-key-stop").wait_for(state="detached")


def test_the_settings_test_button_says_what_happened(
    served: Server, script: Script, chromium: Any
) -> None:  # fmt: skip
    script.critique = fault("auth")
    page = candidate(chromium)
    page.goto(f"{served.url}/settings")
    page.get_by_role("button", name="Test", exact=True).click()
    page.get_by_test_id("stAlert").first.wait_for()
    assert "sk-test-secret" not in page.content()
