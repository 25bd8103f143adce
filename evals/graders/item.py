"""What a grader is given, what it is, and how it says what it found."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from evals.result import Output, Score

if TYPE_CHECKING:
    from evals.judge_data import Labelled
    from evals.suite import Case, Suite
    from knowledge import Rubric
    from prompts.personas import Persona

LONGEST_EVIDENCE = 240


@dataclass(frozen=True)
class Item:
    """What a grader is given: one answer and everything that it is compared with.

    Args:
        suite: the suite that the case is of; its subject tells which of the output's fields count.
        case: what was said and asked.
        output: the answer.
        rubric: the criteria and pitfalls, with the cards of each.
        cards: ids of the guidance cards that there are (a mapping by id will do).
        persona: who asked; None where nobody did.
        transcript: every earlier question with its reply, oldest first, with the last question and the reply
            that the answer follows; for `interview`, every question with its reply.
        rules: the system segment of the prompt that was sent, which must not leak; "" where none was.
        examples: its rubric segment, which holds examples too: other people's words; "" where there is none.
        label: the labelled reply, where the case comes from one.
        others: outputs of the same sample by case id, for `expect.of`.
        bank: personas whose questions `aimed` knows; None takes the bundled ones, so that two runs are judged
            alike though a persona was edited in between.
    """

    suite: Suite
    case: Case
    output: Output
    rubric: Rubric
    cards: Collection[str] = ()
    persona: Persona | None = None
    transcript: Sequence[tuple[str, str]] = ()
    rules: str = ""
    examples: str = ""
    label: Labelled | None = None
    others: Mapping[str, Output] = field(default_factory=dict)
    bank: Mapping[str, Persona] | None = None

    @property
    def spoken(self) -> list[str]:
        """What the interviewer said to the candidate, in order: one text, or an interview's lines."""
        if self.suite.subject == "interview":
            return list(self.output.lines)
        if self.suite.subject in ("opening", "question") and self.output.text.strip():
            return [self.output.text]
        return []

    @property
    def shown(self) -> list[str]:
        """All free words of the answer that a candidate gets to see: those spoken and the stronger answer."""
        critique = self.output.critique
        stronger = critique.stronger_answer if critique else None
        return self.spoken + ([stronger.text] if stronger else [])

    @property
    def replies(self) -> list[str]:
        """Everything that the candidate has said up to the answer."""
        said = [reply for _, reply in self.transcript]
        return said if self.case.reply in said else [*said, self.case.reply]


Grader = Callable[[Item], Iterable[Score]]
"""Looks at one answer. It yields nothing, or a score without a value, where it does not apply."""


def line(text: str) -> str:
    """A text as evidence: on one line, cut where it is long."""
    flat = " ".join(text.split())
    return flat if len(flat) <= LONGEST_EVIDENCE else flat[: LONGEST_EVIDENCE - 1] + "…"


def judged(metric: str, problem: str, fine: str) -> Score:
    """Pass or fail: fails where there is a problem, and says it; passes otherwise, with what was fine."""
    return Score(metric=metric, value=float(not problem), passed=not problem, evidence=line(problem or fine))


def plain(metric: str, value: float, evidence: str) -> Score:
    """A number that is neither pass nor fail."""
    return Score(metric=metric, value=value, evidence=line(evidence))


def paired(metric: str, label: int, said: int, evidence: str) -> Score:
    """A label's level beside the answer's; the value is 1 where they are the same, else 0."""
    return Score(metric=metric, value=float(label == said), evidence=line(evidence), pair=(label, said))


def not_applicable(metric: str, why: str) -> Score:
    """The grader does not apply to this answer, for a reason worth telling."""
    return Score(metric=metric, evidence=line(why))
