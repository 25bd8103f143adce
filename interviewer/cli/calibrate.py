"""`interviewer calibrate`: a coach scores replies blind, and the judge is fitted to that coach."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from interviewer.cli.output import JsonOption, print_json, read_stdin, say
from interviewer.errors import InputError, StoreError
from interviewer.files import OWNER, write_text
from interviewer.intake import MAX_REPLY, clean

if TYPE_CHECKING:
    from interviewer.calibration import Calibration, CalibrationStore, Workshop

calibrate_app = typer.Typer(
    help="Calibrate the built-in judge to a coach: score 20 replies blind, see how you differ from it.",
    no_args_is_help=True,
)
CoachOption = Annotated[str, typer.Option(help="The coach's name.")]
OutOption = Annotated[Path | None, typer.Option(help="Write it to this file; by default to standard output.")]
ForceOption = Annotated[bool, typer.Option("--force", help="Write over a file that is there.")]


@calibrate_app.callback()
def _root() -> None:
    """Calibrate the built-in judge to a coach."""


@calibrate_app.command()
def sheet(
    out: OutOption = None,
    coach: Annotated[str, typer.Option(help="Fill in what this coach has scored already.")] = "",
    force: ForceOption = False,
) -> None:
    """The 20 replies as a sheet (CSV) to fill in: overall 1 to 5; criteria and pitfalls as you like."""
    from interviewer.calibration import load_replies, write_sheet
    from interviewer.compose import build_rubric, knowledge_folder
    from interviewer.settings import load_settings

    settings = load_settings()
    scores = {one.id: one for one in _store().load(coach).scores} if coach else {}
    text = write_sheet(load_replies(knowledge_folder(settings)), build_rubric(settings), scores)
    _give("\ufeff" + text if out else text, out, force)


@calibrate_app.command()
def fit(
    coach: CoachOption,
    filled: Annotated[Path | None, typer.Argument(help="The filled sheet; without, what is kept.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Keep a filled sheet, fit the offsets, and show before and after."""
    from interviewer.calibration import read_sheet
    from interviewer.calibration.sheet import decode

    workshop, store = _workshop(), _store()
    path = store.path(coach)
    if filled is not None:
        scores = read_sheet(decode(_bytes(filled), filled.name), workshop.replies, workshop.rubric)

        def keep(found: Calibration) -> Calibration:
            for one in scores:
                found = found.with_score(one)
            return found

        store.update(path, coach, keep)
    kept = store.load(coach)
    pairs, left_out = workshop.pairs(kept)
    offsets = workshop.fitted(kept, pairs, left_out).fit
    fitted = store.update(path, coach, lambda now: now.model_copy(update={"fit": offsets}))
    _report(fitted, workshop, as_json=as_json)


@calibrate_app.command()
def add(
    coach: CoachOption,
    overall: Annotated[int, typer.Option(min=1, max=5, help="Your own score of the reply.")],
    role: Annotated[str, typer.Option(help="The job.")] = "",
    company: Annotated[str, typer.Option(help="The employer, in one line.")] = "",
    question: Annotated[str, typer.Option(help="The question that was answered.")] = "",
    blind: Annotated[
        bool, typer.Option("--blind", help="You had not seen the judge's score when you gave yours.")
    ] = False,
) -> None:
    """Add your score of a reply from standard input, a correction or a new one, as more data."""
    from pydantic import ValidationError

    from interviewer.calibration import Override

    reply = clean(read_stdin("a reply"))
    if not reply or len(reply) > MAX_REPLY:
        raise InputError(f"A reply has 1 to {MAX_REPLY:,} characters; give one.")
    try:
        one = Override(
            role=role, company=company, question=question, reply=reply, overall=overall, blind=blind
        )
    except ValidationError as error:
        raise InputError(f"The {error.errors()[0]['loc'][0]} is too long; shorten it.") from error
    store = _store()
    found = store.update(
        store.path(coach), coach, lambda c: c.model_copy(update={"overrides": [*c.overrides, one]})
    )
    say(f"Kept: {len(found.overrides)} beside the sheet. They count at the next `interviewer calibrate fit`.")


@calibrate_app.command()
def show(
    coach: CoachOption,
    reply: Annotated[
        Path | None, typer.Option(help="Judge the reply in this file as the coach does.")
    ] = None,
    role: Annotated[str, typer.Option(help="The job.")] = "",
    company: Annotated[str, typer.Option(help="The employer, in one line.")] = "",
    question: Annotated[str, typer.Option(help="The question.")] = "What are your career goals?",
    as_json: JsonOption = False,
) -> None:
    """Before and after for a coach, or a reply's critique with the score as that coach gives it."""
    workshop = _workshop()
    found, why = workshop.current(_store().load(coach))
    if why:
        say(why)
    if reply is None:
        _report(found, workshop, as_json=as_json)
        return
    from interviewer.calibration import apply
    from interviewer.calibration.sheet import decode
    from interviewer.cli.critique import as_text

    text = clean(decode(_bytes(reply), reply.name))
    critique = apply(workshop.judged(text, question, role, company), found)
    if as_json:
        print_json(critique.model_dump())
    else:
        print(as_text(critique, workshop.rubric))
    if not (found.fit and found.fit.overall.borne_out):
        say("The score is the judge's own: no offset was borne out.")


@calibrate_app.command()
def export(coach: CoachOption, out: OutOption = None, force: ForceOption = False) -> None:
    """A coach's calibration as one JSON file: scores, later scores, offsets, what they were fitted with."""
    from interviewer.calibration.store import as_json

    _give(as_json(_store().load(coach)), out, force)


@calibrate_app.command(name="import")
def import_(
    file: Annotated[Path, typer.Argument(help="An exported calibration.")],
    as_json: JsonOption = False,
) -> None:
    """Take in an exported calibration; with another rubric or judge the offsets are fitted anew."""
    from interviewer.calibration import merged
    from interviewer.calibration.sheet import decode
    from interviewer.calibration.store import parse

    workshop, store = _workshop(), _store()
    other = parse(decode(_bytes(file), file.name), workshop.replies)
    why = ""

    def take(mine: Calibration) -> Calibration:
        nonlocal why
        found, why = workshop.current(merged(mine, other))
        return found

    found = store.update(store.path(other.coach), other.coach, take)
    if why:
        say(why)
    _report(found, workshop, as_json=as_json)


def _report(found: Calibration, workshop: Workshop, *, as_json: bool) -> None:
    from interviewer.calibration import as_text, compare

    report = compare(found, workshop.pairs(found)[0] if found.fit else [], workshop)
    if as_json:
        print_json(report.model_dump())
    else:
        print(as_text(report, workshop))


def _store() -> CalibrationStore:
    from interviewer.calibration import CalibrationStore
    from interviewer.compose import make_home
    from interviewer.settings import load_settings

    return CalibrationStore(make_home(load_settings()))


def _workshop() -> Workshop:
    from interviewer.calibration import open_workshop
    from interviewer.compose import build_judge, build_rubric, knowledge_folder, silence_telemetry
    from interviewer.settings import load_settings

    silence_telemetry()
    settings = load_settings()
    rubric = build_rubric(settings)
    return open_workshop(rubric, build_judge(settings, rubric), knowledge_folder(settings))


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror or error}); check the name.") from error


def _give(text: str, out: Path | None, force: bool) -> None:
    """To a file, never over one that is there unless told so: it may be filled in already."""
    if out is None:
        sys.stdout.write(text)
        return
    if out.exists() and not force:
        raise StoreError(f"{out} is there already; choose another name, or --force to write over it.")
    write_text(out, text, OWNER)
    say(f"Written: {out}")
