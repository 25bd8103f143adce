"""An interview under way: what was said, each reply's critique, the question as it comes, the input."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from interviewer.errors import InputError, InterviewerError
from interviewer.logs import log
from interviewer.pages import critique, picture
from interviewer.pages.marks import plain
from interviewer.pages.shell import safely, service
from interviewer.pages.words import esc, first_name, progress
from interviewer.schema import Interview, Turn
from interviewer.work import TurnWork
from prompts import Persona

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

_TICK = 0.08
_LOOK_AGAIN = 0.7


def show(interview: Interview, work: TurnWork | None, *, streaming: bool) -> None:
    """Draw the interview; while a question streams, stay and follow it.

    Args:
        interview: as it stands.
        work: what is in flight for it.
        streaming: whether a question was on its way when the interview was read.
    """
    persona = service().personas.get(interview.setup.persona)
    rehearsal = interview.setup.mode == "rehearsal"
    _welcome_back(interview)
    _bar(interview, persona)
    if rehearsal:
        column, side = st.columns([2.5, 1], gap="medium")
        with side:
            picture.panel(interview)
    else:
        column = st.container(key="plain")
    with column:
        for turn in interview.turns:
            _turn(interview, turn, persona, rehearsal)
        place = st.empty()
        trouble = service().trouble(interview.id)
        if trouble and not streaming:
            st.warning(trouble, icon=":material/error:")
    with st.bottom:
        _input(interview, persona, rehearsal, streaming)
    _scroll(f"{len(interview.turns)}:{streaming}")
    if work is not None and streaming:
        _follow(work, place, persona, critique_awaited=rehearsal and not work.critique_done)


def _scroll(moment: str) -> None:
    """Bring the newest words into view, once for each `moment`; Streamlit does so for its own chat only."""
    script = (
        f"/* {moment} */ requestAnimationFrame(() => setTimeout(() => {{"
        "const said = document.querySelectorAll('.iv-bubble');"
        "if (said.length) said[said.length - 1].scrollIntoView({block: 'end'});}, 60));"
    )
    with st.container(key="scroll"):
        st.html(f"<script>{script}</script>", unsafe_allow_javascript=True)


def _welcome_back(interview: Interview) -> None:
    if st.session_state.get("seen") != interview.id:
        st.session_state["seen"] = interview.id
        if interview.advanced:
            st.toast("Back where you were.", icon=":material/bookmark:")


def _bar(interview: Interview, persona: Persona | None) -> None:
    """Who asks, how far it is, and the way out."""
    name, role = (persona.name, persona.role) if persona else (interview.setup.persona, "interviewer")
    said = [role] + (["realistic"] if interview.setup.mode == "realistic" else [])
    said += ["exercise"] if interview.setup.exercise else []
    with st.container(key="bar", horizontal=True, vertical_alignment="center", gap="small"):
        st.html(
            f'<div class="iv-bar"><b>{esc(name)}</b>'
            f'<span class="iv-quiet">{esc(" · ".join(said))}</span></div>',
            width="stretch",
        )
        st.html(f'<span class="iv-quiet" aria-label="replies so far">{progress(interview, persona)}</span>',
                width="content")  # fmt: skip
        with st.popover("End", icon=":material/flag:", key="end_menu"):
            st.html('<p class="iv-text">End here? You get the debrief of what you have said so far.</p>')
            st.button(
                "End and see the debrief", type="primary", key="end",
                on_click=safely(_end), args=(interview.id,),
            )  # fmt: skip


def _end(interview_id: str) -> None:
    service().end(interview_id)


def question_html(text: str, persona: Persona | None, *, typing: bool = False) -> str:
    """What the interviewer says, as a bubble; the words are escaped."""
    face, name = (persona.avatar, persona.name) if persona else ("💬", "Interviewer")
    inner = esc(text) if text else '<span class="iv-wait">…</span>'
    return (
        f'<div class="iv-bubble"><span class="iv-face" aria-hidden="true">{esc(face)}</span>'
        f'<div class="iv-said{" iv-typing" if typing else ""}">'
        f'<span class="iv-sr">{esc(name)}: </span>{inner}</div></div>'
    )


def _turn(interview: Interview, turn: Turn, persona: Persona | None, rehearsal: bool) -> None:
    if turn.question.state == "pending":
        return
    st.html(question_html(turn.question.text, persona))
    if turn.question.state == "stopped":
        _stopped(interview, turn, persona)
    if turn.reply is None:
        return
    if not rehearsal:
        critique.reply(turn, None)
    elif turn.critique is None and turn.critique_state == "pending":
        _pending(interview.id, turn.number, _drawn(interview))
    else:
        critique.reply(turn, turn.critique)
        critique.row(interview, turn)
    shown = turn if rehearsal else _without_critique(turn)
    critique.notices(interview, shown, retry=lambda number: service().retry(interview.id, number))


def _without_critique(turn: Turn) -> Turn:
    notices = [notice for notice in turn.notices if notice.part != "critique"]
    return turn.model_copy(update={"notices": notices})


@st.fragment(run_every=_LOOK_AGAIN)
def _pending(interview_id: str, number: int, drawn: tuple[int, str]) -> None:
    """A reply whose critique is being written: look again until it is there, then draw the page anew.

    So it does where something else has come than the page shows: a page left in the middle catches up.
    """
    interview = service().get(interview_id)
    turn = interview.turns[number - 1]
    if turn.critique is not None or turn.critique_state != "pending" or _drawn(interview) != drawn:
        st.rerun()
    critique.reply(turn, None)
    critique.waiting(turn)


def _drawn(interview: Interview) -> tuple[int, str]:
    """What of an interview's end a page shows."""
    return len(interview.turns), interview.last.question.state


def _stopped(interview: Interview, turn: Turn, persona: Persona | None) -> None:
    if turn.reply is not None:
        return
    with st.container(key="stopped", horizontal=True, wrap=False, vertical_alignment="center", gap="small"):
        st.html(
            f'<p class="iv-quiet iv-note">You stopped {esc(first_name(persona))}. '
            "What you had heard is kept.</p>",
            width="stretch",
        )
        if turn.number > 1 and interview.last is turn:
            st.button(
                "Ask again", icon=":material/refresh:", key="ask_again",
                on_click=safely(lambda: service().retry(interview.id, turn.number - 1)),
            )  # fmt: skip


def _input(interview: Interview, persona: Persona | None, rehearsal: bool, streaming: bool) -> None:
    """The reply's field at the bottom, Stop beside it, and over it on a phone the folded picture."""
    if rehearsal:
        picture.strip(interview)
    awaited = interview.last.reply is None or streaming
    with st.container(key="say", horizontal=True, wrap=False, vertical_alignment="center", gap="small"):
        key = f"reply_{interview.id}"
        st.chat_input(
            f"{plain(first_name(persona))} is answering…" if streaming else "Type your reply…",
            key=key,
            disabled=streaming or not awaited,
            on_submit=_send,
            args=(interview.id, key),
        )
        if streaming:
            st.button(
                "Stop", icon=":material/stop:", key="stop",
                on_click=safely(service().stop), args=(interview.id,),
            )  # fmt: skip


def _send(interview_id: str, key: str) -> None:
    """Store the reply and begin the work. Where it is refused, the words go back into the field."""
    text = st.session_state[key] or ""
    try:
        service().submit(interview_id, text)
    except InterviewerError as error:
        if not isinstance(error, InputError):
            log().error("reply not stored", interview=interview_id, error=str(error))
        st.session_state["problem"] = f"{error} Your words are still in the field."
        st.session_state[key] = text


def _follow(
    work: TurnWork,
    place: DeltaGenerator,
    persona: Persona | None,
    *,
    critique_awaited: bool,
) -> None:
    """Show the question as it comes; draw anew when it is whole, or when the critique has come first."""
    while not work.wait(_TICK, critique=False):
        place.html(question_html(work.text, persona, typing=True))
        if critique_awaited and work.critique_done:
            break
    st.rerun()
