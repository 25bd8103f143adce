"""`record` and `verify`: the commands that ask an endpoint."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from evals.cli.options import (
    EndpointOption,
    EvalsOption,
    FileOption,
    SetOption,
    SuitesArgument,
    open_endpoint,
    open_places,
)
from evals.places import BASE, drop_empty_model
from interviewer.cli.output import JsonOption
from interviewer.errors import InputError


def record(
    suites: SuitesArgument = None,
    prompt_set: SetOption = BASE,
    only: Annotated[
        list[str] | None, typer.Option("--only", help="stale or missing; both where not given.")
    ] = None,
    endpoint: EndpointOption = "",
    model: Annotated[
        str, typer.Option("--model", help="The model's name as sent; default: INTERVIEWER_MODEL.")
    ] = "",
    model_file: FileOption = None,
    max_tokens_total: Annotated[
        int, typer.Option(help="Stop before more tokens are used; 0 for no limit.")
    ] = 0,
    concurrency: Annotated[int, typer.Option(min=1, max=16, help="Calls at once.")] = 2,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print the plan and its cost, and stop.")
    ] = False,
    evals: EvalsOption = None,
) -> None:
    """Ask an endpoint for what is not recorded or has changed since, and keep it. Prints the plan first."""
    from evals.recording_command import record_suites

    places = open_places(evals)
    states = _states(only)
    found, name = open_endpoint(endpoint, model, model_file, places)
    try:
        status = record_suites(
            tuple(suites or ()), places, name, prompt_set, found, states,
            most_tokens=max_tokens_total, concurrency=concurrency, dry_run=dry_run,
        )  # fmt: skip
    finally:
        drop_empty_model(places, name)
    raise typer.Exit(status)


def verify(
    suites: SuitesArgument = None,
    prompt_set: SetOption = BASE,
    endpoint: EndpointOption = "",
    model: Annotated[
        str, typer.Option("--model", help="The model's name as sent; default: INTERVIEWER_MODEL.")
    ] = "",
    limit: Annotated[int, typer.Option(help="At most so many cases a suite; 0 for all.")] = 10,
    evals: EvalsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Ask the endpoint again what is recorded and tell how its answers have drifted. Overwrites nothing."""
    from evals.recording_command import verify_suites

    places = open_places(evals)
    found, name = open_endpoint(endpoint, model, None, places)
    try:
        status = verify_suites(tuple(suites or ()), places, name, prompt_set, found, limit, as_json)
    finally:
        drop_empty_model(places, name)
    raise typer.Exit(status)


def _states(only: list[str] | None) -> tuple[Any, ...]:
    from evals.result import State

    known = {"stale": State.STALE, "missing": State.MISSING}
    for word in only or ():
        if word not in known:
            raise InputError(f"--only is stale or missing, not {word!r}.")
    return tuple(known[word] for word in only or ())
