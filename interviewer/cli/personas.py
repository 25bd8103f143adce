"""`interviewer personas`: list, show and check the interviewers."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from interviewer.cli.output import Engine, EngineOption, JsonOption, print_json, say
from interviewer.cli.parts import build_judges
from interviewer.errors import EndpointError, Fault, NotFoundError
from interviewer.questions import opening
from interviewer.schema import Interview, Setup, Turn

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


LONGEST = 35


def live_problems(persona: Persona) -> Iterator[str]:
    """Ask the configured model for the persona's questions and say where they break its rules.

    The replies are the rubric's own examples: those of the pitfalls, and of what the persona probes first.

    Raises:
        EndpointError: the endpoint could not be had at all.
    """
    judges = build_judges(Engine.MODEL)
    assert judges.model is not None
    examples = {pitfall.id: pitfall.example for pitfall in judges.rubric.pitfalls}
    examples |= {name: judges.rubric.criterion(name).missing.example for name in persona.probes_first
                 if name not in examples}  # fmt: skip
    try:
        for focus, reply in examples.items():
            interview = Interview(owner="check", setup=Setup(persona=persona.id, mode="realistic"))
            interview.turns.append(Turn(number=1, question=opening(persona, interview.setup), reply=reply))
            try:
                pieces = judges.model.stream_question(persona, interview, [], [focus], threading.Event())
                said = "".join(pieces).strip()
            except EndpointError as error:
                if error.fault is not Fault.NOT_SCHEMA:
                    raise
                yield f"{focus}: {error}"
                continue
            say(f"  {focus}: {said}")
            yield from (f"{focus}: {problem}: {said}" for problem in _breaks(persona, said))
    finally:
        judges.close()


def _breaks(persona: Persona, said: str) -> Iterator[str]:
    if said.count("?") != 1:
        yield f"asks {said.count('?')} questions instead of one"
    if len(said.split()) > LONGEST:
        yield f"longer than {LONGEST} words"
    for word in persona.vocabulary.never:
        if re.search(rf"\b{re.escape(word)}\b", said, re.IGNORECASE):
            yield f"says {word!r}, which this persona never says"


@personas_app.command()
def check(name: NameArgument, as_json: JsonOption = False, engine: EngineOption = Engine.EMBEDDED) -> None:
    """Check a persona against its own rules; the status is 1 where it breaks one.

    The file is always checked; with --engine model the configured model's questions are too.
    """
    from interviewer.compose import build_rubric
    from interviewer.questions import check_persona
    from interviewer.settings import load_settings

    persona = _one(name)
    others = [other for other in _load().values() if other.id != persona.id]
    broken = check_persona(persona, build_rubric(load_settings()), others)
    if engine is Engine.MODEL:
        broken += live_problems(persona)
    if as_json:
        print_json({"id": persona.id, "ok": not broken, "broken": broken})
    else:
        for line in broken:
            say(line)
        if not broken:
            print(f"{persona.name} keeps to all rules.")
    if broken:
        raise typer.Exit(1)
