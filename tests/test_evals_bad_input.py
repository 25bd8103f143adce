"""Broken suites, recordings and names: one clear line each, the right status, nothing lost, no traceback."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from record_samples import (
    MODEL,
    QUESTIONS,
    asked_at,
    contents,
    evals_folder,
    files,
    interviewer,
    one_judge,
    record,
    recorded,
    said,
)

from evals.endpoint import Endpoint, find_endpoint
from evals.judgments import judgments_of
from evals.places import Places
from evals.result import CaseResult, Origin, Output, SuiteRun
from evals.suite import load_suite
from interviewer.errors import DataFileError, InputError
from interviewer.testing import FakeEndpoint

__all__ = ["one_judge"]

Capture = pytest.CaptureFixture[str]
BROKEN_FILE = DataFileError.exit_code
NOWHERE = "http://127.0.0.1:9/v1"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Places:
    return recorded(tmp_path_factory.mktemp("whole"), {"asks": QUESTIONS})


@pytest.fixture
def places(whole: Places, tmp_path: Path) -> Places:
    """A recorded suite that may be broken."""
    shutil.copytree(whole.root, tmp_path / "evals")
    return Places(tmp_path / "evals", tmp_path / "home" / "eval-runs")


# What stands in the suite, what stands there instead ("" for all of it, "$" for its end), and what is said.
SUITES = {
    "no YAML": ("cases:", "cases: [", r":\d+: is not valid YAML"),
    "tabs": ("  - id: garden", "\t- id: garden", r":9: is not valid YAML"),
    "unknown key": ("subject:", "sujet: x\nsubject:", r":3: 'sujet' is not known"),
    "unknown key of a case": ("violin\n", "violin\n    rely: x\n", r":12: 'cases\.2\.rely' is not known"),
    "a key twice": ("$", "suite: asks\n", r":13: 'suite' is there twice"),
    "an id twice": ("violin\n", "north\n", r":11: the case id 'north' is there twice"),
    "no reply": ("reply: I want to lead", "company: I want to lead", r":9: .*no reply"),
    "unknown subject": ("subject: question", "subject: quiz", r":3: 'subject'"),
    "repeats": ("$", "repeats: 0\n", r":13: 'repeats'"),
    "another name": ("suite: asks", "suite: other", r":1: the suite is called 'other'"),
    "a list": ("", "- a\n- b\n", r":1: should hold keys and values"),
    "empty": ("", "", r":1: should hold keys and values"),
    "unknown persona": ("persona: mara", "persona: nobody", r": .*'nobody'; there are"),
}


def broken(old: str, new: str) -> str:
    if old in ("", "$"):
        return new if not old else QUESTIONS + new
    assert QUESTIONS.count(old) == 1
    return QUESTIONS.replace(old, new)


@pytest.mark.parametrize("name", SUITES)
@pytest.mark.parametrize("command", ["run", "record"])
def test_a_malformed_suite(command: str, name: str, places: Places, capsys: Capture) -> None:
    old, new, said_so = SUITES[name]
    (places.suites / "asks.yaml").write_text(broken(old, new), encoding="utf-8")
    before = contents(places.recordings)
    if command == "run":
        ran = interviewer(capsys, "eval", "run", "asks", "--evals", places.root)
    else:
        with FakeEndpoint(said) as fake:
            ran = record(capsys, places, fake.base_url, "asks")
            assert fake.chats() == []
    ran.fails_plainly(BROKEN_FILE)
    assert re.search(rf"asks\.yaml{said_so}", ran.err), ran.err
    assert contents(places.recordings) == before


def test_a_suite_that_is_no_text(places: Places, capsys: Capture) -> None:
    (places.suites / "asks.yaml").write_bytes(b"\xff\xfe\x00s")
    ran = interviewer(capsys, "eval", "run", "--evals", places.root)
    ran.fails_plainly(BROKEN_FILE, "asks.yaml", "UTF-8")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("{", "asks.jsonl:2: "),
        ('{"id": "north", "reply": "again"}', "asks.jsonl:2: the case id 'north'"),
        ('{"id": "bare"}', "asks.jsonl:2: the case 'bare' has no reply"),
        (
            '{"id": "up", "reply": "I row.", "expect": {"of": "boot"}}',
            "asks.jsonl:2: there is no case 'boot'",
        ),
        ('{"id": "up", "reply": "I row.", "expect": {"moves": "up"}}', "asks.jsonl:2: 'up' needs 'of'"),
    ],
)
def test_a_broken_file_of_cases(line: str, words: str, places: Places, capsys: Capture) -> None:
    (places.suites / "asks.yaml").write_text(QUESTIONS + "cases_file: asks.jsonl\n", encoding="utf-8")
    (places.suites / "asks.jsonl").write_text(f'{{"id": "boat", "reply": "I sail."}}\n{line}\n', "utf-8")
    interviewer(capsys, "eval", "run", "--evals", places.root).fails_plainly(BROKEN_FILE, words)


def test_an_unknown_grader_is_named_with_those_that_exist(places: Places, capsys: Capture) -> None:
    text = QUESTIONS.replace("[answered, one_question]", "[answered, one_questoin]")
    (places.suites / "asks.yaml").write_text(text, encoding="utf-8")
    ran = interviewer(capsys, "eval", "run", "--evals", places.root)
    ran.fails_plainly(2, "one_questoin", "one_question")


def test_a_truncated_recording_is_told_and_recorded_again(places: Places, capsys: Capture) -> None:
    path = files(places)[0]
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    ran = interviewer(capsys, "eval", "run", "asks", "--evals", places.root)
    assert ran.status == 6 and "TAMPERED" in ran.out and ran.err == ""
    with FakeEndpoint(said) as fake:
        again = record(capsys, places, fake.base_url)
        assert (again.status, len(fake.chats())) == (0, 1)
    assert interviewer(capsys, "eval", "run", "asks", "--evals", places.root).status == 0
    assert len(files(places)) == 3


def test_two_recordings_for_one_key(places: Places, capsys: Capture) -> None:
    one = files(places)[0]
    other = one.with_name(f"z{one.name}")
    shutil.copy(one, other)
    before = contents(places.root)
    with FakeEndpoint(said) as fake:
        found = [
            record(capsys, places, fake.base_url),
            interviewer(capsys, "eval", "verify", *asked_at(places, fake.base_url)),
            interviewer(capsys, "eval", "run", "--evals", places.root),
            interviewer(capsys, "eval", "lock", "--evals", places.root),
        ]
        assert fake.chats() == []
    for ran in found:
        ran.fails_plainly(6, one.name, other.name, "delete one of the two")
    assert contents(places.root) == before


def test_a_model_without_a_price(tmp_path: Path, capsys: Capture) -> None:
    places = evals_folder(tmp_path)
    with FakeEndpoint(said) as fake:
        ran = record(capsys, places, fake.base_url, "asks", "--dry-run")
    assert ran.status == 3 and len(ran.lines) == 1
    assert ran.lines[0].endswith("to write, price unknown.")


@pytest.mark.parametrize("command", ["list", "run", "record", "verify", "lock", "selftest", "report"])
def test_an_evals_folder_without_suites(command: str, tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "empty").mkdir()
    ran = interviewer(capsys, "eval", command, "--evals", tmp_path / "empty")
    ran.fails_plainly(2, "has no folder “suites”", "--evals")
    assert contents(tmp_path / "empty") == {}


@pytest.mark.parametrize("command", ["run", "record", "verify"])
def test_an_unknown_suite_or_prompt_set(command: str, places: Places, capsys: Capture) -> None:
    with FakeEndpoint(said) as fake:
        more = ["--evals", str(places.root)] if command == "run" else asked_at(places, fake.base_url)
        suite = interviewer(capsys, "eval", command, "nothing", *more)
        prompts = interviewer(capsys, "eval", command, "asks", "--set", "nowhere", *more)
        assert fake.chats() == []
    suite.fails_plainly(2, "There is no suite 'nothing'. There are: asks.")
    prompts.fails_plainly(2, "There is no prompt set 'nowhere'. There are: base.")


def test_an_unknown_model(places: Places, capsys: Capture) -> None:
    ran = interviewer(capsys, "eval", "run", "--evals", places.root, "--model", "qwen")
    ran.fails_plainly(2, "No recordings of a model 'qwen'", MODEL)
    with FakeEndpoint(said) as fake:
        asked = ["--evals", places.root, "--endpoint", fake.base_url]
        none = interviewer(capsys, "eval", "record", *asked)
        other = interviewer(capsys, "eval", "verify", *asked, "--model", "qwen")
        suite = interviewer(capsys, "eval", "verify", "asks", *asked, "--model", "qwen")
        assert fake.chats() == []
    none.fails_plainly(2, "Which model?", "INTERVIEWER_MODEL")
    other.fails_plainly(2, "Nothing is recorded of qwen")
    suite.fails_plainly(2, "Nothing of the suite asks is recorded")


def test_a_model_at_another_kind_of_endpoint(places: Places, capsys: Capture) -> None:
    path = places.recordings / MODEL / "model.json"
    path.write_text(path.read_text("utf-8").replace('"fake"\n', '"llama.cpp"\n'), encoding="utf-8")
    before = contents(places.root)
    with FakeEndpoint(said) as fake:
        ran = record(capsys, places, fake.base_url)
    ran.fails_plainly(2, "llama.cpp", "another name")
    assert contents(places.root) == before


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1:8080", "ftp://x/v1", "http://", "http://[::1/v1", "http://127.0.0.1:99999/v1", "x y"],
)
def test_an_address_that_is_none(address: str, places: Places, capsys: Capture) -> None:
    record(capsys, places, address).fails_plainly(2, "--endpoint: write it like http://")


def test_an_endpoint_that_is_not_there(places: Places, capsys: Capture) -> None:
    before = contents(places.root)
    ran = record(capsys, places, NOWHERE.replace("http://", "http://user7:pa55word@"))
    ran.fails_plainly(1, "Nothing answers at 127.0.0.1")
    assert "pa55word" not in ran.err and contents(places.root) == before


def test_an_endpoint_that_is_still_loading(places: Places, capsys: Capture) -> None:
    before = contents(places.root)
    with FakeEndpoint(said, loading=True) as fake:
        record(capsys, places, fake.base_url).fails_plainly(1, "not ready yet (503)")
    assert contents(places.root) == before


def test_a_key_that_no_header_can_carry(monkeypatch: pytest.MonkeyPatch) -> None:
    for key in ("schlüssel", "two\nlines"):
        with pytest.raises(InputError, match="OPENAI_API_KEY"):
            find_endpoint(NOWHERE, key)


def test_a_model_file_that_is_not_there(places: Places, capsys: Capture) -> None:
    with FakeEndpoint(said) as fake:
        ran = record(capsys, places, fake.base_url, "--model-file", places.root / "no.gguf")
    ran.fails_plainly(2, "--model-file", "no.gguf")


@pytest.mark.parametrize(
    ("url", "key", "secrets"),
    [
        ("", "sk-12345678", ["sk-12345678"]),
        ("https://models.example.com/v1", "none", ["models.example.com"]),
        ("http://ollama:11434/v1", "longer-than-a-word", ["longer-than-a-word", "ollama:11434"]),
    ],
)
def test_what_no_recording_may_hold(url: str, key: str, secrets: list[str]) -> None:
    assert Endpoint(url, key, "compatible").secrets() == secrets


def test_a_long_case_id_can_be_judged(places: Places) -> None:
    suite = load_suite("asks", places.suites)
    results = [
        CaseResult(
            id=f"mara.{'x' * 79}{end}", output=Output(text="By when?", focus=["timely"], kind="follow_up")
        )
        for end in "ab"
    ]
    run = SuiteRun(
        suite="asks", subject="question", engine="model", prompt_set="base",
        origin=Origin(provenance="local"), cases=results,
    )  # fmt: skip
    ids = [case.id for _, case in judgments_of(suite, run)]
    assert len(set(ids)) == 2 and all(id.startswith("base.asks.mara.x") for id in ids)


@pytest.mark.parametrize(("suite", "why"), [("greets", "never asks a model"), ("weighs", "asks a judge")])
def test_what_verify_is_not_for(suite: str, why: str, places: Places, capsys: Capture) -> None:
    common = "description: other\ngraders: [answered]\ncases: [{id: one, persona: mara, question: Why?}]\n"
    (places.suites / "greets.yaml").write_text(
        f"suite: greets\nsubject: opening\nlive: true\n{common}", "utf-8"
    )
    (places.suites / "weighs.yaml").write_text(
        f"suite: weighs\nsubject: judge\njudge: aim\n{common}", "utf-8"
    )
    with FakeEndpoint(said) as fake:
        ran = interviewer(capsys, "eval", "verify", suite, *asked_at(places, fake.base_url))
    ran.fails_plainly(2, why)
