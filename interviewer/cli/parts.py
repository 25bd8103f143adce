"""What several commands build: a judge, an engine, an interview out of plain turns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from interviewer.cli.output import Engine
from interviewer.errors import EndpointError, SettingsError
from interviewer.schema import Critique, Setup
from interviewer.settings import Settings, load_settings
from knowledge import Rubric

if TYPE_CHECKING:
    from interviewer.judge import EmbeddedJudge
    from interviewer.model import ModelEngine
    from knowledge import GuidanceIndex


@dataclass
class Judges:
    """The embedded judge, and the model with the guidance it reads where one is to be asked."""

    settings: Settings
    rubric: Rubric
    embedded: EmbeddedJudge
    model: ModelEngine | None
    index: GuidanceIndex | None
    strict: bool

    def critique(self, reply: str, *, question: str, role: str, company: str) -> Critique:
        """Judge a reply; in strict mode the model's failure is the caller's, otherwise it is noted.

        Raises:
            EndpointError: in strict mode, the model could not be had.
        """
        critique = self.embedded.critique(reply, question=question, role=role, company=company)
        built_in = self.settings.critique == "embedded" and not self.strict
        if self.model is None or self.index is None or built_in:
            return critique
        try:
            hits = self.index.search(reply[:2000], 3, serves=critique.focus)
            found, _ = self.model.critique(
                reply,
                question=question,
                setup=Setup(persona="", role=role, company=company),
                cards=hits,
                second_opinion=None if critique.cannot_judge else critique,
            )
        except EndpointError as error:
            if self.strict:
                raise
            note = error.and_so("This critique is the built-in judge's.")
            return critique.model_copy(update={"notes": [*critique.notes, note]})
        return found

    def close(self) -> None:
        """Close the guidance collection."""
        if self.index is not None:
            self.index.close()


def build_judges(engine: Engine) -> Judges:
    """What `--engine` asks for.

    Raises:
        SettingsError: `--engine model` and no model is configured.
    """
    from interviewer.compose import build_judge, build_model, build_rubric, open_guidance, silence_telemetry

    silence_telemetry()
    settings = load_settings()
    rubric = build_rubric(settings)
    model = None if engine is Engine.EMBEDDED else build_model(settings, rubric)
    if engine is Engine.MODEL and model is None:
        raise SettingsError(
            "No model is configured: set INTERVIEWER_MODEL, and OPENAI_API_KEY or OPENAI_BASE_URL, "
            "or use --engine embedded."
        )
    index = open_guidance(settings) if model is not None else None
    judge = build_judge(settings, rubric)
    return Judges(settings, rubric, judge, model, index, strict=engine is Engine.MODEL)
