"""Probabilities, and whether they can be taken at their word."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

LogProbabilities = NDArray[np.float64]
BINS = 15


def calibration_error(confidence: NDArray[np.float32], right: NDArray[np.bool_]) -> float:
    """Expected calibration error of first choices (N,), over 15 bins of equal width of their confidence 0..1."""
    which = np.minimum((confidence * BINS).astype(int), BINS - 1)
    gaps = [
        abs(float(confidence[which == i].mean() - right[which == i].mean())) * float((which == i).mean())
        for i in range(BINS)
        if (which == i).any()
    ]
    return sum(gaps)
