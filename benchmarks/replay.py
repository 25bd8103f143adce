"""Our half of the eval benchmark: a corpus of recordings, two commands, and what their stored runs say."""

from __future__ import annotations

from pathlib import Path

from benchmarks.peers.tools import Verdicts
from benchmarks.texts import METRICS

OUR_METRICS = {"one_question": "one_question", "in_voice": "short", "no_praise": "no_praise"}
"""Our graders by what they are called here. They look at more than that; the texts break none of the rest."""

NOT_YET = "benchmarks/replay.py is to be completed; until then name the other tools with --tools"


def make_our_corpus(folder: Path, count: int) -> None:
    """Make an evals folder with a suite of `benchmarks.texts.texts(count)` and a recording of each question.

    The suite's subject is `question` and its mode realistic (in another `no_praise` does not apply); its
    graders are those of `OUR_METRICS`.

    Args:
        folder: an empty folder.
        count: cases.
    """
    raise NotImplementedError(NOT_YET)


def our_run_command(folder: Path) -> list[str]:
    """The command that replays the corpus of a folder and stores the run."""
    raise NotImplementedError(NOT_YET)


def our_regrade_command(folder: Path) -> list[str]:
    """The command that grades the answers of the folder's stored run again, and stores that as another."""
    raise NotImplementedError(NOT_YET)


def our_result(folder: Path, command: str) -> Path:
    """The run that the last of our commands, `run` or `regrade`, stored."""
    raise NotImplementedError(NOT_YET)


def our_verdicts(path: Path) -> Verdicts:
    """What a stored run says of the model's answers."""
    from evals.result import read_run

    passed: dict[str, set[str]] = {metric: set() for metric in METRICS}
    for suite in read_run(path).suites:
        for case in suite.cases if suite.engine == "model" else ():
            for score in case.scores:
                if score.passed and score.metric in OUR_METRICS:
                    passed[OUR_METRICS[score.metric]].add(case.id)
    return {metric: frozenset(ids) for metric, ids in passed.items()}
