"""Small things said alike in every report: figures, intervals, days, costs, where answers come from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from evals.result import Cost, Metric, Origin, Score, State, SuiteRun

ANSWERED = (State.FRESH, State.LIVE)
NOTHING = "–"
BETTER = {"more": "", "less": "less is better", "zero": "nearer to 0 is better"}
PLUMBING = "synthetic: tests the plumbing only"
# Controls, marks that turn the direction of what follows, halves of characters, and what no XML may hold.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
_LINES = re.compile("\r\n|[\r\u2028\u2029]")


def clean(text: str) -> str:
    """Untrusted text with nothing in it that acts on a terminal, a page or an XML reader: that becomes �."""
    return _UNSEEN.sub("\ufffd", _LINES.sub("\n", text))


def clipped(text: str, most: int) -> str:
    """A text of at most so many characters; what was cut off is counted."""
    if len(text) <= most:
        return text
    return f"{text[:most].rstrip()} … ({count(len(text) - most)} more characters; the JSON report has them)"


def one_line(text: str, most: int) -> str:
    """A text on one line, cut with an ellipsis."""
    flat = " ".join(clean(text).split())
    return flat if len(flat) <= most else flat[: most - 1].rstrip() + "…"


def number(value: float | None) -> str:
    """A figure with two decimals; three where two would make it look perfect, or nothing, when it is not."""
    if value is None:
        return NOTHING
    short = f"{value:.2f}"
    if float(short) in (0.0, 1.0, -1.0) and float(short) != value:
        short = f"{value:.3f}"
    return "0.00" if float(short) == 0.0 and len(short) == 5 else short.replace("-", "−")


def signed(value: float | None) -> str:
    """A difference, with its sign."""
    text = number(value)
    return f"+{text}" if value is not None and value > 0 else text


def interval(low: float | None, high: float | None) -> str:
    """A 95% interval in brackets; nothing where there is none."""
    return "" if low is None or high is None else f"[{number(low)}, {number(high)}]"


def p_value(p: float | None) -> str:
    """A p value."""
    if p is None:
        return NOTHING
    return "<0.001" if p < 0.001 else f"{p:.3f}"


def count(value: int | None) -> str:
    """A whole number, thousands apart."""
    return NOTHING if value is None else f"{value:,}"


def plural(value: int, word: str) -> str:
    """A number with its noun."""
    return f"{count(value)} {word}{'' if value == 1 else 's'}"


def dollars(value: float) -> str:
    """US dollars, to the cent where that says enough."""
    return f"${value:.2f}" if value >= 0.1 or value == 0 else f"${value:.4f}"


def moment(when: datetime) -> str:
    """A date and time, UTC."""
    return f"{when.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def seconds(value: float) -> str:
    """A length of time."""
    if value < 60:
        return f"{value:.1f} s"
    minutes = round(value / 60)
    return f"{minutes} min" if minutes < 120 else f"{value / 3600:.1f} h"


def short_hash(digest: str) -> str:
    """The start of a digest, enough to compare by eye."""
    return f"{digest[:8]}…" if len(digest) > 12 else digest


def days(origin: Origin) -> str:
    """When recordings were made."""
    if origin.recorded is None:
        return ""
    first, last = origin.recorded
    return f", recorded {first}" if first == last else f", recorded {first} to {last}"


def provenance(run: SuiteRun) -> str:
    """Where a run's answers come from, in words."""
    origin = run.origin
    model = clean(origin.model) or "a model"
    if origin.provenance == "synthetic":
        return PLUMBING
    if origin.provenance == "built-in":
        return "built-in: no model"
    if not run.answered:
        return f"nothing recorded yet of {model}"
    if origin.provenance == "local":
        file = f" file sha256 {short_hash(origin.file_sha256)}" if origin.file_sha256 else ""
        where = f" ({clean(origin.endpoint)})" if origin.endpoint else ""
        return f"local: model {model}{where},{file or ' file unknown'}{days(origin)}"
    return f"live: {clean(origin.endpoint)} {model}".replace(":  ", ": ") + days(origin)


def engine(run: SuiteRun) -> str:
    """Who answered, in words."""
    return (
        "embedded engine (baseline)"
        if run.engine == "embedded"
        else f"model, prompt set {clean(run.prompt_set)}"
    )


def states(found: Mapping[State, int]) -> str:
    """How many samples lack an answer, by state."""
    return ", ".join(f"{number} {State(state)}" for state, number in found.items() if state not in ANSWERED)


def known(run: SuiteRun) -> str:
    """How many of a run's answers are there, and how many judgments where there are any."""
    judged, judgments = sum(run.judgments.get(state, 0) for state in ANSWERED), sum(run.judgments.values())
    answers = f"{run.answered} of {plural(len(run.cases), 'answer')}"
    return f"{answers}, {judged} of {plural(judgments, 'judgment')}" if judgments else answers


def price(usd: float | None, provenances: Iterable[str] = ()) -> str:
    """Money where it is known."""
    if usd is not None:
        return dollars(usd)
    return "no charge, a local model" if set(provenances) == {"local"} else "price unknown"


def cost(needed: Cost | None, origin: Origin) -> str:
    """What re-recording takes."""
    if needed is None or not needed.calls:
        return "cost not estimated"
    tokens = f"{count(needed.prompt_tokens)} tokens in, {count(needed.completion_tokens)} out"
    return f"{plural(needed.calls, 'call')}, about {tokens}, {price(needed.usd, [origin.provenance])}"


def figure(metric: Metric | None) -> str:
    """A figure with its interval."""
    if metric is None:
        return NOTHING
    return f"{number(metric.value)} {interval(metric.low, metric.high)}".rstrip()


def remark(better: str, diagnostic: Iterable[str]) -> str:
    """What must be known to read a figure: which way is better, and why it may not gate."""
    return "; ".join(
        filter(None, [BETTER[better], *(f"diagnostic: {clean(why)}" for why in diagnostic if why)])
    )


def finding(score: Score | None) -> str:
    """A score in a word: pass, fail, agrees, off by 2, or a number."""
    if score is None:
        return NOTHING
    if score.passed is not None:
        return "pass" if score.passed else "fail"
    if score.pair is not None:
        off = abs(score.pair[0] - score.pair[1])
        return f"off by {off}" if off else "agrees"
    return NOTHING if score.value is None else number(score.value)
