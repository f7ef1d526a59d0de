"""The number that counts beside one that was struck out: where its ink stands, and the window to read it in."""

from __future__ import annotations

from math import ceil, floor

import cv2
import numpy as np

from formreader.geometry import Box
from formreader.locate.free import BEFORE, BEHIND, LEAST_SIZE, NARROWEST, NEAREST, USUAL, Ink, Writing
from formreader.locate.strikes import Line

CLEAR = 0.3
"""Heights of the cell between a strike and a number beside it at least: digits of one number stand nearer."""


def ink_beyond(writing: Writing, cell: Box, line: Line) -> Box | None:
    """The ink in a free cell that stands behind the ``line`` over it, or before it where none does, mm."""
    tall = len(writing.row)
    inked = (writing.row > 0).astype(np.uint8)
    behind, before = ceil((line.end + CLEAR) * tall), floor((line.start - CLEAR) * tall)
    for first, last in ((behind, inked.shape[1]), (0, max(before, 0))):
        found = _large(inked[:, first:last], LEAST_SIZE * tall)
        if found is not None:
            mm = cell.height / tall
            x, y, width, height = (side * mm for side in found)
            return Box(writing.left + first * mm + x, cell.y + y, width, height)
    return None


def _large(inked: Ink, least: float) -> tuple[int, int, int, int] | None:
    """Left, top, width and height, px, of all pieces that are as tall as a digit; None where there is none."""
    if inked.size == 0:
        return None
    _, _, stats, _ = cv2.connectedComponentsWithStats(inked, connectivity=8)
    large = stats[1:][stats[1:, cv2.CC_STAT_HEIGHT] >= least]
    if len(large) == 0:
        return None
    x, y = large[:, 0].min(), large[:, 1].min()
    right, bottom = (large[:, 0] + large[:, 2]).max(), (large[:, 1] + large[:, 3]).max()
    return int(x), int(y), int(right - x), int(bottom - y)


def window_around(ink: Box, cell_mm: float) -> Box:
    """A window that shows ink (mm) beside a cell ``cell_mm`` high as cells of free numbers show theirs."""
    height = max(ink.height / USUAL, NEAREST * cell_mm)
    width = max(ink.width + (BEFORE + BEHIND) * height, NARROWEST * height)
    x, y = ink.centre
    return Box(x - width / 2, y - height / 2, width, height)
