"""Exact confidence intervals of a proportion."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from math import log, log1p

import numpy as np
from numpy.typing import NDArray


def clopper_pearson(right: int, total: int, confidence: float = 0.95) -> tuple[float, float]:
    """Two-sided exact interval of ``right`` out of ``total``. Raises ``ValueError`` where total is 0."""
    if total <= 0 or not 0 <= right <= total:
        raise ValueError(f"need 0 <= right <= total and total > 0, got {right} of {total}")
    tail = (1 - confidence) / 2
    low = 0.0 if right == 0 else _bisect(lambda p: 1 - binomial_cdf(right - 1, total, p) < tail)
    return low, upper_bound(right, total, 1 - tail)


def upper_bound(count: int, total: int, confidence: float) -> float:
    """One-sided exact bound from above of ``count`` out of ``total``; 1 where there is nothing to count."""
    if count == total:
        return 1.0
    return _bisect(lambda p: binomial_cdf(count, total, p) > 1 - confidence)


def binomial_cdf(count: int, total: int, p: float) -> float:
    """Probability of at most ``count`` successes."""
    if p <= 0:
        return 1.0
    if p >= 1:
        return 1.0 if count >= total else 0.0
    k = np.arange(count + 1)
    of_factorials = _log_factorials(total)
    choices = of_factorials[total] - of_factorials[k] - of_factorials[total - k]
    return float(min(1.0, np.exp(choices + k * log(p) + (total - k) * log1p(-p)).sum()))


@lru_cache(maxsize=64)
def _log_factorials(most: int) -> NDArray[np.float64]:
    """log 0!, log 1! … log most!: summed once, as thousands of intervals are asked of the same fields."""
    return np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, most + 1)))])


def _bisect(below: Callable[[float], bool]) -> float:
    """The largest p of 0..1 where ``below(p)`` still holds, for a predicate that holds on an interval from 0."""
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if below(middle) else (low, middle)
    return (low + high) / 2
