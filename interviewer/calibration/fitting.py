"""Fits a coach's offsets: shrunk, cross-validated, and borne out only where they help on replies left out."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from interviewer.calibration.figures import Floats, Ints, figure, kappas, mean_of
from interviewer.calibration.ordinal import offset_of, table
from interviewer.calibration.shapes import NEEDED, OVERALL, Calibration, Fit, Offset, Reply
from interviewer.errors import InputError
from interviewer.schema import Critique

VERDICTS = ("missing", "partly", "met")
LEVEL = 0.05
JudgeReply = Callable[[str, str, str, str], Critique]
"""Judges a reply: its words, the question, the role, the company."""


@dataclass(frozen=True)
class Judged:
    """One reply that coach and judge have both scored. `name` is the reply's id, `blind` as in `Override`."""

    name: str
    coach: int
    judge: int
    blind: bool
    marks: Mapping[str, tuple[int, int]]
    """Per criterion that the coach marked: the coach's level and the judge's, 0 missing to 2 met."""
    pitfalls: tuple[frozenset[str], frozenset[str]] | None
    """The coach's and the judge's, where the coach looked for any."""
    reply: str
    critique: Critique


def moved(level: int, offset: float, low: int, high: int) -> int:
    """A level with an offset added: to the nearest whole step, halves towards no change, within the scale."""
    step = math.copysign(math.ceil(abs(offset) - 0.5), offset) if abs(offset) > 0.5 else 0.0
    return int(min(high, max(low, level + step)))


def pair(
    calibration: Calibration, replies: Mapping[str, Reply], judge: JudgeReply
) -> tuple[list[Judged], int]:
    """Hold the coach's scores against the judge's.

    Returns:
        Those that both have scored, in a fixed order, and how many the judge cannot judge.
    """
    found: list[Judged] = []
    left_out = 0
    for scored in sorted(calibration.scores, key=lambda s: s.id):
        text = replies.get(scored.id)
        if text is None:
            left_out += 1
            continue
        critique = judge(text.reply, text.question, text.role, text.company)
        if critique.overall is None:
            left_out += 1
            continue
        marks = {
            id: (VERDICTS.index(said), VERDICTS.index(critique.criteria[id].verdict))
            for id, said in sorted(scored.criteria.items())
            if id in critique.criteria
        }
        judged = frozenset(p.id for p in critique.pitfalls)
        both = None if scored.pitfalls is None else (frozenset(scored.pitfalls), judged)
        found.append(
            Judged(scored.id, scored.overall, critique.overall, True, marks, both, text.reply, critique)
        )
    for one in sorted(calibration.overrides, key=lambda o: o.id):
        critique = judge(one.reply, one.question, one.role, one.company)
        if critique.overall is None:
            left_out += 1
        else:
            found.append(
                Judged(one.id, one.overall, critique.overall, one.blind, {}, None, one.reply, critique)
            )
    return found, left_out


def fit_calibration(
    calibration: Calibration,
    pairs: Sequence[Judged],
    *,
    rubric_hash: str,
    judge_hash: str,
    left_out: int = 0,
) -> Calibration:
    """Fit the offsets anew.

    The offset of the overall score and of each criterion is that of `ordinal`, over blind scores and
    overrides. Whether it is borne out is decided on the blind scores alone, because a coach corrects where
    they disagree: each is predicted by an offset fitted without it, and both the mean distance and quadratic
    kappa must get better with a bootstrap interval that leaves 0 out. For the criteria the intervals are
    widened by how many there are (Bonferroni), since one of 13 would stand out by chance.

    Args:
        calibration: the coach's scores.
        pairs: from `pair`, over the same calibration.
        rubric_hash: of the rubric that the judge used.
        judge_hash: of its weights and cues.
        left_out: how many the judge cannot judge, from `pair`.

    Raises:
        InputError: fewer than 20 replies were scored blind; what was scored is kept.
    """
    blind = sum(one.blind for one in pairs)
    if blind < NEEDED:
        raise InputError(
            f"{blind} of the {NEEDED} replies that it takes are scored, so nothing is fitted. "
            "What you scored is kept; score the rest."
        )
    overall = _offset(OVERALL, [(p.coach, p.judge, p.blind) for p in pairs], 1, 5, LEVEL)
    fit = Fit(
        rubric_hash=rubric_hash,
        judge_hash=judge_hash,
        data_hash=data_hash(calibration),
        overall=overall,
        criteria=_criteria(pairs),
        left_out=left_out,
    )
    return calibration.model_copy(update={"fit": fit})


def data_hash(calibration: Calibration) -> str:
    """A hash of what an offset is fitted to, whatever its order."""
    parts = [one.model_dump_json() for one in (*calibration.scores, *calibration.overrides)]
    return hashlib.sha256("\n".join(sorted(parts)).encode()).hexdigest()[:16]


def left_one_out(coach: Ints, judge: Ints, low: int, high: int) -> Ints:
    """What the offset fitted to all other replies makes of the judge's level of each."""
    counts = table(coach, judge, low, high)
    without: dict[tuple[int, int], int] = {}
    for pair_of in sorted(set(zip(judge.tolist(), coach.tolist(), strict=True))):
        place = (pair_of[0] - low, pair_of[1] - low)
        fewer = counts.copy()
        fewer[place] -= 1
        without[pair_of] = moved(pair_of[0], offset_of(fewer), low, high)
    return np.array([without[one] for one in zip(judge.tolist(), coach.tolist(), strict=True)])


def _criteria(pairs: Sequence[Judged]) -> list[Offset]:
    """The offset of each criterion that was marked often enough."""
    marked = sorted({id for one in pairs for id in one.marks})
    rows = {id: [(*one.marks[id], one.blind) for one in pairs if id in one.marks] for id in marked}
    enough = {id: found for id, found in rows.items() if len(found) >= NEEDED}
    return [_offset(id, found, 0, 2, LEVEL / len(enough)) for id, found in enough.items()]


def _offset(id: str, rows: Sequence[tuple[int, int, bool]], low: int, high: int, level: float) -> Offset:
    """One offset with its figures; `rows` are the coach's level, the judge's, and whether it was blind."""
    coach_all, judge_all, blind = (np.array(column) for column in zip(*rows, strict=True))
    after = left_one_out(coach_all, judge_all, low, high)[blind]
    coach, judge = coach_all[blind], judge_all[blind]
    n = len(coach)

    def kappa(times: Floats, said: Ints) -> Floats:
        return kappas(times, coach, said, low, high)

    far, near = np.abs(coach - judge).astype(float), np.abs(coach - after).astype(float)
    distance_gain = figure(mean_of(far - near), n, level=level)
    kappa_gain = figure(lambda times: kappa(times, after) - kappa(times, judge), n, level=level)
    gains = (distance_gain, kappa_gain)
    return Offset(
        id=id,
        n=len(rows),
        blind=n,
        mean=round(float((coach_all - judge_all).mean()), 6),
        offset=round(offset_of(table(coach_all, judge_all, low, high)), 6),
        borne_out=all(gain.interval is not None and gain.interval[0] > 0 for gain in gains),
        difference_before=figure(mean_of((coach - judge).astype(float)), n),
        difference_after=figure(mean_of((coach - after).astype(float)), n),
        distance_before=figure(mean_of(far), n),
        distance_after=figure(mean_of(near), n),
        distance_gain=distance_gain,
        kappa_before=figure(lambda times: kappa(times, judge), n),
        kappa_after=figure(lambda times: kappa(times, after), n),
        kappa_gain=kappa_gain,
    )
