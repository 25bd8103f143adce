"""The graders of a question and of an opening: shape, novelty, voice, leaks, aim."""

from __future__ import annotations

from typing import Any

import pytest
from grader_samples import ASKED, FINE, REPLY, critique, item, judged_item, passed, persona, scores

from evals.graders.aim import aim_accuracy, known_lines
from interviewer.questions.check import all_lines
from interviewer.questions.lines import MARK
from prompts.personas import load_personas

FILLED = {
    "quote": "I want to grow a bit",
    "earlier": "I want to lead people",
    "later": "I never want to lead",
    "again": "What do you want?",
    "exercise": "What next?",
    "role": "nurse",
    "company": "the clinic",
}


@pytest.mark.parametrize(
    ("text", "good"),
    [
        (FINE, True),
        (f'"{FINE}"', True),
        (f"**{FINE}**", True),
        ("You named three years. What comes first?", True),
        ('You said "why not me?" just now. What makes you ask?', True),
        ("You said ‘why not me?’ just now. What makes you ask?", True),
        ('What do you mean by "why not me?"', True),
        ("You mean that?!", True),
        ("Tell me more about that.", False),
        ('You said "why not me?" and left it there.', False),
        ("What comes first? And what then?", False),
        ("Which post would you like, and by when?", False),
        ("fine", False),
        ("", None),
    ],
)
def test_one_question(text: str, good: bool | None) -> None:
    assert passed("one_question", item(text=text)) is good


def test_a_quoted_conjunction_asks_nothing() -> None:
    assert passed("one_question", item(text='What is behind "the pay and where I live"?')) is True


@pytest.mark.parametrize(
    ("text", "before", "good"),
    [
        ("So what are your career goals?", ASKED, False),
        ("What are your career goals then?", ASKED, False),
        ("WHAT  are your **career goals**?", ASKED, False),
        ("Thank you. By when do you want to be there?", ASKED, True),
        ("Hello, I'm Mara, thank you for coming. By when?", ASKED, True),
        ('What do you mean by "good pay"?', 'What do you mean by "the whole ward"?', True),
        ("What’s next for you at work?", "Right. What's next for you at work?", False),
        ("Tell me about your next step.", "Tell me about your next step.", False),
        ("", ASKED, None),
    ],
)
def test_not_asked_before(text: str, before: str, good: bool | None) -> None:
    given = item(text=text, transcript=[(before, "I do not know"), ("How so?", REPLY)])
    assert passed("not_asked_before", given) is good


def test_not_asked_before_needs_something_before() -> None:
    assert passed("not_asked_before", item(transcript=[])) is None


@pytest.mark.parametrize(
    ("text", "reply", "good"),
    [
        (FINE, REPLY, True),
        ("That's a great plan. What comes first?", REPLY, False),
        ("Excellent! What comes first?", REPLY, False),
        ('You said "a great team". Which one?', REPLY, True),
        ("What makes a great manager to you?", "I want to be a great manager.", True),
        ("Great. What makes a manager?", "I want to be great. Manager is a word.", False),
        ("", REPLY, None),
    ],
)
def test_no_praise_in_a_realistic_interview(text: str, reply: str, good: bool | None) -> None:
    assert passed("no_praise", item(text=text, case={"mode": "realistic", "reply": reply})) is good


def test_a_rehearsal_may_praise() -> None:
    assert passed("no_praise", item(text="Great! What comes first?")) is None


RULES = "- Ask exactly one question, in one or two short sentences, at most 35 words."


@pytest.mark.parametrize(
    ("text", "good"),
    [
        (FINE, True),
        ("And what about long_term_vision?", False),
        ("And what about LONG_TERM_VISION?", False),
        ("Have you read avoid-money on this?", False),
        ("What is your long term vision?", True),
        ("How specific can you be?", True),
        ("What about <<<CANDIDATE here?", False),
        ("As an AI I cannot say, what do you think?", False),
        ("Could you ask exactly one question in one or two of them?", False),
        ("Could you ask exactly one question?", True),
        ("", None),
    ],
)
def test_no_leak(text: str, good: bool | None) -> None:
    assert passed("no_leak", item(text=text, rules=RULES)) is good


def test_what_the_candidate_said_first_is_no_leak() -> None:
    given = item(text="What is in that action-plan?", case={"reply": "I have an action-plan."})
    assert passed("no_leak", given) is True


def test_a_stronger_answer_must_not_leak_either() -> None:
    assert passed("no_leak", judged_item(critique(stronger="My short_term_steps are two."))) is False
    assert passed("no_leak", judged_item(critique())) is None


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (FINE, ""),
        (f'"{FINE}"', ""),
        ("Concretely: what comes first?", ""),
        ('You said "an awesome journey". What is in it?', ""),
        ("What an awesome Journey, where does it lead?", "never does"),
        ("Awesomely put, where does it lead?", ""),
        ("word " * 35 + "?", "36 words"),
        ("word " * 34 + "so?", ""),
        ("Mara: what comes first?", "label"),
        ("**Mara Lindqvist (hiring manager):** what comes first?", "label"),
        ("Interviewer: what comes first?", "label"),
        ("Question: what comes first?", "label"),
        ("Mara wrote that down, what comes first?", ""),
        ("Pick one:\n- the ward\n- the course\nWhich?", "list"),
        ("What is **the** first step?", "bold"),
        ("My career goal is to lead a ward. Is that it?", "as the candidate"),
        ("I want to lead the ward in three years. And you?", "as its own"),
        ('You said "I want to lead the ward in three years". Why that?', ""),
    ],
)
def test_in_voice(text: str, problem: str) -> None:
    score = scores("in_voice", item(text=text))["in_voice"]
    assert score.passed is not bool(problem), score.evidence
    assert problem in score.evidence


def test_an_opening_may_be_longer() -> None:
    long = "word " * 50 + "what are your career goals?"
    assert passed("in_voice", item("opening", long)) is True
    assert passed("in_voice", item("question", long)) is False
    assert passed("in_voice", item("interview", "", output={"lines": [long, "Which?"]})) is True
    assert passed("in_voice", item("interview", "", output={"lines": ["Which?", long]})) is False


def test_without_a_persona_there_is_no_vocabulary() -> None:
    text = "Which awesome journey is that?"
    assert passed("in_voice", item(text=text, persona=None)) is True
    assert passed("in_voice", item(text="")) is None


@pytest.mark.parametrize(
    ("text", "good"),
    [
        (FINE, True),
        ("By when, roughly?", True),
        ("Why?", True),
        ("Was möchtest du in den nächsten drei Jahren mit uns erreichen?", False),
        ("Quel serait votre premier pas vers ce but ?", False),
        ("Warum gerade diese Stelle?", False),
        ("Почему это важно?", False),
        ("为什么?", False),
        ('You said "in den nächsten drei Jahren". What would you have reached by then?', True),
        ("asdkjfh qwlekjr zxmcnbv pqowieur mnbvcxz?", False),
        ("", None),
    ],
)
def test_in_english(text: str, good: bool | None) -> None:
    assert passed("in_english", item(text=text)) is good


@pytest.mark.parametrize("name", sorted(load_personas()))
def test_no_grader_finds_fault_with_a_personas_own_lines(name: str) -> None:
    who = persona(name)
    for place, line in all_lines(who):
        text = MARK.sub(lambda mark: FILLED[mark[1]], line)
        subject = "opening" if place == "opening" else "question"
        names = ["no_praise", "no_leak", "in_voice", "in_english"]
        names += [] if place == "closing" else ["one_question"]
        names += ["asks_career_goals", "short_enough"] if subject == "opening" else []
        given = item(subject, text, persona=who, case={"mode": "realistic"}, rules=RULES)
        for grader in names:
            assert passed(grader, given) is True, scores(grader, given)


@pytest.mark.parametrize(
    ("text", "goals", "short"),
    [
        (ASKED, True, True),
        (f'"{ASKED}"', True, True),
        ("Hello, I'm Mara. What is your career goal?", True, True),
        ("Hello, I'm Mara. Where do you want to be?", False, True),
        ("What are your career goals? Take your time.", False, True),
        ("Your career goals, please.", False, True),
        ("word " * 57 + "what are your career goals?", True, False),
        ("", None, None),
    ],
)
def test_openings(text: str, goals: bool | None, short: bool | None) -> None:
    for given in (item("opening", text), item("interview", "", output={"lines": [text] if text else []})):
        assert passed("asks_career_goals", given) is goals
        assert passed("short_enough", given) is short


def test_a_follow_up_is_no_opening() -> None:
    assert passed("asks_career_goals", item()) is None
    assert passed("short_enough", item()) is None


def aim(text: str, *focus: str, **output: Any) -> bool | None:
    return passed("aimed", item(text=text, output={"focus": list(focus), **output}))


def test_aimed() -> None:
    when = "By which year would you like to have got there?"
    assert aim(when, "timely") is True
    assert aim(when, "money_motive", "timely") is True
    assert aim(when, "past_evidence") is False
    assert aim("Apart from the salary, what would keep you here?", "money_motive") is True
    assert aim("Apart from the salary, what would keep you here?", "timely") is False


def test_aimed_needs_an_aim() -> None:
    assert aim(FINE) is None
    assert aim("", "timely") is None
    assert aim("Which of the two holds?", "flexible", kind="contradiction") is None
    assert aim("That was all.", "flexible", kind="closing") is None


def test_aimed_does_not_know_the_lines_of_its_own_persona_by_heart() -> None:
    bank = persona().bank
    copy = persona("grace").model_copy(
        update={"bank": {"flexible": bank["timely"], "timely": bank["timely"]}}
    )
    banks = {"mara": persona(), "copy": copy, "rosa": persona("rosa")}
    text = persona("rosa").bank["flexible"][0]
    given = item(text=text, output={"focus": ["flexible"]}, persona=persona(), bank=banks)
    known = {line for _, line in known_lines(given)}
    assert persona("rosa").bank["flexible"][1] in known
    assert text not in known
    assert not known & {line for lines in bank.values() for line in lines}


def test_how_good_the_aim_grader_is() -> None:
    """The figures that its docstring gives; they change with the personas' lines, hence the margins."""
    found = aim_accuracy()
    assert found.ids == 21 and found.lines > 400
    assert found.top_1 == pytest.approx(0.566, abs=0.03)
    assert found.top_3 == pytest.approx(0.804, abs=0.03)
    assert found.false_pass == pytest.approx((3 - found.top_3) / 20)
