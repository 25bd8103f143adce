"""Numbers that say which cues stand together, and what was asked."""

from __future__ import annotations

import re
from collections.abc import Mapping

GOAL = ("goal_position", "bare_position", "future_role")
STEP = ("first_step", "step_course", "step_work", "near_action", "credential_goal")
_LINK = ("link_because", "link_sequence")


def joint_features(values: Mapping[str, float]) -> dict[str, float]:
    """What the presence of several cues together says, from the values of each."""
    goal = max(values[id] for id in GOAL)
    step = max(values[id] for id in STEP)
    link = max(values[id] for id in _LINK)
    exp = max(values["experience"], values["past_goal_reached"])
    return {
        "any_goal": goal,
        "any_step": step,
        "any_link": link,
        "no_goal": 1.0 - goal,
        "goal_and_step": goal * step,
        "goal_step_link": goal * step * link,
        "goal_and_time": goal * values["time_in_5"],
        "goal_and_mid": goal * values["time_mid"],
        "goal_and_experience": goal * exp,
        "step_and_near": step * values["time_near"],
        "past_goal_and_end": values["past_goal"] * values["past_goal_reached"],
        "nothing": float(not goal and not step),
        "goal_not_grand": goal * (1.0 - values["grand"]),
        "content_no_goal": values["content"] * (1.0 - goal),
        "far_and_ignored": max(values["time_far"], values["far_ahead"]) * values["near_ignored"],
        "skills_both": max(values["skill_strength"], values["experience"]) * values["skill_gap"],
        "rigid_and_pinned": values["rigid"] * values["pinned_detail_2"],
        "private_and_family": values["private_detail"] * values["family_mention"],
    }


def question_features(question: str) -> dict[str, float]:
    """What the question is about."""
    asked = question.lower()
    return {
        "asked_what_if": float(bool(re.search(r"\bif\b|suppose|doesn't work|closes", asked))),
        "asked_measure": float(
            bool(re.search(r"how will you|how would you (?:know|measure)|success", asked))
        ),
        "asked_first_year": float(bool(re.search(r"first year|very first", asked))),
    }
