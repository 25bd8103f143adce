"""What a coach's calibration file holds: scores, later overrides, and the offsets fitted to them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, field_validator, model_validator

from interviewer.intake import MAX_REPLY
from interviewer.schema import Shape, Verdict, new_id, now
from knowledge.datafile import Frozen

VERSION = 1
NEEDED = 20
"""Fewer replies scored blind than this are not fitted."""
LONGEST_NAME = 80
MOST_OVERRIDES = 5000
OVERALL = "overall"

Level = Annotated[int, Field(ge=1, le=5)]
Number = Annotated[float, Field(allow_inf_nan=False)]
Range = tuple[Number, Number]


class Reply(Frozen):
    """One reply to score; `source` tells where it is from. Its labels are not here, on purpose."""

    id: str
    source: str
    role: str = ""
    company: str = ""
    question: str
    reply: str


class Scored(Shape):
    """A coach's own score of one of the replies.

    `criteria` holds only those that the coach marked; `pitfalls` is None where the coach did not look for
    any, and an empty list where there are none.
    """

    id: str
    overall: Level
    criteria: dict[str, Verdict] = Field(default_factory=dict)
    pitfalls: list[str] | None = None
    at: AwareDatetime = Field(default_factory=now)


class Override(Shape):
    """A coach's later score of any reply. `blind` says that the judge's score was not seen before."""

    id: str = Field(default_factory=new_id)
    role: Annotated[str, Field(max_length=500)] = ""
    company: Annotated[str, Field(max_length=500)] = ""
    question: Annotated[str, Field(max_length=2000)] = ""
    reply: Annotated[str, Field(min_length=1, max_length=MAX_REPLY)]
    overall: Level
    blind: bool = False
    at: AwareDatetime = Field(default_factory=now)


class Figure(Shape):
    """A figure with its 95% bootstrap interval (None where it is not defined)."""

    value: Number
    interval: Range | None = None


class Offset(Shape):
    """How much kinder (above 0) or stricter (below 0) a coach is than the judge, in steps of the scale.

    `mean` is the plain mean difference over all `n` replies, coach less judge; `offset` is that of `ordinal`,
    shrunk towards zero. `borne_out` says that it holds on replies that it was not fitted to. The figures
    are over the `blind` replies: before any offset, and after it, each reply predicted by an offset fitted
    without it.
    """

    id: str
    n: int
    blind: int
    mean: Number
    offset: Annotated[float, Field(ge=-4, le=4)]
    borne_out: bool
    difference_before: Figure
    difference_after: Figure
    distance_before: Figure
    distance_after: Figure
    distance_gain: Figure
    kappa_before: Figure
    kappa_after: Figure
    kappa_gain: Figure


class Fit(Shape):
    """The offsets and what they were fitted with; where a hash differs, they hold no more.

    `overall` is None where too few replies could be compared. `left_out` counts those that the judge
    cannot judge. `data_hash` is of the scores and overrides.
    """

    engine: Literal["embedded"] = "embedded"
    rubric_hash: str
    judge_hash: str
    data_hash: str
    overall: Offset
    criteria: list[Offset] = Field(default_factory=list)
    left_out: int = 0
    at: AwareDatetime = Field(default_factory=now)


class Calibration(Shape):
    """One coach's file, whole: what is stored, exported and imported."""

    version: Literal[1] = 1
    coach: Annotated[str, Field(min_length=1, max_length=LONGEST_NAME)]
    scores: list[Scored] = Field(default_factory=list)
    overrides: Annotated[list[Override], Field(max_length=MOST_OVERRIDES)] = Field(default_factory=list)
    fit: Fit | None = None

    @field_validator("coach")
    @classmethod
    def _one_line(cls, value: str) -> str:
        name = " ".join("".join(c if c.isprintable() else " " for c in value).split())
        if not name:
            raise ValueError("should be a name")
        return name

    @model_validator(mode="after")
    def _once(self) -> Calibration:
        for what, ids in (
            ("reply", [s.id for s in self.scores]),
            ("override", [o.id for o in self.overrides]),
        ):
            twice = next((id for place, id in enumerate(ids) if id in ids[:place]), None)
            if twice is not None:
                raise ValueError(f"the {what} '{twice}' is there twice; remove one")
        return self

    def score(self, id: str) -> Scored | None:
        """The coach's score of a reply, where given."""
        return next((s for s in self.scores if s.id == id), None)

    def with_score(self, scored: Scored) -> Calibration:
        """This with one reply scored, or scored anew."""
        others = [s for s in self.scores if s.id != scored.id]
        return self.model_copy(update={"scores": [*others, scored]})
