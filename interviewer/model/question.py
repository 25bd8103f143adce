"""The next question: builds its prompt, streams it, guards it, counts it."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from interviewer.errors import EndpointError
from interviewer.model import budget, faults
from interviewer.model.client import hang_up, untraced
from interviewer.model.guards import QuestionGuard, UnfitQuestion
from interviewer.model.usage import read_usage
from interviewer.schema import Interview, Usage

if TYPE_CHECKING:
    from langchain_openai import ChatOpenAI

    from interviewer.model.client import Hangup
    from interviewer.model.price import Price
    from interviewer.settings import Settings
    from knowledge import Rubric
    from prompts.personas import Persona
    from prompts.templates import Prompt, Rendered

_DRAIN_SECONDS = 2.0
"""How long to listen after the question mark for the token counts, which come last."""


class HasText(Protocol):
    """A guidance card or a hit on one."""

    @property
    def id(self) -> str:
        """The card's id."""

    @property
    def title(self) -> str:
        """The card's title."""


def question_prompt(
    prompt: Prompt,
    settings: Settings,
    rubric: Rubric,
    persona: Persona,
    interview: Interview,
    cards: Sequence[HasText],
    focus: Sequence[str],
) -> Rendered:
    """Render the prompt: first what stays the same, then the transcript, then what is to be probed."""
    setup, limit = interview.setup, settings.prompt_budget
    share = prompt.meta.share
    exchanges = [
        (
            budget.clip(turn.question.text, 120),
            budget.clip(turn.reply or "", int(limit * share["reply"]), tail=0.3),
        )
        for turn in interview.turns
        if turn.reply is not None
    ]
    left_out, kept = budget.recent(exchanges, int(limit * share["transcript"]))
    return prompt.render(
        persona=persona,
        voice=budget.clip(persona.voice, int(limit * share["voice"])),
        realistic=setup.mode == "realistic",
        role=budget.clip(setup.role, 40),
        company=budget.clip(setup.company, 60),
        job_description=_bounded(setup.job_description, int(limit * share["job_description"])),
        resume=_bounded(setup.resume, int(limit * share["resume"])),
        left_out=left_out,
        exchanges=kept,
        probe=_probe(rubric, focus),
        example=_example(persona, interview, focus),
        card=cards[0].title if cards else "",
    ).with_segments(schema="", sampling=prompt.sampling())


def _bounded(text: str, limit: int) -> str:
    return budget.clip(text.strip(), limit) if text.strip() else ""


def _probe(rubric: Rubric, focus: Sequence[str]) -> str:
    """What the focus asks of a reply, in the rubric's words; its id stays out of the prompt's reach."""
    if not focus or focus[0] not in rubric.ids:
        return ""
    first = focus[0]
    if first in {criterion.id for criterion in rubric.criteria}:
        return rubric.criterion(first).blank
    return rubric.pitfall(first).look


def _example(persona: Persona, interview: Interview, focus: Sequence[str]) -> str:
    """How this persona would put a question on the focus, from its bank; not one that was asked already."""
    asked = " ".join(turn.question.text for turn in interview.turns)
    lines = [text for text in persona.bank.get(focus[0], ()) if "{" not in text] if focus else []
    fresh = [text for text in lines if text not in asked]
    return fresh[len(interview.turns) % len(fresh)] if fresh else ""


@dataclass
class _Inbox:
    """What the requesting thread hands over, and the sockets by which it can be stopped."""

    items: queue.Queue[tuple[str, Any]] = field(default_factory=queue.Queue)
    sockets: list[Any] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)


class QuestionStream:
    """Iterate over it to get the question in pieces; afterwards `usage`, `text` and `cancelled` are filled.

    The request runs in a thread of its own, so that a stop or the deadline is heeded although nothing
    arrives.

    Raises:
        EndpointError: while iterating; `.partial` is what had been shown.
    """

    def __init__(
        self,
        chat: ChatOpenAI,
        hangup: Hangup,
        rendered: Rendered,
        guard: QuestionGuard,
        settings: Settings,
        price: Price | None,
        prompt_hash: str,
        cancel: threading.Event,
    ) -> None:
        """Nothing is sent until the first piece is asked for."""
        self._chat, self._hangup, self._guard = chat, hangup, guard
        self._settings, self._price, self._cancel = settings, price, cancel
        self.rendered, self.prompt_hash = rendered, prompt_hash
        self.usage = Usage(call="question", model=settings.model)
        self.cancelled = False
        self._finish_reason: str | None = None
        self._metadata: Any = None
        self._started = 0.0
        self._pieces = self._run()

    @property
    def text(self) -> str:
        """The question so far."""
        return self._guard.shown

    def __iter__(self) -> Iterator[str]:
        """The pieces, once."""
        return self._pieces

    def __next__(self) -> str:
        """The next piece."""
        return next(self._pieces)

    def close(self) -> None:
        """End the request, where the pieces are not wanted any more."""
        self._pieces.close()

    def _run(self) -> Generator[str, None, None]:
        inbox = _Inbox()
        self._started = time.monotonic()
        threading.Thread(target=self._request, args=(inbox,), name="question", daemon=True).start()
        try:
            yield from self._pass_on(inbox)
            if not self.cancelled:
                self._drain(inbox)
        except UnfitQuestion as why:
            raise self._unfit(why) from why
        finally:
            inbox.stop.set()
            hang_up(inbox.sockets)
            self._note_usage()

    def _request(self, inbox: _Inbox) -> None:
        """Runs in the thread: everything that happens goes into the inbox."""
        inbox.sockets = self._hangup.watch()
        try:
            with untraced():
                for chunk in self._chat.stream(self.rendered.messages):
                    if chunk.usage_metadata:
                        inbox.items.put(("usage", chunk.usage_metadata))
                    if reason := chunk.response_metadata.get("finish_reason"):
                        inbox.items.put(("reason", reason))
                    if text := str(chunk.text):
                        inbox.items.put(("text", text))
                    if inbox.stop.is_set():
                        break
            inbox.items.put(("end", None))
        except Exception as error:  # handed over, and raised in the caller's thread
            inbox.items.put(("error", error))

    def _pass_on(self, inbox: _Inbox) -> Iterator[str]:
        deadline = self._started + self._settings.timeout
        while not self._guard.done:
            kind, value = self._take(inbox, deadline)
            if kind == "cancel":
                self.cancelled = True
                return
            if kind == "text":
                if self.usage.first_token_seconds is None:
                    self.usage.first_token_seconds = round(time.monotonic() - self._started, 3)
                piece = self._guard.feed(value)
            elif kind == "end":
                piece = self._finish()
            elif kind == "error":
                raise faults.as_endpoint_error(value, self._settings, self._guard.shown) from value
            else:
                continue
            if piece:
                yield piece

    def _take(self, inbox: _Inbox, deadline: float) -> tuple[str, Any]:
        """The next thing that happens: from the endpoint, from the person who stops it, or from the clock."""
        while True:
            if self._cancel.is_set():
                return "cancel", None
            left = deadline - time.monotonic()
            if left <= 0:
                raise faults.timed_out(self._settings, self._guard.shown)
            try:
                kind, value = inbox.items.get(timeout=min(left, 0.05))
            except queue.Empty:
                continue
            if kind == "usage":
                self._metadata = value
            elif kind == "reason":
                self._finish_reason = value
            return kind, value

    def _finish(self) -> str:
        """The stream has ended before a question was complete."""
        shown = self._guard.shown
        if self._finish_reason is None:
            raise faults.cut(self._settings, shown)
        if self._finish_reason == "content_filter":
            raise faults.refused(self._settings, shown)
        if self._finish_reason == "length":
            raise faults.unfit_question(self._settings, "ran into its length limit", shown)
        if not shown and not self._guard.pending.strip():
            raise faults.empty(self._settings)
        return self._guard.finish()

    def _drain(self, inbox: _Inbox) -> None:
        """Wait a little for the token counts; the question is whole, so nothing else matters any more."""
        until = time.monotonic() + _DRAIN_SECONDS
        while self._metadata is None and (left := until - time.monotonic()) > 0:
            if self._cancel.is_set():
                return
            try:
                kind, value = inbox.items.get(timeout=min(left, 0.05))
            except queue.Empty:
                continue
            if kind == "usage":
                self._metadata = value
            elif kind in ("end", "error"):
                return

    def _unfit(self, why: UnfitQuestion) -> EndpointError:
        if self._guard.refused:
            return faults.refused(self._settings, self._guard.shown)
        return faults.unfit_question(self._settings, str(why), self._guard.shown)

    def _note_usage(self) -> None:
        first = self.usage.first_token_seconds
        seconds = time.monotonic() - self._started
        self.usage = read_usage(
            "question", self._settings, self._price, self._metadata, seconds=seconds, first=first
        )
