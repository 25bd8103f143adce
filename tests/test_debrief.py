"""The debrief says only what the stored critiques say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from interviewer.compose import package_folder
from interviewer.debrief import build_debrief, first_words, load_debrief_words
from interviewer.errors import DataFileError
from interviewer.schema import (
    CriterionFinding,
    Critique,
    Interview,
    PitfallFinding,
    Question,
    Setup,
    Turn,
    Verdict,
)
from knowledge import load_rubric

RUBRIC = load_rubric()
WORDS = load_debrief_words(package_folder("prompts"), RUBRIC)


def critique(overall: int, met: dict[str, str], pitfalls: dict[str, str] | None = None) -> Critique:
    def finding(name: str) -> CriterionFinding:
        verdict: Verdict = "met" if name in met else "missing"
        quotes = [met[name]] if name in met else []
        return CriterionFinding(verdict=verdict, quotes=quotes, guidance=["smart-goals"], advice=f"on {name}")

    return Critique(
        engine="embedded",
        criteria={criterion.id: finding(criterion.id) for criterion in RUBRIC.criteria},
        pitfalls=[
            PitfallFinding(id=name, quotes=[quote], guidance=["avoid-money"], advice="leave it out")
            for name, quote in (pitfalls or {}).items()
        ],
        overall=overall,
    )


def interview(*judged: tuple[str, Critique | None]) -> Interview:
    turns = [
        Turn(number=n, question=Question(text="?"), reply=reply, critique=found)
        for n, (reply, found) in enumerate(judged, 1)
    ]
    return Interview(owner="me", setup=Setup(persona="mara"), turns=turns)


def test_the_costliest_pitfall_is_mended_first_and_the_best_moment_kept() -> None:
    first = critique(2, {"timely": "in two years"}, {"money_motive": "the pay"})
    second = critique(4, {"linked_path": "lead the ward", "specific": "lead the ward as sister"})
    found = build_debrief(
        interview(("in two years, the pay", first), ("lead the ward as sister", second)), RUBRIC, WORDS
    )
    assert found.mend is not None and (found.mend.id, found.mend.turn) == ("money_motive", 1)
    assert found.mend.quote == "the pay" and found.mend.guidance == "avoid-money"
    assert found.keep is not None and found.keep.turn == 2 and found.keep.id == "linked_path"
    assert found.exercise == WORDS.exercises["money_motive"]
    assert found.picture["timely"] == ["met", "missing"] and found.overall == [2, 4]


def test_without_pitfalls_the_weightiest_gap_is_mended() -> None:
    met = {c.id: "lead" for c in RUBRIC.criteria if c.id != "past_evidence"}
    found = build_debrief(interview(("lead", critique(4, met))), RUBRIC, WORDS)
    assert found.mend is not None and found.mend.id == "past_evidence"
    assert found.mend.quote == "lead"


def test_with_all_met_nothing_is_made_up() -> None:
    met = {c.id: "lead" for c in RUBRIC.criteria}
    found = build_debrief(interview(("lead", critique(5, met))), RUBRIC, WORDS)
    assert found.mend is not None and found.mend.id == "" and found.mend.text == WORDS.nothing_to_mend
    assert found.exercise_focus in RUBRIC.ids


def test_an_interview_without_a_reply_has_a_debrief_too() -> None:
    found = build_debrief(interview(), RUBRIC, WORDS)
    assert found.keep is not None and found.keep.text == WORDS.nothing_to_keep
    assert found.turns == [] and all(row == [] for row in found.picture.values())
    assert found.exercise == WORDS.exercises["no_answer"]


def test_replies_without_a_critique_are_left_out() -> None:
    found = build_debrief(interview(("a", None), ("b", critique(3, {"timely": "b"}))), RUBRIC, WORDS)
    assert found.turns == [2]


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        ("Short.", "Short."),
        ("I want this. And more.", "I want this."),
        ("word " * 60, ("word " * 18).strip()),
    ],
)
def test_first_words_are_verbatim(reply: str, words: str) -> None:
    assert first_words(reply) == words
    assert words in reply


def broken(data: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "debrief.yaml").write_text(yaml.safe_dump(data), encoding="utf-8")


def test_a_broken_file_of_words_is_named(tmp_path: Path) -> None:
    good = yaml.safe_load((package_folder("prompts") / "debrief.yaml").read_text(encoding="utf-8"))
    with pytest.raises(DataFileError, match="restore"):
        load_debrief_words(tmp_path, RUBRIC)
    broken({**good, "exercises": {**good["exercises"], "timely": " "}}, tmp_path)
    with pytest.raises(DataFileError, match="timely"):
        load_debrief_words(tmp_path, RUBRIC)
    broken({**good, "more": 1}, tmp_path)
    with pytest.raises(DataFileError, match="nothing else"):
        load_debrief_words(tmp_path, RUBRIC)
    (tmp_path / "debrief.yaml").write_text("exercises: {a: [", encoding="utf-8")
    with pytest.raises(DataFileError, match=r"debrief\.yaml:\d"):
        load_debrief_words(tmp_path, RUBRIC)
