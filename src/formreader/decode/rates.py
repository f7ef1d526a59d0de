"""Rates of human slips, each with where it comes from. Nothing else in ``decode`` holds a rate."""

from __future__ import annotations

RULE_HOLDS = 0.98
"""A printed rule is obeyed by what officials write. Prior, stated: 2 wrong sums in 100 sheets is
the rate that issue 4 simulates; of 30 rules on the photographs in shared/photos one is broken."""

VALUES = 1000
"""Where a rule is broken the total may be anything a three-box field holds."""
