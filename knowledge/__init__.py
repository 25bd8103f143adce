"""What is known about answering the question: the rubric, the guidance cards, and the search over them."""

from knowledge.cards import Card, load_cards
from knowledge.rubric import CRITERION_IDS, PITFALL_IDS, Criterion, Level, Pitfall, Rubric
from knowledge.rubric_file import load_rubric

__all__ = [
    "CRITERION_IDS",
    "PITFALL_IDS",
    "Card",
    "Criterion",
    "Level",
    "Pitfall",
    "Rubric",
    "load_cards",
    "load_rubric",
]
