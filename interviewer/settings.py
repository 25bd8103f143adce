"""Settings from the environment and `.env`: the endpoint, where things lie, which embeddings and database."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import platformdirs
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from interviewer.errors import SettingsError


class Settings(BaseSettings):
    """Everything that can be configured; every field has a default, so no key is needed."""

    model_config = SettingsConfigDict(
        env_file=".env", env_file_encoding="utf-8", extra="ignore", populate_by_name=True
    )

    openai_api_key: SecretStr = Field(SecretStr(""), alias="OPENAI_API_KEY")
    openai_base_url: str = Field("", alias="OPENAI_BASE_URL")
    model: str = Field("", alias="INTERVIEWER_MODEL")
    home: Path = Field(
        default_factory=lambda: platformdirs.user_data_path("mock-interviewer"), alias="INTERVIEWER_HOME"
    )
    database_url: str = Field("", alias="INTERVIEWER_DATABASE_URL")
    embeddings: Literal["bundled", "openai"] = Field("bundled", alias="INTERVIEWER_EMBEDDINGS")
    embedding_model: str = Field("text-embedding-3-small", alias="INTERVIEWER_EMBEDDING_MODEL")
    chroma_url: str = Field("", alias="INTERVIEWER_CHROMA_URL")
    prompts_dir: Path | None = Field(None, alias="INTERVIEWER_PROMPTS")
    personas_dir: Path | None = Field(None, alias="INTERVIEWER_PERSONAS")
    knowledge_dir: Path | None = Field(None, alias="INTERVIEWER_KNOWLEDGE")
    critique: Literal["model", "embedded"] = Field(
        "model",
        alias="INTERVIEWER_CRITIQUE",
        description="who judges where a model is configured",
    )
    timeout: float = Field(60.0, alias="INTERVIEWER_TIMEOUT", gt=0, description="seconds for one model call")
    prompt_budget: int = Field(
        3000, alias="INTERVIEWER_PROMPT_BUDGET", ge=1500, description="tokens of one prompt, at most"
    )
    price_input: float | None = Field(
        None, alias="INTERVIEWER_PRICE_INPUT", description="US dollars per million prompt tokens"
    )
    price_output: float | None = Field(
        None, alias="INTERVIEWER_PRICE_OUTPUT", description="US dollars per million generated tokens"
    )

    @field_validator("home", "prompts_dir", "personas_dir", "knowledge_dir")
    @classmethod
    def _expand(cls, value: Path | None) -> Path | None:
        return value.expanduser() if value else value

    @property
    def model_configured(self) -> bool:
        """A model is asked only where one is named and there is an endpoint or a key to ask with."""
        return bool(self.model and (self.openai_base_url or self.openai_api_key.get_secret_value()))

    @property
    def endpoint_name(self) -> str:
        """The endpoint as shown to a person: never with a key or a password in it."""
        from urllib.parse import urlsplit

        parts = urlsplit(self.openai_base_url or "https://api.openai.com/v1")
        return f"{parts.hostname}:{parts.port}" if parts.port else str(parts.hostname)


def load_settings(**overrides: object) -> Settings:
    """Read the settings.

    Raises:
        SettingsError: a value cannot be used; the message names the variable.
    """
    try:
        return Settings(**overrides)  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0]) if first["loc"] else "a setting"
        raise SettingsError(f"{name}: {first['msg']}. Correct it in the environment or in .env.") from error
