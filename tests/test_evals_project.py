"""The project's own suites, recordings, lock and gates, as `make evals` runs them: all offline."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from evals import lock
from evals.cases import draw
from evals.offline import no_network
from evals.places import BASE, Places
from evals.result import Run, State
from evals.selftest import selftest
from evals.stored import latest_blessed
from evals.suite import load_suite, suite_names
from evals.tape.recording import read_recording
from evals.whole import compare_named, run_and_check
from knowledge import PITFALL_IDS

ROOT = Path(__file__).resolve().parent.parent
QWEN = "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046"
"""The digest that Qwen publishes for qwen2.5-coder-1.5b-instruct-q4_k_m.gguf."""


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Places:
    return Places(ROOT / "evals", tmp_path_factory.mktemp("runs"))


@pytest.fixture(scope="module")
def whole(places: Places) -> Run:
    with no_network():
        return run_and_check((), places)


def test_every_case_of_every_suite_has_an_answer(whole: Run) -> None:
    lacking = [
        f"{suite.suite}, {case.id}: {case.state.value} {case.why}"
        for suite in whole.suites
        for case in suite.cases
        if case.state not in (State.FRESH, State.LIVE)
    ]
    assert lacking == []
    assert whole.complete


def test_the_gates_hold(whole: Run) -> None:
    assert [gate.line for gate in whole.gates if not gate.held] == []
    assert whole.exit_code == 0


def test_the_embedded_engine_is_beside_every_model(whole: Run) -> None:
    engines: dict[str, set[str]] = {}
    for suite in whole.suites:
        engines.setdefault(suite.suite, set()).add(suite.engine)
    assert all("embedded" in found for name, found in engines.items() if name != "judge-aim")
    assert engines["critique"] == engines["follow-up"] == {"embedded", "model"}


def test_recordings_are_of_a_real_model_and_say_which(places: Places) -> None:
    made = Counter(
        (each.provenance, each.endpoint, each.file_sha256)
        for each in (read_recording(path).made for path in places.recordings.glob("*/*/*/*.json"))
    )
    assert set(made) == {("local", "llama.cpp", QWEN)}
    assert made.total() > 500


def test_no_recording_holds_a_secret_or_an_address(places: Places) -> None:
    for path in [*places.recordings.glob("*/*/*/*.json"), *places.texts.glob("*.txt")]:
        text = path.read_text(encoding="utf-8")
        assert not [bad for bad in ("sk-", "Bearer ", "127.0.0.1", "localhost", "/root/") if bad in text], (
            path
        )


def test_both_prompt_sets_are_recorded_over_the_same_labelled_replies(places: Places) -> None:
    suite = load_suite("critique", places.suites)
    drawn = draw(suite, places)
    assert len(drawn) >= 100
    assert {id for row in drawn for id in row.pitfalls} == set(PITFALL_IDS)
    (model,) = places.models()
    for prompt_set in (BASE, "alone"):
        folder = places.recorded(model, prompt_set, "critique")
        cases = {read_recording(path).slot.case for path in folder.glob("*.json")}
        assert cases == {row.id for row in drawn}


def test_follow_ups_are_many_and_over_all_personas(places: Places, whole: Run) -> None:
    found = next(each for each in whole.suites if each.suite == "follow-up" and each.engine == "model")
    assert len(found.cases) >= 60
    assert len({case.id.partition(".")[0] for case in found.cases}) == 6
    assert len({case.cluster for case in found.cases}) >= 20


def test_two_prompt_sets_can_be_compared_on_real_data(places: Places) -> None:
    with no_network():
        found = compare_named(BASE, "pointed", places, suites=("follow-up",))
    (suite,) = found.suites
    assert {change.segment for change in suite.request_changes} >= {"question:system", "question:cards"}
    answered = next(each for each in suite.metrics if each.metric == "aimed")
    assert answered.n >= 60 and answered.smallest is not None
    assert found.verdict in ("IMPROVED", "REGRESSED", "NO DETECTABLE CHANGE", "TOO FEW CASES")


def test_the_lock_holds(places: Places) -> None:
    with no_network():
        found = lock.check(places)
    assert found.problems == [] and found.orphans == [] and found.changed == []
    assert found.exit_code == 0


def test_nothing_passes_the_tape_unnoticed(places: Places) -> None:
    found = list(selftest(places))
    assert [finding for finding in found if finding.problem] == []
    tried = " ".join(finding.tried for finding in found)
    for name in (
        "question.md, system",
        "question.md, sampling",
        "critique.md, rubric",
        "TAMPERED",
        "refused",
    ):
        assert name in tried


def test_a_blessed_run_is_there_to_compare_with(places: Places) -> None:
    found = latest_blessed(places)
    names = {each.suite for each in found.suites}
    assert names == set(suite_names(places.suites))
