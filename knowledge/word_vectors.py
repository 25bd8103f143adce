"""WordLlama's word vectors, which come in its own wheel: read once for the judge and the guidance search."""

from __future__ import annotations

import functools
import os
from pathlib import Path
from typing import Any

DIMENSION = 256


@functools.cache
def word_llama() -> Any:
    """The model: its tokenizer, and a vector of `DIMENSION` numbers for each token. Needs no network."""
    # A reply has a handful of sentences: to hand them to other threads takes longer than to read them.
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    import wordllama  # type: ignore[import-untyped]

    # WordLlama finds the weights of its own wheel only when told, and would download them otherwise.
    folder = Path(wordllama.__file__).parent
    return wordllama.WordLlama.load(cache_dir=folder, disable_download=True, dim=DIMENSION)
