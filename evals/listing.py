"""What there is: suites, prompt sets, recordings by state and provenance, as data and as text."""

from __future__ import annotations

from collections import Counter
from typing import Any

from evals.cases import cases_of, judge_cases
from evals.lock import Checked
from evals.parts import Parts
from evals.places import Places
from evals.suite import load_suite, suite_names
from evals.tape.recording import read_recording
from interviewer.errors import DataFileError


def listing(places: Places) -> dict[str, Any]:
    """Suites with their cases, prompt sets, and how many recordings there are of what origin."""
    suites = []
    for name in suite_names(places.suites):
        suite = load_suite(name, places.suites)
        more = suite.path.parent / suite.personas_dir if suite.personas_dir else None
        parts = Parts(places, more_personas=more)
        judge = suite.subject == "judge"
        cases = judge_cases(suite, parts) if judge else cases_of(suite, places, list(parts.personas))
        suites.append(
            {
                "suite": name,
                "subject": suite.subject,
                "cases": len(cases),
                "repeats": suite.repeats,
                "recorded": not suite.live,
                "description": suite.description,
            }
        )
    return {"suites": suites, "prompt_sets": places.prompt_sets(), "recordings": _recordings(places)}


def _recordings(places: Places) -> list[dict[str, Any]]:
    found = []
    for folder in sorted({path.parent for path in places.recordings.glob("*/*/*/*.json")}):
        counts: Counter[str] = Counter()
        for path in folder.glob("*.json"):
            try:
                made = read_recording(path).made
                counts[f"{made.provenance} {made.model}"] += 1
            except DataFileError:
                counts["damaged"] += 1
        model, prompt_set, suite = folder.relative_to(places.recordings).parts
        found += [
            {"model": model, "set": prompt_set, "suite": suite, "origin": origin, "count": count}
            for origin, count in sorted(counts.items())
        ]
    return found


def listing_text(found: dict[str, Any]) -> str:
    """The listing for people."""
    lines = [f"{'suite':<22}{'subject':<12}{'cases':>6}  "]
    for each in found["suites"]:
        how = "" if each["recorded"] else " (never asks a model)"
        lines.append(
            f"{each['suite']:<22}{each['subject']:<12}{each['cases']:>6}  {each['description']}{how}"
        )
    lines += ["", "prompt sets: " + ", ".join(found["prompt_sets"]), ""]
    lines.append(f"{'recorded suite':<22}{'prompt set':<12}{'count':>6}  origin")
    lines += [
        f"{each['suite']:<22}{each['set']:<12}{each['count']:>6}  {each['origin']}"
        for each in found["recordings"]
    ]
    return "\n".join(lines)


MOST_LINES = 20


def checked_text(found: Checked, places: Places) -> str:
    """What `lock --check` found, for people."""
    lines = []
    for name, states in found.recordings.items():
        counts = ", ".join(f"{count} {state.value}" for state, count in states.items())
        lines.append(f"{name}: {counts}")
    problems = [line for _, line in found.problems]
    lines += [f"! {line}" for line in problems[:MOST_LINES]]
    lines += [f"! and {len(problems) - MOST_LINES} more"] if len(problems) > MOST_LINES else []
    for path in found.orphans[:MOST_LINES]:
        lines.append(
            f"! ORPHAN: {path.relative_to(places.recordings)}: no case asks for it; `lock --prune` deletes it"
        )
    if len(found.orphans) > MOST_LINES:
        lines.append(f"! and {len(found.orphans) - MOST_LINES} more ORPHAN")
    lines += [f"! not as locked: {name}" for name in found.changed]
    if found.changed:
        lines.append("If that is meant, `interviewer eval lock` writes the lock again.")
    lines.append("All is as locked." if not found.exit_code else "The lock does not hold.")
    return "\n".join(lines)
