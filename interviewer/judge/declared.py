"""For numbers of a reply that are no cue's own: the ids that they may only speak for (+) or against (-)."""

from __future__ import annotations

DERIVED = {
    "time_near": "+timely +short_term_steps",
    "time_mid": "+timely +long_term_vision",
    "time_far": "+too_far_ahead",
    "time_vague": "+timely",
    "time_in_5": "+realistic +long_term_vision +timely +measurable +specific",
    "time_near_and_mid": "+timely +linked_path",
    "time_far_only": "+too_far_ahead -timely",
    "time_far_no_mid": "+too_far_ahead -timely",
    "time_far_goal": "+too_far_ahead",
    "time_mid_goal": "+timely +long_term_vision",
    "time_vague_only": "+timely",
    "time_none": "-timely",
    "overlap_1": "+relevant_to_role",
    "overlap_2": "+relevant_to_role",
    "commission_post": "-money_motive",
    "money_goal_no_commission": "+money_motive",
    "few_words": "+no_answer",
    "asks_back": "+no_answer",
    "ends_asking": "+no_answer",
    "any_goal": "+long_term_vision +specific +measurable +realistic "
    "+relevant_to_role +achievable -no_answer -content_as_is",
    "any_step": "+long_term_vision +short_term_steps +specific +achievable +realistic "
    "+measurable +relevant_to_role -no_answer -content_as_is",
    "any_link": "+linked_path",
    "no_goal": "-long_term_vision -specific -measurable -realistic "
    "-relevant_to_role -achievable +no_answer +content_as_is",
    "goal_and_step": "+long_term_vision +realistic +linked_path +achievable",
    "goal_step_link": "+linked_path +achievable",
    "goal_and_time": "+long_term_vision +specific +measurable +realistic",
    "goal_and_mid": "+long_term_vision",
    "goal_and_experience": "+achievable +realistic",
    "step_and_near": "+short_term_steps +achievable",
    "past_goal_and_end": "+past_evidence +achievable",
    "nothing": "-specific -measurable -realistic -achievable "
    "-short_term_steps -relevant_to_role +no_answer +content_as_is",
    "goal_not_grand": "+realistic",
    "content_no_goal": "+content_as_is",
    "far_and_ignored": "+too_far_ahead",
    "skills_both": "+skills_awareness +achievable",
    "rigid_and_pinned": "+over_specific -flexible",
    "private_and_family": "+too_personal",
    "near_in_step": "+short_term_steps +timely",
    "asked_what_if": "+flexible",
    "skill_named_in_step": "+skills_awareness +short_term_steps +specific",
}
