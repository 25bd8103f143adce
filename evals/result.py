"""What a run found, as data: one JSON document that reports are drawn from, and that runs are compared by."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Literal

from pydantic import Field

from interviewer.schema import Critique, Shape, Usage, now

SCHEMA_VERSION = 1
PRINCIPLE = (
    "Replay can judge parsing, code, graders, and the difference between two prompt versions that are both "
    "recorded. It can never score an unrecorded prompt."
)


class State(StrEnum):
    """What is known of a case's answer.

    FRESH: recorded with exactly this request. STALE: recorded, but the request has changed since. MISSING:
    never recorded. ORPHAN: a recording that no case asks for. TAMPERED: a recording that is not what was
    written. LIVE: nothing recorded is needed, the built-in engine answered.
    """

    FRESH = "FRESH"
    STALE = "STALE"
    MISSING = "MISSING"
    ORPHAN = "ORPHAN"
    TAMPERED = "TAMPERED"
    LIVE = "LIVE"


Provenance = Literal["live", "local", "synthetic", "built-in"]
"""`live`: an endpoint somewhere; `local`: a model file on the recorder's machine, known by its digest;
`synthetic`: a fake, which tests the plumbing only; `built-in`: the embedded engine, no model."""


class Origin(Shape):
    """Where answers come from.

    Args:
        provenance: see `Provenance`.
        endpoint: the endpoint's family in a word: openai, llama.cpp, compatible; never an address.
        model: the model's id as answered; empty for the built-in engine.
        file_sha256: the model file's digest, for `local`.
        recorded: the days of the first and the last recording, ISO dates.
    """

    provenance: Provenance
    endpoint: str = ""
    model: str = ""
    file_sha256: str = ""
    recorded: tuple[str, str] | None = None


class Output(Shape):
    """What one case gave. Only the fields of its suite's subject are filled.

    Args:
        text: the question, the opening, or a judge's answer (`yes`, `no`).
        critique: the verified critique.
        critique_raw: the stronger answer and so on as the model wrote them, before verification.
        lines: everything that the interviewer said, in order (`interview`).
        cards: guidance ids as ranked (`retrieval`), or those of the question.
        focus: ids that the question was aimed at.
        kind: the question's kind, as in the interview's schema; for `interview`, why it ended.
        advances: whether the reply counts.
        counted: how many replies counted (`interview`).
        fault: how the model failed to give a usable answer (`not_schema`, `refused` …); then the app would
            have used the built-in engine's.
    """

    text: str = ""
    critique: Critique | None = None
    critique_raw: str = ""
    lines: list[str] = Field(default_factory=list)
    cards: list[str] = Field(default_factory=list)
    focus: list[str] = Field(default_factory=list)
    kind: str = ""
    advances: bool | None = None
    counted: int | None = None
    fault: str = ""


class Score(Shape):
    """One grader's finding on one answer.

    Args:
        metric: its name, `snake_case`.
        value: a number; for pass or fail, 1 or 0. None: does not apply to this answer.
        passed: pass or fail, where that is what the metric is; None for a plain number.
        evidence: why, in one line, with the words that decided.
        pair: for agreement: the label's and the answer's levels (0, 1, …), from which figures over many cases
            are computed.
    """

    metric: str
    value: float | None = None
    passed: bool | None = None
    evidence: str = ""
    pair: tuple[int, int] | None = None


class Change(Shape):
    """What changed in one segment of a request since it was recorded.

    Args:
        segment: system, persona, rubric, cards, transcript, schema, sampling, or another of the prompt file.
        diff: words in order: (" ", kept), ("-", was there), ("+", is there now); long kept runs are cut.
    """

    segment: str
    diff: list[tuple[str, str]]


class CaseResult(Shape):
    """One sample of one case.

    Args:
        id: the case's.
        sample: 0, 1, … below the suite's repeats.
        cluster: cases that share it are not independent.
        state: what is known of the answer; without FRESH or LIVE there is none, and no scores.
        why: for STALE what changed, for the rest what is wrong, in a line.
        changes: for STALE, the changed segments.
        last_recorded: ISO date of the nearest recording, for STALE.
        prompt: what the person said and was asked, in short, for reports.
        output: the answer.
        scores: in the graders' order.
        usage: of the calls behind the answer, as the endpoint reported when it was recorded.
        keys: of the recordings used.
        segments: hashes of the request's segments.
    """

    id: str
    sample: int = 0
    cluster: str = ""
    state: State = State.LIVE
    why: str = ""
    changes: list[Change] = Field(default_factory=list)
    last_recorded: str = ""
    prompt: str = ""
    output: Output | None = None
    scores: list[Score] = Field(default_factory=list)
    usage: list[Usage] = Field(default_factory=list)
    keys: list[str] = Field(default_factory=list)
    segments: dict[str, str] = Field(default_factory=dict)


class Metric(Shape):
    """One figure over the cases of a run.

    Args:
        name: the metric's.
        n: how many answers it is over.
        value: the figure, in the unit of `kind`.
        low: lower end of its 95% interval, where one can be given.
        high: upper end.
        kind: `rate` (share that pass, 0..1), `mean`, `kappa`, `f1`, `precision`, `recall`, `icc`, `bias`.
        better: whether a larger figure is better, a smaller, or one nearer to zero.
        diagnostic: why it may not gate, where it may not; empty where it may.
        detail: a figure of a part (one criterion, one pitfall, one family): shown folded.
    """

    name: str
    n: int
    value: float | None
    low: float | None = None
    high: float | None = None
    kind: Literal["rate", "mean", "kappa", "f1", "precision", "recall", "icc", "bias"] = "rate"
    better: Literal["more", "less", "zero"] = "more"
    diagnostic: str = ""
    detail: bool = False


class Cost(Shape):
    """What re-recording takes: calls, tokens (estimated), US dollars where the price is known."""

    calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    usd: float | None = None


class SuiteRun(Shape):
    """One suite, run with one engine.

    Args:
        suite: its name.
        subject: as in the suite.
        engine: embedded or model.
        prompt_set: `base`, or a candidate's name; empty for the embedded engine.
        origin: where the answers come from.
        sampling: temperature and so on as sent, by call.
        judge: the model and the prompt hash behind a judge's metrics, where there are any.
        hashes: of the suite file, the rubric, the prompt files, the personas, the graders' code.
        cases: one a sample, in order.
        metrics: figures over the cases; empty while INCOMPLETE.
        states: how many samples are in each state.
        judgments: the same for a judge's answers, which are recorded apart.
        unjudged: the judgments that are not there, each with what has changed since it was recorded.
        cost: what it takes to make it complete.
    """

    suite: str
    subject: str
    engine: Literal["embedded", "model"]
    prompt_set: str = ""
    origin: Origin
    sampling: dict[str, str] = Field(default_factory=dict)
    judge: str = ""
    hashes: dict[str, str] = Field(default_factory=dict)
    cases: list[CaseResult] = Field(default_factory=list)
    metrics: list[Metric] = Field(default_factory=list)
    states: dict[State, int] = Field(default_factory=dict)
    judgments: dict[State, int] = Field(default_factory=dict)
    unjudged: list[CaseResult] = Field(default_factory=list)
    cost: Cost | None = None

    @property
    def complete(self) -> bool:
        """Whether every case has an answer, and every judgment."""
        return self.answered == len(self.cases) and not set(self.judgments) - {State.FRESH, State.LIVE}

    @property
    def answered(self) -> int:
        """How many samples have an answer."""
        return sum(case.state in (State.FRESH, State.LIVE) for case in self.cases)

    @property
    def name(self) -> str:
        """Engine and prompt set as people say them: `embedded`, `base`, `brief`."""
        return "embedded" if self.engine == "embedded" else self.prompt_set

    def metric(self, name: str) -> Metric | None:
        """A figure by its name."""
        return next((metric for metric in self.metrics if metric.name == name), None)


class GateFinding(Shape):
    """A gate that was looked at: a floor, a must-pass case, an uncalibrated judge; `what` it is about."""

    suite: str
    engine: str
    rule: str
    what: str = ""
    held: bool
    line: str


class Run(Shape):
    """One `interviewer eval run`: suites, each with the model's answers and the embedded engine's beside."""

    schema_version: Literal[1] = 1
    principle: str = PRINCIPLE
    id: str
    created: datetime = Field(default_factory=now)
    suites: list[SuiteRun] = Field(default_factory=list)
    gates: list[GateFinding] = Field(default_factory=list)
    exit_code: int = 0
    seconds: float = 0.0

    @property
    def complete(self) -> bool:
        """Whether every case of every suite has an answer."""
        return all(suite.complete for suite in self.suites)
