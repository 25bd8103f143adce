"""Guidance: the cards by theme, with a search that answers while you type."""

from __future__ import annotations

import streamlit as st

from interviewer.pages.card import card_text
from interviewer.pages.marks import plain
from interviewer.pages.shell import guidance_ready, preparation, service
from knowledge import Card

_HITS = 6


def show(arrived: bool) -> None:
    """Draw the page."""
    st.title("Guidance", anchor=False)
    st.html(
        '<p class="iv-lead">What makes a good answer to “What are your career goals?”, one card a point. '
        "Every critique leads here.</p>"
    )
    guidance_ready()
    _cards()


@st.fragment
def _cards() -> None:
    query = st.text_input(
        "Search",
        key="search",
        type="search",
        live=True,
        placeholder="How far ahead should I plan?",
        icon=":material/search:",
    )
    if query and query.strip():
        _found(query.strip()[:300])
        return
    themes: dict[str, list[Card]] = {}
    for card in service().cards.values():
        themes.setdefault(card.theme, []).append(card)
    for theme, cards in themes.items():
        st.subheader(plain(theme), anchor=False)
        for card in cards:
            _card(card)


def _found(query: str) -> None:
    if not preparation().ready.is_set():
        st.html('<p class="iv-quiet">The guidance is still being prepared; the search works in a moment.</p>')
        return
    hits = service().search_guidance(query, k=_HITS)
    if notice := service().index().notice:
        st.caption(notice)
    cards = [service().cards[hit.id] for hit in hits if hit.id in service().cards]
    if not cards:
        st.html('<p class="iv-text">Nothing fits those words. Try the words an interviewer would use.</p>')
    for number, card in enumerate(cards):
        _card(card, first=number == 0)


def _card(card: Card, *, first: bool = False) -> None:
    with st.expander(plain(card.title), expanded=first):
        card_text(card)
