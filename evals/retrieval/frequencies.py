"""Counts how common each word is in replies: `python -m evals.retrieval.frequencies [--check]`.

The guidance search weighs words by it. What is counted are the labelled replies that the judge learns from,
and their restatements; labels are not used.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter

from evals.judge_data import load_labelled, load_restated
from knowledge.embeddings import FREQUENCIES, word_list

FEWEST = 50
"""Occurrences in a million words: the weight of a rarer word is 1 within two hundredths."""
ABOUT = "Occurrences of common words in a million words of replies: `python -m evals.retrieval.frequencies`."


def counted() -> str:
    """The text of the file: words by how common they are, then by the alphabet."""
    replies = [row.reply for row in (*load_labelled(), *load_restated())]
    counts = Counter(word for reply in replies for word in word_list(reply))
    million = {word: round(1e6 * count / counts.total()) for word, count in counts.items()}
    common = {word: million[word] for word in sorted(million, key=lambda word: (-million[word], word))}
    lines = [f"  {json.dumps(word)}: {count}" for word, count in common.items() if count >= FEWEST]
    rows = ",\n".join(lines)
    return f'{{\n "about": {json.dumps(ABOUT)},\n "per_million": {{\n{rows}\n }}\n}}\n'


def main() -> None:
    """Write the file, or with `--check` fail where it is not what the replies give."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing; fail where the file differs")
    text = counted()
    if not parser.parse_args().check:
        FREQUENCIES.write_text(text, encoding="utf-8")
    elif FREQUENCIES.read_text(encoding="utf-8") != text:
        sys.exit(f"{FREQUENCIES} is not what the replies give; run `python -m evals.retrieval.frequencies`")


if __name__ == "__main__":
    main()
