"""What is known about answering the question: the rubric, the guidance cards, and the search over them.

The search and the reader of uploads are imported when they are first asked for: they need numpy and more, and
most commands need neither.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from knowledge.cards import Card, load_cards
from knowledge.rubric import CRITERION_IDS, PITFALL_IDS, Criterion, Level, Pitfall, Rubric
from knowledge.rubric_file import load_rubric

if TYPE_CHECKING:
    from knowledge.documents import read_document
    from knowledge.index import GuidanceIndex, Hit
    from knowledge.opening import open_index
    from knowledge.sync import SyncReport

_LATER = {
    "GuidanceIndex": "index",
    "Hit": "index",
    "SyncReport": "sync",
    "open_index": "opening",
    "read_document": "documents",
}


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"knowledge.{_LATER[name]}"), name)


__all__ = [
    "CRITERION_IDS",
    "PITFALL_IDS",
    "Card",
    "Criterion",
    "GuidanceIndex",
    "Hit",
    "Level",
    "Pitfall",
    "Rubric",
    "SyncReport",
    "load_cards",
    "load_rubric",
    "open_index",
    "read_document",
]
