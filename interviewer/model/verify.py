"""Checks in code what a model says of a reply: ids, quotes, cards, and every fact in the stronger answer.

Pure functions: no network, no clock. What does not check out is dropped and counted.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from interviewer.model.facts import Given, Invention, fact_words, inventions
from interviewer.schema import CriterionFinding, Critique, Doubt, PitfallFinding, StrongerAnswer, Verdict

if TYPE_CHECKING:
    from knowledge import Rubric

_BLANK = re.compile(r"\[([^\[\]]*)\]")
_SENTENCE = re.compile(
    r"(?:\[[^\[\]]*\]|[^.!?\[]|\.(?=\d)|(?<=\b[DM][rs])\.|(?<=\bMrs)\.|\[)+(?:[.!?]+[\"'”’)]*|$)"
)
_SAME = str.maketrans(
    {"’": "'", "‘": "'", "`": "'", "“": '"', "”": '"', "„": '"', "–": "-", "—": "-", "…": "."}
)
_MOST_FRAMES = 2
_MOST_QUOTES = 2
_FEWEST_WORDS = 6
"""A stronger answer with fewer words left than this is none."""


def true_quote(quote: str, reply: str) -> str | None:
    """The part of the reply that a quote stands for, as the candidate wrote it.

    Letter case, whitespace, the shape of quotation marks and dashes, and marks around the quote may differ;
    words may not, and the part begins and ends at word boundaries.

    Returns:
        A verbatim part of `reply`, or None where there is no such part.
    """
    flat, places = _flatten(_casefold_each(reply.translate(_SAME)))
    whole = _flatten(_casefold_each(quote.translate(_SAME).strip()))[0]
    for wanted in dict.fromkeys((whole, whole.strip("\"'.,;: "))):
        found = _find_words(wanted, flat) if re.search(r"\w", wanted) else None
        if found is not None:
            return reply[places[found] : places[found + len(wanted) - 1] + 1]
    return None


def _find_words(wanted: str, flat: str) -> int | None:
    """Where `wanted` stands in `flat`, beginning and ending at word boundaries."""
    at = flat.find(wanted)
    while at >= 0:
        end = at + len(wanted)
        before = flat[at - 1] if at else " "
        after = flat[end] if end < len(flat) else " "
        if not (_joined(before, wanted[0]) or _joined(wanted[-1], after)):
            return at
        at = flat.find(wanted, at + 1)
    return None


def _joined(left: str, right: str) -> bool:
    """Whether two neighbouring characters belong to one word."""
    return left.isalnum() and right.isalnum()


def _casefold_each(text: str) -> str:
    """Lower case, one character for one, so that places stay the same."""
    return "".join(low if len(low := char.casefold()) == 1 else char for char in text)


def _flatten(text: str) -> tuple[str, list[int]]:
    """Runs of whitespace as one space, and for each character its place in `text`."""
    chars: list[str] = []
    places: list[int] = []
    for place, char in enumerate(text):
        if char.isspace():
            if chars and chars[-1] != " ":
                chars.append(" ")
                places.append(place)
        else:
            chars.append(char)
            places.append(place)
    return "".join(chars), places


def cards_for(known: Sequence[str], retrieved: Sequence[str]) -> list[str]:
    """The cards to show with a point: those of the rubric for it, the retrieved ones first.

    Args:
        known: card ids that the rubric gives for this id.
        retrieved: card ids that were retrieved for this reply, best first.
    """
    return [card for card in retrieved if card in known] + [card for card in known if card not in retrieved]


def verified_critique(
    answer: Mapping[str, Any],
    *,
    reply: str,
    rubric: Rubric,
    retrieved: Sequence[str] = (),
    given: Sequence[str] = (),
    draft: Critique | None = None,
    prompt: str = "",
) -> Critique:
    """Turn a model's answer into a critique in which everything checks out.

    Args:
        answer: the parsed JSON: `evidence` [{quote, met: ids, partly: ids}], `pitfalls` [{quote, id}],
            `stronger_answer`.
        reply: the candidate's words.
        rubric: gives the known ids, the cards, the advice, the score and the focus.
        retrieved: ids of the cards that were retrieved, best first.
        given: other texts whose facts the stronger answer may use: earlier replies, résumé, role, employer.
        draft: another judge's critique that the answer changes: what it neither shows anew nor calls `wrong`
            (a list of ids) stays as it was, and so does its stronger answer where the answer's is no good.
        prompt: what the model was told; what the stronger answer copies from it is not the candidate's.
    """
    shown, dropped = _evidence(answer.get("evidence") or [], reply, rubric)
    pitfalls, lost = _pitfalls(answer.get("pitfalls") or [], reply, rubric)
    if draft is not None:
        wrong = {str(name) for name in answer.get("wrong") or []}
        dropped += len(wrong - set(rubric.ids))
        kept = {n: (f.verdict, f.quotes) for n, f in draft.criteria.items() if n not in wrong}
        shown = kept | shown
        pitfalls = {p.id: p.quotes for p in draft.pitfalls if p.id not in wrong} | pitfalls
    dropped += lost
    criteria: dict[str, CriterionFinding] = {}
    for criterion in rubric.criteria:
        verdict, quotes = shown.get(criterion.id, ("missing", []))
        criteria[criterion.id] = CriterionFinding(
            verdict=verdict,
            quotes=quotes,
            guidance=cards_for(criterion.cards, retrieved),
            advice=getattr(criterion, f"advice_{verdict}"),
        )
    verdicts = {name: finding.verdict for name, finding in criteria.items()}
    found = [
        PitfallFinding(
            id=pitfall.id,
            quotes=pitfalls[pitfall.id],
            guidance=cards_for(pitfall.cards, retrieved),
            advice=pitfall.advice,
        )
        for pitfall in rubric.pitfalls
        if pitfall.id in pitfalls
    ]
    present = [finding.id for finding in found]
    focus = list(rubric.focus(verdicts, present))
    stronger, lost = _stronger(
        str(answer.get("stronger_answer") or ""), Given([reply, *given], prompt), rubric, verdicts, focus
    )
    if stronger is None and draft is not None:
        stronger = draft.stronger_answer
    return Critique(
        engine="model",
        criteria=criteria,
        pitfalls=found,
        overall=rubric.overall(verdicts, present),
        focus=focus,
        stronger_answer=None if "no_answer" in present else stronger,
        dropped=dropped + lost,
    )


def _evidence(
    said: Sequence[Any], reply: str, rubric: Rubric
) -> tuple[dict[str, tuple[Verdict, list[str]]], int]:
    """The best verdict for each criterion with the quotes for it, and how many points were dropped."""
    known = {criterion.id for criterion in rubric.criteria}
    shown: dict[str, tuple[Verdict, list[str]]] = {}
    dropped = 0
    verdicts: tuple[Verdict, ...] = ("met", "partly")
    for verdict in verdicts:
        for item in said:
            names = list(item.get(verdict) or []) if isinstance(item, Mapping) else []
            quote = true_quote(str(item.get("quote") or ""), reply) if names else None
            for name in names:
                if quote is None or name not in known:
                    dropped += 1
                elif name not in shown:
                    shown[name] = (verdict, [quote])
                elif shown[name][0] == verdict and quote not in shown[name][1]:
                    shown[name] = (verdict, [*shown[name][1], quote][:_MOST_QUOTES])
    return shown, dropped


def _pitfalls(said: Sequence[Any], reply: str, rubric: Rubric) -> tuple[dict[str, list[str]], int]:
    """The quotes for each pitfall, and how many were dropped."""
    known = {pitfall.id for pitfall in rubric.pitfalls}
    found: dict[str, list[str]] = {}
    dropped = 0
    for item in said:
        name = str(item.get("id")) if isinstance(item, Mapping) else ""
        quote = true_quote(str(item.get("quote") or ""), reply) if name in known else None
        if quote is None:
            dropped += 1
        else:
            found[name] = list(dict.fromkeys([*found.get(name, []), quote]))
    return found, dropped


def doubts(critique: Critique, other: Critique) -> list[Doubt]:
    """Where another judge's critique of the same reply differs, criteria first."""
    found = [
        Doubt(id=name, says=theirs.verdict, quotes=theirs.quotes)
        for name, theirs in other.criteria.items()
        if name in critique.criteria and critique.criteria[name].verdict != theirs.verdict
    ]
    ours = {pitfall.id for pitfall in critique.pitfalls}
    theirs_by_id = {pitfall.id: pitfall for pitfall in other.pitfalls}
    found += [
        Doubt(id=name, says="present", quotes=pitfall.quotes)
        for name, pitfall in theirs_by_id.items()
        if name not in ours
    ]
    return found + [Doubt(id=name, says="absent") for name in sorted(ours - set(theirs_by_id))]


def _stronger(
    text: str,
    given: Given,
    rubric: Rubric,
    verdicts: Mapping[str, str],
    focus: Sequence[str],
) -> tuple[StrongerAnswer | None, int]:
    """The stronger answer with nothing made up, with a marked blank for what is missing most."""
    answer, dropped = checked_answer(text, given)
    if answer is None:
        return None, dropped
    frames = [
        rubric.criterion(name).frame
        for name in focus
        if name in verdicts and verdicts[name] == "missing" and not answer.blanks
    ][:_MOST_FRAMES]
    return with_blanks(" ".join([answer.text, *frames])), dropped


def checked_answer(text: str, given: Given) -> tuple[StrongerAnswer | None, int]:
    """Take from a stronger answer what the candidate did not give.

    A single made-up number, date or name becomes a blank; a sentence with more of them, or with a made-up
    title, credential or deed, goes; so does a sentence said twice, as small models do.

    Returns:
        The answer, or None where too little is left; and how many facts or sentences were taken out.
    """
    text = re.sub(r"\s+", " ", text.strip().strip('"“”').replace("\n", " "))
    kept: list[str] = []
    dropped = 0
    for sentence in (part.strip() for part in _SENTENCE.findall(text)):
        if not re.search(r"\w", sentence):
            continue
        mended, lost = _mended(sentence, given)
        dropped += lost
        if mended and mended.casefold() not in {said.casefold() for said in kept}:
            kept.append(mended)
    answer = " ".join(kept)
    if len(re.findall(r"\w+", _BLANK.sub(" ", answer))) < _FEWEST_WORDS:
        return None, dropped
    return with_blanks(answer), dropped


def _mended(sentence: str, given: Given) -> tuple[str, int]:
    """One sentence with its inventions taken out, or "" where it has to go; and how many were found."""
    words = fact_words()
    lost = 0

    def check_blank(match: re.Match[str]) -> str:
        nonlocal lost
        question = match[1].strip().rstrip("?.… ")
        # A blank asks; one that answers (a name, a figure) would smuggle in what was never said.
        if not question or any(item.kind != "date" for item in inventions(question, given)):
            lost += bool(question)
            return f"[{words.blanks['general']}]"
        return f"[{question}?]"

    sentence = _BLANK.sub(check_blank, sentence)
    hidden = _BLANK.sub(lambda match: "_" * len(match[0]), sentence)
    found = inventions(hidden, given)
    if not found:
        return sentence, lost
    if len(found) > 1 or found[0].kind not in ("number", "date", "name"):
        return "", lost + 1
    return _blanked(sentence, found[0], words.blanks[found[0].kind]), lost + 1


def _blanked(sentence: str, item: Invention, question: str) -> str:
    """Put a blank in the place of one made-up fact, and of the unit that belongs to a number."""
    before, after = sentence[: item.start], sentence[item.end :]
    if item.kind in ("number", "date"):
        before = re.sub(r"[£$€]\s*$", "", before)
        after = re.sub(r"^\s*(?:%|percent\b|per cent\b)", "", after)
    if item.kind == "date":
        before = re.sub(r"\b(?:in|within|by|over|the|next|by the|in the)\s+$", "", before, flags=re.I)
        after = re.sub(r"^[\s-]*(?:years?|months?|weeks?|days?)\b(?:['’]s?)?(?: time)?", "", after)
    if before and not before.endswith((" ", "(", "-", "/")):
        before += " "
    return re.sub(r"\s+", " ", f"{before}[{question}]{after}").strip()


def with_blanks(text: str) -> StrongerAnswer:
    """A stronger answer with its blanks listed in the order of their marks."""
    return StrongerAnswer(text=text, blanks=[mark.strip() for mark in _BLANK.findall(text)])
