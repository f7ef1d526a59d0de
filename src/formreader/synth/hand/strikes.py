"""Lines that strike cells out: crosses, dashes, and long ones of which a cell shows only a part."""

from __future__ import annotations

import numpy as np

from formreader.synth.hand.pen import Stroke, smooth_stroke

BEYOND_PX = 130.0
"""A line that strikes out many cells leaves the canvas on both sides."""


def any_strike(width: float, height: float, generator: np.random.Generator) -> list[Stroke]:
    """Strokes in px around a cell's middle that strike out a cell ``width`` by ``height``."""
    kind = generator.random()
    if kind < 0.35:
        return cross_out(width, height, generator)
    if kind < 0.5:
        return [_dash(width, height, generator)]
    if kind < 0.62:
        return [_wave(width, height, generator)]
    strokes = [_long_line(width, height, generator)]
    if generator.random() < 0.3:  # the other line of a large cross or Z
        strokes.append(_long_line(width, height, generator))
    return strokes


def cross_out(width: float, height: float, generator: np.random.Generator) -> list[Stroke]:
    """Two strokes across one cell, about from corner to corner."""
    half = np.array([width * generator.uniform(0.3, 0.58), height * generator.uniform(0.25, 0.6)])
    half[0] = max(half[0], 0.7 * half[1])  # flatter than steep, unlike a count of two
    middle = generator.normal(0, 0.04, 2) * [width, height]
    diagonals = np.array([[[-1, -1], [1, 1]], [[1, -1], [-1, 1]]]) * half + middle
    return [_bowed(ends + generator.normal(0, 0.08, (2, 2)) * half, 0.06, generator) for ends in diagonals]


def passing_line(width: float, height: float, generator: np.random.Generator) -> list[Stroke]:
    """A long line that strikes out the row above or below, or the column beside, and spares this cell."""
    side, far = float(generator.choice([-1, 1])), float(generator.uniform(0.62, 1.0))
    if generator.random() < 0.8:
        tilt = generator.uniform(-0.06, 0.06) * height  # over the cell's width it stays outside
        slope = tilt / (width / 2)
        y = side * far * height
        return [np.array([[-BEYOND_PX, y - slope * BEYOND_PX], [BEYOND_PX, y + slope * BEYOND_PX]])]
    x = side * far * width
    return [np.array([[x, -BEYOND_PX], [x, BEYOND_PX]])]


def _dash(width: float, height: float, generator: np.random.Generator) -> Stroke:
    """One stroke across one cell: level, or a flat diagonal."""
    half = width * float(generator.uniform(0.3, 0.55))
    rise = float(generator.choice([-1, 1]) * generator.uniform(0.2, 0.5)) * height if generator.random() < 0.5 else 0.0
    rise = float(np.clip(rise, -0.8 * half, 0.8 * half))
    ends = np.array([[-half, -rise], [half, rise]]) + generator.normal(0, 0.06, (2, 2)) * height
    return _bowed(ends, 0.05, generator)


def _wave(width: float, height: float, generator: np.random.Generator) -> Stroke:
    """A wavy line across this cell and more."""
    start, end = (BEYOND_PX if generator.random() < 0.8 else width * generator.uniform(0.25, 0.5) for _ in range(2))
    x = np.linspace(-start, end, 160)
    period = width * generator.uniform(0.25, 1.2)
    swing = height * generator.uniform(0.1, 0.4)
    y = swing * np.sin(2 * np.pi * x / period + generator.uniform(0, 2 * np.pi))
    slope = generator.normal(0, 0.06)
    return np.stack([x, y + slope * x + generator.normal(0, 0.08) * height], axis=1)


def _long_line(width: float, height: float, generator: np.random.Generator) -> Stroke:
    """A line over many cells, through the inner part of this one; a flat one may end here."""
    through = generator.uniform(-0.28, 0.28, 2) * [width, height]
    steep = generator.random() < 0.12
    angle = np.radians(generator.uniform(45, 78) if steep else abs(generator.normal(0, 18))) * generator.choice([-1, 1])
    along = np.array([np.cos(angle), np.sin(angle)])
    start, end = BEYOND_PX, BEYOND_PX
    if not steep and generator.random() < 0.25:
        end = width * float(generator.uniform(0.15, 0.4))
    ends = np.array([-start, end]) if generator.random() < 0.5 else np.array([-end, start])
    return _bowed(through + ends[:, None] * along, 0.015, generator)


def _bowed(ends: Stroke, bow: float, generator: np.random.Generator) -> Stroke:
    """A stroke between two points, bent by ``bow`` of its length or so."""
    along = ends[1] - ends[0]
    middle = ends.mean(axis=0) + generator.normal(0, bow) * np.array([-along[1], along[0]]) * 0.5
    return smooth_stroke(np.array([ends[0], middle, ends[1]]))
