"""inspect-ai does the job: `python -m benchmarks.peers.with_inspect_ai FOLDER`, in its own venv."""

# mypy: disable-error-code="import-not-found,misc,untyped-decorator"
# (the tool is no dependency of the project, so its types are not known here)

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from inspect_ai import Task, eval
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.model import ModelOutput
from inspect_ai.scorer import Score, accuracy, scorer
from inspect_ai.solver import solver

from benchmarks.peers.graders import read

FOLDER = Path(sys.argv[1])
TEXTS, GRADERS = read(FOLDER)


@solver
def recorded() -> Callable[..., Any]:
    """The recorded answer instead of a model's."""

    async def solve(state: Any, generate: Any) -> Any:
        state.output = ModelOutput.from_content("recorded", state.metadata["question"])
        return state

    return solve


def graded(metric: str) -> Any:
    """One of the graders as a scorer of its own name."""

    @scorer(metrics=[accuracy()], name=metric)
    def build() -> Callable[..., Any]:
        async def score(state: Any, target: Any) -> Score:
            passed, why = GRADERS[metric](state.output.completion)
            return Score(value="C" if passed else "I", explanation=why)

        return score

    return build()


def main() -> None:
    """Evaluate, and write the log, without the copy that a viewer could watch meanwhile."""
    samples = [
        Sample(id=text["id"], input=text["reply"], metadata={"question": text["question"]}) for text in TEXTS
    ]
    task = Task(
        name="texts",
        dataset=MemoryDataset(samples),
        solver=recorded(),
        scorer=[graded(metric) for metric in GRADERS],
    )
    eval(
        task,
        model="none/none",
        display="none",
        log_dir=str(FOLDER),
        log_format="eval",
        log_realtime=False,
        log_level="warning",
    )


main()
