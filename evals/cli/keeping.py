"""`bless`, `lock` and `selftest`: what is kept with the project, and whether it can be trusted."""

from __future__ import annotations

from typing import Annotated

import typer

from evals.cli.options import EvalsOption, ModelOption, open_places
from interviewer.cli.output import JsonOption, print_json, say


def bless(
    stored: Annotated[str, typer.Argument(help="A stored run: a path, an id, or last.")] = "last",
    allow_failing: Annotated[bool, typer.Option(help="Bless it although a gate does not hold.")] = False,
    evals: EvalsOption = None,
) -> None:
    """Keep a run with the project, as what later ones are compared with."""
    from evals.stored import bless as keep_blessed
    from evals.stored import find_run

    places = open_places(evals)
    path = keep_blessed(find_run(stored, places), places, allow_failing=allow_failing)
    print(f"Blessed: {path}")


def lock(
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; fail where something is not as locked.")
    ] = False,
    prune: Annotated[bool, typer.Option("--prune", help="Delete recordings that no case asks for.")] = False,
    evals: EvalsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Lock every prompt's hash and the recordings made with it, or check them against the lock."""
    from evals.listing import checked_text
    from evals.lock import check as hold
    from evals.lock import prune as sweep
    from evals.lock import write_lock
    from evals.offline import no_network

    places = open_places(evals)
    with no_network():
        found = hold(places)
        if prune:
            say(f"{sweep(places, found.orphans)} files deleted.")
        if not check:
            path = write_lock(places)
            if as_json:
                print_json({"locked": str(path)})
            else:
                print(f"Locked: {path}")
            return
    if as_json:
        print_json(
            {
                "recordings": {name: dict(states) for name, states in found.recordings.items()},
                "problems": [line for _, line in found.problems],
                "orphans": [path.name for path in found.orphans],
                "changed": found.changed,
            }
        )
    else:
        print(checked_text(found, places))
    raise typer.Exit(found.exit_code)


def selftest(evals: EvalsOption = None, model: ModelOption = "") -> None:
    """Change one character here, one byte there, and see that nothing passes unnoticed."""
    from evals.selftest import selftest as try_all

    failed = 0
    places = open_places(evals)
    for finding in try_all(places, model):
        failed += bool(finding.problem)
        print(
            f"{'FAILED' if finding.problem else 'ok'}  {finding.tried}"
            + (f": {finding.problem}" if finding.problem else "")
        )
    print(
        "Nothing passes unnoticed."
        if not failed
        else f"{failed} things pass unnoticed; the tape cannot be trusted."
    )
    raise typer.Exit(int(failed > 0))
