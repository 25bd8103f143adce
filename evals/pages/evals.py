"""Evals: run suites over recordings, compare two prompt sets or runs, read the report, take it along."""

from __future__ import annotations

import base64
from collections.abc import Callable

import streamlit as st

from evals import report
from evals.comparison import CompareReport
from evals.places import BASE, Places, find_places
from evals.result import PRINCIPLE, Run
from evals.stored import blessed, keep, stored
from evals.suite import suite_names
from evals.whole import compare_named, run_and_check
from interviewer.errors import InterviewerError
from interviewer.pages.shell import service

_HEIGHT = 900
_LONGEST = 1_400_000
"""Characters of a page that browsers still take as an address, with room for base64."""
_FOUND = "evals_found"


def show(arrived: bool) -> None:
    """Draw the page."""
    st.title("Evals", anchor=False)
    st.html(
        '<p class="iv-lead">Know what a prompt change did before anyone meets it: suites over recorded '
        "answers, with no network and no key.</p>"
    )
    st.caption(PRINCIPLE)
    places = find_places(home=service().settings.home)
    run_tab, compare_tab = st.tabs(["Run", "Compare"])
    with run_tab:
        _run(places)
    with compare_tab:
        _compare(places)
    found = st.session_state.get(_FOUND)
    if found is not None:
        _report(found, places)


def _run(places: Places) -> None:
    with st.form("evals_run", border=False):
        names = suite_names(places.suites)
        chosen = st.multiselect("Suites", names, placeholder="All suites", key="evals_suites")
        left, right = st.columns(2)
        prompt_set = left.selectbox("Prompt set", places.prompt_sets(), key="evals_set")
        model = right.selectbox("Recorded model", list(places.models()) or ["none"], key="evals_model")
        pressed = st.form_submit_button("Run", type="primary", icon=":material/play_arrow:")
    st.caption("The built-in engine runs beside it as the baseline. To record: `interviewer eval record`.")
    if pressed:
        named = model if model and model != "none" else ""
        _do("Replaying…", lambda: _kept(run_and_check(chosen, places, prompt_set or BASE, named), places))


def _kept(found: Run, places: Places) -> Run:
    keep(found, places)
    return found


def _compare(places: Places) -> None:
    sets = places.prompt_sets()
    known = ["blessed"] if blessed(places) else []
    ways = [*sets, *known, *(path.stem for path in reversed(stored(places)))]
    with st.form("evals_compare", border=False):
        left, right = st.columns(2)
        base = left.selectbox("Base", ways, key="evals_base")
        candidate = right.selectbox("Candidate", ways, index=min(1, len(ways) - 1), key="evals_candidate")
        suites = st.multiselect(
            "Suites", suite_names(places.suites), placeholder="All that both have recorded", key="evals_both"
        )
        pressed = st.form_submit_button("Compare", type="primary", icon=":material/compare_arrows:")
    if pressed and base and candidate:
        _do("Comparing…", lambda: compare_named(base, candidate, places, suites=suites))


def _do(what: str, act: Callable[[], Run | CompareReport]) -> None:
    st.session_state.pop(_FOUND, None)
    try:
        with st.spinner(what):
            st.session_state[_FOUND] = act()
    except InterviewerError as error:
        st.error(str(error), icon=":material/error:")


def _report(found: Run | CompareReport, places: Places) -> None:
    page = report.html(found, blessed(places))
    with st.container(horizontal=True):
        st.download_button("Page (HTML)", page, "evals.html", "text/html", icon=":material/download:")
        st.download_button("For a pull request", report.markdown(found), "evals.md", "text/markdown")
        st.download_button("Data (JSON)", found.model_dump_json(indent=1), "evals.json", "application/json")
    if len(page) > _LONGEST and len(names := list(dict.fromkeys(each.suite for each in found.suites))) > 1:
        one = st.selectbox("The page is long: show one suite", names, key="evals_one")
        page = report.html(_only(found, one), blessed(places))
    if len(page) > _LONGEST:
        st.info(
            "This page is too long to be shown here: download it and open it.", icon=":material/download:"
        )
        return
    # A data: address has an origin of its own: what the page shows can reach nothing of the app.
    st.iframe(f"data:text/html;base64,{base64.b64encode(page.encode()).decode()}", height=_HEIGHT)


def _only(found: Run | CompareReport, suite: str) -> Run | CompareReport:
    """The report of one suite."""
    kept = [each for each in found.suites if each.suite == suite]
    return found.model_copy(update={"suites": kept})
