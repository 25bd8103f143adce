"""How replies came across over time: overall, or one group of criteria."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from interviewer.pages.shell import service
from interviewer.pages.words import OVERALL
from interviewer.schema import Interview, Verdict

_VALUE: dict[Verdict, int] = {"missing": 0, "partly": 1, "met": 2}
_ALL = "Overall"
_HEIGHT = 260


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
        rows, labels = (
            (_overall(judged), dict(OVERALL)) if choice in (None, _ALL)
            else (_group(judged, str(choice)), {0: "not there", 1: "partly", 2: "comes across"})
        )  # fmt: skip
        st.altair_chart(_chart(rows, labels), height=_HEIGHT)


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
        {"reply": n, "when": when, "value": critique.overall, "of": _ALL}
        for n, when, critique in _replies(interviews)
        if critique.overall is not None
    ]


def _group(interviews: Sequence[Interview], group: str) -> list[dict[str, Any]]:
    criteria = [criterion for criterion in service().rubric.criteria if criterion.group == group]
    return [
        {"reply": n, "when": when, "value": _VALUE[critique.criteria[c.id].verdict], "of": c.name}
        for n, when, critique in _replies(interviews)
        for c in criteria
        if c.id in critique.criteria
    ]


def _chart(rows: list[dict[str, Any]], labels: dict[int, str]) -> Any:
    """Lines with points; told apart by shape and by dash as well as by colour."""
    import altair as alt

    said = " : ".join(f"datum.value == {value} ? '{label}'" for value, label in labels.items())
    many = len({row["of"] for row in rows}) > 1
    legend = alt.Legend(title=None, orient="bottom", columns=2) if many else None
    base = alt.Chart(alt.InlineData(values=rows)).encode(
        x=alt.X("reply:Q", title="your replies, oldest first", axis=alt.Axis(tickMinStep=1, format="d")),
        y=alt.Y(
            "value:Q",
            title=None,
            scale=alt.Scale(domain=[min(labels), max(labels)]),
            axis=alt.Axis(values=list(labels), labelExpr=f"{said} : ''"),
        ),
        color=alt.Color("of:N", legend=legend),
        tooltip=[alt.Tooltip("of:N", title="What"), alt.Tooltip("when:N", title="When")],
    )
    lines = base.mark_line(strokeWidth=2).encode(strokeDash=alt.StrokeDash("of:N", legend=legend))
    return lines + base.mark_point(filled=True, size=70).encode(shape=alt.Shape("of:N", legend=legend))
