"""`interviewer eval`: run suites offline, record, compare, and know what a prompt change did."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from evals.places import BASE, Model, Places, find_places
from interviewer.cli.output import JsonOption, print_json, say
from interviewer.errors import InputError

if TYPE_CHECKING:
    from evals.endpoint import Endpoint
    from evals.result import CompareReport, Run

eval_app = typer.Typer(
    help="Eval suites over recorded responses: what a prompt change did, offline.", no_args_is_help=True
)
SuitesArgument = Annotated[list[str] | None, typer.Argument(help="Suites by name; all where none is named.")]
SetOption = Annotated[
    str, typer.Option("--set", help="The prompt set: base is the project's own prompts, see `eval list`.")
]
ModelOption = Annotated[
    str, typer.Option("--model", help="A recorded model; by default the one with most recordings.")
]
EvalsOption = Annotated[
    Path | None, typer.Option("--evals", help="Another evals folder.", show_default=False)
]
OutOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--out", help="Write a report here too: .html, .md, .xml (JUnit) or .json; may be repeated."
    ),
]
EndpointOption = Annotated[
    str,
    typer.Option("--endpoint", help="Where to ask, with /v1; default: OPENAI_BASE_URL, else OpenAI's own."),
]
FileOption = Annotated[
    Path | None,
    typer.Option(
        "--model-file",
        help="The model file that the endpoint serves, so that its digest is kept.",
        show_default=False,
    ),
]


def _places(folder: Path | None) -> Places:
    from interviewer.compose import silence_telemetry
    from interviewer.settings import load_settings

    silence_telemetry()
    return find_places(folder, home=load_settings().home)


def _show(found: Run | CompareReport, as_json: bool, *, verbose: bool = False) -> None:
    """Print a run or a comparison, and leave with its exit code."""
    if as_json:
        print_json(found.model_dump(mode="json"))
    else:
        from rich.console import Console

        from evals.report import terminal

        terminal(found, Console(highlight=False), verbose=verbose)
    raise typer.Exit(found.exit_code)


def _write(found: Run | CompareReport, path: Path, places: Places) -> None:
    from evals import report
    from evals.result import Run
    from evals.tape.files import write_text

    kind = path.suffix.lower()
    if kind == ".html":
        from evals.stored import blessed

        text = report.html(found, blessed(places))
    elif kind == ".md":
        text = report.markdown(found)
    elif kind == ".xml" and isinstance(found, Run):
        text = report.junit(found)
    elif kind == ".json":
        text = found.model_dump_json(indent=1) + "\n"
    else:
        raise InputError(f"--out {path}: end it in .html, .md or .json, or for a run in .xml.")
    write_text(path, text)


@eval_app.callback()
def _root() -> None:
    """Eval suites over recorded responses: what a prompt change did, offline."""


@eval_app.command("list")
def list_(evals: EvalsOption = None, as_json: JsonOption = False) -> None:
    """List the suites, the prompt sets and what is recorded."""
    from evals.listing import listing, listing_text

    found = listing(_places(evals))
    if as_json:
        print_json(found)
    else:
        print(listing_text(found))


@eval_app.command()
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
    places = _places(evals)
    with no_network():
        found = run_and_check(tuple(suites or ()), places, prompt_set, model, engine)
    keep(found, places)
    for path in out or ():
        _write(found, path, places)
    _show(found, as_json, verbose=verbose)


@eval_app.command()
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

    places = _places(evals)
    found, name = _endpoint(endpoint, model, model_file, places)
    states = _states(only)
    raise typer.Exit(
        record_suites(
            tuple(suites or ()), places, name, prompt_set, found, states,
            most_tokens=max_tokens_total, concurrency=concurrency, dry_run=dry_run,
        )
    )  # fmt: skip


def _states(only: list[str] | None) -> tuple[Any, ...]:
    from evals.result import State

    known = {"stale": State.STALE, "missing": State.MISSING}
    for word in only or ():
        if word not in known:
            raise InputError(f"--only is stale or missing, not {word!r}.")
    return tuple(known[word] for word in only or ())


def _endpoint(address: str, model: str, file: Path | None, places: Places) -> tuple[Endpoint, str]:
    """The endpoint, and the folder name of the model that it is asked for."""
    from evals.endpoint import find_endpoint
    from interviewer.settings import load_settings

    settings = load_settings()
    name = model or settings.model
    if not name:
        raise InputError(
            "Which model? Give --model NAME, as the endpoint calls it, or set INTERVIEWER_MODEL."
        )
    found = find_endpoint(
        address or settings.openai_base_url,
        settings.openai_api_key.get_secret_value(),
        file,
        settings.timeout * 10,
    )
    return found, places.add_model(Model(model=name, endpoint=found.kind))


@eval_app.command()
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

    places = _places(evals)
    found, name = _endpoint(endpoint, model, None, places)
    raise typer.Exit(verify_suites(tuple(suites or ()), places, name, prompt_set, found, limit, as_json))


@eval_app.command()
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

    places = _places(evals)
    with no_network():
        found = regrade_and_check(find_run(stored, places), places)
    keep(found, places)
    for path in out or ():
        _write(found, path, places)
    _show(found, as_json, verbose=verbose)


@eval_app.command()
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

    places = _places(evals)
    with no_network():
        found = compare_named(base, candidate, places, model, tuple(suite or ()))
    for path in out or ():
        _write(found, path, places)
    _show(found, as_json, verbose=verbose)


@eval_app.command()
def bless(
    stored: Annotated[str, typer.Argument(help="A stored run: a path, an id, or last.")] = "last",
    allow_failing: Annotated[bool, typer.Option(help="Bless it although a gate does not hold.")] = False,
    evals: EvalsOption = None,
) -> None:
    """Keep a run with the project, as what later ones are compared with."""
    from evals.stored import bless as keep_blessed
    from evals.stored import find_run

    places = _places(evals)
    path = keep_blessed(find_run(stored, places), places, allow_failing=allow_failing)
    print(f"Blessed: {path}")


@eval_app.command()
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

    places = _places(evals)
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


@eval_app.command()
def selftest(evals: EvalsOption = None, model: ModelOption = "") -> None:
    """Change one character here, one byte there, and see that nothing passes unnoticed."""
    from evals.selftest import selftest as try_all

    failed = 0
    places = _places(evals)
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


@eval_app.command()
def report(
    stored: Annotated[str, typer.Argument(help="A stored run: a path, an id, last or blessed.")] = "last",
    out: OutOption = None,
    verbose: Annotated[bool, typer.Option(help="Show every failing case.")] = False,
    evals: EvalsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show a stored run again, or write it as a page, for a pull request, for CI, or as data (see --out)."""
    from evals.stored import find_run

    places = _places(evals)
    found = find_run(stored, places)
    for path in out or ():
        _write(found, path, places)
        say(f"Written: {path}")
    if not out:
        # What was found then was told then; showing it again is no failure.
        _show(found.model_copy(update={"exit_code": 0}), as_json, verbose=verbose)
