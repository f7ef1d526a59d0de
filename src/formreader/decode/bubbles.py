"""Filled bubbles to a distribution over the number they mean.

A column holds one digit: its one filled bubble. A half-filled bubble counts where no other is filled,
a withdrawn one never. A column without a mark is a box left empty; of two filled ones nothing is known.
"""

from __future__ import annotations

import numpy as np

from formreader.alphabets import BUBBLE_CLASSES
from formreader.decode.digits import box_values
from formreader.decode.rates import MARKS_ON_FORMS
from formreader.decode.values import likeliest_first
from formreader.distributions import LogProbabilities, weighed


def read_bubbles(log_probabilities: LogProbabilities) -> dict[int | None, float]:
    """Probability of each number, most probable first; what cannot be read is missing from their sum.

    ``log_probabilities`` has shape (columns, 10, 4), the bubble of 0 first, each bubble normalised.
    """
    if log_probabilities.ndim != 3 or log_probabilities.shape[1:] != (10, len(BUBBLE_CLASSES)):
        raise ValueError(f"expected (columns, 10, {len(BUBBLE_CLASSES)}), got {log_probabilities.shape}")
    probabilities = np.exp(weighed(log_probabilities, BUBBLE_CLASSES, MARKS_ON_FORMS))
    filled, doubtful = (probabilities[..., BUBBLE_CLASSES.index(name)] for name in "O/")
    marks = filled * _of_others(1.0 - filled) + doubtful * _of_others(1.0 - filled - doubtful)
    nothing = np.prod(1.0 - filled - doubtful, axis=1, keepdims=True)
    unread = 1.0 - marks.sum(axis=1, keepdims=True) - nothing
    columns = np.concatenate([marks, nothing, unread], axis=1).clip(1e-12, 1.0)
    return likeliest_first(box_values(np.log(columns), "0123456789_?"))


def two_marks(log_probabilities: LogProbabilities) -> float:
    """Probability that some column has more than one filled bubble; shapes as in ``read_bubbles``."""
    probabilities = np.exp(weighed(log_probabilities, BUBBLE_CLASSES, MARKS_ON_FORMS))
    filled = probabilities[..., BUBBLE_CLASSES.index("O")]
    at_most_one = np.prod(1.0 - filled, axis=1) + (filled * _of_others(1.0 - filled)).sum(axis=1)
    return float(1.0 - np.prod(at_most_one.clip(0.0, 1.0)))


def _of_others(chances: LogProbabilities) -> LogProbabilities:
    """For each bubble the product (columns, 10) of the chances of all others in its column."""
    bubbles = chances.shape[1]
    others = np.where(np.eye(bubbles, dtype=bool), 1.0, chances[:, None, :])
    product: LogProbabilities = others.prod(axis=2)
    return product
