"""The small words that several pages show: verdicts, scores, dates, sizes."""

from __future__ import annotations

import html
from collections.abc import Sequence
from datetime import datetime

from interviewer.schema import Interview, Usage
from interviewer.verdicts import OVERALL
from prompts import Persona

VERDICTS = {"met": "comes across", "partly": "partly there", "missing": "not there yet"}
_TITLES = {"Dr", "Prof", "Professor", "Mr", "Ms", "Mrs", "Mx"}
STRICTNESS = {"gentle": "goes easy on you", "fair": "fair", "strict": "pushes back"}


def overall_html(score: int | None) -> str:
    """A score as HTML: the dots are for the eye, the word for everybody."""
    if score is None:
        return '<span class="iv-overall">Not judged</span>'
    return (
        f'<span class="iv-dots" aria-hidden="true">{"●" * score}{"○" * (5 - score)}</span> '
        f'<span class="iv-overall">{OVERALL[score]}</span>'
    )


def day(moment: datetime) -> str:
    """A moment as a person says it: 22 Nov 2026, 14:05 (in the server's time zone)."""
    local = moment.astimezone()
    return f"{local.day} {local:%b %Y, %H:%M}"


def size(count: int) -> str:
    """Bytes as a person says them."""
    value = float(count)
    for unit in ("bytes", "kB", "MB"):
        if value < 1000:
            return f"{value:.0f} {unit}" if unit == "bytes" else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.1f} GB"


def usage_line(usage: Sequence[Usage]) -> str:
    """What calls took, in a line: tokens as the endpoint reported them, cost where the price is known."""
    known = [one for one in usage if one.prompt_tokens is not None]
    if not known:
        return "The endpoint did not report how many tokens this took."
    read = sum(one.prompt_tokens or 0 for one in known)
    cached = sum(one.cached_tokens or 0 for one in known)
    wrote = sum(one.completion_tokens or 0 for one in known)
    costs = [one.cost_usd for one in usage if one.cost_usd is not None]
    price = f"${sum(costs):.4f}" if len(costs) == len(usage) else "price not known"
    share = f" ({cached / read:.0%} of them cached)" if cached else ""
    return f"The model read {read:,} tokens{share} and wrote {wrote:,}: {price}."


def first_name(persona: Persona | None) -> str:
    """What the interviewer is called in a sentence."""
    if persona is None:
        return "the interviewer"
    first, *rest = persona.name.split()
    return f"{first} {rest[-1]}" if rest and first.rstrip(".") in _TITLES else first


def progress(interview: Interview, persona: Persona | None) -> str:
    """How far an interview is: 2 of 5."""
    if persona is None:
        return count(interview.advanced, "reply", "replies")
    return f"{min(interview.advanced, persona.max_questions)} of {persona.max_questions}"


def count(number: int, one: str, many: str) -> str:
    """A number with its noun."""
    return f"{number} {one if number == 1 else many}"


def esc(text: str) -> str:
    """Text for HTML. Everything that a person or a model wrote goes through here."""
    return html.escape(text)
