"""What people do to a bubble: fill it, cross it out, or something between."""

from __future__ import annotations

import cv2
import numpy as np

from formreader.synth.hand.ink import lay
from formreader.synth.hand.pen import FINENESS, Ink, Stroke, draw_strokes, smooth_stroke

FILLED_FROM, HALF_UP_TO = 0.6, 0.48
"""Parts of a bubble's inside that ink covers: filled from the first on, doubtful up to the second."""


def any_mark(label: str, radius: float, nib: float, generator: np.random.Generator) -> Ink:
    """Ink of a mark, 4 radii square, the bubble in its middle. ``radius`` and ``nib`` in px.

    ``label`` is ``O`` filled, ``X`` crossed out, ``/`` half or doubtful, ``_`` nothing.
    """
    if label == "O":
        return _filled(radius, nib, generator)
    if label == "X":
        return _crossed_out(radius, nib, generator)
    if label == "/":
        return _doubtful(radius, nib, generator)
    return _blank(radius)


def coverage(ink: Ink, radius: float) -> float:
    """Part of the bubble's inside that ink covers."""
    y, x = np.indices(ink.shape) - (len(ink) - 1) / 2
    return float((ink > 0.5)[np.hypot(x, y) < radius].mean())


def _blank(radius: float) -> Ink:
    side = round(4 * radius)
    return np.zeros((side, side), np.float32)


def _filled(radius: float, nib: float, generator: np.random.Generator) -> Ink:
    while True:
        if generator.random() < 0.55:
            ink = _blot(radius * float(generator.uniform(0.78, 1.2)), radius, generator)
        else:
            broad = max(nib, radius * 0.09)
            step = broad * float(generator.uniform(0.75, 1.4))
            ink = _drawn(
                [_hatch(radius * float(generator.uniform(0.85, 1.1)), step, generator)], radius, broad, generator
            )
        if coverage(ink, radius) >= FILLED_FROM:
            return ink


def _crossed_out(radius: float, nib: float, generator: np.random.Generator) -> Ink:
    """A cross, lines or a scribble that leave the bubble, over an empty or a filled one."""
    under = _filled(radius, nib, generator) if generator.random() < 0.45 else _blank(radius)
    was_filled = bool(under.any())
    fine = min(nib, 0.2 * radius)
    reach = radius * float(generator.uniform(1.3 if was_filled else 0.95, 1.75))
    kind = generator.random()
    if kind < 0.55:
        diagonals = np.array([[[-1, -1], [1, 1]], [[1, -1], [-1, 1]]]) * 0.75
        strokes = [_between(ends, reach, generator) for ends in diagonals]
    elif kind < 0.75 and was_filled:
        strokes = [
            _between(np.array([[-1.1, rise], [1.1, rise]]), reach, generator)
            for rise in generator.uniform(-0.4, 0.4, int(generator.integers(1, 4)))
        ]
    else:
        wide = radius * float(generator.uniform(1.35, 1.75))
        strokes = [_hatch(wide, max(fine * 2.0, 0.3 * radius), generator)]
    return np.maximum(under, _drawn(strokes, radius, fine, generator))


def _doubtful(radius: float, nib: float, generator: np.random.Generator) -> Ink:
    fine = min(nib, 0.22 * radius)
    while True:
        kind = generator.random()
        if kind < 0.2:
            ink = _blot(radius * float(generator.uniform(0.4, 0.68)), radius, generator)
        elif kind < 0.38:
            ink = _half(radius, generator)
        elif kind < 0.5:
            ink = _blot(radius * float(generator.uniform(0.14, 0.3)), radius, generator)
        elif kind < 0.7:
            tick = np.array([[-0.6, 0.0], [-0.15, 0.6], [0.8, -0.8]]) + generator.normal(0, 0.12, (3, 2))
            ink = _drawn([tick * radius * generator.uniform(0.6, 1.25)], radius, fine, generator)
        elif kind < 0.86:
            angle, half = generator.uniform(0, np.pi), generator.uniform(0.35, 1.3)
            ends = np.array([[-1.0], [1.0]]) * half * np.array([np.cos(angle), np.sin(angle)])
            ink = _drawn([_between(ends, radius, generator)], radius, fine, generator)
        else:
            loose = fine * float(generator.uniform(2.2, 4.0))
            hatch = _hatch(radius * float(generator.uniform(0.5, 0.95)), loose, generator)
            ink = _drawn([hatch], radius, fine, generator)
        if 0.015 < coverage(ink, radius) <= HALF_UP_TO:
            return ink


def _blot(size: float, radius: float, generator: np.random.Generator) -> Ink:
    """A solid spot of about ``size`` px radius, at times with holes where the pen missed."""
    ink = _blank(radius)
    angle = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    bows = np.array([1, 2, 3, 5])[:, None]
    waves = generator.normal(0, 0.07, (4, 1)) * np.sin(bows * angle + generator.uniform(0, 2 * np.pi, (4, 1)))
    centre = (len(ink) - 1) / 2 + generator.normal(0, 0.08 * radius, 2)
    outline = centre + (size * (1 + waves.sum(axis=0)))[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    mask = np.zeros(ink.shape, np.uint8)
    cv2.fillPoly(mask, [np.round(outline * FINENESS).astype(np.int32)], 255, cv2.LINE_AA, shift=3)
    if generator.random() < 0.25:
        for x, y in centre + generator.normal(0, 0.4 * size, (int(generator.integers(1, 3)), 2)):
            cv2.circle(mask, (round(x), round(y)), round(size * generator.uniform(0.08, 0.2)), 0, -1, cv2.LINE_AA)
    return mask.astype(np.float32) / np.float32(255)


def _half(radius: float, generator: np.random.Generator) -> Ink:
    """A fill that stopped on one side."""
    ink = _blot(radius * float(generator.uniform(0.8, 1.05)), radius, generator)
    y, x = np.indices(ink.shape) - (len(ink) - 1) / 2
    angle = generator.uniform(0, 2 * np.pi)
    kept = x * np.cos(angle) + y * np.sin(angle) > radius * generator.uniform(0.05, 0.6)
    result: Ink = ink * kept.astype(np.float32)
    return result


def _hatch(size: float, step: float, generator: np.random.Generator) -> Stroke:
    """One line to and fro over a circle of ``size`` px, ``step`` px forward at each turn."""
    down = np.arange(-0.92 * size, 0.92 * size, max(step, 1.0))
    across = np.sqrt(size**2 - down**2) * generator.uniform(0.8, 1.05, len(down))
    points = np.stack([across * np.where(np.arange(len(down)) % 2, 1, -1), down], axis=1)
    angle = generator.uniform(0, 2 * np.pi)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return smooth_stroke(points @ turn.T + generator.normal(0, 0.05 * size, 2), 3)


def _between(ends: Stroke, size: float, generator: np.random.Generator) -> Stroke:
    middle = ends.mean(axis=0) + generator.normal(0, 0.08, 2)
    points = np.array([ends[0], middle, ends[1]])
    points[[0, 2]] += generator.normal(0, 0.1, (2, 2))
    return smooth_stroke(points) * size


def _drawn(strokes: list[Stroke], radius: float, nib: float, generator: np.random.Generator) -> Ink:
    """Strokes around (0, 0) on a mark's square."""
    ink = _blank(radius)
    drawn = draw_strokes(strokes, 1.0, nib, generator)
    left, top = np.min([stroke.min(axis=0) for stroke in strokes], axis=0) - (nib + 2) + (len(ink) - 1) / 2
    lay(ink, drawn, float(left), float(top))
    return ink
