"""Plain text for graders: what is quoted, what is asked, which lines read the same."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from interviewer.judge.answerable import Reason
    from interviewer.judge.cues import CueBook

QUOTED = re.compile(
    r"\"[^\"\n]{1,300}\"|“[^“”\n]{1,300}”|„[^„“”\n]{1,300}[“”]|«[^«»\n]{1,300}»"
    r"|(?<![\w’'])['‘](?=\w)[^\"“”\n]{1,300}?(?<=[\w.,!?…])['’](?!\w)"
)
"""Words between quotation marks; an apostrophe is none."""
GAP = "_"
"""Stands where quoted words were: one word that means nothing."""
_MARKS = re.compile(r"[.!?？…]")
_ASKS = re.compile(r"[?？][?？!]*")
_SENTENCE = re.compile(r"[^.!?？…]*[.!?？…]+[\"'”’»)*_]*|[^.!?？…]+$")
_END = " \t\n\"'”’»)*_"


def bare(text: str) -> str:
    """A text without the quotation marks, if they are around all of it."""
    text = text.strip()
    return text[1:-1].strip() if QUOTED.fullmatch(text) else text


def unquoted(text: str) -> str:
    """The speaker's own words: each quotation is replaced by `GAP`."""
    return QUOTED.sub(GAP, bare(text))


def count_questions(text: str) -> int:
    """How many questions a text asks: question marks, those of quoted words aside.

    A mark inside a last quotation is the text's own where it asks nothing else: `Do you mean "why me?"`.
    """
    return len(_ASKS.findall(_masked(text))) or int(ends_with_question(text))


def asked(text: str) -> list[str]:
    """The sentences of a text that ask, each as words; the last sentence where none does."""
    found = [part for part in _SENTENCE.findall(_masked(text)) if re.search(r"\w", part)]
    asking = [part for part in found if _ASKS.search(part)]
    return [words for part in asking or found[-1:] if (words := as_words(part))]


def ends_with_question(text: str) -> bool:
    """Whether the last thing in a text is its question mark; quotation marks and emphasis may follow."""
    return bare(text).rstrip(_END).endswith(("?", "？"))


def as_words(text: str) -> str:
    """Words only, lower case, single spaces."""
    from interviewer.questions.lines import normalise

    return normalise(text.replace("’", "'").replace("'", ""))


def alike(one: str, other: str) -> bool:
    """Whether two texts, given as words, are the same or nearly: by the words shared or by their order."""
    from interviewer.questions.check import ALIKE

    mine, theirs = one.split(), other.split()
    shared, all_of_them = set(mine) & set(theirs), set(mine) | set(theirs)
    if not shared:
        return False
    return len(shared) / len(all_of_them) >= ALIKE or SequenceMatcher(None, mine, theirs).ratio() >= ALIKE


def first_alike(text: str, earlier: Iterable[str]) -> tuple[str, str] | None:
    """The first question of a text that an earlier text asks already, or nearly, with that text."""
    mine = asked(text)
    for before in earlier:
        for question in asked(before):
            for sentence in mine:
                if alike(sentence, question):
                    return sentence, before
    return None


def runs(words: list[str], length: int) -> Iterator[str]:
    """Every run of so many words."""
    for start in range(len(words) - length + 1):
        yield " ".join(words[start : start + length])


def unreadable(text: str) -> Reason:
    """Why a text cannot be read as English, by the embedded judge's lists of words, or ""."""
    from interviewer.judge.answerable import why_not

    return why_not(_book().clean(text), _book())


def known_share(text: str) -> float:
    """Which share of a text's words the embedded judge's lists of English words hold."""
    words = [word.text for word in _book().clean(text).words if any(char.isalpha() for char in word.text)]
    return sum(word in _book().vocabulary for word in words) / max(len(words), 1)


@cache
def _book() -> CueBook:
    """The lists, read once, when the first text is looked at."""
    from interviewer.judge.cues import CueBook
    from knowledge.cards import BUNDLED

    return CueBook(BUNDLED / "cues")


def _masked(text: str) -> str:
    """The text with the marks that end sentences taken out of its quotations."""
    return QUOTED.sub(lambda quote: _MARKS.sub(" ", quote[0]), bare(text))
