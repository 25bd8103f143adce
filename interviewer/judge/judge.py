"""The embedded judge: from a reply to a critique, with no model and no network, the same every time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path

from interviewer.judge.answerable import why_not
from interviewer.judge.asked import asked_for, given
from interviewer.judge.cues import CueBook
from interviewer.judge.features import HEARD, HINTS, LIKE, Reader, Reading
from interviewer.judge.meaning import Meaning
from interviewer.judge.quotes import evidence, sounding, whole_or_first
from interviewer.judge.stronger import stronger_answer
from interviewer.judge.unsaid import ORDERS
from interviewer.judge.weights import SENSE, Weights, load_weights
from interviewer.judge.wording import WORDED
from interviewer.schema import CriterionFinding, Critique, PitfallFinding, Verdict
from knowledge import Rubric
from knowledge.cards import BUNDLED

MOST_WORDS = 2500
LEVELS: tuple[Verdict, ...] = ("missing", "partly", "met")
_NO_ANSWER, _VISION = "no_answer", "long_term_vision"
_PLAN, _REALISTIC = (_VISION, "short_term_steps"), "realistic"
"""Of which a reply needs one to be realistic: without a goal or a step it is so in part at most."""
_DIRECTION = ("growth_only", "destination_words")
_SAYS_SOMETHING = ("growth_only", "step_vague", "destination_words", "experience")
_TOO_TERSE, _TERSE, _SHORT = 2, 4, 25
_OUTRIGHT = 0.99
"""How like its exemplars a pitfall has to be said to count by itself (few labelled replies hang on it)."""
_UNHEARD, _HINTED = 0.3, 1.0
"""By how much clearer a pitfall has to show where no cue speaks for it, and where a mere hint does: a wrong
reproach hurts, and who only mentions their family is not too personal (log odds)."""


class EmbeddedJudge:
    """Judges replies against the rubric.

    Args:
        rubric: the criteria and pitfalls, with their advice and cards.
        folder: the knowledge folder with `cues/` and `judge/weights.json` (None: the bundled one). What is
            missing there is taken from the bundled one, so that a coach may bring only a rubric.
        weights: a file of weights to use instead of the folder's, for measuring with others.
        year: the year that calendar years in replies are counted from (None: the cue files' reference year).

    Raises:
        DataFileError: a cue file or the weights are broken.
    """

    def __init__(
        self,
        rubric: Rubric,
        *,
        folder: Path | None = None,
        weights: Path | None = None,
        year: int | None = None,
    ) -> None:
        self.rubric = rubric
        cues = _own_or_bundled(folder, "cues")
        self.book = CueBook(cues)
        self._weights_path = weights or _own_or_bundled(folder, "judge") / "weights.json"
        own = _own_or_bundled(folder, "judge") / "meaning.json"
        meaning = own if own.is_file() else BUNDLED / "judge" / "meaning.json"
        self.reader = Reader(self.book, year, Meaning(meaning))

    @cached_property
    def _weights(self) -> Weights:
        return load_weights(self._weights_path)

    def read(self, reply: str, *, question: str = "", role: str = "", company: str = "") -> Reading:
        """What the judge sees in a reply: cues, time frames, features (to train it and to explain it)."""
        return self.reader.read(_capped(reply), role=role, company=company, question=question)

    def critique(
        self,
        reply: str,
        *,
        question: str = "",
        role: str = "",
        company: str = "",
        asked: Sequence[str] = (),
    ) -> Critique:
        """Judge one reply.

        Args:
            reply: the candidate's words, as they are; only the first 2,500 words are read.
            question: what was asked.
            role: the post applied for.
            company: the employer, in a line.
            asked: ids that the question was aimed at, where the interviewer knows: a reply that speaks to
                them is no dodge.

        Returns:
            A critique whose quotes are verbatim parts of the reply. Where the reply cannot be judged,
            `cannot_judge` says why and there is no score.
        """
        reading = self.read(reply, question=question, role=role, company=company)
        reading.asked = tuple(asked)
        notes = []
        if len(reading.text.reply) < len(reply):
            notes.append(self.book.lists.notes["capped"].format(words=f"{MOST_WORDS:,}"))
        critique = self.judge(reading, self._weights)
        critique.notes = notes
        return critique

    def judge(self, reading: Reading, weights: Weights) -> Critique:
        """Judge what was read, with weights that need not be the stored ones (for cross-validation)."""
        reason = why_not(reading.text, self.book)
        if reason:
            return self._unjudged(self.book.lists.cannot_judge[reason])
        reading = _sensed(reading, weights)
        pitfalls = self._pitfalls(reading, weights)
        dodged = any(p.id == _NO_ANSWER for p in pitfalls)
        criteria, dropped = self._criteria(reading, weights, dodged=dodged, pitfalls=len(pitfalls))
        nothing = all(finding.verdict == "missing" for finding in criteria.values())
        said = any(id in reading.hits for id in _SAYS_SOMETHING)
        if not pitfalls and nothing and not said and not self._answers_a_follow_up(reading):
            pitfalls = [self._pitfall(_NO_ANSWER, whole_or_first(reading))]
        verdicts = {id: finding.verdict for id, finding in criteria.items()}
        present = [p.id for p in pitfalls]
        return Critique(
            engine="embedded",
            criteria=criteria,
            pitfalls=pitfalls,
            overall=self.rubric.overall(verdicts, present),
            focus=self.rubric.focus(verdicts, present),
            stronger_answer=stronger_answer(reading, self.book, self.rubric, criteria, pitfalls),
            dropped=dropped,
        )

    def _pitfalls(self, reading: Reading, weights: Weights) -> list[PitfallFinding]:
        found = self._others(reading, weights)
        # A reply that has another pitfall has said something: only words that wave it off undo that.
        if self._is_dodge(reading, weights) and (not found or self._heard(reading)):
            return [
                self._pitfall(
                    _NO_ANSWER, evidence(reading, self.book, _NO_ANSWER, {}) or whole_or_first(reading)
                )
            ]
        return found

    def _others(self, reading: Reading, weights: Weights) -> list[PitfallFinding]:
        """The pitfalls but `no_answer` that the weights find, with the words that show them."""
        found = []
        for pitfall in self.rubric.pitfalls:
            scale = weights.pitfalls.get(pitfall.id)
            if scale is None or pitfall.id == _NO_ANSWER or self._is_denied(reading, pitfall.id):
                continue
            told = self._is_outright(reading, pitfall.id)
            doubt = self._doubt(reading, pitfall.id)
            if not told and not scale.level(scale.score(reading.features) - doubt):
                continue
            quotes = evidence(reading, self.book, pitfall.id, scale.weights)
            quotes = quotes or sounding(reading, weights.senses.get(pitfall.id))
            if quotes:
                found.append(self._pitfall(pitfall.id, quotes))
        return found

    def _doubt(self, reading: Reading, pitfall: str) -> float:
        """By how much clearer a pitfall has to show for what speaks for it besides its sound."""
        if reading.features[f"{HEARD}{pitfall}"]:
            return 0.0
        return _HINTED if HINTS.intersection(self._cues_of(reading, pitfall)) else _UNHEARD

    def _is_outright(self, reading: Reading, pitfall: str) -> bool:
        """Whether a pitfall is said so plainly that a good plan round it undoes nothing.

        That is so where two cues of it are heard, in words like those of its exemplars. Where it is none for
        this post, as pay is on commission, it does not count as heard.
        """
        if not reading.features[f"{HEARD}{pitfall}"] or reading.features[f"{LIKE}{pitfall}"] < _OUTRIGHT:
            return False
        return len(self._cues_of(reading, pitfall)) > 1

    def _is_denied(self, reading: Reading, pitfall: str) -> bool:
        """Whether a reply denies a pitfall ("not after more money"), and no cue of it was heard."""
        if reading.features[f"{HEARD}{pitfall}"]:
            return False
        found = (self.book.cues[id] for id in reading.hits)
        return any(cue.denies and pitfall in cue.serves for cue in found)

    def _is_dodge(self, reading: Reading, weights: Weights) -> bool:
        features = reading.features
        words = len(reading.text.words)
        planned = features["any_goal"] or features["any_step"]
        if self._answers_a_follow_up(reading):
            return False
        if ORDERS in reading.hits and planned:
            features = self._without_orders(reading)
        if reading.asked and not self._heard(reading) and any(n for n, _ in self._answered(reading).values()):
            return False
        if words <= _TOO_TERSE or (words <= _TERSE and features["nothing"]):
            return not features["content"]
        scale = weights.pitfalls.get(_NO_ANSWER)
        return scale is not None and bool(scale.level(scale.score(features)))

    def _without_orders(self, reading: Reading) -> dict[str, float]:
        """The features of a reply beside whose plan there are orders, as if those were not there."""
        others = self._heard(reading, but=ORDERS)
        heard = {HEARD + _NO_ANSWER: float(others), ORDERS: 0.0, f"{ORDERS}_2": 0.0}
        return {**reading.features, **heard}

    def _heard(self, reading: Reading, but: str = "") -> bool:
        """Whether a cue of a dodge was heard."""
        return any(id != but for id in self._cues_of(reading, _NO_ANSWER))

    def _cues_of(self, reading: Reading, pitfall: str) -> list[str]:
        """The cues of a pitfall that were heard."""
        return [id for id in reading.hits if self.book.cues[id].serves.get(pitfall) == "+"]

    def _answers_a_follow_up(self, reading: Reading) -> bool:
        """Whether a short reply to a narrow question ("By when?") is an answer, not a wave of the hand."""
        if not reading.narrow or len(reading.text.words) > _SHORT:
            return False
        return not self._waves_off(reading)

    def _has_direction(self, reading: Reading) -> bool:
        """Whether a wish to grow or to get somewhere is spoken out, though no place to arrive at."""
        return any(id in reading.hits for id in _DIRECTION)

    def _answered(self, reading: Reading) -> dict[str, tuple[int, list[str]]]:
        """What a narrow question asked for and the reply gives, by criterion."""
        narrow = asked_for(reading.question, self.book) if reading.narrow else []
        if self._waves_off(reading):
            return {}
        found = {id: given(reading, self.book, id) for id in narrow}
        for id in reading.asked:
            # Aimed at, not asked for in so many words: what is said may stand for it in part.
            level, quotes = given(reading, self.book, id)
            found.setdefault(id, (min(level, 1), quotes))
        return found

    def _waves_off(self, reading: Reading) -> bool:
        waved = "dodge" in reading.hits or ORDERS in reading.hits or reading.features["asks_back"]
        return bool(waved) or all(w.text in self.book.empty for w in reading.text.words)

    def _pitfall(self, id: str, quotes: list[str]) -> PitfallFinding:
        pitfall = self.rubric.pitfall(id)
        return PitfallFinding(id=id, quotes=quotes, guidance=list(pitfall.cards[:1]), advice=pitfall.advice)

    def _criteria(
        self, reading: Reading, weights: Weights, *, dodged: bool, pitfalls: int
    ) -> tuple[dict[str, CriterionFinding], int]:
        found: dict[str, CriterionFinding] = {}
        dropped = 0
        answered = {} if dodged else self._answered(reading)
        for criterion in self.rubric.criteria:
            scale = weights.criteria.get(criterion.id)
            level = 0 if dodged or scale is None else scale.level(scale.score(reading.features))
            quotes = evidence(reading, self.book, criterion.id, scale.weights) if level and scale else []
            if level and not quotes:
                quotes = sounding(reading, weights.senses.get(criterion.id))
            if criterion.id in answered and answered[criterion.id][0] > (level if quotes else 0):
                level, quotes = answered[criterion.id]
            if level and not quotes:
                level, dropped = 0, dropped + 1
            if criterion.id == _VISION and not level and not dodged and not pitfalls:
                quotes = evidence(reading, self.book, _VISION, {}) if self._has_direction(reading) else []
                level = int(bool(quotes))
            if criterion.id == _REALISTIC and {found[id].verdict for id in _PLAN if id in found} == {
                "missing"
            }:
                level = min(level, 1)
            advice = (criterion.advice_missing, criterion.advice_partly, criterion.advice_met)[level]
            found[criterion.id] = CriterionFinding(
                verdict=LEVELS[level], quotes=quotes, guidance=list(criterion.cards[:1]), advice=advice
            )
        return found, dropped

    def _unjudged(self, why: str) -> Critique:
        criteria = {
            c.id: CriterionFinding(verdict="missing", guidance=list(c.cards[:1]), advice=c.advice_missing)
            for c in self.rubric.criteria
        }
        return Critique(engine="embedded", criteria=criteria, overall=None, cannot_judge=why)


def _sensed(reading: Reading, weights: Weights) -> Reading:
    """The reading with the features that the weights say how to make of its vector and of its words."""
    features = dict(reading.features)
    for id, sense in weights.senses.items():
        vector = reading.vector(id)
        features[f"{SENSE}{id}"] = 0.0 if vector is None else sense.value(vector)
    if weights.wording:
        worded = weights.wording.values(reading.said)
        features.update({f"{WORDED}{id}": value for id, value in worded.items()})
    return replace(reading, features=features)


def _capped(reply: str) -> str:
    """The first words of a reply, so that no reply takes long; its characters are left as they are."""
    limit = MOST_WORDS * 12
    head = reply[:limit]
    count = 0
    inside = False
    for place, char in enumerate(head):
        if char.isspace():
            inside = False
        elif not inside:
            inside = True
            count += 1
            if count > MOST_WORDS:
                return head[:place].rstrip()
    return head


def _own_or_bundled(folder: Path | None, name: str) -> Path:
    if folder is not None and (folder / name).is_dir():
        return folder / name
    return BUNDLED / name
