"""The word lists of a folder of cues: `lists.yaml`."""

from __future__ import annotations

from functools import cached_property

from pydantic import ConfigDict

from knowledge.datafile import Frozen


class Lists(Frozen):
    """Words that the cues share, and how a reply is cleaned before they are looked for."""

    lists: dict[str, tuple[str, ...]]
    respell: dict[str, str]
    fillers: tuple[str, ...]
    negations: tuple[str, ...]
    reference_year: int
    numbers: dict[str, float]
    months: tuple[str, ...]
    seasons: tuple[str, ...]
    english: tuple[str, ...]
    foreign: tuple[str, ...]
    leaning: tuple[str, ...]
    open_questions: tuple[str, ...]
    asks: dict[str, tuple[str, ...]]
    grand_words: tuple[str, ...] = ()
    empty_words: tuple[str, ...]
    stop_words: tuple[str, ...]
    pronouns: tuple[str, ...] = ()
    cannot_judge: dict[str, str]
    notes: dict[str, str]

    model_config = ConfigDict(extra="forbid", frozen=True, ignored_types=(cached_property,))
