"""What pages and the command line call: start an interview, submit a reply, stop, retry, end, look back."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from interviewer.debrief import DebriefWords
from interviewer.errors import InputError, NotFoundError, SettingsError
from interviewer.flow import ReplyFlow
from interviewer.intake import MAX_REPLY, clean, document
from interviewer.questions import opening
from interviewer.schema import Interview, Setup, Turn, now
from interviewer.settings import Settings
from interviewer.unfinished import Parts, clear_for_retry, unfinished
from interviewer.work import TurnWork, WorkBoard
from knowledge import Card, Rubric

if TYPE_CHECKING:
    from interviewer.judge import EmbeddedJudge
    from interviewer.model import EndpointCheck, ModelEngine
    from interviewer.store import Store
    from knowledge import GuidanceIndex, Hit
    from prompts import Persona


class InterviewService:
    """The interviews of one installation. Safe to share between threads; holds no interview's words itself.

    Args:
        settings: as read from the environment.
        rubric: criteria and pitfalls.
        cards: the guidance, in the contract's order.
        personas: by id.
        words: the debrief's words.
        store: where interviews are kept.
        judge: the embedded judge.
        model: the model engine, or None where no model is configured.
        open_index: opens the guidance collection; called once, when first needed.
    """

    def __init__(
        self,
        *,
        settings: Settings,
        rubric: Rubric,
        cards: Sequence[Card],
        personas: Mapping[str, Persona],
        words: DebriefWords,
        store: Store,
        judge: EmbeddedJudge,
        model: ModelEngine | None,
        open_index: Callable[[Callable[[int, int, str], None] | None], GuidanceIndex],
        agreement: str = "",
    ) -> None:
        self.settings, self.rubric, self.store = settings, rubric, store
        self.cards = {card.id: card for card in cards}
        self.personas = dict(personas)
        self.judge, self.model = judge, model
        self._open_index = open_index
        self._index: GuidanceIndex | None = None
        self._index_lock = threading.Lock()
        self._agreement = agreement
        self._board = WorkBoard()
        self._flow = ReplyFlow(
            rubric=rubric,
            personas=self.personas,
            words=words,
            store=store,
            judge=judge,
            model=model,
            search=self._search_quietly,
            model_judges=settings.critique == "model",
        )

    # -- what this installation is ------------------------------------------------------------------------

    def engine_line(self) -> str:
        """One line for a person: who judges, and where their words go."""
        if self.model is None:
            return "Built-in judge, nothing leaves this computer"
        line = f"{self.settings.model} at {self.settings.endpoint_name}"
        return line if self.settings.critique == "model" else f"Questions from {line}; built-in judge"

    def agreement_line(self) -> str:
        """One line: how far the embedded judge agrees with the reference labels."""
        return self._agreement or "agreement not yet measured"

    def index(self, progress: Callable[[int, int, str], None] | None = None) -> GuidanceIndex:
        """The guidance collection, opened (and on first start built) at the first call.

        Args:
            progress: called with done, total (cards) and a line, while cards are embedded.

        Raises:
            IndexStoreError: it cannot be opened, built or reached.
        """
        with self._index_lock:
            if self._index is None:
                self._index = self._open_index(progress)
            return self._index

    def search_guidance(self, query: str, k: int = 8) -> list[Hit]:
        """Cards for a query, best first.

        Raises:
            InputError: the query is empty.
            IndexStoreError: the collection cannot be used.
        """
        return self.index().search(query, k)

    def _search_quietly(self, query: str, k: int, serves: Sequence[str]) -> list[Hit]:
        return self.index().search(query, k, serves=serves)

    def check_endpoint(self) -> EndpointCheck:
        """Ask the configured endpoint whether it answers.

        Raises:
            SettingsError: no model is configured.
        """
        if self.model is None:
            raise SettingsError(
                "No model is configured: set INTERVIEWER_MODEL, and OPENAI_API_KEY or OPENAI_BASE_URL."
            )
        return self.model.check()

    def places(self) -> list[tuple[str, str, int]]:
        """Where data lies: label, path (no password in it), size in bytes."""
        from interviewer.calibration import CalibrationStore  # with numpy, which nothing else here needs

        home = self.settings.home
        database = self.settings.database_url
        rows = [
            ("Interviews", database.rsplit("@", 1)[-1] if database else str(home / "interviews.db"),
             self.store.size_bytes()),
            ("Guidance collection", self.settings.chroma_url or str(home / "guidance"),
             _size(home / "guidance")),
            ("Log (no replies, no keys)", str(home / "interviewer.log"), _size(home / "interviewer.log")),
        ]  # fmt: skip
        scores = CalibrationStore(home).folder
        if scores.exists():
            rows.append(("Coaches' scores", str(scores), _size(scores)))
        return rows

    @property
    def default_persona(self) -> str:
        """Who asks where nobody was chosen: the first of the gentlest."""
        gentle = ("gentle", "fair", "strict")
        return min(self.personas, key=lambda name: (gentle.index(self.personas[name].strictness), name))

    # -- an interview -------------------------------------------------------------------------------------

    def start(self, owner: str, setup: Setup) -> Interview:
        """Begin an interview with the persona's opening and store it.

        Args:
            owner: whose history it belongs to.
            setup: what the candidate chose.

        Raises:
            NotFoundError: no such persona.
            InputError: the job description or résumé is too long, or a model is demanded and none configured.
            StoreError: it cannot be stored.
        """
        persona = self.personas.get(setup.persona)
        if persona is None:
            raise NotFoundError(
                f"There is no persona {setup.persona!r}: choose one of {', '.join(self.personas)}."
            )
        if setup.engine == "model":
            self._demand_model()
        setup = setup.model_copy(
            update={
                "role": clean(setup.role)[:200],
                "company": clean(setup.company)[:300],
                "job_description": document(setup.job_description, "job description"),
                "resume": document(setup.resume, "résumé"),
            }
        )
        interview = Interview(owner=owner, setup=setup)
        interview.turns.append(Turn(number=1, question=opening(persona, setup, seed=interview.id)))
        self.store.save(interview)
        return interview

    def _demand_model(self) -> None:
        if self.model is None:
            raise SettingsError(
                "The model engine was asked for and no model is configured: set INTERVIEWER_MODEL, and "
                "OPENAI_API_KEY or OPENAI_BASE_URL, or use --engine embedded."
            )

    def get(self, interview_id: str) -> Interview:
        """Read an interview; work that a restart had cut off is taken up again.

        Raises:
            NotFoundError: no such interview.
        """
        interview = self.store.load(interview_id)
        parts = unfinished(interview)
        if parts and not self._board.error(interview_id):
            self._begin(interview, parts.turn, parts)
        return interview

    def list(self, owner: str) -> list[Interview]:
        """An owner's interviews, newest first."""
        return self.store.list(owner)

    def submit(self, interview_id: str, text: str) -> Interview:
        """Store a reply, then work on it in the background (see `work`).

        Raises:
            InputError: the reply is empty or too long, the interview has ended, or a question is coming.
            StoreError: it could not be stored; nothing else has happened.
        """
        reply = clean(text)
        if not reply:
            raise InputError("Write a reply first: an empty one cannot be answered.")
        if len(reply) > MAX_REPLY:
            raise InputError(f"That reply has {len(reply):,} characters; at most {MAX_REPLY:,} can be read.")

        def put(interview: Interview) -> Interview:
            turn = interview.last
            if interview.status == "ended":
                raise InputError("This interview has ended. Start a new one to go on practising.")
            if turn.reply is not None or turn.question.state == "pending":
                raise InputError("The interviewer is still answering: wait, or press Stop.")
            turn.reply, turn.replied_at = reply, now()
            return interview

        interview = self.store.update(interview_id, put)
        self._begin(
            interview, interview.last.number, Parts(interview.last.number, question=True, critique=True)
        )
        return interview

    def _begin(self, interview: Interview, number: int, parts: Parts) -> TurnWork | None:
        work = self._board.claim(interview.id, number)
        if work is not None:
            self._flow.start(interview, work, parts)
        return work

    def work(self, interview_id: str) -> TurnWork | None:
        """What is in flight for this interview, or None."""
        return self._board.get(interview_id)

    def trouble(self, interview_id: str) -> str:
        """One plain line where the last work broke off (a full disk, say); else an empty string."""
        return self._board.error(interview_id)

    def stop(self, interview_id: str) -> None:
        """Stop the question that is streaming; the reply and what had come are kept."""
        work = self._board.get(interview_id)
        if work is not None:
            work.cancel.set()
            work.wait(5, critique=False)

    def retry(self, interview_id: str, turn_number: int) -> None:
        """Ask the model again for the parts of a reply's answer that it failed to give.

        Raises:
            InputError: there is nothing to try again, or something is in flight.
        """
        if self._board.get(interview_id) is not None:
            raise InputError("The interviewer is still answering: wait, or press Stop.")
        found: list[Parts] = []

        def clear(interview: Interview) -> Interview:
            found.append(clear_for_retry(interview, turn_number))
            return interview

        interview = self.store.update(interview_id, clear)
        self._begin(interview, turn_number, found[-1])

    def end(self, interview_id: str) -> Interview:
        """End an interview now. Its debrief is there at once, or as soon as the last critique is.

        Ending one that has ended changes nothing.
        """
        self.stop(interview_id)

        def close(interview: Interview) -> Interview:
            if interview.status == "open":
                interview.status, interview.ended_by = "ended", "candidate"
            return interview

        self.store.update(interview_id, close)
        return self._flow.debrief_if_due(interview_id)

    # -- afterwards ---------------------------------------------------------------------------------------

    def thumb(self, interview_id: str, turn_number: int, thumb: Literal["up", "down"] | None) -> None:
        """Keep what the candidate thinks of a critique."""
        self.store.update_turn(interview_id, turn_number, lambda t: t.model_copy(update={"thumb": thumb}))

    def fill_blank(self, interview_id: str, turn_number: int, blank: str, text: str) -> None:
        """Keep what the candidate put into a blank of the stronger answer; an empty text clears it."""

        def put(turn: Turn) -> Turn:
            filled = {key: value for key, value in turn.filled_blanks.items() if key != blank}
            if clean(text):
                filled[blank] = clean(text)[:500]
            return turn.model_copy(update={"filled_blanks": filled})

        self.store.update_turn(interview_id, turn_number, put)

    def delete(self, interview_id: str) -> None:
        """Hide an interview; `undo_delete` brings it back until it is purged."""
        self.stop(interview_id)
        self.store.delete(interview_id)

    def undo_delete(self, interview_id: str) -> None:
        """Bring a deleted interview back."""
        self.store.undo_delete(interview_id)

    def delete_all(self, owner: str) -> int:
        """Delete all of an owner's interviews for good; returns how many."""
        for interview in self.store.list(owner):
            self.stop(interview.id)
        return self.store.purge(owner=owner)

    def export(self, interview_id: str, kind: Literal["md", "json", "pdf"]) -> bytes:
        """An interview as a file's bytes.

        Raises:
            NotFoundError: no such interview.
            InputError: `kind` is none of md, json, pdf.
        """
        from interviewer.export import to_json, to_markdown, to_pdf

        interview = self.store.load(interview_id)
        cards = list(self.cards.values())
        if kind == "md":
            return to_markdown(interview, self.rubric, cards).encode()
        if kind == "json":
            return to_json(interview).encode()
        if kind == "pdf":
            return to_pdf(interview, self.rubric, cards)
        raise InputError(f"An interview is exported as md, json or pdf, not as {kind!r}.")

    def close(self, timeout: float = 5.0) -> None:
        """Let what is in flight finish (`timeout` seconds at most) and close the store and the index."""
        self._board.wait_all(timeout)
        self.store.close()
        if self.model is not None:
            self.model.close()
        if self._index is not None:
            self._index.close()


def _size(path: Path) -> int:
    if path.is_file():
        return path.stat().st_size
    return sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
