"""Settings name what is wrong; the log holds what happened and nobody's words."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest

from interviewer.compose import build
from interviewer.errors import SettingsError
from interviewer.logs import LOG_NAME, log, set_up_logging
from interviewer.schema import Setup
from interviewer.settings import load_settings

REPLY = "Within three years I would like to lead the oncology pharmacy."


def test_no_model_by_default_and_a_key_alone_is_not_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not load_settings().model_configured
    monkeypatch.setenv("OPENAI_API_KEY", "sk-abcdefghijk")
    assert not load_settings().model_configured
    monkeypatch.setenv("INTERVIEWER_MODEL", "some-model")
    assert load_settings().model_configured
    assert "sk-abc" not in repr(load_settings())


def test_the_endpoint_is_shown_without_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "https://me:secret@models.example:8443/v1")
    assert load_settings().endpoint_name == "models.example:8443"


def test_a_dotenv_file_is_read_and_the_environment_wins(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text("INTERVIEWER_MODEL=from-file\nINTERVIEWER_TIMEOUT=7\n", encoding="utf-8")
    assert (load_settings().model, load_settings().timeout) == ("from-file", 7)
    monkeypatch.setenv("INTERVIEWER_MODEL", "from-environment")
    assert load_settings().model == "from-environment"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("INTERVIEWER_TIMEOUT", "0"),
        ("INTERVIEWER_EMBEDDINGS", "magic"),
        ("INTERVIEWER_PROMPT_BUDGET", "x"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=name):
        load_settings()


def test_the_log_of_an_interview_holds_neither_words_nor_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-verysecretkey")
    settings = load_settings()
    service = build(settings)
    interview = service.start("me", Setup(persona="mara", role="Pharmacist", job_description="Our JD words"))
    service.submit(interview.id, REPLY)
    work = service.work(interview.id)
    assert work is None or work.wait(20)
    log().info(
        "request", reply=REPLY, api_key="sk-verysecretkey", url="http://me:pass@host/v1 sk-verysecretkey"
    )
    try:
        raise ValueError(REPLY)
    except ValueError as error:
        log().error("broke", error=error)
    service.close()
    text = (settings.home / LOG_NAME).read_text(encoding="utf-8")
    lines = [json.loads(line) for line in text.splitlines()]
    assert {"started", "broke"} <= {line["event"] for line in lines}
    assert lines[-1]["error_type"] == "ValueError"
    for words in ("oncology", "Our JD", "verysecret", "me:pass"):
        assert words not in text


def test_a_folder_that_cannot_be_written_does_not_stop_anything(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("", encoding="utf-8")
    assert set_up_logging(blocked / "home") is None
    log().info("goes nowhere")
    assert all(isinstance(h, logging.NullHandler) for h in logging.getLogger("mock_interviewer").handlers)
