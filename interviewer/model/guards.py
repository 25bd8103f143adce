"""Watches a question as it streams: one question, no other voice, no praise, nothing leaked or repeated.

Words are held back only as long as they could still turn out to be something that must not be said.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?", re.UNICODE)
_SENTENCE_END = re.compile(r"[.!…]+[\"'”’»)]*\s|[?]")
_ASKING = re.compile(
    r"\b(tell me|walk me|talk me|describe|explain|give me|show me|share|take me|help me|name)\b", re.I
)
_LABELS = ("interviewer", "question", "next question", "follow-up", "follow-up question", "answer")
_QUOTES = "\"'“”„«»*_` \t\n"
_HOLD, _HOLD_REALISTIC = 3, 7
_MOST_WORDS = 70
_RECITED = 9
"""So many words in a row from the rules are no coincidence."""


class UnfitQuestion(Exception):
    """What streams in must not be said; the message completes “it …”. Never leaves this package."""


@dataclass
class QuestionGuard:
    """Feed it chunks; it gives back what may be shown.

    Args:
        names: what the model may put before its words, such as the persona's name; it is taken off.
        asked: everything that the interviewer has said so far.
        secrets: rubric and card ids.
        rules: the prompt's own rules.
        praise: patterns that cut a sentence; empty where praise is allowed.
        refusals: patterns of a model that declines.
    """

    names: Sequence[str]
    asked: Sequence[str] = ()
    secrets: Iterable[str] = ()
    rules: str = ""
    praise: Sequence[str] = ()
    refusals: Sequence[str] = ()
    shown: str = ""
    done: bool = False
    refused: bool = False
    _buffer: str = ""
    _begun: bool = False
    _sent_of_sentence: int = 0
    _words: int = 0
    _asks: bool = False
    _asked_words: list[list[str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Prepare the patterns."""
        self._asked_words = [
            words
            for text in self.asked
            for part in sentences(text)
            if (words := _words(part)) and "?" in part
        ]
        self._praise = [re.compile(pattern, re.I) for pattern in self.praise]
        self._refusals = [re.compile(pattern, re.I) for pattern in self.refusals]
        self._secrets = {secret.lower() for secret in self.secrets if "_" in secret or secret.count("-") > 1}
        self._rules = " ".join(_words(self.rules))

    def feed(self, chunk: str) -> str:
        """Take a piece of the stream.

        Returns:
            What may be shown now; often nothing.

        Raises:
            UnfitQuestion: this cannot become a question that may be asked.
        """
        if self.done:
            return ""
        self._buffer += chunk
        return self._advance(final=False)

    def finish(self) -> str:
        """The stream has ended: judge what is left.

        Raises:
            UnfitQuestion: no question came.
        """
        if self.done:
            return ""
        out = self._advance(final=True)
        if not self.done and not self._asks:
            raise UnfitQuestion("asks nothing")
        self.done = True
        return out

    @property
    def pending(self) -> str:
        """What has come and is not shown."""
        return self._buffer

    def _advance(self, *, final: bool) -> str:
        if not self._begun and not self._begin(final):
            return ""
        out = ""
        while not self.done:
            end = _SENTENCE_END.search(self._buffer)
            if end:
                sentence, self._buffer = self._buffer[: end.end()], self._buffer[end.end() :]
            elif final and self._buffer.strip():
                sentence, self._buffer = self._buffer, ""
            else:
                break
            out += self._close(sentence)
        if not self.done and not final:
            out += self._release()
        self.shown += out
        return out

    def _begin(self, final: bool) -> bool:
        """Take quotes and “Name:” off the front once enough has come to tell."""
        start = self._buffer.lstrip(_QUOTES)
        labels = [*self.names, *(name.split()[0] for name in self.names if name), *_LABELS]
        for label in sorted(labels, key=len, reverse=True):
            if start.lower().startswith(label.lower()) and (
                found := re.match(r"[*\s]*(\([^)]*\))?[*\s]*[:：][*\s]*", start[len(label) :])
            ):
                start = start[len(label) + found.end() :].lstrip(_QUOTES)
                break
        else:
            could_be = any(label.lower().startswith(start.lower().rstrip(" *")) for label in labels)
            named = any(
                re.fullmatch(re.escape(label) + r"[*\s]*(\([^)]*\)?)?[*\s]*", start, re.I) for label in labels
            )
            if not final and (not start or could_be or named or len(_words(start)) < 2):
                return False
        if not start.strip() and not final:
            return False
        self._buffer, self._begun = start, True
        return True

    def _close(self, sentence: str) -> str:
        """A whole sentence is there: say the rest of it, leave it out, or refuse."""
        self._check(sentence)
        rest = sentence[self._sent_of_sentence :]
        asks = sentence.rstrip().endswith("?")
        if asks and self._repeats(sentence):
            raise UnfitQuestion("repeats an earlier question")
        if self._praises(sentence):
            if self._sent_of_sentence:
                raise UnfitQuestion("praises, which a realistic interview does not")
            rest = self._without_praise(sentence) if asks else ""
        self._words += len(_words(rest))
        self._sent_of_sentence = 0
        self._asks = self._asks or bool(_ASKING.search(sentence))
        self.done = asks
        if rest and not self.shown:
            rest = rest.lstrip()
        rest = re.sub(r"\s+", " ", rest)
        return rest.rstrip(_QUOTES) if asks else rest

    def _release(self) -> str:
        """Say the whole words of an unfinished sentence that are safe by now."""
        last_space = max(self._buffer.rfind(" "), self._buffer.rfind("\n"))
        if last_space <= self._sent_of_sentence:
            return ""
        so_far = self._buffer[: last_space + 1]
        self._check(so_far)
        words = _words(so_far)
        hold = _HOLD_REALISTIC if self._praise else _HOLD
        if len(words) < hold or any(words == asked[: len(words)] for asked in self._asked_words):
            return ""
        if self._praises(so_far):
            if self._sent_of_sentence:
                raise UnfitQuestion("praises, which a realistic interview does not")
            return ""
        out = so_far[self._sent_of_sentence :]
        self._sent_of_sentence = len(so_far)
        return re.sub(r"\s+", " ", out)

    def _check(self, text: str) -> None:
        lowered = text.lower()
        if any(pattern.search(text) for pattern in self._refusals):
            self.refused = True
            raise UnfitQuestion("declines")
        if "<<<" in text or ">>>" in text or any(secret in lowered for secret in self._secrets):
            raise UnfitQuestion("shows what only the prompt should hold")
        words = _words(text)
        for start in range(len(words) - _RECITED + 1):
            if " ".join(words[start : start + _RECITED]) in self._rules:
                raise UnfitQuestion("recites its instructions")
        if self._words + len(words) > _MOST_WORDS:
            raise UnfitQuestion("talks without asking")

    def _praises(self, text: str) -> bool:
        return any(pattern.search(text.strip()) for pattern in self._praise)

    def _without_praise(self, sentence: str) -> str:
        """The question after the praise in one sentence, as in “Great plan, but how will you …?”."""
        for found in re.finditer(r"[,;:—–]\s+(?:(?:but|and|so)\s+)?", sentence):
            rest = sentence[found.end() :].strip()
            if len(_words(rest)) >= 4 and not self._praises(rest):
                return rest[0].upper() + rest[1:]
        raise UnfitQuestion("praises, which a realistic interview does not")

    def _repeats(self, sentence: str) -> bool:
        words = _words(sentence)
        return any(SequenceMatcher(None, words, asked).ratio() >= 0.8 for asked in self._asked_words)


def sentences(text: str) -> list[str]:
    """Split a text into sentences, each with its end mark."""
    return [part.strip() for part in re.findall(r"[^.!?…]*[.!?…]+[\"'”’)]*|[^.!?…]+$", text) if part.strip()]


def _words(text: str) -> list[str]:
    return [word.lower().replace("’", "'") for word in _WORD.findall(text)]
