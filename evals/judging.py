"""A model as judge, only for what code cannot count. Its answers are recorded apart from what it judges.

Whether it may gate is decided by its agreement with labels: a `judge` suite asks it about lines whose labels
are known. Judgments are keyed by judge, rubric and generation, since all three are in their requests: an edit
of the rubric makes judgments stale and leaves the generations alone.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evals.asking import heard, not_answered
from evals.cases import Asked, judge_cases
from evals.cost import cost_of
from evals.judgments import judge_library, judgments_of
from evals.parts import Parts, eval_settings
from evals.places import JUDGMENTS, Places, read_model
from evals.result import CaseResult, Cost, Metric, Output, Score, State, SuiteRun
from evals.run import count_states, origin_of
from evals.suite import Case, Suite, load_suite
from evals.tape.transport import NotRecordedError, RecordTransport, ReplayTransport, Seen
from prompts.templates import Rendered, load_prompt

if TYPE_CHECKING:
    from knowledge import Rubric

Tape = ReplayTransport | RecordTransport
_SCHEMA: dict[str, Any] = {
    "title": "judgment",
    "description": "the answer to the question",
    "type": "object",
    "properties": {"answer": {"type": "string", "enum": ["yes", "no"]}},
    "required": ["answer"],
    "additionalProperties": False,
}


class Judge:
    """Asks one yes-or-no question of a model, over a tape.

    Args:
        name: the prompt file's, in `evals/judges`.
        places: the evals folder.
        rubric: says what the point is that a question is aimed at.
        tape: the transport.
        model: the judge model's folder.
        base_url: its address, where it is really asked.
        api_key: its key.
        timeout: seconds for one call.
        prompts: another folder than `evals/judges`.
    """

    def __init__(
        self,
        name: str,
        places: Places,
        rubric: Rubric,
        tape: Tape,
        model: str,
        *,
        base_url: str = "",
        api_key: str = "",
        timeout: float = 600.0,
        prompts: Path | None = None,
    ) -> None:
        from interviewer.model.client import make_chat, make_http_client

        self.tape, self._rubric = tape, rubric
        self.prompt = load_prompt(name, prompts or places.root / "judges")
        known = read_model(places.recordings / model / "model.json")
        self.settings = eval_settings(
            known.model, known.endpoint, base_url=base_url, api_key=api_key, timeout=timeout
        )
        self._http = make_http_client(self.settings, tape)
        chat = make_chat(
            self.settings,
            self._http,
            max_tokens=self.prompt.meta.max_tokens,
            temperature=self.prompt.meta.temperature,
        )
        self._chat = chat.with_structured_output(_SCHEMA, method="json_schema", include_raw=True, strict=True)

    def render(self, question: str, point: str) -> Rendered:
        """The prompt for one line and one point of the rubric."""
        criteria = {each.id for each in self._rubric.criteria}
        look = self._rubric.criterion(point).ask if point in criteria else self._rubric.pitfall(point).ask
        return self.prompt.render(question=question, point=look)

    def ask(self, suite: str, case: Case, sample: int = 0) -> CaseResult:
        """The judge's answer: `yes`, `no`, or nothing where it gave neither."""
        import openai

        from interviewer.model.client import untraced
        from interviewer.model.faults import as_endpoint_error

        result = CaseResult(id=case.id, sample=sample, cluster=case.cluster, prompt=case.question)
        rendered = self.render(case.question, case.focus[0])
        self.tape.begin(suite, case.id, sample)
        self.tape.expect("judge", len(rendered.messages), rendered.segments)
        try:
            with untraced():
                raw = self._chat.invoke(rendered.messages)["raw"]
        except NotRecordedError:
            self._look_for_the_same_answer()
            return not_answered(result, self.tape.seen, self.tape.library)
        except openai.OpenAIError as error:
            # A request that the endpoint refuses is recorded as well, and an answer may be cut at its limit.
            heard(result, self.tape.seen)
            result.output = Output(fault=as_endpoint_error(error, self.settings).fault.value)
            return result
        heard(result, self.tape.seen)
        result.output = Output(text=_answer(str(raw.text)), focus=list(case.focus))
        return result

    def _look_for_the_same_answer(self) -> None:
        """Make a judgment STALE, not MISSING, whose very answer was judged before, for another prompt set.

        That is so where a prompt set changes nothing but the rubric: the answer is the base prompts' own.
        """
        last = self.tape.seen[-1]
        if last.state is not State.MISSING:
            return
        for known in self.tape.library.recordings():
            same_case = _without_set(known.slot.case) == _without_set(last.slot.case)
            if same_case and known.segments.get("transcript") == last.hashes.get("transcript"):
                self.tape.seen[-1] = replace(last, state=State.STALE, nearest=known)
                return

    def close(self) -> None:
        """Close the connections."""
        self._http.close()


def _without_set(case: str) -> str:
    """The name of a judgment's case without its prompt set (see `judgments_of`)."""
    return case.partition(".")[2]


def _answer(text: str) -> str:
    try:
        found = json.loads(text[text.find("{") : text.rfind("}") + 1])
    except ValueError:
        return ""
    answer = found.get("answer") if isinstance(found, dict) else ""
    return answer if answer in ("yes", "no") else ""


def run_judge_suite(suite: Suite, places: Places, model: str) -> SuiteRun:
    """A judge against its labels, with the model's own judgments of recorded answers left aside."""
    from evals.grading import grade_all

    parts = Parts(places)
    cases = judge_cases(suite, parts)
    judge = Judge(
        suite.judge, places, parts.rubric, ReplayTransport(judge_library(places, model, suite.suite)), model
    )
    results, lacking = _asked(judge, suite.suite, cases)
    run = SuiteRun(
        suite=suite.suite,
        subject=suite.subject,
        engine="model",
        prompt_set=JUDGMENTS,
        origin=origin_of(judge.tape.library, results, model),
        judge=judge_name(judge, model),
        hashes={"suite": suite.hash, "rubric": parts.rubric.hash, "judge": judge.prompt.hash},
        cases=results,
        states=count_states(results),
        cost=cost_of(lacking, judge.tape.library) if lacking else None,
    )
    judge.close()
    grade_all(suite, run, parts, cases, places)
    return run


def _asked(judge: Judge, suite: str, cases: list[Asked]) -> tuple[list[CaseResult], list[Seen]]:
    results, lacking = [], []
    for asked in cases:
        results.append(judge.ask(suite, asked.case))
        lacking += [seen for seen in judge.tape.seen if seen.state in (State.STALE, State.MISSING)]
    return results, lacking


def judge_name(judge: Judge, model: str) -> str:
    """Model and prompt of a judge: what two runs must have in common."""
    return f"{model} {judge.prompt.meta.name} {judge.prompt.hash[:12]}"


def judge_all(suite: Suite, run: SuiteRun, places: Places, model: str) -> None:
    """Add the suite's judges' scores to a run, and to its cost what the judgments take that are lacking."""
    for name in suite.judges:
        calibration = load_suite(name, places.suites)
        tape = ReplayTransport(judge_library(places, model, name))
        judge = Judge(calibration.judge, places, Parts(places, run.prompt_set).rubric, tape, model)
        metric = f"judge_{calibration.judge}"
        lacking: list[Seen] = []
        for result, case in judgments_of(suite, run):
            judgment = judge.ask(name, case)
            run.judgments[judgment.state] = run.judgments.get(judgment.state, 0) + 1
            result.keys += judgment.keys
            result.scores.append(judge_score(metric, judgment))
            if judgment.output is None:
                run.unjudged.append(judgment.model_copy(update={"why": f"judgment, {judgment.why}"}))
            lacking += [seen for seen in tape.seen if seen.state in (State.STALE, State.MISSING)]
        if lacking:
            run.cost = _sum(run.cost, cost_of(lacking, tape.library))
        run.judge = judge_name(judge, model)
        judge.close()


def _sum(one: Cost | None, other: Cost) -> Cost:
    if one is None:
        return other
    return Cost(
        calls=one.calls + other.calls,
        prompt_tokens=one.prompt_tokens + other.prompt_tokens,
        completion_tokens=one.completion_tokens + other.completion_tokens,
        usd=None if one.usd is None or other.usd is None else one.usd + other.usd,
    )


def judge_score(metric: str, judgment: CaseResult) -> Score:
    """A judgment as a score."""
    if judgment.output is None:
        return Score(metric=metric, evidence=f"judgment {judgment.state.value}: {judgment.why}")
    said = judgment.output.text
    return Score(
        metric=metric,
        value=float(said == "yes"),
        passed=said == "yes",
        evidence=f"judge: {said or 'no answer'}",
    )


def calibrated(run: SuiteRun, judges: Mapping[str, SuiteRun], floor: float) -> None:
    """Mark a judge's metrics as diagnostic unless the judge's agreement with labels is above the floor.

    Args:
        run: a run with a judge's metrics.
        judges: the judge suites' runs by judge (see `judge_name`); each is bound to its rubric's hash.
        floor: the least kappa of the interval's lower end.
    """
    if not run.judge:
        return
    found = judges.get(run.judge)
    kappa = found.metric("judge_kappa") if found else None
    why = ""
    if found is None or kappa is None or kappa.low is None:
        why = "the judge's agreement with labels is not measured"
    elif found.hashes.get("rubric") != run.hashes.get("rubric"):
        why = "the judge was measured with another rubric"
    elif kappa.low < floor:
        agrees = f"κ {kappa.value:.2f}, from {kappa.low:.2f}"
        why = f"the judge agrees with the labels only to {agrees}; {floor:.2f} is needed"
    run.metrics = [_marked(metric, why) for metric in run.metrics]


def _marked(metric: Metric, why: str) -> Metric:
    return metric.model_copy(update={"diagnostic": why}) if metric.name.startswith("judge_") else metric
