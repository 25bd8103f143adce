"""Turns a reply into named numbers between 0 and 1, none of which grows with sheer length or repetition.

Every number says that something is there (once, or in more than one wording), never how often it is said.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from interviewer.judge.cues import CueBook, Hit
from interviewer.judge.declared import DERIVED
from interviewer.judge.joint import GOAL, STEP, joint_features, question_features
from interviewer.judge.meaning import Floats, Meaning, Unit, units_of, vector_of
from interviewer.judge.plain import said_in
from interviewer.judge.text import CleanText, Span, outside
from interviewer.judge.timeframes import TimeFinder, TimeFrame
from interviewer.judge.unsaid import UNSAYING, unsaid_in
from interviewer.judge.weights import SENSE
from interviewer.judge.wording import WORDED
from knowledge import PITFALL_IDS

SHAPES = frozenset({"few_words", "asks_back", "ends_asking", "orders", "orders_2"})
"""Form and orders: they may only speak for what they are declared for. Length is no merit."""
_WITH_PLAN = (
    "with_you",
    "here",
    "your_thing",
    "overlap",
    "because_any",
    "then_next",
    "skill_named",
    "strong_feeling",
)
_TWICE = 2
LIKE, HEARD = "like_", "heard_"
SAYS_NOTHING, SURELY_NOTHING = 1.5, 2.5
"""Log odds from which a sentence is taken for empty talk: one in which nothing was found, and any other."""
HINTS = frozenset({"family_mention", "near_ignored"})
"""Cues that say too little alone to count as having heard a pitfall."""
_WORD = re.compile(r"[a-z]{4,}")
_OF_CUE = re.compile(r"_(?:[2346]|in_goal|in_step|in_plan)$")


@dataclass
class Reading:
    """What was found in one reply.

    `features` are the named numbers; `hits` the cues' places; `frames` the time frames; `overlap` the places
    of words that the reply shares with role and employer; `likeness` how like the exemplars of each pitfall
    the most alike words are, and where; `units` its sentences and clauses with their word vectors; `said`
    what it says in words alone, `whole` the vector of that, `heard` that of the sentences in which a cue was
    found; `narrow` whether the question was a follow-up about one thing, so that a short reply may answer it,
    and `question` that question; `asked` the ids that the interviewer aimed it at, where that is known.
    """

    text: CleanText
    hits: dict[str, list[Hit]]
    frames: list[TimeFrame]
    overlap: list[Hit]
    narrow: bool = False
    question: str = ""
    asked: tuple[str, ...] = ()
    likeness: dict[str, tuple[float, Span]] = field(default_factory=dict)
    units: list[Unit] = field(default_factory=list)
    said: str = ""
    whole: Floats | None = None
    heard: Floats | None = None
    features: dict[str, float] = field(default_factory=dict)

    def vector(self, id: str) -> Floats | None:
        """The vector that tells how an id sounds.

        Of a criterion it is that of the sentences with something to judge, so that talk round them does not
        count; a pitfall may show in words that no cue knows.
        """
        return self.whole if id in PITFALL_IDS else self.heard


class Reader:
    """Reads replies.

    Args:
        book: the cues.
        year: the year that calendar years are counted from (None: the cue files' reference year).
        meaning: compares sentences with exemplars (None: they are not compared).
    """

    def __init__(self, book: CueBook, year: int | None = None, meaning: Meaning | None = None) -> None:
        self.book = book
        self._meaning = meaning
        self._times = TimeFinder(book, year)

    def read(self, reply: str, *, role: str = "", company: str = "", question: str = "") -> Reading:
        """Find everything that the verdicts are drawn from."""
        text = self.book.clean(reply)
        hits = self.book.find(text)
        unsaid = unsaid_in(text, hits, self.book, self._meaning)
        hits = {
            id: kept
            for id, found in hits.items()
            if (kept := found if id in UNSAYING else outside(found, unsaid))
        }
        frames = outside(self._times.find(text, hits.get("vague_time", ())), unsaid)
        hits = self._beside(text, hits)
        reading = Reading(text, hits, frames, self._overlap(text, f"{role} {company}"))
        reading.narrow, reading.question = self.is_narrow(question), question
        if self._meaning:
            reading.units = units_of(text, self.book, unsaid)
            odds = self._meaning.odds(reading.units)
            reading.likeness = self._meaning.likeness(reading.units, odds)
            counted = outside(text.sentences, unsaid)
            heard = self._heard_in(reading, counted)
            empty = zip(reading.units, self._meaning.empty_talk(odds), strict=True)
            said = _telling(counted, heard, {unit.span: value for unit, value in empty})
            heard = [sentence for sentence in heard if sentence in said]
            reading.said = said_in(text, said, self.book)
            reading.whole = vector_of(reading.said)
            other = heard and heard != said
            reading.heard = vector_of(said_in(text, heard, self.book)) if other else reading.whole
        reading.features = self._features(reading, role, company, question)
        return reading

    def sign(self, feature: str, id: str) -> int | None:
        """+1 or -1 where a feature is declared to speak for or against an id, else None."""
        for kind in (LIKE, HEARD, SENSE, WORDED):
            if feature.startswith(kind):
                return 1 if feature == kind + id else None
        declared = DERIVED.get(feature, "").split()
        if f"+{id}" in declared:
            return 1
        if f"-{id}" in declared:
            return -1
        cue = self.book.cues.get(_OF_CUE.sub("", feature))
        served = cue.serves.get(id) if cue else None
        if served is None:
            return 1 if feature.startswith("overlap_in") and id == "relevant_to_role" else None
        return 1 if served == "+" else -1

    def _heard_in(self, reading: Reading, sentences: Sequence[Span]) -> list[Span]:
        """The sentences in which a time frame was found, or a cue of more than a dodge."""
        speaking = [id for id in reading.hits if self.book.cues[id].speaks]
        places = [hit.start for id in speaking for hit in reading.hits[id]]
        numbers = {reading.text.sentence_at(place) for place in [*places, *(f.start for f in reading.frames)]}
        return [s for s in sentences if reading.text.sentence_at(s.start) in numbers]

    def _heard(self, reading: Reading, values: Mapping[str, float]) -> dict[str, float]:
        """Whether any cue of a pitfall is there: a cue that the labelled replies hardly show counts too."""
        served = {
            pitfall
            for id in reading.hits
            if id not in HINTS
            for pitfall, sign in self.book.cues[id].serves.items()
            if sign == "+"
        }
        if values["commission_post"]:
            served.discard("money_motive")
        return {f"{HEARD}{id}": float(id in served) for id in PITFALL_IDS}

    def is_of_cue(self, feature: str) -> bool:
        """Whether a feature says that a cue, or a word shared with the employer, is there."""
        return _OF_CUE.sub("", feature) in self.book.cues or feature.startswith("overlap")

    def _beside(self, text: CleanText, hits: dict[str, list[Hit]]) -> dict[str, list[Hit]]:
        """Leave out what counts only in the same sentence as a goal or a step, where it stands elsewhere."""
        plan = {text.sentence_at(h.start) for id in (*GOAL, *STEP) for h in hits.get(id, ())}
        kept: dict[str, list[Hit]] = {}
        for id, found in hits.items():
            if self.book.cues[id].beside == "plan":
                found = [h for h in found if text.sentence_at(h.start) in plan]
            if found:
                kept[id] = found
        return kept

    def is_narrow(self, question: str) -> bool:
        """Whether a question is about one thing, not about the candidate's goals as a whole."""
        asked = question.lower()
        return bool(asked) and not any(words in asked for words in self.book.lists.open_questions)

    def _overlap(self, text: CleanText, about: str) -> list[Hit]:
        wanted = {_stem(w) for w in _WORD.findall(about.lower()) if w not in self.book.stop}
        return [
            Hit("overlap", w.start, w.end)
            for w in text.words
            if w.text not in self.book.stop and len(w.text) >= 4 and _stem(w.text) in wanted
        ]

    def _features(self, reading: Reading, role: str, company: str, question: str) -> dict[str, float]:
        values: dict[str, float] = {}
        for id in self.book.cues:
            distinct = _distinct(reading.text, reading.hits.get(id, ()))
            values[id] = float(distinct >= 1)
            values[f"{id}_2"] = float(distinct >= _TWICE)
        for id, steps in (
            ("pinned_detail", (3, 4, 6)),
            ("private_detail", (3,)),
            ("content", (3,)),
            ("money_goal", (3,)),
        ):
            distinct = _distinct(reading.text, reading.hits.get(id, ()))
            for step in steps:
                values[f"{id}_{step}"] = float(distinct >= step)
        values.update(_time_features(reading))
        values.update(_fit_features(reading, role, company))
        values.update(_shape_features(reading))
        values.update(joint_features(values))
        values.update(_plan_features(reading))
        values.update(question_features(question))
        values.update(self._heard(reading, values))
        values.update(
            {f"{LIKE}{id}": reading.likeness[id][0] if id in reading.likeness else 0.0 for id in PITFALL_IDS}
        )
        return values


def _telling(sentences: Sequence[Span], heard: Sequence[Span], empty: Mapping[Span, float]) -> Sequence[Span]:
    """The sentences but those that sound empty, sooner where nothing was heard; all where none is left.

    Args:
        sentences: those to choose from.
        heard: those in which something was found.
        empty: how empty each sounds; one that is not there does not.
    """

    def tells(sentence: Span) -> bool:
        limit = SURELY_NOTHING if sentence in heard else SAYS_NOTHING
        return empty.get(sentence, 0.0) < limit

    return list(filter(tells, sentences)) or sentences


def _distinct(text: CleanText, hits: Sequence[Hit]) -> int:
    return len({text.text[h.start : h.end] for h in _apart(hits)})


def _apart(hits: Sequence[Hit]) -> list[Hit]:
    kept: list[Hit] = []
    for hit in sorted(hits, key=lambda h: (h.start, h.start - h.end)):
        if not kept or hit.start >= kept[-1].end:
            kept.append(hit)
    return kept


def _stem(word: str) -> str:
    for ending in ("ings", "ing", "ers", "ies", "es", "er", "ed", "s", "y"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word[: -len(ending)]
    return word


def _time_features(reading: Reading) -> dict[str, float]:
    kinds = {frame.kind for frame in reading.frames}
    wanting = {
        reading.text.sentence_at(h.start)
        for id in (*GOAL, "destination_words")
        for h in reading.hits.get(id, ())
    }
    with_goal = {f.kind for f in reading.frames if reading.text.sentence_at(f.start) in wanting}
    return {
        "time_near": float("near" in kinds),
        "time_mid": float("mid" in kinds),
        "time_far": float("far" in kinds),
        "time_vague": float("vague" in kinds),
        "time_in_5": float(bool(kinds & {"near", "mid"})),
        "time_near_and_mid": float({"near", "mid"} <= kinds),
        "time_far_only": float("far" in kinds and not kinds & {"near", "mid"}),
        "time_far_no_mid": float("far" in kinds and "mid" not in kinds),
        "time_far_goal": float("far" in with_goal),
        "time_mid_goal": float("mid" in with_goal),
        "time_vague_only": float(kinds == {"vague"}),
        "time_none": float(not kinds),
    }


def _fit_features(reading: Reading, role: str, company: str) -> dict[str, float]:
    words = {reading.text.text[h.start : h.end] for h in reading.overlap}
    about = f"{role} {company}".lower()
    pays_commission = "commission" in about and "fixed" not in about
    return {
        "overlap_1": float(len(words) >= 1),
        "overlap_2": float(len(words) >= 2),
        "commission_post": float(pays_commission),
        "money_goal_no_commission": float("money_goal" in reading.hits and not pays_commission),
    }


def _shape_features(reading: Reading) -> dict[str, float]:
    text = reading.text
    ends = [text.text[s.end : s.end + 1] for s in text.sentences]
    words = len({w.text for w in text.words})
    return {
        "asks_back": float("?" in ends),
        "ends_asking": float(bool(ends) and ends[-1] == "?"),
        "few_words": float(words < 8),
    }


def _plan_features(reading: Reading) -> dict[str, float]:
    """Whether a cue stands in the same sentence as a goal or a step (`x_in_plan`)."""
    text = reading.text
    goals = {text.sentence_at(h.start) for id in GOAL for h in reading.hits.get(id, ())}
    steps = {text.sentence_at(h.start) for id in STEP for h in reading.hits.get(id, ())}
    values: dict[str, float] = {}
    for id in _WITH_PLAN:
        hits = reading.overlap if id == "overlap" else reading.hits.get(id, ())
        places = {text.sentence_at(h.start) for h in hits}
        values[f"{id}_in_goal"] = float(bool(places & goals))
        values[f"{id}_in_step"] = float(bool(places & steps))
        values[f"{id}_in_plan"] = float(bool(places & (goals | steps)))
    near = {text.sentence_at(f.start) for f in reading.frames if f.kind == "near"}
    values["near_in_step"] = float(bool(near & steps))
    return values
