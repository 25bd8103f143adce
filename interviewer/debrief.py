"""The debrief: what to keep, what to mend first, one next exercise, and the picture over the replies.

It is computed from the critiques that were verified and stored, so it can say nothing that they do not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from interviewer.errors import DataFileError
from interviewer.schema import Critique, Debrief, Interview, Moment, Turn
from knowledge import Rubric
from knowledge.datafile import LOADER

WORDS_FILE = "debrief.yaml"


@dataclass(frozen=True)
class DebriefWords:
    """The words of a debrief, from `prompts/debrief.yaml`; `exercises` has one prompt for each rubric id."""

    nothing_to_keep: str
    nothing_to_mend: str
    exercises: Mapping[str, str]


def load_debrief_words(folder: Path, rubric: Rubric) -> DebriefWords:
    """Read the words.

    Args:
        folder: the folder that holds `debrief.yaml`.
        rubric: every one of its ids must have an exercise.

    Raises:
        DataFileError: the file is missing, broken, or an id has no exercise.
    """
    path = folder / WORDS_FILE
    try:
        raw = yaml.load(path.read_text(encoding="utf-8"), Loader=LOADER)
    except OSError as error:
        raise DataFileError(path, "cannot be read; restore it from the project") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise DataFileError(path, "is not valid YAML", mark.line + 1 if mark else None) from error
    try:
        words = DebriefWords(**raw)
        missing = [name for name in rubric.ids if not str(words.exercises.get(name, "")).strip()]
    except (TypeError, AttributeError) as error:
        raise DataFileError(
            path, "needs nothing_to_keep, nothing_to_mend and exercises, and nothing else"
        ) from error
    if missing:
        raise DataFileError(path, f"has no exercise for {missing[0]}; add one under exercises")
    return words


def build_debrief(interview: Interview, rubric: Rubric, words: DebriefWords, closing: str = "") -> Debrief:
    """Sum up an interview.

    Args:
        interview: with the critiques of its replies; replies without one are left out.
        rubric: weights decide what was strongest and what to mend first.
        words: the sentences around the findings.
        closing: the persona's closing words.
    """
    judged = [(turn, turn.critique) for turn in interview.turns if turn.reply and turn.critique]
    keep = _keep(judged, rubric) or Moment(id="", text=words.nothing_to_keep)
    mend = _mend(judged, rubric) or Moment(id="", text=words.nothing_to_mend)
    weakest = mend.id or _least_shown(judged, rubric)
    return Debrief(
        engine="model" if any(critique.engine == "model" for _, critique in judged) else "embedded",
        keep=keep,
        mend=mend,
        exercise=words.exercises[weakest],
        exercise_focus=weakest,
        picture={
            criterion.id: [critique.criteria[criterion.id].verdict for _, critique in judged]
            for criterion in rubric.criteria
        },
        turns=[turn.number for turn, _ in judged],
        overall=[critique.overall for _, critique in judged],
        closing=closing,
    )


Judged = list[tuple[Turn, Critique]]


def _keep(judged: Judged, rubric: Rubric) -> Moment | None:
    """The weightiest criterion that was met, from the best reply that met it."""
    best: tuple[float, int, Moment] | None = None
    for turn, critique in judged:
        for criterion in rubric.criteria:
            finding = critique.criteria[criterion.id]
            if finding.verdict != "met" or not finding.quotes:
                continue
            # A short quote that can be read at a glance wins over a long one of the same weight.
            quote = min(finding.quotes, key=len)
            rank = (critique.overall or 0) + criterion.weight
            if best is None or (rank, -len(quote)) > best[:2]:
                card = (finding.guidance or list(criterion.cards))[0]
                moment = Moment(
                    id=criterion.id, turn=turn.number, quote=quote, guidance=card, text=finding.advice
                )
                best = (rank, -len(quote), moment)
    return best[2] if best else None


def _mend(judged: Judged, rubric: Rubric) -> Moment | None:
    """The costliest pitfall; without one, the weightiest criterion that no reply met."""
    pitfalls = [
        (rubric.pitfall(found.id).penalty, turn, found)
        for turn, critique in judged
        for found in critique.pitfalls
    ]
    if pitfalls:
        _, turn, found = max(pitfalls, key=lambda item: (item[0], -item[1].number))
        card = (found.guidance or list(rubric.pitfall(found.id).cards))[0]
        quote = found.quotes[0] if found.quotes else ""
        return Moment(id=found.id, turn=turn.number, quote=quote, guidance=card, text=found.advice)
    open_ids = _never_met(judged, rubric)
    if not open_ids:
        return None
    criterion = rubric.criterion(open_ids[0])
    turn, critique = next(
        (pair for pair in judged if pair[1].criteria[criterion.id].quotes),
        max(judged, key=lambda pair: pair[1].overall or 0),
    )
    finding = critique.criteria[criterion.id]
    quote = finding.quotes[0] if finding.quotes else first_words(turn.reply or "")
    card = (finding.guidance or list(criterion.cards))[0]
    return Moment(id=criterion.id, turn=turn.number, quote=quote, guidance=card, text=finding.advice)


def _never_met(judged: Judged, rubric: Rubric) -> list[str]:
    """Ids of the criteria that no judged reply met, weightiest first."""
    if not judged:
        return []
    unmet = [
        criterion
        for criterion in rubric.criteria
        if all(critique.criteria[criterion.id].verdict != "met" for _, critique in judged)
    ]
    return [criterion.id for criterion in sorted(unmet, key=lambda criterion: -criterion.weight)]


def _least_shown(judged: Judged, rubric: Rubric) -> str:
    """The criterion to practise where nothing has to be mended: the one met in the fewest replies."""
    if not judged:
        return "no_answer"
    met = {
        criterion.id: sum(critique.criteria[criterion.id].verdict == "met" for _, critique in judged)
        for criterion in rubric.criteria
    }
    return min(met, key=lambda name: (met[name], -rubric.criterion(name).weight))


def first_words(reply: str, limit: int = 90) -> str:
    """The beginning of a reply, verbatim, up to a sentence's end or `limit` characters at a word's end."""
    text = reply.strip()
    for position, char in enumerate(text[:limit]):
        if char in ".!?\n" and position > 8:
            return text[: position + 1].strip()
    return text if len(text) <= limit else text[:limit].rsplit(" ", 1)[0]
