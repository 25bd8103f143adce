"""One reply being worked on: the next question as it streams, the critique, and the way to stop."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator


class TurnWork:
    """What is in flight for one reply. Worker threads fill it; any number of pages watch it.

    Args:
        interview_id: the interview.
        turn: number of the turn whose reply is worked on.
    """

    def __init__(self, interview_id: str, turn: int) -> None:
        self.interview_id, self.turn = interview_id, turn
        self.cancel = threading.Event()
        self.error = ""
        """One plain line, where the work broke off: what is safe and what to do."""
        self.since = time.monotonic()
        self._text = ""
        self._question_done = self._critique_done = False
        self._changed = threading.Condition()

    @property
    def text(self) -> str:
        """The next question as far as it has come."""
        return self._text

    @property
    def question_done(self) -> bool:
        """Whether the next question is whole (or was stopped)."""
        return self._question_done

    @property
    def critique_done(self) -> bool:
        """Whether the critique of the reply is stored."""
        return self._critique_done

    @property
    def finished(self) -> bool:
        """Whether nothing more will come."""
        return self._question_done and self._critique_done

    def add(self, chunk: str) -> None:
        """Append a piece of the question."""
        with self._changed:
            self._text += chunk
            self._changed.notify_all()

    def replace(self, text: str) -> None:
        """Put another question in place of what came, where the endpoint failed in the middle."""
        with self._changed:
            self._text = text
            self._changed.notify_all()

    def finish(self, *, question: bool = False, critique: bool = False) -> None:
        """Mark a part as done."""
        with self._changed:
            self._question_done |= question
            self._critique_done |= critique
            self._changed.notify_all()

    def wait(self, timeout: float | None = None, *, critique: bool = True) -> bool:
        """Wait until all (or, with `critique=False`, the question) is done.

        Args:
            timeout: seconds at most; None waits for ever.
            critique: whether the critique is waited for too.

        Returns:
            Whether it was done in time.
        """

        def done() -> bool:
            return self.finished if critique else self._question_done

        with self._changed:
            return self._changed.wait_for(done, timeout)

    def stream(self, poll_seconds: float = 0.5) -> Iterator[str]:
        """Yield the question from its first word on, in pieces, until it is whole.

        What was yielded is a prefix of the question unless the endpoint failed in the middle: then `text` is
        the question that stands and the pieces so far are to be replaced by it.
        """
        sent = ""
        while True:
            with self._changed:
                if self._text == sent and not self._question_done:
                    self._changed.wait(poll_seconds)
                text, done = self._text, self._question_done
            if text.startswith(sent) and len(text) > len(sent):
                yield text[len(sent) :]
                sent = text
            if done or not text.startswith(sent):
                return


class WorkBoard:
    """The works in flight, by interview: at most one question, and critiques still to come."""

    def __init__(self) -> None:
        self._works: dict[str, list[TurnWork]] = {}
        self._lock = threading.Lock()

    def get(self, interview_id: str) -> TurnWork | None:
        """The newest work in flight for an interview, or None."""
        with self._lock:
            works = [work for work in self._works.get(interview_id, []) if not work.finished]
            return works[-1] if works else None

    def error(self, interview_id: str, within_seconds: float = 30.0) -> str:
        """What broke the newest work, where one broke off lately; else an empty string."""
        with self._lock:
            works = self._works.get(interview_id, [])
            recent = works and time.monotonic() - works[-1].since < within_seconds
            return works[-1].error if recent else ""

    def claim(self, interview_id: str, turn: int) -> TurnWork | None:
        """Begin a work, unless a question is in flight or this reply is being worked on: then None."""
        with self._lock:
            works = self._works.get(interview_id, [])
            if any(not work.question_done or (work.turn == turn and not work.finished) for work in works):
                return None
            self._forget_finished()
            work = TurnWork(interview_id, turn)
            self._works.setdefault(interview_id, []).append(work)
            return work

    def _forget_finished(self) -> None:
        """Keep what is in flight and, for `error`, what broke."""
        kept = {
            key: [work for work in works if not work.finished or work.error][-20:]
            for key, works in self._works.items()
        }
        self._works = {key: works for key, works in kept.items() if works}

    def wait_all(self, timeout: float) -> bool:
        """Wait for every work in flight, `timeout` seconds at most in all."""
        deadline = time.monotonic() + timeout
        with self._lock:
            works = [work for group in self._works.values() for work in group]
        return all(work.wait(max(0.0, deadline - time.monotonic())) for work in works)
