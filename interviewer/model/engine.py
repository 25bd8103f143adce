"""The model engine: one object that asks the configured endpoint for questions and critiques."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from interviewer.errors import SettingsError
from interviewer.model.check import EndpointCheck, check_endpoint
from interviewer.model.client import Hangup, make_chat, make_http_client
from interviewer.model.critique import CritiqueCall, critique_prompt, critique_schema
from interviewer.model.guards import QuestionGuard
from interviewer.model.price import price_of
from interviewer.model.question import HasText, QuestionStream, question_prompt
from interviewer.model.verify import doubts, verified_critique
from interviewer.schema import Critique, Interview, Setup, Usage
from prompts.templates import load_prompt

if TYPE_CHECKING:
    import httpx2
    from langchain_openai import ChatOpenAI

    from interviewer.settings import Settings
    from knowledge import Rubric
    from prompts.personas import Persona
    from prompts.templates import Prompt, Rendered


class ModelEngine:
    """Questions and critiques from an OpenAI-compatible endpoint. Safe to use from several threads.

    Args:
        settings: names the endpoint and the model.
        rubric: what replies are judged on.
        prompts_folder: a coach's own prompt files; those not there are the bundled ones.
        transport: replaces the network, for a tape or a fake.
        on_prompt: called with the prompt's name and its text before each request, for a tape.

    Raises:
        SettingsError: no model is configured.
        DataFileError: a prompt file is broken.
    """

    def __init__(
        self,
        settings: Settings,
        rubric: Rubric,
        prompts_folder: Path | None = None,
        *,
        transport: httpx2.BaseTransport | None = None,
        on_prompt: Callable[[str, Rendered], None] | None = None,
    ) -> None:
        """Read the prompts; nothing is sent yet."""
        if not settings.model_configured:
            raise SettingsError(
                "No model is configured. Set INTERVIEWER_MODEL, and OPENAI_BASE_URL or OPENAI_API_KEY."
            )
        self.settings, self.rubric = settings, rubric
        folder = prompts_folder or settings.prompts_dir
        self._prompts = {
            name: load_prompt(name, folder) for name in ("question", "critique", "repair", "check")
        }
        self._changes = self._prompts["critique"].meta.answer == "changes"
        self._schema = critique_schema(rubric, changes=self._changes)
        self._price = price_of(settings)
        self._http = make_http_client(settings, transport)
        self._on_prompt = on_prompt or (lambda _name, _rendered: None)
        self._hangup = Hangup()
        self._hangup.attach(self._http)
        self._chats: dict[str, ChatOpenAI] = {}
        self._lock = threading.Lock()

    def prompt(self, name: str) -> Prompt:
        """One of the engine's prompts: question, critique, repair or check."""
        return self._prompts[name]

    def close(self) -> None:
        """Close the connections; calls that are under way fail."""
        self._http.close()

    def __enter__(self) -> ModelEngine:
        """Use it as a context manager to close it at the end."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close."""
        self.close()

    def stream_question(
        self,
        persona: Persona,
        interview: Interview,
        cards: Sequence[HasText],
        focus: Sequence[str],
        cancel: threading.Event,
    ) -> QuestionStream:
        """The next question, in pieces; the request starts with the first piece that is asked for.

        Args:
            persona: who asks.
            interview: all turns so far, the last with its reply.
            cards: retrieved guidance, best first; only the first one's title is used, which keeps it short.
            focus: ids to probe, worst first; the first is what the question is aimed at.
            cancel: set it to end the stream; the endpoint's socket is closed and iteration ends.

        Returns:
            An iterator of text; afterwards `.usage`, `.text`, `.prompt_hash` and `.cancelled` are filled.

        Raises:
            EndpointError: while iterating; `.partial` is what had been given out.
        """
        prompt = self._prompts["question"]
        rendered = question_prompt(prompt, self.settings, self.rubric, persona, interview, cards, focus)
        guard = QuestionGuard(
            names=(persona.name,),
            asked=[turn.question.text for turn in interview.turns],
            secrets=[*self.rubric.ids, *(card.id for card in cards)],
            rules=rendered.segments["system"],
            praise=prompt.meta.praise if interview.setup.mode == "realistic" else (),
            refusals=prompt.meta.refusals,
        )
        self._on_prompt("question", rendered)
        chat = self._chat("question", own_connection=True)
        return QuestionStream(
            chat, self._hangup, rendered, guard, self.settings, self._price, prompt.hash, cancel
        )

    def critique(
        self,
        reply: str,
        *,
        question: str,
        setup: Setup,
        cards: Sequence[HasText] = (),
        second_opinion: Critique | None = None,
        earlier: Sequence[str] = (),
    ) -> tuple[Critique, Usage]:
        """A verified critique of one reply.

        Args:
            reply: the candidate's words.
            question: what was asked.
            setup: role and employer; their facts and the résumé's may stand in the stronger answer.
            cards: retrieved guidance, best first.
            second_opinion: the built-in judge's critique: shown to the model as a draft to correct where the
                prompt file says so, and compared with what the model found (`Critique.doubts`).
            earlier: the candidate's earlier replies, whose facts may stand in the stronger answer.

        Raises:
            EndpointError: no usable answer came.
        """
        rendered = self.critique_prompt(reply, question=question, setup=setup, second_opinion=second_opinion)
        call = CritiqueCall(
            self._chat("critique"),
            self._prompts["repair"],
            self._prompts["critique"].meta.refusals,
            self.settings,
            self.rubric,
            self._price,
            self._schema,
        )
        self._on_prompt("critique", rendered)
        answer, usage = call.ask(rendered)
        critique = verified_critique(
            answer,
            reply=reply,
            rubric=self.rubric,
            retrieved=[card.id for card in cards],
            given=[*earlier, setup.role, setup.company, setup.resume],
            draft=second_opinion if self._changes else None,
            prompt="\n".join(text for role, text in rendered.messages if role == "system"),
        )
        if second_opinion is not None:
            critique = critique.model_copy(update={"doubts": doubts(critique, second_opinion)})
        return critique, usage

    def critique_prompt(
        self, reply: str, *, question: str, setup: Setup, second_opinion: Critique | None = None
    ) -> Rendered:
        """The critique's prompt as it is sent, with its segments."""
        return critique_prompt(
            self._prompts["critique"],
            self.settings,
            self.rubric,
            reply=reply,
            question=question,
            setup=setup,
            schema=self._schema,
            second_opinion=second_opinion,
        )

    def check(self) -> EndpointCheck:
        """Whether the endpoint answers, how fast, and whether it keeps to a schema. Does not raise."""
        return check_endpoint(self._chat("check"), self._prompts["check"], self.settings)

    def _chat(self, name: str, *, own_connection: bool = False) -> ChatOpenAI:
        meta = self._prompts[name].meta
        with self._lock:
            if name not in self._chats:
                self._chats[name] = make_chat(
                    self.settings,
                    self._http,
                    max_tokens=meta.max_tokens,
                    temperature=meta.temperature,
                    own_connection=own_connection,
                )
            return self._chats[name]
