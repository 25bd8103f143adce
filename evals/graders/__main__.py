"""Prints how far the grader `aimed` can be trusted: `python -m evals.graders`."""

from __future__ import annotations

from evals.graders.aim import FIRST, aim_accuracy


def main() -> None:
    """Print the figures."""
    found = aim_accuracy()
    print(f"{found.lines} lines of personas that the classifier does not know, {found.ids} ids")
    print(f"right id first {found.top_1:.3f}, among the first {FIRST} {found.top_3:.3f}")
    print(f"a question about another id passes {found.false_pass:.3f}")


if __name__ == "__main__":
    main()
