import shutil
from pathlib import Path

import pytest

from interviewer.errors import DataFileError, InputError, NotFoundError
from knowledge import CRITERION_IDS, PITFALL_IDS, Rubric, load_cards, load_rubric

BUNDLED = Path(__file__).parents[1] / "knowledge"
ALL_MET = dict.fromkeys(CRITERION_IDS, "met")
ALL_MISSING = dict.fromkeys(CRITERION_IDS, "missing")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(BUNDLED / "cards", tmp_path / "cards")
    shutil.copy(BUNDLED / "rubric.yaml", tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def rubric() -> Rubric:
    return load_rubric()


def change(path: Path, old: str, new: str) -> int:
    """Replace a text that is there, and give the line on which it stood."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


def test_all_ids_of_the_contract_are_there_in_order(rubric: Rubric) -> None:
    assert rubric.ids == (*CRITERION_IDS, *PITFALL_IDS)
    assert (len(CRITERION_IDS), len(PITFALL_IDS)) == (13, 8)


def test_everything_points_to_cards_and_cards_point_back(rubric: Rubric) -> None:
    cards = {card.id: card for card in load_cards()}
    for criterion in rubric.criteria:
        assert criterion.cards
        assert all(criterion.id in cards[name].criteria for name in criterion.cards)
    for pitfall in rubric.pitfalls:
        assert pitfall.cards
        assert all(pitfall.id in cards[name].pitfalls for name in pitfall.cards)
    unserving = {card.id for card in cards.values() if not card.criteria and not card.pitfalls}
    assert unserving == {"consistent-answers"}


def test_the_frame_holds_the_question_of_the_blank(rubric: Rubric) -> None:
    for criterion in rubric.criteria:
        assert f"[{criterion.blank}]" in criterion.frame


def test_scores_span_the_scale(rubric: Rubric) -> None:
    assert rubric.overall(ALL_MET) == 5
    assert rubric.overall(ALL_MISSING) == 1
    assert rubric.overall(dict.fromkeys(CRITERION_IDS, "partly")) == 3


def test_a_pitfall_never_raises_and_a_better_verdict_never_lowers_the_score(rubric: Rubric) -> None:
    for level, better in (("missing", "partly"), ("partly", "met")):
        for pitfall in PITFALL_IDS:
            base = dict.fromkeys(CRITERION_IDS, level)
            assert rubric.overall(base, [pitfall]) <= rubric.overall(base)
            for id in CRITERION_IDS:
                assert rubric.overall({**base, id: better}, [pitfall]) >= rubric.overall(base, [pitfall])


def test_no_answer_is_always_one(rubric: Rubric) -> None:
    assert rubric.overall(ALL_MET, ["no_answer"]) == 1
    assert rubric.focus(ALL_MET, ["no_answer", "fantasy"]) == ["no_answer"]


def test_a_cap_holds_whatever_else_is_good(rubric: Rubric) -> None:
    assert rubric.overall(ALL_MET, ["irrelevant_goal"]) <= 2


def test_the_focus_has_one_to_three_ids_and_pitfalls_come_first(rubric: Rubric) -> None:
    found = rubric.focus({**ALL_MET, "timely": "missing", "flexible": "partly"}, ["money_motive"])
    assert found == ["money_motive", "timely", "flexible"]
    assert 1 <= len(rubric.focus(ALL_MET)) <= 3
    assert len(rubric.focus(ALL_MISSING)) == 3


def test_the_link_is_not_asked_for_before_there_is_something_to_link(rubric: Rubric) -> None:
    waiting = {**ALL_MET, "linked_path": "missing", "long_term_vision": "missing"}
    assert rubric.focus(waiting) == ["long_term_vision"]
    assert "linked_path" in rubric.focus({**waiting, "long_term_vision": "partly"})


def test_unknown_verdicts_and_ids_are_refused(rubric: Rubric) -> None:
    with pytest.raises(InputError, match="timely"):
        rubric.overall({**ALL_MET, "timely": "perhaps"})
    with pytest.raises(NotFoundError, match="charming"):
        rubric.overall({**ALL_MET, "charming": "met"})
    with pytest.raises(NotFoundError, match="too_shy"):
        rubric.overall(ALL_MET, ["too_shy"])


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("- id: timely", "- id: timley", "'timley' is not known"),
        ("group: SMART", "group: CLEVER", "criteria.3.group"),
        ("weight: 0.5", "weight: heavy", "criteria.0.weight"),
        ("    cap: 2", "    caps: 2", "'pitfalls.0.caps' is not known; remove it"),
        ("3: 0.40", "3: 0.01", "should rise"),
        ("cards: [avoid-money]", "cards: [avoid-cash]", "there is no card 'avoid-cash'"),
        ("cards: [avoid-money]", "cards: [avoid-contentment]", "which does not name it"),
        ("after: [specific]", "after: [money_motive]", "'money_motive' is not another criterion"),
        ("to reach [...].", "to reach it.", "exactly once"),
        ("    name: Specific", "    name: 'Specific", "is not valid YAML"),
    ],
)
def test_a_mistake_names_file_and_line(folder: Path, old: str, new: str, said: str) -> None:
    line = change(folder / "rubric.yaml", old, new)
    with pytest.raises(DataFileError) as caught:
        load_rubric(folder)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
    assert str(caught.value).startswith(str(folder / "rubric.yaml"))
    if "YAML" not in said:
        # A rule about a whole section is reported at the section; everything else on its own line.
        assert caught.value.line is not None
        assert line - 1 <= caught.value.line <= line


def test_a_missing_id_is_named(folder: Path) -> None:
    path = folder / "rubric.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text[: text.index("  - id: no_answer")], encoding="utf-8")
    with pytest.raises(DataFileError, match="'no_answer' is missing from 'pitfalls'"):
        load_rubric(folder)


def test_a_card_nobody_points_to_is_named(folder: Path) -> None:
    card = (folder / "cards" / "key-takeaways.md").read_text(encoding="utf-8")
    own = card.replace("id: key-takeaways", "id: own-advice").replace("pitfalls: [no_answer]", "pitfalls: []")
    (folder / "cards" / "own-advice.md").write_text(own, encoding="utf-8")
    with pytest.raises(DataFileError, match="'own-advice'"):
        load_rubric(folder)


def test_the_hash_follows_the_file(folder: Path, rubric: Rubric) -> None:
    assert load_rubric(folder).hash == rubric.hash
    change(folder / "rubric.yaml", "weight: 2.0", "weight: 2.5")
    assert load_rubric(folder).hash != rubric.hash
