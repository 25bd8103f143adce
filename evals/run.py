"""Runs suites offline: every answer from a recording, the embedded engine live beside it as the baseline."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from evals.asking import Asker
from evals.cases import Asked, cases_of
from evals.cost import cost_of
from evals.grading import grade_all
from evals.parts import Parts
from evals.places import BASE, Places, read_model
from evals.pool import ask_all
from evals.result import CaseResult, Origin, Run, State, SuiteRun
from evals.suite import Suite, load_suite, suite_names
from evals.tape.library import Library
from evals.tape.transport import ReplayTransport
from interviewer.errors import InputError
from interviewer.schema import now


@dataclass(frozen=True)
class Which:
    """What is to be run.

    Args:
        suites: names; all where empty.
        prompt_set: `base` or a candidate's name.
        model: folder name of a recorded model; empty for the one with most recordings.
        embedded: run the embedded engine too.
        replay: replay the model's recordings too.
    """

    suites: tuple[str, ...] = ()
    prompt_set: str = BASE
    model: str = ""
    embedded: bool = True
    replay: bool = True


def run(which: Which, places: Places) -> Run:
    """Run suites.

    Raises:
        NotFoundError: a suite or prompt set does not exist.
        InputError: a model is named that has no recordings, or nothing but recordings is wanted and there are
            none.
        DataFileError: a file is broken, or two recordings have one key.
    """
    started, moment = time.monotonic(), now()
    found = Run(id=f"{moment:%Y%m%d-%H%M%S-%f}", created=moment)
    names = dict.fromkeys(which.suites or suite_names(places.suites))
    model = chosen_model(which.model, places) if which.replay else ""
    if not (model or which.embedded):
        raise InputError("There are no recordings to replay: `interviewer eval record` makes some.")
    for name in names:
        suite = load_suite(name, places.suites)
        found.suites += run_suite(suite, places, which, model)
    found.seconds = round(time.monotonic() - started, 3)
    return found


def chosen_model(name: str, places: Places) -> str:
    """The recorded model to replay; nothing where there is none.

    Raises:
        InputError: the named one has no recordings.
    """
    models = places.models()
    if name and name not in models:
        raise InputError(
            f"No recordings of a model {name[:60]!r}. There are: {', '.join(models) or 'none'}; "
            "`interviewer eval record` makes some."
        )
    return name or next(iter(models), "")


def run_suite(suite: Suite, places: Places, which: Which, model: str) -> list[SuiteRun]:
    """One suite with each engine that applies to it."""
    from evals.judging import judge_all, run_judge_suite

    if suite.subject == "judge":
        return [run_judge_suite(suite, places, model)] if model else []
    parts = parts_of(suite, places, which.prompt_set)
    cases = cases_of(suite, places, list(parts.personas))
    found = []
    if which.embedded or suite.live:
        asker = Asker(suite, parts)
        found.append(_run(suite, asker, cases))
    if which.replay and model and not suite.live:
        tape = ReplayTransport(library_of(places, model, which.prompt_set, suite.suite))
        known = read_model(places.recordings / model / "model.json")
        run = _run(suite, Asker(suite, parts, tape, known), cases)
        run.engine, run.prompt_set = "model", which.prompt_set
        run.origin = origin_of(tape.library, run.cases, known.model)
        judge_all(suite, run, places, model)
        found.append(run)
    for each in found:
        grade_all(suite, each, parts, cases, places)
    return found


def parts_of(suite: Suite, places: Places, prompt_set: str) -> Parts:
    """The parts of a prompt set, with the suite's own personas."""
    more = suite.path.parent / suite.personas_dir if suite.personas_dir else None
    return Parts(places, prompt_set, more)


def library_of(places: Places, model: str, prompt_set: str, suite: str) -> Library:
    """A prompt set's recordings of a suite; those of the base prompts serve where the request is the same."""
    sets = dict.fromkeys([prompt_set, BASE])
    return Library([places.recorded(model, name, suite) for name in sets], places.texts)


def _run(suite: Suite, asker: Asker, cases: Sequence[Asked]) -> SuiteRun:
    repeats = suite.repeats if asker.tape is not None else 1
    try:
        had = ask_all(asker, [(asked, sample) for asked in cases for sample in range(repeats)])
    finally:
        asker.close()
    found = SuiteRun(
        suite=suite.suite,
        subject=suite.subject,
        engine="embedded",
        origin=Origin(provenance="built-in"),
        sampling=had.sampling,
        hashes={"suite": suite.hash, **asker.parts.hashes()},
        cases=had.results,
        states=count_states(had.results),
    )
    if asker.tape is not None and had.lacking:
        found.cost = cost_of(had.lacking, asker.tape.library)
    return found


def count_states(results: Iterable[CaseResult]) -> dict[State, int]:
    """How many samples are in each state."""
    found: dict[State, int] = {}
    for result in results:
        found[result.state] = found.get(result.state, 0) + 1
    return found


def origin_of(library: Library, cases: Sequence[CaseResult], model: str) -> Origin:
    """Where the answers of a run come from.

    Raises:
        InputError: the recordings are of several kinds or models; such a run would say nothing.
    """
    keys = {key for case in cases for key in case.keys}
    made = [each.made for each in library.recordings() if each.key in keys]
    if not made:
        return Origin(provenance="live", model=model)
    kinds = {(each.provenance, each.endpoint, each.model, each.file_sha256) for each in made}
    if len(kinds) > 1:
        raise InputError(
            "Recordings of different origin are mixed here: "
            + "; ".join(sorted(f"{kind[0]} {kind[2]}" for kind in kinds))
            + ". Record the suite anew with one of them."
        )
    days = sorted(each.date for each in made)
    provenance, endpoint, answered, file = kinds.pop()
    return Origin(
        provenance=provenance,
        endpoint=endpoint,
        model=answered,
        file_sha256=file,
        recorded=(days[0], days[-1]),
    )
