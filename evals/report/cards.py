"""Cases side by side: of a run its engines, of a compare base and candidate; what differs comes first."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from evals.comparison import SuiteComparison
from evals.report.answers import about, answer_text
from evals.report.sides import Piece, sides
from evals.report.view import Part, case_name, evidence, gist
from evals.report.words import ANSWERED, NOTHING, clean, clipped, engine, finding
from evals.result import CaseResult, Score, SuiteRun

RUN_KINDS = {
    "failing": "failing",
    "off": "off the label",
    "differ": "engines differ",
    "unknown": "not recorded",
    "all": "all",
}
COMPARE_KINDS = {
    "regressed": "regressed",
    "improved": "improved",
    "flipped": "flipped",
    "changed": "answer changed",
    "all": "all",
}
MOST_TEXT = 40_000
_ANY = "-"
_FINE = ("pass", "agrees")


@dataclass(frozen=True)
class Side:
    """One answer to a case.

    Args:
        name: who answered.
        state: why there is no answer; empty where there is one.
        pieces: the answer's words, each marked as kept, gone or new.
        about: what else is known of it.
        raw: what the model wrote, before the checks in code.
    """

    name: str
    state: str = ""
    pieces: Sequence[Piece] = ()
    about: str = ""
    raw: str = ""


@dataclass(frozen=True)
class Finding:
    """One metric of a case, over its sides.

    Args:
        metric: its name.
        values: a word a side: pass, fail, a number.
        evidence: why, a line a side.
        fails: whether one of them fails.
        off: whether one of them is not what the label says.
        way: better, worse or changed from the first side to the second; empty where nothing did.
        diagnostic: whether it may not gate.
    """

    metric: str
    values: tuple[str, ...]
    evidence: tuple[str, ...]
    fails: bool
    off: bool
    way: str
    diagnostic: bool

    @property
    def fine(self) -> str:
        """The one word where it is fine wherever it applies, so that its name is enough; else nothing."""
        words = set(self.values) - {NOTHING}
        return next(iter(words)) if len(words) == 1 and words <= set(_FINE) else ""


@dataclass(frozen=True)
class Card:
    """One sample of one case.

    Args:
        name: case and sample.
        gist: what the person said, on one line.
        prompt: what was asked and said.
        sides: the answers.
        findings: those that matter.
        rest: those others that are not plainly fine.
        fine: the metrics that are the same plain word (pass, agrees) wherever they apply, by that word.
        kinds: for each filter the metrics because of which the case is shown, apart by spaces.
    """

    name: str
    gist: str
    prompt: str
    sides: list[Side]
    findings: list[Finding]
    rest: list[Finding]
    fine: Mapping[str, list[str]]
    kinds: Mapping[str, str]


@dataclass(frozen=True)
class Deck:
    """The cards of a suite.

    Args:
        cards: those with most to see first.
        kinds: the filters by key, with what a person reads.
        counts: how many cases each has.
        metrics: every metric that a case has a score of.
        left_out: how many cards there are besides.
    """

    cards: list[Card]
    kinds: Mapping[str, str]
    counts: Mapping[str, int]
    metrics: list[str] = field(default_factory=list)
    left_out: int = 0

    @property
    def first(self) -> str:
        """The filter to begin with: the first that shows something."""
        return next((kind for kind in self.kinds if self.counts[kind]), "all")


def run_deck(part: Part, most: int) -> Deck:
    """The cases of a suite, each engine's answer beside the other's."""
    found = [_run_card(part.runs, cases) for cases in _by_case(part.runs)]
    return _deck(found, RUN_KINDS, most)


def same_answers(suite: SuiteComparison) -> bool:
    """Whether nothing changed: every answer and every score is the same."""
    return all(
        one is not None and other is not None and (one.output, one.scores) == (other.output, other.scores)
        for one, other in _by_case([suite.base, suite.candidate])
    )


def compare_deck(suite: SuiteComparison, most: int) -> Deck:
    """The cases of a comparison, each answer of the base beside the candidate's."""
    better = {each.metric: each.better for each in suite.metrics}
    diagnostic = {each.metric for each in suite.metrics if each.diagnostic}
    found = [_compare_card(cases, better, diagnostic) for cases in _by_case([suite.base, suite.candidate])]
    return _deck(found, COMPARE_KINDS, most)


def _deck(cards: Sequence[Card], kinds: Mapping[str, str], most: int) -> Deck:
    def weight(card: Card) -> tuple[int, ...]:
        return tuple(-len(card.kinds[kind].split()) for kind in kinds if kind != "all")

    ordered = sorted(cards, key=weight)
    counts = {kind: sum(bool(card.kinds[kind]) for card in cards) for kind in kinds}
    metrics = dict.fromkeys(name for card in cards for name in card.kinds["all"].split() if name != _ANY)
    return Deck(ordered[:most], kinds, counts, list(metrics), max(0, len(cards) - most))


Cases = Sequence[CaseResult | None]
"""A sample of a case in each run; None where a run does not have it."""


def _by_case(runs: Iterable[SuiteRun]) -> list[Cases]:
    tables = [{(case.id, case.sample): case for case in run.cases} for run in runs]
    return [
        [table.get(key) for table in tables]
        for key in dict.fromkeys(key for table in tables for key in table)
    ]


def _run_card(runs: Sequence[SuiteRun], found: Cases) -> Card:
    pairs = [(run, case) for run, case in zip(runs, found, strict=True) if case is not None]
    cases = [case for _, case in pairs]
    diagnostic = {metric.name for run in runs for metric in run.metrics if metric.diagnostic}
    lines = [_finding(name, scores, "", diagnostic) for name, scores in _scores(cases).items()]
    answers = [_side(engine(run), case) for run, case in pairs]
    differ = [line.metric for line in lines if {"pass", "fail"} <= set(line.values)]
    kinds = {
        "failing": _joined(line.metric for line in lines if line.fails),
        "off": _joined(line.metric for line in lines if line.off),
        "differ": _joined(differ),
        "unknown": _ANY if any(case.state not in ANSWERED for case in cases) else "",
        "all": _joined([_ANY, *(line.metric for line in lines)]),
    }
    shown = [line for line in lines if line.fails or line.off]
    return _card(cases, answers, lines, shown, kinds)


def _compare_card(found: Cases, better: Mapping[str, str], diagnostic: Collection[str]) -> Card:
    base, candidate = found
    cases = [case for case in (base, candidate) if case is not None]
    lines = []
    for name, scores in _scores(cases).items():
        way = _way(scores, better.get(name, "more")) if len(scores) == 2 else ""
        lines.append(_finding(name, scores, way, diagnostic))
    flipped = [line for line in lines if line.way and {"pass", "fail"} == set(line.values)]
    kinds = {
        "regressed": _joined(line.metric for line in lines if line.way == "worse"),
        "improved": _joined(line.metric for line in lines if line.way == "better"),
        "flipped": _joined(line.metric for line in flipped),
        "changed": "" if _alike(found) else _joined([_ANY, *(line.metric for line in lines)]),
        "all": _joined([_ANY, *(line.metric for line in lines)]),
    }
    answers = [
        _side(side, case) for side, case in (("base", base), ("candidate", candidate)) if case is not None
    ]
    if base is not None and candidate is not None:
        both = sides(*(clipped(answer_text(case.output), MOST_TEXT) for case in (base, candidate)))
        answers = [
            _side(side.name, case, pieces) for side, case, pieces in zip(answers, cases, both, strict=True)
        ]
    shown = [line for line in lines if line.way] or [line for line in lines if line.fails]
    return _card(cases, answers, lines, shown, kinds)


def _card(
    cases: Sequence[CaseResult],
    answers: list[Side],
    lines: list[Finding],
    shown: list[Finding],
    kinds: Mapping[str, str],
) -> Card:
    prompt = next((case.prompt for case in cases if case.output is not None), cases[0].prompt)
    prompt = clean(prompt)
    return Card(
        name=case_name(cases[0]),
        gist=gist(prompt, 150),
        prompt=clipped(prompt, MOST_TEXT),
        sides=answers,
        findings=shown,
        rest=[line for line in lines if line not in shown and not line.fine],
        fine={word: [line.metric for line in lines if line.fine == word] for word in _FINE},
        kinds=kinds,
    )


def _side(name: str, case: CaseResult, pieces: Sequence[Piece] = ()) -> Side:
    state = "" if case.state in ANSWERED else f"{case.state}: {clean(case.why)}"
    raw = clipped(clean(case.output.critique_raw), MOST_TEXT) if case.output else ""
    text = clipped(answer_text(case.output), MOST_TEXT)
    return Side(name, state, pieces or ([(" ", text)] if text else []), about(case.output), raw)


def _scores(cases: Sequence[CaseResult]) -> dict[str, list[Score | None]]:
    """By metric a score a case; None where a case has none."""
    by_case = [{score.metric: score for score in case.scores} for case in cases]
    names = dict.fromkeys(score.metric for case in cases for score in case.scores)
    return {name: [scores.get(name) for scores in by_case] for name in names}


def _finding(name: str, scores: Sequence[Score | None], way: str, diagnostic: Collection[str]) -> Finding:
    return Finding(
        metric=re.sub(r"\s+", "_", clean(name)),
        values=tuple(finding(score) for score in scores),
        evidence=tuple("" if score is None else evidence(score) for score in scores),
        fails=any(score is not None and score.passed is False for score in scores),
        off=any(
            score is not None and score.pair is not None and score.pair[0] != score.pair[1]
            for score in scores
        ),
        way=way,
        diagnostic=name in diagnostic,
    )


def _way(scores: Sequence[Score | None], better: str) -> str:
    before, after = (None if score is None else _merit(score, better) for score in scores)
    if before is None or after is None or before == after:
        return ""
    return "better" if after > before else "worse"


def _merit(score: Score, better: str) -> float | None:
    """How good a score is by itself; larger is better."""
    if score.passed is not None:
        return float(score.passed)
    if score.pair is not None:
        return -float(abs(score.pair[0] - score.pair[1]))
    if score.value is None:
        return None
    return {"more": score.value, "less": -score.value, "zero": -abs(score.value)}[better]


def _alike(cases: Cases) -> bool:
    """Whether the answers are the same."""
    return len({answer_text(case.output) if case else None for case in cases}) == 1


def _joined(metrics: Iterable[str]) -> str:
    return " ".join(metrics)
