"""What the model engine's tests share: settings for a fake endpoint, a persona, an interview."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from interviewer.model import ModelEngine, QuestionStream
from interviewer.schema import Interview, Mode, Question, Setup, Turn
from interviewer.settings import Settings
from interviewer.testing import FakeEndpoint
from knowledge import Rubric, load_rubric
from prompts.personas import Persona, load_persona

REPLY = (
    "Within three years I'd like to run demand forecasting for a whole product line. "
    "Next spring I finish the APICS certificate. At my last job I cut stockouts by a fifth."
)
ROLE = "Demand planner"
COMPANY = "Northfold, a maker of outdoor clothing"


def settings(base_url: str, **more: object) -> Settings:
    values = {"OPENAI_BASE_URL": base_url, "INTERVIEWER_MODEL": "fake", "_env_file": None, **more}
    return Settings(**values)  # type: ignore[arg-type]


def rubric() -> Rubric:
    return load_rubric()


def persona() -> Persona:
    return load_persona("mara")


def interview(replies: Sequence[str] = (REPLY,), *, mode: Mode = "rehearsal", **setup: str) -> Interview:
    turns = [
        Turn(
            number=number,
            question=Question(
                text="What are your career goals?" if number == 1 else f"And what of subject {number}?"
            ),
            reply=reply,
        )
        for number, reply in enumerate(replies, 1)
    ]
    whole = Setup(persona="mara", mode=mode, **{"role": ROLE, "company": COMPANY, **setup})
    return Interview(owner="o", setup=whole, turns=turns)


def engine(endpoint: FakeEndpoint, **more: object) -> ModelEngine:
    return ModelEngine(settings(endpoint.base_url, **more), rubric())


def ask(
    model: ModelEngine,
    talk: Interview | None = None,
    *,
    focus: Sequence[str] = ("measurable",),
    cancel: threading.Event | None = None,
) -> QuestionStream:
    return model.stream_question(persona(), talk or interview(), [], focus, cancel or threading.Event())
