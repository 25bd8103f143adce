"""The exports: whole, readable, and never able to do what a candidate's words say."""

from __future__ import annotations

import html
import io
import json
import re

import pytest
from markdown_it import MarkdownIt
from pypdf import PdfReader
from store_samples import critique, interview, turn

from interviewer.export import to_json, to_markdown, to_pdf
from interviewer.schema import Doubt, Interview, Question, Setup, Turn
from knowledge import Card, Rubric, load_cards, load_rubric


@pytest.fixture(scope="module")
def rubric() -> Rubric:
    return load_rubric()


@pytest.fixture(scope="module")
def cards() -> tuple[Card, ...]:
    return load_cards()


def with_reply(reply: str) -> Interview:
    """An open rehearsal with one reply, not judged."""
    asked = Question(text="What are your career goals?", kind="opening")
    return Interview(
        owner="me", setup=Setup(persona="mara"), turns=[Turn(number=1, question=asked, reply=reply)]
    )


def pdf_text(document: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(document)).pages)


def rendered(markdown: str) -> str:
    return MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(markdown)


def words(text: str) -> list[str]:
    return text.split()


ATTACKS = [
    "<script>alert(1)</script> <img src=x onerror=alert(1)>",
    "[click](javascript:alert(1)) ![x](http://evil.example/x.png) <http://evil.example>",
    "# Overall: excellent\n## Debrief",
    "- a\n* b\n+ c\n1. d\n2) e\n> f",
    "```\ncode\n```\n~~~\n    indented",
    "**bold** __bold__ *it* _it_ ~~gone~~ `code` | a | b |\n|---|---|",
    "setext\n===\nsetext\n---\n***",
    "[a]: http://evil.example\n&lt;b&gt; &copy; <!-- x --> \\# \\",
    "<details>\n\n</blockquote>\n\n<h1>big</h1>",
]


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_reply_is_only_words_in_markdown(rubric: Rubric, cards: tuple[Card, ...], attack: str) -> None:
    page = rendered(to_markdown(with_reply(attack), rubric, cards))
    quote = page[page.index("<blockquote>") : page.index("</blockquote>")]
    assert set(re.findall(r"<\s*/?\s*(\w+)", quote)) <= {"blockquote", "p", "br"}
    assert words(html.unescape(re.sub(r"<[^>]+>", " ", quote))) == words(attack)
    assert page.count("<h1>") == 1


@pytest.mark.parametrize("attack", ATTACKS)
def test_set_up_and_questions_are_only_words_too(
    rubric: Rubric, cards: tuple[Card, ...], attack: str
) -> None:
    one = interview()
    one.setup.role = one.setup.company = one.setup.persona = attack
    one.turns[0].question.text = attack
    one.turns[0].notices[0].message = attack
    found = one.turns[0].critique
    assert found and found.stronger_answer and one.debrief and one.debrief.keep
    found.stronger_answer.text = found.criteria["timely"].advice = found.notes[0] = attack
    one.debrief.keep.quote = one.debrief.exercise = one.debrief.closing = attack
    page = rendered(to_markdown(one, rubric, cards))
    ours = {"h1", "h2", "h3", "p", "br", "ul", "li", "strong", "em", "blockquote", "table"}
    assert set(re.findall(r"<\s*/?\s*(\w+)", page)) <= ours | {"thead", "tbody", "tr", "th", "td"}
    assert page.count("<h1>") == 1


def test_addresses_do_not_become_links(rubric: Rubric, cards: tuple[Card, ...]) -> None:
    text = to_markdown(with_reply("see https://evil.example www.evil.example me@evil.example"), rubric, cards)
    assert "https://" not in text and "www.evil" not in text and "e@evil" not in text


def test_marks_that_turn_the_text_are_left_out(rubric: Rubric, cards: tuple[Card, ...]) -> None:
    assert "\u202e" not in to_markdown(with_reply("a\u202eb\x1b[31m"), rubric, cards)


def test_markdown_tells_the_whole_story(rubric: Rubric, cards: tuple[Card, ...]) -> None:
    text = to_markdown(interview(turns=2), rubric, cards)
    titles = {card.id: card.title for card in cards}
    for part in (
        "**Within three years** ✓",
        "*The pay is also what I am after* ⚠",
        "●●●○○ acceptable",
        rubric.criterion("timely").name,
        rubric.pitfall("money_motive").name,
        titles["smart-goals"],
        "cut errors by a tenth",
        "The model did not answer in time.",
        "by the built-in judge",
        "01 March 2026, 09:00 UTC",
        "| ● |",
    ):
        assert part in text
    assert text.index("### Keep") < text.index("### Mend first") < text.index("## Transcript")
    assert "%" not in text


def test_a_less_certain_point_says_so(rubric: Rubric, cards: tuple[Card, ...]) -> None:
    told = interview(turns=1)
    judged = critique().model_copy(
        update={
            "engine": "model",
            "doubts": [
                Doubt(id="timely", says="missing"),
                Doubt(id="fantasy", says="present", quotes=["run demand forecasting"]),
            ],
        }
    )
    told = told.model_copy(update={"turns": [told.turns[0].model_copy(update={"critique": judged})]})
    text = " ".join(to_markdown(told, rubric, cards).split())
    assert "A date. Less certain: the built-in judge does not see it." in text
    assert f"{rubric.pitfall('fantasy').name}**: may hurt" in text
    assert "Less certain: only the built-in judge sees it." in text


def test_an_unfilled_blank_stays_marked(rubric: Rubric, cards: tuple[Card, ...]) -> None:
    one = interview()
    one.turns[0].filled_blanks = {}
    assert "[by how much?]" in html.unescape(rendered(to_markdown(one, rubric, cards)))


def test_a_realistic_interview_that_is_not_finished_gives_nothing_away(
    rubric: Rubric, cards: tuple[Card, ...]
) -> None:
    one = interview(status="open", ended_by="", debrief=None)
    for text in (to_markdown(one, rubric, cards), pdf_text(to_pdf(one, rubric, cards))):
        assert "not finished" in text and "demand forecasting" in text
        for given_away in ("acceptable", "✓", "⚠", "Stronger", "hurts", "did not answer in time"):
            assert given_away not in text
    assert json.loads(to_json(one))["interview"]["turns"][0]["critique"]


def test_an_empty_interview(rubric: Rubric, cards: tuple[Card, ...]) -> None:
    one = Interview(owner="me", setup=Setup(persona="mara"))
    assert "Nothing was said yet." in to_markdown(one, rubric, cards)
    assert "Nothing was said yet." in pdf_text(to_pdf(one, rubric, cards))


def test_json_is_whole_and_has_its_version() -> None:
    one = interview(turns=2)
    document = json.loads(to_json(one))
    assert document["schema_version"] == 1
    assert Interview.model_validate(document["interview"]) == one


def test_the_pdf_tells_the_whole_story(rubric: Rubric, cards: tuple[Card, ...]) -> None:
    text = " ".join(pdf_text(to_pdf(interview(turns=2), rubric, cards)).split())
    for part in (
        "Within three years",
        "acceptable",
        "cut errors by a tenth",
        "Mend first",
        "1 / 2",
        "Reply 1",
    ):
        assert part in text
    assert "▯" not in text


@pytest.mark.parametrize(
    "reply", ["🙂👩‍🚀", "私の目標", "שלום עולם", "مرحبا", "हिन्दी", "\ue000", "\U000e0041\U0010ffff"]
)
def test_the_pdf_shows_what_it_cannot_draw(rubric: Rubric, cards: tuple[Card, ...], reply: str) -> None:
    text = pdf_text(to_pdf(with_reply(f"Before {reply} after"), rubric, cards))
    assert "▯" in text and "The Markdown export has every one." in text
    assert "Before" in text and "after" in text
    assert reply in to_markdown(with_reply(reply), rubric, cards)


def test_the_pdf_draws_the_letters_of_europe(rubric: Rubric, cards: tuple[Card, ...]) -> None:
    reply = "Zażółć gęślą jaźń – Größe “naïve” Ελλάδα Москва €"
    text = pdf_text(to_pdf(with_reply(reply), rubric, cards))
    assert "▯" not in text
    assert "gęślą" in text and "Москва" in text


@pytest.mark.parametrize(
    "reply", ["", " ", "\n\n\n", "x" * 5000, "\x00\x01\x1b", "e\u0301" * 50, "\r\n a\tb \u2028 c"]
)
def test_odd_replies_do_not_crash(rubric: Rubric, cards: tuple[Card, ...], reply: str) -> None:
    assert to_pdf(with_reply(reply), rubric, cards).startswith(b"%PDF")
    assert to_markdown(with_reply(reply), rubric, cards)


def test_a_very_long_reply_is_there_to_the_last_word(rubric: Rubric, cards: tuple[Card, ...]) -> None:
    reply = " ".join(f"word{n}" for n in range(20_000))
    document = to_pdf(with_reply(reply), rubric, cards)
    last = PdfReader(io.BytesIO(document)).pages[-1].extract_text()
    assert "word19999" in last
    assert "word19999" in to_markdown(with_reply(reply), rubric, cards)


def test_a_picture_of_many_replies_stays_on_the_page(rubric: Rubric, cards: tuple[Card, ...]) -> None:
    one = interview(turns=1)
    assert one.debrief
    one.debrief.turns = list(range(1, 13))
    one.debrief.picture = {point: ["met"] * 12 for point in rubric.ids[:13]}
    one.debrief.overall = [5, None] * 6
    text = pdf_text(to_pdf(one, rubric, cards))
    assert "Reply 12" in " ".join(text.split())


def test_a_reply_that_cannot_be_judged(rubric: Rubric, cards: tuple[Card, ...]) -> None:
    one = with_reply("Guten Tag.")
    one.turns[0].critique = critique().model_copy(
        update={"overall": None, "cannot_judge": "This is not English.", "criteria": {}, "pitfalls": []}
    )
    assert "**Not judged:** This is not English." in to_markdown(one, rubric, cards)


def test_an_unknown_point_or_card_is_named_by_its_id(rubric: Rubric) -> None:
    assert "avoid-money" in to_markdown(interview(), rubric, ())


def test_a_quote_that_is_not_in_the_reply_marks_nothing(rubric: Rubric, cards: tuple[Card, ...]) -> None:
    one = interview(turns=0, debrief=None)
    odd = turn(1)
    odd.reply = "Something else."
    one.turns = [odd]
    assert "> Something else." in to_markdown(one, rubric, cards)
