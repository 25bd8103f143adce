"""A report as one page that needs nothing but itself: no network, no server, no trust in the answers."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from evals.report import charts, words
from evals.report.cards import compare_deck, run_deck, same_answers
from evals.report.sides import unspaced
from evals.report.spent import spent
from evals.report.templates import PAGE, escaping_environment
from evals.report.trend import trends
from evals.report.view import (
    Report,
    compared,
    failing,
    gates_of,
    headline,
    incomplete,
    lacking,
    next_step,
    parts,
    plumbing,
    unanswered,
)
from evals.result import Run

if TYPE_CHECKING:
    from jinja2 import Environment, Template

MOST_CARDS = 300
"""Cases of one suite on a page; those with most to see come first."""


def html(x: Report, trend: Sequence[Run] = ()) -> str:
    """A run or a compare as a page.

    Args:
        x: what to show.
        trend: blessed runs, for lines over time; a run that is shown is added to them.
    """
    shown = [*trend, x] if isinstance(x, Run) and trend and x.id not in {run.id for run in trend} else trend
    style, script = _inline("report.css"), _inline("report.js")
    return _page().render(
        x=x,
        is_run=isinstance(x, Run),
        headline=headline(x),
        next_step=next_step(x),
        incomplete=incomplete(x),
        plumbing=plumbing(x),
        gates=gates_of(x),
        spent=spent(x),
        trends=trends(shown),
        blessed=len(trend),
        parts=parts(x) if isinstance(x, Run) else [],
        compared=[] if isinstance(x, Run) else sorted(compared(x), key=same_answers),
        style=style,
        script=script,
        csp=policy(style, script),
    )


def policy(style: str, script: str) -> str:
    """The page's content security policy: its own style and script, known by their hashes; nothing else."""
    known = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in (style, script)]
    return (
        f"default-src 'none'; style-src 'sha256-{known[0]}'; script-src 'sha256-{known[1]}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _inline(name: str) -> str:
    """A file of the page; browsers hash it with plain line ends, whatever a checkout makes of them."""
    from markupsafe import Markup

    return Markup((PAGE / name).read_text(encoding="utf-8").replace("\r\n", "\n"))


@cache
def _page() -> Template:
    return _environment().get_template("page.html")


def _environment() -> Environment:
    environment = escaping_environment()
    environment.globals |= {
        "charts": charts,
        "compare_deck": compare_deck,
        "engine": words.engine,
        "failing": failing,
        "lacking": lacking,
        "MOST_CARDS": MOST_CARDS,
        "run_deck": run_deck,
        "same_answers": same_answers,
        "unspaced": unspaced,
        "unanswered": unanswered,
        "words": words,
    }
    return environment
