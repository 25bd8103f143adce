"""A real server and a real Chromium for the browser tests; import the fixtures by name."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

APP = Path(__file__).resolve().parent.parent / "app.py"
CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WIDE = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}

REPLY = (
    "Within three years I'd like to lead the demand planning team here. In my first year I would finish "
    "the planning course and take over the weekly report. Last year I set out to cut our forecast error "
    "to ten per cent and reached eleven."
)

# One look at the whole page: between two looks it could begin to write again.
_AT_REST = """([count, writing]) => {
  if ([...document.querySelectorAll('h1')].some(h => h.innerText === 'Your debrief')) return true;
  const bar = document.querySelector('.st-key-bar');
  return bar !== null && bar.innerText.includes(`${count} of `)
    && document.querySelectorAll('.iv-said').length > 2 * count
    && document.querySelector(writing) === null
    && document.querySelector('[data-test-script-state=notRunning]') !== null;
}"""


class Server:
    """The app as its own process. `stop` and `start` again keep address and data: a restart.

    Args:
        home: INTERVIEWER_HOME of the process.
        more: further environment variables.
    """

    def __init__(self, home: Path, **more: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.url = f"http://127.0.0.1:{self.port}"
        self.home, self._more = home, more
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("INTERVIEWER_", "OPENAI_"))}
        env = kept | {"INTERVIEWER_HOME": str(self.home)} | self._more
        command = [sys.executable, "-m", "streamlit", "run", str(APP)]
        options = {"server.port": self.port, "server.address": "127.0.0.1", "server.headless": "true"}
        self.home.mkdir(parents=True, exist_ok=True)
        with (self.home / "server.out").open("ab") as out:
            self._process = subprocess.Popen(
                command + [f"--{name}={value}" for name, value in options.items()],
                env=env, stdout=out, stderr=out, cwd=APP.parent,
            )  # fmt: skip
        deadline = time.monotonic() + 60
        while not self._answers():
            if time.monotonic() > deadline or self._process.poll() is not None:
                raise RuntimeError((self.home / "server.out").read_text(encoding="utf-8"))
            time.sleep(0.1)

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=1) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(20)
            self._process = None


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The app with the embedded engine; each test's candidates are strangers to those of the others."""
    running = Server(tmp_path_factory.mktemp("served"))
    running.start()
    yield running
    running.stop()


@pytest.fixture
def chromium() -> Iterator[Any]:
    """A browser. Skipped where Debian's Chromium is missing, but not in CI."""
    if not CHROMIUM.exists():
        if os.environ.get("CI") == "true":
            pytest.fail("Chromium is missing: apt-get install chromium")
        pytest.skip("needs Debian's chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield running
        running.close()


def candidate(chromium: Any, **more: Any) -> Any:
    """A page of a new candidate: a browser context of their own, with their own cookies."""
    context = chromium.new_context(viewport=more.pop("viewport", WIDE), **more)
    context.set_default_timeout(30_000)
    return context.new_page()


def begin(page: Any, server: Server, persona: str = "Mara", *, realistic: bool = False) -> None:
    """Open the start screen, choose and start."""
    page.goto(server.url)
    page.get_by_role("button", name=re.compile(f"^{persona}")).click()
    start = page.get_by_role("button", name=re.compile(f"Start with {persona}"))
    start.wait_for()
    if realistic:
        page.get_by_text("Realistic", exact=True).click()
    start.click()
    field(page).wait_for()
    page.wait_for_url("**interview=*")


def resting_place(words: Any) -> float:
    """How far down the page words stand, wherever it is scrolled to: the same twice, 0.4 s apart."""
    down = """e => e.getBoundingClientRect().top
      + document.querySelector('[data-testid=stMain]').scrollTop"""
    place = None
    for _ in range(25):
        last, place = place, float(words.evaluate(down))
        if place == last:
            return place
        time.sleep(0.4)
    raise AssertionError("the words never come to rest")


def field(page: Any) -> Any:
    """The field for the reply."""
    return page.get_by_test_id("stChatInputTextArea")


def say(page: Any, text: str) -> None:
    """Type a reply and send it."""
    field(page).fill(text)
    field(page).press("Enter")


def replied(page: Any, count: int, *, judged: bool = True) -> None:
    """Wait until so many replies have counted, the next question is whole and the page has come to rest.

    An interviewer who has heard enough ends early: then wait for the debrief.

    Args:
        judged: wait for the critique as well.
    """
    writing = ".iv-typing, .st-key-stop" + (", .iv-wait" if judged else "")
    page.wait_for_function(_AT_REST, arg=[count, writing])


def bubbles(page: Any) -> list[str]:
    """Everything that has been said, in order."""
    return list(page.locator(".iv-said").all_inner_texts())
