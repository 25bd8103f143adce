"""The service with the embedded engine: a whole interview over a real SQLite store."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from interviewer.calibration import CalibrationStore
from interviewer.compose import build
from interviewer.errors import InputError, NotFoundError, SettingsError
from interviewer.schema import Interview, Setup
from interviewer.service import InterviewService
from interviewer.settings import load_settings

SOLID = (
    "Within three years I'd like to lead the demand planning team here. In my first year I would finish "
    "the APICS course and take over the weekly forecast, and from there run it for a second plant. Last "
    "year I set out to cut our forecast error to ten per cent and reached eleven. I really enjoy that work."
)
REPLIES = [
    SOLID,
    "fine",
    "Honestly, the bonus. I want to earn more money, that is my goal.",
    "If the post never opens I would go sideways into logistics, I am open about the route.",
    "I bring good Excel and I would still have to learn how to chair a meeting.",
    "Two colleagues of mine made the same step in three years.",
    "It would help you because a better forecast means less stock in the warehouse.",
    "I get up for the moment when the plan and the trucks match.",
]


@pytest.fixture
def service() -> Iterator[InterviewService]:
    built = build(load_settings())
    yield built
    built.close()


def answer(service: InterviewService, interview: Interview, text: str) -> Interview:
    service.submit(interview.id, text)
    work = service.work(interview.id)
    assert work is None or work.wait(20)
    assert service.trouble(interview.id) == ""
    return service.get(interview.id)


def setup(**more: Any) -> Setup:
    return Setup(persona="mara", role="Demand planner", company="Dairy with two plants", **more)


def whole(service: InterviewService, interview: Interview) -> Interview:
    for text in REPLIES * 3:
        if interview.status == "ended":
            break
        interview = answer(service, interview, text)
    return interview


def test_a_whole_interview_ends_with_a_debrief(service: InterviewService) -> None:
    interview = service.start("me", setup())
    assert "career goals" in interview.last.question.text
    interview = whole(service, interview)
    assert interview.status == "ended"
    assert interview.ended_by in ("questions", "covered")
    assert interview.last.question.kind == "closing"
    debrief = interview.debrief
    assert debrief is not None and debrief.keep is not None and debrief.mend is not None
    replies = {turn.number: turn.reply or "" for turn in interview.turns}
    for moment in (debrief.keep, debrief.mend):
        assert moment.turn is not None
        assert moment.quote and moment.quote in replies[moment.turn]
        assert moment.guidance in service.cards
    assert debrief.exercise
    assert set(debrief.picture) == {c.id for c in service.rubric.criteria}
    assert all(len(row) == len(debrief.turns) for row in debrief.picture.values())


def test_money_is_what_to_mend_first(service: InterviewService) -> None:
    interview = service.start("me", setup())
    interview = answer(service, interview, SOLID)
    interview = answer(service, interview, "I want to earn more money, the bonus is my goal.")
    interview = service.end(interview.id)
    assert interview.debrief is not None and interview.debrief.mend is not None
    assert interview.debrief.mend.id == "money_motive"
    assert interview.debrief.mend.guidance == "avoid-money"


def test_a_dodge_does_not_advance_and_no_question_comes_twice(service: InterviewService) -> None:
    interview = service.start("me", setup())
    interview = answer(service, interview, "fine")
    assert interview.advanced == 0
    assert interview.last.question.kind == "no_answer"
    interview = answer(service, interview, SOLID)
    assert interview.advanced == 1
    interview = whole(service, interview)
    texts = [turn.question.text for turn in interview.turns]
    assert len(set(texts)) == len(texts)
    assert all(text.count("?") <= 1 for text in texts)


def test_the_reply_is_stored_before_it_is_judged(
    service: InterviewService, monkeypatch: pytest.MonkeyPatch
) -> None:
    interview = service.start("me", setup())
    seen: list[str | None] = []
    done = threading.Event()

    def broken(*_: Any, **__: Any) -> None:
        seen.append(service.store.load(interview.id).last.reply)
        done.set()
        raise RuntimeError("a fault nobody thought of")

    with monkeypatch.context() as patch:
        patch.setattr(service.judge, "critique", broken)
        service.submit(interview.id, SOLID)
        assert done.wait(10)
        work = service.work(interview.id)
        assert work is None or work.wait(10)
    assert seen == [SOLID]
    assert "stored" in service.trouble(interview.id)
    assert service.get(interview.id).turns[0].reply == SOLID
    service.retry(interview.id, 1)
    work = service.work(interview.id)
    assert work is None or work.wait(10)
    assert service.get(interview.id).turns[0].critique is not None


def test_work_cut_off_by_a_restart_is_taken_up_again(service: InterviewService) -> None:
    interview = service.start("me", setup())
    # As a killed server leaves it: the reply is stored, nothing has come of it.
    interview.turns[0].reply = SOLID
    service.store.save(interview)
    second = build(load_settings())
    try:
        second.get(interview.id)
        work = second.work(interview.id)
        assert work is None or work.wait(10)
        restored = second.get(interview.id)
    finally:
        second.close()
    assert restored.turns[0].critique is not None
    assert restored.last.number == 2 and restored.last.question.text


def test_owners_see_their_own_interviews_only(service: InterviewService) -> None:
    mine, yours = service.start("me", setup()), service.start("you", setup())
    assert [i.id for i in service.list("me")] == [mine.id]
    assert [i.id for i in service.list("you")] == [yours.id]
    assert service.delete_all("me") == 1
    assert [i.id for i in service.list("you")] == [yours.id]


def test_bad_input_is_refused_in_one_line(service: InterviewService) -> None:
    interview = service.start("me", setup())
    for text in ("", "   \n", "x" * 200_001):
        with pytest.raises(InputError) as caught:
            service.submit(interview.id, text)
        assert "\n" not in str(caught.value)
    with pytest.raises(NotFoundError):
        service.get("nothing")
    with pytest.raises(NotFoundError):
        service.start("me", Setup(persona="nobody"))
    with pytest.raises(InputError):
        service.retry(interview.id, 1)
    with pytest.raises(SettingsError):
        service.check_endpoint()
    with pytest.raises(SettingsError):
        service.start("me", setup(engine="model"))


def test_odd_characters_are_kept(service: InterviewService) -> None:
    interview = service.start("me", setup())
    interview = answer(service, interview, "I want 🎯 to lead\x00 a team \ud800 within two years <b>here</b>")
    assert interview.turns[0].reply == "I want 🎯 to lead a team ? within two years <b>here</b>"


def test_an_ended_interview_takes_no_reply_and_ends_once(service: InterviewService) -> None:
    interview = service.start("me", setup())
    ended = service.end(interview.id)
    assert ended.status == "ended" and ended.ended_by == "candidate"
    assert ended.debrief is not None and ended.debrief.keep is not None
    assert ended.debrief.exercise
    with pytest.raises(InputError):
        service.submit(interview.id, SOLID)
    assert service.end(interview.id).ended_by == "candidate"


def test_delete_undo_thumb_blank_and_export(service: InterviewService) -> None:
    interview = answer(service, service.start("me", setup()), SOLID)
    service.thumb(interview.id, 1, "up")
    service.fill_blank(interview.id, 1, "by when?", "2029")
    turn = service.get(interview.id).turns[0]
    assert (turn.thumb, turn.filled_blanks) == ("up", {"by when?": "2029"})
    service.delete(interview.id)
    assert service.list("me") == []
    service.undo_delete(interview.id)
    assert [i.id for i in service.list("me")] == [interview.id]
    assert b"demand planning" in service.export(interview.id, "md")
    assert b"demand planning" in service.export(interview.id, "json")
    assert service.export(interview.id, "pdf").startswith(b"%PDF")


def test_fifty_interviews_at_once_keep_to_themselves(service: InterviewService) -> None:
    interviews = [service.start(f"owner{n}", setup()) for n in range(50)]

    def practise(n: int) -> None:
        service.submit(interviews[n].id, f"I want to lead team number {n} within two years.")

    threads = [threading.Thread(target=practise, args=(n,)) for n in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for n, interview in enumerate(interviews):
        work = service.work(interview.id)
        assert work is None or work.wait(60)
        stored = service.get(interview.id)
        assert stored.turns[0].reply == f"I want to lead team number {n} within two years."
        critique = stored.turns[0].critique
        assert critique is not None
        quotes = [q for finding in critique.criteria.values() for q in finding.quotes]
        assert quotes and all(q in stored.turns[0].reply for q in quotes)


def test_places_tell_of_coaches_scores_once_there_are_some(service: InterviewService) -> None:
    assert "Coaches' scores" not in [label for label, _, _ in service.places()]
    store = CalibrationStore(service.settings.home)
    store.update(store.path("Ana"), "Ana", lambda found: found)
    label, path, used = service.places()[-1]
    assert label == "Coaches' scores" and path.startswith(str(service.settings.home)) and used > 0
