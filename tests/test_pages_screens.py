"""Every page through Streamlit's own test runner: what it shows, and that a fault is one plain line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from interviewer.errors import StoreError
from interviewer.pages import shell
from interviewer.service import InterviewService

APP = Path(__file__).resolve().parent.parent / "app.py"
REPLY = (
    "Within three years I'd like to lead the demand planning team here. In my first year I would finish "
    "the planning course. Honestly, I mainly want to earn a lot of money."
)


@pytest.fixture(autouse=True)
def fresh(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nothing cached; and no guidance built where a test does not search it, for that takes seconds."""
    st.cache_resource.clear()
    if "guidance" not in request.node.name:
        monkeypatch.setattr(InterviewService, "index", lambda *_: None)
    yield
    shell.preparation().ready.wait(30)
    shell.service().close()
    st.cache_resource.clear()


def app() -> AppTest:
    return AppTest.from_file(str(APP), default_timeout=60).run()


def section(name: str) -> AppTest:
    """One page alone, as the navigation runs it."""

    def script(name: str) -> None:
        from interviewer.pages import shell

        shell.set_up()
        shell.run(name)

    return AppTest.from_function(script, args=(name,), default_timeout=60).run()


def shown(test: AppTest) -> str:
    """The page's words, without the style sheet."""
    said = [element.value for kind in ("html", "markdown", "title") for element in test.get(kind)]
    return "\n".join(text for text in said if not text.startswith("<style>"))


def started(**more: Any) -> AppTest:
    test = app()
    test.button(key="choose_mara").click().run()
    for key, value in more.items():
        test.get_by_key(key).set_value(value).run()
    test.button(key="start").click().run()
    return test


def reply(test: AppTest, text: str) -> AppTest:
    test.chat_input[0].set_value(text).run()
    work = shell.service().work(test.query_params["interview"])
    if work is not None:
        assert work.wait(30)
        test.run()
    return test


def test_one_click_starts_with_the_defaults() -> None:
    test = app()
    assert not test.exception and not test.error
    assert "Built-in judge" in test.page_link[0].label
    test.button(key="start").click().run()
    assert len(test.query_params["interview"]) == 32
    assert "career goals" in shown(test)


def test_a_reply_is_marked_and_the_next_question_follows() -> None:
    test = reply(started(role="Planner", company="Dairy"), REPLY)
    assert not test.exception and not test.error
    text = shown(test)
    assert "iv-strength" in text and "iv-pitfall" in text
    assert "1 of 5" in text
    assert any("strength" in popover.proto.popover.label for popover in test.get("popover"))
    stored = shell.service().get(test.query_params["interview"])
    assert stored.setup.role == "Planner" and stored.turns[0].reply == REPLY


def test_an_empty_reply_is_refused_in_one_line_and_nothing_is_lost() -> None:
    test = started()
    test.chat_input[0].set_value("   ").run()
    assert not test.exception
    assert "Write a reply first" in test.error[0].value


def test_a_thumb_and_a_blank_are_stored() -> None:
    test = reply(started(), REPLY)
    interview_id = test.query_params["interview"]
    test.get_by_key(f"thumb_{interview_id}_1").set_value(1).run()
    blank = next(field for field in test.text_input if (field.key or "").startswith("blank_"))
    blank.set_value("a course in May").run()
    turn = shell.service().get(interview_id).turns[0]
    assert turn.thumb == "up"
    assert list(turn.filled_blanks.values()) == ["a course in May"]


def test_ending_shows_the_debrief() -> None:
    test = reply(started(), REPLY)
    test.button(key="end").click().run()
    text = shown(test)
    assert not test.exception
    assert "Your debrief" in text and "Mend first" in text and "iv-table" in text
    test.button(key="do_exercise").click().run()
    assert shell.service().get(test.query_params["interview"]).setup.exercise


def test_ending_before_a_reply_says_so() -> None:
    test = started()
    test.button(key="end").click().run()
    assert not test.exception
    assert "nothing to sum up yet" in shown(test)


def test_realistic_mode_shows_no_verdict() -> None:
    test = reply(started(mode="realistic"), REPLY)
    text = shown(test)
    assert "iv-mark" not in text and "What came across" not in text
    assert not test.get("feedback")


def test_an_unknown_address_falls_back_to_the_start() -> None:
    test = AppTest.from_file(str(APP), default_timeout=60)
    test.query_params["interview"] = "0" * 32
    test.run()
    assert not test.exception
    assert "No interview is at this address" in test.warning[0].value
    assert test.button(key="start")


@pytest.mark.parametrize("name", [entry.name for entry in shell.SECTIONS])
def test_every_page_draws_in_an_empty_home(name: str) -> None:
    test = section(name)
    assert not test.exception and not test.error


def test_guidance_lists_the_cards_and_finds_by_search() -> None:
    test = section("guidance")
    assert len(test.expander) == 23
    shell.preparation().ready.wait(60)
    test.text_input(key="search").set_value("how many years ahead").run()
    assert not test.exception
    assert "Stay within five years" in [card.label for card in test.expander]
    assert len(test.expander) < 23


def test_settings_tells_what_to_set_and_never_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-very-secret-key")
    text = shown(section("settings"))
    assert "INTERVIEWER_MODEL" in text and "never shown" in text
    assert "sk-very-secret-key" not in text


def test_a_fault_of_ours_is_one_plain_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise StoreError("The disk is full. Free some space.")

    monkeypatch.setattr(shell.service(), "list", broken)
    test = section("history")
    assert not test.exception
    assert test.error[0].value == "The disk is full. Free some space."


def test_a_fault_that_nobody_foresaw_shows_no_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr(shell.service(), "list", broken)
    test = section("history")
    assert not test.exception
    assert "secret detail" not in test.error[0].value and "kept" in test.error[0].value


def test_an_upload_is_read_into_its_field_and_reaches_the_interview() -> None:
    test = app()
    test.get_by_key("job_file").upload("job.txt", b"Plans the demand of two dairies.").run()
    assert not test.exception and not test.error
    assert test.text_area(key="job_text").value == "Plans the demand of two dairies."
    test.button(key="start").click().run()
    stored = shell.service().get(test.query_params["interview"])
    assert stored.setup.job_description == "Plans the demand of two dairies."


def test_an_unreadable_upload_is_one_plain_line() -> None:
    test = app()
    test.get_by_key("resume_file").upload("cv.pdf", b"%PDF-1.4 not really").run()
    assert not test.exception
    assert len(test.error) == 1 and "Traceback" not in test.error[0].value


def test_a_browser_without_cookies_is_told_how_long_its_history_lasts() -> None:
    assert "keeps no cookies" in shown(app())


def test_a_reply_of_twenty_thousand_words_is_shown() -> None:
    test = reply(started(), "I want to run the planning team in three years. " * 2000)
    assert not test.exception and not test.error
    assert "1 of 5" in shown(test)
