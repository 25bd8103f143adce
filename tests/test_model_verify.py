"""Verification: nothing that a model says of a reply gets through unless code has checked it."""

from __future__ import annotations

from typing import Any

import pytest
from model_samples import REPLY, rubric

from interviewer.model import checked_answer, true_quote, verified_critique
from interviewer.model.facts import Given, numbers
from interviewer.model.verify import doubts, with_blanks
from interviewer.schema import CriterionFinding, Critique, PitfallFinding
from interviewer.verdicts import doubt_lines

GIVEN = "i want to lead a team of 5 within three years. i did an evening course, passed it in june at Tesco"


def critique(answer: dict[str, Any], reply: str = REPLY, **more: Any) -> Any:
    return verified_critique(answer, reply=reply, rubric=rubric(), **more)


def evidence(quote: str, *met: str, partly: tuple[str, ...] = ()) -> dict[str, Any]:
    return {"quote": quote, "met": list(met), "partly": list(partly)}


@pytest.mark.parametrize(
    ("quote", "reply", "found"),
    [
        ("within three years", "So within three years, yes", "within three years"),
        ("Within  three\nyears.", "So within three years, yes", "within three years"),
        ("within three years", "within\n three  years", "within\n three  years"),
        ("I'd like", "well I’d like that", "I’d like"),
        ("“big” plans", 'my "big" plans', '"big" plans'),
        ("a long - range goal", "a long – range goal", "a long – range goal"),
        ('"to lead"', "I want to lead people", "to lead"),
        ("to lead...", "I want to lead people", "to lead"),
        ("ART", "my start in art", "art"),
        ("İstanbul", "in İstanbul now", "İstanbul"),
        ("straße", "in der Straße", "Straße"),
        ("😀 yes", "ok 😀 yes", "😀 yes"),
    ],
)
def test_a_quote_is_given_back_as_it_was_written(quote: str, reply: str, found: str) -> None:
    assert true_quote(quote, reply) == found
    assert found in reply


@pytest.mark.parametrize(
    ("quote", "reply"),
    [
        ("within two years", "within three years"),
        ("lead the team", "lead a team"),
        ("art", "my start"),
        ("year", "within three years"),
        ("", "anything"),
        ("...", "anything ... at all"),
        (" \n", "a b"),
        ("three years within", "within three years"),
        ("within … years", "within three years"),
    ],
)
def test_what_was_not_said_is_no_quote(quote: str, reply: str) -> None:
    assert true_quote(quote, reply) is None


def test_good_points_stay_and_bad_ones_are_counted() -> None:
    found = critique(
        {
            "evidence": [
                evidence("within three years", "timely", "long_term_vision", partly=("specific",)),
                evidence("I doubled the revenue", "past_evidence", "measurable"),
                evidence("Next spring", "short_term_steps", "made_up_id"),
                evidence("nothing here"),
            ],
            "pitfalls": [
                {"quote": "the money", "id": "money_motive"},
                {"quote": "Next spring", "id": "no_such_pitfall"},
                "nonsense",
            ],
            "stronger_answer": "",
        }
    )
    assert found.criteria["timely"].verdict == "met"
    assert found.criteria["timely"].quotes == ["Within three years"]
    assert found.criteria["specific"].verdict == "partly"
    assert found.criteria["past_evidence"].verdict == "missing"
    assert found.criteria["past_evidence"].quotes == []
    assert found.pitfalls == []
    assert found.dropped == 2 + 1 + 3
    assert found.engine == "model"
    assert list(found.criteria) == [criterion.id for criterion in rubric().criteria]


def test_met_outranks_partly_whatever_the_order() -> None:
    parts = [evidence("Next spring", partly=("timely",)), evidence("Within three years", "timely")]
    for order in (parts, parts[::-1]):
        found = critique({"evidence": order}).criteria["timely"]
        assert (found.verdict, found.quotes) == ("met", ["Within three years"])


def test_the_score_is_the_rubrics_own() -> None:
    answer = {"evidence": [evidence("Within three years", "timely")], "overall": 5, "score": 5}
    found = critique(answer)
    verdicts = {name: finding.verdict for name, finding in found.criteria.items()}
    assert found.overall == rubric().overall(verdicts, [])
    assert found.focus == list(rubric().focus(verdicts, []))


def test_cards_are_the_rubrics_with_the_retrieved_ones_first() -> None:
    known = rubric().criterion("timely").cards
    found = critique({"evidence": []}, retrieved=["avoid-money", known[-1]])
    cards = found.criteria["timely"].guidance
    assert cards[0] == known[-1]
    assert sorted(cards) == sorted(known), "a card that is not the rubric's for this id stays out"


def test_every_quote_of_every_answer_is_verbatim() -> None:
    quotes = ["within THREE years", "stockouts by a fifth.", "“Next spring”", "invented words"]
    found = critique(
        {
            "evidence": [evidence(quote, "specific", "measurable") for quote in quotes],
            "pitfalls": [{"quote": quote, "id": "over_specific"} for quote in quotes],
        }
    )
    said = [quote for finding in found.criteria.values() for quote in finding.quotes]
    said += [quote for pitfall in found.pitfalls for quote in pitfall.quotes]
    assert said and all(quote in REPLY for quote in said)


@pytest.mark.parametrize("answer", [{}, {"evidence": None, "pitfalls": None}, {"evidence": ["x", 3]}])
def test_an_empty_answer_is_all_missing(answer: dict[str, Any]) -> None:
    found = critique(answer)
    assert {finding.verdict for finding in found.criteria.values()} == {"missing"}
    assert found.stronger_answer is None


def kept(text: str, *more: str) -> tuple[str, int]:
    answer, dropped = checked_answer(text, Given([GIVEN, *more]))
    return (answer.text if answer else "", dropped)


@pytest.mark.parametrize(
    "text",
    [
        "I want to lead a team of five within 3 years.",
        "Within three years I would like to lead a team of 5 people.",
        "I passed an evening course in June at Tesco, and I am proud of it.",
        "The one thing I want to do first is to lead a team.",
        "My first step is to learn, and then I want to lead the team I am in.",
        "I want to lead a team [by when?] and grow with it in my work here.",
    ],
)
def test_the_candidates_own_facts_stay(text: str) -> None:
    assert kept(text) == (text, 0)


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        ("I want to lead a team of 12 people in this shop of yours.", "12"),
        ("I want to lead a team of twelve people in this shop of yours.", "twelve"),
        ("I want to lead a team of twenty-five people in this shop.", "twenty"),
        ("I want to lead a team and raise the sales by 15% in this shop.", "15"),
        ("I want to lead a team and raise the sales by fifteen percent.", "fifteen"),
        ("I want to lead a team and save $40k in costs for this shop.", "40"),
        ("I want to lead a team and double the sales of this shop.", "double"),
        ("I want to lead a team in this shop within two years from now.", "two years"),
        ("I want to lead a team in this shop by 2027 at the latest.", "2027"),
        ("I want to lead a team in this shop by September at the latest.", "September"),
        ("I want to lead a team in this shop next year if I can do it.", "next year"),
        ("I want to lead a team like the one at Amazon or in this shop.", "Amazon"),
        ("I want to lead a team with Mr Patel in this shop for a while.", "Patel"),
        ("I want to lead a team and get my PMP while I work in this shop.", "PMP"),
        ("I want to lead a team and finish a degree while I work here.", "degree"),
        ("I want to become a certified person who can lead a whole team.", "certified"),
        ("I want to become a regional manager who can lead a whole team.", "manager"),
        ("I want to lead a team, as I have improved the sales in the past.", "improved"),
        ("I want to lead a team, because I ran the stockroom here before.", "ran"),
        ("I want to lead a team, and I successfully trained the new people.", "trained"),
        ("I want to lead a team, and in the past I won with the people here.", "won"),
    ],
)
def test_what_was_never_said_goes(text: str, gone: str) -> None:
    rest, dropped = kept(text + " I want to lead a team within three years.")
    assert gone not in rest
    assert dropped == 1
    assert rest.endswith("I want to lead a team within three years.")


EXAMPLE = """Never add a name. For "I hope to run my own ward this autumn, and I love the pace of a ward" say:
I want to run my own ward this autumn as I love the pace of a ward. [what does the ward gain from it?]"""


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("I want to run my own ward.", ""),
        ("I want to lead a team here, because I love the pace of a ward.", ""),
        ("I never add a name.", ""),
        ("It pays here [what does the ward gain from it?].", "It pays here [what exactly?]."),
        ("I love the pace of a team.", ""),
        ("I want to run my own team.", "I want to run my own team."),
    ],
)
def test_what_is_copied_from_the_prompt_goes(text: str, left: str) -> None:
    own = "I want to lead a team within three years."
    answer, dropped = checked_answer(f"{own} {text}", Given([GIVEN, "I run a team of my own."], EXAMPLE))
    assert answer is not None
    assert answer.text == f"{own} {left}".strip()
    assert dropped == (left != text)


def test_what_the_candidate_said_too_is_not_copied() -> None:
    said = "I hope to run my own ward, since I love the pace of a ward."
    answer, dropped = checked_answer(
        "I want to run my own ward, I love the pace of a ward.", Given([said], EXAMPLE)
    )
    assert answer is not None and dropped == 0


def test_a_title_before_a_name_ends_no_sentence() -> None:
    said = "I train with Mr. Ode and Dr. Lin until I lead the shift myself."
    assert kept(said, said) == (said, 0)


def test_a_single_made_up_figure_becomes_a_blank() -> None:
    answer, dropped = checked_answer("I want to lead a team and raise sales by 15% here.", Given([GIVEN]))
    assert answer is not None and dropped == 1
    assert answer.text == "I want to lead a team and raise sales by [how much, or how many?] here."
    assert answer.blanks == ["how much, or how many?"]


def test_a_made_up_time_becomes_a_blank() -> None:
    answer, _ = checked_answer("Within two years I want to lead a team in this shop.", Given([GIVEN]))
    assert answer is not None
    assert answer.text == "[by when?] I want to lead a team in this shop."


def test_a_sentence_with_two_inventions_goes_whole() -> None:
    text = "At Amazon I led 40 people. I want to lead a team within three years, as said."
    assert kept(text) == ("I want to lead a team within three years, as said.", 1)


@pytest.mark.parametrize(
    "text",
    [
        "Helping with the rota is something that would gladly happen.",
        "This would be achievable and realistic, as it is within the person's own power.",
        "Improving skills and increasing efficiency is very important to everybody.",
    ],
)
def test_a_sentence_about_something_else_goes(text: str) -> None:
    own = "I want to lead a team within three years, as I said before."
    assert kept(f"{text} {own}") == (own, 1)


def test_a_blank_cannot_smuggle_a_fact_in() -> None:
    rest, dropped = kept("I want to lead a team at [Amazon] and be with it [in 2031 as a director?] there.")
    assert "Amazon" not in rest and "director" not in rest
    assert dropped == 2


def test_other_texts_that_the_candidate_gave_count() -> None:
    text = "I led a team at Amazon for 7 years as a manager, and I would do so again."
    assert kept(text, "Résumé: 2012-2019 manager at Amazon, led a team for seven years") == (text, 0)


def test_an_answer_of_inventions_only_is_no_answer() -> None:
    found = critique({"evidence": [], "stronger_answer": "At Google I managed 50 people and won 3 awards."})
    assert found.stronger_answer is None
    assert found.dropped == 1


def test_what_is_missing_most_is_a_marked_blank() -> None:
    found = critique(
        {
            "evidence": [evidence("Within three years", "timely")],
            "stronger_answer": "Within three years I'd like to run demand forecasting for a product line.",
        }
    )
    assert found.stronger_answer.blanks
    for blank in found.stronger_answer.blanks:
        assert f"[{blank}]" in found.stronger_answer.text


def test_a_dodge_has_no_stronger_answer() -> None:
    found = critique(
        {
            "evidence": [],
            "pitfalls": [{"quote": "ask me later please", "id": "no_answer"}],
            "stronger_answer": "I would rather you ask me later about all of this.",
        },
        reply="ask me later please",
    )
    assert found.stronger_answer is None and found.pitfalls[0].id == "no_answer"


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("15%, fifteen and 15.0", ["15", "15", "15"]),
        ("twenty-five, 25", ["25", "25"]),
        ("three hundred, 300", ["300", "300"]),
        ("1,200 and twelve hundred", ["1200", "1200"]),
        ("40k and forty thousand", ["40000", "40000"]),
        ("COVID19 and B2B", []),
    ],
)
def test_numbers_are_the_same_in_words_and_digits(text: str, values: list[str]) -> None:
    assert [value for value, _, _ in numbers(text)] == values


def test_a_sentence_said_twice_stands_once() -> None:
    said = "I want to lead the ward. I bring patience and good notes."
    answer, dropped = checked_answer(f"{said} {said}", Given([said]))
    assert answer is not None and answer.text == said
    assert dropped == 0


def opinion(**verdicts: str) -> Critique:
    """A built-in judge's critique: these verdicts with a quote, the rest missing; money as the motive."""
    found = {
        criterion.id: CriterionFinding(verdict="missing", guidance=list(criterion.cards))
        for criterion in rubric().criteria
    }
    for id, verdict in verdicts.items():
        found[id] = CriterionFinding.model_validate({"verdict": verdict, "quotes": ["Within three years"]})
    money = PitfallFinding(id="money_motive", quotes=["the pay"], guidance=["avoid-money"])
    return Critique(engine="embedded", criteria=found, pitfalls=[money], overall=3)


def test_what_is_not_changed_stays_as_the_draft_had_it() -> None:
    draft = opinion(timely="met", specific="partly", realistic="met")
    said = {"evidence": [evidence("demand forecasting", "specific")], "wrong": ["realistic", "nonsense"]}
    found = critique(said, draft=draft)
    assert found.criteria["timely"].verdict == "met"
    assert found.criteria["timely"].quotes == ["Within three years"]
    assert found.criteria["specific"].verdict == "met"
    assert found.criteria["specific"].quotes == ["demand forecasting"]
    assert found.criteria["realistic"].verdict == "missing" and not found.criteria["realistic"].quotes
    assert [pitfall.id for pitfall in found.pitfalls] == ["money_motive"]
    assert found.dropped == 1
    assert found.engine == "model"
    assert critique({"wrong": ["money_motive"]}, draft=draft).pitfalls == []


def test_the_draft_s_stronger_answer_stands_where_the_model_s_is_no_good() -> None:
    built_in = with_blanks("I want to run demand forecasting for a product line.")
    draft = opinion(timely="met").model_copy(update={"stronger_answer": built_in})
    invented = {"stronger_answer": "I led 40 people at Siemens. I won the Turing Award in 2019."}
    assert critique(invented, draft=draft).stronger_answer == built_in
    assert critique(invented).stronger_answer is None


def test_a_change_without_proof_changes_nothing() -> None:
    found = critique({"evidence": [evidence("never said", "motivated")]}, draft=opinion(timely="met"))
    assert found.criteria["motivated"].verdict == "missing"
    assert found.criteria["timely"].verdict == "met" and found.dropped == 1


def test_doubts_are_where_two_judges_differ() -> None:
    draft = opinion(timely="met", realistic="partly")
    assert doubts(draft, draft) == []
    ours = critique({"evidence": [evidence("demand forecasting", "specific")]})
    found = {doubt.id: (doubt.says, doubt.quotes) for doubt in doubts(ours, draft)}
    assert found == {
        "timely": ("met", ["Within three years"]),
        "realistic": ("partly", ["Within three years"]),
        "specific": ("missing", []),
        "money_motive": ("present", ["the pay"]),
    }
    assert {"money_motive": "absent"}.items() <= {d.id: d.says for d in doubts(draft, ours)}.items()
    assert "Less certain" in doubt_lines(ours.model_copy(update={"doubts": doubts(ours, draft)}))["timely"]
