"""Writing so small for its cell that it passes for a dash: words where a number belongs, say."""

from __future__ import annotations

import cv2

from formreader.geometry import Box
from formreader.locate.free import Ink
from formreader.locate.strips import Strip

LEAST_TALL = 0.06
"""Heights of the cell: what is less tall is dirt."""
LEAST_UPRIGHT = 0.6
"""Part of its width that a letter is tall at least; a dash lies flat."""


def upright_pieces(strip: Strip, cell: Box, ink: Ink) -> int:
    """How many pieces of ink in a cell stand upright, as letters do and dashes do not; ``ink`` is the strip's."""
    rows, columns = strip.span(cell)
    count, _, stats, _ = cv2.connectedComponentsWithStats(ink[rows, columns], connectivity=8)
    width, height = stats[1:count, cv2.CC_STAT_WIDTH], stats[1:count, cv2.CC_STAT_HEIGHT]
    upright = (height >= LEAST_TALL * cell.height * strip.px_per_mm) & (height >= LEAST_UPRIGHT * width)
    return int(upright.sum())
