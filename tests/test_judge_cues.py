"""The phrases of cue files mean what `knowledge/cues/README.md` says."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from interviewer.errors import DataFileError
from interviewer.judge.cues import CueBook
from knowledge.cards import BUNDLED

CUE = """\
cues:
  - id: probe
    note: A phrase to try.
    serves: {motivated: "+"}
    phrases: ["%s"]
"""


def heard(folder: Path, phrase: str, reply: str, more: str = "") -> list[str]:
    """What a phrase matches in a reply."""
    shutil.copy(BUNDLED / "cues" / "lists.yaml", folder)
    (folder / "probe.yaml").write_text(CUE % phrase + more, encoding="utf-8")
    book = CueBook(folder)
    text = book.clean(reply)
    return [text.text[h.start : h.end] for h in book.find(text).get("probe", ())]


@pytest.mark.parametrize(
    ("phrase", "reply", "matched"),
    [
        ("big dream", "That's a BIG, um, dream of mine.", True),
        ("big dream", "A bigger dream.", False),
        ("one/two dream", "Two dream jobs.", True),
        ("dream*", "I was dreaming.", True),
        ("my big? dream", "My dream.", True),
        ("my big? dream", "My big dream.", True),
        ("my big? dream", "My small dream.", False),
        ("your <word> need", "What your wards need.", True),
        ("your <word> need", "What your need is.", False),
        ("your <word>? need", "What your need is.", True),
        ("mr <word>", "Ask Mr Brown.", True),
        ("in <number> years", "In twenty-five years.", True),
        ("in <number> years", "In 3 years.", True),
        ("in <number> years", "In some years.", False),
        ("in some/<number> years", "In 3 years.", True),
        ("<want> dream", "I plan to dream.", True),
        ("my .. dream", "My one two three dream.", True),
        ("my .. dream", "My one two three four dream.", False),
        ("my ... dream", "My one two three four dream.", True),
        ("my ... dream", "My job. A dream.", False),
        ("^ dream", "Yes. Dream on.", True),
        ("^ dream", "I dream.", False),
        ("dream $", "It's a dream.", True),
        ("dream $", "A dream job.", False),
        ("long term", "A long-term thing.", True),
        ("big dream", "It's not a big dream.", False),
        ("big dream", "I'm not sure, but a big dream.", True),
    ],
)
def test_a_phrase_matches_as_the_readme_says(tmp_path: Path, phrase: str, reply: str, matched: bool) -> None:
    assert bool(heard(tmp_path, phrase, reply)) is matched


def test_unless_takes_the_cue_from_its_sentence_only(tmp_path: Path) -> None:
    more = '    unless: ["my brother"]\n'

    assert heard(tmp_path, "big dream", "It's my brother's: my brother has a big dream.", more) == []
    assert heard(tmp_path, "big dream", "I have a big dream. So has my brother.", more) == ["big dream"]


def test_a_negation_is_heard_where_the_cue_keeps_it(tmp_path: Path) -> None:
    assert heard(tmp_path, "big dream", "Not a big dream.", "    negated: keep\n") == ["big dream"]


@pytest.mark.parametrize("phrase", ["<nowhere> dream", "<word> dream", "... dream"])
def test_a_phrase_that_cannot_work_is_named(tmp_path: Path, phrase: str) -> None:
    with pytest.raises(DataFileError, match="probe"):
        heard(tmp_path, phrase, "A dream.")


def test_a_file_may_bring_lists_of_its_own(tmp_path: Path) -> None:
    lists = "lists:\n  ample: [vast, huge]\n"
    (tmp_path / "a.yaml").write_text(lists + CUE.replace("probe", "other") % "x y", encoding="utf-8")

    assert heard(tmp_path, "<ample> dream", "A huge dream.") == ["huge dream"]

    (tmp_path / "b.yaml").write_text(lists + CUE.replace("probe", "third") % "x y", encoding="utf-8")
    with pytest.raises(DataFileError, match="ample"):
        heard(tmp_path, "<ample> dream", "A huge dream.")


@pytest.mark.parametrize("entry", ["<nowhere> thing", "<word> thing", ".. thing", ""])
def test_a_list_whose_entry_cannot_work_is_named(tmp_path: Path, entry: str) -> None:
    lists = f'lists:\n  ample: ["{entry}"]\n'
    (tmp_path / "a.yaml").write_text(lists + CUE.replace("probe", "other") % "x y", encoding="utf-8")

    with pytest.raises(DataFileError, match="list <ample>"):
        heard(tmp_path, "big dream", "A dream.")


def test_lists_that_hold_one_another_are_named(tmp_path: Path) -> None:
    lists = 'lists:\n  ample: ["<grand> thing"]\n  grand: [vast, "<ample>"]\n'
    (tmp_path / "a.yaml").write_text(lists + CUE.replace("probe", "other") % "x y", encoding="utf-8")

    with pytest.raises(DataFileError, match="<ample> in <grand> in <ample>"):
        heard(tmp_path, "big dream", "A dream.")


def test_every_phrase_of_the_bundled_cues_can_match_something() -> None:
    """What is in angle brackets stands for words, never for itself."""
    book = CueBook(BUNDLED / "cues")
    for cue in book.cues.values():
        for phrase in (*cue.phrases, *cue.unless):
            assert "<" not in book._grammar.compile(phrase).pattern.replace("(?<", ""), phrase
