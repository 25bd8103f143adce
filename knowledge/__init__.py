"""What is known about answering the question: the rubric, the guidance cards, and the search over them."""

from knowledge.cards import Card, load_cards
from knowledge.documents import read_document
from knowledge.index import GuidanceIndex, Hit
from knowledge.opening import open_index
from knowledge.rubric import CRITERION_IDS, PITFALL_IDS, Criterion, Level, Pitfall, Rubric
from knowledge.rubric_file import load_rubric
from knowledge.sync import SyncReport

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
