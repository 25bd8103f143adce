"""The debrief: keep, mend first, next exercise; the picture; the transcript; what to do with it all."""

from __future__ import annotations

from typing import Literal

import streamlit as st

from interviewer.pages import chat, critique, picture
from interviewer.pages.card import card_button
from interviewer.pages.marks import plain, quote_html
from interviewer.pages.shell import go, service
from interviewer.pages.start import begin
from interviewer.pages.words import count, day, esc, first_name, usage_line
from interviewer.schema import Debrief, Interview, Moment, Setup
from prompts import Persona

EXPORTS: dict[Literal["md", "json", "pdf"], tuple[str, str]] = {
    "pdf": ("PDF", "application/pdf"),
    "md": ("Markdown", "text/markdown"),
    "json": ("JSON", "application/json"),
}


def show(interview: Interview) -> None:
    """Draw the debrief, or that it is still being put together."""
    persona = service().personas.get(interview.setup.persona)
    _head(interview, persona)
    if interview.debrief is None:
        _awaited(interview.id)
    elif not interview.debrief.turns:
        st.html('<p class="iv-lead">You ended before your first reply: there is nothing to sum up yet.</p>')
    else:
        _cards(interview, interview.debrief)
        st.subheader("The picture over your replies", anchor=False)
        picture.table(interview.debrief)
    if any(turn.reply for turn in interview.turns):
        st.subheader("What was said", anchor=False)
        _transcript(interview, persona)
    _after(interview, persona)


def _head(interview: Interview, persona: Persona | None) -> None:
    st.title("Your debrief", anchor=False)
    replies = sum(turn.reply is not None for turn in interview.turns)
    parts = [persona.name if persona else interview.setup.persona, interview.setup.role]
    parts += [count(replies, "reply", "replies"), day(interview.updated)]
    st.html(f'<p class="iv-quiet">{esc(" · ".join(part for part in parts if part))}</p>')
    if interview.debrief and interview.debrief.closing:
        st.html(chat.question_html(interview.debrief.closing, persona))


@st.fragment(run_every=0.7)
def _awaited(interview_id: str) -> None:
    if service().get(interview_id).debrief is not None:
        st.rerun()
    st.skeleton(height=190)
    st.html('<p class="iv-quiet" role="status">Putting your debrief together…</p>')


def _cards(interview: Interview, debrief: Debrief) -> None:
    columns = st.columns(3)
    with columns[0], st.container(key="keep"):
        _moment("Keep", debrief.keep, "", "keep")
    with columns[1], st.container(key="mend"):
        _moment("Mend first", debrief.mend, " iv-mendfirst", "mend")
    with columns[2], st.container(key="exercise"):
        st.html(f'<section class="iv-card"><h3>Next exercise</h3><p>{esc(debrief.exercise)}</p></section>')
        if st.button("Practise this now", type="primary", key="do_exercise", icon=":material/play_arrow:"):
            begin(interview.setup.model_copy(update={"exercise": debrief.exercise, "mode": "rehearsal"}))


def _moment(title: str, moment: Moment | None, style: str, key: str) -> None:
    if moment is None:
        return
    name = f"<p><b>{esc(picture.name_of(moment.id))}</b></p>" if moment.id else ""
    quote = f"<p>{quote_html(moment.quote)}</p>" if moment.quote else ""
    st.html(
        f'<section class="iv-card{style}"><h3>{title}</h3>{name}{quote}<p>{esc(moment.text)}</p></section>'
    )
    if moment.guidance:
        card_button(moment.guidance, key=f"card_{key}")


def _transcript(interview: Interview, persona: Persona | None) -> None:
    with st.container(key="transcript"):
        for turn in interview.turns:
            if turn.reply is None:
                continue
            st.html(chat.question_html(turn.question.text, persona))
            critique.reply(turn, turn.critique)
            critique.row(interview, turn)
            critique.notices(interview, turn, retry=None)


def _after(interview: Interview, persona: Persona | None) -> None:
    st.subheader("Take it with you", anchor=False)
    with st.container(key="exports", horizontal=True, gap="small"):
        export_buttons(interview, prefix="debrief")
    if usage := [one for turn in interview.turns for one in turn.usage]:
        st.html(f'<p class="iv-quiet">{esc(usage_line(usage))}</p>')
    st.subheader("And now?", anchor=False)
    with st.container(key="again", horizontal=True, gap="small"):
        if st.button(f"Practise again with {plain(first_name(persona))}", key="again_same", type="primary"):
            begin(Setup(**{**interview.setup.model_dump(), "exercise": ""}))
        if st.button("Choose somebody else", key="again_other"):
            go("practise")


def export_buttons(interview: Interview, *, prefix: str) -> None:
    """A download for each kind of file; the file is made when it is asked for."""
    for kind, (label, mime) in EXPORTS.items():

        def data(kind: Literal["md", "json", "pdf"] = kind) -> bytes:
            return service().export(interview.id, kind)

        st.download_button(
            label,
            data,
            file_name=f"interview-{interview.created:%Y-%m-%d}-{interview.setup.persona}.{kind}",
            mime=mime,
            key=f"{prefix}_{kind}_{interview.id}",
            icon=":material/download:",
            on_click="ignore",
        )
