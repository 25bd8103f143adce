"""What of a reply is judged as if it had not been said: orders, grand words, what is taken back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from interviewer.judge.cues import CueBook, Hit
from interviewer.judge.meaning import TAKEN_BACK, Meaning
from interviewer.judge.plain import plain
from interviewer.judge.text import CleanText, Span

ORDERS, DISAVOWED, NO_GOAL_LEFT = "orders", "disavowed", "no_goal_left"
"""Cues, like `TAKEN_BACK`; the last two take back only together."""
UNSAYING = (ORDERS, TAKEN_BACK, DISAVOWED, NO_GOAL_LEFT)
_VISION = "long_term_vision"
ENDING = 3
"""So many sentences at most take back what comes before them."""
SOUNDS, SOUNDS_AND_SAYS = 2.5, 0.5
"""Log odds from which an ending takes back: by its sound alone, and with one of the two cues in it."""
_LONG_SENTENCE = 30
_FEW_GRAND, _GRAND_SHARE, _LONGEST_RUN = 4, 0.6, 40


def unsaid_in(
    text: CleanText, hits: Mapping[str, Sequence[Hit]], book: CueBook, meaning: Meaning | None = None
) -> list[Span]:
    """The ranges of a clean text that do not count.

    Args:
        text: the clean text.
        hits: the cues that were found in it.
        book: knows which words are grand and which have no content.
        meaning: knows how a reply ends that takes its goal back (None: only cues tell).
    """
    taken_back = _taken_back(text, hits, book)
    if not taken_back and meaning:
        taken_back = _given_up_at_the_end(text, hits, book, meaning)
    return [*_ordered(text, hits.get(ORDERS, ())), *taken_back, *_grand(text, book)]


def _grand(text: CleanText, book: CueBook) -> list[Span]:
    """Runs of grand words and hardly anything else, beside other words; a whole sentence where it is no more.

    A run within a sentence counts as well: who speaks without full stops says them in the same breath.
    """
    runs = [run for sentence in text.sentences if (run := _grand_run(text, sentence, book))]
    return runs if sum(map(len, map(text.words_in, runs))) < len(text.words) else []


def _grand_run(text: CleanText, sentence: Span, book: CueBook) -> Span | None:
    """The longest run of grand words in a sentence, the sentence itself where the rest has no content."""
    words = [word for word in text.words_in(sentence) if word.text not in book.stop]
    grand = [word.text in book.grand for word in words]
    if sum(grand) >= max(_FEW_GRAND, _GRAND_SHARE * len(words)):
        return sentence
    best = (0, 0)
    for first in (place for place, is_grand in enumerate(grand) if is_grand):
        count = 0
        for last in range(first, min(len(words), first + _LONGEST_RUN)):
            count += grand[last]
            length = last - first + 1
            if grand[last] and count >= max(_FEW_GRAND, _GRAND_SHARE * length) and length > best[1] - best[0]:
                best = (first, last + 1)
    return Span(words[best[0]].start, words[best[1] - 1].end) if best[1] else None


def _ordered(text: CleanText, orders: Sequence[Hit]) -> list[Span]:
    """What a reply says to the interviewer's software: judged as if it were not there."""
    spans = []
    for hit in orders:
        sentence = text.sentences[text.sentence_at(hit.start)]
        long = len(text.text[sentence.start : sentence.end].split()) > _LONG_SENTENCE
        spans.append(text.clause_at(hit.start, hit.end) if long else sentence)
    return spans


def _taken_back(text: CleanText, hits: Mapping[str, Sequence[Hit]], book: CueBook) -> list[Span]:
    """What a reply says and then takes back: judged as if it had not been said."""
    ends = [hit.start for hit in hits.get(TAKEN_BACK, ())]
    ends += [max(one.start, other.start) for one, other in _left_without(text, hits, book)]
    return [Span(0, max(ends))] if ends else []


def _left_without(
    text: CleanText, hits: Mapping[str, Sequence[Hit]], book: CueBook
) -> Iterator[tuple[Hit, Hit]]:
    """Words that disavow what was said, with words beside them that no goal is left, and none after them."""
    newest = max(_goals(hits, book), default=0)
    for one in hits.get(DISAVOWED, ()):
        for other in hits.get(NO_GOAL_LEFT, ()):
            apart = abs(text.sentence_at(one.start) - text.sentence_at(other.start))
            if apart <= 1 and text.sentence_at(newest) <= text.sentence_at(max(one.start, other.start)):
                yield one, other


def _goals(hits: Mapping[str, Sequence[Hit]], book: CueBook) -> list[int]:
    """Where a goal is named."""
    return [
        hit.start for id, found in hits.items() if book.cues[id].serves.get(_VISION) == "+" for hit in found
    ]


def _given_up_at_the_end(
    text: CleanText, hits: Mapping[str, Sequence[Hit]], book: CueBook, meaning: Meaning
) -> list[Span]:
    """All before the last ending that sounds like a goal taken back; a goal is before it and none in it."""
    goals = _goals(hits, book)
    if not goals:
        return []
    after_last = [s.start for s in text.sentences[1:][-ENDING:] if s.start > max(goals)]
    said = [hit.start for id in (DISAVOWED, NO_GOAL_LEFT) for hit in hits.get(id, ())]
    sounds = meaning.taking_back([plain(text, Span(start, len(text.text)), book) for start in after_last])
    for start, odds in reversed(list(zip(after_last, sounds, strict=True))):
        if odds > (SOUNDS_AND_SAYS if any(place >= start for place in said) else SOUNDS):
            return [Span(0, start)]
    return []
