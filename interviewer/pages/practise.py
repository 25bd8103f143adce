"""Practise: the start screen, an interview under way, or its debrief, as the address says."""

from __future__ import annotations

import streamlit as st

from interviewer.errors import NotFoundError
from interviewer.pages import chat, debrief, start
from interviewer.pages.shell import service
from interviewer.schema import Interview
from interviewer.work import TurnWork

SETTLE_SECONDS = 0.2
"""So long a page waits for work that is nearly done, rather than draw it as under way and draw again."""


def show(arrived: bool) -> None:
    """Draw the page.

    Args:
        arrived: whether the candidate has just come to this page.
    """
    interview_id = st.query_params.get("interview", "")
    if not interview_id:
        if arrived:
            st.session_state.pop("unfinished", None)
        start.show()
        return
    st.session_state.pop("unfinished", None)
    try:
        interview, work, streaming = _read(interview_id)
    except NotFoundError:
        del st.query_params["interview"]
        st.warning(
            "No interview is at this address: it may have been deleted. Start a new one here.",
            icon=":material/search_off:",
        )
        start.show()
        return
    if interview.status == "ended":
        debrief.show(interview)
    else:
        chat.show(interview, work, streaming=streaming)


def _read(interview_id: str) -> tuple[Interview, TurnWork | None, bool]:
    """The interview as it stands, what is in flight for it, and whether a question was on its way.

    That is told before the interview is read: a question that comes between the two looks is either read with
    it or taken for one on its way, and never left unseen until the critique is there.
    """
    work = service().work(interview_id)
    if work is not None:
        work.wait(SETTLE_SECONDS)
    streaming = work is not None and not work.question_done
    interview = service().get(interview_id)
    if work is None:
        # Work that a restart had cut off was taken up again by reading.
        work = service().work(interview_id)
        streaming = work is not None
    return interview, work, streaming
