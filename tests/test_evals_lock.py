"""The lock and the selftest: nothing is changed unnoticed, and each detector can fail."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from evals_folder import (
    BANK,
    CRITIQUES,
    JUDGE,
    LABELLED,
    MODEL,
    QUESTIONS,
    Command,
    command,
    edited,
    endpoint,
    make,
    places,
    record,
    recorded,
    recordings,
)

from evals import selftest as tried
from evals.lock import Checked, check, prune, read_lock, write_lock
from evals.places import Places
from evals.result import State
from evals.selftest import Finding, selftest
from evals.tape import transport
from evals.tape.recording import Recording
from evals.tape.request import Sent
from interviewer.errors import DataFileError, InputError

__all__ = ["command", "places", "recorded"]
SEGMENTS = {
    "question.md": {"system", "persona", "transcript", "cards", "sampling"},
    "critique.md": {"system", "rubric", "persona", "transcript", "cards", "sampling"},
    "aim.md": {"system", "rubric", "transcript", "sampling"},
}


@pytest.fixture
def locked(places: Places) -> Places:
    write_lock(places)
    return places


def said(found: Checked, state: State) -> list[str]:
    return [line for each, line in found.problems if each is state]


def test_what_was_locked_holds(locked: Places, command: Command) -> None:
    found = check(locked)
    assert (found.exit_code, found.problems, found.orphans, found.changed) == (0, [], [], [])
    assert found.recordings == {
        f"{MODEL}/base/{CRITIQUES}": {State.FRESH: LABELLED},
        f"{MODEL}/base/{QUESTIONS}": {State.FRESH: 6},
        f"{MODEL}/judgments/{JUDGE}": {State.FRESH: BANK},
    }
    status, out, err = command("lock", "--check")
    assert (status, err) == (0, "") and out.endswith("All is as locked.\n")
    before = (locked.recordings / "lock.json").read_bytes()
    assert command("lock")[0] == 0
    assert (locked.recordings / "lock.json").read_bytes() == before


def test_every_prompt_persona_and_rubric_is_locked(locked: Places) -> None:
    prompts = read_lock(locked)["prompts"]["base"]
    assert {"prompt:question", "prompt:critique", "prompt:repair", "rubric", "persona:mara"} <= set(prompts)


def test_json_is_one_document_with_and_without_check(places: Places, command: Command) -> None:
    status, out, _ = command("lock", "--json")
    assert status == 0 and json.loads(out)["locked"].endswith("lock.json")
    recordings(places, CRITIQUES)[0].unlink()
    status, out, _ = command("lock", "--check", "--json")
    data = json.loads(out)
    assert status == 3 and data["changed"] == [f"{MODEL}/base/{CRITIQUES}: digest"]
    assert "MISSING, never recorded" in data["problems"][0]


def test_without_a_lock_nothing_is_as_locked(places: Places) -> None:
    found = check(places)
    assert found.exit_code == 3 and "base: rubric" in found.changed


def test_a_changed_prompt_is_named(places: Places, command: Command) -> None:
    path = edited(places, "letter", "question", "Never invent facts", "Never invent factz")
    write_lock(places)
    assert check(places).exit_code == 0
    path.write_text(path.read_text().replace("factz", "fact"), encoding="utf-8")
    found = check(places)
    assert found.changed == ["letter: prompt:question"] and found.exit_code == 3
    status, out, _ = command("lock", "--check")
    assert status == 3 and "! not as locked: letter: prompt:question" in out and "does not hold" in out


def test_stale_recordings_of_a_candidate_are_named(places: Places) -> None:
    path = edited(places, "letter", "question", "Never invent facts", "Never invent factz")
    record(places, [QUESTIONS, JUDGE], "letter")
    write_lock(places)
    assert check(places).exit_code == 0
    path.write_text(path.read_text().replace("factz", "fact"), encoding="utf-8")
    found = check(places)
    stale = said(found, State.STALE)
    assert found.exit_code == 3 and len(stale) == 6 and "changed since: system" in stale[0]
    assert found.orphans == [], "what is STALE tells what has changed, and serves again if it is taken back"
    record(places, [QUESTIONS, JUDGE], "letter")
    found = check(places)
    assert found.problems == []
    assert len(found.orphans) == 12, "now the old answers, and the judgments of them, are asked for by nobody"


def test_orphans_are_found_and_pruned_with_their_texts(locked: Places, command: Command) -> None:
    suite = locked.suites / f"{QUESTIONS}.yaml"
    suite.write_text(suite.read_text().replace("personas: [mara, tom]", "personas: [mara]"), encoding="utf-8")
    found = check(locked)
    assert found.exit_code == 3 and found.problems == [] and len(found.orphans) == 6
    assert all(path.name.startswith(("tom.", "base.talk.tom.")) for path in found.orphans)
    kept = {hash for path in recordings(locked, QUESTIONS) if path not in found.orphans
            for hash in json.loads(path.read_text())["segments"].values()}  # fmt: skip
    texts = {path.stem for path in locked.texts.glob("*.txt")}
    status, out, err = command("lock", "--prune")
    assert status == 0 and "files deleted" in err and out.startswith("Locked:")
    left = {path.stem for path in locked.texts.glob("*.txt")}
    assert kept <= left < texts
    assert not any(path.exists() for path in found.orphans)
    assert check(locked).exit_code == 0


def test_pruning_deletes_nothing_that_is_asked_for(locked: Places) -> None:
    before = sorted(locked.recordings.rglob("*"))
    assert prune(locked, check(locked).orphans) == 0
    assert sorted(locked.recordings.rglob("*")) == before


def test_a_prompt_set_that_is_gone_leaves_orphans(places: Places) -> None:
    path = edited(places, "letter", "question", "Never invent facts", "Never invent factz")
    record(places, [QUESTIONS], "letter")
    write_lock(places)
    path.unlink()
    path.parent.rmdir()
    found = check(places)
    assert {each.parent for each in found.orphans} == {places.recorded(MODEL, "letter", QUESTIONS)}
    assert "letter: prompt:question" in found.changed


def test_a_damaged_recording_or_text_is_tampering_and_no_orphan(locked: Places, command: Command) -> None:
    path = recordings(locked, QUESTIONS)[0]
    path.write_bytes(path.read_bytes().replace(b"by month", b"by mouth", 1))
    found = check(locked)
    assert found.exit_code == 6 and found.orphans == []
    assert any(path.name in line for line in said(found, State.TAMPERED))
    status, out, _ = command("lock", "--check")
    assert status == 6 and path.name in out
    path.write_bytes(path.read_bytes().replace(b"by mouth", b"by month", 1))
    assert check(locked).exit_code == 0
    text = next(iter(sorted(locked.texts.glob("*.txt"))))
    text.write_text(text.read_text() + "x", encoding="utf-8")
    found = check(locked)
    assert found.exit_code == 6 and text.name in said(found, State.TAMPERED)[0]


def test_a_text_that_is_gone_is_missing(locked: Places) -> None:
    used = json.loads(recordings(locked, QUESTIONS)[0].read_text())["segments"]["system"]
    (locked.texts / f"{used}.txt").unlink()
    found = check(locked)
    assert found.exit_code == 3 and used in said(found, State.MISSING)[0]


def test_a_broken_lock_is_one_line(locked: Places, command: Command) -> None:
    (locked.recordings / "lock.json").write_text("{", encoding="utf-8")
    status, out, err = command("lock", "--check")
    assert (status, out) == (6, "") and "is damaged" in err and len(err.strip().splitlines()) == 1


def only_questions(places: Places) -> Places:
    """One suite is enough where a detector is to fail, and takes less time."""
    for name in (CRITIQUES, JUDGE):
        (places.suites / f"{name}.yaml").unlink()
    return places


def problems(places: Places) -> list[Finding]:
    return [finding for finding in selftest(places) if finding.problem]


def test_the_selftest_tries_every_segment_of_every_prompt(places: Places, command: Command) -> None:
    status, lines, err = command("selftest")
    assert (status, err) == (0, "") and lines.endswith("\nNothing passes unnoticed.\n")
    assert all(line.startswith("ok  ") for line in lines.splitlines()[:-1])
    for name, segments in SEGMENTS.items():
        assert {each for each in segments if f"one character of {name}, {each}: " in lines} == segments
    assert f"{QUESTIONS}: one character of question.md, system: 6 of 6 recorded cases STALE" in lines
    assert f"{JUDGE}: one character of aim.md, rubric: {BANK} of {BANK} recorded cases STALE" in lines
    assert lines.count("one byte flipped") == 3 and lines.count("refused") == 2


def test_without_recordings_there_is_nothing_to_try(tmp_path: Path) -> None:
    bare = make(tmp_path / "bare" / "evals")
    (bare.recordings / MODEL / "model.json").unlink()
    with pytest.raises(InputError, match="no recordings"):
        next(selftest(bare))


def test_a_suite_that_is_not_recorded_any_more_was_not_tried(places: Places) -> None:
    for path in recordings(places, QUESTIONS):
        path.unlink()
    found = problems(only_questions(places))
    assert found and all(QUESTIONS in finding.tried for finding in found)
    assert any("no recorded case" in finding.problem for finding in found)
    assert any("no recording to flip" in finding.problem for finding in found)


def blind(drop: Callable[[dict[str, Any]], dict[str, Any]]) -> Callable[[Sent, int], str]:
    """A key that does not look at part of the body."""
    whole = transport.key_of
    return lambda sent, sample=0: whole(replace(sent, body=drop(dict(sent.body))), sample)


@pytest.mark.parametrize(
    ("drop", "noticed"),
    [
        (lambda body: {**body, "messages": body.get("messages", [])[1:]}, "system"),
        (lambda body: {**body, "messages": body.get("messages", [])[:1]}, "transcript"),
        (lambda body: {**body, "temperature": 0}, "sampling"),
    ],
    ids=["system", "user", "temperature"],
)
def test_a_key_that_ignores_part_of_the_request_is_found_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: Command, drop: Any, noticed: str
) -> None:
    monkeypatch.setattr(transport, "key_of", blind(drop))
    places = only_questions(make(tmp_path / "blind" / "evals"))
    record(places, [QUESTIONS], at=endpoint())
    found = problems(places)
    assert any(f", {noticed}" in finding.tried and "not STALE" in finding.problem for finding in found)
    status, out, _ = command("selftest", "--evals", str(places.root))
    assert status == 1 and "FAILED" in out and "cannot be trusted" in out


def test_a_key_that_changes_with_anything_else_is_found_out(
    places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A key that takes the prompt file's name for its words makes cases STALE that ask the same."""
    from evals.selftest import _compared

    fresh: Any = {"one": (["a"], State.FRESH, []), "two": (["b"], State.FRESH, [])}
    after: Any = {"one": (["a", "x"], State.STALE, ["system"]), "two": (["b"], State.STALE, ["system"])}
    assert "asks the same as before" in _compared("t", fresh, after, "system").problem
    after = {"one": (["A"], State.STALE, ["cards"]), "two": (["b"], State.FRESH, [])}
    assert "says that cards changed" in _compared("t", fresh, after, "system").problem
    after = {"one": (["A"], State.STALE, ["system"]), "two": (["b"], State.FRESH, [])}
    assert _compared("t", fresh, after, "system") == Finding("t: 1 of 2 recorded cases STALE")


def test_a_reader_that_checks_no_digest_is_found_out(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    def trusting(path: Path) -> Recording:
        try:
            return Recording.model_validate_json(path.read_bytes())
        except ValueError as error:
            raise DataFileError(path, "is no recording") from error

    monkeypatch.setattr(tried, "read_recording", trusting)
    (finding,) = problems(only_questions(places))
    assert "one byte flipped" in finding.tried and "nobody noticed" in finding.problem


def test_a_guard_that_is_off_is_found_out(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tried, "no_network", contextlib.nullcontext)
    (finding,) = problems(only_questions(places))
    assert "a connection opened" in finding.tried and "as far as the network" in finding.problem


def test_a_replay_that_answers_what_it_does_not_have_is_found_out(
    places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    import httpx2

    monkeypatch.setattr(
        tried, "ReplayTransport", lambda _library: httpx2.MockTransport(lambda _request: httpx2.Response(200))
    )
    assert tried._refused_by_transport(places).problem == "it was let through"
