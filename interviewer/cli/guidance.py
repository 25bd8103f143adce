"""`interviewer guidance`: search the guidance cards."""

from __future__ import annotations

from typing import Annotated

import typer

from interviewer.cli.output import JsonOption, print_json
from interviewer.errors import InputError

guidance_app = typer.Typer(help="The guidance cards.", no_args_is_help=True)


@guidance_app.callback()
def _root() -> None:
    """The guidance cards."""


@guidance_app.command()
def search(
    query: Annotated[str, typer.Argument(help="What a candidate says or asks.")],
    k: Annotated[int, typer.Option("-k", min=1, max=23, help="How many cards.")] = 3,
    as_json: JsonOption = False,
) -> None:
    """Search the guidance, best first."""
    from interviewer.compose import open_guidance, silence_telemetry
    from interviewer.settings import load_settings

    if not query.strip():
        raise InputError("The query is empty: say what you are looking for.")
    silence_telemetry()
    index = open_guidance(load_settings())
    try:
        hits = index.search(query, k)
    finally:
        index.close()
    if as_json:
        print_json([{"id": h.id, "title": h.title, "score": h.score, "text": h.text} for h in hits])
        return
    for hit in hits:
        print(f"{hit.score:.2f}  {hit.id}  {hit.title}")
