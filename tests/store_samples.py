"""Interviews for the tests of the store and the exports."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from interviewer.schema import (
    CriterionFinding,
    Critique,
    Debrief,
    Interview,
    Moment,
    Notice,
    PitfallFinding,
    Question,
    Setup,
    StrongerAnswer,
    Turn,
    Usage,
)

REPLY = "Within three years I'd like to run demand forecasting. The pay is also what I am after."


def critique() -> Critique:
    return Critique(
        engine="embedded",
        criteria={
            "timely": CriterionFinding(
                verdict="met", quotes=["Within three years"], guidance=["time-horizon"], advice="A date."
            ),
            "long_term_vision": CriterionFinding(
                verdict="partly", quotes=["run demand forecasting"], advice="Say why.", confidence=0.7
            ),
            "measurable": CriterionFinding(verdict="missing", guidance=["smart-goals"], advice="Count it."),
            "motivated": CriterionFinding(verdict="missing", advice="Say what you like about it."),
        },
        pitfalls=[
            PitfallFinding(
                id="money_motive", quotes=["The pay is also what I am after"], guidance=["avoid-money"],
                advice="Name another reason.",
            )
        ],
        overall=3,
        focus=["measurable"],
        stronger_answer=StrongerAnswer(
            text="Within three years I'd like to run demand forecasting, and cut errors [by how much?].",
            blanks=["by how much?"],
        ),
        dropped=1,
        notes=["The model could not be reached: this is the built-in judge."],
    )  # fmt: skip


def turn(number: int = 1, reply: str | None = REPLY) -> Turn:
    """A turn with every field away from its default, so that a field that is not stored shows."""
    judged = reply is not None
    return Turn(
        number=number,
        question=Question(
            text="What are your career goals?", kind="opening", focus=["timely"], guidance=["time-horizon"],
            engine="model", state="stopped", prompt_hash="abc",
        ),
        reply=reply,
        replied_at=datetime(2026, 3, 1, 9, 30, 15, 123456, tzinfo=UTC) if judged else None,
        advances=False,
        critique=critique() if judged and reply == REPLY else None,
        critique_state="done",
        critique_prompt_hash="def",
        notices=[Notice(part="critique", fault="timeout", message="The model did not answer in time.")],
        usage=[Usage(call="question", model="m-1", prompt_tokens=10, completion_tokens=5, seconds=0.5)],
        thumb="up",
        filled_blanks={"by how much?": "by a tenth"},
        contradicts=1,
    )  # fmt: skip


def interview(owner: str = "me", *, turns: int = 1, **fields: object) -> Interview:
    """An interview with every field away from its default."""
    values: dict[str, object] = {
        "owner": owner,
        "setup": Setup(
            persona="mara", role="Planner", company="Acme", job_description="Plan.", resume="Planned.",
            mode="realistic", engine="embedded", exercise="Say it in numbers.",
        ),
        "created": datetime(2026, 3, 1, 10, 0, tzinfo=timezone(timedelta(hours=1))),
        "status": "ended",
        "ended_by": "covered",
        "turns": [turn(number) for number in range(1, turns + 1)],
        "debrief": Debrief(
            engine="model",
            keep=Moment(id="timely", turn=1, quote="Within three years", guidance="time-horizon", text="A"),
            mend=Moment(id="money_motive", turn=1, quote="The pay", guidance="avoid-money", text="Why?"),
            exercise="Say it again with one number.",
            exercise_focus="measurable",
            picture={"timely": ["met"], "measurable": ["missing"], "long_term_vision": ["partly"]},
            turns=[1],
            overall=[3],
            closing="Thank you.",
        ),
    }  # fmt: skip
    return Interview.model_validate(values | fields)
