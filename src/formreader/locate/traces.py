"""A faint trace in a box that looks empty: a pen that hardly wrote, a pencil, ink that the light washed out."""

from __future__ import annotations

import cv2
import numpy as np

from formreader.geometry import Box
from formreader.locate.strips import Strip

INSET = 0.14
"""Part of a box's shorter side at each side that its frame takes."""
FINE, WIDE = 0.03, 0.25
"""Heights of the box over which grain is evened out, and over which the paper is."""
FAINTEST, ABOVE_GRAIN = 0.025, 4.0
"""A trace is at least so much darker than the paper, and so many deviations of what the grain leaves."""
PAPER_PERCENTILE = 60.0
"""An empty box is mostly paper, with a printed guide too."""


def trace_in(strip: Strip, cell: Box) -> float:
    """How far the longest faint trace in a box reaches across or down, in heights of the box."""
    inset = INSET * min(cell.width, cell.height)
    shown = strip.part(Box(cell.x + inset, cell.y + inset, cell.width - 2 * inset, cell.height - 2 * inset)).grey
    height = cell.height * strip.px_per_mm
    fine = cv2.GaussianBlur(shown, (0, 0), max(1.0, FINE * height)).astype(np.float32)
    paper = cv2.GaussianBlur(shown, (0, 0), WIDE * height).astype(np.float32)
    paper = np.maximum(np.maximum(paper, float(np.percentile(fine, PAPER_PERCENTILE))), 1.0)
    darker = 1.0 - fine / paper
    middle = float(np.median(darker))
    grain = 1.48 * float(np.median(np.abs(darker - middle)))
    trace = (darker > max(FAINTEST, middle + ABOVE_GRAIN * grain)).astype(np.uint8)
    _, _, stats, _ = cv2.connectedComponentsWithStats(trace, connectivity=8)
    return float(max((max(width, tall) for _, _, width, tall, _ in stats[1:].tolist()), default=0) / height)
