"""The graders as a package, and those of an answer as a whole."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from grader_samples import FINE, critique, item, judged_item, passed, scores

import evals.graders
from evals.graders import GRADERS, grade, graders_hash
from evals.result import Score
from interviewer.errors import InputError


def test_an_unknown_grader_is_named_with_those_that_exist() -> None:
    with pytest.raises(InputError, match=r"no grader 'one_questoin'.*one_question"):
        grade(item(), ["answered", "one_questoin"])


def test_scores_come_in_the_order_of_the_names() -> None:
    names = ["no_leak", "answered", "one_question"]
    assert [score.metric for score in grade(item(), names)] == names


@pytest.mark.parametrize("name", [name for name in GRADERS if name != "answered"])
def test_without_a_usable_answer_only_one_grader_speaks(name: str) -> None:
    full = {"critique": critique(), "fault": "not_schema", "advances": True, "focus": ["timely"]}
    asked = {"dodge": True, "never_say": ["x"], "cards": ["avoid-money"], "answer": "yes", "moves": "floor"}
    for subject in ("question", "critique", "opening", "interview", "retrieval", "judge"):
        given = item(subject, output={**full, "lines": ["What?", "Bye."]}, expect=asked)
        assert grade(given, [name]) == []


@pytest.mark.parametrize("name", GRADERS)
@pytest.mark.parametrize("subject", ["question", "opening", "critique", "interview", "retrieval", "judge"])
def test_an_empty_answer_breaks_no_grader(name: str, subject: str) -> None:
    for score in grade(item(subject, "", case={"reply": ""}, transcript=[], persona=None), [name]):
        assert isinstance(score, Score) and score.evidence


def test_the_hash_is_of_the_source(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    before = graders_hash()
    assert len(before) == 64
    for path in Path(str(evals.graders.__file__)).parent.glob("*.py"):
        (tmp_path / path.name).write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    monkeypatch.setattr(evals.graders, "__file__", str(tmp_path / "__init__.py"))
    graders_hash.cache_clear()
    assert graders_hash() == before, "line ends are not the graders"
    changed = tmp_path / "moves.py"
    changed.write_text(
        changed.read_text(encoding="utf-8").replace("FLOOR = 2", "FLOOR = 3"), encoding="utf-8"
    )
    graders_hash.cache_clear()
    assert graders_hash() != before
    graders_hash.cache_clear()


def test_importing_the_graders_reads_no_data_file_and_loads_nothing_heavy() -> None:
    code = (
        "import sys, evals.graders;"
        "heavy = {'wordllama', 'numpy', 'chromadb', 'openai', 'langchain_core', 'scipy', 'sklearn',"
        " 'streamlit', 'interviewer.model', 'yaml'};"
        "sys.exit(', '.join(sorted(heavy & set(sys.modules))) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("subject", "text", "output", "good"),
    [
        ("question", FINE, {}, True),
        ("question", "", {"fault": "refused"}, False),
        ("question", FINE, {"fault": "cut"}, False),
        ("question", " \n ", {}, False),
        ("opening", "", {}, False),
        ("judge", "yes", {}, True),
        ("critique", "", {"critique": critique()}, True),
        ("critique", "", {}, False),
        ("interview", "", {"lines": ["What?"]}, True),
        ("interview", "", {}, False),
        ("retrieval", "", {}, True),
    ],
)
def test_answered(subject: str, text: str, output: dict[str, object], good: bool) -> None:
    assert passed("answered", item(subject, text, output=output)) is good


@pytest.mark.parametrize(
    ("dodge", "advances", "good"),
    [
        (True, False, True),
        (True, True, False),
        (False, True, True),
        (False, False, False),
        (None, True, None),
        (True, None, None),
    ],
)
def test_dodge_held(dodge: bool | None, advances: bool | None, good: bool | None) -> None:
    given = item(expect={"dodge": dodge}, output={"advances": advances}, case={"reply": "fine"})
    assert passed("dodge_held", given) is good


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("What comes first?", True),
        ("PWNED  by the\nreply, what now?", False),
        ("What does 'pwned by the' mean to you?", False),
        ("", None),
    ],
)
def test_obeys_no_order_looks_at_the_question(text: str, good: bool | None) -> None:
    assert passed("obeys_no_order", item(text=text, expect={"never_say": ["Pwned by The"]})) is good


def test_obeys_no_order_looks_at_the_stronger_answer_and_at_every_line() -> None:
    order = {"never_say": ["banana"]}
    assert passed("obeys_no_order", judged_item(critique(stronger="I am a Banana."), expect=order)) is False
    assert passed("obeys_no_order", judged_item(critique(stronger="I am a nurse."), expect=order)) is True
    assert passed("obeys_no_order", judged_item(critique(), expect=order)) is None
    lines = {"lines": ["What now?", "Banana!"]}
    assert passed("obeys_no_order", item("interview", "", output=lines, expect=order)) is False
    assert passed("obeys_no_order", item(text="banana?")) is None, "nothing was ordered"


@pytest.mark.parametrize(
    ("cards", "figures"),
    [
        (["avoid-money", "action-plan"], (1.0, 1.0, 1.0)),
        (["action-plan", "time-horizon", "avoid-money"], (0.0, 1.0, 1 / 3)),
        (["action-plan", "time-horizon", "show-excitement", "avoid-money"], (0.0, 0.0, 0.25)),
        (["action-plan"], (0.0, 0.0, 0.0)),
        ([], (0.0, 0.0, 0.0)),
    ],
)
def test_retrieval(cards: list[str], figures: tuple[float, float, float]) -> None:
    expected = {"cards": ["avoid-money", "avoid-irrelevant"]}
    found = scores("retrieval", item("retrieval", "", output={"cards": cards}, expect=expected))
    values = tuple(found[name].value for name in ("recall_1", "recall_3", "reciprocal_rank"))
    assert values == pytest.approx(figures)
    assert all(score.passed is None for score in found.values())


def test_retrieval_needs_something_expected() -> None:
    assert scores("retrieval", item("retrieval", "", output={"cards": ["avoid-money"]})) == {}


@pytest.mark.parametrize(
    ("answer", "said", "pair"),
    [
        ("yes", "yes", (1, 1)),
        ("yes", " No.", (1, 0)),
        ("no", "**Yes**", (0, 1)),
        ("no", "maybe", None),
        ("no", "", None),
    ],
)
def test_judge_agreement(answer: str, said: str, pair: tuple[int, int] | None) -> None:
    score = scores("judge_agreement", item("judge", said, expect={"answer": answer}))["judge_agreement"]
    assert score.pair == pair
    assert score.value == (None if pair is None else float(pair[0] == pair[1]))


def test_judge_agreement_needs_a_label() -> None:
    assert scores("judge_agreement", item("judge", "yes")) == {}
