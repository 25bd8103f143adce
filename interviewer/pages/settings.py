"""Settings: which model is asked and whether it answers, where data lies, and the way to delete it all."""

from __future__ import annotations

import streamlit as st

from interviewer.errors import InterviewerError
from interviewer.pages import picture
from interviewer.pages.shell import me, service
from interviewer.pages.words import count, esc, size


def show(arrived: bool) -> None:
    """Draw the page."""
    st.title("Settings", anchor=False)
    st.subheader("Who judges", anchor=False)
    _engine()
    st.subheader("Where your data lies", anchor=False)
    _places()
    st.subheader("Delete your interviews", anchor=False)
    _delete()


def _engine() -> None:
    settings = service().settings
    configured = service().model is not None
    key = "set" if settings.openai_api_key.get_secret_value() else "not set"
    rows = [
        ("Now", service().engine_line()),
        ("INTERVIEWER_MODEL", settings.model or "not set"),
        ("OPENAI_BASE_URL", settings.endpoint_name if settings.openai_base_url else "not set"),
        ("OPENAI_API_KEY", f"{key} (never shown)" if key == "set" else key),
        ("Built-in judge", service().agreement_line()),
    ]
    if configured:
        rows.append(("Model as judge", picture.judge_line("model")))
    _pairs(rows)
    if not configured:
        st.html(
            '<p class="iv-quiet">To let a model ask and judge, set INTERVIEWER_MODEL, and OPENAI_API_KEY for '
            "OpenAI or OPENAI_BASE_URL for Ollama, llama.cpp, vLLM or LM Studio, in the environment or in a "
            "file called .env where the app is started; then start it again.</p>"
        )
    if st.button("Test", key="test", icon=":material/network_check:", disabled=not configured):
        with st.spinner("Asking the endpoint…"):
            _test()


def _test() -> None:
    try:
        result = service().check_endpoint()
    except InterviewerError as error:
        st.error(str(error), icon=":material/error:")
        return
    (st.success if result.answers else st.error)(result.message)


def _places() -> None:
    _pairs([(label, f"{path} ({size(used)})") for label, path, used in service().places()])


def _pairs(rows: list[tuple[str, str]]) -> None:
    cells = "".join(f"<dt>{esc(label)}</dt><dd>{esc(value)}</dd>" for label, value in rows)
    st.html(f'<dl class="iv-pairs">{cells}</dl>')


def _delete() -> None:
    st.html(
        '<p class="iv-quiet">All of your interviews, for good. Other people\'s stay, and so do scores '
        "that you gave as a coach: delete those on the page Calibrate.</p>"
    )
    if st.button("Delete all my interviews", key="delete_everything", icon=":material/delete_forever:"):
        confirm_delete_all()
    done = st.session_state.pop("deleted_all", None)
    if done is not None:
        st.success(f"{count(done, 'interview is', 'interviews are')} gone for good.", icon=":material/check:")


@st.dialog("Delete all your interviews?")
def confirm_delete_all() -> None:
    """Ask once more, because this cannot be undone."""
    st.html('<p class="iv-text">This cannot be undone. Export what you want to keep first.</p>')
    with st.container(horizontal=True, horizontal_alignment="right"):
        if st.button("Keep them", key="keep_all"):
            st.rerun()
        if st.button("Delete them all", key="really_delete", type="primary"):
            st.session_state["deleted_all"] = service().delete_all(me())
            for key in ("history", "unfinished", "deleted"):
                st.session_state.pop(key, None)
            st.rerun()
