"""How replies came across over time: overall, or one group of criteria."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from typing import Any

import streamlit as st

from interviewer.pages.shell import service
from interviewer.pages.words import VERDICTS
from interviewer.schema import Interview
from interviewer.verdicts import DOTS, OVERALL

_ALL = "Overall"
_HEIGHT = 260
_AXIS = "your replies, oldest first"


def over_time(interviews: Sequence[Interview]) -> None:
    """Draw the chart, where at least two replies have been judged.

    Args:
        interviews: newest first; open realistic ones are left out, for they give nothing away.
    """
    judged = [i for i in reversed(interviews) if i.status == "ended" or i.setup.mode == "rehearsal"]
    if sum(turn.critique is not None for i in judged for turn in i.turns) < 2:
        return
    groups = list(dict.fromkeys(criterion.group for criterion in service().rubric.criteria))
    with st.container(key="chart", border=True):
        choice = st.segmented_control(
            "How your replies came across", [_ALL, *groups], default=_ALL, key="chart_of", required=True
        )
        if choice in (None, _ALL):
            st.altair_chart(_line(_overall(judged)), height=_HEIGHT)
        else:
            st.altair_chart(_dots(_group(judged, str(choice))))
            st.html('<p class="iv-quiet">● comes across &nbsp; ◐ partly there &nbsp; ○ not there yet</p>')


def _replies(interviews: Sequence[Interview]) -> list[tuple[int, str, Any]]:
    """Every judged reply in order: its number over all, when, its critique."""
    found = [
        (turn.replied_at or interview.updated, turn.critique)
        for interview in interviews
        for turn in interview.turns
        if turn.critique is not None
    ]
    return [(n, f"{when.astimezone():%d %b %H:%M}", critique) for n, (when, critique) in enumerate(found, 1)]


def _overall(interviews: Sequence[Interview]) -> list[dict[str, Any]]:
    return [
        {"reply": n, "when": when, "value": critique.overall}
        for n, when, critique in _replies(interviews)
        if critique.overall is not None
    ]


def _group(interviews: Sequence[Interview], group: str) -> list[dict[str, Any]]:
    criteria = [criterion for criterion in service().rubric.criteria if criterion.group == group]
    return [
        {"reply": n, "when": when, "of": c.name, "dot": DOTS[verdict], "verdict": VERDICTS[verdict]}
        for n, when, critique in _replies(interviews)
        for c in criteria
        if (verdict := critique.criteria[c.id].verdict)
    ]


def _altair() -> Any:
    """Altair, once pandas is whole.

    Altair looks for pandas among the loaded modules and breaks on one that another visitor's chart is only
    just loading; importing it waits for that.
    """
    importlib.import_module("pandas")
    return importlib.import_module("altair")


def _line(rows: list[dict[str, Any]]) -> Any:
    """The overall verdicts as a line, with words instead of figures beside it."""
    alt = _altair()
    said = " : ".join(f"datum.value == {value} ? '{word}'" for value, word in OVERALL.items())
    base = alt.Chart(alt.InlineData(values=rows)).encode(
        x=alt.X("reply:Q", title=_AXIS, axis=alt.Axis(tickMinStep=1, format="d")),
        y=alt.Y(
            "value:Q",
            title=None,
            scale=alt.Scale(domain=[min(OVERALL), max(OVERALL)]),
            axis=alt.Axis(values=list(OVERALL), labelExpr=f"{said} : ''"),
        ),
        tooltip=[alt.Tooltip("when:N", title="When")],
    )
    return base.mark_line(strokeWidth=2) + base.mark_point(filled=True, size=70, opacity=1)


def _dots(rows: list[dict[str, Any]]) -> Any:
    """A group's criteria as rows of dots: lines of five criteria would lie on top of each other."""
    alt = _altair()
    shades = alt.Scale(domain=[VERDICTS["met"], VERDICTS["partly"], VERDICTS["missing"]])
    return (
        alt.Chart(alt.InlineData(values=rows))
        .mark_text(fontSize=20)
        .encode(
            x=alt.X("reply:O", title=_AXIS, axis=alt.Axis(labelAngle=0)),
            y=alt.Y("of:N", title=None, sort=None, axis=alt.Axis(labelLimit=160)),
            text="dot:N",
            color=alt.Color("verdict:N", scale=shades, legend=None),
            tooltip=[alt.Tooltip("of:N", title="What"), alt.Tooltip("verdict:N", title="Verdict"),
                     alt.Tooltip("when:N", title="When")],
        )
        .properties(height=alt.Step(34))
    )  # fmt: skip
