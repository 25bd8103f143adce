"""`agreement`: the card that says how far each engine's judgement can be trusted, made again offline."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evals.cli.options import EvalsOption, ModelOption, open_places
from interviewer.cli.output import JsonOption, print_json, say
from interviewer.errors import InputError, StaleError

if TYPE_CHECKING:
    from evals.places import Places
    from interviewer.agreement import AgreementCard


def agreement(
    check: Annotated[
        bool, typer.Option("--check", help="Measure nothing; fail where the stored card is out of date.")
    ] = False,
    model: ModelOption = "",
    prompt_set: Annotated[
        str, typer.Option("--set", help="Only this prompt set of the recorded models.")
    ] = "",
    out: Annotated[
        list[Path] | None,
        typer.Option("--out", help="Write it here too: .svg, .html, .md or .json; may be repeated."),
    ] = None,
    evals: EvalsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Measure how far each engine agrees with the reference labels, and keep it for the app to show.

    With --model or --set only that part is measured and shown; the stored card stays as it is.
    """
    from evals.offline import no_network

    places = open_places(evals)
    if check:
        if model or prompt_set or out:
            raise InputError("--check looks at the whole stored card: leave out --model, --set and --out.")
        _check(places, as_json)
        return
    for path in out or ():
        _kind(path)
    with no_network():
        card = _made(places, model, prompt_set)
    for path in out or ():
        _write(card, path)
    if as_json:
        print_json(card.model_dump(mode="json"))
    else:
        from evals.agreement_card import terminal

        terminal(card)


def _made(places: Places, model: str, prompt_set: str) -> AgreementCard:
    """Measure, and store the card where it is the whole one of the project's own labels."""
    from evals.agreement import kept_card, make, write
    from interviewer.compose import package_folder

    folder = package_folder("knowledge")
    card = make(places, kept=kept_card(folder), model=model, prompt_set=prompt_set)
    if model or prompt_set or places.root.resolve() != package_folder("evals").resolve():
        say("Not stored: the app shows the whole card of the project's own labels only.")
    else:
        say(f"Stored: {write(card, folder)}")
    return card


def _check(places: Places, as_json: bool) -> None:
    from evals.agreement import changed
    from interviewer.agreement import read_card
    from interviewer.compose import package_folder

    found = changed(read_card(package_folder("knowledge")), places)
    if as_json:
        print_json({"changed": found})
        raise typer.Exit(StaleError.exit_code if found else 0)
    if found:
        raise StaleError(
            f"The agreement card is out of date ({', '.join(found)}): run `interviewer eval agreement`."
        )
    print("The agreement card is current.")


def _kind(path: Path) -> str:
    kind = path.suffix.lower()
    if kind not in (".svg", ".html", ".md", ".json"):
        raise InputError(f"--out {path}: end it in .svg, .html, .md or .json.")
    return kind


def _write(card: AgreementCard, path: Path) -> None:
    from evals import agreement_card
    from evals.agreement import dumped
    from interviewer.files import write_text

    draw = {
        ".svg": agreement_card.svg,
        ".html": agreement_card.html,
        ".md": agreement_card.markdown,
        ".json": dumped,
    }
    write_text(path, draw[_kind(path)](card))
