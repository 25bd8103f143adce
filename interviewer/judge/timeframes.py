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
_PAST_BEFORE = re.compile(
    r"\b(?:for|past|last|since|been|already|worked|spent|did|done|was|were|had|after|before|took|of|over the last"
    r"|i've|with my|did a|my|in my first|in the last|in the past)\s+(?:(?:the|about|around|over|nearly|almost|some"
    r"|more|than|another|whole|full|last|past|only|just|at|least|now|a|good|my|there|it|me|us)\s+)*$"
)
_PAST_AFTER = re.compile(
    r"^[\s,]*(?:ago|of experience|behind me|old|with (?:a|an|the|my|two)\b|i've|i have (?:been|done|worked)|i was|i did"
    r"|(?:on|as|at|in|of) (?:a|an|the|my|classrooms|ovens|hull|building|forklifts|diesels|fault|retail)\b(?! next))"
)
_AHEAD_BEFORE = re.compile(
    r"\b(?:in|within|inside|under|after|next|coming|about|around|roughly|maybe|say|approximately|another|takes?|give it"
    r"|be|until|by then|perhaps|probably|likely|following|those|these|first|over|by)\s+(?:(?:the|about|around|roughly|maybe|say|approximately"
    r"|perhaps|next|first|coming|a|another|these|those|to|of|like|just|at|most|least|my|his|some|following|few)\s+)*$"
)
_AHEAD_AFTER = re.compile(
    r"^[\s,]*(?:from (?:now|today|here|this)|time\b|'s time|out\b|off\b|away|ahead|down the|i'd|i reckon|i guess|i think|i hope|say\b|maybe"
    r"|tops|max|at (?:most|the most|the latest|least)|or so|on\b(?! the)|later)"
)
_PAST_VERB = re.compile(
    r"\b(?:i've|i have|i was|i did|i worked|i ran|i'd been|i had|i spent|i started|been|ago|worked|were|was|did|took|have done)\b"
)


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
        year: the year that "by 2028" is counted from.
    """

    def __init__(self, book: CueBook, year: int | None = None) -> None:
        lists = book.lists
        self._numbers = lists.numbers
        self._year = year or lists.reference_year
        word = "|".join(sorted(map(re.escape, lists.numbers), key=len, reverse=True))
        num = rf"(?:\d+(?:[.,]\d+)?|(?:{word})(?: (?:{word}))*|half)"
        month = "|".join(lists.months)
        season = "|".join(lists.seasons)
        unit = r"(?:day|week|month|quarter|season|term|semester|year|decade)"
        self._duration = re.compile(
            rf"\b(?P<n>{num})(?:(?: or(?: so)?| to| and|,)? ?,?\s(?:maybe |perhaps |to )?(?P<m>{num}))?"
            rf"(?: and a half| or so| odd| more| full| good| short| further| school)*,? (?P<u>{unit})s?'?\b(?P<h> and a half)?"
        )
        self._half_year = re.compile(
            rf"\b(?:half (?:a |the )?(?P<u>year)|half year)\b|(?:first|next) (?:{unit})\b"
        )
        self._near = re.compile(
            rf"\b(?:this|next|coming|following|from|in|by|until|till|before|starting|starts?|begins?|since|on|for|(?:end|middle|start|beginning) of)"
            rf"(?: the| early| late| mid| (?:end|start|middle|beginning) of| next| this| coming)* "
            rf"(?:{month}|{season}|year|month|week|term|semester|quarter|session|intake)\b(?! ago| before)"
        )
        self._dated = re.compile(
            rf"\b\d{{1,2}}(?:st|nd|rd|th)?(?: of)? (?:{month})\b|\b(?:{month}) \d{{1,2}}\b|\btomorrow\b|\btonight\b"
        )
        self._first_year = re.compile(
            r"\b(?:my|the|this|your|a)? ?(?:first|1st|initial|opening|next|coming|nearest) (?:\w+ )?(?:few )?"
            r"(?:year|months?|weeks?|days?|half year|quarter|season|term)\b"
        )
        self._nth_year = re.compile(rf"\byear (?P<n>{num})\b|\b(?P<o>second|third|fourth|fifth) year\b")
        self._calendar = re.compile(r"\b20[2-9]\d\b")
        self._age = re.compile(
            rf"\b(?:by|at|when i'?m|when i am|time i'?m|time i am|turn|for when i am|age of|before i'?m|before)(?: the age of| about| around| the time i'?m| my)? (?P<mid>mid )?"
            rf"(?P<n>{num}(?: (?:{word}))?|thirties|forties|fifties|sixties)\b(?! (?:percent|people|%|{unit}|\w+s\b))"
        )
        self._now_age = re.compile(
            r"\b(?:i'?m|i am|now i am) (?P<n>\d\d|(?:twenty|thirty|forty|fifty)(?: \w+)?)\b(?: now)?"
        )

    def find(self, text: CleanText, vague: Sequence[Hit] = ()) -> list[TimeFrame]:
        """The time frames that lie ahead, in order of their place; of overlapping ones the longer stays.

        Args:
            text: the clean text.
            vague: hits of the cue for time words without a figure.
        """
        t = text.text
        frames: list[TimeFrame] = []
        for m in self._duration.finditer(t):
            years = self._span(m)
            if years is not None and self._lies_ahead(text, m.start(), m.end(), years):
                frames.append(TimeFrame(m.start(), m.end(), years))
        for m in self._nth_year.finditer(t):
            ordinal = {"second": 2.0, "third": 3.0, "fourth": 4.0, "fifth": 5.0}
            years = ordinal[m["o"]] if m["o"] else self._number(m["n"])
            if years is not None and years <= 15 and not self._sentence_is_past(text, m.start()):
                frames.append(TimeFrame(m.start(), m.end(), years))
        for pattern, years in (
            (self._near, 1.0),
            (self._dated, 1.0),
            (self._first_year, 1.0),
            (self._half_year, 0.5),
        ):
            for m in pattern.finditer(t):
                if "since" in m.group() or self._is_past(text, m.start(), m.end()):
                    continue
                frames.append(TimeFrame(m.start(), m.end(), years))
        frames += self._years(text) + self._ages(t)
        frames += [TimeFrame(hit.start, hit.end, None) for hit in vague]
        return _longest(frames)

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
            decade = {"thirties": 33.0, "forties": 43.0, "fifties": 53.0, "sixties": 63.0}
            age = decade.get(m["n"]) or self._number(m["n"])
            if age is None or not 21 <= age <= 80:
                continue
            if age_now is None and age < 40:
                ahead = 4.0
            else:
                ahead = age - (age_now if age_now is not None else 30.0)
            if ahead > 0 and re.match(r"(?:by|when|at|time|for|turn|age|before)", m.group()):
                found.append(TimeFrame(m.start(), m.end(), ahead))
        return found

    def _span(self, m: re.Match[str]) -> float | None:
        low, high = self._number(m["n"]), self._number(m["m"]) if m["m"] else None
        amount = low if high is None else (high if low is None else max(low, high))
        if amount is None:
            return None
        return (amount + (0.5 if m["h"] else 0.0)) * _UNIT_YEARS[m["u"]]

    def _number(self, text: str) -> float | None:
        """A number in digits or words, None where it is none."""
        if re.fullmatch(r"\d+(?:[.,]\d+)?", text):
            return float(text.replace(",", "."))
        if text == "half":
            return 0.5
        total = 0.0
        for word in text.split():
            if word not in self._numbers:
                return None
            value = self._numbers[word]
            total = total * value if value in (100.0, 1000.0) and total else total + value
        return total

    def _lies_ahead(self, text: CleanText, start: int, end: int, years: float) -> bool:
        sentence = text.sentences[text.sentence_at(start)]
        before = text.text[sentence.start : start]
        after = text.text[end : sentence.end]
        if re.match(r"\s*(?:ago|of experience)", after):
            return False
        if re.search(r"\b(?:since|last|past|ago)\s+(?:\w+\s+)?$", before):
            return False
        if re.match(
            r"^[\s,]*(?:from (?:now|today|here)|from this|time\b(?! job)|'s time|down the|out\b|away|ahead)",
            after,
        ):
            return True
        if re.search(
            r"\b(?:in|within|inside)\s+(?:(?:the|about|around|roughly|maybe|like|say|next|just|some|under|perhaps|er|first|at most)\s+){0,3}$",
            before,
        ):
            return not (
                re.search(
                    r"\b(?:did|done|got|reached|finished|learned|passed|made|went|took|was|were|had)\b[^,]*$",
                    before,
                )
                and years < 3
                and not re.search(r"\b(?:want|will|would|i'd|be|like)\b", before)
            )
        if _PAST_AFTER.match(after) or _PAST_BEFORE.search(before):
            return False
        if _AHEAD_BEFORE.search(before) or _AHEAD_AFTER.match(after):
            return not re.search(r"\b(?:i've|i have|i was|i worked|took)\b[^,]*$", before)
        clause = text.clause_at(start, end)
        return not _PAST_VERB.search(text.text, clause.start, clause.end)

    def _is_past(self, text: CleanText, start: int, end: int) -> bool:
        before = text.text[max(0, start - 60) : start]
        after = text.text[end : end + 12]
        if re.match(r"\s*ago", after):
            return True
        clause = text.clause_at(start, end)
        inside = text.text[clause.start : clause.end]
        if re.search(r"\b(?:will|i'd|would|want|going to|starts|booked|next|coming|like to|this)\b", inside):
            return False
        return bool(
            re.search(
                r"\b(?:was|were|passed|finished|got|did|left|last|since|took|failed|made|had|said|wanted|went)\b[^.]*$",
                before + text.text[start:end],
            )
        ) and bool(
            re.search(
                r"\b(?:was|were|passed|finished|got|did|left|last|took|failed|made|had|said|wanted|went)\b",
                inside,
            )
        )

    def _sentence_is_past(self, text: CleanText, place: int) -> bool:
        sentence = text.sentences[text.sentence_at(place)]
        inside = text.text[sentence.start : sentence.end]
        return bool(_PAST_VERB.search(inside)) and not re.search(
            r"\b(?:will|i'd|would|want|like to|then)\b", inside
        )


def _longest(frames: list[TimeFrame]) -> list[TimeFrame]:
    kept: list[TimeFrame] = []
    for frame in sorted(frames, key=lambda f: (-(f.years is not None), f.start - f.end, f.start)):
        if all(frame.end <= k.start or k.end <= frame.start for k in kept):
            kept.append(frame)
    return sorted(kept, key=lambda f: f.start)
