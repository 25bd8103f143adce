"""Cold start to the first question in a real browser, and what sessions cost in memory.

Cold start: from starting the server process, with an empty home, to the question on the screen (one click),
beside a one-line Streamlit app from process start to its line on the screen, in the same run.
Memory: the resident set of the server with no session, one, and fifty, each an interview with one reply,
beside the one-line app with as many pages.
"""

from __future__ import annotations

import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ROOT = Path(__file__).resolve().parent.parent
CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
         "--disable-sync"]  # fmt: skip
ONE_LINE = 'import streamlit as st\nst.write("What are your career goals?")\n'
REPLY = "Within three years I'd like to lead the planning team here. First I'd finish the course this spring."
COLD_RUNS, SESSIONS = 3, 50


@contextmanager
def served(entry: Path, home: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """A server process for an entry file; the address is free for use when it answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    env = {k: v for k, v in os.environ.items() if not k.startswith(("INTERVIEWER_", "OPENAI_"))}
    options = ["--server.headless=true", f"--server.port={port}", "--server.address=127.0.0.1",
               "--browser.gatherUsageStats=false", "--server.fileWatcherType=none"]  # fmt: skip
    process = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", str(entry), *options],
        env=env | {"INTERVIEWER_HOME": str(home)}, cwd=entry.parent,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield process, f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(30)


def wait_until_up(url: str) -> None:
    """Wait until the server answers, a minute at most."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=1):
                return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError(f"the server at {url} does not answer")


def first_question(page: Page, url: str) -> None:
    """From the address to the interviewer's question, one click."""
    page.goto(url)
    page.get_by_role("button", name="Start").first.click(timeout=60_000)
    page.get_by_text("career goals?").last.wait_for(timeout=60_000)
    page.locator("[data-testid=stChatInput] textarea").wait_for(timeout=60_000)


def one_line(page: Page, url: str) -> None:
    """From the address to the one line."""
    page.goto(url)
    page.get_by_text("career goals?").wait_for(timeout=60_000)


def one_reply(page: Page, url: str) -> None:
    """An interview with one reply and its critique on the screen."""
    first_question(page, url)
    box = page.locator("[data-testid=stChatInput] textarea")
    box.fill(REPLY)
    box.press("Enter")
    page.get_by_text("stronger answer").first.wait_for(timeout=60_000)


def cold(browser: Browser, entry: Path, visit: Callable[[Any, str], None]) -> float:
    """Seconds from process start until `visit` is through, median of `COLD_RUNS`."""
    seconds = []
    for _ in range(COLD_RUNS):
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
            began = time.perf_counter()
            with served(entry, Path(home)) as (_process, url):
                wait_until_up(url)
                page = browser.new_page()
                visit(page, url)
                seconds.append(time.perf_counter() - began)
                page.close()
    return statistics.median(seconds)


def memory(browser: Browser, entry: Path, visit: Callable[[Any, str], None]) -> list[float]:
    """Resident MB of the server before any session, with one, and with `SESSIONS`."""
    import psutil

    found = []
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home,
        served(entry, Path(home)) as (process, url),
    ):
        wait_until_up(url)
        found.append(_resident(psutil, process.pid))
        for number in range(SESSIONS):
            visit(browser.new_context().new_page(), url)
            if number == 0:
                time.sleep(3)
                found.append(_resident(psutil, process.pid))
        time.sleep(3)
        found.append(_resident(psutil, process.pid))
        for context in browser.contexts:
            context.close()
    return found


def _resident(psutil: Any, pid: int) -> float:
    process = psutil.Process(pid)
    family = [process, *process.children(recursive=True)]
    return float(sum(member.memory_info().rss for member in family)) / 1e6


def main() -> None:
    """Print both, each beside the one-line app."""
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as play:
        line = Path(folder) / "line.py"
        line.write_text(ONE_LINE, encoding="utf-8")
        app = ROOT / "app.py"
        browser = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        base, ours = cold(browser, line, one_line), cold(browser, app, first_question)
        print(
            f"cold start: one-line app {base:.1f} s; ours to the first question, empty home, one click "
            f"{ours:.1f} s; ratio {ours / base:.2f}"
        )
        for name, entry, visit in (("one-line app", line, one_line), ("ours", app, one_reply)):
            none, one, many = memory(browser, entry, visit)
            print(
                f"memory, {name}: {none:.0f} MB without a session, {one:.0f} MB with one, {many:.0f} MB with "
                f"{SESSIONS}: {(many - one) / (SESSIONS - 1):.2f} MB a further session"
            )
        browser.close()


if __name__ == "__main__":
    main()
