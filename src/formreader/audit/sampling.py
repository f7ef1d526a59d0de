"""Drawing at random so that anybody can draw the same again: SHA-256 of a published seed, nothing else.

The seed is made in public after the list of items is fixed and published (dice, a lottery's numbers): who knows it
before could choose what is never drawn.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from itertools import accumulate, count

from formreader.errors import UsageError

SEED_DIGITS = 20
"""Decimal digits, or as many signs: about 66 bits, too many to try which of them suits somebody."""
WHOLE = 2**256


def check_seed(seed: str) -> str:
    """The seed as it counts. Raises ``UsageError`` for one that could have been searched for."""
    if len(seed.strip()) < SEED_DIGITS:
        raise UsageError(f"the seed has {len(seed.strip())} signs: throw dice in public, {SEED_DIGITS} digits or more")
    return seed.strip()


def ticket(seed: str, item: str) -> int:
    """The item's number in this draw, 256 bits: those with the smallest are drawn first."""
    return int.from_bytes(sha256(f"{seed},{item}".encode()).digest())


def in_order(seed: str, items: Sequence[str]) -> list[str]:
    """All items in the order they are drawn, without replacement; more of them later go on where it stopped."""
    return sorted(items, key=lambda item: (ticket(seed, item), item))


def with_weights(seed: str, weights: Mapping[str, float]) -> Iterator[str]:
    """Without end: an item a draw, with replacement, its chance in proportion to its weight."""
    names = sorted(weights)
    sums = list(accumulate(weights[name] for name in names))
    if not sums or sums[-1] <= 0:
        raise ValueError("there is nothing to draw from")
    for draw in count(1):
        at = ticket(seed, f"draw {draw}") / WHOLE * sums[-1]
        yield names[_first_above(sums, at)]


def _first_above(sums: Sequence[float], at: float) -> int:
    from bisect import bisect_right

    return min(bisect_right(sums, at), len(sums) - 1)
