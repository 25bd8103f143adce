"""`interviewer eval`: run suites offline, record, compare, and know what a prompt change did."""

from __future__ import annotations

import typer

from evals.cli.agreement import agreement
from evals.cli.keeping import bless, lock, selftest
from evals.cli.recording import record, verify
from evals.cli.running import compare, list_, regrade, report, run

eval_app = typer.Typer(
    help="Eval suites over recorded responses: what a prompt change did, offline.", no_args_is_help=True
)


@eval_app.callback()
def _root() -> None:
    """Eval suites over recorded responses: what a prompt change did, offline."""


eval_app.command("list")(list_)
for _command in (run, record, verify, regrade, compare, bless, lock, selftest, report, agreement):
    eval_app.command()(_command)

__all__ = ["eval_app"]
