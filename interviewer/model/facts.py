"""Finds what a stronger answer claims that the candidate never said: numbers, dates, names, titles, deeds.

It is lexical on purpose: it cannot be talked out of anything. What it cannot see is a made-up fact told in
ordinary lower-case words ("at a large bank"), unless it was copied from the prompt, as small models copy its
example; what it sees wrongly costs a sentence, never adds one.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

from interviewer.errors import DataFileError

FACTS = Path(__file__).parent / "facts.toml"
Kind = Literal["number", "date", "name", "role", "credential", "claim"]

_ONES = tuple(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "  # noqa: SIM905
    "seventeen eighteen nineteen".split()
)
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_SCALES = {"hundred": 100, "thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000}
_SCALE_MARKS = {"k": 1_000, "m": 1_000_000, "bn": 1_000_000_000}
_QUANTITIES = {
    "half": "0.5", "double": "x2", "doubled": "x2", "doubling": "x2", "twice": "x2", "triple": "x3",
    "tripled": "x3", "thrice": "x3", "quarter": "0.25", "third": "0.333", "dozen": "12", "dozens": "12",
    "couple": "2", "hundreds": "100", "thousands": "1000", "millions": "1000000",
}  # fmt: skip
_MOST_UNSAID = 0.55
"""The share of a sentence's words of content that may be new: better wording needs some."""
_COPIED = 4
"""So many words in a row of the prompt's, with one of content that the candidate never said, are copied."""
_NUMERAL = re.compile(r"(?P<digits>\d+(?:[.,]\d+)*)(?P<mark>(?:k|m|bn)\b)?", re.I)
_TOKEN = re.compile(r"[^\W_]+(?:[.,]\d+)*(?:['’][^\W_]+)?", re.UNICODE)
_RELATIVE = re.compile(
    r"\b(?:next|this|last|coming|end of the) "
    r"(?:year|month|week|quarter|summer|spring|autumn|winter)\b",
    re.I,
)
_DID = re.compile(
    r"\b(?:i have|we have|i had|i've|we've|i'd|i|we|having|already|previously|successfully)\s+"
    r"(?:also |already |recently |previously |successfully |once |even |then |just )*([a-z]+)\b",
    re.I,
)


@dataclass(frozen=True)
class Invention:
    """Something in a text that the candidate did not give: where it stands and what kind of fact it is."""

    start: int
    end: int
    kind: Kind


@dataclass(frozen=True)
class FactWords:
    """The word lists of `facts.toml`, lower case."""

    roles: frozenset[str]
    credentials: frozenset[str]
    claims: frozenset[str]
    months: frozenset[str]
    units: frozenset[str]
    openers: frozenset[str]
    plain: frozenset[str]
    capitals: frozenset[str]
    blanks: dict[str, str]


@lru_cache(maxsize=1)
def fact_words() -> FactWords:
    """Read the lists.

    Raises:
        DataFileError: the file is broken.
    """
    try:
        data = tomllib.loads(FACTS.read_text(encoding="utf-8"))
        lists = {name: frozenset(text.split()) for name, text in data.items() if name != "blanks"}
        return FactWords(blanks=dict(data["blanks"]), **lists)
    except (OSError, tomllib.TOMLDecodeError, KeyError, TypeError, AttributeError) as error:
        raise DataFileError(FACTS, f"cannot be read as lists of words ({error})") from error


class Given:
    """What the candidate has given: the reply, earlier replies, the résumé, the role and the employer."""

    def __init__(self, texts: Iterable[str], prompt: str = "") -> None:
        """Index the texts.

        Args:
            texts: all that the candidate gave.
            prompt: what the model was told beside them; its words are not the candidate's.
        """
        joined = " \n ".join(texts)
        self.tokens = set(map(_same, _TOKEN.findall(joined)))
        self.tokens |= {part for token in self.tokens for part in token.split("'")}
        self.stems = {stem(token) for token in self.tokens}
        self.numbers = {value for value, _, _ in numbers(joined)}
        self.flat = " ".join(_same(joined).split())
        self.told = {run for run, _, _ in _runs(prompt)} - {run for run, _, _ in _runs(joined)}

    def has(self, word: str) -> bool:
        """Whether the word was said, in this or another form."""
        bare = _same(word).removesuffix("'s")
        return bare in self.tokens or stem(bare) in self.stems


def _same(text: str) -> str:
    """Words as they are compared: lower case, one kind of apostrophe."""
    return text.lower().replace("’", "'")


def _runs(text: str) -> list[tuple[tuple[str, ...], int, int]]:
    """Every few words in a row (`_COPIED`), lower case, with where they begin and end."""
    tokens = list(_TOKEN.finditer(text))
    rows = [tokens[at : at + _COPIED] for at in range(len(tokens) - _COPIED + 1)]
    return [(tuple(_same(token[0]) for token in row), row[0].start(), row[-1].end()) for row in rows]


def stem(word: str) -> str:
    """A word without its common English endings: enough to match "led the teams" with "a team"."""
    for ending in ("ations", "ation", "ings", "ing", "ies", "ied", "ers", "er", "ed", "es", "s", "e", "y"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word[: -len(ending)]
            break
    return word[:-1] if len(word) > 3 and word[-1] == word[-2] else word


def numbers(text: str) -> list[tuple[str, int, int]]:
    """Every number, in digits or words, as (value, start, end); "15%" and "fifteen" have the same value."""
    found: list[tuple[str, int, int]] = []
    for match in _NUMERAL.finditer(text):
        if match.start() and (text[match.start() - 1].isalpha() or text[match.start() - 1] == "_"):
            continue
        value = float(match["digits"].replace(",", "")) if _is_plain(match["digits"]) else None
        if value is not None and match["mark"]:
            value *= _SCALE_MARKS[match["mark"].lower()]
        found.append((f"{value:g}" if value is not None else match["digits"], match.start(), match.end()))
    found += _worded(text)
    return sorted(found, key=lambda item: item[1])


def _is_plain(digits: str) -> bool:
    return bool(re.fullmatch(r"\d+(?:,\d{3})*(?:\.\d+)?", digits))


def _worded(text: str) -> list[tuple[str, int, int]]:
    """Numbers written out, such as "twenty-five" and "three hundred", and words such as "doubled"."""
    found: list[tuple[str, int, int]] = []
    value, start, end = 0, -1, -1

    def close() -> None:
        nonlocal value, start, end
        if start >= 0:
            found.append((f"{value:g}", start, end))
        value, start, end = 0, -1, -1

    for token in re.finditer(r"[A-Za-z]+", text):
        word = token[0].lower()
        gap = text[end : token.start()] if start >= 0 else ""
        if start >= 0 and (gap not in (" ", "-") or word == "one"):
            close()
        if word in _ONES:
            value += _ONES.index(word)
        elif word in _TENS:
            value += 10 * (_TENS.index(word) + 2)
        elif word in _SCALES and start >= 0:
            value *= _SCALES[word]
        elif word in _QUANTITIES:
            close()
            found.append((_QUANTITIES[word], token.start(), token.end()))
            continue
        else:
            close()
            continue
        start = token.start() if start < 0 else start
        end = token.end()
    close()
    return found


def inventions(sentence: str, given: Given) -> list[Invention]:
    """What one sentence claims that was not given, in order of place.

    Args:
        sentence: one sentence of a stronger answer, with its blanks in square brackets taken out.
        given: what the candidate has given.
    """
    words = fact_words()
    found = [
        *_numbers(sentence, given, words),
        *_words(sentence, given, words),
        *_deeds(sentence, given, words),
        *_copied(sentence, given, words),
    ]
    if not found and _is_foreign(sentence, given, words):
        found.append(Invention(0, len(sentence), "claim"))
    for match in _RELATIVE.finditer(sentence):
        if " ".join(match[0].lower().split()) not in given.flat:
            found.append(Invention(match.start(), match.end(), "date"))
    taken: list[Invention] = []
    for item in sorted(found, key=lambda item: (item.start, -item.end)):
        if not taken or item.start >= taken[-1].end:
            taken.append(item)
    return taken


def _is_foreign(sentence: str, given: Given, words: FactWords) -> bool:
    """Whether most of what a sentence is about was never mentioned: filler, or somebody else's story."""
    content = [token for token in _TOKEN.findall(sentence) if _is_content(token, words)]
    unsaid = [token for token in content if not given.has(token)]
    return len(unsaid) >= 3 and len(unsaid) > _MOST_UNSAID * len(content)


def _is_content(token: str, words: FactWords) -> bool:
    return len(token) > 3 and _same(token) not in words.openers


def _copied(sentence: str, given: Given, words: FactWords) -> list[Invention]:
    """What was taken from the prompt: somebody else's words, such as its example's."""

    def is_new(word: str) -> bool:
        return _is_content(word, words) and word not in words.plain and not given.has(word)

    copied = [item for item in _runs(sentence) if item[0] in given.told and any(map(is_new, item[0]))]
    return [Invention(start, end, "claim") for _, start, end in copied]


def _numbers(sentence: str, given: Given, words: FactWords) -> list[Invention]:
    found = []
    for value, start, end in numbers(sentence):
        if value in given.numbers:
            continue
        after = re.match(r"[\s-]*([A-Za-z]+|%)", sentence[end:])
        unit = after[1].lower() if after else ""
        text = sentence[start:end].lower()
        if text == "one" and unit not in words.units:
            continue  # the pronoun, as in "the one thing"
        if text in ("third", "quarter") and unit != "of":
            continue  # "my third step"; a quarter of the year is a date, found elsewhere
        in_time = unit in {"year", "years", "month", "months", "week", "weeks", "day", "days"}
        is_year = re.fullmatch(r"(19|20)\d\d", text) is not None
        found.append(Invention(start, end, "date" if in_time or is_year else "number"))
    return found


def _words(sentence: str, given: Given, words: FactWords) -> list[Invention]:
    found = []
    first = True
    for match in _TOKEN.finditer(sentence):
        token = match[0]
        lowered = _same(token)
        opens, first = first, False
        if token[0].isdigit() or given.has(token):
            continue
        kind: Kind | None = None
        if lowered in words.months and (token[0].isupper() or lowered not in ("may", "march", "spring")):
            kind = "date"
        elif lowered in words.credentials:
            kind = "credential"
        elif lowered in words.roles:
            kind = "role"
        elif token[0].isupper() and lowered not in words.capitals and (not opens or _is_name(token, words)):
            kind = "name"
        if kind:
            found.append(Invention(match.start(), match.end(), kind))
    return found


def _is_name(token: str, words: FactWords) -> bool:
    """Whether a capitalised word at the start of a sentence may be a name: when in doubt, yes."""
    lowered = _same(token)
    ordinary = lowered in words.openers or re.search(r"(ing|ed|ly)$", lowered) is not None
    return not ordinary


def _deeds(sentence: str, given: Given, words: FactWords) -> list[Invention]:
    found = []
    for match in _DID.finditer(sentence.replace("’", "'")):
        verb = match[1].lower()
        past = verb in words.claims or (verb.endswith("ed") and verb not in ("need", "succeed", "proceed"))
        if past and not given.has(verb):
            found.append(Invention(match.start(1), match.end(1), "claim"))
    return found
