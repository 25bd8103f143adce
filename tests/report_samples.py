"""Runs and a compare for tests of reports, full of words that would do harm if a report let them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from eval_samples import pair, passes, suite_run

from evals.compare import compare
from evals.comparison import CompareReport
from evals.metrics import figures
from evals.result import CaseResult, Change, Cost, GateFinding, Origin, Output, Run, Score, State, SuiteRun
from evals.words import word_diff
from interviewer.schema import CriterionFinding, Critique, PitfallFinding, StrongerAnswer, Usage

HOSTILE = (
    "<script>alert(1)</script><img src=x onerror=alert(2)> | a | ``` `x` **b** __u__ @everyone #12 GH-3 "
    "[x](http://evil.example) ![i](http://evil.example/i.png) <http://evil.example> http://evil.example/a "
    "www.evil.example me@evil.example \x1b[31mred\x00 \u202eback [bold]b[/bold] :smile: שלום مرحبا 🙂🏽 "
    "{{ 7*7 }} {% raw %} </pre></code></details></summary></style></script> \\| &lt; \"two\" 'one'"
)
LONG = " ".join(f"word{number % 997}{'.' if number % 13 == 0 else ''}" for number in range(5000))
WHEN = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
BUILT_IN = Origin(provenance="built-in")
LOCAL = Origin(
    provenance="local",
    endpoint="llama.cpp",
    model="small-model",
    file_sha256="cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
    recorded=("2026-11-20", "2026-11-24"),
)
LIVE = Origin(
    provenance="live", endpoint="openai", model="gpt-4o-mini", recorded=("2026-11-24", "2026-11-24")
)
FAKE = Origin(provenance="synthetic", endpoint="fake", model="fake-model")


def usage(cost: float | None = None) -> Usage:
    return Usage(
        call="question",
        model="small-model",
        prompt_tokens=1200,
        completion_tokens=30,
        cost_usd=cost,
        seconds=4,
    )


def asked(id: str, text: str, *scores: Score, **more: Any) -> CaseResult:
    """A question that was asked, answering hostile words."""
    shape = {
        "state": State.FRESH,
        "prompt": f"[{HOSTILE}]\nWhat are your career goals?\n→ {HOSTILE}",
        "usage": [usage()],
    }
    output = Output(text=text, focus=["measurable"], kind="follow_up", advances=True)
    return CaseResult(id=id, scores=list(scores), output=output, **(shape | more))


def one(id: str, passed: bool, text: str = "By how much, and by when?", **more: Any) -> CaseResult:
    """A question that passes or fails one metric, with hostile evidence."""
    score = passes("one_question", passed)
    score.evidence = f"asks 2 questions: {HOSTILE}"
    return asked(id, text, score, passes("no_leak", True), **more)


def lacking(id: str, state: State, **more: Any) -> CaseResult:
    return CaseResult(id=id, state=state, prompt=HOSTILE, **more)


def critique(overall: int, **verdicts: str) -> Critique:
    found = {
        id: CriterionFinding(verdict=verdict, quotes=[HOSTILE] if verdict == "met" else [])  # type: ignore[arg-type]
        for id, verdict in verdicts.items()
    }
    return Critique(
        engine="model",
        criteria=found,
        pitfalls=[PitfallFinding(id="money_motive", quotes=[HOSTILE], guidance=[])],
        overall=overall,
        stronger_answer=StrongerAnswer(text=f"{HOSTILE} [by when?]", blanks=["by when?"]),
    )


def judged(number: int, said: int) -> CaseResult:
    """A critique whose label is 2 (met) on one criterion."""
    levels = ("missing", "partly", "met")
    score = pair("criterion.timely", 2, said)
    score.evidence = f"label met, said {levels[said]}: {HOSTILE}"
    output = Output(
        critique=critique(3, timely=levels[said], specific="missing"), critique_raw=f'{{"a": "{HOSTILE}"}}'
    )
    return CaseResult(
        id=f"r{number:03}", state=State.FRESH, prompt=f"→ {LONG if number == 0 else HOSTILE}", output=output,
        scores=[score, pair("criterion.timely", 2, said), passes("cards_right", True)], usage=[usage(0.0001)],
    )  # fmt: skip


def embedded(cases: list[CaseResult], **more: Any) -> SuiteRun:
    live = [case.model_copy(update={"state": State.LIVE, "usage": []}) for case in cases]
    return suite_run(live, engine="embedded", prompt_set="", origin=BUILT_IN, sampling={}, **more)


def gate(held: bool, line: str = HOSTILE, rule: str = "floor") -> GateFinding:
    return GateFinding(suite="follow-up", engine="model", rule=rule, held=held, line=line)


def a_run(*suites: SuiteRun, **more: Any) -> Run:
    shape: dict[str, Any] = {"id": "run-1", "created": WHEN, "suites": list(suites), "seconds": 3.25}
    return Run(**(shape | more))


def complete_run(**more: Any) -> Run:
    """Two suites, both engines, everything there; a judge's metric is diagnostic."""
    questions = [one(f"mara.{number}", number % 3 > 0) for number in range(6)]
    model = suite_run([*questions, one("mara.long", False, LONG)], origin=LOCAL)
    model.metrics[1].diagnostic = "κ 0.31 is too low"
    critiques = [judged(number, number % 3) for number in range(6)]
    return a_run(
        embedded([one(f"mara.{number}", True) for number in range(7)]),
        model,
        embedded(critiques, suite="critique", subject="critique"),
        suite_run(critiques, suite="critique", subject="critique", origin=LIVE),
        **more,
    )


def incomplete_run(**more: Any) -> Run:
    """Stale, missing and tampered answers, judgments that lack, a fake's suite, a gate that did not hold."""
    changes = [Change(segment="system", diff=word_diff("Ask one thing.", f"Ask {HOSTILE} thing."))]
    stale = {"why": "changed since: system", "changes": changes, "last_recorded": "2026-11-20"}
    cases = [
        *[one(f"mara.{number}", True) for number in range(3)],
        *[lacking(f"vik.{number}", State.STALE, **stale) for number in range(4)],
        lacking(f"new.{HOSTILE}", State.MISSING, why="never recorded"),
        lacking("broken", State.TAMPERED, why=f"its body was changed: {HOSTILE}"),
    ]
    lack = suite_run(
        cases, metrics=[], origin=LOCAL, judgments={State.FRESH: 1, State.MISSING: 2},
        cost=Cost(calls=6, prompt_tokens=7000, completion_tokens=600),
    )  # fmt: skip
    fake = suite_run([one("fake.1", False)], suite="opening", origin=FAKE)
    return a_run(
        embedded([one("mara.0", True)]), lack, fake, gates=[gate(True), gate(False)], exit_code=3, **more
    )


def blessed_runs() -> list[Run]:
    """Three runs over three months; the graders changed after the first."""
    runs = []
    for month in range(3):
        run = complete_run(id=f"blessed-{month}", created=WHEN - timedelta(days=30 * (3 - month)))
        for suite in run.suites:
            suite.hashes["graders"] = "old" if month == 0 else "2"
            for metric in suite.metrics:
                metric.value = None if metric.value is None else metric.value * (0.7 + 0.1 * month)
        runs.append(run)
    return runs


def compare_report() -> CompareReport:
    """A candidate that asks one question where the base asked two, and got two cases worse; 40 cases."""
    sides = []
    for name in ("base", "pointed"):
        cases = []
        for number in range(40):
            good = (number < 2) if name == "base" else (number >= 2)
            text = f"By how much {number}?" if good else f"By how much {number}? {HOSTILE} And when?"
            cases.append(one(f"mara.{number:02}", good, text))
        cases.append(
            one("mara.long", name == "base", LONG if name == "base" else LONG.replace("word7 ", "seven "))
        )
        model = suite_run(cases, prompt_set=name, origin=LOCAL, metrics=figures(cases))
        sides.append(a_run(embedded([one(f"mara.{number}", True) for number in range(25)]), model))
    report = compare(*sides, "base", f"pointed {HOSTILE}")
    changed = Change(segment="system", diff=word_diff("Ask two things.", f"Ask one {HOSTILE} thing."))
    next(each for each in report.suites if each.base.engine == "model").request_changes = [changed]
    return report
