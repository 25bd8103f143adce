import shutil
from pathlib import Path

import pytest

from interviewer.errors import DataFileError
from knowledge import load_cards

BUNDLED = Path(__file__).parents[1] / "knowledge"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(BUNDLED / "cards", tmp_path / "cards")
    return tmp_path


def test_the_23_cards_are_there_in_the_contracts_order() -> None:
    cards = load_cards()
    assert len(cards) == 23
    assert (cards[0].id, cards[10].id, cards[-1].id) == (
        "what-are-career-goals",
        "lead-with-the-long-term",
        "key-takeaways",
    )


def test_each_card_says_enough() -> None:
    for card in load_cards():
        assert 80 <= len(card.body.split()) <= 200, card.id
        assert 8 <= len(card.says) <= 15, card.id
        assert card.source, card.id


def test_the_hash_follows_what_the_card_says(folder: Path) -> None:
    before = {card.id: card.hash for card in load_cards(folder)}
    path = folder / "cards" / "avoid-money.md"
    path.write_text(path.read_text(encoding="utf-8") + "\nOne more line.\n", encoding="utf-8")
    after = {card.id: card.hash for card in load_cards(folder)}
    assert {id for id in before if before[id] != after[id]} == {"avoid-money"}


def test_windows_line_ends_change_nothing(folder: Path) -> None:
    path = folder / "cards" / "avoid-money.md"
    before = {card.id: card.hash for card in load_cards(folder)}
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert {card.id: card.hash for card in load_cards(folder)} == before


@pytest.mark.parametrize(
    ("old", "new", "said", "line"),
    [
        ("---\nid", "id", "has no front matter", 1),
        ("id: avoid-money", "id: avoid-cash", "make them the same", 2),
        ("theme:", "topic:", "'theme' is missing; add it", 2),
        ("title: Leave", "title: [Leave", "is not valid YAML", None),
        ("pitfalls: [money_motive]", "pitfalls: [money_motive, money_motive]", "twice", 7),
        ("pitfalls: [money_motive]", "pitfalls: [money_motive]\npitfalls: []", "twice", 8),
        ("pitfalls: [money_motive]", "pitfalls: money_motive", "pitfalls", 7),
    ],
)
def test_a_mistake_names_file_and_line(folder: Path, old: str, new: str, said: str, line: int | None) -> None:
    path = folder / "cards" / "avoid-money.md"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DataFileError) as caught:
        load_cards(folder)
    assert said in str(caught.value)
    assert caught.value.path == str(path)
    if line is not None:
        assert caught.value.line == line


def test_a_card_without_text_is_refused(folder: Path) -> None:
    path = folder / "cards" / "avoid-money.md"
    front = path.read_text(encoding="utf-8").rsplit("---\n", 1)[0]
    path.write_text(front + "---\n", encoding="utf-8")
    with pytest.raises(DataFileError, match="has no text below") as caught:
        load_cards(folder)
    assert caught.value.line == front.count("\n") + 2


def test_bytes_that_are_no_text_are_refused(folder: Path) -> None:
    (folder / "cards" / "avoid-money.md").write_bytes(b"---\nid: \xff\xfe\n---\n")
    with pytest.raises(DataFileError, match="UTF-8"):
        load_cards(folder)


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataFileError, match="holds no cards"):
        load_cards(tmp_path)
