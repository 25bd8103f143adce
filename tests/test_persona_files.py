"""The bundled personas keep their own rules, and a broken file is told with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from interviewer.errors import DataFileError, NotFoundError
from interviewer.questions import check_persona
from interviewer.questions.check import all_lines
from interviewer.questions.lines import normalise
from knowledge import load_rubric
from prompts import Persona, load_persona, load_personas

PERSONAS = load_personas()
RUBRIC = load_rubric()
FOLDER = Path(__file__).parents[1] / "prompts" / "personas"


def test_there_are_at_least_five_and_mara_is_one():
    assert len(PERSONAS) >= 5
    assert PERSONAS["mara"].name == "Mara Lindqvist"
    assert PERSONAS["mara"].role == "Hiring manager"
    assert len({persona.avatar for persona in PERSONAS.values()}) == len(PERSONAS)
    assert len({persona.hash for persona in PERSONAS.values()}) == len(PERSONAS)


@pytest.mark.parametrize("name", PERSONAS)
def test_bundled_persona_keeps_its_rules(name: str):
    assert check_persona(PERSONAS[name], RUBRIC, list(PERSONAS.values())) == []


@pytest.mark.parametrize("name", PERSONAS)
def test_bank_serves_every_id(name: str):
    persona = PERSONAS[name]
    assert set(persona.bank) == set(RUBRIC.ids)
    assert sum(len(lines) for lines in persona.bank.values()) >= 63
    assert 4 <= persona.max_questions <= 7
    assert len(persona.no_answer) >= 5 and len(persona.contradiction) >= 3 and len(persona.related) >= 4
    related = " ".join(persona.related).lower()
    assert "what motivates you" in related and "five years" in related


def test_no_two_personas_share_a_question():
    seen: dict[str, str] = {}
    shared = []
    for persona in PERSONAS.values():
        for field, line in all_lines(persona):
            words = normalise(line)
            if len(words.split()) > 7 and seen.setdefault(words, persona.id) != persona.id:
                shared.append((field, line, seen[words]))
    assert shared == []


def changed(**parts: object) -> Persona:
    return PERSONAS["mara"].model_copy(update=parts)


def bank_with(id: str, *lines: str) -> dict[str, tuple[str, ...]]:
    return {**PERSONAS["mara"].bank, id: (*PERSONAS["mara"].bank[id], *lines)}


@pytest.mark.parametrize(
    ("persona", "problem"),
    [
        (changed(bank={}), "bank.timely: has 0 questions"),
        (changed(bank=bank_with("timely", "By when? And why?")), "asks 2 questions"),
        (changed(bank=bank_with("timely", "What is it, and by when?")), "asks two things"),
        (changed(bank=bank_with("timely", "Tell me when.")), "asks 0 questions"),
        (changed(bank=bank_with("timely", "Excellent. Which month?")), "praises (Excellent)"),
        (changed(bank=bank_with("timely", "Good answer. Which month?")), "praises (Good answer)"),
        (changed(bank=bank_with("timely", "When does this journey end?")), "says 'journey'"),
        (changed(bank=bank_with("timely", "So " * 36 + "when?")), "longer than 35 words"),
        (changed(bank=bank_with("timely", "When, {name}, will it be?")), "{name} is not filled here"),
        (changed(bank=bank_with("timely", "When, {0.__class__}, will it be?")), "a lone brace"),
        (changed(bank=bank_with("specific", "By when?")), "reads like a line of"),
        (changed(bank=bank_with("timely") | {"timly": ("When is it?",)}), "timly: is no id"),
        (changed(probes_first=("speed",)), "speed: is no id"),
        (changed(opening=("Hello. Who are you?",)), "does not ask for the career goals"),
        (changed(opening=("For {role}: what are your career goals?",)), "write one without"),
        (changed(closing=("Any questions for me?", "Bye.")), "asks a question"),
        (changed(contradiction=("You said {earlier}. Which is it?",) * 3), "lacks {later}"),
        (changed(related=PERSONAS["mara"].related[:2]), "related: has 2 lines"),
        (changed(max_questions=2), "outside 4 to 7"),
        (changed(exercise=("Hello, {exercise} What is it?",)), "asks 2 questions"),
    ],
)
def test_check_names_what_is_broken(persona: Persona, problem: str):
    assert any(problem in line for line in check_persona(persona, RUBRIC)), check_persona(persona, RUBRIC)


def test_check_reports_lines_shared_with_another_persona():
    twin = changed(id="twin", name="Twin")
    assert any(
        "Twin says nearly the same" in line for line in check_persona(PERSONAS["mara"], RUBRIC, [twin])
    )


def write(folder: Path, text: str, name: str = "mara") -> Path:
    path = folder / f"{name}.md"
    path.write_text(text, encoding="utf-8")
    return path


def original() -> str:
    return (FOLDER / "mara.md").read_text(encoding="utf-8")


def test_a_coach_copies_a_file_and_edits_it(tmp_path: Path):
    text = original().replace("id: mara", "id: mine").replace("Mara Lindqvist\nrole", "My Own\nrole")
    write(tmp_path, text, "mine")
    mine = load_persona("mine", tmp_path)
    assert mine.name == "My Own" and mine.bank == PERSONAS["mara"].bank
    assert mine.hash != PERSONAS["mara"].hash


def test_hash_is_of_the_content_not_the_layout(tmp_path: Path):
    text = (
        original()
        .replace("avatar: 🧑‍💼\n", "")
        .replace("strictness: strict", 'avatar: "🧑‍💼"\nstrictness: strict')
    )
    write(tmp_path, text.replace("\n", "\r\n"))
    assert load_persona("mara", tmp_path).hash == PERSONAS["mara"].hash


@pytest.mark.parametrize(
    ("old", "new", "problem", "at"),
    [
        ("name: Mara Lindqvist\n", "", "'name' is missing", None),
        ("strictness: strict", "strictness: harsh", "strictness", "strictness:"),
        (
            "strictness: strict",
            "strictness: strict\nfavourite: tea",
            "'favourite' is not a field",
            "favourite",
        ),
        ("strictness: strict", "strictness: strict\nhash: 123", "'hash' is not a field", "hash:"),
        ("strictness: strict", "strictness: strict\nvoice: loud", "under the front matter", "voice:"),
        ("strictness: strict", "strictness: strict\nstrictness: fair", "given twice", "strictness: fair"),
        ("max_questions: 5", "max_questions: many", "max_questions", "max_questions"),
        ("  timely:\n    - By when?", "  timely: []\n  other:\n    - By when?", "bank.timely", "timely: []"),
        ("    - By when?", '    - "{quote}" by when?', "not valid YAML", None),
        ("role: Hiring manager", "role: &r Hiring manager\nline2: *r", "aliases", "line2"),
        ("id: mara", "id: marta", "file's name", "id: marta"),
        ("id: mara", "id: ../mara", "'id'", "id: ../"),
        ("role: Hiring manager", "role: " + "x" * 100, "role", "role: xx"),
    ],
)
def test_broken_file_is_named_with_its_line(tmp_path: Path, old: str, new: str, problem: str, at: str | None):
    text = original().replace(old, new, 1)
    assert text != original()
    path = write(tmp_path, text)
    with pytest.raises(DataFileError) as caught:
        load_persona("mara", tmp_path)
    assert problem in str(caught.value) and str(path) in str(caught.value)
    assert "\n" not in str(caught.value)
    if at:
        lines = text.splitlines()
        assert caught.value.line == 1 + next(n for n, line in enumerate(lines) if line.strip().startswith(at))


@pytest.mark.parametrize(
    "text", ["", "no front matter", "---\nid: mara\n", "---\n- a\n---\nvoice", "---\n---\n"]
)
def test_file_without_fields_is_an_error(tmp_path: Path, text: str):
    write(tmp_path, text)
    with pytest.raises(DataFileError):
        load_personas(tmp_path)


def test_size_is_bounded_and_bytes_are_refused(tmp_path: Path):
    write(tmp_path, original() + "x" * 70_000)
    with pytest.raises(DataFileError, match="larger than"):
        load_persona("mara", tmp_path)
    (tmp_path / "mara.md").write_bytes(b"---\nid: \xff\xfe\n---\n")
    with pytest.raises(DataFileError, match="UTF-8"):
        load_persona("mara", tmp_path)


@pytest.mark.parametrize("name", ["nobody", "../personas/mara", "", "mara.md"])
def test_unknown_persona_lists_the_known_ones(name: str):
    with pytest.raises(NotFoundError, match="mara"):
        load_persona(name)


def test_readme_among_personas_is_left_alone(tmp_path: Path):
    write(tmp_path, original())
    write(tmp_path, "# My personas", "README")
    assert set(load_personas(tmp_path)) == {"mara"}


def test_empty_folder_is_an_error(tmp_path: Path):
    with pytest.raises(DataFileError, match="no persona files"):
        load_personas(tmp_path)
    with pytest.raises(DataFileError, match="no persona files"):
        load_personas(tmp_path / "missing")
