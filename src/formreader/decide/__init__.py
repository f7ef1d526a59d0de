"""Decide: the only place with thresholds."""

from formreader.decide.fields import REASONS, Sight, judge_field, stated_confidence
from formreader.decide.pages import alike, judge_blank, judge_codes, judge_registration, judge_standing
from formreader.decide.policy import Policy, default_policy, load_policy, policy_for, save_policy
from formreader.decide.witnesses import Sighted, confirming, eyes_of

__all__ = [
    "REASONS",
    "Policy",
    "Sight",
    "Sighted",
    "alike",
    "confirming",
    "default_policy",
    "eyes_of",
    "judge_blank",
    "judge_codes",
    "judge_field",
    "judge_registration",
    "judge_standing",
    "load_policy",
    "policy_for",
    "save_policy",
    "stated_confidence",
]
