"""What the eval commands have in common: options, the evals folder, the endpoint, how a report is shown."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evals.places import Model, Places, find_places
from interviewer.cli.output import print_json
from interviewer.errors import InputError

if TYPE_CHECKING:
    from evals.comparison import CompareReport
    from evals.endpoint import Endpoint
    from evals.result import Run

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


def open_places(folder: Path | None) -> Places:
    """The evals folder, with every library's telemetry off."""
    from interviewer.compose import silence_telemetry
    from interviewer.settings import load_settings

    silence_telemetry()
    return find_places(folder, home=load_settings().home)


def show(found: Run | CompareReport, as_json: bool, *, verbose: bool = False) -> None:
    """Print a run or a comparison, and leave with its exit code."""
    if as_json:
        print_json(found.model_dump(mode="json"))
    else:
        from rich.console import Console

        from evals.report import terminal

        terminal(found, Console(highlight=False), verbose=verbose)
    raise typer.Exit(found.exit_code)


def write_all(found: Run | CompareReport, out: list[Path] | None, places: Places) -> list[Path]:
    """Write the reports that are asked for.

    Returns:
        Where they are now.

    Raises:
        InputError: a file's name says no kind of report.
    """
    for path in out or ():
        _write(found, path, places)
    return out or []


def _write(found: Run | CompareReport, path: Path, places: Places) -> None:
    """Write a report of the kind that the file's name says.

    Raises:
        InputError: it says none.
    """
    from evals import report
    from evals.result import Run
    from interviewer.files import write_text

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


def open_endpoint(address: str, model: str, file: Path | None, places: Places) -> tuple[Endpoint, str]:
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
