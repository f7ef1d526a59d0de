"""Distributions over the number that stands in one place."""

from __future__ import annotations

from collections.abc import Mapping

Values = Mapping[int | None, float]
"""Probability of each value an encoding may hold, at most 1 in all; None is an encoding left empty."""
Encodings = Mapping[str, Values]
"""What each encoding of a field says (``digits``, ``bubbles`` …), the primary one first."""

LEAST_SHARE = 1e-7
"""Values with less than this part of the evidence are dropped; what they had counts as unread."""


def likeliest_first(values: Values, total: float = 1.0) -> dict[int | None, float]:
    """``values`` as parts of ``total``, the least ones dropped."""
    kept = ((value, weight / total) for value, weight in values.items() if weight >= LEAST_SHARE * total)
    return dict(sorted(kept, key=lambda item: -item[1]))
