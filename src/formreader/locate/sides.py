"""Ink at the sides of a cell for a free number: a digit on the line between two cells may belong to either."""

from __future__ import annotations

from math import ceil

import cv2
import numpy as np

from formreader.geometry import Box
from formreader.locate.edges import Ruling
from formreader.locate.free import LINE_BLUR_MM, LINE_BLUR_PX, Ink
from formreader.locate.strips import Strip

NEAR = 0.12
"""Heights of the cell, beside what the line itself takes up: ink so near to a side touches it."""
EDGE = 0.15
"""Part of the cell at its top and its bottom that is not looked at: numbers above and below lean in."""
LINE_TALL, LINE_QUANTILE = 1.25, 0.2
"""Ink at a side that is taller than so many cells holds what is left of the side's own line, which is about as wide in
all its rows: as these of them, the thinnest."""
WIDER, LEAST_WIDE_PX = 0.04, 1
"""Heights of the cell by which a row must be wider to show more than the line."""


def ink_at_sides(strip: Strip, cell: Box, ink: Ink, printed: Ruling) -> float:
    """How tall the ``ink`` is that touches a printed side of the cell, within or beyond it, in heights of the cell."""
    sides = [side for side in printed.edges_of(cell) if not side.horizontal]
    if not sides:
        return 0.0
    k, (rows, _) = strip.px_per_mm, strip.span(cell)
    height = rows.stop - rows.start
    looked = slice(rows.start + round(EDGE * height), rows.stop - round(EDGE * height))
    tallest = 0
    for side in sides:
        half = side.width / 2 + max(LINE_BLUR_MM, LINE_BLUR_PX / k)
        middle, reach = (side.x0 - strip.box.x) * k, ceil((half + NEAR * cell.height) * k)
        band = ink[:, max(round(middle) - reach, 0) : round(middle) + reach + 1]
        count, labels, stats, _ = cv2.connectedComponentsWithStats(band, connectivity=8)
        for label in range(1, count):
            wide = np.count_nonzero(labels == label, axis=1)
            own = 0.0
            if stats[label, cv2.CC_STAT_HEIGHT] > LINE_TALL * height:
                own = float(np.quantile(wide[wide > 0], LINE_QUANTILE)) + max(LEAST_WIDE_PX, WIDER * height)
            tallest = max(tallest, int(np.count_nonzero(wide[looked] > own)))
    return float(tallest / max(height, 1))
