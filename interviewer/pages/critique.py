"""A reply with its critique: the marked words, and the row of chips under it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Literal

import streamlit as st

from interviewer.agreement import PICTURE_FILE
from interviewer.compose import knowledge_folder
from interviewer.pages import picture
from interviewer.pages.card import card_button
from interviewer.pages.marks import changed_html, filled, find_marks, marked_html, quote_html, split_blanks
from interviewer.pages.shell import safely, service
from interviewer.pages.words import VERDICTS, count, esc, overall_html, usage_line
from interviewer.schema import CriterionFinding, Critique, Interview, PitfallFinding, Turn
from interviewer.verdicts import OVERALL, doubt_lines, only_built_in
from knowledge import Rubric

Item = tuple[str, str, CriterionFinding | PitfallFinding]
_TRUST = "How far can you trust these scores?"
_TRUST_HOW = (
    "Each mark is how far a judge agrees with reference labels, which are machine-written: 1 is fully, 0 no "
    "more than chance. The line is what the number of replies leaves open, the tick how far two labellers "
    "agree."
)
_THUMBS: tuple[Literal["down"], Literal["up"]] = ("down", "up")


def reply(turn: Turn, critique: Critique | None) -> None:
    """The candidate's words in their bubble, marked where a critique is given."""
    said = turn.reply or ""
    text = marked_html(said, find_marks(said, critique, service().rubric)) if critique else esc(said)
    st.html(
        '<div class="iv-bubble iv-mine"><span class="iv-face" aria-hidden="true">🙂</span>'
        f'<div class="iv-said"><span class="iv-sr">You: </span>{text}</div></div>'
    )


def waiting(turn: Turn) -> None:
    """The critique's place while it is being written: as high as the row that will stand there."""
    with st.container(key=f"verdict_{turn.number}"):
        st.html('<p class="iv-quiet iv-wait" role="status">reading your reply…</p>')


def row(interview: Interview, turn: Turn) -> None:
    """The chips under a reply: how it came across, strengths, what to mend, the stronger answer, thumbs."""
    critique = turn.critique
    if critique is None:
        return
    with st.container(
        key=f"verdict_{turn.number}", horizontal=True, vertical_alignment="center", gap="xsmall"
    ):
        _overall(turn, critique)
        good, bad = strengths(critique, service().rubric), to_mend(critique, service().rubric)
        doubts = doubt_lines(critique)
        if good:
            label = count(len(good), "strength", "strengths")
            _chip(label, ":material/check:", "strong", turn, good, doubts)
        if bad:
            _chip(f"{len(bad)} to mend", ":material/build:", "mend", turn, bad, doubts)
        if critique.stronger_answer and critique.stronger_answer.text:
            with st.popover("stronger answer", icon=":material/edit_note:", key=f"stronger_{turn.number}"):
                _stronger(interview, turn, critique)
        _thumbs(interview, turn)


def strengths(critique: Critique, rubric: Rubric) -> list[Item]:
    """What was met, in the rubric's order: id, name, finding."""
    found = critique.criteria
    return [(c.id, c.name, found[c.id]) for c in rubric.criteria if found[c.id].verdict == "met"]


def to_mend(critique: Critique, rubric: Rubric) -> list[Item]:
    """The pitfalls, those that only the built-in judge sees after the others, then the focus not met yet."""
    others = {doubt.id: doubt.quotes for doubt in only_built_in(critique)}
    items: list[Item] = [(p.id, rubric.pitfall(p.id).name, p) for p in critique.pitfalls]
    items += [
        (p.id, p.name, PitfallFinding(id=p.id, quotes=others[p.id], guidance=list(p.cards), advice=p.advice))
        for p in rubric.pitfalls
        if p.id in others
    ]
    for name in critique.focus:
        finding = critique.criteria.get(name)
        if finding and finding.verdict != "met":
            items.append((name, rubric.criterion(name).name, finding))
    return items


def _overall(turn: Turn, critique: Critique) -> None:
    with st.popover(_overall_label(critique), key=f"overall_{turn.number}", type="tertiary"):
        lines = [critique.cannot_judge] if critique.cannot_judge else []
        if critique.engine == "model":
            lines.append("Read by the model, and checked in code.")
        lines.append(_sentence(picture.line_of(turn)))
        if critique.doubts:
            lines.append(
                count(len(critique.doubts), "point is", "points are")
                + " less certain: the built-in judge reads them differently. Each says so."
            )
        if turn.contradicts:
            lines.append(f"It does not fit with what you said in reply {turn.contradicts}.")
        if critique.dropped:
            lines.append(
                count(critique.dropped, "point was", "points were")
                + " dropped, because the quote or the card did not check out."
            )
        if turn.usage:
            lines.append(usage_line(turn.usage))
        st.html(
            f"<p>{overall_html(critique.overall)}</p>"
            + "".join(f'<p class="iv-quiet">{esc(line)}</p>' for line in lines)
        )
        _trust(turn)


def _trust(turn: Turn) -> None:
    """The agreement card's picture, folded; it is only sent where somebody opens it."""
    drawing = knowledge_folder(service().settings) / PICTURE_FILE
    if not drawing.is_file():
        return
    folded = st.expander(_TRUST, icon=":material/help:", key=f"trust_{turn.number}", on_change="rerun")
    if folded.open:
        with folded:
            st.html(f'<p class="iv-quiet">{esc(_TRUST_HOW)}</p>')
            st.image(str(drawing), alt=_sentence(picture.judge_line()), width="stretch")


def _overall_label(critique: Critique) -> str:
    if critique.overall is None:
        return "not judged"
    return f"{'●' * critique.overall}{'○' * (5 - critique.overall)} **{OVERALL[critique.overall]}**"


def _sentence(line: str) -> str:
    line = line[:1].upper() + line[1:]
    return line if line.endswith(".") else f"{line}."


def _chip(
    label: str, icon: str, kind: str, turn: Turn, items: Sequence[Item], doubts: Mapping[str, str]
) -> None:
    with st.popover(label, icon=icon, key=f"{kind}_{turn.number}"):
        for name, title, finding in items:
            finding_block(title, finding, doubts.get(name, ""))
            if finding.guidance:
                card_button(finding.guidance[0], key=f"card_{kind}_{turn.number}_{name}")


def finding_block(title: str, finding: CriterionFinding | PitfallFinding, doubt: str) -> None:
    """One finding: its name, the verdict in words, the quote, what would make it better, a doubt if any."""
    verdict = finding.verdict if isinstance(finding, CriterionFinding) else "pitfall"
    said = VERDICTS.get(verdict, "works against you")
    icon = {"met": "✓", "pitfall": "!"}.get(verdict, "◐" if verdict == "partly" else "○")
    quotes = " ".join(quote_html(quote) for quote in finding.quotes)
    st.html(
        f'<div class="iv-found{"" if verdict == "met" else " iv-bad"}">'
        f'<span class="iv-what"><span aria-hidden="true">{icon}</span> {esc(title)}</span> '
        f'<span class="iv-verdict">· {said}</span>'
        + (f"<p>{quotes}</p>" if quotes else "")
        + (f"<p>{esc(finding.advice)}</p>" if finding.advice else "")
        + (f'<p class="iv-doubt">{esc(doubt)}</p>' if doubt else "")
        + "</div>"
    )


def _stronger(interview: Interview, turn: Turn, critique: Critique) -> None:
    """The stronger answer: its blanks as inputs where they stand, and what changed."""
    answer = critique.stronger_answer
    if answer is None:
        return
    st.html('<p class="iv-quiet">Your own facts, said better. What is missing is yours to fill in.</p>')
    for number, (before, blank) in enumerate(split_blanks(answer.text, answer.blanks)):
        # A full stop after a blank would stand alone on its line.
        shown = before.strip() if number == 0 else before.strip(" .,;")
        if shown:
            st.html(f'<p class="iv-text">{esc(shown)}{" …" if blank else ""}</p>')
        if blank:
            _blank(interview, turn, number, blank)
    with st.expander("What changed", icon=":material/difference:"):
        text = filled(answer.text, turn.filled_blanks)
        st.html(f'<p class="iv-text">{changed_html(turn.reply or "", text)}</p>')


def _blank(interview: Interview, turn: Turn, number: int, blank: str) -> None:
    key = f"blank_{interview.id}_{turn.number}_{number}"
    st.session_state.setdefault(key, turn.filled_blanks.get(blank, ""))

    def keep() -> None:
        service().fill_blank(interview.id, turn.number, blank, st.session_state[key])

    st.text_input(
        blank[:1].upper() + blank[1:], key=key,
        on_change=safely(keep),
    )  # fmt: skip


def _thumbs(interview: Interview, turn: Turn) -> None:
    key = f"thumb_{interview.id}_{turn.number}"
    if turn.thumb and key not in st.session_state:
        st.session_state[key] = _THUMBS.index(turn.thumb)

    def keep() -> None:
        value = st.session_state[key]
        service().thumb(interview.id, turn.number, None if value is None else _THUMBS[value])

    with st.container(key=f"thumbs_{turn.number}", width="content"):
        st.feedback("thumbs", key=key, on_change=safely(keep))


def notices(interview: Interview, turn: Turn, retry: Callable[[int], None] | None) -> None:
    """One line for each thing that went otherwise than planned, and one Retry for what can be tried again."""
    if not turn.notices:
        return
    lines = "".join(f'<p class="iv-quiet iv-note">⚠ {esc(notice.message)}</p>' for notice in turn.notices)
    key = f"notice_{turn.number}"
    with st.container(key=key, horizontal=True, wrap=False, vertical_alignment="center", gap="small"):
        st.html(lines, width="stretch")
        if retry and any(notice.can_retry for notice in turn.notices):
            st.button(
                "Retry", icon=":material/refresh:", key=f"retry_{turn.number}",
                on_click=safely(retry), args=(turn.number,),
            )  # fmt: skip
