"""Time that our code adds to a streamed reply, against the bare OpenAI client in the same run.

Both ask the same fake endpoint over real HTTP, which streams the same words at the same pace. Ours is timed
from the submitted reply to the question's first and last word: it stores the reply, judges it, retrieves
guidance, starts the critique beside the question, verifies, and stores. A piece is shown once it is fit.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path

from interviewer.compose import build
from interviewer.schema import Setup
from interviewer.settings import load_settings
from interviewer.testing import Answer, FakeEndpoint, Recorded, critique_answer

REPLY = (
    "Within three years I'd like to lead the demand planning team here. In my first year I would finish the "
    "APICS course and take over the weekly forecast. I really enjoy that work."
)
CRITIQUE = critique_answer({"Within three years": ["timely"]})
RUNS = 15


def _question(number: int) -> str:
    return (
        f"Picture the team after month {number}, with the forecast in your hands and both plants asking for "
        "numbers: which single figure would you look at first to tell whether your plan is working?"
    )


def _bare(endpoint: FakeEndpoint) -> tuple[float, float]:
    from openai import OpenAI

    first = last = 0.0
    with OpenAI(base_url=endpoint.base_url, api_key="none", max_retries=0) as client:
        client.models.list()  # a connection is open, as it is for ours
        began = time.perf_counter()
        messages = [{"role": "user", "content": REPLY}]
        with client.chat.completions.create(model="fake", messages=messages, stream=True) as chunks:  # type: ignore
            for chunk in chunks:
                if chunk.choices and chunk.choices[0].delta.content:
                    last = time.perf_counter() - began
                    first = first or last
    return first, last


def run(pace_seconds: float) -> dict[str, float]:
    """Medians over `RUNS` streams with `pace_seconds` between chunks; all results in milliseconds."""
    count = 0

    def script(recorded: Recorded) -> Answer:
        nonlocal count
        if not recorded.streams:
            return Answer(CRITIQUE)
        count += 1
        return Answer(_question(count), chunk_delay=pace_seconds)

    bare, ours = [], []
    with tempfile.TemporaryDirectory() as home, FakeEndpoint(script) as endpoint:
        service = build(
            load_settings(
                OPENAI_BASE_URL=endpoint.base_url, INTERVIEWER_MODEL="fake", INTERVIEWER_HOME=Path(home)
            )
        )
        service.index()
        for _ in range(RUNS):
            bare.append(_bare(endpoint))
            interview = service.start("bench", Setup(persona="mara", role="Demand planner"))
            began = time.perf_counter()
            service.submit(interview.id, REPLY)
            work = service.work(interview.id)
            assert work is not None
            pieces = work.stream()
            next(pieces)
            first = time.perf_counter() - began
            for _piece in pieces:
                pass
            ours.append((first, time.perf_counter() - began))
            work.wait(30)
        service.close()
    columns = (*zip(*bare, strict=True), *zip(*ours, strict=True))
    medians = [statistics.median(values) * 1000 for values in columns]
    return dict(zip(("bare_first", "bare_last", "our_first", "our_last"), medians, strict=True))


def main() -> None:
    """Print both paces: as fast as the wire goes, and 25 words a second."""
    for pace in (0.0, 0.04):
        found = run(pace)
        print(
            f"stream, {pace * 1000:.0f} ms a chunk: first word {found['bare_first']:.0f} ms bare, "
            f"{found['our_first']:.0f} ms ours; last word {found['bare_last']:.0f} ms bare, "
            f"{found['our_last']:.0f} ms ours; ours / bare to the last word "
            f"{found['our_last'] / found['bare_last']:.2f}, "
            f"added {found['our_last'] - found['bare_last']:.0f} ms"
        )


if __name__ == "__main__":
    main()
