"""Ink that stands in no cell but near one: a new number beside one that was struck out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from formreader.geometry import Box
from formreader.locate.edges import Ruling, near_lines
from formreader.locate.free import FAINTEST, written_on
from formreader.locate.strips import Strip

OVER_EDGE = 0.12
"""Heights of a cell that its own writing reaches beyond it, and its print."""
MOSTLY = 0.8
"""Part of a stroke's ink that lies outside all cells where it stands beside them."""
LEAST_INK = 0.01
"""Part of a cell's square that a stroke beside it covers at least."""
LINE_OFF_MM, BY_LINE = 0.9, 0.5
"""What lies for more than this part so near a printed line is what was left of it."""
FULLEST, THIN = 0.7, 0.15
"""A stroke that fills more than this part of its outline is print, unless it is upright and this thin."""
TALLEST, LONGEST = 1.4, 4.0
"""Heights of the field's cells: what is larger is no digit, nor a few that touch."""


@dataclass(frozen=True, slots=True)
class Beside:
    """Ink beside a field: where (mm), and how tall its tallest stroke is, in mm."""

    box: Box
    tallest_mm: float


def ink_beside(
    strip: Strip, field: Box, cell_mm: float, printed: Ruling, texts: Sequence[Box], cells: Sequence[Box]
) -> Beside | None:
    """The ink near ``field``, whose cells are ``cell_mm`` high, that no printed line or text and none of the page's
    ``cells`` explain; None where there is none."""
    near = near_lines(strip, printed, LINE_OFF_MM)
    taken = np.zeros(near.shape, bool)
    for cell in cells:
        if cell.overlaps(strip.box):
            over = OVER_EDGE * min(cell.height, cell_mm)
            taken[strip.span(Box(cell.x - over, cell.y - over, cell.width + 2 * over, cell.height + 2 * over))] = True
    for text in texts:
        if text.overlaps(strip.box):
            taken[strip.span(text)] = True
    if (strip.darkness[~(near | taken)] > FAINTEST).sum() < LEAST_INK * (cell_mm * strip.px_per_mm) ** 2:
        return None
    ink = written_on(strip, field, printed, texts)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    free = np.bincount(labels[~taken], minlength=count)
    h = cell_mm * strip.px_per_mm
    _, _, width, height, area = stats.T
    by_line = np.bincount(labels[near], minlength=count)
    is_beside = (free >= MOSTLY * area) & (by_line <= BY_LINE * area)
    is_beside &= (height <= TALLEST * h) & (width <= LONGEST * h)
    is_beside &= (area <= FULLEST * width * height) | (width <= THIN * h)
    is_beside &= ~_at_border(stats, ink.shape)
    is_beside[0] = False
    if not is_beside.any():
        return None
    found = stats[is_beside]
    tall = found[found[:, 3] >= 0.5 * found[:, 3].max()]
    k = strip.px_per_mm
    x, y = tall[:, 0].min(), tall[:, 1].min()
    right, bottom = (tall[:, 0] + tall[:, 2]).max(), (tall[:, 1] + tall[:, 3]).max()
    box = Box(strip.box.x + float(x) / k, strip.box.y + float(y) / k, float(right - x) / k, float(bottom - y) / k)
    return Beside(box, float(found[:, 3].max()) / k)


def _at_border(stats: NDArray[np.int32], shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Which components run out of the strip: nobody knows how large they are."""
    left, top, width, height = stats[:, :4].T
    result: NDArray[np.bool_] = (left == 0) | (top == 0) | (left + width == shape[1]) | (top + height == shape[0])
    return result
