"""Discrete distributions over what a field may hold, as log-probabilities.

A number's support is every value it may take and ``None``, the field left empty. Rows of
``log_probabilities`` need not sum to one unless a docstring says so.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

K = TypeVar("K", bound=Hashable)
LogProbabilities = NDArray[np.float64]


def log_sum_exp(values: LogProbabilities, axis: int | None = None) -> LogProbabilities:
    """``log(sum(exp(values)))`` that neither overflows nor turns all ``-inf`` into nan."""
    top = np.max(values, axis=axis, keepdims=True)
    safe = np.where(np.isfinite(top), top, 0.0)
    with np.errstate(divide="ignore"):
        total = np.log(np.sum(np.exp(values - safe), axis=axis, keepdims=True)) + safe
    result: LogProbabilities = np.squeeze(total, axis=axis) if axis is not None else total.reshape(())
    return result


def normalised(weights: Mapping[K, float]) -> dict[K, float]:
    """Scale positive ``weights`` to sum to one, largest first. Raises ``ValueError`` on no mass."""
    total = sum(weights.values())
    if not total > 0:
        raise ValueError("the weights have no mass")
    ordered = sorted(weights.items(), key=lambda item: -item[1])
    return {key: weight / total for key, weight in ordered}
