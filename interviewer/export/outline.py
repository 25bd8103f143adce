"""An interview in reading order: facts, debrief, picture, then every reply with its critique."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC

from interviewer.export.blocks import Block, Heading, Paragraph, Span, Table, marked, paragraph
from interviewer.schema import Critique, Debrief, Interview, Moment, Turn
from interviewer.verdicts import DOTS, dots, doubt_lines, only_built_in
from knowledge import Card, Rubric

Cards = Mapping[str, Card] | Iterable[Card]


class Outline:
    """Builds the blocks of one interview; both Markdown and PDF are drawn from them.

    Args:
        interview: what to write out.
        rubric: gives the names of criteria and pitfalls.
        cards: gives the titles of guidance cards; an id that is not there is shown as it is.
    """

    def __init__(self, interview: Interview, rubric: Rubric, cards: Cards) -> None:
        """Look up the names."""
        self._interview = interview
        self._names = {point.id: point.name for point in rubric.criteria}
        self._names |= {pitfall.id: pitfall.name for pitfall in rubric.pitfalls}
        every = cards.values() if isinstance(cards, Mapping) else cards
        self._titles = {card.id: card.title for card in every}

    def blocks(self) -> Iterator[Block]:
        """Every block, in order."""
        yield Heading(1, "Mock interview")
        yield from self._facts()
        if self._interview.debrief:
            yield from self._debrief(self._interview.debrief)
        yield Heading(2, "Transcript")
        secret = _hides_critique(self._interview)
        if secret:
            yield paragraph("A realistic interview: the critique of every reply comes when it has ended.")
        elif any(turn.critique for turn in self._interview.turns):
            yield paragraph(
                "In the replies: ",
                Span("what came across", "strength"),
                ", ",
                Span("what hurts", "pitfall"),
                ".",
            )
        if not self._interview.turns:
            yield paragraph("Nothing was said yet.")
        for turn in self._interview.turns:
            yield from self._turn(turn, secret=secret)

    def _facts(self) -> Iterator[Block]:
        setup = self._interview.setup
        asked_for = {"auto": "model where there is one", "embedded": "built-in judge", "model": "model"}
        facts = {
            "Interviewer": setup.persona,
            "Role": setup.role,
            "Employer": setup.company,
            "Date": f"{self._interview.created.astimezone(UTC):%d %B %Y, %H:%M} UTC",
            "Mode": setup.mode,
            "Engine chosen": asked_for[setup.engine],
            "State": _state(self._interview),
        }
        for name, value in facts.items():
            if value:
                yield paragraph(Span(f"{name}: ", "bold"), value, kind="bullet")

    def _debrief(self, debrief: Debrief) -> Iterator[Block]:
        yield Heading(2, "Debrief")
        if debrief.keep:
            yield from self._moment("Keep", debrief.keep, "strength")
        if debrief.mend:
            yield from self._moment("Mend first", debrief.mend, "pitfall")
        if debrief.exercise:
            yield Heading(3, "Next exercise")
            yield paragraph(debrief.exercise)
        if debrief.closing:
            yield paragraph(debrief.closing)
        yield paragraph(Span(f"Debrief by the {_engine(debrief.engine)}.", "muted"))
        if debrief.turns and debrief.picture:
            yield Heading(2, "What came across, reply by reply")
            yield self._picture(debrief)
            yield paragraph(Span("● met   ◐ partly   ○ missing", "muted"))

    def _moment(self, title: str, moment: Moment, style: str) -> Iterator[Block]:
        yield Heading(3, f"{title}: {self._name(moment.id)}")
        if moment.quote:
            where = f" (reply {moment.turn})" if moment.turn else ""
            said = Span(f"“{moment.quote}”", "strength" if style == "strength" else "pitfall")
            yield paragraph(said, Span(where, "muted"))
        yield paragraph(moment.text, self._guidance([moment.guidance] if moment.guidance else []))

    def _picture(self, debrief: Debrief) -> Table:
        header = ("", *(f"Reply {number}" for number in debrief.turns))
        rows = [
            (self._name(point), *(DOTS[verdict] for verdict in verdicts))
            for point, verdicts in debrief.picture.items()
        ]
        rows.append(("Overall", *(dots(value) for value in debrief.overall)))
        width = len(header)
        return Table(header, tuple((*row, *[""] * width)[:width] for row in rows))

    def _turn(self, turn: Turn, *, secret: bool) -> Iterator[Block]:
        yield Heading(3, f"Question {turn.number}" if turn.question.kind != "closing" else "Closing")
        yield paragraph(turn.question.text or "(stopped before a word came)", kind="question")
        if turn.question.state == "stopped":
            yield paragraph(Span("You stopped the interviewer here.", "muted"))
        if turn.reply is not None:
            spans = marked(turn.reply, None if secret else turn.critique)
            yield Paragraph(spans, "reply")
        elif turn.question.kind != "closing":
            yield paragraph(Span("No reply yet.", "muted"))
        for notice in turn.notices:
            if not (secret and notice.part == "critique"):
                yield paragraph(Span(f"Note: {notice.message}", "muted"))
        if turn.reply is not None and not secret:
            if turn.critique:
                yield from self._critique(turn, turn.critique)
            else:
                yield paragraph(Span("There is no critique of this reply.", "muted"))

    def _critique(self, turn: Turn, critique: Critique) -> Iterator[Block]:
        judge = (
            next((u.model for u in turn.usage if u.call == "critique"), "")
            if critique.engine == "model"
            else ""
        )
        by = Span(f"   by the {judge or _engine(critique.engine)}", "muted")
        if critique.cannot_judge:
            yield paragraph(Span("Not judged: ", "bold"), critique.cannot_judge, by)
        else:
            yield paragraph(Span("Overall: ", "bold"), dots(critique.overall), by)
        for note in critique.notes:
            yield paragraph(Span(f"Note: {note}", "muted"))
        doubts = doubt_lines(critique)
        for pitfall in critique.pitfalls:
            advice = _and_doubt(pitfall.advice, doubts, pitfall.id)
            yield self._point(pitfall.id, "⚠", "hurts", pitfall.quotes, advice, pitfall.guidance)
        for doubt in only_built_in(critique):
            yield self._point(doubt.id, "⚠", "may hurt", doubt.quotes, doubts[doubt.id], [])
        for point, found in critique.criteria.items():
            if found.verdict != "missing" or point in critique.focus:
                mark = DOTS[found.verdict]
                advice = _and_doubt(found.advice, doubts, point)
                yield self._point(point, mark, found.verdict, found.quotes, advice, found.guidance)
        rest = [
            self._name(point)
            for point, found in critique.criteria.items()
            if found.verdict == "missing" and point not in critique.focus
        ]
        if rest:
            yield paragraph(f"○ Also missing: {', '.join(rest)}.", kind="bullet")
        if critique.stronger_answer:
            yield paragraph(Span("Stronger answer", "bold"))
            yield paragraph(_filled(turn, critique.stronger_answer.text), kind="reply")

    def _point(
        self, point: str, mark: str, verdict: str, quotes: list[str], advice: str, guidance: list[str]
    ) -> Paragraph:
        said = ", ".join(f"“{quote}”" for quote in quotes)
        parts = (f"{mark} ", Span(self._name(point), "bold"), f": {verdict}. ", f"{said}. " if said else "")
        return paragraph(*parts, advice, self._guidance(guidance), kind="bullet")

    def _guidance(self, ids: list[str]) -> Span:
        titles = "; ".join(self._titles.get(card, card) for card in ids)
        return Span(f" (Guidance: {titles})" if titles else "", "muted")

    def _name(self, point: str) -> str:
        return self._names.get(point, point)


def _and_doubt(advice: str, doubts: Mapping[str, str], point: str) -> str:
    return f"{advice} {doubts[point]}".strip() if point in doubts else advice


def _hides_critique(interview: Interview) -> bool:
    return interview.setup.mode == "realistic" and interview.status == "open"


def _state(interview: Interview) -> str:
    if interview.status == "open":
        return "not finished"
    why = {"candidate": "you ended it", "questions": "all questions asked", "covered": "everything covered"}
    return f"ended ({why[interview.ended_by]})" if interview.ended_by else "ended"


def _engine(name: str) -> str:
    return "built-in judge" if name == "embedded" else "model"


def _judge(turn: Turn, critique: Critique) -> str:
    model = next((usage.model for usage in turn.usage if usage.call == "critique"), "")
    return f"model {model}" if critique.engine == "model" and model else _engine(critique.engine)


def _filled(turn: Turn, text: str) -> str:
    for blank, words in turn.filled_blanks.items():
        if words.strip():
            text = text.replace(f"[{blank}]", words.strip())
    return text
