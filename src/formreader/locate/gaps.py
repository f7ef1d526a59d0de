"""A gap with sharp ends in a printed line: something lies over the line, and over what is written beside it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from formreader.geometry import Box
from formreader.locate.edges import Edge
from formreader.locate.strips import Strip

CORNER_MM = 0.5
"""Ends of an edge, where other lines cross it."""
OFF_MM = 0.25
"""How far beside its course a line is looked for, beyond its own width."""
GONE, THERE = 0.3, 0.65
"""Parts of its usual darkness below which a line is gone, and above which it is there."""
SHARP_MM = 0.5
"""Within so much of a gap's end the line is there again: ink that wears off fades over more."""
FAINTEST = 0.06
"""Lines that are usually less dark are not looked at: noise has gaps."""
LEAST_THERE = 0.5
"""Part of a line's way on which it is there, or nothing is known of it."""


def widest_gap_in_lines(strip: Strip, cell: Box, edges: Sequence[Edge]) -> float:
    """The widest gap with sharp ends in the printed edges of a cell, in its heights; 0 where all are whole."""
    gaps = (end - start for edge in edges for start, end in _gaps(strip, edge))
    return max(gaps, default=0) / (cell.height * strip.px_per_mm)


def _gaps(strip: Strip, edge: Edge) -> Iterator[tuple[int, int]]:
    """First pixel along the edge that a gap takes, and that behind it."""
    seen = _along(strip, edge)
    sharp = max(1, round(SHARP_MM * strip.px_per_mm))
    usual = float(np.median(seen)) if len(seen) else 0.0
    there = seen >= THERE * usual
    if usual < FAINTEST or there.mean() < LEAST_THERE:
        return
    turns = np.flatnonzero(np.diff(np.concatenate([[False], seen < GONE * usual, [False]]).astype(np.int8)))
    for start, end in turns.reshape(-1, 2).tolist():
        before, behind = there[max(start - sharp, 0) : start], there[end : end + sharp]
        if before.any() and behind.any():
            yield start, end


def _along(strip: Strip, edge: Edge) -> NDArray[np.float32]:
    """How dark the line is at each pixel of its way between the corners (px,)."""
    k, line = strip.px_per_mm, edge.segment
    turned, x, y = strip.darkness, line.x0 - strip.box.x, line.y0 - strip.box.y
    if not line.horizontal:
        turned, x, y = turned.T, y, x
    length = line.x1 - line.x0 if line.horizontal else line.y1 - line.y0
    reach = line.width / 2 + OFF_MM
    parts = [np.zeros(0, np.float32)]
    for start, end, off_mm in edge.course():
        first, last = max(start, CORNER_MM), min(end, length - CORNER_MM)
        across = slice(max(round((y + off_mm - reach) * k), 0), max(round((y + off_mm + reach) * k), 0))
        shown = turned[across, max(round((x + first) * k), 0) : max(round((x + last) * k), 0)]
        parts.append(shown.max(axis=0) if shown.size else parts[0])
    return np.concatenate(parts)
