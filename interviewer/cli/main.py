"""The `interviewer` program: its commands, and what happens to an error."""

from __future__ import annotations

import os
import sys
from importlib.metadata import entry_points
from typing import Annotated

import typer
from typer.exceptions import TyperException

from interviewer import __version__
from interviewer.cli.calibrate import calibrate_app
from interviewer.cli.chat import chat
from interviewer.cli.critique import critique
from interviewer.cli.guidance import guidance_app
from interviewer.cli.next import next_question
from interviewer.cli.output import say
from interviewer.cli.personas import personas_app
from interviewer.cli.serve import serve
from interviewer.errors import InterviewerError

app = typer.Typer(
    name="interviewer",
    help='Practise the interview question "What are your career goals?".',
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command("serve")(serve)
app.command("chat")(chat)
app.command("critique")(critique)
app.command("next")(next_question)
app.add_typer(guidance_app, name="guidance")
app.add_typer(personas_app, name="personas")
app.add_typer(calibrate_app, name="calibrate")
for _entry in entry_points(group="interviewer.commands"):
    # Commands of packages above this one, such as `eval`: they import this package, not it them.
    app.add_typer(_entry.load(), name=_entry.name)


def _version(asked: bool) -> None:
    if asked:
        print(f"interviewer {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Practise the interview question "What are your career goals?"."""


def main(arguments: list[str] | None = None) -> None:
    """Run the program and exit with its status: 0, 1 (it failed), 2 (used wrongly), 130 (interrupted)."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        status = app(args=arguments, standalone_mode=False)
    except InterviewerError as error:
        say(f"interviewer: {error}")
        status = error.exit_code
    except TyperException as error:
        say(f"interviewer: {str(error) or 'this cannot be used'} Try --help.")
        status = 2
    except (KeyboardInterrupt, typer.Abort):
        say("Interrupted.")
        status = 130
    except BrokenPipeError:
        # The reader of our output has gone; nothing more can be said to it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = 141
    except Exception as error:  # the program's last line of defence: no traceback reaches a person
        from interviewer.logs import log

        log().error("command broke", error=error)
        say(f"interviewer: something broke here ({type(error).__name__}). Please report it.")
        status = 70
    sys.exit(status if isinstance(status, int) else 0)
