"""Decide: the only place with thresholds."""

from formreader.decide.fields import REASONS, Sight, judge_field, stated_confidence
from formreader.decide.pages import (
    StrangeCode,
    alike,
    doubted,
    judge_blank,
    judge_registration,
    judge_sheets,
    judge_standing,
    judge_strange_codes,
    mirrored_page,
)
from formreader.decide.policy import Policy, default_policy, load_policy, policy_for, save_policy
from formreader.decide.witnesses import Sighted, confirming, eyes_of, is_settled

__all__ = [
    "REASONS",
    "Policy",
    "Sight",
    "Sighted",
    "StrangeCode",
    "alike",
    "confirming",
    "default_policy",
    "doubted",
    "eyes_of",
    "is_settled",
    "judge_blank",
    "judge_field",
    "judge_registration",
    "judge_sheets",
    "judge_standing",
    "judge_strange_codes",
    "load_policy",
    "mirrored_page",
    "policy_for",
    "save_policy",
    "stated_confidence",
]
