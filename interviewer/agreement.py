"""The agreement card: the shape in which it is stored, and the sentences that the app makes of it.

`interviewer eval agreement` writes it, the app only reads it. Labels are machine-written reference labels.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError

from interviewer.errors import DataFileError
from interviewer.logs import log
from knowledge.datafile import Frozen, read_text

CARD_FILE = "judge/agreement_card.json"
PICTURE_FILE = "judge/agreement.svg"
NOT_MEASURED = "this model's agreement is not measured"
MOST_NAMED = 3
"""How many weak points a sentence names."""


class Figure(Frozen):
    """A figure with its 95% interval; None where it is not defined."""

    value: float | None
    low: float | None = None
    high: float | None = None


class Point(Figure):
    """The figure of one criterion (quadratic kappa) or pitfall (F1).

    `support` is how many of the replies have it by their label: a pitfall that is present, a criterion that
    is partly or wholly met.
    """

    support: int


class Measured(Frozen):
    """Agreement over some replies.

    Args:
        n: replies that the figures are over.
        asked: replies that were asked about; where a model gave nothing usable there is no figure of it.
        criteria: by criterion; empty where only figures over all are given.
        pitfalls: by pitfall, likewise.
        criteria_kappa: mean over the criteria of quadratic kappa.
        pitfall_f1: mean over the pitfalls that a label has.
        overall_kappa: quadratic kappa of the overall score, 1 to 5.
        overall_icc: ICC(A,1) of it.
        overall_bias: mean difference in points; above 0 is too generous.
        focus_hit: share of replies whose focus shares an id with the label's.
    """

    n: int = Field(ge=0)
    asked: int = Field(ge=0)
    criteria: dict[str, Point] = Field(default_factory=dict)
    pitfalls: dict[str, Point] = Field(default_factory=dict)
    criteria_kappa: Figure
    pitfall_f1: Figure
    overall_kappa: Figure
    overall_icc: Figure
    overall_bias: Figure
    focus_hit: Figure


class Repeated(Frozen):
    """The same replies judged several times.

    `identical` is the share whose verdicts, pitfalls and score were the same each time, `icc` the ICC(A,1) of
    the overall score.
    """

    times: int = Field(ge=2)
    replies: int
    identical: float
    icc: float | None = None


class Weak(Frozen):
    """A criterion or pitfall whose figure is under the card's threshold."""

    id: str
    kind: Literal["criterion", "pitfall"]
    value: float
    support: int


class Entry(Frozen):
    """What is known of one engine, model and prompt set.

    Args:
        engine: embedded or model.
        model: the model's name as it is sent; empty for the embedded engine.
        prompt_set: `base` is the project's own prompts; empty for the embedded engine.
        persona: whose prompt it was; the critique's names none.
        how: in words, how it was measured.
        provenance: where the answers come from, as in `evals.result`.
        recorded: the days of the first and the last recording.
        measured: the figures; None where there are none, then `why` says why.
        why: why there is no figure.
        unseen: the embedded engine on an author that neither weights nor cues were made from; only figures
            over all of these replies are kept, so that nobody tunes on them.
        repeated: None where it is not measured.
        weak: the lowest first.
        date: the day on which a figure or a hash of this entry last changed.
        hashes: of what it was measured with.
    """

    engine: Literal["embedded", "model"]
    model: str = ""
    prompt_set: str = ""
    persona: str = "any"
    how: str
    provenance: str
    recorded: tuple[str, str] | None = None
    measured: Measured | None = None
    why: str = ""
    unseen: Measured | None = None
    repeated: Repeated | None = None
    weak: tuple[Weak, ...] = ()
    date: str
    hashes: dict[str, str]

    @property
    def name(self) -> str:
        """Engine, model and prompt set as people say them."""
        return "built-in judge" if self.engine == "embedded" else f"{self.model}, {self.prompt_set}"


class Annotators(Frozen):
    """How far two labellers agree with each other.

    `measured` is over the replies of the labelled files that have a second label, `published` what was found
    over all `published_n` replies that those were drawn from.
    """

    measured: Measured | None = None
    published: dict[str, float] = Field(default_factory=dict)
    published_n: int = 0


class AgreementCard(Frozen):
    """The whole card. A figure below `weak_below` counts as weak; edit that and make the card anew."""

    schema_version: Literal[1] = 1
    about: str
    weak_below: float = Field(0.65, ge=-1.0, le=1.0)
    annotators: Annotators
    entries: tuple[Entry, ...]
    hashes: dict[str, str]

    def entry(self, engine: str, model: str = "", prompt_set: str = "") -> Entry | None:
        """What is known of an engine."""
        wanted = (engine, model, prompt_set)
        return next((e for e in self.entries if (e.engine, e.model, e.prompt_set) == wanted), None)


def read_card(folder: Path) -> AgreementCard | None:
    """The card of a knowledge folder; None where there is none.

    Raises:
        DataFileError: it cannot be used.
    """
    path = folder / CARD_FILE
    return _read(path, path.stat().st_mtime_ns) if path.is_file() else None


@lru_cache(maxsize=8)
def _read(path: Path, _changed: int) -> AgreementCard:
    text = read_text(path, "the agreement card")
    try:
        return AgreementCard.model_validate_json(text)
    except ValidationError as error:
        problem = "is no agreement card of this version; `interviewer eval agreement` makes it again"
        raise DataFileError(path, problem) from error


def usable_card(folder: Path) -> AgreementCard | None:
    """The card; None, and a line in the log, where it is broken: no interview may fail for it."""
    try:
        return read_card(folder)
    except DataFileError as error:
        log().warning("agreement card left out", error=str(error))
        return None


def files_hash(paths: Iterable[Path]) -> str:
    """A short SHA-256 over files, by name, whatever line ends a checkout makes; missing ones count."""
    digest = hashlib.sha256()
    for path in paths:
        data = path.read_bytes().replace(b"\r\n", b"\n") if path.is_file() else b"\0"
        digest.update(f"{path.name}\n{len(data)}\n".encode() + data)
    return digest.hexdigest()[:16]


def judge_hashes(knowledge: Path) -> dict[str, str]:
    """What the embedded judge's critique follows from, besides its code: rubric, cues, weights."""
    learned = [path for path in sorted((knowledge / "judge").glob("*.*")) if _is_learned(path)]
    return {
        "rubric": files_hash([knowledge / "rubric.yaml"]),
        "cues": files_hash(sorted((knowledge / "cues").glob("*.yaml"))),
        "weights": files_hash(learned),
    }


def _is_learned(path: Path) -> bool:
    return path.suffix in (".json", ".yaml") and not path.name.startswith("agreement")


def short(value: float | None) -> str:
    """A figure with two decimals and no leading zero; three where two would make it look perfect."""
    if value is None:
        return "–"
    text = f"{value:.2f}"
    if abs(float(text)) in (0.0, 1.0) and float(text) != value:
        text = f"{value:.3f}"
    if abs(float(text)) == 0.0:
        return "0"
    if abs(float(text)) == 1.0:
        whole = "1" if abs(value) == 1.0 else ".999"
        return whole if value > 0 else f"−{whole}"
    return text.replace("0.", ".", 1).replace("-", "−")


def embedded_line(card: AgreementCard, now: Mapping[str, str] | None = None) -> str:
    """One line on the embedded judge, to follow "Built-in judge:"; empty where the card has no figure of it.

    The pitfalls' figure is always that on an author whom neither weights nor cues were made from: the one
    that was cross-validated flatters, since whoever wrote the cues had read those replies.

    Args:
        card: the card.
        now: the hashes of the judge as it is (`judge_hashes`); where one is another, the line says so.
    """
    entry = card.entry("embedded")
    if entry is None or entry.measured is None:
        return ""
    new = entry.unseen
    met = (
        f"F1 {short(new.pitfall_f1.value)} on an author it never met"
        if new
        else "not measured on new authors"
    )
    changed = now is not None and any(entry.hashes.get(key) != value for key, value in now.items())
    return (
        ("as measured before its files were changed, it " if changed else "")
        + f"agrees with the reference labels (machine-written, n={entry.measured.n}, "
        + f"cross-validated by author) to κ {short(entry.measured.criteria_kappa.value)} over criteria; "
        + f"pitfalls {met}{_weak(entry)}"
    )


def model_line(card: AgreementCard | None, model: str, now: Mapping[str, str]) -> str:
    """One line on a model's critiques, made with the project's own prompts.

    Args:
        card: the card, where there is one.
        model: the model's name as configured.
        now: the hashes of rubric and prompt as they are (`prompt_hashes`).
    """
    entry = card.entry("model", model, "base") if card and model else None
    if entry is None:
        return NOT_MEASURED
    if entry.measured is None:
        return f"{NOT_MEASURED}: {entry.why}" if entry.why else NOT_MEASURED
    if any(entry.hashes.get(key) != value for key, value in now.items()):
        return f"{NOT_MEASURED} with these prompts"
    found = entry.measured
    usable = f"n={found.n}" + (f" of {found.asked}" if found.asked != found.n else "")
    return (
        f"this model agrees with the reference labels (machine-written, {usable}) to"
        f" κ {short(found.criteria_kappa.value)} over criteria; pitfalls F1 {short(found.pitfall_f1.value)}"
        + _weak(entry)
    )


def prompt_hashes(knowledge: Path, prompts: Path) -> dict[str, str]:
    """What a model's critique follows from that a coach can change: the rubric, the prompt."""
    return {
        "rubric": files_hash([knowledge / "rubric.yaml"]),
        "prompt:critique": files_hash([prompts / "critique.md"]),
    }


def _weak(entry: Entry) -> str:
    names = [weak.id.replace("_", " ") for weak in entry.weak]
    found = entry.measured
    if not names or found is None:
        return ""
    if len(names) > 2 * MOST_NAMED:
        return f"; weak on {len(names)} of {len(found.criteria) + len(found.pitfalls)} points"
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return f"; weak on: {', '.join(names[:MOST_NAMED])}{more}"
