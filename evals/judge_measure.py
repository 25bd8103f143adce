"""Measures the embedded judge, cross-validated by author: `python -m evals.judge_measure [--json]`.

`--write` keeps them in `knowledge/judge/agreement.json`, with the one line that the app shows.

For each author the weights are taken that `evals.judge_train` learned from the others' replies; the whole
critique (quotes, demotions, overall, focus) is then made for that author's replies, and the figures are
computed over all, pooled. Because the cues were written by somebody who had read most of the replies by r, a,
b, c, d and f, the figures that are honest for new wording are those of all authors but `READ`, whose replies
nobody has read to change a cue, and those on `unseen.jsonl`: an author that neither weights nor cues were
made from.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import time
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np

from evals.judge_data import (
    UNSEEN,
    Labelled,
    data_hash,
    load_evidence,
    load_labelled,
    weights_without,
)
from evals.judge_scores import f1, kappa
from evals.judge_train import LEFT_OUT, LEVEL, OUT, read_all
from interviewer.judge import EmbeddedJudge
from interviewer.judge.features import Reading
from interviewer.judge.weights import load_weights
from interviewer.schema import Critique
from knowledge import CRITERION_IDS, PITFALL_IDS, load_rubric

FIRST_FOUR = ("r", "a", "b", "c")
READ = (*FIRST_FOUR, "d", "f", "g")
"""Authors some of whose replies were read to change a cue."""
AGREEMENT = OUT.parent / "agreement.json"
FLOOR = {"criteria": 0.60, "pitfalls": 0.55, "overall": 0.60}
CEILING = {"criteria": 0.946, "pitfalls": 0.995, "overall": 0.952, "focus": 0.98}


def cross_validate(rows: Sequence[Labelled], readings: Sequence[Reading]) -> list[Critique]:
    """For each labelled reply the critique of a judge that never saw its author.

    Args:
        rows: the replies.
        readings: what the judge reads in each.
    """
    judge = EmbeddedJudge(load_rubric())
    authors = {row.author for row in rows}
    without = {author: load_weights(weights_without(LEFT_OUT, author)) for author in authors}
    return [judge.judge(reading, without[row.author]) for row, reading in zip(rows, readings, strict=True)]


def unseen() -> dict[str, Any]:
    """The figures of the judge as shipped on the replies that nothing was tuned on."""
    rows = load_labelled(files=UNSEEN)
    judge = EmbeddedJudge(load_rubric())
    critiques = [judge.critique(r.reply, question=r.question, role=r.role, company=r.company) for r in rows]
    return figures(rows, critiques)


def figures(rows: Sequence[Labelled], critiques: Sequence[Critique]) -> dict[str, Any]:
    """All figures for some replies and their critiques (those that cannot be judged count as 1 of 5)."""
    criteria = {
        id: kappa([LEVEL[r.labels[id]] for r in rows], [LEVEL[c.criteria[id].verdict] for c in critiques], 3)
        for id in CRITERION_IDS
    }
    pitfalls = {
        id: f1(
            np.array([id in r.pitfalls for r in rows]),
            np.array([any(p.id == id for p in c.pitfalls) for c in critiques]),
        )
        for id in PITFALL_IDS
    }
    return {
        "replies": len(rows),
        "criteria": criteria,
        "criteria_mean": float(np.mean(list(criteria.values()))),
        "pitfalls": pitfalls,
        "pitfalls_macro_f1": float(np.mean(list(pitfalls.values()))),
        "overall": kappa([r.overall - 1 for r in rows], [(c.overall or 1) - 1 for c in critiques], 5),
        "focus_hit": float(
            np.mean([bool(set(r.focus) & set(c.focus)) for r, c in zip(rows, critiques, strict=True)])
        ),
    }


def quotes_agree(rows: Sequence[Labelled], critiques: Sequence[Critique]) -> dict[str, float]:
    """How often the first quote of a pitfall that is there is among the words that a reader chose for it.

    Returns:
        `pitfalls`: how many could be compared; `share`: of how many the quote and the words cover at least
        half of one another.
    """
    chosen = load_evidence()
    hits = [
        _covers(_places(r.reply, pitfall.quotes[:1]), _places(r.reply, chosen[r.id][pitfall.id]))
        for r, critique in zip(rows, critiques, strict=True)
        for pitfall in critique.pitfalls
        if pitfall.id in r.pitfalls and pitfall.id in chosen.get(r.id, {})
    ]
    return {"pitfalls": len(hits), "share": float(np.mean(hits))}


def _places(reply: str, quotes: Sequence[str]) -> set[int]:
    """Which characters of a reply some quotes are."""
    found: set[int] = set()
    for quote in quotes:
        start = reply.find(quote)
        if start >= 0:
            found |= set(range(start, start + len(quote)))
    return found


def _covers(one: set[int], other: set[int]) -> bool:
    return 2 * len(one & other) >= min(len(one), len(other))


def latency(rows: Sequence[Labelled]) -> dict[str, float]:
    """Milliseconds of a whole critique, warm: the median and the slowest over the labelled replies."""
    judge = EmbeddedJudge(load_rubric())
    taken = []
    for row in [rows[0], *rows]:
        start = time.perf_counter()
        judge.critique(row.reply, question=row.question, role=row.role, company=row.company)
        taken.append((time.perf_counter() - start) * 1000)
    return {"median_ms": float(np.median(taken[1:])), "slowest_ms": max(taken[1:])}


def table(found: Mapping[str, Any]) -> str:
    """The figures as plain text, with floor and ceiling beside."""
    lines = [f"{found['replies']} replies, each judged by weights learned from the other authors", ""]
    lines += [f"  {id:<20} kappa {value:.2f}" for id, value in found["criteria"].items()]
    lines += [f"  {id:<20} F1    {value:.2f}" for id, value in found["pitfalls"].items()]
    lines.append("")
    for name, key, part in (
        ("criteria, mean kappa", "criteria_mean", "criteria"),
        ("pitfalls, macro F1", "pitfalls_macro_f1", "pitfalls"),
        ("overall, kappa", "overall", "overall"),
    ):
        lines.append(
            f"  {name:<22} {found[key]:.3f}   floor {FLOOR[part]:.2f}   two labellers {CEILING[part]:.3f}"
        )
    lines.append(
        f"  {'focus shares an id':<22} {found['focus_hit']:.3f}"
        + " " * 16
        + f"two labellers {CEILING['focus']}"
    )
    for key, name in (
        ("first_four", f"authors {', '.join(FIRST_FOUR)}"),
        ("blind", "authors that no cue was changed for"),
        ("restated", "said again in other words"),
    ):
        if key in found:
            part = found[key]
            lines.append(
                f"  {name}, {part['replies']} replies: criteria {part['criteria_mean']:.3f},"
                f" pitfalls {part['pitfalls_macro_f1']:.3f}, overall {part['overall']:.3f},"
                f" focus {part['focus_hit']:.3f}"
            )
    for author, part in found.get("by_author", {}).items():
        lines.append(
            f"  author {author}: criteria {part['criteria_mean']:.2f},"
            f" pitfalls {part['pitfalls_macro_f1']:.2f},"
            f" overall {part['overall']:.2f}, focus {part['focus_hit']:.2f}"
        )
    if "quotes" in found:
        part = found["quotes"]
        lines.append(
            f"  first quote of a pitfall among the words that show it: {part['share']:.3f}"
            f" of {part['pitfalls']}"
        )
    if "unseen" in found:
        part = found["unseen"]
        lines.append(
            f"  unseen author, {part['replies']} replies: criteria {part['criteria_mean']:.3f},"
            f" pitfalls {part['pitfalls_macro_f1']:.3f}, overall {part['overall']:.3f},"
            f" focus {part['focus_hit']:.3f}"
        )
    if "latency" in found:
        taken = found["latency"]
        lines.append(f"  a critique takes {taken['median_ms']:.1f} ms (slowest {taken['slowest_ms']:.1f})")
    return "\n".join(lines)


def agreement(found: Mapping[str, Any], *, date: str = "") -> dict[str, Any]:
    """What `agreement.json` holds: a line for the app, the figures, and what they were measured on.

    Args:
        found: the figures, with `by_author`.
        date: the day of the measurement, left out where empty.
    """
    new = found["unseen"]
    line = (
        f"agrees with machine-written labels on unseen replies: overall \u03ba {new['overall']:.2f},"
        f" pitfalls F1 {new['pitfalls_macro_f1']:.2f} (1 is full)"
    )
    kept = {key: value for key, value in found.items() if key not in ("latency", "unseen")}
    return {
        "line": line,
        "about": "Agreement with machine-written reference labels; `python -m evals.judge_measure --write`.",
        "cross_validated": kept,
        "unseen": new,
        "weights_hash": hashlib.sha256(OUT.read_bytes()).hexdigest()[:16],
        "data_hash": data_hash(),
        **({"date": date} if date else {}),
    }


def measure() -> dict[str, Any]:
    """The cross-validated figures over all replies, over those of some authors, by author, and said again."""
    every, readings = read_all()
    count = len(load_labelled())
    rows, again = every[:count], every[count:]
    critiques = cross_validate(rows, readings[:count])

    def part(authors: Collection[str]) -> dict[str, Any]:
        use = [i for i, r in enumerate(rows) if r.author in authors]
        return figures([rows[i] for i in use], [critiques[i] for i in use])

    authors = dict.fromkeys(row.author for row in rows)
    return {
        **figures(rows, critiques),
        "first_four": part(FIRST_FOUR),
        "blind": part(authors.keys() - READ),
        "restated": figures(again, cross_validate(again, readings[count:])),
        "by_author": {author: part((author,)) for author in authors},
        "unseen": unseen(),
        "quotes": quotes_agree(rows, critiques),
    }


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument(
        "--write", action="store_true", help="keep the figures in knowledge/judge/agreement.json"
    )
    parser.add_argument("--date", default="", help="the day to be kept with them")
    args = parser.parse_args()
    found = measure()
    if args.write:
        text = json.dumps(agreement(found, date=args.date), indent=1, ensure_ascii=False, sort_keys=True)
        AGREEMENT.write_text(text + "\n", encoding="utf-8")
    found["latency"] = latency(load_labelled())
    print(json.dumps(found, indent=1) if args.json else table(found))


if __name__ == "__main__":
    main()
