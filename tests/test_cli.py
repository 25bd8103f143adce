"""The command line as a process: standard output, standard error, status."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from knowledge import CRITERION_IDS

GOOD = "Within three years I'd like to lead the ward. First I'd finish the mentoring course this spring."


def run(*arguments: str, stdin: str | bytes = b"", env: dict[str, str] | None = None) -> tuple[int, str, str]:
    data = stdin.encode() if isinstance(stdin, str) else stdin
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "interviewer", *arguments],
        input=data, capture_output=True, env={**os.environ, **(env or {})}, timeout=120, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def fails_plainly(status: int, out: str, err: str, *, code: int = 2) -> None:
    assert status == code, err
    assert out == ""
    assert len(err.strip().splitlines()) == 1, err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    "words",
    [[], ["serve"], ["chat"], ["critique"], ["next"], ["guidance"], ["guidance", "search"],
     ["personas"], ["personas", "list"], ["personas", "show"], ["personas", "check"]],
)  # fmt: skip
def test_every_command_has_help(words: list[str]) -> None:
    status, out, _ = run(*words, "--help")
    assert status == 0
    assert "Usage:" in out


def test_critique_as_json_has_the_contract_s_shape() -> None:
    status, out, err = run("critique", "--role", "Staff nurse", "--json", "--engine", "embedded", stdin=GOOD)
    assert (status, err) == (0, "")
    found = json.loads(out)
    assert found["engine"] == "embedded"
    assert set(found["criteria"]) == set(CRITERION_IDS)
    assert found["criteria"]["timely"]["verdict"] == "met"
    assert found["criteria"]["timely"]["guidance"] == ["time-horizon"]
    for finding in found["criteria"].values():
        assert all(quote in GOOD for quote in finding["quotes"])
        assert bool(finding["quotes"]) == (finding["verdict"] != "missing")
    assert 1 <= found["overall"] <= 5
    assert 1 <= len(found["focus"]) <= 3
    assert all(
        f"[{blank}]" in found["stronger_answer"]["text"] for blank in found["stronger_answer"]["blanks"]
    )


def test_critique_of_lines_keeps_their_order() -> None:
    replies = ["fine", GOOD, "I want more money, the salary is my goal."]
    lines = [json.dumps({"id": f"x{n}", "reply": reply}) for n, reply in enumerate(replies)]
    status, out, err = run("critique", "--jsonl", "--engine", "embedded", stdin="\n".join(lines) + "\n")
    assert (status, err) == (0, "")
    found = [json.loads(line) for line in out.splitlines()]
    assert [item["id"] for item in found] == ["x0", "x1", "x2"]
    assert [p["id"] for p in found[0]["pitfalls"]] == ["no_answer"]
    assert found[0]["overall"] == 1
    assert [p["id"] for p in found[2]["pitfalls"]] == ["money_motive"]


@pytest.mark.parametrize(
    "stdin", [b"", b" \n", b"\xff\xfe\x00\x01binary", b"\x89PNG\r\n\x1a\n\x00\x00", b"a\x00b"]
)
def test_critique_of_what_is_no_text_is_refused_in_one_line(stdin: bytes) -> None:
    fails_plainly(*run("critique", stdin=stdin))


def test_a_broken_line_is_named_and_those_before_it_stand() -> None:
    lines = [json.dumps({"id": 1, "reply": GOOD}), "{not json", json.dumps({"id": 2, "reply": GOOD})]
    status, out, err = run("critique", "--jsonl", stdin="\n".join(lines))
    assert status == 2
    assert len(out.splitlines()) == 1
    assert "Line 2" in err and len(err.strip().splitlines()) == 1


@pytest.mark.parametrize(
    "reply",
    [
        "fine",
        "🙂🎯🚀",
        "Ich möchte in drei Jahren die Station leiten und dafür einen Kurs machen.",
        "asdf " * 50,
        "I want to lead a team within three years. " * 2500,
    ],
)
def test_odd_replies_are_judged_or_plainly_not(reply: str) -> None:
    status, out, err = run("critique", "--json", "--engine", "embedded", stdin=reply)
    assert (status, err) == (0, "")
    found = json.loads(out)
    assert found["overall"] in (None, 1, 2, 3)
    assert (found["overall"] is None) == bool(found["cannot_judge"])


def test_next_asks_one_question_and_never_again() -> None:
    turns = [{"question": "What are your career goals?", "reply": GOOD}]
    asked = set()
    for _ in range(4):
        request = {"persona": "mara", "role": "Staff nurse", "company": "Hospital", "turns": turns}
        status, out, err = run("next", "--json", "--engine", "embedded", stdin=json.dumps(request))
        assert (status, err) == (0, "")
        answer = json.loads(out)
        assert set(answer) == {"question", "focus", "guidance", "done"}
        assert answer["question"].count("?") == 1 and answer["question"] not in asked
        assert answer["focus"] and answer["guidance"]
        asked.add(answer["question"])
        turns.append({"question": answer["question"], "reply": "I would learn more about rotas this year."})


def test_next_without_turns_opens() -> None:
    status, out, _ = run("next", "--json", stdin='{"persona": "mara"}')
    assert status == 0
    assert "career goals" in json.loads(out)["question"]


@pytest.mark.parametrize(
    "stdin",
    ["", "[]", "{", '{"persona": "nobody"}', '{"persona": 3}', '{"persona": "mara", "turns": "x"}',
     '{"persona": "mara", "turns": [1]}', '{"persona": "mara", "turns": [{"question": "q"}]}'],
)  # fmt: skip
def test_next_refuses_what_is_no_interview(stdin: str) -> None:
    fails_plainly(*run("next", "--json", stdin=stdin))


def test_guidance_search() -> None:
    status, out, err = run(
        "guidance", "search", "should I say that I want a higher salary", "-k", "2", "--json"
    )
    assert (status, err) == (0, "")
    hits = json.loads(out)
    assert len(hits) == 2 and set(hits[0]) == {"id", "title", "score", "text"}
    assert hits[0]["id"] == "avoid-money"
    assert hits[0]["score"] >= hits[1]["score"]
    fails_plainly(*run("guidance", "search", "  "))
    fails_plainly(*run("guidance", "search", "goals", "-k", "0"))


def test_personas() -> None:
    status, out, _ = run("personas", "list", "--json")
    personas = json.loads(out)
    assert status == 0 and len(personas) >= 5
    assert all(set(p) == {"id", "name", "role"} for p in personas)
    for persona in personas:
        assert run("personas", "check", persona["id"])[0] == 0
    status, out, _ = run("personas", "show", "mara", "--json")
    assert status == 0 and json.loads(out)["name"] == "Mara Lindqvist"
    fails_plainly(*run("personas", "show", "nobody"))


def test_a_persona_that_breaks_its_rules_fails_the_check(tmp_path: Path) -> None:
    from interviewer.compose import package_folder

    text = (package_folder("prompts") / "personas" / "mara.md").read_text(encoding="utf-8")
    broken = text.replace("What are you working towards, concretely?", "Great answer! What else? Why?")
    assert broken != text
    (tmp_path / "mara.md").write_text(broken, encoding="utf-8")
    status, _, err = run("personas", "check", "mara", env={"INTERVIEWER_PERSONAS": str(tmp_path)})
    assert status == 1
    assert err and "Traceback" not in err


def test_the_model_engine_fails_without_a_model() -> None:
    fails_plainly(*run("critique", "--engine", "model", stdin=GOOD))
    fails_plainly(*run("next", "--json", "--engine", "model", stdin='{"persona": "mara"}'))
    fails_plainly(*run("chat", "--engine", "model"))


def test_a_wrong_setting_or_home_is_one_line(tmp_path: Path) -> None:
    fails_plainly(*run("critique", stdin=GOOD, env={"INTERVIEWER_TIMEOUT": "soon"}))
    file = tmp_path / "file"
    file.write_text("", encoding="utf-8")
    fails_plainly(*run("chat", env={"INTERVIEWER_HOME": str(file / "sub")}), code=1)


def test_chat_practises_and_goes_on_later() -> None:
    first = f"{GOOD}\nfine\n"
    status, out, err = run("chat", "--role", "Staff nurse", "--engine", "embedded", stdin=first)
    assert status == 0, err
    assert "career goals" in out and "Overall:" in out and "--resume" in out
    interview = out.rsplit("--resume ", 1)[1].split()[0]
    status, out, err = run("chat", "--resume", interview, stdin="/end\n")
    assert status == 0, err
    assert "Debrief" in out and "Next exercise:" in out


def test_realistic_chat_gives_nothing_away_before_the_end() -> None:
    status, out, err = run("chat", "--realistic", "--engine", "embedded", stdin=f"{GOOD}\n/end\n")
    assert status == 0, err
    before = out.split("Debrief")[0]
    assert "Overall" not in before and "●" not in before
    assert "Keep:" in out


def test_a_taken_port_is_named() -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        fails_plainly(*run("serve", "--no-browser", "--port", str(taken.getsockname()[1])))


def test_an_unknown_command_or_option_is_one_line() -> None:
    fails_plainly(*run("prais"))
    fails_plainly(*run("critique", "--louder"))
