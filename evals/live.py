"""One scripted interview against a real endpoint: what each reply cost in time and tokens, and what was said.

`python -m evals.live --base-url URL --model NAME [--turns 5]`; `make live` does it for the
model that it is told of. It goes through `InterviewService`, as the browser app does, with a store of its own
that is thrown away. Nothing is judged here: read the transcript.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from interviewer.errors import InterviewerError
from interviewer.schema import Critique, Interview, Setup, Turn, Usage
from interviewer.settings import load_settings

if TYPE_CHECKING:
    from interviewer.service import InterviewService

SCRIPT = Path(__file__).parent / "live.toml"
PATIENCE = 600.0
"""Seconds to wait for one reply's question and critique."""


@dataclass(frozen=True)
class Timing:
    """Seconds from submitting a reply, by our clock: what a person waits."""

    first_word: float | None
    question: float
    critique: float


def main(arguments: list[str] | None = None) -> int:
    """Run the interview and print the report; 0 where a model answered every part."""
    options = _options(arguments)
    script = tomllib.loads(SCRIPT.read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory() as home:
        given: dict[str, Any] = {"INTERVIEWER_HOME": Path(home), "INTERVIEWER_TIMEOUT": options.timeout}
        if options.base_url:
            given["OPENAI_BASE_URL"] = options.base_url
        if options.model:
            given["INTERVIEWER_MODEL"] = options.model
        try:
            return _run(given, script, options.turns, options.mode)
        except InterviewerError as error:
            print(error, file=sys.stderr)
            return error.exit_code


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m evals.live", description=__doc__.splitlines()[0])
    parser.add_argument("--base-url", default="", help="the endpoint; default: OPENAI_BASE_URL")
    parser.add_argument("--model", default="", help="the model's name; default: INTERVIEWER_MODEL")
    parser.add_argument("--turns", type=int, default=5, help="replies to give (default 5)")
    parser.add_argument("--timeout", type=float, default=120.0, help="seconds for one call (default 120)")
    parser.add_argument("--mode", choices=["rehearsal", "realistic"], default="rehearsal")
    return parser.parse_args(arguments)


def _run(given: dict[str, Any], script: dict[str, Any], turns: int, mode: str) -> int:
    from interviewer.compose import build

    service = build(load_settings(**given))
    try:
        print(service.engine_line())
        print(service.check_endpoint().message)
        setup = Setup.model_validate(
            {key: script[key] for key in ("persona", "role", "company")} | {"mode": mode, "engine": "auto"}
        )
        interview = service.start("live", setup)
        timings: list[Timing] = []
        for reply in script["replies"][:turns]:
            if interview.status == "ended":
                break
            timings.append(_reply(service, interview.id, reply))
            interview = service.get(interview.id)
            _print_turn(interview.turns[len(timings) - 1], timings[-1])
        print(f"\n{interview.last.question.text}\n")
        return _summary(interview, timings)
    finally:
        service.close()


def _reply(service: InterviewService, interview_id: str, text: str) -> Timing:
    """Give one reply and wait for both parts."""
    started = time.monotonic()
    service.submit(interview_id, text)
    work = service.work(interview_id)
    first: float | None = None
    question = critique = 0.0
    while work is not None and not work.finished and time.monotonic() - started < PATIENCE:
        now = time.monotonic() - started
        if first is None and work.text.strip():
            first = now
        question = question or (now if work.question_done else 0.0)
        critique = critique or (now if work.critique_done else 0.0)
        time.sleep(0.02)
    total = time.monotonic() - started
    return Timing(first if first is not None else question or total, question or total, critique or total)


def _print_turn(turn: Turn, timing: Timing) -> None:
    print(f"\n── reply {turn.number} " + "─" * 60)
    print(f"interviewer ({turn.question.engine}): {turn.question.text}")
    print(f"candidate: {turn.reply}")
    first = "-" if timing.first_word is None else f"{timing.first_word:.1f} s"
    print(
        f"next question: first word {first}, whole {timing.question:.1f} s; critique {timing.critique:.1f} s"
    )
    for usage in turn.usage:
        print(f"  {usage.call}: {_tokens(usage)}")
    for notice in turn.notices:
        print(f"  fallback ({notice.part}, {notice.fault}): {notice.message}")
    if turn.critique:
        _print_critique(turn.critique)


def _tokens(usage: Usage) -> str:
    prompt, cached = usage.prompt_tokens, usage.cached_tokens
    share = f"{cached / prompt:.0%}" if prompt and cached is not None else "unknown"
    cost = "price unknown" if usage.cost_usd is None else f"${usage.cost_usd:.5f}"
    return f"{prompt} prompt tokens ({share} cached), {usage.completion_tokens} generated, {cost}"


def _print_critique(critique: Critique) -> None:
    by_verdict = {
        verdict: [name for name, finding in critique.criteria.items() if finding.verdict == verdict]
        for verdict in ("met", "partly", "missing")
    }
    points = sum(bool(finding.quotes) for finding in critique.criteria.values()) + len(critique.pitfalls)
    print(f"critique ({critique.engine}): overall {critique.overall}, focus {', '.join(critique.focus)}")
    print(f"  {points} points verified, {critique.dropped} dropped")
    for verdict, names in by_verdict.items():
        print(f"  {verdict}: {', '.join(names) or '-'}")
    for pitfall in critique.pitfalls:
        print(f"  pitfall {pitfall.id}: “{'”, “'.join(pitfall.quotes)}”")
    if critique.stronger_answer:
        print(f"  stronger: {critique.stronger_answer.text}")


def _summary(interview: Interview, timings: list[Timing]) -> int:
    answered = [turn for turn in interview.turns if turn.reply is not None]
    fallbacks = sum(len(turn.notices) for turn in answered)
    later = [
        timing
        for turn, timing in zip(answered, timings, strict=False)
        if turn.number > 1 and any(usage.call == "question" for usage in turn.usage)
    ]
    if later:
        slowest = max(timing.first_word or 0.0 for timing in later)
        critique = max(timing.critique for timing in later)
        print(
            f"from the second reply on: first word at most {slowest:.1f} s, critique at most {critique:.1f} s"
        )
    used = [usage for turn in answered for usage in turn.usage]
    prompt = sum(usage.prompt_tokens or 0 for usage in used)
    cached = sum(usage.cached_tokens or 0 for usage in used)
    generated = sum(usage.completion_tokens or 0 for usage in used)
    share = f"{cached / prompt:.0%}" if prompt else "none"
    print(f"{len(used)} calls: {prompt} prompt tokens ({share} cached), {generated} generated")
    print(f"fallbacks: {fallbacks}")
    return 0 if used and not fallbacks else 1


if __name__ == "__main__":
    sys.exit(main())
