"""The cases of a suite as they are asked: with its defaults, for each persona, and from labelled replies."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from evals.judge_data import Labelled, load_labelled
from evals.places import Places
from evals.suite import Case, Expect, Suite
from interviewer.errors import DataFileError

if TYPE_CHECKING:
    from evals.parts import Parts


_SPEAKING = ("opening", "question", "interview")
"""Subjects in which somebody asks."""


@dataclass(frozen=True)
class Asked:
    """A case ready to be asked. `label` is there for a labelled reply."""

    case: Case
    label: Labelled | None = None


def cases_of(suite: Suite, places: Places, personas: Sequence[str]) -> list[Asked]:
    """All cases of a suite, in order.

    Args:
        suite: the suite.
        places: where labelled replies and queries lie.
        personas: the ids of all personas there are.

    Raises:
        DataFileError: a persona is not known, or a file cannot be used.
    """
    found = [Asked(_with_defaults(case, suite)) for case in suite.cases]
    if suite.labelled:
        found += [_from_label(label, suite) for label in draw(suite, places)]
    if suite.queries:
        found += _from_queries(suite)
    for each in found:
        _check_personas(suite, each.case, personas)
    chosen = list(personas) if suite.personas == "all" else list(suite.personas)
    if chosen:
        found = [
            _for_persona(each, persona)
            for persona in chosen
            for each in found
            if not each.case.personas or persona in each.case.personas
        ]
    for each in found:
        _check_personas(suite, each.case, personas)
        if suite.subject in _SPEAKING and not each.case.persona:
            problem = f"nobody asks in the case '{each.case.id}'; give it a persona, or the suite personas"
            raise DataFileError(suite.path, problem)
    return found


def _check_personas(suite: Suite, case: Case, known: Sequence[str]) -> None:
    for name in filter(None, (case.persona, *case.personas)):
        if name not in known:
            problem = f"the case '{case.id}' names the persona '{name}'; there are {', '.join(known)}"
            raise DataFileError(suite.path, problem)


def _with_defaults(case: Case, suite: Suite) -> Case:
    common = {
        name: value
        for name, value in suite.defaults.model_dump().items()
        if value and name not in case.model_fields_set
    }
    return case.model_copy(update={**common, "cluster": case.cluster or case.id})


def _for_persona(asked: Asked, persona: str) -> Asked:
    case = asked.case
    expect = case.expect
    if expect.of:
        expect = expect.model_copy(update={"of": f"{persona}.{expect.of}"})
    update = {"id": f"{persona}.{case.id}", "persona": persona, "expect": expect}
    return Asked(case.model_copy(update=update), asked.label)


def _from_label(label: Labelled, suite: Suite) -> Asked:
    case = Case(
        id=label.id, role=label.role, company=label.company, question=label.question, reply=label.reply
    )
    return Asked(_with_defaults(case, suite), label)


def _from_queries(suite: Suite) -> list[Asked]:
    from evals.retrieval.measure import load_queries

    queries = load_queries((suite.path.parent / suite.queries).resolve())
    held_out = [query for query in queries if query.half == "held_out"]
    return [
        Asked(Case(id=f"q{n:03}", reply=query.query, cluster=f"q{n:03}", expect=Expect(cards=query.expected)))
        for n, query in enumerate(held_out, start=1)
    ]


def draw(suite: Suite, places: Places) -> list[Labelled]:
    """The suite's labelled replies: as many of each pitfall, of none, and of each author, as can be had.

    Replies are taken in turn from the groups (pitfall or none, author), a reply's rarest pitfall counting, in
    an order that the seed and the ids alone decide; so the same ones are drawn every time.
    """
    assert suite.labelled
    wanted = suite.labelled
    for name in wanted.files:
        if not (places.labelled / name).is_file():
            raise DataFileError(suite.path, f"'labelled' names {name}, which is not in {places.labelled}")
    rows = load_labelled(places.labelled, wanted.files)
    if not wanted.count or wanted.count >= len(rows):
        return rows
    often: dict[str, int] = {}
    for row in rows:
        for id in row.pitfalls:
            often[id] = often.get(id, 0) + 1
    groups: dict[str, dict[str, list[Labelled]]] = {}
    for row in sorted(rows, key=lambda row: _order(wanted.seed, row.id)):
        rarest = min(row.pitfalls, key=lambda id: (often[id], id), default="")
        groups.setdefault(rarest, {}).setdefault(row.author, []).append(row)
    taken: list[Labelled] = []
    queues = [_in_turn(groups[name]) for name in sorted(groups)]
    while len(taken) < wanted.count:
        for queue in queues:
            if queue and len(taken) < wanted.count:
                taken.append(queue.pop(0))
    return sorted(taken, key=lambda row: row.id)


def judge_cases(suite: Suite, parts: Parts) -> list[Asked]:
    """The cases of a judge suite: lines of the personas, each with its own point or one of another group."""
    found = [Asked(_with_defaults(case, suite)) for case in suite.cases]
    for each in found:
        if not each.case.question or not set(each.case.focus[:1]) & set(parts.rubric.ids):
            problem = f"the case '{each.case.id}' needs a question, and as its focus a point of the rubric"
            raise DataFileError(suite.path, problem)
    if suite.bank is None:
        return found
    group = {each.id: each.group for each in parts.rubric.criteria}
    lines = [
        (id, persona.id, number, line)
        for persona in parts.personas.values()
        for id, bank in persona.bank.items()
        for number, line in enumerate(bank)
        if "{" not in line and id in parts.rubric.ids
    ]
    seed = suite.bank.seed
    lines.sort(key=lambda each: _order(seed, f"{each[1]}.{each[0]}.{each[2]}"))
    for place, (id, persona, number, line) in enumerate(lines[: suite.bank.count]):
        answer: Literal["yes", "no"] = "no" if place % 2 else "yes"
        others = [other for other in parts.rubric.ids if group.get(other) != group.get(id)]
        aim = id if answer == "yes" else min(others, key=lambda other: _order(seed, f"{line}{other}"))
        case = Case(
            id=f"{persona}.{id}.{number}",
            question=line,
            focus=(aim,),
            cluster=id,
            expect=Expect(answer=answer),
        )
        found.append(Asked(case))
    return found


def _in_turn(by_author: Mapping[str, list[Labelled]]) -> list[Labelled]:
    """The replies of several authors, one of each in turn."""
    left = {author: list(rows) for author, rows in sorted(by_author.items())}
    found = []
    while any(left.values()):
        for rows in left.values():
            if rows:
                found.append(rows.pop(0))
    return found


def _order(seed: int, id: str) -> str:
    return hashlib.sha256(json.dumps([seed, id]).encode()).hexdigest()
