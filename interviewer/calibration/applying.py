"""Puts a coach's offset on a critique: the score as that coach would give it, marked as such."""

from __future__ import annotations

from interviewer.calibration.fitting import moved
from interviewer.calibration.shapes import Calibration
from interviewer.schema import Critique
from interviewer.verdicts import OVERALL


def apply(critique: Critique, calibration: Calibration) -> Critique:
    """The critique with the overall score as the coach scores.

    Only the overall score moves, within 1 to 5: a criterion's verdict stands on its quotes, which no offset
    changes. A note says whose score it is and what the judge's own is. Nothing changes where there is no
    offset that was borne out, where there is no score, and for a model's critique, as the offset was fitted
    to the built-in judge.
    """
    fit = calibration.fit
    if fit is None or not fit.overall.borne_out or critique.overall is None or critique.engine != fit.engine:
        return critique
    score = moved(critique.overall, fit.overall.offset, 1, 5)
    note = (
        f"Overall as {calibration.coach} scores: {score} {OVERALL[score]}. The judge's own is "
        f"{critique.overall} {OVERALL[critique.overall]}; the offset {fit.overall.offset:+.2f} was fitted to "
        f"{fit.overall.n} replies."
    )
    return critique.model_copy(update={"overall": score, "notes": [*critique.notes, note]})
