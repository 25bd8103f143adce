"""Finds time frames in a clean text and says how far ahead they lie, in years.

Only what lies ahead counts: "four years on a ward" or "two years ago" are the past. The words are in
`knowledge/cues/lists.yaml`; the grammar of a time frame is here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from interviewer.judge.cues import CueBook, Hit
from interviewer.judge.text import CleanText

NEAR_YEARS = 1.25
FAR_YEARS = 5.0
_UNIT_YEARS = {
    "day": 1 / 365, "week": 1 / 52, "month": 1 / 12, "quarter": 0.25, "season": 0.5, "term": 1 / 3,
    "semester": 0.5, "year": 1.0, "decade": 10.0,
}  # fmt: skip
_SMALL = (
    r"(?:the|about|around|roughly|maybe|perhaps|say|like|just|some|another|a|at|most|least"
    r"|only|next|first|few)"
)
_PAST_BEFORE = re.compile(
    r"\b(?:for|past|last|since|been|already|worked|spent|did|done|was|were|had|after|before|took|of|i've"
    r"|with my|did a|my|in the last|in the past)\s+(?:(?:over|nearly|almost|more|than|whole|full|last|past"
    rf"|now|good|my|there|it|me|us|{_SMALL})\s+)*$"
)
_PAST_AFTER = re.compile(
    r"^[\s,]*(?:ago|of experience|behind me|old|i've|i have (?:been|done|worked)|i was|i did"
    r"|with (?:a|an|the|my|two)\b|(?:on|as|at|in|of) (?:a|an|the|my|hospital|classrooms|building|retail)\b)"
)
_AHEAD_BEFORE = re.compile(
    r"\b(?:in|within|inside|under|after|next|coming|about|around|roughly|maybe|say|approximately|another"
    r"|takes?|give it|be|until|by then|perhaps|probably|likely|following|those|these|first|over|by)[\s,]+"
    rf"(?:(?:approximately|coming|these|those|to|of|my|his|following|what|{_SMALL})[\s,]+)*$"
)
_AHEAD_AFTER = re.compile(
    r"^[\s,]*(?:from (?:now|today|here|this)|time\b|'s time|out\b|off\b|away|ahead|down the|i'd|i reckon"
    r"|i guess|i think|i hope|say\b|maybe|tops|max"
    r"|at (?:most|the most|the latest|least)|or so|on(?=\s*(?:[,.;]|$|i\b))|later)"
)
_SURELY_AHEAD_AFTER = re.compile(r"^[\s,]*(?:from (?:now|today|here|this)|'s time|down the|out\b|away|ahead)")
_IN = re.compile(rf"\b(?:in|within|inside)\s+(?:(?:under|my|your|these|those|his|{_SMALL})\s+){{0,3}}$")
_NEXT = re.compile(r"\b(?:next|coming|another)\s+(?:\w+\s+)?$")
_AGO = re.compile(r"\b(?:since|last|past|ago)\s+(?:\w+\s+)?$")
_WILL_FOR = re.compile(r"\b(?:i'd|i'll|will|would|want)\b[^,]*\bfor\s+(?:\w+\s+)?$")
_DID = re.compile(r"\b(?:did|done|got|reached|finished|learned|passed|made|went|took|was|were|had)\b[^,]*$")
_WANTS = re.compile(r"\b(?:want|will|would|i'd|i'll|be|like)\b")
_HAS_DONE = re.compile(r"\b(?:i've|i have|i was|i worked|took)\b[^,]*$")
_PAST_VERB = re.compile(
    r"\b(?:i've|i have|i was|i did|i ran|i'd been|i had|i spent|i started|been|ago|made|already|i work"
    r"|i climb|i drive|i do this|worked|were|was|did|took)\b"
)
_COMES = re.compile(
    r"\b(?:will|i'd|i'll|would|want|going to|starts?|booked|next|coming|like to|this|i do|i make)\b"
)
_WAS = re.compile(
    r"\b(?:was|were|passed|finished|got|did|left|last|since|took|failed|made|had|said|wanted|went)\b"
)
_MILESTONE = r"(?:year|months?|weeks?|days?|half year|quarter|season|term)"
_UNIT = r"(?:day|week|month|quarter|season|term|semester|year|decade)"
_STAGE = r"(?:end|middle|start|beginning) of"
_ORDINALS = {"second": 2.0, "third": 3.0, "fourth": 4.0, "fifth": 5.0}
_DECADES = {"thirties": 33.0, "forties": 43.0, "fifties": 53.0, "sixties": 63.0}
_USUAL_AGE = 30.0
_SOON_AGE, _SOON_AGE_YEARS = 40, 4.0


@dataclass(frozen=True)
class TimeFrame:
    """One time frame: its range in the clean text and how many years ahead its end lies.

    `years` is None for time words without a figure ("soon", "one day").
    """

    start: int
    end: int
    years: float | None

    @property
    def kind(self) -> Literal["near", "mid", "far", "vague"]:
        """Within about a year, within five years, further, or without a figure."""
        if self.years is None:
            return "vague"
        if self.years <= NEAR_YEARS:
            return "near"
        return "mid" if self.years <= FAR_YEARS else "far"


class TimeFinder:
    """Finds time frames.

    Args:
        book: its lists name the numbers, months and seasons.
        year: the year that "by 2028" is counted from (None: the lists' reference year).
    """

    def __init__(self, book: CueBook, year: int | None = None) -> None:
        lists = book.lists
        self._numbers = lists.numbers
        self._year = year or lists.reference_year
        word = "|".join(sorted((w for w in lists.numbers if len(w) > 2), key=len, reverse=True))
        number = (
            r"(?:\d+(?:[.,]\d+)?|(?:a )?couple(?: of)?|(?:a )?few|several|half|an?"
            rf"|(?:{word})(?: (?:{word}))*)"
        )
        month, season = "|".join(lists.months), "|".join(lists.seasons)
        self._duration = re.compile(
            rf"\b(?P<n>{number})(?:(?: or(?: so)?| to| and|,)? ?,?\s(?:maybe |perhaps |to )?(?P<m>{number}))?"
            rf"(?: and a half| or so| odd| more| full| good| short| further| school)*,? (?P<u>{_UNIT})s?'?\b"
            r"(?: and a half)?"
        )
        self._near = (
            re.compile(
                rf"\b(?:this|next|coming|following|from|in|by|until|till|before|starting|starts?|begins?|on|for"
                rf"|{_STAGE})(?: the| early| late| mid| {_STAGE}| next| this| coming)* "
                rf"(?:{month}|{season}|year|month|week|term|semester|quarter|session|intake)\b"
                r"(?! ago| before)"
            ),
            re.compile(
                rf"\b\d{{1,2}}(?:st|nd|rd|th)?(?: of)? (?:{month})\b|\b(?:{month}) \d{{1,2}}\b|\btomorrow\b"
                r"|\bwithin the year\b|\bthe year after(?: next)?\b"
            ),
            re.compile(
                r"\b(?:my|the|this|your|a)? ?(?:first|1st|initial|opening|next|coming|nearest)"
                rf" (?:few |couple of |half )?{_MILESTONE}\b"
            ),
            re.compile(r"\bhalf (?:a |the )?year\b"),
        )
        self._nth_year = re.compile(rf"\byear (?P<n>{number})\b|\b(?P<o>{'|'.join(_ORDINALS)}) year\b")
        self._calendar = re.compile(r"\b20[2-9]\d\b")
        self._age = re.compile(
            r"\b(?:by|at|when i'?m|when i am|time i'?m|time i am|turn|age of|before i'?m|before)"
            r"(?: the age of| about| around| the time i'?m| my)?(?: mid)? "
            rf"(?P<n>\d\d\b|(?:{word})(?: (?:{word}))*|{'|'.join(_DECADES)})\b"
            rf"(?! (?:percent|people|%|{_UNIT}|\w+s\b))"
        )
        self._now_age = re.compile(
            r"(?<!when )(?<!time )\b(?:i'?m|i am) (?P<n>\d\d\b|(?:twenty|thirty|forty|fifty)(?: \w+)?)"
            r"(?! \w*(?:percent|min))"
        )

    def find(self, text: CleanText, vague: Sequence[Hit] = ()) -> list[TimeFrame]:
        """The time frames that lie ahead, in order of their place; of overlapping ones the longer stays.

        Args:
            text: the clean text.
            vague: hits of the cue for time words without a figure.
        """
        frames = [*self._durations(text), *self._milestones(text), *self._years(text), *self._ages(text.text)]
        frames += [TimeFrame(hit.start, hit.end, None) for hit in vague]
        return _longest(frames)

    def _durations(self, text: CleanText) -> list[TimeFrame]:
        found = []
        for m in self._duration.finditer(text.text):
            years = None if self._is_rate(text.text, m) else self._span(m)
            if years is not None and self._lies_ahead(text, m.start(), m.end(), years):
                found.append(TimeFrame(m.start(), m.end(), years))
        return found

    def _milestones(self, text: CleanText) -> list[TimeFrame]:
        found = []
        for m in self._nth_year.finditer(text.text):
            years = _ORDINALS[m["o"]] if m["o"] else self._number(m["n"])
            if years is not None and years <= 3 * FAR_YEARS and not _is_past(text, m.start(), m.end()):
                found.append(TimeFrame(m.start(), m.end(), years))
        for pattern in self._near:
            for m in pattern.finditer(text.text):
                if not _is_past(text, m.start(), m.end()):
                    found.append(TimeFrame(m.start(), m.end(), 1.0))
        return found

    def _years(self, text: CleanText) -> list[TimeFrame]:
        found = []
        for m in self._calendar.finditer(text.text):
            ahead = int(m.group()) - self._year
            if ahead >= 0:
                found.append(TimeFrame(m.start(), m.end(), max(0.5, float(ahead))))
        return found

    def _ages(self, t: str) -> list[TimeFrame]:
        now = self._now_age.search(t)
        age_now = self._number(now["n"]) if now else None
        found = []
        for m in self._age.finditer(t):
            age = _DECADES.get(m["n"]) or self._number(m["n"])
            if age is None or not 21 <= age <= 80:
                continue
            soon = age_now is None and age < _SOON_AGE
            ahead = _SOON_AGE_YEARS if soon else age - (_USUAL_AGE if age_now is None else age_now)
            if ahead > 0:
                found.append(TimeFrame(m.start(), m.end(), ahead))
        return found

    def _is_rate(self, t: str, m: re.Match[str]) -> bool:
        """Whether it is no time frame but a rate ("120 a day") or a saying ("one day")."""
        if (m["n"] == "one" and m["u"] == "day") or m["m"] in ("a", "an"):
            return True
        if m["n"] not in ("a", "an"):
            return False
        before = (t[: m.start()].split() or [""])[-1]
        if m["u"] in ("day", "week"):
            return before not in ("in", "within")
        return before in self._numbers or before[:1].isdigit() or before in ("times", "once", "twice")

    def _span(self, m: re.Match[str]) -> float | None:
        low = self._number(m["n"])
        high = self._number(m["m"]) if m["m"] and m["m"] not in ("a", "an") else None
        amounts = [n for n in (low, high) if n is not None]
        if not amounts:
            return None
        return (max(amounts) + (0.5 if " and a half" in m.group() else 0.0)) * _UNIT_YEARS[m["u"]]

    def _number(self, text: str) -> float | None:
        """A number in digits or words, None where it is none."""
        if re.fullmatch(r"\d+(?:[.,]\d+)?", text):
            return float(text.replace(",", "."))
        if text == "half":
            return 0.5
        total = 0.0
        for word in re.sub(r"^an? (?=couple|few)| of$", "", text).split():
            if word not in self._numbers:
                return None
            value = self._numbers[word]
            total = total * value if value in (100.0, 1000.0) and total else total + value
        return total

    def _lies_ahead(self, text: CleanText, start: int, end: int, years: float) -> bool:
        sentence = text.sentences[text.sentence_at(start)]
        before, after = text.text[sentence.start : start], text.text[end : sentence.end]
        if re.match(r"\s*(?:ago|of experience)", after) or _AGO.search(before):
            return False
        if _SURELY_AHEAD_AFTER.match(after) or _NEXT.search(before):
            return True
        if _IN.search(before):
            return not (_DID.search(before) and years < 3 and not _WANTS.search(before))
        if _WILL_FOR.search(before) and not _PAST_VERB.search(before):
            return True
        if _PAST_AFTER.match(after) or _PAST_BEFORE.search(before):
            return False
        if _AHEAD_BEFORE.search(before) or _AHEAD_AFTER.match(after):
            return not _HAS_DONE.search(before)
        clause = text.clause_at(start, end)
        return years <= FAR_YEARS and not _PAST_VERB.search(text.text, clause.start, clause.end)


def _is_past(text: CleanText, start: int, end: int) -> bool:
    """Whether the clause around a date or a milestone tells of the past ("passed in June")."""
    if re.match(r"\s*ago", text.text[end : end + 12]):
        return True
    clause = text.clause_at(start, end)
    inside = text.text[clause.start : clause.end]
    return bool(_WAS.search(inside)) and not _COMES.search(inside)


def _longest(frames: list[TimeFrame]) -> list[TimeFrame]:
    kept: list[TimeFrame] = []
    for frame in sorted(frames, key=lambda f: (-(f.years is not None), f.start - f.end, f.start)):
        if all(frame.end <= k.start or k.end <= frame.start for k in kept):
            kept.append(frame)
    return sorted(kept, key=lambda f: f.start)
