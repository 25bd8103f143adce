"""Eval suites over recorded responses, as whole processes, beside other evaluation tools in the same run.

The job: 1,000 recorded questions of an interviewer, three deterministic graders (exactly one question mark,
at most 35 words, no word of praise), every verdict with its reason written to the tool's usual result file.
Other tools read the answers as plain texts; `interviewer eval run` replays each through the whole interviewer
and the OpenAI client, `interviewer eval regrade` grades the answers of a stored run again. All must pass the
same cases. Beside them stands what the same recordings take through LangChain's and OpenAI's clients alone,
which no replay through them can beat. A second table shows that our time per case does not grow with the
number of cases.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import platformdirs

from benchmarks.peers.tools import PEERS, PYTHON, Verdicts
from benchmarks.process import timed
from benchmarks.replay import (
    make_our_corpus,
    our_environment,
    our_regrade_command,
    our_result,
    our_run_command,
    our_verdicts,
)
from benchmarks.texts import METRICS, write
from interviewer import __version__

CASES, RUNS = 1_000, 3
SIZES = (100, 1_000, 10_000)
OURS = "interviewer"
SCRATCH = platformdirs.user_cache_path("mock-interviewer") / "benchmarks"


@dataclass
class Contestant:
    """One command that is timed.

    Args:
        name: as printed.
        version: of the tool.
        platform: what it runs on.
        folder: where it is started.
        command: program and arguments.
        verdicts: reads its result file.
        environment: variables beside the process's own.
        clear: called before each run, so that no result is an old one.
        seconds: of each run, the whole process.
        megabytes: most resident memory over all runs; None where the platform does not tell.
    """

    name: str
    version: str
    platform: str
    folder: Path
    command: Sequence[str]
    verdicts: Callable[[], Verdicts]
    environment: Mapping[str, str] = field(default_factory=dict)
    clear: Callable[[], None] = lambda: None
    seconds: list[float] = field(default_factory=list)
    megabytes: float | None = None

    @property
    def best(self) -> float:
        """Seconds of the quickest run."""
        return min(self.seconds)

    def run(self) -> None:
        """Run it once and note what it took."""
        self.clear()
        seconds, megabytes = timed(self.command, self.folder, self.environment)
        self.seconds.append(seconds)
        if megabytes is not None:
            self.megabytes = max(megabytes, self.megabytes or 0.0)


def our_contestants(work: Path, count: int) -> list[Contestant]:
    """`run` and `regrade` over a corpus of so many cases; `regrade` needs the run that `run` stored."""
    folder = work / f"{OURS}-{count}"
    folder.mkdir()
    make_our_corpus(folder, count)
    commands = {"run": our_run_command(folder), "regrade": our_regrade_command(folder)}
    return [
        Contestant(
            f"{OURS} {name}", __version__, PYTHON, folder, command,
            verdicts=partial(_our_verdicts, folder, name), environment=our_environment(folder),
        )
        for name, command in commands.items()
    ]  # fmt: skip


def _our_verdicts(folder: Path, command: str) -> Verdicts:
    return our_verdicts(our_result(folder, command))


def their_contestants(work: Path, scratch: Path, names: Sequence[str], count: int) -> list[Contestant]:
    """The other tools, installed and ready."""
    found = []
    for peer in (kind(scratch) for kind in PEERS if kind.name in names):
        peer.install()
        folder = work / peer.name
        folder.mkdir()
        write(folder, count)
        peer.prepare(folder)
        found.append(
            Contestant(
                peer.name, peer.version, peer.platform(), folder, peer.command(folder),
                verdicts=partial(peer.verdicts, folder),
                environment=peer.environment(folder),
                clear=partial(peer.clear, folder),
            )
        )  # fmt: skip
    return found


def race(contestants: Sequence[Contestant], runs: int) -> Verdicts:
    """Run each so many times, in turns, so that what else the machine does falls on all alike.

    Returns:
        The verdicts, the same ones of all.

    Raises:
        SystemExit: two of them pass different cases.
    """
    for _ in range(runs):
        for each in contestants:
            each.run()
    first, *others = contestants
    expected = first.verdicts()
    for other in others:
        found = other.verdicts()
        for metric in METRICS:
            if odd := expected[metric] ^ found[metric]:
                raise SystemExit(
                    f"{first.name} passes {len(expected[metric])} cases on {metric}, {other.name} "
                    f"{len(found[metric])}; they differ in {len(odd)}, the first is {min(odd)}."
                )
    return expected


def clients_alone(corpus: Path, runs: int) -> float:
    """Seconds that the recordings of a corpus take through the clients, the best of so many runs."""
    command = [sys.executable, "-m", "benchmarks.clients", str(corpus)]
    return min(timed(command, Path(__file__).parents[1], {})[0] for _ in range(runs))


def growth(work: Path, runs: int) -> list[dict[str, Any]]:
    """Our two commands over corpora of several sizes."""
    work.mkdir()
    found = []
    for size in SIZES:
        contestants = our_contestants(work, size)
        race(contestants, runs)
        found += [
            {"name": each.name, "cases": size, "best": each.best, "ms_per_case": each.best / size * 1000}
            for each in contestants
        ]
    return found


def measure(tools: Sequence[str], scratch: Path, count: int, runs: int) -> dict[str, Any]:
    """Everything, as one JSON document: seconds, MB, ratios to ours."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        work = Path(name)
        ours = our_contestants(work, count) if OURS in tools else []
        contestants = [*ours, *their_contestants(work, scratch, tools, count)]
        verdicts = race(contestants, runs)
        clients = clients_alone(work / f"{OURS}-{count}", runs) if ours else None
        more = growth(work / "growth", runs) if ours else []
    return {
        "cases": count,
        "runs": runs,
        "cores": os.cpu_count(),
        "passes": {metric: len(ids) for metric, ids in verdicts.items()},
        "tools": [
            {
                "name": each.name,
                "version": each.version,
                "platform": each.platform,
                "best": each.best,
                "seconds": each.seconds,
                "megabytes": each.megabytes,
                "ratios": {mine.name: each.best / mine.best for mine in ours},
            }
            for each in contestants
        ],
        "clients_alone": clients,
        "growth": more,
    }


def print_tables(found: Mapping[str, Any]) -> None:
    """The document for people."""
    passes = ", ".join(f"{metric} {count:,}" for metric, count in found["passes"].items())
    print(f"evals: {found['cases']:,} recorded cases, three graders, whole process, best of {found['runs']},")
    print(f"{found['cores']} cores; all pass the same cases: {passes}")
    ours = list(found["tools"][0]["ratios"])
    heads = "".join(f"{name.replace(OURS, '/'):>11}" for name in ours)
    print(f"{'tool':<21}{'version':<11}{'on':<17}{'seconds':>8}{heads}{'MB':>7}")
    for each in found["tools"]:
        ratios = "".join(f"{ratio:>11.2f}" for ratio in each["ratios"].values())
        memory = "-" if each["megabytes"] is None else f"{each['megabytes']:.0f}"
        said = f"{each['name']:<21}{each['version']:<11}{each['platform']:<17}{each['best']:>8.2f}"
        print(f"{said}{ratios}{memory:>7}")
    if found["clients_alone"]:
        alone = "the same recordings through LangChain's and OpenAI's clients alone"
        print(f"{alone}: {found['clients_alone']:.2f} s")
    if found["growth"]:
        print(f"{'tool':<21}{'cases':>8}{'seconds':>9}{'ms a case':>11}")
    for each in found["growth"]:
        print(f"{each['name']:<21}{each['cases']:>8,}{each['best']:>9.2f}{each['ms_per_case']:>11.2f}")


def main(arguments: Sequence[str] = ()) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.evals", description=__doc__)
    names = [OURS, *(kind.name for kind in PEERS)]
    parser.add_argument("--tools", nargs="+", choices=names, default=names, help="which take part")
    parser.add_argument("--scratch", type=Path, default=SCRATCH, help="where the other tools are installed")
    parser.add_argument("--cases", type=int, default=CASES)
    parser.add_argument("--runs", type=int, default=RUNS, help="the best of so many counts")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    given = parser.parse_args(arguments)
    found = measure(given.tools, given.scratch.resolve(), given.cases, given.runs)
    if given.json:
        print(json.dumps(found, indent=1))
    else:
        print_tables(found)


if __name__ == "__main__":
    main(sys.argv[1:])
