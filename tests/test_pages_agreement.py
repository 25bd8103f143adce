"""What stands beside a score: whose agreement it is, and the picture where somebody opens it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from test_agreement import NASTY, made_of, measured, of_model
from test_pages_screens import REPLY, fresh, reply, section, shown, started

from evals.agreement import write
from interviewer.agreement import NOT_MEASURED, prompt_hashes
from interviewer.compose import package_folder
from interviewer.pages import picture, shell
from interviewer.pages.picture import judge_line, line_of
from interviewer.schema import Critique, Interview, Question, Setup, Turn, Usage

__all__ = ["fresh"]


@pytest.fixture
def own_knowledge(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A coach's knowledge folder with a card of two models."""
    folder = tmp_path / "knowledge"
    bundled = package_folder("knowledge")
    shutil.copytree(bundled, folder, ignore=shutil.ignore_patterns("*.py", "__pycache__", "agreement*"))
    here = prompt_hashes(folder, package_folder("prompts"))
    entries = [of_model(name, hashes=here, measured=measured(n)) for name, n in (("small", 11), (NASTY, 22))]
    write(made_of(*entries), folder)
    monkeypatch.setenv("INTERVIEWER_KNOWLEDGE", str(folder))
    monkeypatch.setenv("INTERVIEWER_MODEL", "small")
    return folder


def turn(model: str = "") -> Turn:
    usage = [Usage(call="critique", model=model)] if model else []
    asked = Question(text="?", kind="opening", engine="embedded")
    return Turn(
        number=1, question=asked, critique=Critique(engine="model", criteria={}, overall=3), usage=usage
    )


def test_a_model_s_critique_has_the_line_of_the_model_that_wrote_it(own_knowledge: Path) -> None:
    assert "n=11" in judge_line("model") and "n=11" in line_of(turn())
    assert "n=22" in line_of(turn(NASTY))
    assert line_of(turn("large")) == NOT_MEASURED[:1].upper() + NOT_MEASURED[1:]
    (own_knowledge / "rubric.yaml").write_bytes((own_knowledge / "rubric.yaml").read_bytes() + b"\n")
    assert judge_line("model").endswith("with these prompts")


def test_the_picture_has_the_lines_of_those_who_judged(own_knowledge: Path) -> None:
    talk = Interview(owner="me", setup=Setup(persona="mara"), turns=[turn(), turn(NASTY)])
    assert "n=11" in picture._panel(talk) and "n=22" in picture._panel(talk)
    assert "Built-in judge" not in picture._panel(talk)
    assert "Built-in judge" in picture._panel(talk.model_copy(update={"turns": []}))


def test_settings_name_the_model_only_where_one_is_configured(
    own_knowledge: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Model as judge" not in shown(section("settings"))
    shell.service().close()
    shell.service.clear()
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:1/v1")
    text = shown(section("settings"))
    assert "Model as judge" in text and "n=11" in text


def test_the_picture_is_folded_beside_the_score_and_sent_only_when_opened() -> None:
    test = reply(started(), REPLY)
    assert not test.exception
    folded = [each for each in test.expander if each.label == "How far can you trust these scores?"]
    assert len(folded) == 1 and not test.get("imgs")
    assert "on an author it never met" in shown(test)
