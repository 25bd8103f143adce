"""`interviewer critique`: judge one reply, or a file of them, from standard input."""

from __future__ import annotations

import json
import sys
from typing import Annotated

import typer

from interviewer.cli.output import (
    Engine,
    EngineOption,
    JsonOption,
    parse_json,
    print_json,
    read_stdin,
    text_field,
)
from interviewer.cli.parts import Judges, build_judges
from interviewer.errors import InputError
from interviewer.intake import MAX_REPLY, clean
from interviewer.schema import Critique
from interviewer.verdicts import DOTS, dots, doubt_lines, only_built_in
from knowledge import Rubric

DEFAULT_QUESTION = "What are your career goals?"


def critique(
    role: Annotated[str, typer.Option(help="The job, for example: Staff nurse.")] = "",
    company: Annotated[str, typer.Option(help="The employer, in one line.")] = "",
    question: Annotated[str, typer.Option(help="The question that was answered.")] = DEFAULT_QUESTION,
    jsonl: Annotated[
        bool,
        typer.Option(
            "--jsonl", help='Read {"id","role","company","question","reply"} a line; print a critique a line.'
        ),
    ] = False,
    as_json: JsonOption = False,
    engine: EngineOption = Engine.AUTO,
) -> None:
    """Judge a reply from standard input: what was strong, what hurts, how to say it better."""
    if jsonl:
        _lines(engine)
        return
    reply = _checked(read_stdin("a reply"), "The reply")
    judges = build_judges(engine)
    try:
        found = judges.critique(reply, question=question, role=role, company=company)
    finally:
        judges.close()
    if as_json:
        print_json(found.model_dump())
    else:
        print(as_text(found, judges.rubric))


def _checked(text: str, what: str) -> str:
    reply = clean(text)
    if not reply:
        raise InputError(f"{what} is empty: say something, even one sentence.")
    if len(reply) > MAX_REPLY:
        raise InputError(f"{what} has {len(reply):,} characters; at most {MAX_REPLY:,} can be read.")
    return reply


def _lines(engine: Engine) -> None:
    """Judge a line at a time, in order. A line that cannot be used stops it; those before it stand."""
    text = read_stdin("one JSON object a line")
    judges = build_judges(engine)
    try:
        for number, line in enumerate(text.split("\n"), start=1):
            if line.strip():
                sys.stdout.write(json.dumps(_line(judges, line, f"Line {number}"), ensure_ascii=False) + "\n")
                sys.stdout.flush()
    finally:
        judges.close()


def _line(judges: Judges, line: str, where: str) -> dict[str, object]:
    item = parse_json(line, where)
    reply = _checked(text_field(item, "reply", where, required=True), f"{where}: the reply")
    found = judges.critique(
        reply,
        question=text_field(item, "question", where) or DEFAULT_QUESTION,
        role=text_field(item, "role", where),
        company=text_field(item, "company", where),
    )
    return {"id": item.get("id"), **found.model_dump()}


def _quoted(quotes: list[str]) -> str:
    return " … ".join(f"“{quote}”" for quote in quotes)


def as_text(found: Critique, rubric: Rubric) -> str:
    """A critique for a terminal, in words."""
    if found.cannot_judge:
        return found.cannot_judge
    words, doubts = dots(found.overall), doubt_lines(found)
    lines = [f"Overall: {words}" + ("" if found.engine == "model" else "   (built-in judge)"), ""]
    for pitfall in found.pitfalls:
        lines += [f"! {rubric.pitfall(pitfall.id).name}: {_quoted(pitfall.quotes)}"]
        lines += [f"    {pitfall.advice}   [{', '.join(pitfall.guidance)}]"]
        if pitfall.id in doubts:
            lines.append(f"    {doubts[pitfall.id]}")
    for doubt in only_built_in(found):
        lines += [f"! {rubric.pitfall(doubt.id).name}: {_quoted(doubt.quotes)}", f"    {doubts[doubt.id]}"]
    for criterion in rubric.criteria:
        finding = found.criteria[criterion.id]
        quotes = _quoted(finding.quotes)
        lines.append(f"{DOTS[finding.verdict]} {criterion.name}" + (f": {quotes}" if quotes else ""))
        if finding.verdict != "met":
            lines.append(f"    {finding.advice}   [{', '.join(finding.guidance)}]")
        if criterion.id in doubts:
            lines.append(f"    {doubts[criterion.id]}")
    if found.stronger_answer:
        lines += ["", "A stronger answer, from your own facts:", f"  {found.stronger_answer.text}"]
    lines += [f"Note: {note}" for note in found.notes]
    if found.dropped:
        lines.append(f"Left out because they could not be verified: {found.dropped}")
    return "\n".join(lines)
