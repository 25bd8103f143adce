"""The shapes that the whole interviewer shares: critique, turn, interview, debrief.

They are plain pydantic models, stored as JSON, shown by the pages, printed by the command line and read by
the eval suites. The names are the contract's.
"""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Verdict = Literal["met", "partly", "missing"]
EngineName = Literal["embedded", "model"]
Mode = Literal["rehearsal", "realistic"]


def now() -> datetime:
    """The present moment, with its time zone (UTC)."""
    return datetime.now(UTC)


def new_id() -> str:
    """An id that cannot be guessed (122 random bits): an interview's address is also its key."""
    return uuid.uuid4().hex


class Shape(BaseModel):
    """Base of every shape: unknown fields are an error, so that a typo in stored data shows."""

    model_config = ConfigDict(extra="forbid")


class CriterionFinding(Shape):
    """The verdict on one criterion.

    `quotes` are verbatim parts of the reply (empty where the verdict is `missing`); `guidance` are card ids;
    `advice` says what would make it better, or why it counts. `confidence` is 0..1 where the judge knows it.
    """

    verdict: Verdict
    quotes: list[str] = Field(default_factory=list)
    guidance: list[str] = Field(default_factory=list)
    advice: str = ""
    confidence: float | None = None


class PitfallFinding(Shape):
    """One pitfall that is present, with the words that show it."""

    id: str
    quotes: list[str]
    guidance: list[str]
    advice: str = ""
    confidence: float | None = None


class Doubt(Shape):
    """A point that the built-in judge reads differently from the model that wrote the critique.

    `says` is its verdict on a criterion, or whether a pitfall is `present` or `absent`; `quotes` are its
    proof, verbatim parts of the reply.
    """

    id: str
    says: Verdict | Literal["present", "absent"]
    quotes: list[str] = Field(default_factory=list)


class StrongerAnswer(Shape):
    """The reply said better, from the candidate's own facts. Each blank is marked `[question?]` in `text`.

    `blanks` lists the questions in the order of their marks, without brackets.
    """

    text: str
    blanks: list[str] = Field(default_factory=list)


class Critique(Shape):
    """What was strong, what hurts, and how to say it better, for one reply."""

    engine: EngineName
    criteria: dict[str, CriterionFinding]
    pitfalls: list[PitfallFinding] = Field(default_factory=list)
    overall: int | None
    focus: list[str] = Field(default_factory=list)
    stronger_answer: StrongerAnswer | None = None
    dropped: int = 0
    cannot_judge: str = ""
    """Why the reply cannot be judged (another language, gibberish); then `overall` is None."""
    notes: list[str] = Field(default_factory=list)
    """Plain lines to show with the critique, for example that this is a fallback."""
    doubts: list[Doubt] = Field(default_factory=list)
    """Where a model's critique and the built-in judge differ: these points are less certain."""


class Usage(Shape):
    """Tokens of one model call as the endpoint reported them; seconds by our clock; cost where known."""

    call: Literal["question", "critique", "debrief"]
    model: str
    prompt_tokens: int | None = None
    cached_tokens: int | None = None
    completion_tokens: int | None = None
    first_token_seconds: float | None = None
    seconds: float | None = None
    cost_usd: float | None = None


class Notice(Shape):
    """One plain line about something that went otherwise than planned in a turn."""

    part: Literal["question", "critique", "debrief"]
    fault: str
    message: str
    can_retry: bool = True


QuestionKind = Literal["opening", "follow_up", "no_answer", "contradiction", "closing"]
PartState = Literal["pending", "done", "stopped"]


class Question(Shape):
    """What the interviewer says: one question, or the closing words.

    `focus` are the ids it is aimed at; `guidance` the cards it was drawn from; `engine` who worded it.
    """

    text: str
    kind: QuestionKind = "follow_up"
    focus: list[str] = Field(default_factory=list)
    guidance: list[str] = Field(default_factory=list)
    engine: EngineName = "embedded"
    state: PartState = "done"
    prompt_hash: str | None = None


class Turn(Shape):
    """A question and, once given, the reply with its critique. `advances` is False for a dodge."""

    number: int
    question: Question
    reply: str | None = None
    replied_at: datetime | None = None
    advances: bool = True
    critique: Critique | None = None
    critique_state: PartState = "pending"
    critique_prompt_hash: str | None = None
    notices: list[Notice] = Field(default_factory=list)
    usage: list[Usage] = Field(default_factory=list)
    thumb: Literal["up", "down"] | None = None
    filled_blanks: dict[str, str] = Field(default_factory=dict)
    contradicts: int | None = None
    """Number of the earlier turn that this reply contradicts, where noticed."""


class Setup(Shape):
    """What the candidate chose before the interview."""

    persona: str
    role: str = ""
    company: str = ""
    job_description: str = ""
    resume: str = ""
    mode: Mode = "rehearsal"
    engine: Literal["auto", "embedded", "model"] = "auto"
    exercise: str = ""
    """The single prompt to practise, where this interview was started from a debrief's next exercise."""


class Moment(Shape):
    """One point of the debrief: an id, the candidate's words, the card, what to say of it."""

    id: str
    turn: int | None = None
    quote: str = ""
    guidance: str | None = None
    text: str = ""


class Debrief(Shape):
    """The end of an interview. `picture` has, per criterion, the verdict of each judged reply in order."""

    engine: EngineName
    keep: Moment | None = None
    mend: Moment | None = None
    exercise: str = ""
    exercise_focus: str = ""
    picture: dict[str, list[Verdict]] = Field(default_factory=dict)
    turns: list[int] = Field(default_factory=list)
    """Turn numbers of the judged replies: the columns of `picture`."""
    overall: list[int | None] = Field(default_factory=list)
    closing: str = ""


class Interview(Shape):
    """One interview, whole. It is what the store keeps and what an export holds."""

    id: str = Field(default_factory=new_id)
    owner: str
    setup: Setup
    created: datetime = Field(default_factory=now)
    updated: datetime = Field(default_factory=now)
    status: Literal["open", "ended"] = "open"
    ended_by: Literal["", "candidate", "questions", "covered"] = ""
    turns: list[Turn] = Field(default_factory=list)
    debrief: Debrief | None = None

    @property
    def last(self) -> Turn:
        """The turn whose reply is awaited or being worked on."""
        return self.turns[-1]

    @property
    def advanced(self) -> int:
        """How many replies have counted so far (dodges do not)."""
        return sum(1 for turn in self.turns if turn.reply is not None and turn.advances)
