"""What is known of a recording: FRESH, STALE with what changed, MISSING, TAMPERED; and no secret in any."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import httpx2
import pytest
from record_samples import (
    CASES,
    MODEL,
    Ran,
    answering,
    contents,
    files,
    interviewer,
    one_judge,
    player,
    recorded,
    recorder,
    recordings,
)  # fmt: skip

from evals.asking import changes
from evals.endpoint import Endpoint
from evals.places import Places
from evals.result import CaseResult, State
from evals.run import Which, run_suite
from evals.suite import load_suite
from evals.tape import Library, NotRecordedError
from evals.tape.recording import DamagedError
from evals.tape.scrub import MARK, scrub, scrub_pieces
from interviewer.compose import package_folder

__all__ = ["one_judge"]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Places:
    """Both suites, recorded once."""
    return recorded(tmp_path_factory.mktemp("whole"))


@pytest.fixture
def places(whole: Places, tmp_path: Path) -> Places:
    """A copy that may be changed."""
    shutil.copytree(whole.root, tmp_path / "evals")
    return Places(tmp_path / "evals", tmp_path / "home" / "eval-runs")


def results(places: Places, suite: str, prompt_set: str = "base") -> dict[str, CaseResult]:
    (run,) = run_suite(
        load_suite(suite, places.suites), places, Which(prompt_set=prompt_set, embedded=False), MODEL
    )
    return {each.id: each for each in run.cases}


def states(places: Places, suite: str, prompt_set: str = "base") -> dict[str, State]:
    return {id: each.state for id, each in results(places, suite, prompt_set).items()}


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")


def prompt_set(places: Places, file: str, old: str, new: str) -> None:
    """A prompt set `edited` in which one bundled prompt or persona has other words."""
    target = places.root / "prompt_sets" / "edited" / file
    target.parent.mkdir(parents=True)
    shutil.copy(package_folder("prompts") / file, target)
    edit(target, old, new)


def changed(result: CaseResult) -> dict[str, set[str]]:
    """The words taken out and put in, by segment."""
    return {
        change.segment: {op + text.strip() for op, text in change.diff if op != " "}
        for change in result.changes
    }


def test_what_was_recorded_is_fresh_and_has_the_endpoint_s_words(places: Places) -> None:
    assert len(files(places)) == CASES
    assert set(states(places, "asks").values()) == set(states(places, "verdicts").values()) == {State.FRESH}
    for result in results(places, "asks").values():
        assert result.output is not None and result.output.text.startswith("Number ")
        assert result.usage[0].prompt_tokens and result.keys
    assert {each.made.provenance for each in recordings(places)} == {"synthetic"}


@pytest.mark.parametrize(
    ("file", "old", "new", "segment"),
    [
        ("question.md", "one or two short sentences", "one or three short sentences", "system"),
        ("question.md", "The interview so far.", "The interview to date.", "transcript"),
        ("question.md", "Your next question, as", "Your next words, as", "cards"),
        ("question.md", "temperature: 0.6", "temperature: 0.7", "sampling"),
    ],
)
def test_a_changed_prompt_is_stale_and_the_diff_shows_the_word(
    file: str, old: str, new: str, segment: str, places: Places
) -> None:
    prompt_set(places, file, old, new)
    for result in results(places, "asks", "edited").values():
        assert result.state is State.STALE and result.output is None
        assert list(changed(result)) == [segment] and segment in result.why
        assert result.last_recorded == recordings(places)[0].made.date
        words = " ".join(sorted(changed(result)[segment]))
        for word in {*old.split()} ^ {*new.split()}:
            assert word in words
    assert set(states(places, "asks").values()) == {State.FRESH}


def test_a_changed_persona_is_stale_in_its_own_segment(places: Places) -> None:
    voice = (package_folder("prompts") / "personas" / "mara.md").read_text(encoding="utf-8")
    word = re.findall(r"\b[a-z]{6,}\b", voice.rpartition("---")[2])[0]
    target = places.root / "prompt_sets" / "edited" / "personas"
    target.mkdir(parents=True)
    head, mark, body = voice.rpartition("---")
    (target / "mara.md").write_text(head + mark + body.replace(word, "quixotic", 1), encoding="utf-8")
    for result in results(places, "asks", "edited").values():
        assert result.state is State.STALE
        assert list(changed(result)) == ["persona"]
        assert any("quixotic" in text for text in changed(result)["persona"])


def test_a_changed_reply_is_stale_in_that_case_alone(places: Places) -> None:
    edit(places.suites / "asks.yaml", "a garden is never done", "a garden is never finished")
    found = results(places, "asks")
    assert [id for id, each in found.items() if each.state is not State.FRESH] == ["garden"]
    assert changed(found["garden"]) == {"transcript": {"-done", "+finished"}}


def test_a_changed_schema_is_stale_in_the_segment_schema(
    places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    from interviewer.model import engine
    from interviewer.model.critique import critique_schema

    def fewer(rubric: object, *, changes: bool) -> dict[str, object]:
        text = json.dumps(critique_schema(rubric, changes=changes))  # type: ignore[arg-type]
        found: dict[str, object] = json.loads(text.replace('"maxItems": 5', '"maxItems": 4'))
        return found

    monkeypatch.setattr(engine, "critique_schema", fewer)
    for result in results(places, "verdicts").values():
        assert result.state is State.STALE
        assert list(changed(result)) == ["schema"]


def test_a_new_case_is_missing_and_costs_a_call(places: Places) -> None:
    with (places.suites / "asks.yaml").open("a", encoding="utf-8") as file:
        file.write("  - {id: new, reply: I want to sail a boat of my own around the island.}\n")
    (run,) = run_suite(load_suite("asks", places.suites), places, Which(embedded=False), MODEL)
    assert run.states == {State.FRESH: 3, State.MISSING: 1}
    assert not run.complete and not run.metrics
    assert run.cost is not None and run.cost.calls == 1 and run.cost.usd is None
    assert run.cost.prompt_tokens > 100 and run.cost.completion_tokens > 0


def damage(path: Path, how: str) -> None:
    data = path.read_bytes()
    at = data.index(b"Number")
    damaged = {
        "byte": data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :],
        "truncated": data[: len(data) // 2],
        "empty": b"",
        "other": b'{"recording": 1}',
        "nested": b"[" * 200_000,
    }
    path.write_bytes(damaged[how])


@pytest.mark.parametrize("how", ["byte", "truncated", "empty", "other", "nested"])
def test_a_damaged_recording_is_tampered(
    how: str, places: Places, capsys: pytest.CaptureFixture[str]
) -> None:
    path = next(each for each in files(places, "asks") if each.name.startswith("garden."))
    damage(path, how)
    found = results(places, "asks")
    assert {id: each.state for id, each in found.items()} == {
        "north": State.FRESH, "garden": State.TAMPERED, "violin": State.FRESH,
    }  # fmt: skip
    assert "record again" in found["garden"].why
    ran = interviewer(capsys, "eval", "run", "asks", "--evals", places.root)
    assert ran.status == 6
    assert "TAMPERED" in ran.out and "Traceback" not in ran.err
    checked = interviewer(capsys, "eval", "lock", "--check", "--evals", places.root)
    assert checked.status == 6 and path.name in checked.out


def test_a_changed_segment_text_is_tampered(places: Places, capsys: pytest.CaptureFixture[str]) -> None:
    hash = recordings(places, "asks")[0].segments["system"]
    path = places.texts / f"{hash}.txt"
    edit(path, "exactly one question", "exactly two questions")
    with pytest.raises(DamagedError, match=hash):
        Library([], places.texts).text(hash)
    checked = interviewer(capsys, "eval", "lock", "--check", "--evals", places.root)
    assert checked.status == 6 and path.name in checked.out + checked.err
    ran = interviewer(capsys, "eval", "run", "asks", "--evals", places.root)
    ran.fails_plainly(6, path.name, "version control")


def twins(places: Places) -> tuple[Path, Path]:
    one = files(places, "asks")[0]
    other = one.with_name(f"other-{one.name}")
    shutil.copy(one, other)
    return one, other


def test_two_recordings_with_one_key_are_named_both(
    places: Places, capsys: pytest.CaptureFixture[str]
) -> None:
    one, other = twins(places)
    with pytest.raises(DamagedError, match="same key") as caught:
        Library([one.parent], places.texts)
    assert one.name in str(caught.value) and other.name in str(caught.value)
    for command in ("run", "lock"):
        ran: Ran = interviewer(capsys, "eval", command, "--evals", places.root)
        ran.fails_plainly(6, one.name, other.name, "delete one of the two")


def test_a_named_segment_that_comes_or_goes_is_a_change(tmp_path: Path) -> None:
    def ask(tape: object, named: dict[str, str], text: str) -> None:
        tape.begin("asks", "north", 0)  # type: ignore[attr-defined]
        tape.expect("question", 1, named)  # type: ignore[attr-defined]
        body = {"model": "m", "messages": [{"role": "user", "content": text}]}
        with httpx2.Client(transport=tape) as client:  # type: ignore[arg-type]
            client.post("http://x.invalid/v1/chat/completions", json=body)

    ask(
        recorder(tmp_path, answering([b"{}"])),
        {"system": "Ask once.", "role": "A baker."},
        "Ask once. A baker.",
    )
    tape = player(tmp_path)
    with pytest.raises(NotRecordedError):
        ask(tape, {"system": "Ask once.", "cards": "Be brief."}, "Ask once. Be brief.")
    (seen,) = tape.seen
    assert seen.state is State.STALE
    found = {change.segment: change.diff for change in changes(seen, tape.library)}
    assert found == {"cards": [("+", "Be brief.")], "role": [("-", "A baker.")]}


SECRETS = [
    "sk-abcdEFGH1234567890", "Bearer abc.DEF123-456_xyz=", "hunter2secret", "tok3n9876543", "user7:pa55word",
    "192.168.7.31", "10.20.30.40:8443", "localhost:11434", "gpu7.corp", "my-own-key-42",
]  # fmt: skip
LEAKY = (
    'Incorrect key sk-abcdEFGH1234567890, sent as "Bearer abc.DEF123-456_xyz=", with password: '
    'hunter2secret and {"api_key": "tok3n9876543"} to https://user7:pa55word@models.example.com/v1, '
    "http://192.168.7.31/v1, 10.20.30.40:8443, http://localhost:11434/v1 and https://gpu7.corp/v1\nnext "
    "line, my-own-key-42."
)


@pytest.mark.parametrize("pieces", [1, 7, 4000], ids=["whole", "sevens", "one by one"])
def test_no_secret_lands_in_a_recording(pieces: int, tmp_path: Path) -> None:
    endpoint = Endpoint("http://192.168.7.31/v1", "my-own-key-42", "compatible")
    body = json.dumps({"model": "m", "error": {"message": LEAKY, "note": "süß"}}, ensure_ascii=False).encode()
    size = -(-len(body) // pieces)
    chunks = [body[at : at + size] for at in range(0, len(body), size)]
    inner = answering(chunks, 400, content_type="application/json", x_api_key="sk-abcdEFGH1234567890")
    tape = recorder(tmp_path, inner, secrets=endpoint.secrets())
    tape.expect("question", 1, {"transcript": LEAKY})
    with httpx2.Client(transport=tape, headers={"Authorization": "Bearer my-own-key-42"}) as client:
        answer = client.post("http://192.168.7.31/v1/chat/completions", json={"model": "m", "messages": []})
    assert answer.json()["error"]["note"] == "süß"
    written = b"\n".join(contents(tmp_path).values()).decode()
    assert MARK in written and "next line" in written
    assert [secret for secret in SECRETS[:-1] if secret in written] == []
    (path,) = tmp_path.glob("*.json")
    assert "my-own-key-42" not in path.read_text(encoding="utf-8")


PLAIN = [
    "A standard bearer certificate; my secret: persistence, and a task-management risk-adjusted plan.",
    "Password policies: write them. Authorization: granted-by-the-board. https://example.com/a?b=c",
    "From 2019 to 2024, version 3.10.1.2, chapter 10.1.2, 1.192.168.0.1, at 9:30 for 10,000 pounds.",
    "data: {\"choices\":[{\"delta\":{\"content\":\" my secret\"}}]}\n\n",
]  # fmt: skip


@pytest.mark.parametrize("text", PLAIN)
def test_plain_text_stays_as_it_is(text: str) -> None:
    assert scrub(text) == text
    pieces = [text[:9].encode(), b"\xff\xc3", text[9:].encode()]
    assert scrub_pieces(pieces) == pieces
