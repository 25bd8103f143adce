"""Stored runs: those that `run` keeps for a while, and the blessed ones, committed with the project."""

from __future__ import annotations

from pathlib import Path

from evals.places import BASE, JUDGMENTS, Places
from evals.result import Run, SuiteRun
from evals.runfile import read_run, write_json
from interviewer.errors import InputError, NotFoundError

KEPT = 20
"""So many runs that are not blessed are kept; older ones go."""


def keep(run: Run, places: Places) -> Path:
    """Store a run; the oldest go where there are too many.

    Raises:
        StoreError: the disk refuses.
    """
    path = places.stored / f"{run.id}.json"
    write_json(path, run)
    for old in stored(places)[:-KEPT]:
        old.unlink(missing_ok=True)
    return path


def stored(places: Places) -> list[Path]:
    """The runs that are kept, the oldest first."""
    return sorted(places.stored.glob("*.json"))


def find_run(name: str, places: Places) -> Run:
    """A stored run.

    Args:
        name: a path, an id, `last`, or `blessed` for the blessed runs of every suite taken together.
        places: where they lie.

    Raises:
        NotFoundError: there is none of that name.
        DataFileError: it cannot be read.
    """
    if name == "blessed":
        return latest_blessed(places)
    if name == "last":
        known = stored(places)
        if not known:
            raise NotFoundError("There is no stored run yet: `interviewer eval run` makes one.")
        return read_run(known[-1])
    for path in (Path(name), places.stored / f"{name}.json"):
        if path.is_file():
            return read_run(path)
    raise NotFoundError(f"There is no stored run {name[:80]!r}: give a path, an id, “last” or “blessed”.")


def blessed(places: Places) -> list[Run]:
    """All blessed runs, the oldest first.

    Raises:
        DataFileError: one cannot be read.
    """
    return sorted((read_run(path) for path in places.blessed.glob("*.json")), key=lambda run: run.created)


def latest_blessed(places: Places) -> Run:
    """Of each suite and engine the latest blessed run of the base prompts, as one run.

    Raises:
        NotFoundError: nothing is blessed yet.
    """
    runs = [run for run in blessed(places) if _of_base(run)]
    if not runs:
        raise NotFoundError(
            "No run of the base prompts is blessed yet: `interviewer eval bless` blesses one."
        )
    newest: dict[tuple[str, str], SuiteRun] = {}
    for run in runs:
        for suite in run.suites:
            newest[suite.suite, suite.engine] = suite
    return Run(id="blessed", created=runs[-1].created, suites=list(newest.values()))


def _of_base(run: Run) -> bool:
    """Whether a run is of the base prompts: then the embedded engine beside has read their rubric too."""
    return all(suite.prompt_set in ("", BASE, JUDGMENTS) for suite in run.suites)


def bless(run: Run, places: Places, *, allow_failing: bool = False) -> Path:
    """Keep a run with the project, as what later ones are compared with.

    Args:
        run: complete, and with its gates held.
        places: the evals folder.
        allow_failing: bless it although a gate does not hold.

    Raises:
        InputError: it is incomplete, or a gate does not hold.
    """
    if not run.complete:
        raise InputError("An INCOMPLETE run cannot be blessed: record what is missing first.")
    failing = [gate.line for gate in run.gates if not gate.held]
    if failing and not allow_failing:
        raise InputError(f"A gate does not hold ({failing[0]}). Mend it, or bless it with --allow-failing.")
    path = places.blessed / f"{run.created:%Y-%m-%d}-{run.id.rpartition('-')[2]}.json"
    write_json(path, run)
    return path
