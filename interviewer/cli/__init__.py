"""The command line: one program, `interviewer`. Errors are one plain line and a status, never a traceback."""

from interviewer.cli.main import app, main

__all__ = ["app", "main"]
