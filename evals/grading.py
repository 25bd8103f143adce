"""Grades the answers of a run, and makes figures of the grades."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from evals.cases import Asked
from evals.parts import Parts
from evals.places import Places
from evals.result import CaseResult, Output, Score, SuiteRun
from evals.subjects import transcript_of
from evals.suite import Case, Suite
from evals.tape.library import read_segment


def grade_all(suite: Suite, run: SuiteRun, parts: Parts, cases: Sequence[Asked], places: Places) -> None:
    """Grade every answer of a run; figures only where every answer is there.

    Args:
        suite: names the graders.
        run: its cases have outputs; they get their scores here, and the run its metrics.
        parts: rubric, cards and personas that graders look things up in.
        cases: the suite's cases.
        places: where the recorded prompts lie, whose words an answer must not leak.
    """
    from evals.graders import Item, grade, graders_hash
    from evals.metrics import figures

    by_id = {each.case.id: each for each in cases}
    outputs = _outputs(run.cases)
    texts: dict[str, str] = {}
    for result in run.cases:
        if result.output is None or result.id not in by_id:
            continue
        asked = by_id[result.id]
        item = Item(
            suite=suite,
            case=asked.case,
            output=result.output,
            rubric=parts.rubric,
            cards=parts.cards,
            persona=parts.personas.get(asked.case.persona) if asked.case.persona else None,
            transcript=_transcript(suite, parts, asked.case, result.output),
            rules=_segment(result, ":system", places, texts),
            examples=_segment(result, "critique:rubric", places, texts),
            label=asked.label,
            others=outputs.get(result.sample, {}),
        )
        result.scores = [*grade(item, suite.graders), *_judged(result)]
    run.hashes["graders"] = graders_hash()
    found = figures(run.cases) if run.answered == len(run.cases) else []
    # Of a judge whose judgments are not all there, a figure would be of some answers only.
    run.metrics = [each for each in found if run.complete or not each.name.startswith("judge_")]


def _transcript(suite: Suite, parts: Parts, case: Case, output: Output) -> list[tuple[str, str]]:
    """What had been asked and said before the answer."""
    if suite.subject == "interview":
        return list(zip(output.lines, case.replies, strict=False))
    return transcript_of(parts, case) if suite.subject == "question" else []


def _outputs(results: Sequence[CaseResult]) -> Mapping[int, dict[str, Output]]:
    found: dict[int, dict[str, Output]] = {}
    for result in results:
        if result.output is not None:
            found.setdefault(result.sample, {})[result.id] = result.output
    return found


def _segment(result: CaseResult, ending: str, places: Places, known: dict[str, str]) -> str:
    """A segment of the prompt that the answer was given to, by how its name ends; "" where there is none."""
    hash = next((value for label, value in result.segments.items() if label.endswith(ending)), "")
    if hash and hash not in known:
        known[hash] = read_segment(places.texts, hash)
    return known.get(hash, "")


def _judged(result: CaseResult) -> list[Score]:
    """The scores that a judge gave before: they are kept through a regrade."""
    return [
        score
        for score in result.scores
        if score.metric.startswith("judge_") and score.metric != "judge_agreement"
    ]
