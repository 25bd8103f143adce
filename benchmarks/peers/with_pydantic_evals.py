"""pydantic-evals does the job: `python -m benchmarks.peers.with_pydantic_evals FOLDER`, in its own venv."""

# mypy: disable-error-code="import-not-found,misc,untyped-decorator"
# (the tool is no dependency of the project, so its types are not known here)

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from pydantic_evals import Case, Dataset
from pydantic_evals.evaluators import EvaluationReason, Evaluator, EvaluatorContext
from pydantic_evals.reporting import EvaluationReportAdapter

from benchmarks.peers.graders import read

FOLDER = Path(sys.argv[1])
TEXTS, GRADERS = read(FOLDER)
ANSWERS = {text["id"]: text["question"] for text in TEXTS}


@dataclass
class Graded(Evaluator):
    """One of the graders."""

    metric: str

    def get_default_evaluation_name(self) -> str:
        """The name under which the report has it."""
        return self.metric

    def evaluate(self, ctx: EvaluatorContext) -> EvaluationReason:
        """Pass or fail, with the reason."""
        passed, why = GRADERS[self.metric](ctx.output)
        return EvaluationReason(value=passed, reason=why)


async def recorded(inputs: dict[str, str]) -> str:
    """The task: the recorded answer."""
    return ANSWERS[inputs["id"]]


def main() -> None:
    """Evaluate, and write the report as JSON."""
    dataset = Dataset(
        name="texts",
        cases=[Case(name=text["id"], inputs={"id": text["id"], "reply": text["reply"]}) for text in TEXTS],
        evaluators=[Graded(metric) for metric in GRADERS],
    )
    report = dataset.evaluate_sync(recorded, progress=False)
    (FOLDER / "results.json").write_bytes(EvaluationReportAdapter.dump_json(report))


main()
