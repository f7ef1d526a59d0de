"""Pen paths of the UCI set pendigits: digits by 44 writers, 8 points along each path, pen lifts lost."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from formreader.synth.hand.pen import Stroke, smooth_stroke

FILE = "pendigits.csv.gz"
TRAINING, TEST = "tra", "tes"
"""Thirty writers, and fourteen others who test alone."""
RAISED = 0.08
"""A pen that goes up by more than this part of a digit's height goes up on purpose."""
CLOSED = 0.25
"""The ends of a loop that a hand closes are no further apart, in parts of a digit's height."""

Path8 = NDArray[np.float64]
"""Shape (8, 2): x, y in 0..1, y down, each axis stretched to the whole range."""


def load_pendigits(path: Path, part: str, unlifted: bool = True) -> dict[str, list[Stroke]]:
    """Paths (8, 2) by label of ``part``; with ``unlifted`` only those that show no sign of a lifted pen.

    A lift is a line that nobody drew: most 4, 5 and 7 of two strokes have one, some 9.
    """
    with gzip.open(path, "rt", newline="") as lines:
        rows = [row for row in csv.reader(lines) if row[0] == part]
    paths: dict[str, list[Stroke]] = {str(digit): [] for digit in range(10)}
    for _, label, *numbers in rows:
        points = np.array(numbers, np.float64).reshape(-1, 2) / 100
        points[:, 1] = 1 - points[:, 1]
        if not unlifted or _UNLIFTED.get(label, _always)(points):
            paths[label].append(points)
    return paths


def pendigit_strokes(path: Stroke, label: str, generator: np.random.Generator) -> list[Stroke]:
    """A path as a hand may have set it: its width, which the set stretches to its height, is drawn anew."""
    width = generator.uniform(0.05, 0.5) if label == "1" else generator.uniform(0.45, 0.9)
    return [smooth_stroke(path * [float(width), 1.0])]


def _always(_: Path8) -> bool:
    return True


def _never_up(points: Path8) -> bool:
    """From the first point on never upwards: a 7 without a bar, a 4 in one stroke."""
    return bool((np.diff(points[:, 1]) > -RAISED).all())


def _never_up_after_start(points: Path8) -> bool:
    return bool((np.diff(points[2:, 1]) > -RAISED).all())


def _from_right(points: Path8) -> bool:
    """A 5 in one stroke begins at its bar's right end, and its belly ends below."""
    return bool(points[0, 0] > 0.6 and points[0, 1] < 0.35 and points[-1, 1] > 0.6)


def _closed_above(points: Path8) -> bool:
    """A 9 whose upper part comes back to where it began."""
    return bool(np.hypot(*(points[3:6] - points[0]).T).min() < CLOSED)


_UNLIFTED: dict[str, Callable[[Path8], bool]] = {
    "4": _never_up,
    "5": _from_right,
    "7": _never_up_after_start,
    "9": _closed_above,
}
