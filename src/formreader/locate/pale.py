"""Strokes in a cell for a free number that are much paler than what else stands there: a pen that ran dry over a digit.

The readers take such a digit for nothing, or for the paper's own pattern. A watermark is on many cells of a page alike,
so that what counts is how far a cell's pale strokes stand out of the others'.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from formreader.geometry import Box
from formreader.locate.edges import Ruling, near_lines
from formreader.locate.free import EDGE, FAINTEST, LEAST_SIZE, LEFT_OFF_MM, OF_DARKEST, Ink
from formreader.locate.strips import Strip

LEVELS = (0.02, 0.025, 0.03, 0.037, 0.045, 0.055, 0.068, 0.083, 0.1, 0.125, 0.15, 0.2)
"""Darkness of a pale stroke; from the last on it is ink."""
GRAIN, LEAST_GRAIN_PX = 0.02, 0.8
"""Heights of the cell over which grain is evened out, and pixels at least."""
BESIDE, NEAR = 0.1, 2.0
"""Heights of the cell: nearer to ink is its own rim, further from it than ``NEAR`` belongs to no number."""
SIDE = 0.05
"""Heights of the cell at its sides that are not looked at."""
TALL, LEAST_TALL, UNWRITTEN_TALL = 0.4, 0.4, 0.6
"""A stroke is so tall, in heights of what is written; that is so tall at least, or in an empty cell, in the cell's."""
FULL, NARROW, WIDE = 0.3, 0.25, 1.0
"""Part of its box that a digit's ink fills, the box at least ``NARROW`` heights of the cell wide, and the widest box:
fuller and wider shapes are shade or print."""
LEAST_AREA = 0.012
"""Of a square as high as the cell."""
GAP = 0.2
"""Heights of the cell that a pen which fails may leave out of a stroke."""
USUAL = 0.7
"""This part of a page's cells shows what its paper's pattern comes to."""
CLEAN = 0.0185
"""Darkness of the pattern that any paper may have."""


def pale_strokes(strip: Strip, cell: Box, ink: Ink, printed: Ruling, texts: Sequence[Box]) -> float:
    """How dark a pale stroke is, as tall as a digit, that stands in a cell beside its ``ink``; 0 without one."""
    h = cell.height * strip.px_per_mm
    rows, columns = strip.span(cell)
    inner = strip.darkness[rows, columns]
    if not inner.size:
        return 0.0
    first, last, tall = _written(ink, rows, columns, h)
    left = max(round(first - NEAR * h), columns.start + round(SIDE * h))
    right = min(round(last + NEAR * h), columns.stop - round(SIDE * h))
    if right <= left:
        return 0.0
    seen = (rows, slice(left, right))
    free = _free(strip, max(FAINTEST, OF_DARKEST * float(np.percentile(inner, 99.7))), printed, texts, h)[seen]
    even = cv2.GaussianBlur(strip.darkness, (0, 0), max(LEAST_GRAIN_PX, GRAIN * h))[seen]
    palest = 0.0
    for level in LEVELS:
        shown = (even > level) & free
        if not shown.any():
            break
        palest = level if _is_stroke(shown, TALL * tall, h) else palest
    return palest


def beyond_pattern(strokes: Sequence[float]) -> list[float]:
    """Of the cells of a page, how many times as dark each one's pale stroke is as what its paper shows anyway."""
    if not strokes:
        return []
    usual = sorted(strokes)[int(USUAL * (len(strokes) - 1))] if len(strokes) > 2 else 0.0
    return [stroke / max(usual, CLEAN) for stroke in strokes]


def _written(ink: Ink, rows: slice, columns: slice, h: float) -> tuple[int, int, float]:
    """First and last column of what is written in a cell, all of an empty one, and how tall it is, px."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    edge = round(EDGE * h)
    core = labels[rows.start + edge : rows.stop - edge, columns]
    own = np.bincount(core.ravel(), minlength=count) > 0
    own &= np.maximum(stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]) >= LEAST_SIZE * h
    own[0] = False
    written = own[labels[rows]]
    inked = np.flatnonzero(written.any(axis=0))
    if not len(inked):
        return columns.start, columns.stop, UNWRITTEN_TALL * h
    tall = int(np.count_nonzero(written.any(axis=1)))
    return int(inked[0]), int(inked[-1]), min(max(tall, LEAST_TALL * h), h)


def _free(strip: Strip, ink: float, printed: Ruling, texts: Sequence[Box], h: float) -> NDArray[np.bool_]:
    """Where neither ink so dark nor its rim is, nor what the form prints."""
    reach = max(1, round(BESIDE * h))
    around = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    taken = cv2.dilate((strip.darkness > ink).astype(np.uint8), around) > 0
    taken |= near_lines(strip, printed, LEFT_OFF_MM)
    for box in texts:
        if box.overlaps(strip.box):
            taken[strip.span(box)] = True
    return ~taken


def _is_stroke(shown: NDArray[np.bool_], least_tall: float, h: float) -> bool:
    """Whether a piece, gaps along it closed, is tall enough, and otherwise as a digit is."""
    upright = np.ones((max(1, round(GAP * h)), 1), np.uint8)
    closed = cv2.morphologyEx(shown.astype(np.uint8), cv2.MORPH_CLOSE, upright)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(closed, connectivity=8)
    area = np.bincount(labels[shown], minlength=count)[1:]
    width, height = stats[1:, cv2.CC_STAT_WIDTH], stats[1:, cv2.CC_STAT_HEIGHT]
    fits = (height >= least_tall) & (width <= WIDE * h) & (area >= LEAST_AREA * h * h)
    return bool((fits & (area <= (FULL * np.maximum(width, NARROW * h) + 2) * height)).any())
