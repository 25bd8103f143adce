"""Embedding functions for Chroma: WordLlama, which needs no network, and any OpenAI-compatible endpoint."""

from __future__ import annotations

import functools
import hashlib
from pathlib import Path
from typing import Any

import numpy as np
from chromadb import Documents, EmbeddingFunction, Embeddings
from chromadb.utils.embedding_functions import register_embedding_function
from numpy.typing import NDArray
from pydantic import ValidationError

from interviewer.errors import DataFileError, IndexStoreError
from knowledge.datafile import Frozen, read_text
from knowledge.keywords import word_list
from knowledge.word_vectors import DIMENSION, word_llama

FREQUENCIES = Path(__file__).with_name("word_frequencies.json")
COMMON = 0.004
"""A word that is this share of all words counts half; from .002 to .008 nearly the same is found."""
BATCH = 256
SECONDS = 20.0


class Frequencies(Frozen):
    """How often each common word occurs in a million words."""

    about: str
    per_million: dict[str, float]


@functools.cache
def _weights() -> dict[str, float]:
    text = read_text(FREQUENCIES, "the words' frequencies")
    try:
        found = Frequencies.model_validate_json(text)
    except ValidationError as error:
        hint = "cannot be used; run `python -m evals.retrieval.frequencies`"
        raise DataFileError(FREQUENCIES, hint) from error
    return {word: COMMON / (COMMON + count / 1e6) for word, count in found.per_million.items()}


@functools.lru_cache(maxsize=20_000)
def _word_vector(word: str) -> NDArray[np.float64]:
    """A word's vector, as long as the word is rare: 1 for one that is not among the common words."""
    model = word_llama()
    pieces = model.tokenizer.encode(word, add_special_tokens=False).ids
    vector = np.asarray(model.embedding[pieces], dtype=np.float64).sum(axis=0)
    length = float(np.linalg.norm(vector))
    return np.asarray(vector * (_weights().get(word, 1.0) / max(length, 1e-9)))


def _vector(text: str) -> NDArray[np.float64]:
    if found := word_list(text):
        return np.asarray(np.sum([_word_vector(word) for word in found], axis=0))
    return np.asarray(word_llama().embed([text])[0], dtype=np.float64)


@register_embedding_function
class BundledEmbedding(EmbeddingFunction[Documents]):
    """WordLlama's word vectors, each as long as its word is rare among replies, added up and set to length 1.

    The directions come with WordLlama's package. By its lengths the rarest word of a text would speak almost
    alone; here all but common words count alike (smooth inverse frequency: Arora, Liang and Ma, ICLR 2017).

    Chroma notices a changed function by its name only, so the name holds the dimension.
    """

    def __init__(self) -> None:
        """Nothing is loaded before the first text is embedded."""

    def __call__(self, input: Documents) -> Embeddings:
        """Embed texts: one float32 vector of `DIMENSION` numbers and length 1 for each.

        Raises:
            DataFileError: the file of frequencies is missing or broken.
        """
        vectors = np.stack([_vector(text) for text in input])
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        return list((vectors / np.maximum(lengths, 1e-9)).astype(np.float32))

    def close(self) -> None:
        """Nothing is held open."""

    @staticmethod
    def name() -> str:
        """The name under which Chroma keeps it."""
        return f"interviewer-wordllama-{DIMENSION}"

    def key(self) -> str:
        """What the vectors depend on: another key means that they have to be made anew.

        Raises:
            DataFileError: the file of frequencies is missing or broken.
        """
        return f"{self.name()} {hashlib.sha256(repr(_weights()).encode()).hexdigest()[:12]}"

    def default_space(self) -> Any:
        """Cosine."""
        return "cosine"

    def get_config(self) -> dict[str, Any]:
        """Nothing to configure."""
        return {}

    @staticmethod
    def build_from_config(config: dict[str, Any]) -> BundledEmbedding:
        """Called by Chroma when it opens a collection."""
        return BundledEmbedding()


@register_embedding_function
class OpenAIEmbedding(EmbeddingFunction[Documents]):
    """Embeddings of an OpenAI-compatible endpoint.

    Args:
        model: the embedding model.
        api_key: sent to the endpoint; never written to the collection.
        base_url: the endpoint (empty: OpenAI's).
    """

    def __init__(self, model: str, api_key: str = "", base_url: str = "") -> None:
        """Nothing is sent before the first text is embedded."""
        self.model, self.base_url = model, base_url
        self._api_key = api_key
        self._client: Any = None

    def __call__(self, input: Documents) -> Embeddings:
        """Embed texts, one vector each.

        Raises:
            IndexStoreError: the endpoint does not answer, or refuses.
        """
        from openai import OpenAI, OpenAIError

        if self._client is None:
            key, url = self._api_key or "none", self.base_url or None
            self._client = OpenAI(api_key=key, base_url=url, timeout=SECONDS, max_retries=1)
        vectors: Embeddings = []
        try:
            for start in range(0, len(input), BATCH):
                batch = list(input[start : start + BATCH])
                answer = self._client.embeddings.create(
                    model=self.model, input=batch, encoding_format="float"
                )
                vectors += [np.asarray(item.embedding, dtype=np.float32) for item in answer.data]
        except OpenAIError as error:
            problem = f"The embedding model {self.model} could not be asked ({type(error).__name__})."
            hint = "Check the endpoint and the key, or set INTERVIEWER_EMBEDDINGS=bundled."
            raise IndexStoreError(f"{problem} {hint}") from error
        if len(vectors) != len(input):
            raise IndexStoreError(
                f"The embedding model {self.model} answered for some of the texts only. Try again."
            )
        return vectors

    def close(self) -> None:
        """Close the connections to the endpoint."""
        if self._client is not None:
            self._client.close()
            self._client = None

    @staticmethod
    def name() -> str:
        """The name under which Chroma keeps it."""
        return "interviewer-openai"

    def key(self) -> str:
        """What the vectors depend on: another key means that they have to be made anew."""
        return f"openai {self.model} {self.base_url}".strip()

    def default_space(self) -> Any:
        """Cosine."""
        return "cosine"

    def get_config(self) -> dict[str, Any]:
        """The model and the endpoint, never the key."""
        return {"model": self.model, "base_url": self.base_url}

    @staticmethod
    def build_from_config(config: dict[str, Any]) -> OpenAIEmbedding:
        """Called by Chroma when it opens a collection."""
        return OpenAIEmbedding(config["model"], base_url=config.get("base_url", ""))


Embedder = BundledEmbedding | OpenAIEmbedding
