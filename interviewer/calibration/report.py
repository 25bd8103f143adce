"""Before and after: how a coach differs from the judge, in sentences, figures and single replies."""

from __future__ import annotations

from collections.abc import Sequence

from interviewer.calibration.fitting import Judged, moved
from interviewer.calibration.shapes import NEEDED, Calibration, Figure, Offset
from interviewer.calibration.workshop import Workshop
from interviewer.schema import Shape
from interviewer.verdicts import OVERALL
from knowledge import Rubric

FURTHEST = 5


class PitfallCount(Shape):
    """On how many replies both named a pitfall, or only one of them."""

    id: str
    both: int
    coach_only: int
    judge_only: int


class Differs(Shape):
    """Where coach and judge differ; `quote` is what the judge decided on, `about` the id that it shows."""

    reply: str
    coach: int
    judge: int
    about: str
    quote: str


class BeforeAfter(Shape):
    """The whole report. `step` is what is added to the judge's overall score: 0 where nothing is changed."""

    coach: str
    done: int
    needed: int
    step: int
    sentences: list[str]
    overall: Offset | None
    criteria: list[Offset]
    pitfalls: list[PitfallCount]
    furthest: list[Differs]


def compare(calibration: Calibration, pairs: Sequence[Judged], workshop: Workshop) -> BeforeAfter:
    """The report over a coach's calibration.

    Blind means blind to the end: before there are offsets, it holds nothing of the judge's.

    Args:
        calibration: with offsets, or without where too few replies are scored.
        pairs: from `Workshop.pairs`, over the same calibration.
        workshop: rubric and wording.
    """
    fit, words = calibration.fit, workshop.words
    done = len(calibration.scores)
    if fit is None:
        said = [words.unfinished.format(done=done, needed=NEEDED)]
        return BeforeAfter(
            coach=calibration.coach, done=done, needed=NEEDED, step=0, sentences=said,
            overall=None, criteria=[], pitfalls=[], furthest=[],
        )  # fmt: skip
    overall = fit.overall
    step = moved(3, overall.offset, 1, 5) - 3 if overall.borne_out else 0
    if step:
        way = words.kinder if step > 0 else words.stricter
        said = [words.borne_out.format(way=way, step=f"{step:+d}")]
    else:
        said = [words.too_few.format(n=overall.blind)]
    if overall.n > overall.blind:
        said.append(words.corrections.format(n=overall.n - overall.blind))
    if fit.left_out:
        said.append(words.left_out.format(n=fit.left_out))
    said.append(words.learned)
    said.append((words.criteria if fit.criteria else words.unmarked).format(needed=NEEDED))
    return BeforeAfter(
        coach=calibration.coach, done=done, needed=NEEDED, step=step, sentences=said, overall=overall,
        criteria=fit.criteria, pitfalls=_pitfalls(pairs, workshop.rubric), furthest=_furthest(pairs),
    )  # fmt: skip


def figures(offset: Offset) -> list[tuple[str, str, str, str]]:
    """The rows of the table: what, before, after (cross-validated), and what was gained."""
    return [
        (
            "Difference",
            said(offset.difference_before, signed=True),
            said(offset.difference_after, signed=True),
            "",
        ),
        (
            "Distance",
            said(offset.distance_before),
            said(offset.distance_after),
            said(offset.distance_gain, signed=True),
        ),
        (
            "Kappa",
            said(offset.kappa_before),
            said(offset.kappa_after),
            said(offset.kappa_gain, signed=True),
        ),
    ]


def said(figure: Figure, *, signed: bool = False) -> str:
    """A figure with its interval: 0.45 [0.20, 0.70]."""
    form = "+.2f" if signed else ".2f"
    value = format(figure.value, form)
    if figure.interval is None:
        return value
    low, high = figure.interval
    return f"{value} [{low:{form}}, {high:{form}}]"


def as_text(report: BeforeAfter, workshop: Workshop) -> str:
    """The report for a terminal."""
    rubric = workshop.rubric
    lines = [f"Coach: {report.coach}", "", *report.sentences]
    if report.overall is None:
        return "\n".join(lines)
    lines += ["", f"  {'':12}{'before':24}{'after':24}gained"]
    lines += [f"  {a:12}{b:24}{c:24}{d}".rstrip() for a, b, c, d in figures(report.overall)]
    lines.append(workshop.words.figures.format(n=report.overall.blind))
    if report.criteria:
        lines += ["", "Criteria (you less judge, in steps of missing, partly, met):"]
        lines += [f"  {rubric.criterion(one.id).name}: {criterion_line(one)}" for one in report.criteria]
    if report.pitfalls:
        lines += ["", "Pitfalls (named by both, by you alone, by the judge alone):"]
        lines += [
            f"  {rubric.pitfall(p.id).name}: {p.both}, {p.coach_only}, {p.judge_only}"
            for p in report.pitfalls
        ]
    if report.furthest:
        lines += ["", "Where you differ most:"]
        lines += [f"  {differs_line(one, rubric)}" for one in report.furthest]
    return "\n".join(lines)


def criterion_line(offset: Offset) -> str:
    """One criterion in a line, for terminal and page."""
    verdict = "differs by more than chance" if offset.borne_out else "no difference shown"
    return (
        f"{said(offset.difference_before, signed=True)}, kappa {said(offset.kappa_before)}, "
        f"n {offset.blind}: {verdict}"
    )


def differs_line(one: Differs, rubric: Rubric) -> str:
    """One reply in a line: both scores, and the quote that the judge decided on."""
    line = f"{one.reply}: you {one.coach} {OVERALL[one.coach]}, judge {one.judge} {OVERALL[one.judge]}"
    if not one.quote:
        return f"{line}; the judge found nothing to quote."
    ids = {part.id for part in rubric.criteria}
    name = rubric.criterion(one.about).name if one.about in ids else rubric.pitfall(one.about).name
    return f"{line}; it decided on “{one.quote}” ({name})"


def _pitfalls(pairs: Sequence[Judged], rubric: Rubric) -> list[PitfallCount]:
    looked = [one.pitfalls for one in pairs if one.pitfalls is not None]
    found = []
    for part in rubric.pitfalls:
        both = sum(part.id in mine and part.id in its for mine, its in looked)
        mine_only = sum(part.id in mine and part.id not in its for mine, its in looked)
        its_only = sum(part.id not in mine and part.id in its for mine, its in looked)
        if both or mine_only or its_only:
            found.append(PitfallCount(id=part.id, both=both, coach_only=mine_only, judge_only=its_only))
    return found


def _furthest(pairs: Sequence[Judged]) -> list[Differs]:
    """Those that differ, the furthest first; as many as are worth reading."""
    order = sorted((p for p in pairs if p.coach != p.judge), key=lambda p: (-abs(p.coach - p.judge), p.name))
    found = []
    for one in order[:FURTHEST]:
        about, quote = _decided_on(one)
        found.append(Differs(reply=one.name, coach=one.coach, judge=one.judge, about=about, quote=quote))
    return found


def _decided_on(one: Judged) -> tuple[str, str]:
    """The id and the quote that speak most for the judge's score as against the coach's.

    Where the judge is stricter, that is a pitfall's, or a criterion's that was only partly met; where it is
    kinder, a met criterion's.
    """
    critique = one.critique
    strict = [(p.id, quote) for p in critique.pitfalls for quote in p.quotes]
    by_verdict = {
        verdict: [(id, q) for id, f in critique.criteria.items() if f.verdict == verdict for q in f.quotes]
        for verdict in ("met", "partly")
    }
    stricter = [*strict, *by_verdict["partly"], *by_verdict["met"]]
    kinder = [*by_verdict["met"], *by_verdict["partly"], *strict]
    return next(iter(stricter if one.coach > one.judge else kinder), ("", ""))
