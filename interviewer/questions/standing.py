"""Where an interview stands: what is met so far, what is open, what was probed, what was dodged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from interviewer.questions.data import question_words
from interviewer.schema import Critique, Interview, Question, Turn
from knowledge import Rubric
from prompts.personas import Persona

DODGE = "no_answer"
_WORTH = {"missing": 0, "partly": 1, "met": 2}


def advances(critique: Critique) -> bool:
    """True where a reply counts; a dodge, or one that cannot be judged, does not."""
    return not critique.cannot_judge and all(pitfall.id != DODGE for pitfall in critique.pitfalls)


def dodged(turn: Turn) -> bool:
    """True where the turn's reply did not answer."""
    if turn.reply is None:
        return False
    return not turn.advances or (turn.critique is not None and not advances(turn.critique))


def dodges_in_a_row(turns: Sequence[Turn]) -> int:
    """How many of the last replies did not answer."""
    count = 0
    for turn in reversed(turns):
        if not dodged(turn):
            break
        count += 1
    return count


def aim(question: Question) -> str:
    """The id that a question was aimed at, or nothing."""
    return next((id for id in question.focus if id != DODGE), "")


@dataclass(frozen=True)
class Standing:
    """What the replies have shown so far.

    `best` has the best verdict of each criterion over all replies; `open_pitfalls` are those neither mended
    nor asked about since, latest first; `probes` counts the questions aimed at an id; `streak` is the id that
    the last questions stayed on, and for how long; `focus` is what the last critique named.
    """

    best: dict[str, str]
    open_pitfalls: tuple[str, ...]
    probes: dict[str, int]
    streak: tuple[str, int]
    focus: tuple[str, ...]

    @property
    def covered(self) -> bool:
        """True where every criterion is met and no pitfall is open."""
        return not self.open_pitfalls and all(verdict == "met" for verdict in self.best.values())


def standing(rubric: Rubric, interview: Interview) -> Standing:
    """Read the turns. Replies without a critique and dodges tell nothing."""
    best = {part.id: "missing" for part in rubric.criteria}
    open_pitfalls: list[str] = []
    focus: tuple[str, ...] = ()
    for turn in interview.turns:
        if turn.reply is None or turn.critique is None or dodged(turn):
            continue
        focus = tuple(turn.critique.focus)
        for id, found in turn.critique.criteria.items():
            if id in best and _WORTH[found.verdict] > _WORTH[best[id]]:
                best[id] = found.verdict
        present = [pitfall.id for pitfall in turn.critique.pitfalls]
        left = [id for id in open_pitfalls if id not in present and id != aim(turn.question)]
        open_pitfalls = present + left
    probes, streak = _probes(interview.turns)
    return Standing(best, tuple(open_pitfalls), probes, streak, focus)


def _probes(turns: Sequence[Turn]) -> tuple[dict[str, int], tuple[str, int]]:
    """How often each id was aimed at, and how long the last was stayed on; asking a dodger anew is free."""
    probes: dict[str, int] = {}
    streak = ("", 0)
    for turn in turns:
        id = aim(turn.question)
        if turn.question.kind == "no_answer" or not id:
            continue
        probes[id] = probes.get(id, 0) + 1
        streak = (id, streak[1] + 1 if streak[0] == id else 1)
    return probes, streak


def to_probe(persona: Persona, rubric: Rubric, now: Standing) -> list[str]:
    """The ids to ask about next, first the ones that the last critique named, then whatever else is open.

    Ids already met are left out, and so is the one that the persona has stayed on long enough. Of ids that
    are equally bad, the persona's favourites come first. What builds on a criterion that is still missing
    (the rubric's `after`) waits, unless the critique named it.
    """
    stayed = now.streak[0] if now.streak[1] >= persona.follow_up_depth else ""
    named = [id for id in now.focus if id != DODGE and id in rubric.ids and now.best.get(id) != "met"]
    rest = [id for id in now.open_pitfalls if id in rubric.ids and id not in named and id != DODGE]
    for part in rubric.criteria:
        waits = any(now.best[before] == "missing" for before in part.after)
        if now.best[part.id] != "met" and part.id not in named and not waits:
            rest.append(part.id)

    def order(id: str) -> tuple[int, int, int]:
        worn = int(now.probes.get(id, 0) >= persona.follow_up_depth)
        bad = _WORTH[now.best[id]] + 1 if id in now.best else 0
        liked = persona.probes_first.index(id) if id in persona.probes_first else len(persona.probes_first)
        return worn, bad, liked

    return [id for id in (*sorted(named, key=order), *sorted(rest, key=order)) if id != stayed]


def speaks_to(line: str) -> tuple[str, ...]:
    """The ids that a related question speaks to."""
    return next((cue.focus for cue in question_words().related if cue.pattern.search(line)), ())


def cards_of(rubric: Rubric, ids: Sequence[str]) -> list[str]:
    """The guidance cards that serve these ids, without repeats."""
    found: dict[str, None] = {}
    criteria = {part.id for part in rubric.criteria}
    for id in ids:
        if id in rubric.ids:
            part = rubric.criterion(id) if id in criteria else rubric.pitfall(id)
            found.update(dict.fromkeys(part.cards))
    return list(found)
