"""A guidance card, one click away from wherever it is named."""

from __future__ import annotations

import streamlit as st

from interviewer.pages.marks import plain
from interviewer.pages.shell import service
from interviewer.pages.words import esc
from knowledge import Card


def card_button(card_id: str, *, key: str) -> None:
    """The card's title as a button that opens its text; nothing where there is no such card."""
    card = service().cards.get(card_id)
    if card and st.button(plain(card.title), key=key, type="tertiary", icon=":material/menu_book:"):
        show_card(card)


def show_card(card: Card) -> None:
    """Open a card's text over the page."""

    @st.dialog(plain(card.title))
    def opened() -> None:
        card_text(card)

    opened()


def card_text(card: Card) -> None:
    """The card's words, and which points of the rubric it serves."""
    st.markdown(card.body)
    serves = served_by(card)
    if serves:
        st.html(f'<p class="iv-quiet">Serves: {esc(", ".join(serves))}</p>')


def served_by(card: Card) -> list[str]:
    """The names of the criteria and pitfalls that a card serves."""
    rubric = service().rubric
    return [rubric.criterion(name).name for name in card.criteria] + [
        rubric.pitfall(name).name for name in card.pitfalls
    ]
