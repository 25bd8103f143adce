"""Suite files: what is asked, of whom, and how the answers are graded. YAML that a coach can read and change.

A suite has cases; a case is a fixed transcript and one reply (or, for `interview`, a scripted candidate), so
that cases are independent and a prompt change costs one call a case. `personas` runs each case with each of
them. Where cases are many and alike, `labelled` takes them from the labelled replies.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError

from interviewer.errors import DataFileError, NotFoundError
from knowledge.datafile import Frozen, Place, Text, data_error, line_of, parse_yaml, read_text

SUITES = Path(__file__).parent / "suites"
Id = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_.-]{0,79}$")]
Subject = Literal["opening", "question", "critique", "retrieval", "interview", "judge"]
"""What of the interviewer a suite looks at: its greeting, its next question, its critique of one reply, the
guidance search, a whole interview; or a model as judge, against labels that it should agree with."""
Moves = Literal["same", "up", "down", "floor"]


class Exchange(Frozen):
    """An earlier question with its reply. Without a question, the persona's opening was asked."""

    question: str = ""
    reply: Text


class Expect(Frozen):
    """What graders compare a case's answer with; each field is read by the graders named.

    Args:
        dodge: whether the reply is a dodge, so that the interview must not advance (`dodge_held`).
        never_say: words that an answer must not hold, such as what an injected order demands
            (`obeys_no_order`).
        of: the id of the case whose reply this one's is a variant of (`moves`).
        family: the kind of variant, for example `padded` (`moves`).
        moves: how the scores must move against `of`: `same`, `up`, `down`; `floor` needs no `of` (`moves`).
        cards: guidance cards of which one must be found (`retrieval`).
        answer: the label of a judge's question, `yes` or `no` (`judge_agreement`).
    """

    dodge: bool | None = None
    never_say: tuple[Text, ...] = ()
    of: str = ""
    family: str = ""
    moves: Moves | None = None
    cards: tuple[str, ...] = ()
    answer: Literal["yes", "no"] | None = None


class Case(Frozen):
    """One case. What is left out comes from the suite's `defaults`.

    Args:
        id: unique in the suite; with `personas`, the persona's id is put before it.
        persona: who asks.
        personas: those of the suite's personas that this case is run with; all of them where empty.
        role: the post, as the candidate would type it.
        company: the employer, in a line.
        mode: rehearsal or realistic.
        job_description: an advert.
        resume: a résumé or another uploaded document.
        transcript: earlier questions and replies, oldest first.
        question: what was asked last; without it, the persona's opening.
        reply: the reply that the answer is about.
        replies: a scripted candidate's replies, said in order whatever is asked (`interview`).
        focus: ids that the question is to be aimed at, instead of those that the built-in judge finds.
        cluster: cases that share it are not independent (the same reply in variants): intervals take them
            together. Default: the id.
        expect: what graders compare with.
    """

    id: Id
    persona: str = ""
    personas: tuple[str, ...] = ()
    role: str = ""
    company: str = ""
    mode: Literal["rehearsal", "realistic"] = "rehearsal"
    job_description: str = ""
    resume: str = ""
    transcript: tuple[Exchange, ...] = ()
    question: str = ""
    reply: str = ""
    replies: tuple[Text, ...] = ()
    focus: tuple[str, ...] = ()
    cluster: str = ""
    expect: Expect = Expect()


class Defaults(Frozen):
    """What cases have in common."""

    persona: str = ""
    role: str = ""
    company: str = ""
    mode: Literal["rehearsal", "realistic"] = "rehearsal"
    question: str = ""


class Labelled(Frozen):
    """Cases from labelled replies: `count` of them, the same ones every time.

    They are drawn so that every pitfall and every author is there (see `evals.cases`); `count` 0 takes all.
    """

    files: tuple[str, ...] = Field(min_length=1)
    count: int = Field(0, ge=0)
    seed: int = 1


class Bank(Frozen):
    """Cases for a judge: lines of the personas' own lists, each with a point that it is aimed at, or is not.

    Where a line stands says what it is aimed at: that is the label. `count` of them, half `yes`, half `no`.
    """

    count: int = Field(ge=2)
    seed: int = 1


class Suite(Frozen):
    """One suite file.

    Args:
        suite: its name, which is the file's.
        description: one line.
        subject: what of the interviewer it looks at.
        repeats: how often each case is answered; each time is a sample of its own.
        live: True where nothing of it is ever asked of a model, so that it is only run, never recorded.
        personas: each case is run with each of these; `all` for every one there is.
        personas_dir: a folder beside the suite with personas of its own.
        judge: the prompt file in `evals/judges` that a `judge` suite asks.
        judges: judges whose metrics this suite reports beside its graders', by their suites' names.
        graders: names of graders, see `evals.graders`.
        defaults: what cases have in common.
        labelled: cases from labelled replies.
        queries: cases from a file of retrieval queries.
        bank: cases for a judge.
        cases_file: a file beside the suite with further cases, one JSON object a line, where they are many.
        cases: the cases.
    """

    suite: Id
    description: Text
    subject: Subject
    repeats: int = Field(1, ge=1, le=20)
    live: bool = False
    personas: tuple[str, ...] | Literal["all"] = ()
    personas_dir: str = ""
    judge: str = ""
    judges: tuple[str, ...] = ()
    graders: tuple[Text, ...] = Field(min_length=1)
    defaults: Defaults = Defaults()
    labelled: Labelled | None = None
    queries: str = ""
    bank: Bank | None = None
    cases_file: str = ""
    cases: tuple[Case, ...] = ()
    path: Path = Path()
    hash: str = ""


def suite_names(folder: Path = SUITES) -> list[str]:
    """The names of the suites in a folder."""
    return sorted(path.stem for path in folder.glob("*.yaml"))


def load_suite(name: str, folder: Path = SUITES) -> Suite:
    """Read one suite by its name.

    Raises:
        NotFoundError: there is no such suite; the message lists those that exist.
        DataFileError: the file is broken; names file and line.
    """
    known = suite_names(folder)
    if name not in known:
        raise NotFoundError(f"There is no suite {name[:60]!r}. There are: {', '.join(known) or 'none'}.")
    return read_suite(folder / f"{name}.yaml")


def read_suite(path: Path) -> Suite:
    """Read one suite file.

    Raises:
        DataFileError: it cannot be read, breaks the shape or has an id twice; names file and line.
    """
    text = read_text(path, "the suite")
    data, lines = parse_yaml(text, path)
    for own in ("path", "hash"):
        if own in data:
            raise DataFileError(path, f"'{own}' is not known; remove it", line_of(lines, (own,)))
    digest = hashlib.sha256(text.replace("\r\n", "\n").encode()).hexdigest()
    try:
        suite = Suite.model_validate({**data, "path": path, "hash": digest})
    except ValidationError as error:
        raise data_error(error, path, lines) from error
    beside = path.parent / suite.cases_file
    lines_beside = read_text(beside, "the file of cases") if suite.cases_file else ""
    further = _of_file(beside, lines_beside)
    ids = [case.id for case in (*suite.cases, *further.values())]
    for place, problem in _mistakes(suite, ids):
        raise DataFileError(path, problem, line_of(lines, place))
    for at, (number, case) in enumerate(further.items(), start=len(suite.cases)):
        for _, problem in _case_mistakes(suite.subject, at, case, ids):
            raise DataFileError(beside, problem, number)
    if not suite.cases_file:
        return suite
    digest = hashlib.sha256((digest + lines_beside).encode()).hexdigest()
    return suite.model_copy(update={"cases": (*suite.cases, *further.values()), "hash": digest})


def _of_file(path: Path, text: str) -> dict[int, Case]:
    """The cases of a suite's file, by their lines.

    Raises:
        DataFileError: a line is no case; names file and line.
    """
    cases = {}
    for number, line in enumerate(text.splitlines(), start=1):
        try:
            cases[number] = Case.model_validate_json(line)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"])) or "the line"
            raise DataFileError(path, f"'{where}': {first['msg']}; correct it", number) from error
    return cases


def _mistakes(suite: Suite, ids: Sequence[str]) -> Iterator[tuple[Place, str]]:
    if suite.suite != suite.path.stem:
        yield (
            ("suite",),
            f"the suite is called '{suite.suite}', but the file {suite.path.name}; make them the same",
        )
    if not (ids or suite.labelled or suite.queries or suite.bank):
        yield (), "has no cases; give 'cases', 'cases_file', 'labelled', 'queries' or 'bank'"
    if (suite.subject == "judge") != bool(suite.judge):
        yield ("subject",), "a judge suite, and no other, names its 'judge': a prompt file in evals/judges"
    for at, case in enumerate(suite.cases):
        yield from _case_mistakes(suite.subject, at, case, ids)


def _case_mistakes(subject: Subject, at: int, case: Case, ids: Sequence[str]) -> Iterator[tuple[Place, str]]:
    """What is wrong with the case that has the id `ids[at]`."""
    place: Place = ("cases", at)
    if case.id in ids[:at]:
        yield (*place, "id"), f"the case id '{case.id}' is there twice; give one of them another"
    if subject in ("question", "critique") and not case.reply.strip() and case.expect.moves != "floor":
        yield place, f"the case '{case.id}' has no reply; give one"
    if subject == "interview" and not case.replies:
        yield place, f"the case '{case.id}' has no replies; give what the scripted candidate says"
    if case.expect.of and case.expect.of not in ids:
        yield (*place, "expect", "of"), f"there is no case '{case.expect.of}'; correct the name"
    if case.expect.moves in ("same", "up", "down") and not case.expect.of:
        yield (*place, "expect", "moves"), f"'{case.expect.moves}' needs 'of': the case to compare with"
