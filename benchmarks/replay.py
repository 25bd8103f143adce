"""Our half of the eval benchmark: a corpus of recordings, two commands, and what their stored runs say."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

from benchmarks.peers.tools import Verdicts
from benchmarks.texts import METRICS, Text, texts

OUR_METRICS = {"one_question": "one_question", "in_voice": "short", "no_praise": "no_praise"}
"""Our graders by what they are called here. They look at more than that; the texts break none of the rest."""
SUITE = "recorded"
MODEL = "recorded"
PERSONA = "mara"


def make_our_corpus(folder: Path, count: int) -> None:
    """Make an evals folder with a suite of `benchmarks.texts.texts(count)` and a recording of each question.

    The suite's subject is `question` and its mode realistic (in another `no_praise` does not apply); its
    graders are those of `OUR_METRICS`. The recordings are made through the interviewer and the OpenAI client,
    from a transport that says the texts: their provenance is `synthetic`.

    Args:
        folder: an empty folder.
        count: cases.
    """
    chosen = texts(count)
    suites = folder / "suites"
    suites.mkdir()
    settings = {
        "suite": SUITE,
        "description": "the benchmark's cases",
        "subject": "question",
        "graders": list(OUR_METRICS),
        "defaults": {"persona": PERSONA, "mode": "realistic"},
        "cases_file": f"{SUITE}.jsonl",
    }
    (suites / f"{SUITE}.yaml").write_text(json.dumps(settings), encoding="utf-8")
    lines = [
        json.dumps({"id": text.id, "role": text.role, "company": text.company, "reply": text.reply})
        for text in chosen
    ]
    (suites / f"{SUITE}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    _record(folder, chosen)


def _record(folder: Path, chosen: list[Text]) -> None:
    import httpx2

    from evals.asking import Asker
    from evals.cases import cases_of
    from evals.places import Model, Places
    from evals.run import library_of, parts_of
    from evals.suite import load_suite
    from evals.tape import Made, RecordTransport
    from interviewer.compose import silence_telemetry

    silence_telemetry()
    places = Places(folder, folder / "home" / "eval-runs")
    model = Model(model=MODEL, endpoint="fake")
    name = places.add_model(model)
    suite = load_suite(SUITE, places.suites)
    parts = parts_of(suite, places, "base")
    said: Iterator[str] = iter(text.question for text in chosen)

    def answer(_request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(
            200, headers={"content-type": "text/event-stream"}, text="".join(_events(next(said)))
        )

    def made(answered: str, _headers: httpx2.Headers) -> Made:
        return Made(provenance="synthetic", endpoint="fake", model=answered, date="2026-11-24")

    library = library_of(places, name, "base", SUITE)
    tape = RecordTransport(library, httpx2.MockTransport(answer), made, threading.Lock())
    asker = Asker(suite, parts, tape, model)
    for asked in cases_of(suite, places, list(parts.personas)):
        asker.ask(asked, 0)
    asker.close()


def _events(text: str) -> Iterator[str]:
    """A streamed chat completion, a word an event, as a server sends it."""
    words = text.split(" ")
    for number, word in enumerate(words):
        yield _event([{"index": 0, "delta": {"content": word if number == 0 else f" {word}"}}])
    yield _event([{"index": 0, "delta": {}, "finish_reason": "stop"}])
    tokens = {"prompt_tokens": 400, "completion_tokens": len(words), "total_tokens": 400 + len(words)}
    yield _event([], usage=tokens)
    yield "data: [DONE]\n\n"


def _event(choices: list[dict[str, object]], **more: object) -> str:
    data = {"id": "r", "object": "chat.completion.chunk", "created": 0, "model": MODEL, "choices": choices}
    return f"data: {json.dumps({**data, **more})}\n\n"


def _command(*words: str) -> list[str]:
    return [sys.executable, "-m", "interviewer", "eval", *words]


def our_environment(folder: Path) -> dict[str, str]:
    """A home of its own for the stored runs."""
    return {"INTERVIEWER_HOME": str(folder / "home")}


def our_run_command(folder: Path) -> list[str]:
    """The command that replays the corpus of a folder and stores the run."""
    return _command(
        "run", SUITE, "--engine", "model", "--evals", str(folder), "--out", str(folder / "run.json")
    )


def our_regrade_command(folder: Path) -> list[str]:
    """The command that grades the answers of the folder's stored run again, and stores that as another."""
    out = str(folder / "regrade.json")
    return _command("regrade", str(folder / "run.json"), "--evals", str(folder), "--out", out)


def our_result(folder: Path, command: str) -> Path:
    """Where a command stores its run."""
    return folder / f"{command}.json"


def our_verdicts(path: Path) -> Verdicts:
    """What a stored run says of the model's answers."""
    from evals.runfile import read_run

    passed: dict[str, set[str]] = {metric: set() for metric in METRICS}
    for suite in read_run(path).suites:
        for case in suite.cases if suite.engine == "model" else ():
            for score in case.scores:
                if score.passed and score.metric in OUR_METRICS:
                    passed[OUR_METRICS[score.metric]].add(case.id)
    return {metric: frozenset(ids) for metric, ids in passed.items()}
