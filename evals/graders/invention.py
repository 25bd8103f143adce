"""Grader of the stronger answer's honesty: no number, month or name that the candidate never gave.

It is made apart from the product's own check (`interviewer.model.facts`), so that neither hides what the
other misses. It looks at the surface alone: a made-up fact in lower-case words it cannot tell from better
wording, unless it was copied from the prompt's example.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator

from evals.graders.item import Item, judged
from evals.graders.words import as_words, runs
from evals.result import Score

_RECITED = 5
"""So many words in a row of the prompt's are copied from it, where one of them tells something new."""
_TELLS_NOTHING = re.compile(r".{1,3}|want|hope|wish|like|love|would|will|this|that|with|from|years?|mean")
_BLANK = re.compile(r"\[[^\[\]]*\]")
_GAP = "_"
_TOKEN = re.compile(r"[^\W_]+(?:['’&-][^\W_]+)*")
_FIGURE = re.compile(
    r"(?<![^\W_])(\d+(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)(k|m|bn)?(?=\b|st\b|nd\b|rd\b|th\b)", re.I
)
_SCALE = {"k": 1e3, "m": 1e6, "bn": 1e9, "hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9}
_SMALL = {
    word: value
    for value, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "  # noqa: SIM905
        "sixteen seventeen eighteen nineteen".split()
    )
}
_TENS = {
    word: 10 * value
    for value, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), start=2)  # noqa: SIM905
}
_AMOUNTS = {
    "half": 0.5, "halve": 0.5, "halved": 0.5, "couple": 2.0, "dozen": 12.0, "dozens": 12.0, "hundreds": 1e2,
    "thousands": 1e3, "millions": 1e6, "twice": 2.0, "double": 2.0, "doubled": 2.0, "doubling": 2.0,
    "triple": 3.0, "tripled": 3.0,
}  # fmt: skip
_AFTER_ONE = frozenset(
    "year years month months week weeks quarter percent hundred thousand million billion".split()  # noqa: SIM905
)
"""What follows "one" where it counts; elsewhere it is a pronoun ("the one thing")."""
_A_UNIT = re.compile(r"\ban? (?:whole |full )?(?:year|month|week|quarter|hundred|thousand|million)\b", re.I)
_MONTHS = tuple(
    "january february march april may june july august september october november december".split()  # noqa: SIM905
)
_ALSO_WORDS = frozenset({"march", "may"})
_WORD = re.compile(r"[^\W\d_]+")
_BEFORE_A_START, _ENDS = " \t\n\"“”'‘’(_*•-", ".!?…:;"


def _thin(word: str) -> str:
    """A word with single letters in place of double ones: "milion" for "million"."""
    return re.sub(r"(.)\1", r"\1", word)


_SPELT = {_thin(word): word for word in (*_SCALE, *_SMALL, *_TENS) if _thin(word) != word}
"""The words of numbers that are misspelt with a single letter where there are two."""


def no_invention(item: Item) -> Iterator[Score]:
    """`no_invention`: outside its blanks the stronger answer says no number, month or name that is new.

    Nor does it say words of the prompt's example. Given is what stands in the reply, the role, the employer,
    the transcript (its questions too), the résumé and the rubric's frames. A name is a word with a capital in
    mid-sentence. Does not apply where there is no stronger answer.
    """
    critique, case = item.output.critique, item.case
    if critique is None or critique.stronger_answer is None:
        return
    earlier = [text for exchange in item.transcript for text in exchange]
    given = [case.reply, case.role, case.company, case.resume, case.question, *earlier]
    text = critique.stronger_answer.text
    frames = [criterion.frame for criterion in item.rubric.criteria]
    found = [*inventions(text, given), *_recited(text, item.examples, [*given, *frames])]
    new = ", ".join(map(repr, found))
    yield judged("no_invention", f"never said: {new}; in: {text}" if found else "", text)


def inventions(text: str, given: Iterable[str]) -> Iterator[str]:
    """The numbers, months and names of a text that are in none of the texts given, in that order.

    Args:
        text: a stronger answer; what stands in square brackets is not looked at.
        given: all that the candidate gave.
    """
    known = _WORD.sub(lambda word: _SPELT.get(_thin(word[0].casefold()), word[0]), "\n".join(given))
    text = _BLANK.sub(_GAP, text)
    values = {value for value, _ in numbers(known)}
    values |= {1.0} if _A_UNIT.search(known) else set()
    values |= {50.0} if 0.5 in values else {0.5} if 50.0 in values else set()
    yield from (words for value, words in numbers(text) if value not in values)
    said = set(_forms(known))
    for token in _TOKEN.finditer(text):
        lowered = token[0].casefold()
        capital = token[0][0].isupper() and not _opens(text, token.start())
        month = lowered in _MONTHS and (capital or lowered not in _ALSO_WORDS)
        name = capital and not re.match(r"i\b|ok\b", lowered)
        if (month or name) and not _was_said(lowered, said):
            yield token[0]


def _recited(text: str, examples: str, given: Iterable[str]) -> list[str]:
    """The first run of words that the text has from the prompt's examples, with one that nobody said."""
    said = {word for part in given for word in as_words(part).split()}
    told = set(_spoken_runs(examples))
    copied = (run for run in _spoken_runs(text) if run in told)
    new = (run for run in copied if any(_tells(word) for word in run.split() if word not in said))
    return list(itertools.islice(new, 1))


def _tells(word: str) -> bool:
    return not _TELLS_NOTHING.fullmatch(word)


def _spoken_runs(text: str) -> Iterator[str]:
    """Runs of words outside square brackets; none goes over a blank."""
    for part in _BLANK.split(text):
        yield from runs(as_words(part).split(), _RECITED)


def _opens(text: str, at: int) -> bool:
    """Whether a sentence, a line or what follows a colon begins at a place."""
    before = text[:at].rstrip(_BEFORE_A_START)
    return not before or before[-1] in _ENDS or "\n" in text[len(before) : at]


def numbers(text: str) -> list[tuple[float, str]]:
    """Every number of a text in figures or words, with the words: "25", "twenty-five", "2k", "a dozen"."""
    found = [
        (float(match[1].replace(",", "")) * _SCALE.get((match[2] or "").lower(), 1), match[0])
        for match in _FIGURE.finditer(text)
    ]
    words = re.findall(r"[^\W\d_]+|[^\s\w-]", text.casefold())
    at = 0
    while at < len(words):
        value, end = _worded(words, at)
        if value is not None:
            found.append((value, " ".join(words[at:end])))
        at = max(end, at + 1)
    return found


def _worded(words: list[str], at: int) -> tuple[float | None, int]:
    """The number in words that begins at a place, and where it ends."""
    first, after = words[at], words[at + 1] if at + 1 < len(words) else ""
    if first in _AMOUNTS:
        return _AMOUNTS[first], at + 1
    if first == "one" and after not in _AFTER_ONE:
        return None, at + 1
    value: float | None = None
    while at < len(words):
        word = words[at]
        if word in _SMALL and (value is None or (value >= 20 and _SMALL[word])):
            value = (value or 0) + _SMALL[word]
        elif word in _TENS and (value is None or value >= 100):
            value = (value or 0) + _TENS[word]
        elif word in _SCALE and len(word) > 2:
            value = (value or 1) * _SCALE[word]
        elif not (word == "and" and value is not None and value >= 100 and _goes_on(words, at + 1)):
            break
        at += 1
    return value, at


def _goes_on(words: list[str], at: int) -> bool:
    return at < len(words) and (words[at] in _SMALL or words[at] in _TENS)


def _forms(text: str) -> Iterator[str]:
    """The words that were given, and the parts of those with a joint."""
    for token in _TOKEN.findall(text.casefold()):
        yield token
        yield from re.split(r"['’&-]", token)


def _was_said(word: str, said: set[str]) -> bool:
    """Whether a word was given: itself, its parts, its plural or singular; of a month also the short form."""
    if word in _MONTHS and any(word[:length] in said for length in (3, 4)):
        return True
    parts = [part for part in re.split(r"['’&-]", word) if part != "s"]
    return word in said or all(
        part in said or f"{part}s" in said or part.removesuffix("s") in said for part in parts
    )
