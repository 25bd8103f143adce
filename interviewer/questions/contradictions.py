"""Notices that a later reply contradicts an earlier one, by the stances in `prompts/contradictions.yaml`.

Precision comes before recall: parts of a sentence that hold a condition, a doubt, the past or another person
as the one who wants are passed over, and so is a reply that takes both sides or says that it corrects itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from interviewer.questions.data import Contradictions, Timeframe, Topic, contradiction_words

QUOTE_WORDS, QUOTE_CHARS = 16, 110
"""The most that is quoted of a reply, so that the question about it stays short."""

SAME = 0.6
"""Share of words that two objects must have in common to be the same thing."""


@dataclass(frozen=True)
class Contradiction:
    """An earlier reply's turn number, the words of both (verbatim), what it is about, and the rubric ids."""

    turn: int
    earlier_quote: str
    later_quote: str
    topic: str
    focus: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Stance:
    """One side taken (`a`, `b`, or months), about which words, said how."""

    side: str
    about: frozenset[str]
    quote: str
    low: float = 0
    high: float = 0


def find_contradiction(earlier: Sequence[tuple[int, str]], reply: str) -> Contradiction | None:
    """The first contradiction between a reply and the ones before it.

    Args:
        earlier: turn number and text of each earlier reply, oldest first.
        reply: the new one.

    Raises:
        DataFileError: `prompts/contradictions.yaml` is broken.
    """
    return next(contradictions(earlier, reply), None)


def contradictions(earlier: Sequence[tuple[int, str]], reply: str) -> Iterator[Contradiction]:
    """All contradictions between a reply and the ones before it, latest of them first within a topic."""
    words = contradiction_words()
    if not earlier or words.corrected.search(_plain(reply)):
        return
    for topic in words.topics:
        now = _stances(words, topic, reply)
        for number, text in reversed(earlier):
            pair = _opposed(_stances(words, topic, text), now) if now else None
            if pair:
                yield Contradiction(number, pair[0].quote, pair[1].quote, topic.id, topic.focus)
                break
    frame = words.timeframe
    now = _times(words, frame, reply)
    for number, text in reversed(earlier):
        pair = _apart(_times(words, frame, text), now, frame.ratio) if now else None
        if pair:
            yield Contradiction(number, pair[0].quote, pair[1].quote, frame.id, frame.focus)
            break


def _segments(words: Contradictions, text: str) -> list[str]:
    """The parts of a reply that can be held against the candidate."""
    parts = (part.strip() for part in words.segments.split(_plain(text)))
    return [part for part in parts if part and not any(skip.search(part) for skip in words.skip)]


def _stances(words: Contradictions, topic: Topic, text: str) -> list[_Stance]:
    """The sides of a topic that a reply takes; none where it takes both about the same thing."""
    found: list[_Stance] = []
    for segment in _segments(words, text):
        sides = {side: _side(words, topic, segment, side) for side in ("b", "a")}
        found += sides["b"] or sides["a"]
    if _opposed(found, found):
        return []
    return [replace(stance, quote=_verbatim(stance.quote, text)) for stance in found]


def _side(words: Contradictions, topic: Topic, segment: str, side: str) -> list[_Stance]:
    """The stances of one side's patterns in one part of a sentence, with their denials turned round."""
    found = []
    for pattern in topic.a if side == "a" else topic.b:
        match = pattern.search(segment)
        if match is None or not _own(words, segment, match):
            continue
        taken = side
        if words.negation.search(segment[: match.start()]):
            if not topic.flips:
                continue
            taken = "b" if side == "a" else "a"
        about = match.groupdict().get("object") or ""
        found.append(_Stance(taken, _content(words, about), _window(segment, match)))
    return found


def _own(words: Contradictions, segment: str, match: re.Match[str]) -> bool:
    """True where the candidate speaks of themselves: nobody else stands nearer before the stance."""
    before = segment[: match.start()]
    others = [found.start() for found in words.others.finditer(before)]
    if words.first_person.match(match.group()) or not others:
        return True
    own = [found.start() for found in words.first_person.finditer(before)]
    return bool(own) and own[-1] > others[-1]


def _content(words: Contradictions, text: str) -> frozenset[str]:
    """The first few words that carry meaning, without plural endings."""
    kept = [word for word in re.findall(r"[\w+#]+", text.casefold()) if word not in words.empty_words]
    return frozenset(re.sub(r"(?<=\w\w\w)s$", "", word) for word in kept[:4])


def _window(segment: str, match: re.Match[str]) -> str:
    """The words around a match, cut to what can be quoted back: what follows goes first."""
    start, end = match.span()
    lead = re.search(r"(?:[^\s,]+\s+){0,4}$", segment[:start])
    first = lead.start() if lead else start
    comma = segment.find(",", end)
    quote = _tidy(segment[first : comma if comma >= 0 else len(segment)])
    while _too_long(quote) and len(quote) > end - first:
        quote = _tidy(quote.rpartition(" ")[0])
    while _too_long(quote):
        quote = _tidy(quote.partition(" ")[2])
    return quote


def _too_long(quote: str) -> bool:
    return len(quote) > QUOTE_CHARS or len(quote.split()) > QUOTE_WORDS


def _tidy(quote: str) -> str:
    return quote.strip(" ,:'\"")


def _verbatim(quote: str, text: str) -> str:
    """The quote as the candidate typed it, with their own kind of apostrophe."""
    at = _plain(text).find(quote)
    return text[at : at + len(quote)] if at >= 0 else ""


def _plain(text: str) -> str:
    """The text with straight apostrophes, letter for letter."""
    return text.replace("’", "'")


def _same(one: frozenset[str], other: frozenset[str]) -> bool:
    """True where both mean the same thing, or one of the topic's patterns has no object."""
    if not one or not other:
        return True
    return len(one & other) / len(one | other) >= SAME


def _opposed(earlier: Sequence[_Stance], later: Sequence[_Stance]) -> tuple[_Stance, _Stance] | None:
    for one in earlier:
        for other in later:
            if one.side != other.side and _same(one.about, other.about) and one.quote and other.quote:
                return one, other
    return None


def _times(words: Contradictions, frame: Timeframe, text: str) -> list[_Stance]:
    """Goals with a time to them, in months."""
    found = []
    for segment in _segments(words, text):
        if not frame.future.search(segment):
            continue
        for match in chain(frame.goal_first.finditer(segment), frame.time_first.finditer(segment)):
            low, high = (_number(frame, match[name]) for name in ("low", "high"))
            about = _content(words, match["goal"])
            if low and about and _own(words, segment, match):
                unit = frame.months[match["unit"].lower()]
                quote = _verbatim(_window(segment, match), text)
                found.append(_Stance("time", about, quote, low * unit, (high or low) * unit))
    return found


def _number(frame: Timeframe, word: str | None) -> float:
    if not word:
        return 0
    return float(word) if word.isdecimal() else frame.numbers.get(word.lower(), 0)


def _apart(
    earlier: Sequence[_Stance], later: Sequence[_Stance], ratio: float
) -> tuple[_Stance, _Stance] | None:
    for one in earlier:
        for other in later:
            near, far = sorted((one, other), key=lambda stance: stance.low)
            if _same(one.about, other.about) and far.low >= ratio * near.high and one.quote and other.quote:
                return one, other
    return None
