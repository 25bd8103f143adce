"""The Calibrate page: blind to the end, nothing lost on reload, and a coach's words are data."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from interviewer import compose
from interviewer.calibration import Calibration, Scored, load_replies, write_sheet
from interviewer.calibration.store import as_json, parse, read
from interviewer.judge import EmbeddedJudge
from interviewer.pages import calibrate, shell
from interviewer.service import InterviewService
from interviewer.settings import load_settings

TOKEN = "0123456789abcdef" * 2
HOSTILE = "Ana <script>alert(1)</script>"
SAID = "html", "markdown", "title", "subheader", "caption", "info", "success"


@pytest.fixture(scope="module")
def judge() -> EmbeddedJudge:
    """Read once for all tests here: it takes longer than a page."""
    settings = load_settings()
    return compose.build_judge(settings, compose.build_rubric(settings))


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch, judge: EmbeddedJudge) -> Iterator[None]:
    st.cache_resource.clear()
    monkeypatch.setattr(compose, "build_judge", lambda *_: judge)
    monkeypatch.setattr(InterviewService, "index", lambda *_: None)
    monkeypatch.setattr(calibrate, "me", lambda: TOKEN)
    yield
    shell.service().close()
    st.cache_resource.clear()


def page() -> AppTest:
    """The page as the navigation runs it, in a session of its own, as after a reload."""

    def script() -> None:
        from interviewer.pages import shell

        shell.set_up()
        shell.run("calibrate")

    return AppTest.from_function(script, default_timeout=60).run()


def shown(test: AppTest) -> str:
    said = [element.value for kind in SAID for element in test.get(kind)]
    return "\n".join(text for text in said if not text.startswith("<style>"))


def press(test: AppTest, label: str) -> AppTest:
    next(button for button in test.button if button.label == label).click().run()
    assert not test.exception
    return test


def path() -> Path:
    return calibrate.store().browser_path(TOKEN)


def begun(name: str = "Ana") -> AppTest:
    test = page()
    test.text_input(key="calibrate_name").set_value(name)
    return press(test, "Start scoring")


def keep(score: int = 2, upto: int = 20, coach: str = "Ana") -> None:
    """As if so many replies had been scored."""

    def all_scored(found: Calibration) -> Calibration:
        for id in list(load_replies())[:upto]:
            found = found.with_score(Scored(id=id, overall=score))
        return found

    calibrate.store().update(path(), coach, all_scored)


def test_a_score_is_kept_at_once_and_found_again_after_a_reload() -> None:
    test = begun()
    first, second = list(load_replies().values())[:2]
    assert first.reply[:30] in shown(test).replace("&#x27;", "'")
    test.radio(key=f"calibrate_overall_{first.id}").set_value(4)
    test.selectbox(key=f"calibrate_timely_{first.id}").set_value("partly")
    test.multiselect(key=f"calibrate_pitfalls_{first.id}").set_value(["none"])
    press(test, "Keep and go on")
    (kept,) = read(path()).scores
    assert (kept.id, kept.overall, kept.criteria, kept.pitfalls) == (first.id, 4, {"timely": "partly"}, [])
    for one in (test, page()):
        assert not one.error
        assert "Reply 2 of 20" in shown(one)
        assert one.radio(key=f"calibrate_overall_{second.id}").value is None
    press(test, "Back")
    assert test.radio(key=f"calibrate_overall_{first.id}").value == 4


def test_no_score_is_one_plain_line() -> None:
    test = press(begun(), "Keep and go on")
    assert "Give an overall score" in test.error[0].value
    assert read(path()).scores == []
    assert "Reply 1 of 20" in shown(page())


def test_while_scoring_nothing_of_the_judge_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object, **__: object) -> None:
        raise AssertionError("the judge was asked while the coach was scoring")

    monkeypatch.setattr(shell.service().judge, "critique", never)
    test = begun()
    keep(upto=19)
    test.run()
    assert not test.error and "Compare with the judge" not in [b.label for b in test.button]
    assert "19 of 20" in test.get("progress")[0].proto.text
    keep()
    test.run()
    assert "Compare with the judge" in [b.label for b in test.button]
    assert "judge" not in shown(test).lower().replace("what the judge says", "")


def test_results_come_after_all_are_scored_and_then_scores_are_closed() -> None:
    keep(coach=HOSTILE)
    test = press(page(), "Compare with the judge")
    text = shown(test)
    assert "too few to tell your scores from the judge" in text and "Kappa" in text
    assert "Where you differ most" in text and "it decided on" in text
    assert "<script>alert" not in text
    assert not test.radio
    with pytest.raises(Exception, match="no longer be scored blind"):
        calibrate._unseen(read(path()))


def test_a_reply_of_ones_own_is_judged_and_the_correction_kept() -> None:
    keep()
    test = press(page(), "Compare with the judge")
    said = "Within three years I'd like to lead the <b>planning</b> team here."
    test.text_area(key="calibrate_reply").set_value(said)
    press(test, "Judge it")
    assert not test.error and "own" in shown(test)
    test.selectbox(key="calibrate_correct").set_value(2)
    press(test, "Keep my score")
    (one,) = read(path()).overrides
    assert (one.reply, one.overall, one.blind) == (said, 2, False)
    assert "Later corrections (1) count" in shown(test) and "fitted anew" in shown(test)
    test.selectbox(key="calibrate_mine").set_value(5)
    test.text_area(key="calibrate_reply").set_value(said + " By then I'd have the degree.")
    press(test, "Judge it")
    assert [o.blind for o in read(path()).overrides] == [False, True]


def bring(monkeypatch: pytest.MonkeyPatch, name: str, text: str) -> None:
    """What the uploader's callback does with a file."""
    upload: Any = io.BytesIO(text.encode())
    upload.name = name
    monkeypatch.setattr(st, "session_state", {"calibrate_file": upload, "calibrate_name": "Ana"})
    try:
        calibrate._take()
    finally:
        monkeypatch.undo()
        monkeypatch.setattr(calibrate, "me", lambda: TOKEN)


def test_a_sheet_and_a_calibration_are_taken_in(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("INTERVIEWER_HOME", str(tmp_path / "home"))
    replies = load_replies()
    shell.service()
    scores = {id: Scored(id=id, overall=3) for id in list(replies)[:5]}
    sheet = write_sheet(replies, shell.service().rubric, scores)
    where = path()
    bring(monkeypatch, "s.csv", sheet)
    assert len(read(where).scores) == 5
    mine = as_json(read(where))
    where.unlink()
    bring(monkeypatch, "c.json", mine)
    assert parse(mine) == read(where)
    with pytest.raises(Exception, match="Here are the scores of Ana"):
        bring(monkeypatch, "c.json", as_json(Calibration(coach="Bo")))
    assert parse(mine) == read(where)


def test_deleting_leaves_nothing() -> None:
    keep(upto=3)
    test = page()
    test.button(key="calibrate_delete").click().run()
    assert not path().exists() and "For coaches" in shown(test)


def test_a_broken_file_is_one_line_and_stays() -> None:
    keep(upto=1)
    path().write_text("{", encoding="utf-8")
    test = page()
    assert "not valid JSON" in test.error[0].value and not test.exception
    assert path().read_text(encoding="utf-8") == "{"
