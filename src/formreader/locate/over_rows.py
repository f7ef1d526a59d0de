"""A straight stroke over several rows of cells for free numbers: the leg of a Z through rows that nobody used."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from formreader.geometry import Box
from formreader.locate.edges import Ruling, near_lines
from formreader.locate.free import Ink
from formreader.locate.strips import Strip

LEAST_DOWN = 1.15
"""Heights of the cell down which a stroke goes that may be of several rows: a digit of its own row is shorter."""
FLAT_BREAK = 0.5
"""Heights of the cell along the stroke over which it may be broken where printed lines are taken out."""
BY_LINE_MM, BREAK = 0.25, 0.03
"""So far beside a printed line nothing is known of the stroke; elsewhere it is broken over these heights at most: ones
above each other are further apart."""
FLATTEST = 0.15
"""How far it goes down for each step across, at least."""
SWAY = 0.06
"""Heights of the cell that a hand's line strays from straight."""
WITHIN = 0.4
"""Heights of the cell that it goes within it at least."""
BESIDE, BAR = 0.13, 0.3
"""Heights of the cell: ink so near to it is its own, and what else stands in the cell is no taller, the bar of a Z."""


def stroke_over_rows(strip: Strip, cell: Box, ink: Ink, printed: Ruling) -> float:
    """How far down the longest straight stroke goes of which what stands in the cell is a part, in heights of the cell.

    0 where none is longer than digits are. ``ink`` is the strip's, without what the form prints.
    """
    tall, (rows, columns) = cell.height * strip.px_per_mm, strip.span(cell)
    least = LEAST_DOWN * tall
    if np.count_nonzero(ink.any(axis=1)) < least:
        return 0.0
    sway = 2 * round(SWAY * tall) + 1
    unknown = near_lines(strip, printed, BY_LINE_MM)
    beside, above = (cv2.dilate(ink, np.ones(side, np.uint8)) | unknown for side in ((1, sway), (sway, 1)))
    longest = 0.0
    for (x0, y0), (x1, y1) in _straight(ink, tall):
        steep = abs(y1 - y0) > abs(x1 - x0)
        count = max(abs(y1 - y0), abs(x1 - x0)) + 1
        x, y = np.rint(np.linspace(x0, x1, count)).astype(int), np.rint(np.linspace(y0, y1, count)).astype(int)
        unbroken = _unbroken((beside if steep else above)[y, x], round(BREAK * tall * count / (abs(y1 - y0) + 1)))
        x, y = x[unbroken], y[unbroken]
        down = int(np.ptp(y))
        if down < max(least, FLATTEST * int(np.ptp(x)), longest * tall):
            continue
        within = y[(y >= rows.start) & (y < rows.stop) & (x >= columns.start) & (x < columns.stop)]
        if len(within) == 0 or np.ptp(within) < WITHIN * tall:
            continue
        rest = ink[rows, columns].copy()
        ends = [(int(x[i]) - columns.start, int(y[i]) - rows.start) for i in (0, -1)]
        cv2.line(rest, ends[0], ends[1], 0, thickness=max(1, round(2 * BESIDE * tall)))
        if np.count_nonzero(rest.any(axis=1)) <= BAR * tall:
            longest = down / tall
    return longest


def _straight(ink: Ink, tall: float) -> list[list[list[int]]]:
    """Both ends (x, y) of straight strokes longer than digits of a row so many px tall."""
    least = LEAST_DOWN * tall
    found = cv2.HoughLinesP(
        ink * np.uint8(255), 1, np.pi / 180, round(least / 2), minLineLength=least, maxLineGap=FLAT_BREAK * tall
    )
    return [] if found is None else found.reshape(-1, 2, 2).tolist()


def _unbroken(inked: NDArray[np.uint8], widest: int) -> slice:
    """The longest stretch of samples that is broken over ``widest`` samples at most."""
    at = np.flatnonzero(inked)
    if len(at) == 0:
        return slice(0, 1)
    starts = np.concatenate([[0], np.flatnonzero(np.diff(at) > widest + 1) + 1])
    ends = np.concatenate([starts[1:], [len(at)]]) - 1
    best = int((at[ends] - at[starts]).argmax())
    return slice(int(at[starts[best]]), int(at[ends[best]]) + 1)
