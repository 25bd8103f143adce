"""History: a line for each interview, a chart over time, and open, export, delete with undo."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import streamlit as st

from interviewer.pages import charts
from interviewer.pages.debrief import export_buttons
from interviewer.pages.marks import plain
from interviewer.pages.settings import confirm_delete_all
from interviewer.pages.shell import go, me, safely, service
from interviewer.pages.words import count, day, esc, overall_html, progress
from interviewer.schema import Interview

_PAGE = 10


@dataclass(frozen=True)
class Row:
    """What History shows of an interview."""

    interview: Interview
    title: str
    where: str
    best: int | None


def show(arrived: bool) -> None:
    """Draw the page.

    Args:
        arrived: whether the candidate has just come here; then the list is read anew.
    """
    if arrived:
        st.session_state.pop("history", None)
    st.title("History", anchor=False)
    _undo()
    done = st.session_state.pop("deleted_all", None)
    if done is not None:
        st.success(f"{count(done, 'interview is', 'interviews are')} gone for good.", icon=":material/check:")
    rows = _rows()
    if not rows:
        st.html(
            '<p class="iv-lead">Your interviews will be here: what you said, how it came across, and how '
            "that changes over time. Practise once to begin.</p>"
        )
        if st.button("Start practising", type="primary", key="first"):
            go("practise")
        return
    charts.over_time([row.interview for row in rows])
    pages = -(-len(rows) // _PAGE)
    number = min(st.session_state.get("history_page") or 1, pages)
    for row in rows[(number - 1) * _PAGE : number * _PAGE]:
        _line(row)
    if pages > 1:
        st.pagination(pages, key="history_page")
    if st.button("Delete all", key="delete_all", icon=":material/delete_forever:", type="tertiary"):
        confirm_delete_all()


def _rows() -> list[Row]:
    """The owner's interviews, read once a visit."""
    if "history" not in st.session_state:
        st.session_state["history"] = [_row(interview) for interview in service().list(me())]
    rows: list[Row] = st.session_state["history"]
    return rows


def _row(interview: Interview) -> Row:
    persona = service().personas.get(interview.setup.persona)
    name = persona.name if persona else interview.setup.persona
    title = " · ".join(part for part in (name, interview.setup.role, interview.setup.company) if part)
    how = {"questions": "finished", "covered": "finished, all covered", "candidate": "you ended it"}
    where = how.get(interview.ended_by, "finished") if interview.status == "ended" else "under way"
    kind = ["exercise"] if interview.setup.exercise else []
    kind += ["realistic"] if interview.setup.mode == "realistic" else []
    parts = [_date(interview.created), f"{progress(interview, persona)} replies", where, *kind]
    hidden = interview.setup.mode == "realistic" and interview.status == "open"
    scores = [t.critique.overall for t in interview.turns if t.critique and t.critique.overall is not None]
    return Row(interview, title, " · ".join(parts), None if hidden or not scores else max(scores))


def _date(moment: datetime) -> str:
    return day(moment)


def _line(row: Row) -> None:
    interview = row.interview
    with st.container(
        key=f"row_{interview.id}", border=True, horizontal=True, vertical_alignment="center", gap="small"
    ):
        best = f"<span>best reply: {overall_html(row.best)}</span>" if row.best else ""
        st.html(
            f'<div class="iv-row"><b>{esc(row.title)}</b>'
            f'<span class="iv-quiet">{esc(row.where)}</span>{best}</div>',
            width="stretch",
        )
        label = "Open" if interview.status == "ended" else "Go on"
        if st.button(label, key=f"open_{interview.id}", type="primary" if label == "Go on" else "secondary"):
            go("practise", interview.id)
        with st.popover("More", icon=":material/more_horiz:", key=f"more_{interview.id}"):
            export_buttons(interview, prefix="history")
            st.button(
                "Delete", icon=":material/delete:", key=f"delete_{interview.id}",
                on_click=safely(_delete), args=(interview.id, plain(row.title)),
            )  # fmt: skip


def _delete(interview_id: str, title: str) -> None:
    service().delete(interview_id)
    st.session_state["deleted"] = (interview_id, title)
    st.session_state.pop("history", None)
    st.session_state.pop("unfinished", None)


def _undo() -> None:
    """What was deleted last, and the way back."""
    if "deleted" not in st.session_state:
        return
    interview_id, title = st.session_state["deleted"]
    with st.container(key="undo_bar", border=True, horizontal=True, vertical_alignment="center"):
        st.markdown(f"Deleted: {title}", width="stretch")
        st.button(
            "Undo", key="undo", icon=":material/undo:", on_click=safely(_bring_back), args=(interview_id,)
        )


def _bring_back(interview_id: str) -> None:
    service().undo_delete(interview_id)
    for key in ("deleted", "history", "unfinished"):
        st.session_state.pop(key, None)
