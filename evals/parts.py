"""Builds what answers a case: rubric, personas, the embedded judge, and the model engine over a tape."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from evals.judge_data import weights_without
from evals.places import BASE, Places
from interviewer.compose import package_folder
from interviewer.settings import Settings
from knowledge import Card, Rubric, load_cards, load_rubric
from prompts import Persona, load_personas

if TYPE_CHECKING:
    import httpx2

    from interviewer.judge import EmbeddedJudge
    from interviewer.model import ModelEngine
    from prompts.templates import Rendered

OPENAI = "openai"
_NOWHERE = "http://replay.invalid/v1"
PROMPTS = ("question", "critique", "repair")


@dataclass(frozen=True)
class Parts:
    """The data files of one prompt set, read once.

    Args:
        places: the evals folder.
        prompt_set: `base`, or a candidate's name: a folder with the prompt files that differ, and with
            `personas/` or `knowledge/` where those do.
        more_personas: a suite's own personas, beside all others.
    """

    places: Places
    prompt_set: str = BASE
    more_personas: Path | None = None

    @cached_property
    def folder(self) -> Path | None:
        """The candidate's folder, or None for the project's own prompts."""
        return self.places.prompt_set(self.prompt_set)

    @cached_property
    def knowledge(self) -> Path:
        """Where rubric, cards and cues lie."""
        own = self.folder / "knowledge" if self.folder else None
        return own if own and own.is_dir() else package_folder("knowledge")

    @cached_property
    def rubric(self) -> Rubric:
        """The rubric."""
        return load_rubric(self.knowledge)

    @cached_property
    def cards(self) -> dict[str, Card]:
        """The guidance cards by id."""
        return {card.id: card for card in load_cards(self.knowledge)}

    @cached_property
    def personas(self) -> dict[str, Persona]:
        """The interviewers by id; a candidate's own take the place of the project's."""
        found = load_personas()
        if self.folder and (self.folder / "personas").is_dir():
            found |= load_personas(self.folder / "personas")
        if self.more_personas:
            found |= load_personas(self.more_personas)
        return found

    @cached_property
    def judge(self) -> EmbeddedJudge:
        """The embedded judge."""
        from evals.remembering import RememberingJudge

        return RememberingJudge(self.rubric, folder=self.knowledge)

    def judge_without(self, author: str) -> EmbeddedJudge:
        """The embedded judge as it would be without an author's labelled replies, to judge those replies.

        A judge that has learned from a reply agrees with its label too well. Where there are no such weights
        (an author that was never learned from, or a coach's own knowledge), it is the judge as it is.
        """
        from evals.remembering import RememberingJudge

        weights = weights_without(self.places.root / "left_out", author)
        if self.knowledge != package_folder("knowledge") or not weights.is_file():
            return self.judge
        if weights not in self._without:
            self._without[weights] = RememberingJudge(self.rubric, folder=self.knowledge, weights=weights)
        return self._without[weights]

    @cached_property
    def _without(self) -> dict[Path, EmbeddedJudge]:
        return {}

    def prompt_files(self) -> dict[str, Path]:
        """The prompt files as they are used, by name."""
        bundled = package_folder("prompts")
        found = {}
        for name in PROMPTS:
            own = self.folder / f"{name}.md" if self.folder else None
            found[name] = own if own and own.is_file() else bundled / f"{name}.md"
        return found

    def hashes(self) -> dict[str, str]:
        """SHA-256 of everything that requests are made from: prompt files, personas, rubric."""
        found = {f"prompt:{name}": _file_hash(path) for name, path in self.prompt_files().items()}
        found |= {f"persona:{id}": persona.hash for id, persona in self.personas.items()}
        found["rubric"] = self.rubric.hash
        return found

    def engine(
        self,
        model: str,
        endpoint: str,
        transport: httpx2.BaseTransport,
        *,
        base_url: str = "",
        api_key: str = "",
        timeout: float = 600.0,
        on_prompt: Callable[[str, Rendered], None] | None = None,
    ) -> ModelEngine:
        """The model engine over a transport.

        Args:
            model: the model's name.
            endpoint: its endpoint's kind; OpenAI's own takes other fields than the rest.
            transport: a tape.
            base_url: the real address, where there is one to ask.
            api_key: the real key.
            timeout: seconds for one call.
            on_prompt: see `ModelEngine`.
        """
        from interviewer.model import ModelEngine

        settings = eval_settings(model, endpoint, base_url=base_url, api_key=api_key, timeout=timeout)
        return ModelEngine(settings, self.rubric, self.folder, transport=transport, on_prompt=on_prompt)


def eval_settings(
    model: str, endpoint: str, *, base_url: str = "", api_key: str = "", timeout: float = 600.0
) -> Settings:
    """Settings that nothing in the environment or `.env` changes, so that requests are the same anywhere."""
    if not base_url and endpoint != OPENAI:
        base_url = _NOWHERE
    given: dict[str, object] = {
        name: field.default for name, field in Settings.model_fields.items() if name != "home"
    }
    given |= {
        "openai_api_key": api_key or "none",
        "openai_base_url": base_url,
        "model": model,
        "timeout": timeout,
    }
    return Settings(_env_file=None, home=Path(), **given)  # type: ignore[call-arg,arg-type]


def _file_hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
