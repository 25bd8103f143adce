"""What every kind of report shows: the headline, the tables, what is lacking, what to do next."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from evals.comparison import CompareReport, SuiteComparison
from evals.report.words import ANSWERED, clean, number, one_line, plural, remark, states
from evals.result import CaseResult, Change, GateFinding, Metric, Run, Score, State, SuiteRun

Report = Run | CompareReport
Tone = Literal["good", "bad", "open"]
SYNTHETIC = "synthetic"


@dataclass(frozen=True)
class Headline:
    """What a report says first: a word in capitals, a line, and whether that is good, bad or open."""

    word: str
    line: str
    tone: Tone


@dataclass(frozen=True)
class Row:
    """One metric of a suite, with a figure a run; None where a run does not have it."""

    name: str
    cells: tuple[Metric | None, ...]

    @property
    def one(self) -> Metric:
        """A figure that is there: it tells the metric's kind."""
        return next(cell for cell in self.cells if cell is not None)

    @property
    def remark(self) -> str:
        """What must be known to read it: which way is better, why it may not gate."""
        reasons = dict.fromkeys(
            clean(cell.diagnostic) for cell in self.cells if cell is not None and cell.diagnostic
        )
        return remark(self.one.better, reasons)


@dataclass(frozen=True)
class Part:
    """The runs of one suite, the embedded engine's first: they share a table.

    Args:
        suite: its name.
        runs: one an engine and prompt set; none of a fake.
    """

    suite: str
    runs: list[SuiteRun]

    def rows(self, *, detail: bool) -> list[Row]:
        """The table's rows: the figures, or the details."""
        names = dict.fromkeys(each.name for run in self.runs for each in run.metrics if each.detail == detail)
        return [Row(name, tuple(run.metric(name) for run in self.runs)) for name in names]


@dataclass
class Lacking:
    """Cases of a run that lack an answer for the same reason, so that it is told once.

    Args:
        state: what is known of them.
        why: what is wrong, in a line.
        changes: the changed segments.
        cases: which ones.
        recorded: the days on which they were last recorded.
    """

    state: State
    why: str
    changes: list[Change]
    cases: list[CaseResult] = field(default_factory=list)
    recorded: set[str] = field(default_factory=set)


def suite_runs(x: Report) -> list[SuiteRun]:
    """Every suite run of a report; of a compare, the base's and the candidate's."""
    if isinstance(x, Run):
        return x.suites
    return [run for each in x.suites for run in (each.base, each.candidate)]


def parts(run: Run) -> list[Part]:
    """The suites of a run, without those of a fake."""
    found: dict[str, list[SuiteRun]] = {}
    for each in run.suites:
        if each.origin.provenance != SYNTHETIC:
            found.setdefault(each.suite, []).append(each)
    return [
        Part(name, sorted(runs, key=lambda one: one.engine != "embedded")) for name, runs in found.items()
    ]


def compared(report: CompareReport) -> list[SuiteComparison]:
    """The suites of a compare, without those of a fake."""
    return [each for each in report.suites if each.base.origin.provenance != SYNTHETIC]


def plumbing(x: Report) -> list[SuiteRun]:
    """The runs of a fake: they say nothing of quality."""
    return [run for run in suite_runs(x) if run.origin.provenance == SYNTHETIC]


def incomplete(x: Report) -> list[SuiteRun]:
    """The runs in which an answer or a judgment is lacking."""
    return [run for run in suite_runs(x) if not run.complete]


def lacking(run: SuiteRun) -> list[Lacking]:
    """The cases and judgments without an answer, by what they have in common."""
    found: dict[tuple[State, str, str], Lacking] = {}
    for case in (*run.cases, *run.unjudged):
        if case.state in ANSWERED:
            continue
        key = (case.state, case.why, repr([(each.segment, each.diff) for each in case.changes]))
        group = found.setdefault(key, Lacking(case.state, case.why, case.changes))
        group.cases.append(case)
        group.recorded |= {case.last_recorded} - {""}
    return list(found.values())


def failing(run: SuiteRun) -> list[tuple[CaseResult, list[Score]]]:
    """The answers in which something fails, with what does."""
    found = [(case, [score for score in case.scores if score.passed is False]) for case in run.cases]
    return [(case, scores) for case, scores in found if scores]


def gates_of(x: Report) -> list[GateFinding]:
    """The gates that were looked at, those that did not hold first."""
    return sorted(x.gates, key=lambda gate: gate.held)


def case_name(case: CaseResult) -> str:
    """A case with its sample, where there are several."""
    return f"{clean(case.id)} · sample {case.sample}" if case.sample else clean(case.id)


def gist(prompt: str, most: int) -> str:
    """What the person said last, on one line."""
    return one_line(prompt.rpartition("→")[2] or prompt, most)


def headline(x: Report) -> Headline:
    """What the report says first. Where anything is lacking, that, and never a pass."""
    runs = suite_runs(x)
    if incomplete(x):
        return _incomplete(x)
    if runs and len(plumbing(x)) == len(runs):
        return Headline("PLUMBING ONLY", "answers of a fake: nothing is known of quality", "open")
    broken = sum(not gate.held for gate in x.gates)
    said = f"{broken} of {plural(len(x.gates), 'gate')} did not hold"
    if isinstance(x, CompareReport):
        found = _compared(x)
        return Headline(found.word, f"{found.line}; {said}", "bad") if broken else found
    if broken:
        return Headline("NOT HELD", said, "bad")
    answers = f"every answer is there ({sum(len(run.cases) for run in runs):,})"
    gates = f"{plural(len(x.gates), 'gate')} held" if x.gates else "no gate was looked at"
    return Headline("COMPLETE", f"{answers}; {gates}", "good" if x.gates else "open")


def _incomplete(x: Report) -> Headline:
    """K of n answers; of judgments where one is lacking. What needs no recording is no part of it."""
    runs = [run for run in suite_runs(x) if run.engine == "model" or not run.complete]
    answered, cases = sum(run.answered for run in runs), sum(len(run.cases) for run in runs)
    line = f"{answered} of {plural(cases, 'answer')}"
    judgments = sum(sum(run.judgments.values()) for run in runs)
    judged = sum(run.judgments.get(state, 0) for run in runs for state in ANSWERED)
    if judged < judgments:
        line += f" and {judged} of {plural(judgments, 'judgment')}"
    tampered = states_of(runs).get(State.TAMPERED, 0)
    damaged = f"; {tampered} TAMPERED" if tampered else ""
    return Headline("INCOMPLETE", f"{line} recorded{damaged}: this is not a pass", "bad")


def unanswered(run: SuiteRun) -> str:
    """How many answers and judgments a run lacks, by state."""
    counts: dict[State, int] = {}
    for case in run.cases:
        counts[case.state] = counts.get(case.state, 0) + 1
    answers, judgments = states(counts), states(run.judgments)
    return "; ".join(filter(None, [answers, f"judgments: {judgments}" if judgments else ""]))


def states_of(runs: Iterable[SuiteRun]) -> dict[State, int]:
    """How many answers and judgments of several runs are in each state."""
    found: dict[State, int] = {}
    for run in runs:
        for case in run.cases:
            found[case.state] = found.get(case.state, 0) + 1
        for state, number_ in run.judgments.items():
            found[state] = found.get(state, 0) + number_
    return found


def _compared(report: CompareReport) -> Headline:
    real = compared(report)
    verdict = report.verdict
    if len(real) < len(report.suites):
        order = ("REGRESSED", "IMPROVED", "NO DETECTABLE CHANGE", "TOO FEW CASES")
        verdict = min((each.verdict for each in real), key=order.index)
    said = [
        f"{clean(each.suite)}: {clean(each.why)}" for each in real if each.verdict == verdict and each.why
    ]
    tones: dict[str, Tone] = {"REGRESSED": "bad", "IMPROVED": "good"}
    line = f"{clean(report.candidate)} beside {clean(report.base)}" + (
        f" · {'; '.join(said[:3])}" if said else ""
    )
    return Headline(verdict, line, tones.get(verdict, "open"))


def next_step(x: Report) -> str:
    """What to do next, in one line."""
    found, gates = states_of(suite_runs(x)), gates_of(x)
    if found.get(State.TAMPERED):
        return "take the tampered recordings from version control again, or record them anew"
    if incomplete(x):
        stale, missing = found.get(State.STALE, 0), found.get(State.MISSING, 0)
        only = " --only missing" if not stale else " --only stale" if not missing else ""
        return (
            f"record what is lacking: interviewer eval record{_set(x)}{only} (it shows plan and cost first)"
        )
    if any(not gate.held and gate.rule == "uncalibrated" for gate in gates):
        return "take the judge's metric out of gates.toml, or calibrate its judge"
    if any(not gate.held for gate in gates):
        return "look at the answers behind the gates that did not hold, mend, and try again"
    if len(plumbing(x)) == len(suite_runs(x)):
        return "record real answers with interviewer eval record: a fake's say nothing of quality"
    if isinstance(x, Run):
        return "keep it as the new reference: interviewer eval bless"
    steps = {
        "REGRESSED": "look at the answers that got worse, mend the prompt, record and compare again",
        "IMPROVED": "look at the answers that changed, then take the candidate over and bless its run",
        "NO DETECTABLE CHANGE": "look at the answers that changed; the figures cannot tell the two apart",
        "TOO FEW CASES": "add cases or repeats to the suite, record both, and compare again",
    }
    return steps[headline(x).word]


def _set(x: Report) -> str:
    """The option that names the prompt set to record, where it is one candidate's."""
    sets = {run.prompt_set for run in incomplete(x)} - {"base", ""}
    return f" --set {clean(sets.pop())}" if len(sets) == 1 else ""


def listed(names: Sequence[str], most: int) -> str:
    """Names, the first of them where there are many."""
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")


def evidence(score: Score) -> str:
    """A score's evidence, with its number where it is more than pass or fail."""
    said = clean(score.evidence) or "no evidence given"
    graded = score.passed is not None and score.value is not None and score.value not in (0.0, 1.0)
    return f"{said} ({number(score.value)})" if graded else said
