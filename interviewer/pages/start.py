"""The start screen: who interviews, for which job, how; one button begins."""

from __future__ import annotations

import streamlit as st

from interviewer.pages.identity import owner
from interviewer.pages.marks import plain
from interviewer.pages.shell import SECTIONS, go, guidance_ready, me, page, safely, service
from interviewer.pages.words import STRICTNESS, esc, first_name, progress
from interviewer.schema import Interview, Mode, Setup
from prompts import Persona

_MODES: dict[Mode, tuple[str, str]] = {
    "rehearsal": ("Rehearsal", "A critique after every reply."),
    "realistic": ("Realistic", "The interviewer gives nothing away; everything comes at the end."),
}
_GENTLE_FIRST = {"gentle": 0, "fair": 1, "strict": 2}
_UPLOADS = ["pdf", "docx", "txt", "md"]


def show() -> None:
    """Draw the screen."""
    st.title("Practise “What are your career goals?”", anchor=False)
    st.html(
        '<p class="iv-lead">An interviewer asks, follows up on what you say, and shows you in your own words '
        "what came across and what to mend.</p>"
    )
    _unfinished()
    people = sorted(service().personas.values(), key=lambda persona: _GENTLE_FIRST[persona.strictness])
    chosen = st.session_state.setdefault("persona", people[0].id)
    if chosen not in service().personas:
        chosen = st.session_state["persona"] = people[0].id
    st.subheader("Who asks?", anchor=False)
    with st.grid("auto", min_column_width=260, gap="small"):
        for persona in people:
            _persona(persona, chosen=persona.id == chosen)
    st.subheader("For which job?", anchor=False)
    left, right = st.columns(2)
    left.text_input("Role", key="role", placeholder="Marketing coordinator", persist_state="session")
    right.text_input(
        "Employer, in a line",
        key="company",
        placeholder="Brightwater, a regional water utility",
        persist_state="session",
    )
    with st.expander("Add more: job description, résumé", icon=":material/add:"):
        for column, (key, label) in zip(
            st.columns(2), (("job", "Job description"), ("resume", "Résumé")), strict=True
        ):
            with column:
                _document(key, label)
    mode = st.radio(
        "How?",
        list(_MODES),
        key="mode",
        format_func=lambda value: _MODES[value][0],
        captions=[line for _, line in _MODES.values()],
        horizontal=True,
        persist_state="session",
    )
    _begin(service().personas[chosen], mode)
    guidance_ready()


def _persona(persona: Persona, *, chosen: bool) -> None:
    facts = f"asks {persona.max_questions} questions, {STRICTNESS[persona.strictness]}"
    mark = '<span class="iv-chosen">✓ chosen</span> · ' if chosen else ""
    with st.container(key=f"persona_{persona.id}", height="stretch"):
        st.html(
            '<div class="iv-persona">'
            f'<span class="iv-face" aria-hidden="true">{esc(persona.avatar)}</span>'
            f'<span class="iv-name">{esc(persona.name)}</span>'
            f'<span class="iv-role">{esc(persona.role)}</span>'
            f'<span class="iv-line">“{esc(persona.line)}”</span>'
            f'<span class="iv-facts">{mark}{facts}</span></div>'
        )
        label = f"{plain(persona.name)}, {plain(persona.role)}" + (", chosen" if chosen else "")
        st.button(label, key=f"choose_{persona.id}", on_click=_choose, args=(persona.id,), width="stretch")


def _choose(persona_id: str) -> None:
    st.session_state["persona"] = persona_id


def _document(key: str, label: str) -> None:
    """A document pasted or uploaded; an upload is read into the field, where it can be corrected."""

    def read() -> None:
        from knowledge import read_document

        upload = st.session_state[f"{key}_file"]
        if upload is not None:
            st.session_state[f"{key}_text"] = read_document(upload.name, upload.getvalue())

    st.text_area(
        label, key=f"{key}_text", placeholder="Paste it here, or choose a file below.", height=140,
        persist_state="session",
    )  # fmt: skip
    st.file_uploader(
        f"{label} as a file (PDF, DOCX, TXT)",
        type=_UPLOADS,
        key=f"{key}_file",
        label_visibility="collapsed",
        on_change=safely(read),
    )


def _begin(persona: Persona, mode: Mode) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        pressed = st.button(
            f"Start with {plain(first_name(persona))}",
            type="primary",
            key="start",
            icon=":material/play_arrow:",
        )
        with st.container(gap=None, width="content"):
            st.page_link(
                page(SECTIONS[3]), label=plain(service().engine_line()), icon=":material/shield_person:"
            )
    if not owner()[1]:
        st.html(
            '<p class="iv-quiet">Your browser keeps no cookies for this page: your history lasts as long as '
            "this tab. An interview's address brings it back.</p>"
        )
    if pressed:
        state = st.session_state
        begin(
            Setup(
                persona=persona.id,
                role=state.get("role") or "",
                company=state.get("company") or "",
                job_description=state.get("job_text") or "",
                resume=state.get("resume_text") or "",
                mode=mode,
            )
        )


def begin(setup: Setup) -> None:
    """Start an interview and open it at its address."""
    interview = service().start(me(), setup)
    st.session_state["seen"] = interview.id
    st.session_state.pop("unfinished", None)
    go("practise", interview.id)


def _unfinished() -> None:
    """Offer the newest interview that waits for a reply, before anything else."""
    if "unfinished" not in st.session_state:
        open_ones = (i for i in service().list(me()) if i.status == "open" and i.advanced)
        st.session_state["unfinished"] = next(open_ones, None)
    interview: Interview | None = st.session_state["unfinished"]
    if interview is None:
        return
    persona = service().personas.get(interview.setup.persona)
    with st.container(key="unfinished", border=True, horizontal=True, vertical_alignment="center"):
        job = f" for {esc(interview.setup.role)}" if interview.setup.role else ""
        st.html(f'<p class="iv-text">You have an interview under way{job}.</p>', width="stretch")
        label = f"Go on with {first_name(persona)}, {progress(interview, persona)}"
        if st.button(plain(label), key="go_on", icon=":material/arrow_forward:"):
            go("practise", interview.id)
