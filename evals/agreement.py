"""Makes the agreement card again, offline: how far each engine agrees with the reference labels.

The embedded judge is measured over all labelled replies with weights that never saw the reply's author, and
as shipped on replies that nothing was made from; a model by its recorded critiques. Every figure comes from
the suites' own graders and statistics; here they are only put together.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

from evals.agreement_card import svg
from evals.agreement_figures import TIMES, asked_again, measured, rounded, second_labels, weak
from evals.judge_data import FILES, RESTATED, UNSEEN, Labelled, data_hash, load_labelled, weights_without
from evals.parts import Parts
from evals.places import Places
from evals.result import CaseResult, Output, SuiteRun
from evals.suite import Case, Suite, load_suite, suite_names
from interviewer.agreement import (
    CARD_FILE,
    PICTURE_FILE,
    AgreementCard,
    Annotators,
    Entry,
    Measured,
    Repeated,
    files_hash,
    judge_hashes,
    read_card,
)
from interviewer.compose import package_folder
from interviewer.errors import DataFileError, InputError, StaleError
from interviewer.files import write_text
from interviewer.logs import log
from interviewer.schema import Critique, now

SUITE = "critique"
REPEATS = "repeatability"
"""The suite, where there is one, in which the same reply is judged several times."""
PUBLISHED_N = 120
"""Over how many replies the published agreement of the two labellers is (evals/labelled/README.md)."""
ABOUT = (
    "How far each engine agrees with the reference labels: replies and labels machine-written, no coach among"
    " the labellers. Made by `interviewer eval agreement`; of it, only weak_below is to be edited."
)
CROSS_VALIDATED = "all labelled replies, each judged by weights that never saw its author"
RECORDED = "recorded critiques of the suite's labelled replies"


def make(
    places: Places, *, kept: AgreementCard | None = None, model: str = "", prompt_set: str = ""
) -> AgreementCard:
    """Measure everything.

    Args:
        places: the evals folder.
        kept: the card as it was: its threshold is kept, and the date of every entry that has not changed.
        model: only this recorded model's entries, by its folder or its name.
        prompt_set: only entries of this prompt set.

    Raises:
        StaleError: the weights per left-out author were not learned from these labelled replies.
        InputError: nothing is recorded of the model or the prompt set named.
        DataFileError: a data file is broken.
    """
    measuring = _Measuring(
        places, kept.weak_below if kept else AgreementCard.model_fields["weak_below"].default
    )
    entries = [] if model or prompt_set else [measuring.embedded()]
    entries += measuring.models(model, prompt_set)
    return AgreementCard(
        about=ABOUT,
        weak_below=measuring.weak_below,
        annotators=measuring.annotators(),
        entries=tuple(_dated(entry, kept) for entry in entries),
        hashes=hashes(places),
    )


def _dated(entry: Entry, kept: AgreementCard | None) -> Entry:
    """The entry with the day it had, where nothing else of it has changed."""
    old = kept.entry(entry.engine, entry.model, entry.prompt_set) if kept else None
    same = old is not None and old == entry.model_copy(update={"date": old.date})
    return old if old is not None and same else entry


class _Measuring:
    """What all entries are measured with."""

    def __init__(self, places: Places, weak_below: float) -> None:
        self.places, self.weak_below = places, weak_below
        self.parts, self.suite = Parts(places), load_suite(SUITE, places.suites)
        self.today = now().date().isoformat()
        self.hashes = hashes(places)

    def embedded(self) -> Entry:
        """The embedded judge: cross-validated by author, and on an author that it never met."""
        rows = load_labelled(self.places.labelled)
        check_left_out(self.places, self.parts.judge.book.hash, {row.author for row in rows})
        found = measured(self._graded(rows, self._without_author))
        return Entry(
            engine="embedded",
            how=CROSS_VALIDATED,
            provenance="built-in",
            measured=found,
            unseen=self._unseen(),
            repeated=self._judged_again(rows),
            weak=weak(found, self.weak_below),
            date=self.today,
            hashes={
                key: self.hashes[key]
                for key in ("rubric", "cues", "weights", "labelled", "unseen", "left_out")
            },
        )

    def _without_author(self, row: Labelled) -> Critique:
        judge = self.parts.judge_without(row.author)
        return judge.critique(row.reply, question=row.question, role=row.role, company=row.company)

    def _unseen(self) -> Measured | None:
        if not all((self.places.labelled / name).is_file() for name in UNSEEN):
            return None

        def as_shipped(row: Labelled) -> Critique:
            return self.parts.judge.critique(
                row.reply, question=row.question, role=row.role, company=row.company
            )

        rows = load_labelled(self.places.labelled, UNSEEN)
        return measured(self._graded(rows, as_shipped), details=False) if rows else None

    def _judged_again(self, rows: Sequence[Labelled]) -> Repeated:
        same = [self._without_author(row) == self._without_author(row) for row in rows]
        return Repeated(times=TIMES, replies=len(rows), identical=rounded(sum(same) / len(same)))

    def _graded(self, rows: Sequence[Labelled], critique: Callable[[Labelled], Critique]) -> list[CaseResult]:
        """Replies as cases, with the scores of the suite's grader of agreement."""
        from evals.graders import Item, grade

        found = []
        for row in rows:
            case = Case(id=row.id, role=row.role, company=row.company, question=row.question, reply=row.reply)
            output = Output(critique=critique(row))
            item = Item(suite=self.suite, case=case, output=output, rubric=self.parts.rubric, label=row)
            found.append(CaseResult(id=row.id, output=output, scores=grade(item, ["agreement"])))
        return found

    def annotators(self) -> Annotators:
        """The second labeller against the first, as if it were a judge."""
        from evals.judge_measure import CEILING

        seconds = dict(second_labels(self.places.labelled))
        rows = [row for row in load_labelled(self.places.labelled) if row.id in seconds]
        found = measured(self._graded(rows, lambda row: seconds[row.id])) if rows else None
        return Annotators(measured=found, published=CEILING, published_n=PUBLISHED_N)

    def models(self, model: str, prompt_set: str) -> list[Entry]:
        """An entry for each recorded model and prompt set."""
        found = []
        for folder, sent in self.places.models().items():
            for name in self.places.prompt_sets():
                chosen = model in ("", folder, sent.model) and prompt_set in ("", name)
                if chosen and self.places.recorded(folder, name, SUITE).is_dir():
                    found.append(self._of_model(self._run(self.suite, name, folder), folder, sent.model))
        if (model or prompt_set) and not found:
            raise InputError(
                f"Nothing of {SUITE} is recorded with {model or 'any model'}, {prompt_set or 'any set'}: "
                "`interviewer eval list` shows what is."
            )
        return found

    def _of_model(self, run: SuiteRun, folder: str, model: str) -> Entry:
        why = _no_figure(run)
        found = None if why else measured(run.cases, run.metrics)
        keys = ("rubric", "suite", f"recordings:{folder}/{run.prompt_set}")
        of_set = {
            key.rpartition("/")[2]: value
            for key, value in self.hashes.items()
            if key.startswith(f"set:{run.prompt_set}/")
        }
        return Entry(
            engine="model",
            model=model,
            prompt_set=run.prompt_set,
            how=RECORDED,
            provenance=run.origin.provenance,
            recorded=run.origin.recorded,
            measured=found,
            why=why,
            repeated=None if why else self._asked_again(run, folder),
            weak=weak(found, self.weak_below) if found else (),
            date=self.today,
            hashes={key.partition("/")[0]: self.hashes[key] for key in keys} | of_set,
        )

    def _asked_again(self, run: SuiteRun, folder: str) -> Repeated | None:
        recorded = self.places.recorded(folder, run.prompt_set, REPEATS).is_dir()
        if not recorded or REPEATS not in _suites(self.places):
            return asked_again(run.cases)
        again = self._run(load_suite(REPEATS, self.places.suites), run.prompt_set, folder)
        return asked_again(again.cases) if again.answered == len(again.cases) else None

    def _run(self, suite: Suite, prompt_set: str, folder: str) -> SuiteRun:
        """The model's recorded answers to a suite, replayed."""
        from evals.run import Which, run_suite

        (run,) = run_suite(suite, self.places, Which(prompt_set=prompt_set, embedded=False), folder)
        return run


def _no_figure(run: SuiteRun) -> str:
    """Why a run gives no figure; empty where it does."""
    if run.origin.provenance == "synthetic":
        return "its recordings are a fake's"
    if run.answered < len(run.cases):
        return f"{run.answered} of {len(run.cases)} critiques are recorded as they would be asked for now"
    if not any(metric.name == "criteria_kappa" for metric in run.metrics):
        return "none of its critiques is usable"
    return ""


def check_left_out(places: Places, cues: str, authors: set[str]) -> None:
    """See that there are weights without each author, learned from replies and cues as they are.

    Without them the judge as shipped would stand in, which has learned from the very replies.

    Raises:
        StaleError: some are missing or old.
    """
    expected = {"data_hash": data_hash(places.labelled), "cues_hash": cues}
    for author in sorted(authors):
        path = weights_without(places.root / "left_out", author)
        stored = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
        if any(stored.get(key) != value for key, value in expected.items()):
            raise StaleError(
                f"The weights without author {author} are {'old' if stored else 'missing'}, so nothing can "
                "be cross-validated: run `python -m evals.judge_train`, then this again."
            )


def hashes(places: Places) -> dict[str, str]:
    """Hashes of everything that the card is made from, besides code."""
    labelled = places.labelled
    found = judge_hashes(package_folder("knowledge")) | {
        "labelled": files_hash([labelled / name for name in (*FILES, RESTATED)]),
        "unseen": files_hash([labelled / name for name in UNSEEN]),
        "left_out": files_hash(sorted((places.root / "left_out").glob("*.json"))),
        "suite": files_hash([places.suites / f"{name}.yaml" for name in _suites(places)]),
    }
    for name in places.prompt_sets():
        parts = Parts(places, name)
        own = judge_hashes(parts.knowledge)
        files = {f"prompt:{prompt}": files_hash([path]) for prompt, path in parts.prompt_files().items()}
        files.pop("prompt:question", None)
        found |= {f"set:{name}/{key}": value for key, value in (own | files).items()}
        for model in places.models():
            folders = [places.recorded(model, name, suite) for suite in _suites(places)]
            if folders[0].is_dir():
                found[f"recordings:{model}/{name}"] = files_hash(
                    [path for folder in folders for path in sorted(folder.glob("*.json"))]
                )
    return found


def _suites(places: Places) -> list[str]:
    """The suites that a model's figures come from."""
    return [SUITE, *({REPEATS} & set(suite_names(places.suites)))]


def changed(card: AgreementCard | None, places: Places) -> list[str]:
    """What has changed since the card was made: a name each; without a card, the card itself."""
    if card is None:
        return [CARD_FILE]
    there = hashes(places)
    return sorted(key for key in {*there, *card.hashes} if there.get(key) != card.hashes.get(key))


def dumped(card: AgreementCard) -> str:
    """The card as the text of its file: sorted, the same for the same figures."""
    return json.dumps(card.model_dump(mode="json"), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def kept_card(folder: Path) -> AgreementCard | None:
    """The stored card; None where there is none, or none of this version: then all of it is made anew."""
    try:
        return read_card(folder)
    except DataFileError as error:
        log().warning("the stored agreement card is made anew", error=str(error))
        return None


def write(card: AgreementCard, folder: Path) -> Path:
    """Write the card and its picture into a knowledge folder.

    Raises:
        StoreError: the disk refuses.
    """
    path = folder / CARD_FILE
    write_text(path, dumped(card))
    write_text(folder / PICTURE_FILE, svg(card))
    return path
