"""Probabilities, and whether they can be taken at their word."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

LogProbabilities = NDArray[np.float64]
BINS = 15


def weighed(log_probabilities: LogProbabilities, classes: str, odds: Mapping[str, float]) -> LogProbabilities:
    """What a model of ``classes`` (the last axis) says where some are so much rarer than it has learnt: ``odds``."""
    shifted = log_probabilities + np.log([odds.get(name, 1.0) for name in classes])
    result: LogProbabilities = shifted - np.logaddexp.reduce(shifted, axis=-1, keepdims=True)
    return result


def log_softmax(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """Log-probabilities over the last axis."""
    shifted = logits - logits.max(axis=-1, keepdims=True)
    result: NDArray[np.float32] = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return result


def calibration_error(confidence: NDArray[np.float32], right: NDArray[np.bool_]) -> float:
    """Expected calibration error of first choices (N,), over 15 bins of equal width of their confidence 0..1."""
    bins = reliability(confidence, right)
    return float((np.abs(bins[:, 1] - bins[:, 2]) * bins[:, 0]).sum() / max(bins[:, 0].sum(), 1))


def reliability(confidence: NDArray[np.float32], right: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Per bin that holds any: how many first choices, their mean confidence, the share that is right. (B, 3)."""
    which = np.minimum((confidence * BINS).astype(int), BINS - 1)
    members = [which == i for i in range(BINS) if (which == i).any()]
    return np.array([[m.sum(), confidence[m].mean(), right[m].mean()] for m in members]).reshape(-1, 3)
