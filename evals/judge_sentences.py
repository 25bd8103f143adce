"""How much of one sentence the embedded judge hears: `python -m evals.judge_sentences`.

`evals/labelled/sentences.jsonl` holds single sentences, each of which meets one criterion by itself (`met`),
half meets it (`half`) or only looks as if it did (`near`). Two things are told of each criterion, apart for
the sentences that whoever writes cues may read and for the others: in which share of them a cue is heard,
and what becomes of the verdict where one is put at the end of a labelled reply that lacks the criterion.
"""

from __future__ import annotations

import argparse
import functools
import random
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from evals.judge_data import FOLDER, Labelled, load_labelled, rows_of, weights_without
from evals.judge_train import LEFT_OUT
from interviewer.judge import EmbeddedJudge
from interviewer.judge.weights import load_weights
from knowledge import CRITERION_IDS, load_rubric

FILE = "sentences.jsonl"
SIDES = ("met", "half", "near")
SEED = 5
_FEWEST_WORDS = 40
_MIDDLING = range(2, 5)


@dataclass(frozen=True)
class Sentence:
    """A sentence written for one criterion. `read`: whoever writes cues may read it."""

    criterion: str
    side: str
    writer: int
    read: bool
    text: str


def load_sentences(folder: Path = FOLDER) -> list[Sentence]:
    """The sentences, in their order.

    Raises:
        DataFileError: a line is broken.
    """
    return rows_of(
        folder / FILE,
        "sentence",
        lambda row: Sentence(row["id"], row["side"], row["writer"], row["read"], row["text"]),
    )


def heard(judge: EmbeddedJudge, sentence: Sentence) -> bool:
    """Whether a cue that speaks for a sentence's criterion is heard in it, or a time for `timely`."""
    reading = judge.read(sentence.text)
    timed = sentence.criterion == "timely" and bool(reading.frames)
    return timed or any(judge.reader.sign(id, sentence.criterion) == 1 for id in reading.hits)


def shares_heard(judge: EmbeddedJudge, sentences: Iterable[Sentence]) -> dict[tuple[str, str], float]:
    """By criterion and side, in which share of the sentences a cue is heard."""
    count: Counter[tuple[str, str]] = Counter()
    found: Counter[tuple[str, str]] = Counter()
    for sentence in sentences:
        key = sentence.criterion, sentence.side
        count[key] += 1
        found[key] += heard(judge, sentence)
    return {key: found[key] / n for key, n in count.items()}


def verdicts_with(
    judge: EmbeddedJudge, sentences: Sequence[Sentence], rows: Sequence[Labelled]
) -> Iterator[tuple[Sentence, str]]:
    """Each sentence with its criterion's verdict, where it is put at the end of a reply that lacks it.

    The judge's weights never saw the reply's author. Where it does not find the criterion missing without the
    sentence, there is nothing to see, and the sentence is passed over.

    Args:
        judge: the judge.
        sentences: the sentences.
        rows: the labelled replies; middling ones of some length and without a pitfall are drawn from.
    """
    fit = [
        r for r in rows if len(r.reply.split()) > _FEWEST_WORDS and r.overall in _MIDDLING and not r.pitfalls
    ]
    lacking = {id: [row for row in fit if row.labels[id] == "missing"] for id in CRITERION_IDS}
    weights = functools.cache(load_weights)
    draw = random.Random(SEED)

    def verdict(row: Labelled, text: str, criterion: str) -> str:
        known = weights(weights_without(LEFT_OUT, row.author))
        reading = judge.read(text, question=row.question, role=row.role, company=row.company)
        return judge.judge(reading, known).criteria[criterion].verdict

    for sentence in sentences:
        row = draw.choice(lacking[sentence.criterion])
        if verdict(row, row.reply, sentence.criterion) == "missing":
            yield sentence, verdict(row, f"{row.reply} {sentence.text}", sentence.criterion)


def table(heard_in: Mapping[tuple[str, str], float], added: Mapping[tuple[str, str, str], int]) -> str:
    """The shares as plain text, a criterion in each line."""
    lines = [f"{'':<18}  a cue is heard     put into a reply, it is met (or partly)"]
    for id in CRITERION_IDS:
        if (id, SIDES[0]) not in heard_in:
            continue
        line = "  ".join(f"{heard_in[id, side]:.2f}" for side in SIDES)
        for side in SIDES:
            count = max(1, sum(n for (i, s, _), n in added.items() if (i, s) == (id, side)))
            met, partly = (added.get((id, side, v), 0) / count for v in ("met", "partly"))
            line += f"   {side} {met:.2f} ({partly:.2f})"
        lines.append(f"{id:<18}  {line}")
    return "\n".join(lines)


def main() -> None:
    """Print the shares."""
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    judge, rows = EmbeddedJudge(load_rubric()), load_labelled()
    for read, name in ((True, "sentences that writers of cues may read"), (False, "the others")):
        chosen = [s for s in load_sentences() if s.read is read]
        added = Counter((s.criterion, s.side, v) for s, v in verdicts_with(judge, chosen, rows))
        print(f"{len(chosen)} {name}\n{table(shares_heard(judge, chosen), added)}\n")


if __name__ == "__main__":
    main()
