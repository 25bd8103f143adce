"""`interviewer next`: the next question for an interview given as JSON."""

from __future__ import annotations

import threading
from typing import Any

from interviewer.cli.output import (
    Engine,
    EngineOption,
    JsonOption,
    parse_json,
    print_json,
    read_stdin,
    say,
    text_field,
)
from interviewer.cli.parts import Judges, build_judges
from interviewer.errors import EndpointError, InputError, NotFoundError
from interviewer.questions import next_question as draw
from interviewer.questions import opening
from interviewer.reading import FROM_THE_BANK, judged_interview
from interviewer.schema import Interview, Question, Setup

WHERE = "Standard input"


def next_question(as_json: JsonOption = False, engine: EngineOption = Engine.AUTO) -> None:
    """Print the next question.

    Standard input: {"persona","role","company","turns":[{"question","reply"}]}.
    Output with --json: {"question","focus","guidance","done"}.
    """
    from interviewer.compose import personas_folder
    from prompts import load_personas

    asked = parse_json(read_stdin("an interview as JSON"), WHERE)
    judges = build_judges(engine)
    try:
        personas = load_personas(personas_folder(judges.settings))
        name = text_field(asked, "persona", WHERE) or next(iter(personas))
        if name not in personas:
            raise NotFoundError(f"There is no persona {name!r}: choose one of {', '.join(personas)}.")
        interview = read_interview(asked, name, judges)
        question = _ask(personas[name], interview, judges)
    finally:
        judges.close()
    if as_json:
        print_json(
            {
                "question": question.text,
                "focus": question.focus,
                "guidance": question.guidance,
                "done": question.kind == "closing",
            }
        )
    else:
        print(question.text)


def read_interview(asked: dict[str, Any], persona: str, judges: Judges) -> Interview:
    """An interview out of plain turns; each reply is judged by the embedded judge.

    Raises:
        InputError: a turn has not the shape {"question", "reply"}.
    """
    setup = Setup(
        persona=persona, role=text_field(asked, "role", WHERE), company=text_field(asked, "company", WHERE)
    )
    turns = asked.get("turns") or []
    if not isinstance(turns, list):
        raise InputError(f'{WHERE}: "turns" must be a list.')
    exchanges = []
    for number, item in enumerate(turns, start=1):
        where = f"{WHERE}, turn {number}"
        if not isinstance(item, dict):
            raise InputError(f"{where} is not a JSON object.")
        question = text_field(item, "question", where, required=True)
        exchanges.append((question, text_field(item, "reply", where, required=True)))
    return judged_interview(judges.embedded, setup, exchanges)


def _ask(persona: Any, interview: Interview, judges: Judges) -> Question:
    if not interview.turns:
        return opening(persona, interview.setup)
    draft = draw(persona, judges.rubric, interview)
    if judges.model is None or judges.index is None or draft.kind in FROM_THE_BANK:
        return draft
    hits = judges.index.search((interview.last.reply or "")[:2000] or "goals", 3, serves=draft.focus)
    try:
        words = judges.model.stream_question(persona, interview, hits, draft.focus, threading.Event())
        return draft.model_copy(update={"text": "".join(words).strip(), "engine": "model"})
    except EndpointError as error:
        if judges.strict:
            raise
        say(error.and_so("This question is from the interviewer's own list."))
        return draft
