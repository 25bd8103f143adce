"""The reply said better: the candidate's own sentences, vision first, pitfalls left out, gaps as blanks.

Nothing is invented: what is not the candidate's is a frame sentence of the rubric with a blank in it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from interviewer.judge.cues import CueBook
from interviewer.judge.features import Reading
from interviewer.judge.quotes import ALIKE
from interviewer.judge.text import Span
from interviewer.judge.unsaid import ORDERS
from interviewer.schema import CriterionFinding, PitfallFinding, StrongerAnswer
from knowledge import Rubric

ORDER = (
    "long_term_vision", "timely", "measurable", "short_term_steps", "linked_path", "past_evidence",
    "achievable", "skills_awareness", "relevant_to_role", "flexible", "motivated",
)  # fmt: skip
_SKELETON = ("long_term_vision", "short_term_steps", "linked_path", "past_evidence")
_IMPLIED = frozenset({"specific", "realistic", "achievable"})
_MOST_BLANKS = 3
_EXCELLENT = 5
_SHORTEST = 3
_CLASS = {
    "long_term_vision": 0, "short_term_steps": 2, "linked_path": 3, "past_evidence": 4, "achievable": 4,
    "skills_awareness": 5, "relevant_to_role": 6, "flexible": 7, "motivated": 8,
}  # fmt: skip
_SUBJECTS = frozenset({"i", "i'm", "i'd", "i'll", "i've", "my", "we", "we'd", "your", "you"})
_MONEY_ASIDE = "money_aside"
_MARKS = str.maketrans("[]", "()")
_NOT_SPEECH = re.compile(r"https?:|//|[<>{}|\\^`=]|!\[|\]\(|[^\W_]{24,}")
"""What nobody says aloud: addresses, markup, code, encoded text."""


@dataclass
class _Group:
    """A sentence and those that lean on it, with the place that it takes."""

    rank: int
    sentences: list[str] = field(default_factory=list)


def stronger_answer(
    reading: Reading,
    book: CueBook,
    rubric: Rubric,
    criteria: Mapping[str, CriterionFinding],
    pitfalls: Sequence[PitfallFinding],
) -> StrongerAnswer:
    """Say the reply better.

    Args:
        reading: what was found in the reply.
        book: the cues.
        rubric: its criteria hold the frame sentences and the blanks' questions.
        criteria: the verdicts.
        pitfalls: those present; the clauses that show them are left out.

    Returns:
        The text and the questions of its blanks, in the order of their marks.
    """
    present = [p.id for p in pitfalls]
    if "no_answer" in present:
        return _assemble([], _SKELETON, rubric)
    verdicts = {id: finding.verdict for id, finding in criteria.items()}
    if not pitfalls and ORDERS not in reading.hits and rubric.overall(verdicts, []) == _EXCELLENT:
        return StrongerAnswer(text=reading.text.reply.strip().translate(_MARKS), blanks=[])
    groups = _groups(reading, book, present)
    if not groups:
        return _assemble([], _SKELETON, rubric)
    return _assemble(groups, _gaps(rubric, verdicts, present), rubric)


def _gaps(rubric: Rubric, verdicts: Mapping[str, str], present: Sequence[str]) -> list[str]:
    """What is missing and matters most: first what the interviewer would probe, then by weight."""
    probed = [id for id in rubric.focus(verdicts, present) if id in verdicts]
    weighty = sorted((c for c in rubric.criteria if verdicts[c.id] == "missing"), key=lambda c: -c.weight)
    lost = ["long_term_vision"] if "irrelevant_goal" in present or "too_far_ahead" in present else []
    wanted = dict.fromkeys([*lost, *(id for id in probed if verdicts[id] != "met"), *(c.id for c in weighty)])
    return [id for id in wanted if id not in _IMPLIED and id in ORDER][:_MOST_BLANKS]


def _assemble(groups: Sequence[_Group], gaps: Sequence[str], rubric: Rubric) -> StrongerAnswer:
    parts: list[tuple[float, str, str]] = [(float(g.rank), " ".join(g.sentences), "") for g in groups]
    for id in gaps:
        criterion = rubric.criterion(id)
        place = {"timely": 0.5, "measurable": 0.6}.get(
            id, _CLASS.get(id, 9) + (-0.5 if id == "long_term_vision" else 0.5)
        )
        parts.append((place, criterion.frame, criterion.blank))
    parts.sort(key=lambda part: part[0])
    text = " ".join(part[1] for part in parts)
    return StrongerAnswer(text=text, blanks=[blank for _, _, blank in parts if blank])


def _groups(reading: Reading, book: CueBook, present: Sequence[str]) -> list[_Group]:
    groups: list[_Group] = []
    silent = False
    for sentence in reading.text.sentences:
        speech = _is_speech(reading, book, sentence)
        silent = silent or not speech
        spans = _kept(reading, book, sentence, present) if speech else []
        if not spans and groups and reading.text.text[max(0, sentence.start - 1)] == ":":
            groups[-1].sentences.pop()
            if not groups[-1].sentences:
                groups.pop()
        words = sum(len(reading.text.text[s.start : s.end].split()) for s in spans)
        if words < _SHORTEST and not (groups and words):
            continue
        told = _said(reading, spans, sentence)
        rank = _rank(reading, book, spans)
        if rank is None and any(_within(f.start, sentence) for f in reading.frames):
            rank = _CLASS["long_term_vision"]
        if silent and rank is None:
            # It goes on with what was no speech: most likely an order to a machine.
            continue
        silent = False
        leans = _leans(reading, book, sentence)
        if groups and (rank is None or leans):
            groups[-1].sentences.append(told)
        elif rank is not None:
            groups.append(_Group(rank, [told]))
    return groups


def _is_speech(reading: Reading, book: CueBook, sentence: Span) -> bool:
    """Whether a sentence is what a candidate would say: no markup, no code, not another language."""
    if _NOT_SPEECH.search(reading.text.quote(sentence.start, sentence.end)):
        return False
    words = [w.text for w in reading.text.words if _within(w.start, sentence)]
    return sum(w in book.foreign for w in words) <= sum(w in book.english for w in words)


def _kept(reading: Reading, book: CueBook, sentence: Span, present: Sequence[str]) -> list[Span]:
    """The clauses of a sentence that show no pitfall; none where what is left would not stand on its own."""
    clauses = [c for c in reading.text.clauses if sentence.start <= c.start < sentence.end]
    bad = [
        hit
        for id, hits in reading.hits.items()
        if any(
            book.cues[id].serves.get(p) == "+"
            for p in (*present, "no_answer")
            if p != "no_answer" or id == "orders"
        )
        for hit in hits
    ]
    bad_frames = [f for f in reading.frames if f.kind == "far"] if "too_far_ahead" in present else []
    bad += reading.hits.get(_MONEY_ASIDE, [])
    alike = [place for id, (value, place) in reading.likeness.items() if id in present and value >= ALIKE]
    places = [(h.start, h.end) for h in bad]
    places += [(f.start, f.end) for f in bad_frames] + [(a.start, a.end) for a in alike]
    spoiled = [any(a < c.end and c.start < b for a, b in places) for c in clauses]
    if not any(spoiled):
        return clauses
    kept: list[Span] = []
    cut = False
    for clause, bad_clause in zip(clauses, spoiled, strict=True):
        cut = cut or bad_clause
        if not bad_clause and (not cut or _stands_alone(reading, clause)):
            kept.append(clause)
            cut = False
    return kept if kept and _rank(reading, book, kept) in (0, 2) else []


def _said(reading: Reading, spans: Sequence[Span], sentence: Span) -> str:
    if not spans:
        return ""
    parts: list[str] = []
    for run in _runs(spans):
        text = reading.text.quote(run.start, run.end).translate(_MARKS).rstrip(" ,;:-")
        # A word that only joins is left out at the end, but not that of "within three years or so".
        text = re.sub(r"[\s,]+(?:and|but|(?<!\bor )so|because|or|which|since|when)$", "", text)
        if parts:
            text = re.sub(r"^(?:and|but|so|then)\s+", "", text, flags=re.IGNORECASE)
        mark = reading.text.text[sentence.end : sentence.end + 1] if run.end == sentence.end else "."
        parts.append(text[:1].upper() + text[1:] + (mark if mark and mark in "!?." else "."))
    return " ".join(parts)


def _runs(spans: Sequence[Span]) -> list[Span]:
    """Clauses that follow one another, joined."""
    runs: list[Span] = []
    for span in spans:
        if runs and runs[-1].end == span.start:
            runs[-1] = Span(runs[-1].start, span.end)
        else:
            runs.append(span)
    return runs


def _stands_alone(reading: Reading, clause: Span) -> bool:
    """Whether a clause after a cut is a sentence of its own: it has a subject of its own."""
    words = reading.text.text[clause.start : clause.end].split()
    while words and words[0].strip(",") in ("and", "but", "so", "then"):
        words = words[1:]
    return len(words) >= _SHORTEST and words[0].strip(",") in _SUBJECTS


def _rank(reading: Reading, book: CueBook, spans: Sequence[Span]) -> int | None:
    """Where in the stronger answer these words belong: by the criterion that most of their cues serve."""
    found: dict[str, int] = {}
    for id, hits in reading.hits.items():
        if any(s.start <= h.start < s.end for h in hits for s in spans):
            for served, sign in book.cues[id].serves.items():
                if sign == "+" and served in _CLASS:
                    found[served] = found.get(served, 0) + 1
    if found.get("long_term_vision", 0) and not found.get("past_evidence", 0) > found["long_term_vision"]:
        steps_only = found.get("short_term_steps", 0) > found["long_term_vision"]
        return _CLASS["short_term_steps"] if steps_only else 0
    if not found:
        return None
    best = max(found, key=lambda id: (found[id], -_CLASS[id]))
    return _CLASS[best]


def _within(place: int, span: Span) -> bool:
    return span.start <= place < span.end


def _leans(reading: Reading, book: CueBook, sentence: Span) -> bool:
    """Whether a sentence begins with a word that points back ("That", "After those", "Then")."""
    first = reading.text.text[sentence.start : sentence.end].split()
    return bool(first) and first[0].strip(",") in book.leaning
