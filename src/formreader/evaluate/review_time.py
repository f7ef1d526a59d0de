"""The minutes that a person is spared, under a stated assumption."""

from __future__ import annotations

from dataclasses import dataclass

from formreader.evaluate.counts import Counts


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds a person takes to type a field from the photograph, and to look at one that was read."""

    typed_s: float
    reviewed_s: float


ASSUMED = Pace(typed_s=8.0, reviewed_s=4.0)
"""Assumed, not measured: a person finds, types and checks a number in 8 s, and confirms or mends one shown with its
crop in half of that."""


@dataclass(frozen=True, slots=True)
class ReviewTime:
    """Minutes for all fields typed, and for those left to a person; their difference is what is saved."""

    pace: Pace
    typed_min: float
    left_min: float
    saved_min: float


def review_time(counts: Counts, pace: Pace = ASSUMED) -> ReviewTime:
    """Fields of refused pages are typed, accepted ones cost nothing, the others are looked at."""
    reviewed = counts.fields - counts.accepted.count - counts.refused.count
    typed = counts.fields * pace.typed_s / 60
    left = (reviewed * pace.reviewed_s + counts.refused.count * pace.typed_s) / 60
    return ReviewTime(pace, typed, left, typed - left)
