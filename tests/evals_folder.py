"""A small evals folder for tests: three suites, and a fake model's answers, recorded by the real recorder.

The fake stands where the network would be: a recording goes through the interviewer, the OpenAI client and
the tape. Import the fixtures by name: `recorded` is made once, `places` is a copy that a test may spoil.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from evals.cases import judge_cases
from evals.endpoint import Endpoint
from evals.parts import Parts
from evals.places import BASE, Model, Places
from evals.record import Done, Recorder, plan
from evals.result import Run, SuiteRun
from evals.stored import keep
from evals.suite import load_suite
from evals.whole import run_and_check
from interviewer.cli import main
from interviewer.compose import package_folder
from interviewer.testing import critique_answer
from knowledge import Rubric, load_rubric

EVALS = Path(__file__).resolve().parent.parent / "evals"
MODEL = "small"
QUESTIONS, CRITIQUES, JUDGE = "talk", "marks", "aims"
SUITES = (QUESTIONS, CRITIQUES, JUDGE)
ONE_LETTER = ("Never invent facts about them.", "Never invent factz about them.")
LABELLED = 6
BANK = 40

TALK = """\
suite: talk
description: what is asked next
subject: question
personas: [mara, tom]
graders: [answered, one_question, not_asked_before, no_leak, in_english, dodge_held]
judges: [aims]
defaults: {role: Demand planner, company: a maker of outdoor clothing}
cases:
  - id: vague
    reply: I'd like to keep growing, really, and to learn from people who know more than I do.
    expect: {dodge: false}
  - id: plan
    reply: >-
      Within three years I want to plan a whole product line. Next spring I finish the course that I began.
    expect: {dodge: false}
  - id: pay
    mode: realistic
    reply: I'll be straight with you, it's the money. I want sixty thousand and a car.
    expect: {dodge: false}
"""
MARKS = f"""\
suite: marks
description: how replies are judged
subject: critique
labelled: {{files: [some.jsonl], count: {LABELLED}}}
graders: [answered, agreement, evidence_verbatim, cards_right, no_invention, dropped]
"""
AIMS = f"""\
suite: aims
description: whether the judge can be trusted
subject: judge
judge: aim
graders: [judge_agreement]
bank: {{count: {BANK}, seed: 1}}
"""
Says = Callable[[dict[str, Any]], str]
Command = Callable[..., tuple[int, str, str]]
"""`interviewer eval …` in this process: status, standard output, standard error."""


def last_words(body: dict[str, Any]) -> str:
    """What the request's last message says."""
    return str(body["messages"][-1]["content"])


def question(body: dict[str, Any]) -> str:
    """A question that follows from every word of the request."""
    number = int(hashlib.sha256(json.dumps(body["messages"]).encode()).hexdigest()[:6], 16)
    return f"What would tell you by month {number % 97} that plan {number % 89} has worked?"


def critique(body: dict[str, Any]) -> str:
    """A critique with one quote, taken from the reply."""
    reply = re.search(r"<<<REPLY\n(.*?)\n>>>", last_words(body), re.S)
    quote = " ".join(reply[1].split()[:5]) if reply else ""
    return critique_answer({quote: ["motivated", "specific"]}, stronger=quote)


def judgment(body: dict[str, Any]) -> str:
    """Always yes: such a judge is of no use."""
    return json.dumps({"answer": "yes"})


def asks_for_judgment(body: dict[str, Any]) -> bool:
    return "judgment" in json.dumps(body.get("response_format", {}))


def says(body: dict[str, Any]) -> str:
    """What the fake model answers."""
    if asks_for_judgment(body):
        return judgment(body)
    return critique(body) if "response_format" in body else question(body)


def with_judge(rubric: Rubric, labels: Iterable[tuple[str, str, str]]) -> Says:
    """The same fake with a judge that agrees with every label and says yes to everything else."""
    no = {(line, point) for line, point, answer in labels if answer == "no"}
    asks = {each.id: each.ask for each in (*rubric.criteria, *rubric.pitfalls)}
    denied = [(line, f"The point: {asks[point]}") for line, point in no]

    def answer(body: dict[str, Any]) -> str:
        words = last_words(body)
        if asks_for_judgment(body) and any(line in words and point in words for line, point in denied):
            return json.dumps({"answer": "no"})
        return says(body)

    return answer


@dataclass(frozen=True)
class InProcess(Endpoint):
    """An endpoint in this process: `answer` is the model behind it."""

    answer: Says = says
    headers: tuple[tuple[str, str], ...] = ()

    def transport(self) -> httpx2.BaseTransport:
        """No network: the fake answers."""
        return httpx2.MockTransport(self._handle)

    def _handle(self, request: httpx2.Request) -> httpx2.Response:
        body = json.loads(request.read())
        text = self.answer(body)
        usage = {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120}
        common = {"id": "x", "created": 0, "model": MODEL}
        if not body.get("stream"):
            message = {"role": "assistant", "content": text, "refusal": None}
            choice = {"index": 0, "message": message, "finish_reason": "stop"}
            whole = {**common, "object": "chat.completion", "choices": [choice], "usage": usage}
            return httpx2.Response(200, headers=dict(self.headers), json=whole)
        first = {"index": 0, "delta": {"role": "assistant", "content": text}, "finish_reason": None}
        last = {"index": 0, "delta": {}, "finish_reason": "stop"}
        kind = {**common, "object": "chat.completion.chunk"}
        events = [
            {**kind, "choices": [first]},
            {**kind, "choices": [last]},
            {**kind, "choices": [], "usage": usage},
        ]
        data = "".join(f"data: {json.dumps(event)}\n\n" for event in events) + "data: [DONE]\n\n"
        headers = {"content-type": "text/event-stream", **dict(self.headers)}
        return httpx2.Response(200, headers=headers, content=data.encode())


def endpoint(answer: Says = says, *, synthetic: bool = False) -> InProcess:
    """An endpoint like a llama.cpp server on this machine, or one that says it is a fake."""
    headers = (("x-synthetic", "true"),) if synthetic else ()
    return InProcess(
        "http://127.0.0.1:1/v1", "key", "llama.cpp", file_sha256="ab" * 32, answer=answer, headers=headers
    )


def make(root: Path) -> Places:
    """The folder without recordings: suites, the judge's prompt, a few labelled replies, no gates."""
    (root / "suites").mkdir(parents=True)
    for name, text in ((QUESTIONS, TALK), (CRITIQUES, MARKS), (JUDGE, AIMS)):
        (root / "suites" / f"{name}.yaml").write_text(text, encoding="utf-8")
    (root / "judges").mkdir()
    shutil.copy(EVALS / "judges" / "aim.md", root / "judges" / "aim.md")
    (root / "labelled").mkdir()
    rows = (EVALS / "labelled" / "train.jsonl").read_text(encoding="utf-8").splitlines()
    short = sorted(rows, key=lambda row: (len(json.loads(row)["reply"]), row))[: LABELLED + 2]
    (root / "labelled" / "some.jsonl").write_text("\n".join(short) + "\n", encoding="utf-8")
    places = Places(root, root.parent / "eval-runs")
    places.add_model(Model(model=MODEL, endpoint="llama.cpp"))
    return places


def labels_of(places: Places) -> list[tuple[str, str, str]]:
    """(line, point, label) of the judge suite's cases."""
    cases = [each.case for each in judge_cases(load_suite(JUDGE, places.suites), Parts(places))]
    return [(case.question, case.focus[0], str(case.expect.answer)) for case in cases]


def record(
    places: Places,
    suites: Sequence[str] = SUITES,
    prompt_set: str = BASE,
    *,
    at: InProcess | None = None,
) -> list[Done]:
    """Record what is lacking, judges last; by default of a model with a judge that can be trusted."""
    asked = at or endpoint(with_judge(load_rubric(), labels_of(places)))
    found = []
    for name in suites:
        work = plan([name], places, MODEL, prompt_set)
        found.append(Recorder(work, places, asked, concurrency=1).run())
    assert not any(done.failed or done.stopped for done in found)
    return found


def edited(places: Places, name: str, prompt: str, old: str, new: str) -> Path:
    """A prompt set with one prompt of the project's in which some words are others."""
    folder = places.root / "prompt_sets" / name
    folder.mkdir(parents=True, exist_ok=True)
    text = (package_folder("prompts") / f"{prompt}.md").read_text(encoding="utf-8")
    assert text.count(old) == 1
    path = folder / f"{prompt}.md"
    path.write_text(text.replace(old, new), encoding="utf-8")
    return path


def own_rubric(places: Places, name: str, old: str, new: str) -> None:
    """A prompt set with a copy of the project's knowledge in which one line of the rubric is another."""
    folder = places.root / "prompt_sets" / name / "knowledge"
    shutil.copytree(package_folder("knowledge"), folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    rubric = folder / "rubric.yaml"
    text = rubric.read_text(encoding="utf-8")
    assert text.count(old) == 1
    rubric.write_text(text.replace(old, new), encoding="utf-8")


def a_candidate(places: Places) -> None:
    """A prompt set `letter` of which one letter is another, and whose questions are recorded and judged."""
    edited(places, "letter", "question", *ONE_LETTER)
    record(places, [QUESTIONS, JUDGE], "letter")


def stored_run(places: Places, *suites: str, prompt_set: str = BASE) -> Run:
    """A run that is kept, as `interviewer eval run` does."""
    found = run_and_check(suites or (QUESTIONS,), places, prompt_set)
    keep(found, places)
    return found


def one_plain_line(status: int, out: str, err: str, code: int) -> str:
    """What a command says that fails as it should: nothing on standard output, one line on the other."""
    assert (status, out) == (code, "") and len(err.strip().splitlines()) == 1
    return err


def model_run(run: Run, suite: str) -> SuiteRun:
    """The model's part of a run."""
    return next(each for each in run.suites if each.suite == suite and each.engine == "model")


def recordings(places: Places, suite: str, prompt_set: str = BASE) -> list[Path]:
    """A suite's recordings."""
    return sorted(places.recorded(MODEL, prompt_set, suite).glob("*.json"))


@pytest.fixture(scope="session")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A whole evals folder, made once; nobody writes to it."""
    places = make(tmp_path_factory.mktemp("whole") / "evals")
    record(places)
    return places.root


@pytest.fixture
def places(recorded: Path, tmp_path: Path) -> Places:
    """A copy of the recorded folder."""
    shutil.copytree(recorded, tmp_path / "evals")
    return Places(tmp_path / "evals", tmp_path / "home" / "eval-runs")


@pytest.fixture
def command(places: Places, capsys: pytest.CaptureFixture[str]) -> Command:
    """`interviewer eval WORDS` over the copied folder, or over the one that the words name."""

    def run(*words: str) -> tuple[int, str, str]:
        own = [] if "--evals" in words else ["--evals", str(places.root)]
        capsys.readouterr()
        with pytest.raises(SystemExit) as done:
            main(["eval", *words, *own])
        out, err = capsys.readouterr()
        return int(done.value.code or 0), out, err

    return run
