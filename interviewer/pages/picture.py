"""What came across so far: the best verdict on each criterion, in groups, and as a table over the replies."""

from __future__ import annotations

from collections import defaultdict

import streamlit as st

from interviewer.pages.shell import service
from interviewer.pages.words import VERDICTS, esc
from interviewer.schema import Debrief, EngineName, Interview, Turn, Verdict
from interviewer.verdicts import DOTS, OVERALL

_MET: tuple[Verdict, str] = ("met", "")
_RANK: dict[Verdict, int] = {"missing": 0, "partly": 1, "met": 2}


def best(interview: Interview) -> dict[str, tuple[Verdict, str]]:
    """The best verdict on each criterion so far, with the first quote that shows it."""
    found: dict[str, tuple[Verdict, str]] = {}
    for turn in interview.turns:
        for name, finding in (turn.critique.criteria if turn.critique else {}).items():
            if name not in found or _RANK[finding.verdict] > _RANK[found[name][0]]:
                found[name] = (finding.verdict, finding.quotes[0] if finding.quotes else "")
    return found


def coming(interview: Interview) -> tuple[str, str]:
    """What to do next, from the newest critique's focus: the words before it, and its name.

    A criterion that has come across in an earlier reply is not asked for again.
    """
    found = best(interview)
    newest = next((turn.critique for turn in reversed(interview.turns) if turn.critique), None)
    for name in newest.focus if newest else []:
        if name not in found:
            return "Avoid next", name_of(name)
        if found[name][0] != "met":
            return "Next to show", name_of(name)
    left = (c.name for c in service().rubric.criteria if found.get(c.id, _MET)[0] != "met")
    return next((("Next to show", name) for name in left), ("", ""))


def name_of(name: str) -> str:
    """What a criterion or pitfall is called; an id that the rubric no longer has stands for itself."""
    rubric = service().rubric
    names = {criterion.id: criterion.name for criterion in rubric.criteria}
    names |= {pitfall.id: pitfall.name for pitfall in rubric.pitfalls}
    return names.get(name, name)


def judge_line(engine: EngineName = "embedded", model: str = "") -> str:
    """What is known of a judge's agreement with the reference labels, as a sentence of its own.

    Args:
        engine: who judged.
        model: the model's name as configured, for the model engine.
    """
    if engine == "model":
        from interviewer.agreement import model_line, prompt_hashes, usable_card
        from interviewer.compose import knowledge_folder, prompts_folder

        settings = service().settings
        knowledge = knowledge_folder(settings)
        now = prompt_hashes(knowledge, prompts_folder(settings))
        line = model_line(usable_card(knowledge), model or settings.model, now)
        return line[:1].upper() + line[1:]
    line = service().agreement_line()
    return line if line.lower().startswith("built-in judge") else f"Built-in judge: {line}"


def line_of(turn: Turn) -> str:
    """The same of the judge that wrote this critique; its model need not be the one configured now."""
    if turn.critique is None or turn.critique.engine == "embedded":
        return judge_line()
    return judge_line("model", next((one.model for one in turn.usage if one.call == "critique"), ""))


def panel(interview: Interview) -> None:
    """The picture beside the chat."""
    with st.container(key="picture"):
        st.html(f'<section class="iv-picture" aria-label="What came across">{_panel(interview)}</section>')


def strip(interview: Interview) -> None:
    """The picture folded over the input, for a phone."""
    found = best(interview)
    met = sum(verdict == "met" for verdict, _ in found.values())
    with (
        st.container(key="strip"),
        st.expander(f"What came across: {met} of {len(service().rubric.criteria)}"),
    ):
        st.html(_panel(interview, title=False))


def _panel(interview: Interview, *, title: bool = True) -> str:
    found = best(interview)
    groups: dict[str, list[str]] = defaultdict(list)
    for criterion in service().rubric.criteria:
        verdict, quote = found.get(criterion.id, ("missing", ""))
        tip = f"{VERDICTS[verdict]}: “{quote}”" if quote else VERDICTS[verdict]
        groups[criterion.group].append(
            f'<li title="{esc(tip)}"><span class="iv-dot {verdict}" aria-hidden="true">{DOTS[verdict]}</span>'
            f'<span>{esc(criterion.name)}<span class="iv-sr">: {VERDICTS[verdict]}</span></span></li>'
        )
    parts = ["<h3>What came across</h3>"] if title else []
    parts += [
        f'<div class="iv-group"><b>{esc(group)}</b><ul>{"".join(lines)}</ul></div>'
        for group, lines in groups.items()
    ]
    before, name = coming(interview)
    if name:
        parts.append(f'<div class="iv-next">{before}: <b>{esc(name)}</b></div>')
    elif not found:
        parts.append('<div class="iv-next iv-quiet">Fills with your replies. Hover for your words.</div>')
    judges = dict.fromkeys(line_of(turn) for turn in interview.turns if turn.critique) or [judge_line()]
    parts += [f'<p class="iv-quiet iv-how">{esc(line)}</p>' for line in judges]
    return "".join(parts)


def table(debrief: Debrief) -> None:
    """The picture over the replies: a row each, a column for every criterion."""
    rubric = service().rubric
    groups: dict[str, int] = {}
    heads: list[str] = []
    for criterion in rubric.criteria:
        first = criterion.group not in groups
        groups[criterion.group] = groups.get(criterion.group, 0) + 1
        edge = ' class="iv-head"' if first else ""
        heads.append(f'<th scope="col"{edge}><span>{esc(criterion.name)}</span></th>')
    rows = []
    for number, turn in enumerate(debrief.turns):
        cells = []
        for criterion in rubric.criteria:
            verdict = debrief.picture.get(criterion.id, [])[number]
            cells.append(
                f'<td title="{esc(criterion.name)}: {VERDICTS[verdict]}">'
                f'<span class="iv-dot {verdict}" aria-hidden="true">{DOTS[verdict]}</span>'
                f'<span class="iv-sr">{VERDICTS[verdict]}</span></td>'
            )
        score = debrief.overall[number]
        rows.append(
            f'<tr><th scope="row">Reply {turn}</th>{"".join(cells)}'
            f'<td class="iv-left">{OVERALL[score] if score else "not judged"}</td></tr>'
        )
    spans = "".join(f'<th colspan="{span}" class="iv-head">{esc(name)}</th>' for name, span in groups.items())
    st.html(
        '<div class="iv-scroll" tabindex="0" role="region" aria-label="The picture over your replies">'
        f'<table class="iv-table"><thead><tr><td></td>{spans}<td></td></tr>'
        f'<tr><td></td>{"".join(heads)}<th scope="col" class="iv-left">overall</th></tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>"
        '<p class="iv-quiet">● comes across &nbsp; ◐ partly there &nbsp; ○ not there yet</p>'
    )
