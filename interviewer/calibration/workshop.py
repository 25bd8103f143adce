"""Puts the parts of a calibration together: judge, replies, store; what command line and page both call."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from interviewer.calibration.fitting import Judged, data_hash, fit_calibration, pair
from interviewer.calibration.shapes import NEEDED, Calibration, Reply, Scored
from interviewer.calibration.sheet import load_replies
from interviewer.calibration.words import Words, load_words
from interviewer.judge import EmbeddedJudge
from interviewer.schema import Critique
from knowledge import Rubric
from knowledge.cards import BUNDLED


@dataclass(frozen=True)
class Workshop:
    """What a calibration is made with. `judge_hash` changes with the judge's weights and cues."""

    rubric: Rubric
    judge: EmbeddedJudge
    replies: dict[str, Reply]
    words: Words
    judge_hash: str

    def judged(self, reply: str, question: str, role: str, company: str) -> Critique:
        """The built-in judge's critique of a reply."""
        return self.judge.critique(reply, question=question, role=role, company=company)

    def pairs(self, calibration: Calibration) -> tuple[list[Judged], int]:
        """The coach's scores beside the judge's, and how many the judge cannot judge."""
        return pair(calibration, self.replies, self.judged)

    def fitted(self, calibration: Calibration, pairs: Sequence[Judged], left_out: int) -> Calibration:
        """The calibration with offsets fitted anew.

        Raises:
            InputError: fewer than 20 replies are scored.
        """
        return fit_calibration(
            calibration, pairs, rubric_hash=self.rubric.hash, judge_hash=self.judge_hash, left_out=left_out
        )

    def why_old(self, calibration: Calibration) -> str:
        """Why stored offsets hold no more: one plain sentence, or an empty string where they do."""
        fit = calibration.fit
        if fit is None:
            return ""
        if fit.rubric_hash != self.rubric.hash:
            return self.words.another_rubric
        if fit.judge_hash != self.judge_hash:
            return self.words.another_judge
        return self.words.other_scores if fit.data_hash != data_hash(calibration) else ""

    def current(self, calibration: Calibration) -> tuple[Calibration, str]:
        """The calibration with offsets that hold here: as stored, or fitted anew, and why.

        Where too few replies are scored, there are no offsets.
        """
        why = self.why_old(calibration)
        if calibration.fit is not None and not why:
            return calibration, ""
        pairs, left_out = self.pairs(calibration)
        if sum(one.blind for one in pairs) < NEEDED:
            return calibration.model_copy(update={"fit": None}), why
        return self.fitted(calibration, pairs, left_out), why


def open_workshop(rubric: Rubric, judge: EmbeddedJudge, folder: Path) -> Workshop:
    """The workshop over a knowledge folder.

    Raises:
        DataFileError: the replies or the wording are missing or broken.
    """
    digest = hashlib.sha256(judge.book.hash.encode())
    for name in ("weights.json", "meaning.json"):
        own = folder / "judge" / name
        digest.update((own if own.is_file() else BUNDLED / "judge" / name).read_bytes())
    return Workshop(rubric, judge, load_replies(folder), load_words(folder), digest.hexdigest()[:16])


def merged(mine: Calibration, other: Calibration) -> Calibration:
    """Two calibrations of a coach as one: everything of both, the later score where both have one.

    The offsets are the other's, to be checked by `Workshop.current`.
    """
    scores: dict[str, Scored] = {one.id: one for one in mine.scores}
    for one in other.scores:
        if one.id not in scores or one.at >= scores[one.id].at:
            scores[one.id] = one
    overrides = {one.id: one for one in (*mine.overrides, *other.overrides)}
    return mine.model_copy(
        update={"scores": list(scores.values()), "overrides": list(overrides.values()), "fit": other.fit}
    )
