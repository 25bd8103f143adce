"""The results of a calibration: before and after, where coach and judge differ, and what is added later."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from interviewer.calibration import (
    Calibration,
    CalibrationStore,
    Offset,
    Override,
    Workshop,
    apply,
    compare,
)
from interviewer.calibration.fitting import data_hash
from interviewer.calibration.report import BeforeAfter, criterion_line, differs_line, figures
from interviewer.errors import InputError
from interviewer.intake import MAX_REPLY, clean
from interviewer.pages.shell import safely
from interviewer.pages.words import esc, overall_html
from interviewer.verdicts import OVERALL

_SHOWN = "calibrate_shown"
_TRIED = "calibrate_tried"


def results(found: Calibration, workshop: Workshop, store: CalibrationStore, path: Path) -> None:
    """Draw the results.

    Args:
        found: a calibration whose judge's scores may be shown.
        workshop: judge, rubric and wording.
        store: where later scores go.
        path: the file they go to.
    """
    found, report, why = _current(found, workshop)
    if why:
        st.info(why, icon=":material/info:")
    lead, *more = report.sentences
    st.html(f'<p class="iv-lead">{esc(lead)}</p>')
    if report.overall is not None:
        st.html(_table(report.overall))
        words = workshop.words.figures.format(n=report.overall.blind)
        st.html(f'<p class="iv-quiet">{esc(words)}</p>')
        _differences(report, workshop)
    for sentence in more:
        st.html(f'<p class="iv-quiet">{esc(sentence)}</p>')
    _later(found, workshop, store, path)


def _current(found: Calibration, workshop: Workshop) -> tuple[Calibration, BeforeAfter, str]:
    """The calibration as it holds here, and its report: worked out once for the same scores and judge."""
    key = (found.coach, data_hash(found), workshop.rubric.hash, workshop.judge_hash)
    kept = st.session_state.get(_SHOWN)
    if kept is None or kept[0] != key:
        now, why = workshop.current(found)
        kept = (key, now, compare(now, workshop.pairs(now)[0], workshop), why)
        st.session_state[_SHOWN] = kept
    return kept[1], kept[2], kept[3]


def _table(overall: Offset) -> str:
    rows = "".join(
        f'<tr><th scope="row">{esc(what)}</th>' + "".join(f"<td>{esc(cell)}</td>" for cell in cells) + "</tr>"
        for what, *cells in figures(overall)
    )
    return (
        '<div class="iv-scroll" tabindex="0" role="region" aria-label="Before and after">'
        '<table class="iv-table"><thead><tr><th></th><th>Before</th>'
        "<th>After</th><th>Gained</th></tr></thead>"
        f"<tbody>{rows}</tbody></table></div>"
    )


def _differences(report: BeforeAfter, workshop: Workshop) -> None:
    rubric = workshop.rubric
    if report.furthest:
        st.subheader("Where you differ most", anchor=False)
    for one in report.furthest:
        text = workshop.replies[one.reply].reply if one.reply in workshop.replies else ""
        known = f'<p class="iv-quiet">{esc(text)}</p>' if text else ""
        st.html(f'<div class="iv-found"><p>{esc(differs_line(one, rubric))}</p>{known}</div>')
    if report.criteria or report.pitfalls:
        with st.expander("Criteria and pitfalls"):
            pairs = [(rubric.criterion(one.id).name, criterion_line(one)) for one in report.criteria]
            pairs += [
                (
                    rubric.pitfall(one.id).name,
                    f"named by both {one.both}, by you alone {one.coach_only}, "
                    f"by the judge alone {one.judge_only}",
                )
                for one in report.pitfalls
            ]
            cells = "".join(f"<dt>{esc(name)}</dt><dd>{esc(line)}</dd>" for name, line in pairs)
            st.html(f'<dl class="iv-pairs">{cells}</dl>')


def _later(found: Calibration, workshop: Workshop, store: CalibrationStore, path: Path) -> None:
    """A reply of the coach's own: scored before the judge is asked it counts as blind, afterwards not."""
    st.subheader("More replies", anchor=False)
    st.html(
        '<p class="iv-quiet">Judge any reply as you score. Your own score of it is kept as more data. '
        "Give your score first if you can: then it is blind.</p>"
    )

    def ask() -> None:
        state = st.session_state
        reply = clean(state.get("calibrate_reply") or "")
        if not reply or len(reply) > MAX_REPLY:
            raise InputError("Put in a reply first.")
        tried = {"reply": reply, "role": clean(state.get("calibrate_role") or "")[:500]}
        if state.get("calibrate_mine"):
            _add(store, path, tried, state["calibrate_mine"], blind=True)
        state[_TRIED] = tried

    with st.form("calibrate_more_replies"):
        st.text_area("Reply", key="calibrate_reply", height=120)
        st.text_input("Role", key="calibrate_role", max_chars=200)
        st.selectbox(
            "Your own score", list(OVERALL), index=None, placeholder="Not given", key="calibrate_mine",
            format_func=lambda level: f"{level} {OVERALL[level]}",
        )  # fmt: skip
        st.form_submit_button("Judge it", icon=":material/gavel:", on_click=safely(ask))
    tried = st.session_state.get(_TRIED)
    if tried is not None:
        _tried(tried, found, workshop, store, path)


def _tried(
    tried: dict[str, str], found: Calibration, workshop: Workshop, store: CalibrationStore, path: Path
) -> None:
    own = workshop.judged(tried["reply"], "", tried["role"], "")
    mine = apply(own, found)
    st.html(f"<p>{overall_html(mine.overall)}</p>")
    notes = [own.cannot_judge, *mine.notes] if own.cannot_judge else mine.notes
    for note in notes or ["This is the judge's own score: no offset was borne out."]:
        st.html(f'<p class="iv-quiet">{esc(note)}</p>')
    kept = next((one for one in reversed(found.overrides) if one.reply == tried["reply"]), None)
    if kept is not None:
        st.html(f'<p class="iv-quiet">Your score is kept: {kept.overall} {OVERALL[kept.overall]}.</p>')
        return

    def correct() -> None:
        if not st.session_state.get("calibrate_correct"):
            raise InputError("Choose the score that you would give, then keep it.")
        _add(store, path, tried, st.session_state["calibrate_correct"], blind=False)

    with st.form("calibrate_correction", border=False):
        st.selectbox(
            "You would give", list(OVERALL), index=None, placeholder="Choose", key="calibrate_correct",
            format_func=lambda level: f"{level} {OVERALL[level]}",
        )  # fmt: skip
        st.form_submit_button("Keep my score", icon=":material/check:", on_click=safely(correct))


def _add(store: CalibrationStore, path: Path, tried: dict[str, str], overall: int, *, blind: bool) -> None:
    one = Override(reply=tried["reply"], role=tried["role"], overall=overall, blind=blind)
    store.update(path, "", lambda found: found.model_copy(update={"overrides": [*found.overrides, one]}))
