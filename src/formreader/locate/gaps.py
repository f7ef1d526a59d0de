"""A gap with sharp ends in a printed line: something lies over the line, and over what is written beside it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from formreader.geometry import Box
from formreader.locate.edges import SAME_LINE_MM, Edge
from formreader.locate.strips import Strip

OFF_MM = 0.25
"""How far beside its course a line is looked for, beyond its own width."""
GONE, THERE = 0.5, 0.75
"""Parts of its usual darkness below which a line is gone, and above which it is there."""
SHARP_MM = 0.5
"""Within so much of a gap's end the line is there again: ink that wears off fades over more."""
FAINTEST = 0.06
"""Lines that are usually less dark are not looked at: noise has gaps."""
LEAST_THERE = 0.5
"""Part of a line's way on which it is there, or nothing is known of it."""


def widest_gap_in_lines(strip: Strip, cell: Box, lines: Sequence[Edge]) -> float:
    """The widest gap with sharp ends in the printed lines around a cell, in its heights; 0 where all are whole.

    ``lines`` are all of the strip: a gap at a cell's corner ends beyond it.
    """
    widest = 0.0
    for line in lines:
        segment = line.segment
        x0, y0, x1, y1 = cell.x, cell.y, cell.right, cell.bottom
        if segment.horizontal:
            (first, last), sides, at, start = (x0, x1), (y0, y1), segment.y0, segment.x0
        else:
            (first, last), sides, at, start = (y0, y1), (x0, x1), segment.x0, segment.y0
        if min(abs(at - side) for side in sides) <= SAME_LINE_MM:
            for gap in _gaps_mm(strip, line):
                if start + gap[0] < last and start + gap[1] > first:
                    widest = max(widest, gap[1] - gap[0])
    return widest / cell.height


def _gaps_mm(strip: Strip, line: Edge) -> Iterator[tuple[float, float]]:
    """Where along the line each gap begins and ends, mm from its start."""
    seen, first = _along(strip, line)
    k = strip.px_per_mm
    sharp = max(1, round(SHARP_MM * k))
    usual = float(np.median(seen)) if len(seen) else 0.0
    there = seen >= THERE * usual
    if usual < FAINTEST or there.mean() < LEAST_THERE:
        return
    turns = np.flatnonzero(np.diff(np.concatenate([[False], seen < GONE * usual, [False]]).astype(np.int8)))
    for start, end in turns.reshape(-1, 2).tolist():
        if there[max(start - sharp, 0) : start].any() and there[end : end + sharp].any():
            yield (start + first) / k, (end + first) / k


def _along(strip: Strip, line: Edge) -> tuple[NDArray[np.float32], int]:
    """How dark the line is at each pixel of its way (px,), and how many pixels of it lie before the strip."""
    k, segment = strip.px_per_mm, line.segment
    turned, x, y = strip.darkness, segment.x0 - strip.box.x, segment.y0 - strip.box.y
    if not segment.horizontal:
        turned, x, y = turned.T, y, x
    reach = segment.width / 2 + OFF_MM
    parts = [np.zeros(0, np.float32)]
    for start, end, off_mm in line.course():
        across = slice(max(round((y + off_mm - reach) * k), 0), max(round((y + off_mm + reach) * k), 0))
        shown = turned[across, max(round((x + start) * k), 0) : max(round((x + end) * k), 0)]
        parts.append(shown.mean(axis=0) if shown.size else parts[0])
    return np.concatenate(parts), max(-round(x * k), 0)
