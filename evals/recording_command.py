"""`record` and `verify` as a person sees them: the plan and its cost, a progress bar, what came of it."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from evals.endpoint import Endpoint
from evals.places import Places
from evals.planning import Plan, plan
from evals.record import Done, Recorder
from evals.result import Cost, State
from evals.suite import load_suite, suite_names
from evals.verify import Drift, verify
from interviewer.cli.output import print_json
from interviewer.errors import InputError


def cost_line(cost: Cost) -> str:
    """What a plan takes, in a line."""
    money = f"about ${cost.usd:.4f}" if cost.usd is not None else "price unknown"
    tokens = f"about {cost.prompt_tokens:,} tokens to read and {cost.completion_tokens:,} to write"
    return f"{cost.calls} calls, {tokens}, {money}"


def record_suites(
    names: Sequence[str],
    places: Places,
    model: str,
    prompt_set: str,
    endpoint: Endpoint,
    only: Sequence[State],
    *,
    most_tokens: int,
    concurrency: int,
    dry_run: bool,
) -> int:
    """Print the plan, then record it.

    Returns:
        0 where everything is recorded, 1 where something could not be, 3 where it was stopped before the end,
        130 where it was interrupted.
    """
    console = _console()
    suites = [load_suite(name, places.suites) for name in names or suite_names(places.suites)]
    # A judge is asked about recorded answers, so that its suites are planned when those are there.
    plain = [each.suite for each in suites if each.subject != "judge"]
    stages = [plain, *([each.suite] for each in suites if each.subject == "judge")]
    status = 0
    for stage in stages:
        works = _planned(stage, places, model, prompt_set, only, console)
        if dry_run:
            status = 3 if works else status
            continue
        for work in works:
            done = _record(work, places, endpoint, console, most_tokens, concurrency)
            if done is None:
                return 130
            console.print(_done_line(done))
            if done.stopped:
                return 3
            used = done.prompt_tokens + done.completion_tokens
            most_tokens = max(1, most_tokens - used) if most_tokens else 0
            status = max(status, int(bool(done.failed)))
    if not status:
        states = " or ".join(each.value for each in only)
        console.print(f"Nothing is {states} any more." if states else "Everything is recorded.")
    return status


def _console() -> Console:
    """Standard error, where a line stays one line and a bracket a bracket."""
    return Console(stderr=True, highlight=False, markup=False, soft_wrap=True)


def _planned(
    names: Sequence[str],
    places: Places,
    model: str,
    prompt_set: str,
    only: Sequence[State],
    console: Console,
) -> list[Plan]:
    """Plan the suites, and say of each with something to record what it takes."""
    works = [plan([name], places, model, prompt_set, only) for name in names]
    works = [work for work in works if work.jobs]
    for work in works:
        stale = sum(job.state is State.STALE for job in work.jobs)
        console.print(
            f"{work.jobs[0].suite.suite}, prompt set {prompt_set}, {model}: {len(work.jobs)} cases to record "
            f"({stale} STALE, {len(work.jobs) - stale} MISSING): {cost_line(work.cost)}."
        )
    if len(works) > 1:
        console.print(f"Together: {cost_line(_sum([work.cost for work in works]))}.")
    return works


def _sum(costs: Sequence[Cost]) -> Cost:
    dollars = [cost.usd for cost in costs if cost.usd is not None]
    return Cost(
        calls=sum(cost.calls for cost in costs),
        prompt_tokens=sum(cost.prompt_tokens for cost in costs),
        completion_tokens=sum(cost.completion_tokens for cost in costs),
        usd=sum(dollars) if len(dollars) == len(costs) else None,
    )


def _record(
    work: Plan, places: Places, endpoint: Endpoint, console: Console, most_tokens: int, concurrency: int
) -> Done | None:
    """Record a plan; None where Ctrl-C ended it, which is said here."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task("recording", total=len(work.jobs))
        recorder = Recorder(
            work, places, endpoint, concurrency=concurrency, most_tokens=most_tokens,
            tell=lambda result: progress.update(task, advance=1, description=result.id),
        )  # fmt: skip
        try:
            return recorder.run()
        except KeyboardInterrupt:
            recorder.done.stopped = "What is recorded is kept; run it again to go on."
            console.print(f"Interrupted. {_done_line(recorder.done)}")
            return None


def _done_line(done: Done) -> str:
    said = (
        f"{done.recorded} answers recorded ({done.prompt_tokens:,} tokens read, "
        f"{done.completion_tokens:,} written)."
    )
    if done.stopped:
        said += f" {done.stopped}"
    if done.failed:
        said += f" {len(done.failed)} could not be had, the first: {done.failed[0]}. Run it again."
    return said


def verify_suites(
    names: Sequence[str],
    places: Places,
    model: str,
    prompt_set: str,
    endpoint: Endpoint,
    limit: int,
    as_json: bool,
) -> int:
    """Ask again and tell the drift; 0 whatever it is, 1 where the endpoint did not answer.

    Raises:
        InputError: nothing is recorded.
    """
    chosen = list(names) or [
        name
        for name in suite_names(places.suites)
        if load_suite(name, places.suites).subject != "judge"
        and places.recorded(model, prompt_set, name).is_dir()
    ]
    if not chosen:
        raise InputError(f"Nothing is recorded of {model} with {prompt_set}: record it first.")
    console = _console()
    found = []
    for name in chosen:
        with console.status(f"{name} …") as status:
            found.append(
                verify(
                    name, places, model, endpoint, prompt_set, limit=limit,
                    tell=lambda id, name=name: status.update(f"{name}: {id}"),  # type: ignore[misc]
                )
            )  # fmt: skip
    if as_json:
        print_json([vars(each) for each in found])
    else:
        print("\n".join(line for each in found for line in _drift_lines(each)))
    return int(any(each.faults == each.asked for each in found))


def _drift_lines(drift: Drift) -> list[str]:
    lines = [
        f"{drift.suite}: {drift.asked} cases asked again, {drift.same} answers the same to the letter, "
        f"{drift.faults} not had. Nothing was overwritten."
    ]
    for name, (recorded, live) in drift.metrics.items():
        now = "-" if live is None else f"{live:.3f}"
        lines.append(f"  {name:<22} recorded {'-' if recorded is None else f'{recorded:.3f}'}  live {now}")
    for id, was, is_now in drift.examples[:3]:
        lines += [f"  {id}", f"    recorded: {was[:200]}", f"    live:     {is_now[:200]}"]
    return lines
