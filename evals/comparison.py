"""What a comparison of two recorded runs found, as data."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from evals.result import PRINCIPLE, Change, GateFinding, SuiteRun
from interviewer.schema import Shape, now

Verdict = Literal["IMPROVED", "REGRESSED", "NO DETECTABLE CHANGE", "TOO FEW CASES"]


class Comparison(Shape):
    """One metric of two recorded runs, paired on case and sample.

    Args:
        metric: its name.
        n: pairs.
        base: mean (or figure) of the base.
        candidate: the same of the candidate.
        difference: candidate less base; of a bias, the difference of the distances from zero.
        low: lower end of the difference's 95% interval (seeded cluster bootstrap).
        high: upper end.
        p: for pass or fail exact McNemar (a sign-flip test over clusters where a cluster has several pairs),
            for other figures that of the bootstrap.
        p_holm: `p` corrected over the metrics.
        wins: pairs in which the candidate is better; `ties`, `losses` likewise.
        smallest: the smallest difference that this n could show (80% power, 5% two-sided).
        better: as in `Metric`.
        diagnostic: as in `Metric`.
        verdict: one of four.
    """

    metric: str
    n: int
    base: float | None
    candidate: float | None
    difference: float | None = None
    low: float | None = None
    high: float | None = None
    p: float | None = None
    p_holm: float | None = None
    wins: int = 0
    ties: int = 0
    losses: int = 0
    smallest: float | None = None
    better: Literal["more", "less", "zero"] = "more"
    diagnostic: str = ""
    detail: bool = False
    verdict: Verdict = "NO DETECTABLE CHANGE"


class SuiteComparison(Shape):
    """Two runs of one suite, side by side."""

    suite: str
    base: SuiteRun
    candidate: SuiteRun
    metrics: list[Comparison] = Field(default_factory=list)
    verdict: Verdict
    why: str = ""
    request_changes: list[Change] = Field(default_factory=list)
    """What differs between the requests: of each segment the first case that shows it."""


class CompareReport(Shape):
    """One `interviewer eval compare`. `left_out` names the suites that could not be compared, and why."""

    schema_version: Literal[1] = 1
    principle: str = PRINCIPLE
    created: datetime = Field(default_factory=now)
    base: str
    candidate: str
    suites: list[SuiteComparison] = Field(default_factory=list)
    left_out: list[str] = Field(default_factory=list)
    gates: list[GateFinding] = Field(default_factory=list)
    verdict: Verdict
    exit_code: int = 0
