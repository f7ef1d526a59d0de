"""Which confidence is enough, so that a stated risk is kept with a stated confidence.

Learn then test (Angelopoulos, Bates, Candès, Jordan and Lei, 2021, arXiv:2110.01052) with fixed-sequence
testing. The thresholds of a fixed grid are tested one after the other from the strictest down; each test
asks whether the exact binomial bound of Clopper and Pearson (1934) on the part of wrong fields among the
accepted lies within the risk. The first that fails ends the sequence, and the one before it is chosen: so
all tests share one error probability, and no correction for their number is due.

The sequence begins at the strictest threshold that accepts a quarter of the fields, and as many as a test
without an error needs. Where that is follows from the confidences alone, never from right and wrong. Given
the confidences, errors are independent with chances of their own, and the binomial bound holds for their
sum as well where it lies a whole error below its mean (Hoeffding 1956), as it does in every test of 75 %
confidence or more: a binomial lies at or below its mean with a chance of a quarter at least (Greenberg and
Mohri 2014). What this does not cover: sheets unlike those that were labelled, and fields
of one sheet that go wrong together.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, log1p

import numpy as np
from numpy.typing import NDArray

from formreader.evaluate.intervals import binomial_cdf

GRID = 1 / (1 + np.exp(-np.arange(14.0, -0.125, -0.25)))
"""Thresholds from 0.9999992 to 0.5, in steps of a quarter in log odds: about nine a decade of doubt."""
LEAST_CONFIDENCE = 0.75
FIRST_PART = 0.25
"""The sequence begins where this part of the fields is accepted: of many fields a chance error among the very
surest then ends nothing, and a threshold that accepts fewer is of little use."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """The threshold, and what it accepts of the labelled fields.

    Where none keeps the risk ``threshold`` is None and the rest tells of the strictest one that was tested,
    or of the laxest where there were too few fields to test any.
    """

    threshold: float | None
    accepted: int
    wrong: int


def least_fields(risk: float, confidence: float) -> int:
    """How many accepted fields, all of them right, it takes to show that the risk is kept."""
    return ceil(log1p(-confidence) / log1p(-risk))


def choose_threshold(
    confidences: NDArray[np.float64], right: NDArray[np.bool_], risk: float = 0.001, confidence: float = 0.95
) -> Chosen:
    """The smallest threshold of ``GRID`` that keeps ``risk`` with ``confidence``, as the module describes.

    ``confidences`` (N,) of 0..1 are those of fields that nothing else keeps from being accepted,
    ``right`` (N,) says which were read rightly.
    """
    if not (0 < risk < 1 and LEAST_CONFIDENCE <= confidence < 1):
        raise ValueError(
            f"risk must lie between 0 and 1, confidence between {LEAST_CONFIDENCE} and 1, got {risk} and {confidence}"
        )
    if confidences.shape != right.shape or confidences.ndim != 1:
        raise ValueError(f"need one right or wrong a confidence, got {right.shape} and {confidences.shape}")
    accepted = [int((confidences >= threshold).sum()) for threshold in GRID]
    wrong = [int((~right & (confidences >= threshold)).sum()) for threshold in GRID]
    errorless = least_fields(risk, confidence)
    first = max(errorless, ceil(FIRST_PART * accepted[-1]))
    tested = [step for step in range(len(GRID)) if accepted[step] >= first]
    passed = None
    for step in tested:
        if binomial_cdf(wrong[step], accepted[step], risk) > 1 - confidence:  # the bound lies above the risk
            break
        passed = step
    shown = passed if passed is not None else (tested or [len(GRID) - 1])[0]
    return Chosen(None if passed is None else float(GRID[passed]), accepted[shown], wrong[shown])
