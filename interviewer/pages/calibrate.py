"""Calibrate: a coach scores replies blind, one at a time, then sees how they differ from the judge."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from interviewer.calibration import (
    NEEDED,
    Calibration,
    CalibrationStore,
    Scored,
    Workshop,
    merged,
    open_workshop,
    read_sheet,
    write_sheet,
)
from interviewer.calibration.sheet import NONE, decode
from interviewer.calibration.store import as_json, parse, read
from interviewer.compose import knowledge_folder, make_home
from interviewer.errors import InputError
from interviewer.pages.calibrated import results
from interviewer.pages.identity import owner
from interviewer.pages.marks import plain
from interviewer.pages.shell import me, safely, service
from interviewer.pages.words import VERDICTS, count, esc
from interviewer.verdicts import OVERALL

_PLACE = "calibrate_place"


def show(arrived: bool) -> None:
    """Draw the page.

    Args:
        arrived: whether the coach has just come here; then the first reply that is not scored is shown.
    """
    if arrived:
        st.session_state.pop(_PLACE, None)
    st.title("Calibrate", anchor=False)
    path = _path()
    if not path.exists():
        _welcome()
        return
    found = read(path)
    if found.fit is None:
        _scoring(found)
    else:
        results(found, workshop(), store(), path)
    _files(found)


@st.cache_resource(show_spinner="Getting ready…")
def workshop() -> Workshop:
    """Judge, rubric and the replies to score; the same for all sessions."""
    return open_workshop(service().rubric, service().judge, knowledge_folder(service().settings))


def store() -> CalibrationStore:
    """Where the scores lie."""
    return CalibrationStore(make_home(service().settings))


def _path() -> Path:
    return store().browser_path(me())


def _welcome() -> None:
    st.html(
        '<p class="iv-lead">For coaches. Score 20 replies as you would, without seeing what the judge says. '
        "Then see how you differ from it, and whether it can be set to score as you do.</p>"
    )
    if not owner()[1]:
        st.html(
            '<p class="iv-quiet">Your browser keeps no cookies for this page: your scores lie here as long '
            "as this tab is open. Download them before you close it.</p>"
        )
    with st.form("calibrate_begin", border=False):
        st.text_input("Your name", key="calibrate_name", max_chars=80, placeholder="Shown beside your scores")
        st.form_submit_button(
            "Start scoring", type="primary", icon=":material/play_arrow:", on_click=safely(_begin)
        )
    _upload()


def _begin() -> None:
    store().update(_path(), st.session_state.get("calibrate_name") or "", lambda found: found)


def _scoring(found: Calibration) -> None:
    replies = list(workshop().replies.values())
    done = sum(found.score(reply.id) is not None for reply in replies)
    st.progress(done / len(replies), text=f"{done} of {len(replies)} scored")
    if done >= min(NEEDED, len(replies)):
        st.html(
            '<p class="iv-text">All are scored. Once you have seen what the judge says, scores are no longer '
            "blind, so they cannot be changed then.</p>"
        )
        st.button(
            "Compare with the judge", type="primary", key="calibrate_compare",
            icon=":material/compare_arrows:", on_click=safely(_compare),
        )  # fmt: skip
    first = next((i for i, reply in enumerate(replies) if found.score(reply.id) is None), 0)
    place = min(st.session_state.setdefault(_PLACE, first), len(replies) - 1)
    reply = replies[place]
    facts = " · ".join(part for part in (reply.role, reply.company) if part)
    st.html(
        f'<div class="iv-row"><b>Reply {place + 1} of {len(replies)}</b>'
        f'<span class="iv-quiet">{esc(facts)}</span></div>'
        f'<p class="iv-text">{esc(reply.question)}</p>'
        f'<div class="iv-mine"><div class="iv-said">{esc(reply.reply)}</div></div>'
    )
    _form(reply.id, found.score(reply.id))
    with st.container(horizontal=True):
        st.button("Back", key="calibrate_back", disabled=place == 0, on_click=_go, args=(place - 1,))
        last = place == len(replies) - 1
        st.button("Leave for later", key="calibrate_skip", disabled=last, on_click=_go, args=(place + 1,))


def _go(place: int) -> None:
    st.session_state[_PLACE] = place


def _form(id: str, scored: Scored | None) -> None:
    rubric = workshop().rubric
    with st.form(f"calibrate_{id}"):
        st.radio(
            "Overall", list(OVERALL), index=scored.overall - 1 if scored else None, horizontal=True,
            format_func=lambda level: f"{level} {OVERALL[level]}", key=f"calibrate_overall_{id}",
        )  # fmt: skip
        with st.expander("Criteria and pitfalls, if you like"):
            for part in rubric.criteria:
                known = scored.criteria.get(part.id) if scored else None
                st.selectbox(
                    plain(part.name), list(VERDICTS), index=list(VERDICTS).index(known) if known else None,
                    placeholder="Not scored", format_func=VERDICTS.__getitem__,
                    key=f"calibrate_{part.id}_{id}",
                )  # fmt: skip
            names = {part.id: plain(part.name) for part in rubric.pitfalls} | {NONE: "None of them"}
            before = [] if scored is None or scored.pitfalls is None else scored.pitfalls or [NONE]
            st.multiselect(
                "Pitfalls", list(names), default=[one for one in before if one in names],
                placeholder="Not scored", format_func=names.__getitem__, key=f"calibrate_pitfalls_{id}",
            )  # fmt: skip
        st.form_submit_button(
            "Keep and go on", type="primary", icon=":material/check:", on_click=safely(_keep), args=(id,)
        )


def _keep(id: str) -> None:
    """Store one score at once, so that a reload loses nothing, and go to the next that is not scored."""
    state = st.session_state
    overall = state.get(f"calibrate_overall_{id}")
    if overall is None:
        raise InputError("Give an overall score from 1 to 5, then keep it.")
    marked = {part.id: state.get(f"calibrate_{part.id}_{id}") for part in workshop().rubric.criteria}
    pitfalls = state.get(f"calibrate_pitfalls_{id}") or None
    scored = Scored(
        id=id,
        overall=overall,
        criteria={name: verdict for name, verdict in marked.items() if verdict},
        pitfalls=None if pitfalls is None else [one for one in pitfalls if one != NONE],
    )
    found = store().update(_path(), "", lambda before: _unseen(before).with_score(scored))
    ids = list(workshop().replies)
    place = ids.index(id)
    order = [*range(place + 1, len(ids)), *range(place)]
    state[_PLACE] = next((i for i in order if found.score(ids[i]) is None), place)


def _unseen(found: Calibration) -> Calibration:
    """What may still be scored: in another tab the judge's scores may have been shown meanwhile."""
    if found.fit is not None:
        raise InputError("The judge's scores have been shown, so these can no longer be scored blind.")
    return found


def _compare() -> None:
    store().update(_path(), "", lambda found: workshop().fitted(found, *workshop().pairs(found)))


def _files(found: Calibration) -> None:
    st.subheader("Take it along", anchor=False)
    with st.container(horizontal=True):
        st.download_button(
            "Your calibration (JSON)", as_json(found), "calibration.json", "application/json",
            key="calibrate_json", icon=":material/download:", on_click="ignore",
        )  # fmt: skip
        if found.fit is None:
            sheet = write_sheet(workshop().replies, workshop().rubric, {one.id: one for one in found.scores})
            st.download_button(
                "The sheet to fill in (CSV)", "\ufeff" + sheet, "calibration.csv", "text/csv",
                key="calibrate_csv", icon=":material/download:", on_click="ignore",
            )  # fmt: skip
        with st.popover("Delete", icon=":material/delete:", key="calibrate_more"):
            st.html('<p class="iv-quiet">All of your scores here, for good.</p>')
            st.button("Delete my scores", key="calibrate_delete", on_click=safely(_delete))
    _upload()


def _delete() -> None:
    store().delete(_path())
    st.session_state.pop(_PLACE, None)


def _upload() -> None:
    if "calibrate_taken" in st.session_state:
        st.success(st.session_state.pop("calibrate_taken"), icon=":material/check:")
    st.file_uploader(
        "Bring a filled sheet (CSV) or a calibration (JSON)", type=["csv", "json"], key="calibrate_file",
        on_change=safely(_take),
    )  # fmt: skip


def _take() -> None:
    upload = st.session_state.get("calibrate_file")
    if upload is None:
        return
    text = decode(upload.getvalue(), upload.name)
    if upload.name.lower().endswith(".json"):
        _take_calibration(text)
        return
    scores = read_sheet(text, workshop().replies, workshop().rubric)
    if not _path().exists():
        name = st.session_state.get("calibrate_name") or ""
        if not name.strip():
            raise InputError("Give your name first and start scoring, then bring the sheet.")

    def add(found: Calibration) -> Calibration:
        found = _unseen(found)
        for one in scores:
            found = found.with_score(one)
        return found

    store().update(_path(), st.session_state.get("calibrate_name") or "", add)
    st.session_state.pop(_PLACE, None)
    st.session_state["calibrate_taken"] = f"{count(len(scores), 'score is', 'scores are')} kept."


def _take_calibration(text: str) -> None:
    other = parse(text, workshop().replies)
    why = ""

    def take(mine: Calibration) -> Calibration:
        nonlocal why
        if mine.coach != other.coach:
            raise InputError(
                f"Here are the scores of {mine.coach}, the file has those of {other.coach}; "
                "delete yours first, or open another browser."
            )
        found, why = workshop().current(merged(mine, other))
        return found if other.fit is not None or mine.fit is not None else merged(mine, other)

    store().update(_path(), other.coach, take)
    st.session_state.pop(_PLACE, None)
    st.session_state["calibrate_taken"] = f"The calibration is taken in. {why}".strip()
