"""Decide: the only place with thresholds."""

from formreader.decide.fields import REASONS, judge_field
from formreader.decide.pages import alike, judge_blank, judge_codes, judge_registration, judge_standing
from formreader.decide.policy import Policy, default_policy, load_policy, policy_for, save_policy

__all__ = [
    "REASONS",
    "Policy",
    "alike",
    "default_policy",
    "judge_blank",
    "judge_codes",
    "judge_field",
    "judge_registration",
    "judge_standing",
    "load_policy",
    "policy_for",
    "save_policy",
]
