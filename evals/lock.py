"""The lock: what every prompt was, and which recordings there are, so that nothing is changed unnoticed.

`lock.json` has the SHA-256 of each file that requests are made from, by prompt set, and a digest over the
recordings of each suite. `check` compares it with what is there, and asks every case for its recording.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from evals.judgments import judge_library, judged_name, judged_sets, judgment_id
from evals.parts import Parts
from evals.places import JUDGMENTS, Places
from evals.result import State, SuiteRun
from evals.run import Which, library_of, run_suite
from evals.suite import Suite, load_suite, suite_names
from evals.tape.library import Library
from evals.tape.recording import DamagedError, read_recording
from evals.tape.request import canonical, digest
from interviewer.errors import DataFileError
from interviewer.files import write_text

LOCK = "lock.json"
_THERE = (State.FRESH, State.LIVE)


@dataclass
class Checked:
    """What a check found.

    Args:
        recordings: how many there are in each state, by model, prompt set and suite.
        problems: a line each, with the state that it is of.
        orphans: recordings that no case asks for.
        changed: files that are not what the lock says.
    """

    recordings: dict[str, dict[State, int]] = field(default_factory=dict)
    problems: list[tuple[State, str]] = field(default_factory=list)
    orphans: list[Path] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)

    @property
    def exit_code(self) -> int:
        """6 for a damaged recording; 3 for a stale, missing or orphaned one, or an old lock; else 0."""
        if any(state is State.TAMPERED for state, _ in self.problems):
            return 6
        return 3 if self.problems or self.orphans or self.changed else 0


def describe(places: Places) -> dict[str, dict[str, dict[str, object]]]:
    """What `lock.json` has to hold."""
    prompts = {name: dict(Parts(places, name).hashes()) for name in places.prompt_sets()}
    recordings: dict[str, dict[str, object]] = {}
    for folder in _folders(places):
        digests = {path.name: _digest_of(path) for path in sorted(folder.glob("*.json"))}
        name = folder.relative_to(places.recordings).as_posix()
        recordings[name] = {"count": len(digests), "digest": digest(canonical(digests))}
    return {"prompts": prompts, "recordings": recordings}  # type: ignore[dict-item]


def _folders(places: Places) -> list[Path]:
    found = {path.parent for path in places.recordings.glob("*/*/*/*.json")}
    return sorted(found)


def _digest_of(path: Path) -> str:
    return digest(path.read_bytes().decode("utf-8", "replace"))


def write_lock(places: Places) -> Path:
    """Write the lock.

    Raises:
        StoreError: the disk refuses.
    """
    path = places.recordings / LOCK
    write_text(path, json.dumps(describe(places), indent=1, sort_keys=True) + "\n")
    return path


def read_lock(places: Places) -> dict[str, dict[str, dict[str, object]]]:
    """Read the lock; an empty one where there is none.

    Raises:
        DamagedError: it is damaged.
    """
    path = places.recordings / LOCK
    if not path.exists():
        return {"prompts": {}, "recordings": {}}
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        return {"prompts": dict(data["prompts"]), "recordings": dict(data["recordings"])}
    except (ValueError, KeyError, TypeError) as error:
        raise DamagedError(path, "is damaged; `interviewer eval lock` writes it again") from error


def check(places: Places) -> Checked:
    """Hold prompts, recordings and lock against each other."""
    found = Checked()
    _compare_lock(places, found)
    used: set[Path] = set()
    for model in places.models():
        for prompt_set in places.prompt_sets():
            for name in suite_names(places.suites):
                suite = load_suite(name, places.suites)
                recorded = places.recorded(model, prompt_set, name).is_dir()
                if suite.subject != "judge" and (recorded or _judged_anew(suite, places, model, prompt_set)):
                    used |= _check_suite(suite, places, model, prompt_set, found)
        used |= _check_judges(places, model, found)
    damaged, named = _read_all(places, found)
    found.orphans = sorted(set(places.recordings.glob("*/*/*/*.json")) - used - damaged)
    _check_texts(places, found, named)
    return found


def _compare_lock(places: Places, found: Checked) -> None:
    locked, now = read_lock(places), describe(places)
    for part in ("prompts", "recordings"):
        for name in sorted({*locked[part], *now[part]}):
            old, new = dict(locked[part].get(name, {})), dict(now[part].get(name, {}))
            found.changed += [
                f"{name}: {key}"
                for key in sorted({*old, *new})
                if old.get(key) != new.get(key) and key != "count"
            ]


def _check_suite(suite: Suite, places: Places, model: str, prompt_set: str, found: Checked) -> set[Path]:
    (run,) = run_suite(suite, places, Which(prompt_set=prompt_set, embedded=False), model)
    library = library_of(places, model, prompt_set, suite.suite)
    _note(f"{model}/{prompt_set}/{suite.suite}", run, found)
    return _used(run, [library, *(judge_library(places, model, name) for name in suite.judges)])


def _judged_anew(suite: Suite, places: Places, model: str, prompt_set: str) -> bool:
    """Whether the base prompts' answers were judged again by a prompt set's own rubric."""
    start = judged_name(prompt_set, suite.suite)
    return prompt_set in judged_sets(suite, places, model) and any(
        each.slot.case.startswith(start)
        for name in suite.judges
        for each in judge_library(places, model, name).recordings()
    )


def _check_judges(places: Places, model: str, found: Checked) -> set[Path]:
    used: set[Path] = set()
    for name in suite_names(places.suites):
        suite = load_suite(name, places.suites)
        if suite.subject == "judge" and places.recorded(model, JUDGMENTS, name).is_dir():
            (run,) = run_suite(suite, places, Which(), model)
            _note(f"{model}/{JUDGMENTS}/{name}", run, found)
            used |= _used(run, [judge_library(places, model, name)])
    return used


def _used(run: SuiteRun, libraries: Sequence[Library]) -> set[Path]:
    """The recordings that a run rests on.

    Of a case that lacks something, all that was ever recorded for it: it tells what has changed since, and
    serves again where the change is taken back.
    """
    paths = {key: path for library in libraries for key, path in library.paths.items()}
    lacking = set()
    for case in run.cases:
        if case.state not in _THERE or not paths.keys() >= set(case.keys):
            lacking |= {(case.id, case.sample), (judgment_id(run, case), 0)}
    kept = {
        each.key
        for library in libraries
        for each in library.recordings()
        if (each.slot.case, each.slot.sample) in lacking
    }
    asked = {key for case in run.cases for key in case.keys}
    return {path for key, path in paths.items() if key in asked | kept}


def _note(name: str, run: SuiteRun, found: Checked) -> None:
    found.recordings[name] = dict(run.states)
    for case in run.cases:
        if case.state not in _THERE:
            found.problems.append((case.state, f"{name}, {case.id}: {case.state.value}, {case.why}"))
    for state, count in run.judgments.items():
        if state not in _THERE:
            found.problems.append((state, f"{name}: {count} judgments {state.value}"))


def _read_all(places: Places, found: Checked) -> tuple[set[Path], set[str]]:
    """The recordings that are damaged, which are no orphans, and the texts that the others name."""
    damaged, named = set(), set()
    for path in sorted(places.recordings.glob("*/*/*/*.json")):
        try:
            named |= set(read_recording(path).segments.values())
        except DataFileError as error:
            damaged.add(path)
            line = f"{path.relative_to(places.recordings)}: {error.problem}"
            found.problems.append((State.TAMPERED, line))
    return damaged, named


def _check_texts(places: Places, found: Checked, named: set[str]) -> None:
    for hash in sorted(named - {path.stem for path in places.texts.glob("*.txt")}):
        line = f"{places.texts.name}/{hash}.txt: is gone; take it from version control again"
        found.problems.append((State.MISSING, line))
    for path in sorted(places.texts.glob("*.txt")):
        if _digest_of(path) != path.stem:
            found.problems.append(
                (State.TAMPERED, f"{path.relative_to(places.recordings)}: is not what was recorded")
            )


def prune(places: Places, orphans: list[Path]) -> int:
    """Delete orphans, and segment texts that no recording names any more.

    Returns:
        How many files went.
    """
    for path in orphans:
        path.unlink(missing_ok=True)
    named = {
        hash
        for path in places.recordings.glob("*/*/*/*.json")
        for hash in read_recording(path).segments.values()
    }
    unused = [path for path in places.texts.glob("*.txt") if path.stem not in named]
    for path in unused:
        path.unlink(missing_ok=True)
    return len(orphans) + len(unused)
