"""How many accepted values can be wrong: a bound that may be looked at after every value that people have keyed.

The test. Of ``size`` values at most ``most`` are to be wrong; supposed that ``wrong`` = most + 1 or more are. Values
come at random without replacement; before the next one its chance to be wrong, were exactly ``wrong`` of them wrong, is
m = (wrong - wrong ones seen) / (values left). A bettor who stakes a part c of the capital on "right" has

    capital <- capital (1 + c m / (1 - m))   for a right one,      capital (1 - c)   for a wrong one.

That is a martingale if exactly ``wrong`` are wrong and a supermartingale if more are, so by Ville's inequality the
chance that it ever reaches 1 / risk is at most the risk, however often one looks and whenever one stops. With c = 1 - r
it is Wald's probability ratio of an error rate of about r m against m (A. Wald 1945, Sequential tests of statistical
hypotheses), in finite populations as P. B. Stark (2020, Sets of half-average nulls generate risk-limiting audits:
SHANGRLA) and I. Waudby-Smith and A. Ramdas (2020, Confidence sequences for sampling without replacement) have it.
Several bettors side by side, each with a share of the capital, are a (super)martingale too: ``STAKES``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, log

import numpy as np

STAKES: Sequence[tuple[float, float]] = ((1.0, 0.5), (0.9, 0.25), (0.7, 0.15), (0.4, 0.1))
"""Stake c and share of the capital. The first wins soonest and is ruined by one error; the others outlast 1 error where
about 1 - c of what is allowed are wrong. Half of the capital on the first costs 23 % more values than it alone."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What was keyed, in the order it was drawn: whether each value was wrong, of ``size`` accepted ones."""

    size: int
    wrong: tuple[bool, ...]

    @property
    def errors(self) -> int:
        return sum(self.wrong)


def is_refuted(seen: Seen, wrong: int, risk: float, stakes: Sequence[tuple[float, float]] = STAKES) -> bool:
    """Whether at any time the capital against "``wrong`` or more of them are wrong" has reached 1 / risk."""
    return _highest(seen, wrong, stakes) >= -log(risk)


def most_wrong(seen: Seen, risk: float, stakes: Sequence[tuple[float, float]] = STAKES) -> int:
    """The largest number of wrong values that is not refuted: at most so many of all are wrong, but for the risk.

    The capital grows with the number supposed, so that the bound is found by halving.
    """
    low, high = seen.errors, seen.size + 1  # size + 1 wrong ones is always refuted
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if is_refuted(seen, middle, risk, stakes) else (middle, high)
    return low


def least_sample(
    size: int, most: int, risk: float, errors: int = 0, stakes: Sequence[tuple[float, float]] = STAKES
) -> int | None:
    """How many values must be keyed until at most ``most`` of ``size`` can be wrong, if ``errors`` are found evenly.

    None where all of them would not do.
    """
    low, high = 0, size + 1
    while high - low > 1:
        middle = (low + high) // 2
        enough = is_refuted(_evenly(size, middle, errors), most + 1, risk, stakes)
        low, high = (low, middle) if enough else (middle, high)
    return None if high > size else high


def _evenly(size: int, sample: int, errors: int) -> Seen:
    places = {round((i + 1) * sample / (errors + 1)) for i in range(errors)}
    return Seen(size, tuple(i in places for i in range(sample)))


def _highest(seen: Seen, wrong: int, stakes: Sequence[tuple[float, float]]) -> float:
    """The largest log capital that was ever reached; infinite where the supposition cannot be."""
    is_wrong = np.array(seen.wrong, dtype=bool)
    drawn = np.arange(len(is_wrong) + 1)
    wrong_left = wrong - np.concatenate([[0], np.cumsum(is_wrong)])
    left = seen.size - drawn
    impossible = wrong_left > left  # also after the last one, so that a right one among nothing but wrong ones tells
    found = np.flatnonzero(wrong_left <= 0)  # as many as supposed are found: nothing refutes them any more
    end = int(found[0]) if found.size else len(is_wrong)
    if impossible[: end + 1].any():
        return inf
    wrong_left, left, is_wrong = wrong_left[:end], left[:end], is_wrong[:end]
    with np.errstate(
        divide="ignore"
    ):  # the stake of 1 is ruined by an error, odds are endless where all left are wrong
        odds = wrong_left / (left - wrong_left)
        logs = [np.cumsum(np.where(is_wrong, np.log1p(-stake), np.log1p(stake * odds))) for stake, _ in stakes]
        mixed = np.logaddexp.reduce([log(share) + each for each, (_, share) in zip(logs, stakes, strict=True)], axis=0)
    return max(0.0, float(mixed.max(initial=0.0)))
