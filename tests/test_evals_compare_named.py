"""`interviewer eval compare`: prompt sets and stored runs by name, and what is refused, with its reason."""

from __future__ import annotations

import shutil

import pytest
from evals_folder import (
    CRITIQUES,
    JUDGE,
    ONE_LETTER,
    QUESTIONS,
    Command,
    a_candidate,
    command,
    edited,
    endpoint,
    model_run,
    one_plain_line,
    places,
    record,
    recorded,
    stored_run,
)

from evals.comparison import CompareReport
from evals.places import Places
from evals.result import State
from evals.runfile import write_json
from evals.stored import bless
from evals.whole import compare_named
from interviewer.errors import NotComparableError

__all__ = ["command", "places", "recorded"]


def test_prompt_sets_are_compared_by_name(places: Places, command: Command) -> None:
    a_candidate(places)
    found = compare_named("base", "letter", places)
    assert [each.suite for each in found.suites] == [QUESTIONS]
    assert found.left_out == [f"{CRITIQUES}: both ask exactly the same"]
    (suite,) = found.suites
    assert (suite.base.name, suite.candidate.name) == ("base", "letter")
    assert [change.segment for change in suite.request_changes] == ["question:system"]
    changed = [(op, text.strip()) for op, text in suite.request_changes[0].diff if op != " "]
    assert changed == [("-", "facts"), ("+", "factz")]
    one = next(each for each in suite.metrics if each.metric == "one_question")
    assert (one.n, one.difference, one.ties) == (6, 0.0, 6)
    assert (found.exit_code, found.verdict) == (0, suite.verdict)
    status, out, err = command("compare", "base", "letter", "--json")
    assert (status, err) == (0, "")
    assert CompareReport.model_validate_json(out).left_out == found.left_out


def test_a_worse_candidate_is_a_regression(places: Places, command: Command) -> None:
    path = places.suites / f"{QUESTIONS}.yaml"
    more = "".join(
        f"  - id: more-{number}\n    reply: I want to run line {number} within {number + 2} years.\n"
        for number in range(9)
    )
    text = path.read_text(encoding="utf-8").replace("personas: [mara, tom]", "personas: [mara]")
    path.write_text(text + more, encoding="utf-8")
    edited(places, "poor", "question", *ONE_LETTER)
    record(places, [QUESTIONS])
    record(places, [QUESTIONS], "poor", at=endpoint(lambda _body: "I'm sorry, but I can't assist with that."))
    record(places, [JUDGE])
    status, out, err = command("compare", "base", "poor", "--json")
    found = CompareReport.model_validate_json(out)
    answered = next(each for each in found.suites[0].metrics if each.metric == "answered")
    assert (answered.base, answered.candidate, answered.losses) == (1.0, 0.0, 12)
    assert (status, err, found.exit_code, found.verdict) == (1, "", 1, "REGRESSED")
    places.gates.write_text("[regressions]\nanswered = 1.0\n", encoding="utf-8")
    assert command("compare", "base", "poor")[0] == 0, "so much may be lost"


def test_stored_runs_and_blessed_ones_are_compared(places: Places, command: Command) -> None:
    base = stored_run(places)
    bless(base, places)
    a_candidate(places)
    candidate = stored_run(places, prompt_set="letter")
    assert candidate.exit_code == 0
    for one, other in (
        (base.id, candidate.id), ("blessed", "last"), ("base", str(places.stored / f"{candidate.id}.json"))
    ):  # fmt: skip
        status, out, err = command("compare", one, other, "--suite", QUESTIONS, "--json")
        found = CompareReport.model_validate_json(out)
        assert (status, err, found.base, found.candidate) == (0, "", one, other)
        assert [(each.base.prompt_set, each.candidate.prompt_set) for each in found.suites] == [
            ("base", "letter")
        ]
        assert found.suites[0].request_changes


def test_a_candidate_that_is_not_recorded_is_not_compared(places: Places, command: Command) -> None:
    edited(places, "letter", "question", *ONE_LETTER)
    said = one_plain_line(*command("compare", "base", "letter"), code=5)
    assert f"{QUESTIONS}: 0 of 6 recorded with letter" in said
    said = one_plain_line(*command("compare", "base", "letter", "--suite", QUESTIONS), code=5)
    assert "record" in said
    assert "exactly the same" in one_plain_line(*command("compare", "base", "base"), code=5)


def test_what_differs_in_more_than_prompts_is_refused(places: Places) -> None:
    """Another model, another sampling, other cases, another provenance: each with its reason."""
    a_candidate(places)
    base, candidate = stored_run(places), stored_run(places, prompt_set="letter")

    def refused(reason: str, change: dict[str, object]) -> None:
        changed = candidate.model_copy(deep=True, update={"id": "changed"})
        changed.suites = [each.model_copy(update=change) for each in changed.suites]
        write_json(places.stored / "changed.json", changed)
        with pytest.raises(NotComparableError, match=reason) as error:
            compare_named(base.id, "changed", places)
        assert error.value.exit_code == 5
        (places.stored / "changed.json").unlink()

    run = model_run(candidate, QUESTIONS)
    refused("models differ", {"origin": run.origin.model_copy(update={"model": "big"})})
    refused("provenance differs", {"origin": run.origin.model_copy(update={"provenance": "live"})})
    refused("sampling of the question differs", {"sampling": {"question": "temperature 1"}})
    refused("only the base has mara.vague", {"cases": run.cases[1:]})
    refused("judges differ", {"judge": "another"})
    refused("5 of 6 recorded", {"cases": [run.cases[0].model_copy(update={"state": State.STALE}),
                                          *run.cases[1:]]})  # fmt: skip
    assert compare_named(base.id, candidate.id, places).suites


def test_another_temperature_is_another_sampling(places: Places) -> None:
    edited(places, "cold", "question", "temperature: 0.6", "temperature: 0.1")
    record(places, [QUESTIONS, JUDGE], "cold")
    with pytest.raises(NotComparableError, match="sampling of the question differs"):
        compare_named("base", "cold", places)


def test_what_is_compared_must_exist(places: Places, command: Command) -> None:
    assert "no stored run 'nothing'" in one_plain_line(*command("compare", "base", "nothing"), code=2)
    assert "no stored run yet" in one_plain_line(*command("compare", "base", "last"), code=2)
    assert "no suite" in one_plain_line(*command("compare", "base", "base", "--suite", "no"), code=2)
    shutil.rmtree(places.recordings)
    assert "no recordings" in one_plain_line(*command("compare", "base", "base"), code=2)
