"""`list`, `run`, `regrade`, `compare` and `report`: nothing of them ever asks a model."""

from __future__ import annotations

from typing import Annotated

import typer

from evals.cli.options import (
    EvalsOption,
    ModelOption,
    OutOption,
    SetOption,
    SuitesArgument,
    open_places,
    show,
    write_all,
)
from evals.places import BASE
from interviewer.cli.output import JsonOption, print_json, say
from interviewer.errors import InputError


def list_(evals: EvalsOption = None, as_json: JsonOption = False) -> None:
    """List the suites, the prompt sets and what is recorded."""
    from evals.listing import listing, listing_text

    found = listing(open_places(evals))
    if as_json:
        print_json(found)
    else:
        print(listing_text(found))


def run(
    suites: SuitesArgument = None,
    prompt_set: SetOption = BASE,
    model: ModelOption = "",
    engine: Annotated[str, typer.Option(help="both, embedded or model.")] = "both",
    verbose: Annotated[bool, typer.Option(help="Show every failing case.")] = False,
    out: OutOption = None,
    evals: EvalsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Replay suites from recordings, with the embedded engine beside as the baseline. Never asks a model."""
    from evals.offline import no_network
    from evals.stored import keep
    from evals.whole import run_and_check

    if engine not in ("both", "embedded", "model"):
        raise InputError("--engine is both, embedded or model.")
    places = open_places(evals)
    with no_network():
        found = run_and_check(tuple(suites or ()), places, prompt_set, model, engine)
    keep(found, places)
    write_all(found, out, places)
    show(found, as_json, verbose=verbose)


def regrade(
    stored: Annotated[str, typer.Argument(help="A stored run: a path, an id, last or blessed.")] = "last",
    verbose: Annotated[bool, typer.Option(help="Show every failing case.")] = False,
    out: OutOption = None,
    evals: EvalsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Grade the answers of a stored run again with the graders as they are now. No model code is loaded."""
    from evals.offline import no_network
    from evals.stored import find_run, keep
    from evals.whole import regrade_and_check

    places = open_places(evals)
    with no_network():
        found = regrade_and_check(find_run(stored, places), places)
    keep(found, places)
    write_all(found, out, places)
    show(found, as_json, verbose=verbose)


def compare(
    base: Annotated[str, typer.Argument(help="A prompt set, a stored run's path or id, last, or blessed.")],
    candidate: Annotated[str, typer.Argument(help="The same.")],
    suite: Annotated[
        list[str] | None, typer.Option("--suite", help="Only these suites; may be repeated.")
    ] = None,
    model: ModelOption = "",
    verbose: Annotated[bool, typer.Option(help="Show the details and every changed answer.")] = False,
    out: OutOption = None,
    evals: EvalsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Compare two recorded runs with paired statistics; refuse where they are not comparable."""
    from evals.offline import no_network
    from evals.whole import compare_named

    places = open_places(evals)
    with no_network():
        found = compare_named(base, candidate, places, model, tuple(suite or ()))
    write_all(found, out, places)
    show(found, as_json, verbose=verbose)


def report(
    stored: Annotated[str, typer.Argument(help="A stored run: a path, an id, last or blessed.")] = "last",
    out: OutOption = None,
    verbose: Annotated[bool, typer.Option(help="Show every failing case.")] = False,
    evals: EvalsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show a stored run again, or write it as a page, for a pull request, for CI, or as data (see --out)."""
    from evals.stored import find_run

    places = open_places(evals)
    found = find_run(stored, places)
    for path in write_all(found, out, places):
        say(f"Written: {path}")
    if not out:
        # What was found then was told then; showing it again is no failure.
        show(found.model_copy(update={"exit_code": 0}), as_json, verbose=verbose)
