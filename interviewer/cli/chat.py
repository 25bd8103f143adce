"""`interviewer chat`: the same interview in the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from interviewer.cli.critique import as_text
from interviewer.cli.output import Engine, EngineOption
from interviewer.errors import EndpointError, Fault, InputError
from interviewer.schema import Interview, Mode, Setup
from interviewer.verdicts import dots

if TYPE_CHECKING:
    from interviewer.service import InterviewService

OWNER = "terminal"
HELP = "Type your reply and press Enter. /end ends the interview, Ctrl-D leaves it open to go on with later."


def chat(
    persona: Annotated[str, typer.Option(help="Who asks: see `interviewer personas list`.")] = "",
    role: Annotated[str, typer.Option(help="The job you apply for.")] = "",
    company: Annotated[str, typer.Option(help="The employer, in one line.")] = "",
    realistic: Annotated[bool, typer.Option("--realistic", help="No critique until the end.")] = False,
    resume: Annotated[str, typer.Option(metavar="ID", help="Go on with an earlier interview.")] = "",
    engine: EngineOption = Engine.AUTO,
) -> None:
    """Practise in the terminal."""
    from interviewer.compose import build
    from interviewer.settings import load_settings

    service = build(load_settings())
    console = Console(highlight=False, markup=False, soft_wrap=True)
    try:
        if resume:
            interview = service.get(resume)
        else:
            mode: Mode = "realistic" if realistic else "rehearsal"
            setup = Setup(
                persona=persona or service.default_persona,
                role=role,
                company=company,
                mode=mode,
                engine=engine.value,
            )
            interview = service.start(OWNER, setup)
        console.print(
            f"{service.engine_line() if engine is not Engine.EMBEDDED else 'Built-in judge'}. {HELP}"
        )
        _converse(service, console, interview)
    finally:
        service.close()


def _converse(service: InterviewService, console: Console, interview: Interview) -> None:
    name = service.personas[interview.setup.persona].name
    _print_question(console, name, interview)
    while interview.status == "open":
        try:
            text = console.input("\nYou: ")
        except EOFError:
            console.print(f"\nLeft open. Go on with: interviewer chat --resume {interview.id}")
            return
        if text.strip() == "/end":
            interview = service.end(interview.id)
            break
        if not text.strip():
            continue
        interview = _answer(service, console, interview, text, name)
    _print_debrief(service, console, interview)


def _answer(
    service: InterviewService, console: Console, interview: Interview, text: str, name: str
) -> Interview:
    number = interview.last.number
    try:
        service.submit(interview.id, text)
    except InputError as error:
        console.print(str(error))
        return interview
    work = service.work(interview.id)
    if work is not None:
        work.wait()
    interview = service.get(interview.id)
    turn = interview.turns[number - 1]
    if trouble := service.trouble(interview.id):
        console.print(f"! {trouble}")
    for notice in turn.notices:
        console.print(f"! {notice.message}")
        if interview.setup.engine == "model":
            raise EndpointError(Fault(notice.fault), f"{notice.message} Your reply is stored: {interview.id}")
    if interview.setup.mode == "rehearsal" and turn.critique:
        console.print("\n" + as_text(turn.critique, service.rubric))
    if interview.last.number > number:
        _print_question(console, name, interview)
    return interview


def _print_question(console: Console, name: str, interview: Interview) -> None:
    console.print(f"\n{name}: {interview.last.question.text}")


def _print_debrief(service: InterviewService, console: Console, interview: Interview) -> None:
    debrief = interview.debrief
    if debrief is None:
        console.print("The interview has ended; its debrief will be in the browser's History.")
        return
    console.print("\nDebrief")
    for label, moment in (("Keep", debrief.keep), ("Mend first", debrief.mend)):
        if moment:
            quote = f" “{moment.quote}”" if moment.quote else ""
            card = service.cards.get(moment.guidance or "")
            title = f" ({card.title})" if card else ""
            console.print(f"{label}:{quote} {moment.text}{title}")
    console.print(f"Next exercise: {debrief.exercise}")
    for number, overall in zip(debrief.turns, debrief.overall, strict=True):
        console.print(f"Reply {number}: {dots(overall)}")
    console.print(f"Stored as {interview.id}")
