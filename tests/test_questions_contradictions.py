"""What contradicts and, more important, what does not: the same stance, doubt, the past, other people."""

from __future__ import annotations

from pathlib import Path

import pytest

from interviewer.errors import DataFileError
from interviewer.questions import find_contradiction
from interviewer.questions.contradictions import QUOTE_CHARS, QUOTE_WORDS
from interviewer.questions.data import Contradictions, contradiction_words, read_words

OPPOSED = [
    (
        "leading people",
        "In three years I want to lead a team of five people.",
        "I would never want to manage people, I like working on my own.",
    ),
    (
        "leading people",
        "I'd love to manage a team one day.",
        "Honestly, I have no interest in managing people.",
    ),
    (
        "leading people",
        "My goal is to become a shift supervisor here.",
        "Managing people is not for me.",
    ),
    (
        "leading people",
        "I don't want to manage people, I want to be the expert.",
        "In two years I see myself leading a team of analysts.",
    ),
    (
        "staying or leaving",
        "I want to stay here for the long run.",
        "I'll probably leave after a year to go travelling.",
    ),
    (
        "staying or leaving",
        "I'd like to build a career here.",
        "To be honest I'm only here for a year.",
    ),
    (
        "staying or leaving",
        "This job is just a stepping stone for me.",
        "I plan to stay with you for years.",
    ),
    (
        "the time it takes",
        "I want to become a team lead within three years.",
        "I expect to become a team lead within six months.",
    ),
    (
        "the time it takes",
        "I want to be head chef in two years.",
        "In five years I'd be head chef here, that's the plan.",
    ),
    (
        "moving house",
        "I'm happy to relocate wherever you need me.",
        "I can't relocate, my life is in Leeds.",
    ),
    (
        "travelling",
        "I love to travel for work.",
        "I would never travel for a job.",
    ),
    (
        "hours and shifts",
        "I'm happy to work nights.",
        "I can't work nights.",
    ),
    (
        "hours and shifts",
        "I'm fine with weekends.",
        "I won't work weekends.",
    ),
    (
        "own business",
        "My dream is to open my own bakery.",
        "I don't want to run my own business, I want to be part of a team.",
    ),
    (
        "own business",
        "I plan to start my own company in a few years.",
        "I have no interest in being self-employed.",
    ),
    (
        "what the pay means",
        "Money doesn't matter to me.",
        "The pay is the main reason I applied.",
    ),
    (
        "what the pay means",
        "I'm not in it for the money.",
        "Honestly, money is what drives me.",
    ),
    (
        "further study",
        "I want to do a part-time degree in nursing.",
        "I'm done with studying.",
    ),
    (
        "further study",
        "I plan to take a course in project management.",
        "I don't want to do another course.",
    ),
    (
        "liking it",
        "I love customer contact.",
        "I can't stand customer contact.",
    ),
    (
        "liking it",
        "I really enjoy working with spreadsheets.",
        "I hate spreadsheets.",
    ),
    (
        "liking it",
        "I don't like cold calling.",
        "I love cold calling.",
    ),
    (
        "what is known already",
        "I'm fluent in SQL.",
        "I've never used SQL.",
    ),
    (
        "what is known already",
        "I know Excel inside out.",
        "I don't know Excel.",
    ),
    (
        "what is known already",
        "I use Python every day.",
        "I have no experience with Python.",
    ),
    (
        "what is known already",
        "I’m fluent in Spanish.",
        "I don’t speak Spanish.",
    ),
    (
        "alone or together",
        "I work best on my own.",
        "I prefer working in a team.",
    ),
    (
        "moving up",
        "I want to be promoted within two years.",
        "I'm happy where I am.",
    ),
    (
        "moving up",
        "I'd like to take on more responsibility.",
        "I don't want a promotion, and everything can just stay as it is.",
    ),
]

CONSISTENT = [
    (
        "I want to lead a team.",
        "In three years I'd like to lead a team of six people.",
    ),
    (
        "I want to lead a team.",
        "I used to think I'd never want to manage people.",
    ),
    (
        "I want to lead a team.",
        "My brother would never want to manage people.",
    ),
    (
        "I want to lead a team.",
        "If I hated managing people, I would not have applied.",
    ),
    (
        "I want to lead a team.",
        "My boss said she never wants to manage people.",
    ),
    (
        "I never want to manage people.",
        "Some people want to lead a team, that's fine.",
    ),
    (
        "I want to lead a team.",
        "I don't want to lead a team yet, maybe after two years.",
    ),
    (
        "I don't want to lead people right away.",
        "At first I'd learn the work.",
    ),
    (
        "I want to stay here.",
        "Before that, I left my last job after a year.",
    ),
    (
        "I want to stay with you for years.",
        "I'd move on to bigger accounts within the team.",
    ),
    (
        "I want to stay with the company.",
        "At nineteen I was going to leave after a year, and I stayed for six.",
    ),
    (
        "I want to be a team lead within three years.",
        "I was team lead within six months at my last job.",
    ),
    (
        "I want to become a junior manager in one year.",
        "I want to become a senior manager in four years.",
    ),
    (
        "I want to be a team lead within three years.",
        "I'd like to be a team lead in two to three years.",
    ),
    (
        "I want to finish my certificate in six months.",
        "I want to become head of the ward in four years.",
    ),
    (
        "I'm happy to relocate.",
        "I'd rather not relocate this month, but from spring I'm happy to relocate.",
    ),
    (
        "I'm happy to travel.",
        "I don't travel much at the moment.",
    ),
    (
        "I'm happy to work nights.",
        "I can't work weekends.",
    ),
    (
        "I want to open my own bakery one day.",
        "Originally I never wanted to run my own business.",
    ),
    (
        "Money doesn't matter to me.",
        "The company's money is the main thing the board looks at.",
    ),
    (
        "Money is not the main thing.",
        "The pay is fair.",
    ),
    (
        "I'm not in it for the money.",
        "In sales the commission is what my colleagues care about.",
    ),
    (
        "I want to do a degree in nursing.",
        "I don't want to do a master's degree in something unrelated.",
    ),
    (
        "I want to take a course.",
        "I had enough of school when I was sixteen.",
    ),
    (
        "I love customer contact.",
        "I hate waiting around.",
    ),
    (
        "I love selling.",
        "I hate cold selling.",
    ),
    (
        "I love numbers.",
        "I love customers.",
    ),
    (
        "I hate chaos.",
        "I love order.",
    ),
    (
        "I enjoy working with people.",
        "I don't like working with people who shout.",
    ),
    (
        "I'm fluent in SQL.",
        "I've never used Oracle.",
    ),
    (
        "I've never used SQL.",
        "I want to be fluent in SQL within a year.",
    ),
    (
        "I don't know Excel well yet.",
        "I'd like to be very good at Excel.",
    ),
    (
        "I work best on my own.",
        "I also like working in a team.",
    ),
    (
        "I prefer working in a team.",
        "Sometimes I like to think alone.",
    ),
    (
        "I want to be promoted.",
        "I'm happy with my team.",
    ),
    (
        "I want more responsibility.",
        "I know I said I want more responsibility, and on reflection I'm happy where I am.",
    ),
    (
        "I want to lead a team in two years.",
        "I changed my mind, I never want to manage people.",
    ),
    (
        "I want to lead a team.",
        "I don't just want to lead a team, I want to build it.",
    ),
    (
        "I want to lead a team.",
        "Not only do I want to lead a team, I want to grow it.",
    ),
    (
        "I don't like being told what to do.",
        "I love being told the truth.",
    ),
    (
        "I like the idea of nights.",
        "I hate the idea of days.",
    ),
    (
        "I want to lead a team.",
        "You never want to manage people who don't want to be managed.",
    ),
    (
        "",
        "",
    ),
    (
        "Hm.",
        "No.",
    ),
    (
        "I don't know.",
        "I know Excel inside out.",
    ),
    (
        "I don't know what I want.",
        "I know what I want, and I know it very well.",
    ),
    (
        "I don't want to leave.",
        "I want to stay here.",
    ),
    (
        "I'm not planning to leave after a year.",
        "I want to stay here for years.",
    ),
    (
        "I never wanted to leave.",
        "I'd like to leave a mark within the next year.",
    ),
    (
        "I want to leave the office by five.",
        "I want to stay here.",
    ),
]


@pytest.mark.parametrize(("topic", "earlier", "later"), OPPOSED)
def test_opposite_stances_are_noticed_and_quoted(topic: str, earlier: str, later: str):
    found = find_contradiction([(1, "I like the place."), (2, earlier), (3, "Well, yes.")], later)
    assert found is not None
    assert (found.turn, found.topic) == (2, topic)
    assert found.earlier_quote in earlier and found.later_quote in later
    for quote in (found.earlier_quote, found.later_quote):
        assert 0 < len(quote) <= QUOTE_CHARS and len(quote.split()) <= QUOTE_WORDS and "?" not in quote


@pytest.mark.parametrize(("earlier", "later"), CONSISTENT)
def test_what_can_both_be_true_is_left_alone(earlier: str, later: str):
    assert find_contradiction([(1, earlier)], later) is None


@pytest.mark.parametrize(("topic", "earlier", "later"), OPPOSED)
def test_said_in_the_other_order_is_noticed_too(topic: str, earlier: str, later: str):
    found = find_contradiction([(1, later)], earlier)
    assert found is not None and found.topic == topic


@pytest.mark.parametrize("text", [text for _, *pair in OPPOSED for text in pair])
def test_saying_it_again_is_no_contradiction(text: str):
    assert find_contradiction([(1, text)], text) is None


def test_both_sides_in_one_reply_are_no_stance():
    both = "I love nights. Honestly, I hate nights."
    assert find_contradiction([(1, both)], "I love nights.") is None


def test_nothing_said_before():
    assert find_contradiction([], "I want to lead a team.") is None


def test_long_replies_are_read():
    filler = "The work was steady and the days were long. " * 2000
    found = find_contradiction(
        [(4, filler + "I want to lead a team.")], filler + "I never want to lead a team."
    )
    assert found is not None and found.turn == 4


def test_long_stance_is_cut_to_a_quote():
    said = "In three years I want to lead a team of analysts " + "and planners and buyers " * 10
    found = find_contradiction([(1, said)], "I never want to lead people.")
    assert found is not None and found.earlier_quote in said
    assert len(found.earlier_quote.split()) <= QUOTE_WORDS


def test_every_topic_has_an_example_here():
    words = contradiction_words()
    assert {topic.id for topic in words.topics} | {words.timeframe.id} == {topic for topic, *_ in OPPOSED}


def test_broken_patterns_are_told(tmp_path: Path):
    path = tmp_path / "contradictions.yaml"
    path.write_text("guidance: []\nsegments: '('", encoding="utf-8")
    with pytest.raises(DataFileError, match="'segments': is not a regular expression"):
        read_words(path, Contradictions)
    path.write_text("a: [", encoding="utf-8")
    with pytest.raises(DataFileError, match="YAML"):
        read_words(path, Contradictions)
    with pytest.raises(DataFileError, match="cannot be read"):
        read_words(tmp_path / "none.yaml", Contradictions)
