"""Graders of a voice: nothing of the prompt in it, the persona's own words and length, English."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from evals.graders.item import Item, judged
from evals.graders.words import GAP, QUOTED, as_words, bare, known_share, runs, unquoted, unreadable
from evals.result import Score

RECITED = 8
"""So many words in a row of the prompt's rules are no coincidence."""
COPIED = 6
"""So many words in a row of the candidate's, among them an "I", are the candidate speaking."""
SHORT = 3
"""With fewer words a text's script is looked at, not its words."""
KNOWN = 0.34
"""At least such a share of the words of an English text is known: of the personas' own lines .5 and more is,
of questions in other languages .2 and less."""
_FENCE = re.compile(r"<<<|>>>")
_MACHINE = re.compile(r"\bas an? (?:ai|artificial intelligence|(?:large )?language model)\b", re.I)
_LABELS = (
    "interviewer", "candidate", "question", "next question", "follow-up", "follow-up question", "answer",
    "reply", "assistant", "system", "q", "a",
)  # fmt: skip
_AFTER_LABEL = r"[*_\s]*(?:\([^)\n]*\))?[*_\s]*[:：]"
_WRITTEN = re.compile(r"\*\*|^\s*(?:[-*•]|\d+[.)]|#+)\s", re.M)
_MINE = frozenset("i im ive id ill my me mine myself".split())  # noqa: SIM905
_AS_CANDIDATE = re.compile(
    r"(?:^|[.!?]\s+)(?:my (?:own )?(?:career |long-term |short-term |main )*goals? (?:is|are)\b"
    r"|(?:in \w+ years,? )?i (?:also )?see myself\b)",
    re.I,
)


def no_leak(item: Item) -> Iterator[Score]:
    """`no_leak`: no id of the rubric or of a card, no fence, no rule of the prompt, no "as an AI"."""
    if not item.shown:
        return
    ids = tuple(id for id in (*item.rubric.ids, *sorted(item.cards)) if "_" in id or "-" in id)
    said = " ".join(item.replies).casefold()
    found = next((leak for text in item.shown for leak in _leaks(text, ids, said, item.rules)), "")
    yield judged("no_leak", found, "shows nothing of the prompt")


def _leaks(text: str, ids: tuple[str, ...], said: str, rules: str) -> Iterator[str]:
    for match in _any_of(ids).finditer(text):
        if match[0].casefold() not in said:
            yield f"names the id {match[0]!r}"
    for pattern in (_FENCE, _MACHINE):
        if found := pattern.search(text):
            yield f"says {found[0]!r}"
    known = _runs_of(rules)
    recited = (run for run in runs(as_words(text).split(), RECITED) if run in known)
    yield from (f"recites its rules: {run!r}" for run in recited)


@lru_cache(maxsize=16)
def _any_of(ids: tuple[str, ...]) -> re.Pattern[str]:
    joined = "|".join(re.escape(id) for id in ids) or r"(?!)"
    return re.compile(rf"(?<![\w-])(?:{joined})(?![\w-])", re.I)


@lru_cache(maxsize=64)
def _runs_of(rules: str) -> frozenset[str]:
    return frozenset(runs(as_words(rules).split(), RECITED))


def in_voice(item: Item) -> Iterator[Score]:
    """`in_voice`: said as this persona would say it.

    No word that the persona never says, no more words than `questions.yaml` allows, no name before the words,
    no list or bold type, and never the candidate's part. Quoted words are not the persona's; a quotation as
    short as the persona's own lines make it counts as one word.
    """
    lines = item.spoken
    problems = (
        f"{problem}: {text}"
        for number, text in enumerate(lines)
        for problem in _out_of_voice(item, text, opens=number == 0 and item.suite.subject != "question")
    )
    if lines:
        yield judged("in_voice", next(problems, ""), f"{_length(lines[-1])} words: {lines[-1]}")


def _out_of_voice(item: Item, text: str, *, opens: bool) -> Iterator[str]:
    from interviewer.questions.data import question_words

    longest = question_words().longest.opening if opens else question_words().longest.line
    if (count := _length(text)) > longest:
        yield f"{count} words, more than {longest}"
    name = item.persona.name if item.persona else ""
    if label := _label(name).match(text):
        yield f"begins with the label {label[0].strip()!r}"
    if _WRITTEN.search(text):
        yield "is written as a list or in bold"
    own = unquoted(text)
    if item.persona and (never := _never(item.persona.vocabulary.never).search(as_words(own))):
        yield f"says {never[0]!r}, which {name} never does"
    if found := _AS_CANDIDATE.search(own):
        yield f"speaks as the candidate ({found[0].strip()!r})"
    words = as_words(own).split()
    replies = [as_words(reply) for reply in item.replies]
    for run in runs(words, COPIED):
        if _MINE & set(run.split()) and any(f" {run} " in f" {reply} " for reply in replies):
            yield f"says the candidate's words as its own ({run!r})"


def _length(text: str) -> int:
    """How many words a text has; a quotation that a line's mark could hold is one word."""
    from interviewer.questions.contradictions import QUOTE_WORDS

    long = [quote for quote in QUOTED.findall(bare(text)) if len(quote.split()) > QUOTE_WORDS]
    return len(unquoted(text).split()) + sum(len(quote.split()) - 1 for quote in long)


@lru_cache(maxsize=64)
def _label(name: str) -> re.Pattern[str]:
    names = [*_LABELS, *((name, name.split()[0]) if name.strip() else ())]
    joined = "|".join(re.escape(each) for each in sorted(names, key=len, reverse=True))
    return re.compile(rf"[\s\"“'‘*_#>]*(?:{joined}){_AFTER_LABEL}", re.I)


@lru_cache(maxsize=64)
def _never(words: Sequence[str]) -> re.Pattern[str]:
    joined = "|".join(re.escape(as_words(word)) for word in words) or r"(?!)"
    return re.compile(rf"\b(?:{joined})\b")


def in_english(item: Item) -> Iterator[Score]:
    """`in_english`: English, by the embedded judge's own test and by its lists of words; quotations aside.

    That test is made for replies; of a question, which is short, also the known words are counted.
    """
    if not item.spoken:
        return
    problem = ""
    for text in item.spoken:
        own = unquoted(text).replace(GAP, " ")
        unknown = len(own.split()) >= SHORT and known_share(own) < KNOWN
        if unknown or unreadable(own) == "language":
            problem = problem or f"is not English: {text}"
    yield judged("in_english", problem, item.spoken[-1])
