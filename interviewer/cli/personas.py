"""`interviewer personas`: list, show and check the interviewers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from interviewer.cli.output import Engine, EngineOption, JsonOption, print_json, say
from interviewer.errors import InputError, NotFoundError

if TYPE_CHECKING:
    from prompts import Persona

personas_app = typer.Typer(help="The interviewers.", no_args_is_help=True)
NameArgument = Annotated[str, typer.Argument(help="The persona's id: see `interviewer personas list`.")]


@personas_app.callback()
def _root() -> None:
    """The interviewers."""


def _load() -> dict[str, Persona]:
    from interviewer.compose import personas_folder
    from interviewer.settings import load_settings
    from prompts import load_personas

    return load_personas(personas_folder(load_settings()))


def _one(name: str) -> Persona:
    personas = _load()
    if name not in personas:
        raise NotFoundError(f"There is no persona {name!r}: choose one of {', '.join(personas)}.")
    return personas[name]


@personas_app.command("list")
def list_(as_json: JsonOption = False) -> None:
    """List the personas."""
    personas = _load().values()
    if as_json:
        print_json([{"id": p.id, "name": p.name, "role": p.role} for p in personas])
        return
    for persona in personas:
        print(f"{persona.id:<12} {persona.name}, {persona.role}: {persona.line}")


@personas_app.command()
def show(name: NameArgument, as_json: JsonOption = False) -> None:
    """Show one persona whole."""
    persona = _one(name)
    if as_json:
        print_json(persona.model_dump(mode="json"))
        return
    print(f"{persona.avatar} {persona.name}, {persona.role}\n“{persona.line}”\n\n{persona.voice.strip()}\n")
    print(f"Asks {persona.max_questions} questions, {persona.strictness}; probes first: ", end="")
    print(", ".join(persona.probes_first))
    for focus, questions in persona.bank.items():
        print(f"\n{focus}")
        for question in questions:
            print(f"  - {question}")


@personas_app.command()
def check(name: NameArgument, as_json: JsonOption = False, engine: EngineOption = Engine.EMBEDDED) -> None:
    """Check a persona against its own rules; the status is 1 where it breaks one."""
    from interviewer.compose import build_rubric
    from interviewer.questions import check_persona
    from interviewer.settings import load_settings

    if engine is Engine.MODEL:
        raise InputError("Checking a persona's live answers is not built yet: use --engine embedded.")
    persona = _one(name)
    broken = check_persona(persona, build_rubric(load_settings()))
    if as_json:
        print_json({"id": persona.id, "ok": not broken, "broken": broken})
    else:
        for line in broken:
            say(line)
        if not broken:
            print(f"{persona.name} keeps to all rules.")
    if broken:
        raise typer.Exit(1)
