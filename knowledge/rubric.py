"""The rubric: criteria, pitfalls, and the only place where an overall score is computed."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, field_validator

from interviewer.errors import InputError, NotFoundError
from knowledge.datafile import Frozen, Text

CRITERION_IDS = (
    "long_term_vision",
    "short_term_steps",
    "linked_path",
    "specific",
    "measurable",
    "achievable",
    "realistic",
    "timely",
    "relevant_to_role",
    "past_evidence",
    "skills_awareness",
    "flexible",
    "motivated",
)
PITFALL_IDS = (
    "content_as_is",
    "money_motive",
    "over_specific",
    "irrelevant_goal",
    "too_personal",
    "too_far_ahead",
    "fantasy",
    "no_answer",
)
GAP = "[...]"
Share = Annotated[float, Field(ge=0, le=1)]
Cards = Annotated[tuple[str, ...], Field(min_length=1)]


class Level(Frozen):
    """What a verdict looks like in a reply, with an example of such a reply."""

    look: Text
    example: Text


class Press(Frozen):
    """How pressing it is to ask about a criterion next, by its verdict (0..1)."""

    missing: Share
    partly: Share


class Advice(Frozen):
    """What the candidate is told, by verdict."""

    met: Text
    partly: Text
    missing: Text


class Criterion(Frozen):
    """One criterion. `weight` is relative to the others'; `frame` holds `[blank]` once."""

    id: str
    name: Text
    group: Literal["Vision", "SMART", "Fit", "Attitude"]
    ask: Text
    met: Level
    partly: Level
    missing: Level
    weight: float = Field(gt=0)
    focus: Press
    after: tuple[str, ...] = ()
    cards: Cards
    advice: Advice
    blank: Text
    frame: Text

    @field_validator("blank")
    @classmethod
    def _is_question(cls, value: str) -> str:
        if not value.endswith("?") or "[" in value or "]" in value:
            raise ValueError("should be a question that ends in '?' and holds no square brackets")
        return value

    @field_validator("frame")
    @classmethod
    def _has_gap(cls, value: str) -> str:
        if value.count(GAP) != 1:
            raise ValueError(f"should hold {GAP} exactly once, where the gap is")
        return value

    def model_post_init(self, _context: Any) -> None:
        """Put the blank's question into the frame, so that the frame can be used as it is."""
        object.__setattr__(self, "frame", self.frame.replace(GAP, f"[{self.blank}]"))

    @property
    def advice_met(self) -> str:
        """What to say where the criterion is met."""
        return self.advice.met

    @property
    def advice_partly(self) -> str:
        """What to say where it is partly met."""
        return self.advice.partly

    @property
    def advice_missing(self) -> str:
        """What to say where it is missing."""
        return self.advice.missing


class Pitfall(Frozen):
    """One pitfall. `penalty` is taken off the share of the criteria (0..1); `cap` is the best score."""

    id: str
    name: Text
    ask: Text
    look: Text
    example: Text
    penalty: Share
    cap: Annotated[int, Field(ge=1, le=5)] | None = None
    priority: Share
    cards: Cards
    advice: Text


class Values(Frozen):
    """What a verdict is worth, 0..1."""

    met: Share
    partly: Share
    missing: Share


class Scoring(Frozen):
    """How verdicts become a score: `thresholds` maps each score from 2 to 5 to the share that it needs."""

    values: Values
    thresholds: dict[int, float]

    @field_validator("thresholds")
    @classmethod
    def _rises(cls, value: dict[int, float]) -> dict[int, float]:
        if sorted(value) != [2, 3, 4, 5]:
            raise ValueError("should give the share needed for each of 2, 3, 4 and 5")
        needed = [value[score] for score in (2, 3, 4, 5)]
        if any(low >= high for low, high in itertools.pairwise(needed)):
            raise ValueError("should rise from 2 to 5")
        return value


class FocusRule(Frozen):
    """How many ids to probe next, and which where everything is met."""

    at_most: int = Field(ge=1, le=3)
    when_all_is_met: tuple[str, ...] = Field(min_length=1)


class Rubric(Frozen):
    """The whole rubric. `hash` changes with the file, so that scores can be traced to it."""

    model_config = ConfigDict(extra="forbid", frozen=True, ignored_types=(cached_property,))

    scoring: Scoring
    focus_rule: FocusRule = Field(alias="focus")
    criteria: tuple[Criterion, ...]
    pitfalls: tuple[Pitfall, ...]
    hash: str

    @cached_property
    def ids(self) -> tuple[str, ...]:
        """All ids: the criteria's, then the pitfalls'."""
        return (*(part.id for part in self.criteria), *(part.id for part in self.pitfalls))

    @cached_property
    def _criteria(self) -> dict[str, Criterion]:
        return {part.id: part for part in self.criteria}

    @cached_property
    def _pitfalls(self) -> dict[str, Pitfall]:
        return {part.id: part for part in self.pitfalls}

    def criterion(self, id: str) -> Criterion:
        """The criterion with that id.

        Raises:
            NotFoundError: there is none.
        """
        if id not in self._criteria:
            raise NotFoundError(f"There is no criterion '{id}'. Known are: {', '.join(self._criteria)}.")
        return self._criteria[id]

    def pitfall(self, id: str) -> Pitfall:
        """The pitfall with that id.

        Raises:
            NotFoundError: there is none.
        """
        if id not in self._pitfalls:
            raise NotFoundError(f"There is no pitfall '{id}'. Known are: {', '.join(self._pitfalls)}.")
        return self._pitfalls[id]

    def share(self, verdicts: Mapping[str, str], pitfalls: Sequence[str] = ()) -> float:
        """The weighted share of the criteria that are met, less the pitfalls' penalties (at most 1).

        Args:
            verdicts: a verdict (`met`, `partly`, `missing`) for each of the 13 criteria.
            pitfalls: ids of those present.

        Raises:
            InputError: a verdict is missing or unknown.
            NotFoundError: an id is unknown.
        """
        self._check_verdicts(verdicts)
        got = sum(part.weight * self._value(verdicts[part.id]) for part in self.criteria)
        penalty = sum(self.pitfall(id).penalty for id in set(pitfalls))
        return got / sum(part.weight for part in self.criteria) - penalty

    def overall(self, verdicts: Mapping[str, str], pitfalls: Sequence[str] = ()) -> int:
        """The overall score, 1 (harmful) to 5 (excellent), by the rule in rubric.yaml's `scoring`.

        Args and errors are those of `share`.
        """
        share = self.share(verdicts, pitfalls) + 1e-9
        score = 1 + sum(share >= needed for needed in self.scoring.thresholds.values())
        caps = [self.pitfall(id).cap or 5 for id in pitfalls]
        return min([score, *caps])

    def focus(self, verdicts: Mapping[str, str], pitfalls: Sequence[str] = ()) -> list[str]:
        """One to three ids to probe next, worst first: by their priorities in rubric.yaml.

        A criterion that builds on another (`after`) is left out while that other is missing. Args and errors
        are those of `share`.
        """
        self._check_verdicts(verdicts)
        if "no_answer" in pitfalls:
            return ["no_answer"]
        found = {id: self.pitfall(id).priority for id in pitfalls}
        for part in self.criteria:
            verdict = verdicts[part.id]
            waits = any(verdicts[before] == "missing" for before in part.after)
            if verdict != "met" and not waits:
                found[part.id] = part.focus.missing if verdict == "missing" else part.focus.partly
        worst = sorted(found, key=lambda id: (-found[id], self.ids.index(id)))
        return (worst or list(self.focus_rule.when_all_is_met))[: self.focus_rule.at_most]

    def _value(self, verdict: str) -> float:
        return float(getattr(self.scoring.values, verdict))

    def _check_verdicts(self, verdicts: Mapping[str, str]) -> None:
        for id in verdicts:
            self.criterion(id)
        for id in self._criteria:
            if verdicts.get(id) not in ("met", "partly", "missing"):
                raise InputError(f"'{id}' needs one of the verdicts met, partly, missing.")
