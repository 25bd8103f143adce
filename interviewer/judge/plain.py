"""What is said in words alone, without names and pronouns: no score hangs on who speaks, or of whom."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from interviewer.judge.cues import CueBook
from interviewer.judge.text import CleanText, Span, Word

_KNOWN_SHARE = 0.4


def plain(text: CleanText, span: Span, book: CueBook) -> str:
    """What a range says, in words alone; nothing where too few of its words are known.

    So another language is left out, and what is no words at all.

    Args:
        text: the clean text.
        span: the range, a sentence or a clause.
        book: knows which words are no names, and which pronouns stand for people.
    """
    words = list(_unnamed(text, text.words_in(span), book))
    if sum(word.text in book.vocabulary for word in words) < _KNOWN_SHARE * len(words):
        return ""
    return " ".join(word.text for word in words if word.text not in book.pronouns)


def said_in(text: CleanText, sentences: Sequence[Span], book: CueBook) -> str:
    """What some sentences of a reply say, each counted once, in words alone (see `plain`).

    Args:
        text: the clean text.
        sentences: which of its sentences.
        book: see `plain`.
    """
    said = dict.fromkeys(plain(text, sentence, book) for sentence in sentences)
    return " ".join(filter(None, said))


def _unnamed(text: CleanText, words: Sequence[Word], book: CueBook) -> Iterator[Word]:
    """The words that are no names, nor what a hyphen joins to one."""
    name: Word | None = None
    for word in words:
        joined = name is not None and " " not in text.quote(name.start, word.end)
        if word.text in book.vocabulary and not joined:
            name = None
        elif joined or text.quote(word.start, word.end)[:1].isupper():
            name = word
            continue
        yield word
