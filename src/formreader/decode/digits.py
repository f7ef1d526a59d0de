"""Digit boxes to a distribution over what is written and the number it means.

A string has one character a box. Leading boxes that are not needed hold fillers: a cross, a dash,
or nothing. Fillers through and through mean 0, except that boxes all empty mean no number at all.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray

from formreader.decode.rates import FILLER_AFTER_DIGIT, MIXED_FILLERS, UNREADABLE_ON_FORMS
from formreader.distributions import LogProbabilities, weighed

FILLERS = "X-_"
LEAST_BOX_PROBABILITY = 1e-7
MOST_A_BOX = 6
MOST_STRINGS = 300
"""Characters kept for each box, and strings of all boxes; what is dropped is counted as lost mass."""
REMEMBERED = 1 << 14
"""Strings whose meaning is kept: those of three boxes come again and again, of fourteen characters 2744."""

_second = itemgetter(1)


@dataclass(frozen=True, slots=True)
class NumberReading:
    """One string that boxes may hold. ``value`` None where all are empty or one cannot be read."""

    written: str
    value: int | None
    probability: float


@lru_cache(REMEMBERED)
def value_of(written: str) -> int | None:
    """The number a string means; None where it is left empty or holds what is no number."""
    if set(written) <= {"_"}:
        return None
    digits = written.lstrip(FILLERS)
    if digits == "":
        return 0
    return int(digits) if digits.isdecimal() else None


@lru_cache(REMEMBERED)
def readable(written: str) -> bool:
    """Whether a string is a number, a crossed-out field or an empty one, as people write them."""
    rest = written.lstrip(FILLERS)
    return rest == "" or rest.isdecimal()


@lru_cache(REMEMBERED)
def plainly_written(written: str) -> bool:
    """Whether a string is readable and keeps to one kind of filler: ``X_3`` or ``-_-`` ask what was meant."""
    rest = written.lstrip(FILLERS)
    return readable(written) and len(set(written[: len(written) - len(rest)])) <= 1


def as_on_forms(log_probabilities: LogProbabilities, classes: str) -> LogProbabilities:
    """What the digit model says of boxes (N, len(classes)) where fewer are unreadable than it has learnt from."""
    return weighed(log_probabilities, classes, {"?": UNREADABLE_ON_FORMS})


def read_boxes(log_probabilities: LogProbabilities, classes: str) -> tuple[NumberReading, ...]:
    """All strings worth keeping, most probable first; probabilities sum to at most 1.

    ``log_probabilities`` has shape (boxes, len(classes)), each row normalised. What is pruned away
    stays unassigned, so that it counts against every confidence.
    """
    strings = _strings(log_probabilities, classes)
    return tuple(NumberReading(written, value_of(written), probability) for written, probability in strings)


def box_values(log_probabilities: LogProbabilities, classes: str) -> dict[int | None, float]:
    """``by_value`` of ``read_boxes``, where nobody asks for the strings."""
    strings = _strings(log_probabilities, classes)
    return _added((value_of(written), probability) for written, probability in strings if readable(written))


def by_value(readings: Iterable[NumberReading]) -> dict[int | None, float]:
    """Probability of each number meant; unreadable strings are left out, so it sums to at most 1."""
    return _added((reading.value, reading.probability) for reading in readings if readable(reading.written))


def _strings(log_probabilities: LogProbabilities, classes: str) -> list[tuple[str, float]]:
    if log_probabilities.ndim != 2 or log_probabilities.shape[1] != len(classes):
        raise ValueError(f"expected (boxes, {len(classes)}), got {log_probabilities.shape}")
    strings = [("", 1.0)]
    for row in log_probabilities:
        options = _likely(row, classes)
        longer = [(string + character, p * q) for string, p in strings for character, q in options]
        strings = sorted(longer, key=_second, reverse=True)[:MOST_STRINGS]
    weighed = [(written, likelihood * _habit(written)) for written, likelihood in strings]
    kept = sum(likelihood for _, likelihood in strings)
    total = sum(weight for _, weight in weighed) + max(0.0, 1.0 - kept)
    return sorted([(written, weight / total) for written, weight in weighed], key=_second, reverse=True)


def _likely(row: NDArray[np.float64], classes: str) -> list[tuple[str, float]]:
    order = np.argsort(-row)[:MOST_A_BOX]
    chosen = [(classes[i], float(np.exp(row[i]))) for i in order]
    return [(c, p) for c, p in chosen if p >= LEAST_BOX_PROBABILITY]


@lru_cache(REMEMBERED)
def _habit(written: str) -> float:
    """Prior weight of the way a number is written, 1 for the usual ways."""
    rest = written.lstrip(FILLERS)
    filler = written[: len(written) - len(rest)]
    weight = 1.0 if len(set(filler)) <= 1 else MIXED_FILLERS
    return weight * FILLER_AFTER_DIGIT ** sum(character in FILLERS for character in rest)


def _added(shares: Iterable[tuple[int | None, float]]) -> dict[int | None, float]:
    """Each value's shares added up, the most probable first."""
    totals: dict[int | None, float] = {}
    for value, share in shares:
        totals[value] = totals.get(value, 0.0) + share
    return dict(sorted(totals.items(), key=_second, reverse=True))
