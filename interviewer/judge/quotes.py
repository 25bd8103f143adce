"""Chooses the words of the reply that show a finding: the shortest clauses in which its cues were found."""

from __future__ import annotations

from collections.abc import Mapping

from interviewer.judge.cues import CueBook, Hit
from interviewer.judge.features import Reading
from interviewer.judge.weights import Sense
from knowledge import PITFALL_IDS

MOST_WORDS = 24
_AT_MOST = 2
_FRAME_WEIGHT = 2.0
_STEP_FOR_VISION = 0.7
"""A step shows where somebody is going only where no goal and no year does."""
_OVERLAP_WEIGHT = 0.2
_LIKE_WEIGHT, ALIKE = 0.3, 0.5
_PITFALLS = frozenset(PITFALL_IDS)
_GOALS = (
    "goal_position",
    "bare_position",
    "future_role",
    "target_number",
    "growth_only",
    "destination_words",
)
_STEPS = ("first_step", "step_course", "step_work", "near_action", "credential_goal", "step_vague")
_ANY_PLAN = {
    "long_term_vision": (*_GOALS, *_STEPS, "plain_want"),
    "short_term_steps": _STEPS,
    "specific": (*_GOALS, *_STEPS),
    "measurable": (*_GOALS, *_STEPS, "weak_measure"),
    "achievable": (*_STEPS, *_GOALS),
    "linked_path": (*_STEPS, *_GOALS),
    "relevant_to_role": (*_GOALS, "experience", "field_only"),
    "realistic": (*_GOALS, *_STEPS, "experience"),
}
"""Cues that a verdict may rest on where none that is declared for it was found, weakest evidence last."""


def evidence(reading: Reading, book: CueBook, id: str, weights: Mapping[str, float]) -> list[str]:
    """Up to two verbatim quotes for an id, the strongest first; none where no cue speaks for it.

    Args:
        reading: what was found in the reply.
        book: the cues; those that serve the id count.
        id: a criterion or pitfall.
        weights: learned weights by feature, to rank the cues.
    """
    ranked: list[tuple[float, int, Hit]] = []
    for cue_id, hits in reading.hits.items():
        cue = book.cues[cue_id]
        if cue.serves.get(id) == "+":
            strength = 1.0 + max(0.0, weights.get(cue_id, 0.0))
            if id == "long_term_vision" and cue_id in _STEPS:
                strength = _STEP_FOR_VISION
            ranked += [(strength, hit.start, hit) for hit in hits]
        elif id in _ANY_PLAN and not any(
            sign == "+" and served in _PITFALLS for served, sign in cue.serves.items()
        ):
            helped = max(weights.get(cue_id, 0.0), 0.5 if cue_id in _ANY_PLAN.get(id, ()) else 0.0)
            ranked += [(min(helped, 0.9), hit.start, hit) for hit in hits if helped > 0]
    ranked += [(strength, hit.start, hit) for strength, hit in _other(reading, id)]
    ranked.sort(key=lambda item: (-item[0], item[1]))
    quotes: list[str] = []
    taken: list[tuple[int, int]] = []
    for _, _, hit in ranked:
        start, end = _range(reading, hit, exact=hit.cue == "time")
        if any(start < b and a < end for a, b in taken):
            continue
        quote = reading.text.quote(start, end)
        if quote and quote in reading.text.reply:
            quotes.append(quote)
            taken.append((start, end))
        if len(quotes) == _AT_MOST:
            break
    return quotes


def sounding(reading: Reading, sense: Sense | None) -> list[str]:
    """The clause by which a reply most sounds as a sense says, where no cue speaks for it."""
    clauses = {(span.start, span.end) for span in reading.text.clauses}
    units = [unit for unit in reading.units if (unit.span.start, unit.span.end) in clauses] or reading.units
    if sense is None or not units:
        return []
    best = max(units, key=lambda unit: (sense.score(unit.vector), -unit.span.start))
    quote = reading.text.quote(best.span.start, best.span.end)
    return [quote] if quote and quote in reading.text.reply and sense.score(best.vector) > 0 else []


def _other(reading: Reading, id: str) -> list[tuple[float, Hit]]:
    """Evidence that is no cue: time frames and words shared with the employer."""
    if id in reading.likeness:
        value, place = reading.likeness[id]
        likeness = [(_LIKE_WEIGHT, Hit("like", place.start, place.end))] if value >= ALIKE else []
        far = [f for f in reading.frames if f.kind == "far"] if id == "too_far_ahead" else []
        return [(_FRAME_WEIGHT, Hit("far", f.start, f.end)) for f in far] + likeness
    if id == "timely":
        good = [f for f in reading.frames if f.kind in ("mid", "near")]
        vague = [f for f in reading.frames if f.kind not in ("mid", "near")]
        order = sorted(good, key=lambda f: (f.kind != "mid", f.start)) + vague
        return [(_FRAME_WEIGHT - i / 100, Hit("time", f.start, f.end)) for i, f in enumerate(order)]
    if id == "long_term_vision":
        return [(0.8, Hit("mid", f.start, f.end)) for f in reading.frames if f.kind in ("mid", "far")]
    if id == "short_term_steps":
        return [(0.5, Hit("near", f.start, f.end)) for f in reading.frames if f.kind == "near"]
    if id == "relevant_to_role":
        return [(_OVERLAP_WEIGHT, hit) for hit in reading.overlap]
    return []


def _range(reading: Reading, hit: Hit, *, exact: bool) -> tuple[int, int]:
    text = reading.text
    if exact:
        first = text.word_index(hit.start)
        before = text.words[max(0, first - 2) : first]
        start = hit.start
        for word in reversed(before):
            if word.text not in (
                "in",
                "within",
                "by",
                "about",
                "around",
                "the",
                "next",
                "over",
                "inside",
                "under",
            ):
                break
            start = word.start
        return start, hit.end
    clause = text.clause_at(hit.start, hit.end)
    first, last = text.word_index(clause.start), text.word_index(clause.end - 1)
    if last - first + 1 <= MOST_WORDS:
        return _with_times(reading, clause.start, clause.end)
    a, b = text.word_index(hit.start), text.word_index(hit.end - 1)
    room = max(0, (MOST_WORDS - (b - a + 1)) // 2)
    low, high = max(first, a - room), min(last, b + room)
    return _with_times(reading, text.words[low].start, text.words[high].end)


def _with_times(reading: Reading, start: int, end: int) -> tuple[int, int]:
    """A range that cuts no time in two: "in about 2" goes on to "or 3 years"."""
    cut = [
        frame for frame in reading.frames if frame.start < start < frame.end or frame.start < end < frame.end
    ]
    return min([start, *(frame.start for frame in cut)]), max([end, *(frame.end for frame in cut)])


def whole_or_first(reading: Reading) -> list[str]:
    """The reply itself where it is short, else its first clause: what shows that it does not answer."""
    text = reading.text
    if not text.words:
        return []
    words = text.words[:MOST_WORDS]
    end = words[-1].end
    if len(text.words) > MOST_WORDS:
        end = min(end, text.sentences[0].end)
    quote = text.quote(words[0].start, end)
    return [quote] if quote and quote in text.reply else []
