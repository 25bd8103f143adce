"""The Evals page: it runs and compares suites, shows the report, and never lets an answer act on the app."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from browser import Server, candidate, chromium
from evals_folder import (
    CRITIQUES,
    JUDGE,
    MODEL,
    ONE_LETTER,
    QUESTIONS,
    Command,
    a_candidate,
    command,
    edited,
    endpoint,
    make,
    places,
    record,
    recorded,
    stored_run,
)
from streamlit.testing.v1 import AppTest

from evals.pages import SECTION
from evals.places import VARIABLE, Places
from evals.result import PRINCIPLE
from evals.stored import find_run, stored
from interviewer.pages import shell

__all__ = ["Command", "chromium", "command", "places", "recorded"]
HOSTILE = "Why <script>parent.hacked=1;document.title='hacked'</script><img src=x onerror=alert(1)> that?"
WORDS = ("html", "markdown", "title", "caption", "error", "info", "warning", "text", "header", "subheader")


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    st.cache_resource.clear()
    yield
    shell.service().close()
    st.cache_resource.clear()


def page(folder: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """The page as the navigation runs it, over an evals folder."""
    monkeypatch.setenv(VARIABLE, str(folder))

    def script(name: str, module: str) -> None:
        from interviewer.pages import shell

        shell.set_up()
        shell.run(name, module)

    test = AppTest.from_function(script, args=(SECTION.name, SECTION.module), default_timeout=120)
    return test.run()


def press(test: AppTest, label: str) -> AppTest:
    next(button for button in test.button if button.label == label).click().run()
    assert not test.exception
    return test


def shown(test: AppTest) -> str:
    """The report in the frame."""
    (frame,) = test.get("iframe")
    kind, _, data = frame.proto.src.partition(",")
    assert kind == "data:text/html;base64"
    return base64.b64decode(data).decode()


def said(test: AppTest) -> str:
    """What the app itself says, the frame aside."""
    found = [str(element.value) for kind in WORDS for element in test.get(kind)]
    return "\n".join(text for text in found if not text.startswith("<style>"))


def one_error(test: AppTest) -> str:
    assert not test.exception and not test.get("iframe")
    (error,) = test.error
    assert len(error.value.splitlines()) == 1 and "Traceback" not in error.value
    return str(error.value)


def test_it_lists_what_there_is_and_states_the_principle(
    places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    edited(places, "letter", "question", *ONE_LETTER)
    test = page(places.root, monkeypatch)
    assert not test.exception and not test.error and not test.get("iframe")
    assert test.title[0].value == "Evals" and PRINCIPLE in [each.value for each in test.caption]
    assert test.multiselect(key="evals_suites").options == [JUDGE, CRITIQUES, QUESTIONS]
    assert test.selectbox(key="evals_set").options == ["base", "letter"]
    assert test.selectbox(key="evals_model").options == [MODEL]
    assert test.selectbox(key="evals_base").options == ["base", "letter"]
    assert test.selectbox(key="evals_candidate").value == "letter"


def test_the_project_s_own_folder_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(Path(__file__).parent)
    test = page(Path(), monkeypatch)
    monkeypatch.delenv(VARIABLE)
    test.run()
    assert not test.exception and "follow-up" in test.multiselect(key="evals_suites").options


def test_the_embedded_engine_runs_without_recordings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bare = make(tmp_path / "evals")
    (bare.recordings / MODEL / "model.json").unlink()
    test = page(bare.root, monkeypatch)
    assert test.selectbox(key="evals_model").options == ["none"]
    test.multiselect(key="evals_suites").set_value([QUESTIONS])
    press(test, "Run")
    assert not test.error
    report = shown(test)
    assert "one_question" in report and "career goals" in report and PRINCIPLE in report
    kept = find_run("last", Places(bare.root, tmp_path / "home" / "eval-runs"))
    assert [each.engine for each in kept.suites] == ["embedded"]
    assert {each.label for each in test.get("download_button")} >= {"Page (HTML)", "For a pull request"}


def test_a_replay_shows_the_model_beside_it(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    test = page(places.root, monkeypatch)
    test.multiselect(key="evals_suites").set_value([QUESTIONS])
    report = shown(press(test, "Run"))
    assert "every answer is there" in report and "plan" in report
    assert [run.engine for run in find_run("last", places).suites] == ["embedded", "model"]


def test_what_is_not_recorded_is_shown_as_incomplete(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    edited(places, "letter", "question", *ONE_LETTER)
    test = page(places.root, monkeypatch)
    test.selectbox(key="evals_set").set_value("letter")
    test.multiselect(key="evals_suites").set_value([QUESTIONS])
    report = shown(press(test, "Run"))
    assert "INCOMPLETE" in report and "factz" in report and "STALE" in report


def test_two_prompt_sets_are_compared(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    a_candidate(places)
    report = shown(press(page(places.root, monkeypatch), "Compare"))
    assert "factz" in report and "both ask exactly the same" in report


def test_stored_runs_are_offered_to_compare(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    run = stored_run(places)
    test = page(places.root, monkeypatch)
    assert test.selectbox(key="evals_base").options == ["base", run.id]
    assert [path.stem for path in stored(places)] == [run.id]


def test_a_refusal_is_one_line_and_takes_the_last_report_away(
    places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    edited(places, "letter", "question", *ONE_LETTER)
    test = page(places.root, monkeypatch)
    test.multiselect(key="evals_suites").set_value([CRITIQUES])
    assert shown(press(test, "Run"))
    assert "0 of 6 recorded with letter" in one_error(press(test, "Compare"))


def test_a_broken_suite_or_folder_is_one_line(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    (places.suites / f"{QUESTIONS}.yaml").write_text("suite: talk\nsubject: nothing\n", encoding="utf-8")
    assert "talk.yaml:" in one_error(press(page(places.root, monkeypatch), "Run"))
    assert "has no folder" in one_error(page(places.root / "nowhere", monkeypatch))


def hostile(root: Path) -> Places:
    """A folder in which the candidate and the model both write what would act on a page that let it."""
    found = make(root / "evals")
    path = found.suites / f"{QUESTIONS}.yaml"
    reply = "      - <b onclick=alert(2)>**bold** [x](javascript:alert(3)) {}\n"
    more = f"  - id: hostile\n    reply: >-\n{reply.format(HOSTILE)}"
    path.write_text(path.read_text(encoding="utf-8") + more, encoding="utf-8")
    record(found, [QUESTIONS, JUDGE], at=endpoint(lambda body: HOSTILE))
    return found


def test_words_of_answers_never_become_part_of_the_app(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = hostile(tmp_path)
    test = page(found.root, monkeypatch)
    test.multiselect(key="evals_suites").set_value([QUESTIONS])
    report = shown(press(test, "Run"))
    assert "parent.hacked" in report and "<script>parent.hacked" not in report
    assert "<img src=x" not in report and "<b onclick" not in report
    assert "hacked" not in said(test) and "javascript:" not in said(test)


@pytest.mark.browser
def test_a_person_runs_a_suite_and_reads_the_report(tmp_path: Path, chromium: Any) -> None:
    found = hostile(tmp_path)
    server = Server(tmp_path / "served", **{VARIABLE: str(found.root)})
    server.start()
    try:
        screen = candidate(chromium)
        asked: list[str] = []
        screen.on("request", lambda request: asked.append(request.url))
        screen.on("dialog", lambda dialog: pytest.fail(f"a dialog opened: {dialog.message}"))
        screen.goto(server.url)
        screen.get_by_role("link", name="Evals").click()
        screen.get_by_text("It can never score an unrecorded prompt.").wait_for()
        screen.get_by_role("combobox", name="Suites").first.click()
        screen.get_by_role("option", name=QUESTIONS).click()
        screen.keyboard.press("Escape")
        screen.get_by_role("button", name=re.compile("Run$")).click()
        screen.locator("iframe").wait_for(timeout=120_000)
        frame = screen.locator("iframe").element_handle().content_frame()
        frame.get_by_text("parent.hacked").first.wait_for(state="attached")
        assert frame.url.startswith("data:text/html")
        assert frame.evaluate("location.origin") == "null"
        assert screen.evaluate("window.hacked") is None and "hacked" not in screen.title()
        alien = [url for url in asked if not re.match(rf"({server.url}|ws|data:|blob:)", url)]
        assert alien == []
    finally:
        server.stop()
