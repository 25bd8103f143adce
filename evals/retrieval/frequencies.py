"""Counts how common each word is in replies: `python -m evals.retrieval.frequencies`.

The guidance search weighs words by it. What is counted are the labelled replies that the judge learns from,
and their restatements; labels are not used.
"""

from __future__ import annotations

import json
from collections import Counter

from evals.judge_data import load_labelled, load_restated
from knowledge.embeddings import FREQUENCIES
from knowledge.keywords import word_list

FEWEST = 50
"""Occurrences in a million words: the weight of a rarer word is 1 within two hundredths."""
ABOUT = "Occurrences of common words in a million words of replies: `python -m evals.retrieval.frequencies`."


def counted() -> str:
    """The text of the file: words by how common they are, then by the alphabet."""
    replies = [row.reply for row in (*load_labelled(), *load_restated())]
    counts = Counter(word for reply in replies for word in word_list(reply))
    million = {word: round(1e6 * count / counts.total()) for word, count in counts.items()}
    common = sorted((-count, word) for word, count in million.items() if count >= FEWEST)
    lines = [f"  {json.dumps(word)}: {-count}" for count, word in common]
    rows = ",\n".join(lines)
    return f'{{\n "about": {json.dumps(ABOUT)},\n "per_million": {{\n{rows}\n }}\n}}\n'


if __name__ == "__main__":
    FREQUENCIES.write_text(counted(), encoding="utf-8")
