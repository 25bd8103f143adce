"""What every test has: a network that reaches this machine only, no key, no endpoint, a home of its own."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

_VARIABLES = ("OPENAI_API_KEY", "OPENAI_BASE_URL", "LANGSMITH_TRACING", "LANGCHAIN_TRACING_V2")


@pytest.fixture(autouse=True)
def own_world(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [*_VARIABLES, *[n for n in os.environ if n.startswith("INTERVIEWER_")]]:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("INTERVIEWER_HOME", str(tmp_path / "home"))
