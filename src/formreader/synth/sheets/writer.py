"""Who fills a sheet in: the pen, the size of the writing, and what stands where nothing needs to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

Filler = Literal["X", "-", "_", "0"]


@dataclass(frozen=True, slots=True)
class Hand:
    """One writer: nib in mm, size of digits in parts of a box, and what stands in boxes not needed.

    ``leaves`` are encodings that stay empty on the whole sheet, ``strikes`` whether tally cells not needed are
    crossed out, ``capitals`` whether words are.
    """

    nib_mm: float
    size: float
    filler: Filler
    leaves: frozenset[str]
    strikes: bool
    capitals: bool


@dataclass(frozen=True, slots=True)
class Habit:
    """How one writer uses cells that are wider or higher than a number needs.

    ``begins`` is where it stands in the free width, 0 left to 1 right, and ``strays`` by how much that varies.
    """

    begins: float
    strays: float
    tallest_mm: float


def any_habit(generator: np.random.Generator) -> Habit:
    begins, strays = float(generator.choice([0.02, 0.5, 0.9])), float(generator.uniform(0.02, 0.25))
    return Habit(begins, strays, float(generator.uniform(3.5, 8.0)))


LEFT_EMPTY = {"tally": 0.1, "row_sums": 0.15, "words": 0.1, "bubbles": 0.05}
"""How often a writer leaves an encoding empty on the whole sheet. Stated: the photographs show each now and then."""


def any_hand(generator: np.random.Generator) -> Hand:
    fillers: tuple[Filler, ...] = ("X", "-", "_", "0")
    filler = fillers[int(generator.choice(4, p=[0.4, 0.15, 0.35, 0.1]))]
    nib, size = float(generator.uniform(0.3, 0.9)), float(generator.uniform(0.55, 0.85))
    leaves = frozenset(name for name, share in LEFT_EMPTY.items() if generator.random() < share)
    return Hand(nib, size, filler, leaves, bool(generator.random() < 0.25), bool(generator.random() < 0.7))
