"""Compares two recorded runs, case by case, and says what is known of the difference, or why nothing is.

A metric that is a detail (a part of another) or diagnostic is computed, but decides nothing. P values are
corrected (Holm 1979) over the metrics of a suite, the details apart from the rest, so that 20 details do not
hide what a headline figure shows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from evals.comparison import CompareReport, Comparison, SuiteComparison, Verdict
from evals.figure import Figure
from evals.metrics import figures_of
from evals.paired import FEW, Paired
from evals.result import CaseResult, Run, SuiteRun
from evals.stats import holm
from interviewer.errors import NotComparableError

SAME_ANSWERS = "every answer is the same"
_SAME = {
    "suite": "the suite file differs; run both on the same file.",
    "graders": "the graders differ; regrade both with the same ones.",
}
"""Hashes that must be the same; those of prompts, personas and rubric are what may be compared."""


def compare(base: Run, candidate: Run, base_name: str, candidate_name: str, seed: int = 0) -> CompareReport:
    """Compare two runs, over the suites and engines that both have.

    Args:
        base: the run that is compared with.
        candidate: the run that is to be judged.
        base_name: what reports call it.
        candidate_name: likewise.
        seed: of the bootstrap.

    Raises:
        NotComparableError: they differ in more than prompts, personas and rubric; says in what.
    """
    suites = []
    for one, other in _side_by_side(base, candidate):
        reason = comparable(one, other)
        if reason:
            raise NotComparableError(
                f"{base_name} and {candidate_name} cannot be compared on {one.suite}: {reason}"
            )
        suites.append(_compare_suite(one, other, seed))
    differing = [each for each in suites if each.why != SAME_ANSWERS]
    verdict = _overall([each.verdict for each in differing or suites])
    return CompareReport(
        base=base_name,
        candidate=candidate_name,
        suites=suites,
        verdict=verdict,
        exit_code=int(verdict == "REGRESSED"),
    )


def _side_by_side(base: Run, candidate: Run) -> list[tuple[SuiteRun, SuiteRun]]:
    """Each suite of both runs, with each engine of both; where there is none, one of each, to be refused."""
    found = []
    for suite in dict.fromkeys(each.suite for each in base.suites):
        left = {each.engine: each for each in base.suites if each.suite == suite}
        right = {each.engine: each for each in candidate.suites if each.suite == suite}
        pairs = [(left[engine], right[engine]) for engine in left if engine in right]
        if right and not pairs:
            pairs = [(next(iter(left.values())), next(iter(right.values())))]
        found += pairs
    if not found:
        raise NotComparableError("The two runs have no suite in common; run the same suites for both.")
    return found


def comparable(base: SuiteRun, candidate: SuiteRun) -> str:
    """Why two runs of a suite cannot be compared, in a sentence that says what to do; empty where they can.

    Two prompt sets that share their recordings can: then nothing differs.
    """
    return next(_reasons(base, candidate), "")


def _reasons(base: SuiteRun, candidate: SuiteRun) -> Iterator[str]:
    if base.suite != candidate.suite:
        yield f"the suites differ ({base.suite}, {candidate.suite}); compare runs of one suite."
    if base.engine != candidate.engine:
        yield f"the engines differ ({base.engine}, {candidate.engine}); run both with the same engine."
    for key, reason in _SAME.items():
        if base.hashes.get(key) != candidate.hashes.get(key):
            yield reason
    yield from _different_cases(base.cases, candidate.cases)
    for which, run in (("base", base), ("candidate", candidate)):
        if not run.complete:
            answered = f"{run.answered} of {len(run.cases)} answered"
            if run.answered == len(run.cases):
                answered = "answers are there, but not all judgments"
            yield f"the {which} is INCOMPLETE ({answered}); record what is missing first."
    one, other = base.origin, candidate.origin
    kinds = [" at ".join(filter(None, (each.provenance, each.endpoint))) for each in (one, other)]
    if kinds[0] != kinds[1]:
        yield f"the provenance differs ({kinds[0]}, {kinds[1]}); record both in the same way."
    if one.model != other.model:
        yield f"the models differ ({one.model}, {other.model}); record both with the same model."
    if one.file_sha256 != other.file_sha256:
        yield f"the files of the model {one.model} differ; record both with the same file."
    judges = [each.judge or "none" for each in (base, candidate)]
    if judges[0] != judges[1]:
        yield f"the judges differ ({judges[0]}; {judges[1]}); judge both by the same."
    for call in sorted({*base.sampling, *candidate.sampling}):
        left, right = base.sampling.get(call, "none"), candidate.sampling.get(call, "none")
        if left != right:
            yield f"the sampling of the {call} differs ({left}; {right}); record both with the same settings."


def _different_cases(base: Sequence[CaseResult], candidate: Sequence[CaseResult]) -> Iterator[str]:
    left = {(case.id, case.sample): case for case in base}
    right = {(case.id, case.sample): case for case in candidate}
    for name, cases, keys in (("base", base, left), ("candidate", candidate, right)):
        if len(keys) < len(cases):
            yield f"the cases differ: the {name} has a case twice; run it again."
    for name, only in (("base", left.keys() - right.keys()), ("candidate", right.keys() - left.keys())):
        if only:
            which = "{}, sample {}".format(*min(only)) + (
                f", and {len(only) - 1} more" if len(only) > 1 else ""
            )
            yield f"the cases differ: only the {name} has {which}; run both on the same cases."
            return
    for key, case in left.items():
        before, after = _labels(case), _labels(right[key])
        if any(before[metric] != after[metric] for metric in before.keys() & after.keys()):
            yield f"the cases differ: {case.id} has other labels; run both with the same labels."


def _labels(case: CaseResult) -> dict[str, int]:
    return {score.metric: score.pair[0] for score in case.scores if score.pair is not None}


def _compare_suite(base: SuiteRun, candidate: SuiteRun, seed: int) -> SuiteComparison:
    left = {figure.name: figure for figure in figures_of(base.cases)}
    right = {figure.name: figure for figure in figures_of(candidate.cases)}
    pairs = [Paired.of(left[name], right[name], seed) for name in left if name in right]
    found = [pair.comparison() for pair in pairs]
    _correct(found)
    same = _answers(base) == _answers(candidate)
    for pair, each in zip(pairs, found, strict=True):
        each.verdict = "NO DETECTABLE CHANGE" if same else pair.verdict(each)
    found += [_of_one((left | right)[name]) for name in sorted(left.keys() ^ right.keys())]
    for each in found:
        each.diagnostic = _diagnostic(base, candidate, each.metric)
    deciding = [each for each in found if not each.detail and not each.diagnostic]
    clusters = max((pair.clusters for pair in pairs), default=0)
    return SuiteComparison(
        suite=base.suite,
        base=base,
        candidate=candidate,
        metrics=found,
        verdict="NO DETECTABLE CHANGE" if same else _overall([each.verdict for each in deciding]),
        why=SAME_ANSWERS if same else _why(deciding, clusters),
    )


def _answers(run: SuiteRun) -> dict[tuple[str, int], object]:
    return {(case.id, case.sample): (case.output, case.scores) for case in run.cases}


def _of_one(figure: Figure) -> Comparison:
    """A figure that only one run has: there is no pair."""
    return Comparison(
        metric=figure.name,
        n=0,
        base=None,
        candidate=None,
        better=figure.better,
        detail=figure.detail,
        verdict="TOO FEW CASES",
    )


def _correct(found: Sequence[Comparison]) -> None:
    """Fill in the corrected p values."""
    for detail in (False, True):
        family = [each for each in found if each.detail == detail and each.p is not None]
        for each, corrected in zip(family, holm([each.p or 0.0 for each in family]), strict=True):
            each.p_holm = corrected


def _diagnostic(base: SuiteRun, candidate: SuiteRun, name: str) -> str:
    found = [metric.diagnostic for run in (base, candidate) if (metric := run.metric(name)) is not None]
    return next(filter(None, found), "")


def _overall(verdicts: Sequence[Verdict]) -> Verdict:
    """The verdict over several: a loss anywhere counts most. Where nothing may decide, cases are too few."""
    for decisive in ("REGRESSED", "IMPROVED", "NO DETECTABLE CHANGE"):
        if decisive in verdicts:
            return decisive
    return "TOO FEW CASES"


def _why(deciding: Sequence[Comparison], clusters: int) -> str:
    worse = [each.metric for each in deciding if each.verdict == "REGRESSED"]
    better = [each.metric for each in deciding if each.verdict == "IMPROVED"]
    few = [each.metric for each in deciding if each.verdict == "TOO FEW CASES"]
    if worse or better:
        said = [
            f"{what}: {', '.join(names)}" for what, names in (("worse", worse), ("better", better)) if names
        ]
        return "; ".join(said)
    if not deciding:
        return "no metric may decide"
    if clusters < FEW:
        return f"{clusters} independent cases; fewer than {FEW} settle only what is large"
    return "no metric differs more than chance" + (f"; too few cases for {', '.join(few)}" if few else "")
