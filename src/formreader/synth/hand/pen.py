"""A pen: strokes through points, with the width, tremor and slant of a hand."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

Stroke = NDArray[np.float64]
"""Shape (K, 2), K >= 2: x, y in units of the writing's height, y down."""
Ink = NDArray[np.float32]
"""Shape (height, width), 0 paper to 1 full ink."""

FINENESS = 8
"""Sub-pixel steps of OpenCV's fixed-point drawing: 1/8 px."""


def smooth_stroke(points: Stroke, steps: int = 6) -> Stroke:
    """A Catmull-Rom curve through the points, as a hand rounds corners. Shape (K', 2)."""
    if len(points) < 3:
        return points
    padded = np.vstack([2 * points[0] - points[1], points, 2 * points[-1] - points[-2]])
    t = (np.arange(steps) / steps)[None, :, None]
    a, b, c, d = (padded[i : len(padded) - 3 + i, None, :] for i in range(4))
    curve = 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
    return np.vstack([curve.reshape(-1, 2), points[-1:]])


def vary_strokes(strokes: Sequence[Stroke], generator: np.random.Generator, looseness: float = 1.0) -> list[Stroke]:
    """The same writing by another hand: slant, proportion, tremor, and the sheet bent under it."""
    slant = generator.normal(0, 0.16) * looseness
    narrow = float(np.exp(generator.normal(0, 0.18) * looseness))
    turn = np.radians(generator.normal(0, 4.0) * looseness)
    matrix = np.array([[narrow, -slant], [0.0, 1.0]]) @ np.array(
        [[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]
    )
    # waves of one to two bows over the writing's height: ends and corners move, strokes curve
    waves = generator.normal(0, 0.035 * looseness, (2, 2))
    pace, phase = generator.uniform(2.0, 7.0, (2, 2)), generator.uniform(0, 2 * np.pi, (2, 2))
    tremor = 0.006 * looseness * float(generator.exponential())
    varied = []
    for stroke in strokes:
        fine = _densify(stroke)
        bent = fine + np.stack([(waves[k] * np.sin(fine * pace[k] + phase[k])).sum(axis=1) for k in (0, 1)], axis=1)
        varied.append((bent + generator.normal(0, tremor, bent.shape)) @ matrix.T)
    return varied


def _densify(stroke: Stroke, step: float = 0.12) -> Stroke:
    """The same path with points at most ``step`` apart, so that a straight stroke can bend."""
    way = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(stroke, axis=0).T))])
    stops = np.unique(np.concatenate([way, np.arange(0.0, way[-1], step)]))
    return np.stack([np.interp(stops, way, stroke[:, 0]), np.interp(stops, way, stroke[:, 1])], axis=1)


def draw_strokes(strokes: Sequence[Stroke], height_px: float, width_px: float, generator: np.random.Generator) -> Ink:
    """Ink of strokes scaled to ``height_px`` a unit by a round nib of ``width_px``, cropped to the ink.

    A nib's width drifts along the stroke by a tenth, as pressure does.
    """
    scaled = [stroke * height_px for stroke in strokes]
    pad = width_px + 2
    low = np.min([stroke.min(axis=0) for stroke in scaled], axis=0) - pad
    high = np.max([stroke.max(axis=0) for stroke in scaled], axis=0) + pad
    size = np.maximum(np.ceil(high - low).astype(int), 1)
    picture = np.zeros((size[1], size[0]), np.uint8)
    for stroke in scaled:
        at = np.round((stroke - low) * FINENESS).astype(np.int32)
        pressure = 1.0 + 0.1 * generator.standard_normal()
        thickness = max(1, round(width_px * pressure))
        cv2.polylines(picture, [at], False, 255, thickness, cv2.LINE_AA, shift=3)
    fullness = np.float32(min(1.0, width_px) / 255)
    return picture.astype(np.float32) * fullness
