"""Grader of a question's aim: does it ask about what it was meant to ask about?

A classifier tells which of the rubric's ids a question is about. It learns from the personas' bank lines and
the rubric's own questions, by ridge regression (`knowledge.classifier`) over word vectors beside words and
word pairs. How far to trust it, measured by leaving one persona out, whose lines are told by the others'
(`python -m evals.graders`): 445 lines over 21 ids, the right id first .57, among the first three .80; a
question about another id still passes with a chance of .11 for each id that it was meant for. (The nearest
line alone is right .38 of the time.) MEANING was chosen on the same lines, so expect a little less on new
wording: a run's rate tells two prompt sets apart, and .80 is as high as it goes.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from evals.graders.item import Item, judged
from evals.graders.words import GAP, as_words, unquoted
from evals.result import Score

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from prompts.personas import Persona

    Matrix = NDArray[np.float64]

FIRST = 3
"""A question is aimed at an id that is among so many of the likeliest."""
FEWEST = 2
"""A word or a pair counts where so many lines hold it."""
MEANING = 0.5
"""The share of the word vectors in a line's likeness to another; the rest is shared words and pairs."""
DODGE = "no_answer"
Line = tuple[str, str]
"""A rubric id, and a question about it."""


def aimed(item: Item) -> Iterator[Score]:
    """`aimed`: one of the ids that the question was meant for is among the three likeliest.

    A question about a contradiction quotes two statements, and a closing asks nothing: neither has an aim to
    check.
    """
    output = item.output
    if item.suite.subject != "question" or not item.spoken or not output.focus:
        return
    if output.kind in ("contradiction", "closing", "opening"):
        return
    best = _classifier(known_lines(item)).best(output.text)[:FIRST]
    hit = any(id in best for id in output.focus)
    about = f"reads like {', '.join(best)}; meant for {', '.join(output.focus)}: {output.text}"
    yield judged("aimed", "" if hit else about, about)


def known_lines(item: Item) -> tuple[Line, ...]:
    """What the classifier may know when it judges an item.

    The lines of the item's own persona are left out, whoever else has them too: a prompt shows the model some
    of them. So is a line that is the question word for word.
    """
    own = {as_words(text) for _, text in lines_of([item.persona])} if item.persona else set()
    own.add(as_words(unquoted(item.output.text)))
    return tuple(line for line in _lines(item.bank) if as_words(line[1]) not in own)


def lines_of(personas: Iterable[Persona]) -> list[Line]:
    """The bank lines of some personas without their marks, and the lines that ask a dodged question anew."""
    from interviewer.questions.lines import MARK

    found: list[Line] = []
    for persona in personas:
        found += [(id, text) for id, lines in persona.bank.items() for text in lines]
        anew = [*persona.again, *(text for text in persona.no_answer if not MARK.search(text))]
        found += [(DODGE, text) for text in anew]
    return [(id, unquoted(MARK.sub("", text).replace('""', ""))) for id, text in found]


@dataclass(frozen=True)
class AimAccuracy:
    """How often the classifier is right on lines of a persona that it does not know.

    Args:
        lines: how many were told.
        ids: among how many ids.
        top_1: share whose id comes first.
        top_3: share whose id is among the first three: a question that is well aimed passes so often.
        false_pass: chance that a question about another id passes.
    """

    lines: int
    ids: int
    top_1: float
    top_3: float
    false_pass: float


def aim_accuracy(personas: Mapping[str, Persona] | None = None) -> AimAccuracy:
    """Tell each persona's bank lines by the others'.

    Args:
        personas: by id (None: the bundled ones).
    """
    from interviewer.questions.lines import MARK

    bank = personas if personas is not None else _bundled()
    first = within = total = 0
    ids: set[str] = set()
    for persona in bank.values():
        others = lines_of(other for other in bank.values() if other.id != persona.id)
        classifier = _classifier((*others, *_rubric_lines()))
        ids |= set(classifier.ids)
        for id, lines in persona.bank.items():
            for text in lines:
                best = classifier.best(MARK.sub("", text).replace('""', ""))
                total, first, within = total + 1, first + (best[0] == id), within + (id in best[:FIRST])
    share = within / total
    return AimAccuracy(total, len(ids), first / total, share, (FIRST - share) / (len(ids) - 1))


class _Classifier:
    """Tells the id of a question from lines whose ids are known."""

    def __init__(self, lines: Sequence[Line]) -> None:
        import numpy as np

        from interviewer.judge.meaning import embed
        from knowledge.classifier import CardClassifier

        texts = [text for _, text in lines]
        self.ids = sorted({id for id, _ in lines})
        held = Counter(word for text in texts for word in set(_features(text)))
        common = sorted(word for word, count in held.items() if count >= FEWEST)
        self._places = {word: place for place, word in enumerate(common)}
        self._weights = np.array([math.log((1 + len(texts)) / held[word]) for word in common])
        vectors = np.array([self._vector(text, row) for text, row in zip(texts, embed(texts), strict=True)])
        owners = np.array([self.ids.index(id) for id, _ in lines])
        self._ridge = CardClassifier(vectors, owners, len(self.ids))

    def best(self, text: str) -> list[str]:
        """The ids, likeliest first."""
        import numpy as np

        from interviewer.judge.meaning import embed

        own = unquoted(text).replace(GAP, " ")
        scores = self._ridge.scores(self._vector(own, embed([own])[0]))
        return [self.ids[place] for place in np.argsort(-scores, kind="stable")]

    def _vector(self, text: str, meaning: Matrix) -> Matrix:
        """Meaning and words side by side, each of a length by its share."""
        import numpy as np

        words = np.zeros(len(self._places))
        for word in set(_features(text)) & self._places.keys():
            words[self._places[word]] = self._weights[self._places[word]]
        words /= max(float(np.linalg.norm(words)), 1e-9)
        return np.concatenate([math.sqrt(MEANING) * meaning, math.sqrt(1 - MEANING) * words])


@lru_cache(maxsize=32)
def _classifier(lines: tuple[Line, ...]) -> _Classifier:
    return _Classifier(lines)


def _features(text: str) -> list[str]:
    from knowledge.keywords import words

    return words(text)


def _lines(bank: Mapping[str, Persona] | None) -> tuple[Line, ...]:
    return _bundled_lines() if bank is None else (*lines_of(bank.values()), *_rubric_lines())


@cache
def _bundled_lines() -> tuple[Line, ...]:
    return (*lines_of(_bundled().values()), *_rubric_lines())


@cache
def _bundled() -> dict[str, Persona]:
    from prompts.personas import load_personas

    return load_personas()


@cache
def _rubric_lines() -> tuple[Line, ...]:
    """What the bundled rubric asks of a reply, and what it asks where that is missing."""
    from knowledge.rubric_file import load_rubric

    rubric = load_rubric()
    found = [(part.id, text) for part in rubric.criteria for text in (part.ask, part.blank)]
    return (*found, *((part.id, part.ask) for part in rubric.pitfalls))
