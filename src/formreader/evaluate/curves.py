"""What a confidence is worth: risk against coverage, calibration; and what boxes are confused with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from formreader.distributions import reliability
from formreader.evaluate.counts import Share, share_of
from formreader.evaluate.risk import GRID
from formreader.evaluate.sheets import BoxScore

Confidences = NDArray[np.float64]
"""Shape (N,), 0 to 1."""
Right = NDArray[np.bool_]
"""Shape (N,)."""


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """Were all fields of at least ``threshold`` accepted: how many would be, and how many of those wrong."""

    threshold: float
    coverage: Share
    risk: Share


@dataclass(frozen=True, slots=True)
class RiskCoverage:
    """``area`` is the mean risk over all coverages from 0 to 1: 0 is perfect; None of no field."""

    area: float | None
    points: tuple[CurvePoint, ...]


@dataclass(frozen=True, slots=True)
class Bin:
    """Confidences of a fifteenth of 0..1: their mean, and the share that is right."""

    confidence: float
    right: Share


@dataclass(frozen=True, slots=True)
class CalibrationScore:
    """``expected_error`` (ECE) over 15 bins of equal width and ``brier`` score, both 0 at best; None of nothing."""

    count: int
    expected_error: float | None
    brier: float | None
    bins: tuple[Bin, ...]


def risk_coverage(confidence: Confidences, right: Right) -> RiskCoverage:
    """The curve by confidence alone, at the thresholds that calibration tries and at none.

    Fields of the same confidence are accepted together.
    """
    total = len(confidence)
    points = []
    for threshold in (*GRID, 0.0):
        taken = confidence >= threshold
        accepted, wrong = int(taken.sum()), int((taken & ~right).sum())
        points.append(CurvePoint(float(threshold), share_of(accepted, total), share_of(wrong, accepted)))
    return RiskCoverage(_area(confidence, right), tuple(points))


def _area(confidence: Confidences, right: Right) -> float | None:
    if len(confidence) == 0:
        return None
    order = np.argsort(-confidence, kind="stable")
    wrong = np.cumsum(~right[order])
    ends = np.append(np.flatnonzero(np.diff(confidence[order])), len(order) - 1)  # of fields equally sure
    sizes = np.diff(ends, prepend=-1)
    return float((sizes * wrong[ends] / (ends + 1)).sum() / len(order))


def calibration_score(confidence: Confidences, right: Right) -> CalibrationScore:
    """Whether of those with a confidence of p a part of p is right."""
    if len(confidence) == 0:
        return CalibrationScore(0, None, None, ())
    found = reliability(confidence.astype(np.float32), right)
    error = float((np.abs(found[:, 1] - found[:, 2]) * found[:, 0]).sum() / len(confidence))
    bins = tuple(Bin(float(mean), share_of(round(count * part), int(count))) for count, mean, part in found)
    return CalibrationScore(len(confidence), error, float(((confidence - right) ** 2).mean()), bins)


def confusion(boxes: Sequence[BoxScore]) -> dict[str, dict[str, int]]:
    """How often each character written was read as which, by the model alone."""
    pairs = Counter((box.written, box.found) for box in boxes)
    table: dict[str, dict[str, int]] = {}
    for (written, found), count in sorted(pairs.items()):
        table.setdefault(written, {})[found] = count
    return table
