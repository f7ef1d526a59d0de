"""Lines of writing in a cell that has room for several, found by the rows without ink between them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from formreader.geometry import Box, Points
from formreader.locate.crops import cut_box
from formreader.records import Grey

PX_PER_MM = 5.0
"""A pen's stroke, half a millimetre, is two pixels wide and a bit."""
EDGE_MM, PRINT_MM = 0.8, 0.6
"""What printed lines at the cell's edge, and printed words, take up around where they should be."""
PAPER_MM = 5.0
"""Half of any square of this side is paper, whatever is written there."""
FAINTEST = 14.0
"""Grey levels by which ink is darker than the paper beside it, at least."""
INK_SHARE = 0.4
"""Part of the darkest ink's darkness from which on a pixel is ink."""
LEAST_INK_MM2 = 0.6
"""Less is dirt: a stroke 1.5 mm long covers more."""
LEAST_IN_ROW_MM = 0.9
"""A row of a line of letters crosses two strokes at least; one may reach down from the line above."""
LOWEST_MM = 1.2
"""A lower band of ink is a part of the line beside it: a dot, a letter's foot."""
LEAST_LINE_MM = 3.0
SHARE_OF_LINE = 0.55
"""Part of a line's height that its letters take, as the network of lines has seen them."""
MOST_OF_PITCH = 1.15
"""Height of a line against the way to the next one."""
SLOPES = tuple(np.tan(np.radians(np.arange(-8.0, 8.5, 2.0))).tolist())
"""How far down writing may run on its way to the right."""
AS_SHARP = 0.9
"""Part of the sharpest rows' sharpness that will do: a few letters say little of how they run, and level is usual."""
VALLEY = 0.35
"""Ink of a row between two lines whose letters touch, as a part of the fullest row of the emptier line."""


@dataclass(frozen=True, slots=True)
class WrittenLine:
    """Where a line stands in its cell: ``box`` on the page, mm, sheared about its middle by ``slope`` down a mm."""

    box: Box
    slope: float

    def sheared(self, points_mm: Points) -> Points:
        """Points (..., 2) of the level box to where they are on the page, both in mm."""
        moved = points_mm.copy()
        moved[..., 1] += self.slope * (points_mm[..., 0] - self.box.centre[0])
        return moved


def find_lines(
    grey: Grey, scale: float, cell: Box, printed: Iterable[Box], map_points: Callable[[Points], Points]
) -> tuple[WrittenLine, ...]:
    """The lines of writing in ``cell``, from the top; where nothing is written, one where a line would fit.

    ``printed`` are words that the form prints, mm on the page: they are no writing. Other arguments as for
    ``crop_cells``.
    """
    inner = cell.shifted(EDGE_MM, EDGE_MM)
    inner = Box(inner.x, inner.y, cell.width - 2 * EDGE_MM, cell.height - 2 * EDGE_MM)
    ink = _ink(cut_box(grey, scale, inner, map_points, PX_PER_MM))
    free = np.ones(len(ink), bool)
    for box in printed:
        left, right = (round((x - inner.x) * PX_PER_MM) for x in (box.x - PRINT_MM, box.right + PRINT_MM))
        top, bottom = (round((y - inner.y) * PX_PER_MM) for y in (box.y - PRINT_MM, box.bottom + PRINT_MM))
        if right > 0 and left < ink.shape[1] and bottom > 0:
            ink[max(top, 0) : bottom, max(left, 0) : right] = False
            free[max(top, 0) : bottom] = False
    if ink.sum() < LEAST_INK_MM2 * PX_PER_MM**2:
        top, bottom = max(_runs(free), key=lambda run: run[1] - run[0], default=(0, len(ink)))
        return (_line(inner, (0, ink.shape[1]), (top + bottom) / 2, SHARE_OF_LINE * (bottom - top), 0.0, np.inf),)
    slope = _slope(ink)
    level = _levelled(ink, slope)
    bands = _bands(_rows(level))
    middles = [(top + bottom) / 2 for top, bottom in bands]
    found = []
    for i, (top, bottom) in enumerate(bands):
        pitch = min((abs(middles[i] - other) for j, other in enumerate(middles) if j != i), default=np.inf)
        columns = np.flatnonzero(level[top:bottom].any(axis=0))
        found.append(_line(inner, (int(columns[0]), int(columns[-1]) + 1), middles[i], bottom - top, slope, pitch))
    return tuple(found)


def _ink(picture: Grey) -> NDArray[np.bool_]:
    side = 2 * round(PAPER_MM * PX_PER_MM / 2) + 1
    darkness = cv2.medianBlur(picture, side).astype(np.float32) - picture
    return darkness > max(FAINTEST, INK_SHARE * float(np.percentile(darkness, 99.5)))


def _slope(ink: NDArray[np.bool_]) -> float:
    """The most level slope whose rows of ink and of none are told apart about as sharply as they can be."""
    sharpness = {slope: float(np.square(np.diff(_rows(_levelled(ink, slope)))).sum()) for slope in SLOPES}
    enough = AS_SHARP * max(sharpness.values())
    return min((slope for slope in SLOPES if sharpness[slope] >= enough), key=abs)


def _levelled(ink: NDArray[np.bool_], slope: float) -> NDArray[np.bool_]:
    """The picture with each column moved up by how far the writing has come down there."""
    height, width = ink.shape
    level_from_ink = np.array([[1.0, 0.0, 0.0], [-slope, 1.0, slope * (width - 1) / 2]])
    return cv2.warpAffine(ink.astype(np.uint8), level_from_ink, (width, height), flags=cv2.INTER_NEAREST) > 0


def _rows(ink: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Ink in each row, mm, smoothed over half a millimetre."""
    size = round(0.5 * PX_PER_MM)
    smoothed: NDArray[np.float64] = np.convolve(ink.sum(axis=1) / PX_PER_MM, np.full(size, 1.0 / size), "same")
    return smoothed


def _runs(rows: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """First row and the one behind the last of each run of true rows."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], rows, [False]]).astype(int)))
    return [(int(a), int(b)) for a, b in edges.reshape(-1, 2)]


def _bands(rows: NDArray[np.float64]) -> list[tuple[int, int]]:
    """The rows of each line; low ones are joined to the nearest beside them."""
    full = _runs(rows >= min(LEAST_IN_ROW_MM, 0.5 * float(rows.max())))
    bands = [band for run in full for band in _parted(rows, run)]
    while len(bands) > 1:
        low = min(range(len(bands)), key=lambda i: bands[i][1] - bands[i][0])
        if bands[low][1] - bands[low][0] >= LOWEST_MM * PX_PER_MM:
            break
        gaps = {i: bands[max(i, low)][0] - bands[min(i, low)][1] for i in (low - 1, low + 1) if 0 <= i < len(bands)}
        near = min(gaps, key=gaps.__getitem__)
        joined = (min(bands[low][0], bands[near][0]), max(bands[low][1], bands[near][1]))
        bands[min(low, near) : max(low, near) + 1] = [joined]
    return bands


def _parted(rows: NDArray[np.float64], run: tuple[int, int]) -> list[tuple[int, int]]:
    """A run of rows with ink, parted where it is nearly empty."""
    first, end = run
    low = round(LOWEST_MM * PX_PER_MM)
    depths = {i: rows[i] / min(rows[first:i].max(), rows[i:end].max()) for i in range(first + low, end - low)}
    deepest = min(depths, key=depths.__getitem__, default=first)
    if depths.get(deepest, 1.0) > VALLEY:
        return [run]
    return _parted(rows, (first, deepest)) + _parted(rows, (deepest, end))


def _line(
    inner: Box, columns: tuple[int, int], middle: float, letters: float, slope: float, pitch: float
) -> WrittenLine:
    """A line in mm from px of the picture of ``inner``: its columns, middle row, letters' height, way to the next."""
    height = min(max(letters / SHARE_OF_LINE / PX_PER_MM, LEAST_LINE_MM), MOST_OF_PITCH * pitch / PX_PER_MM)
    centre = inner.y + middle / PX_PER_MM
    left = max(inner.x, inner.x + columns[0] / PX_PER_MM - height / 2)
    right = min(inner.right, inner.x + columns[1] / PX_PER_MM + height / 2)
    # levelled about the middle of the cell, the line itself about its own
    centre += slope * ((left + right) / 2 - inner.centre[0])
    return WrittenLine(Box(left, centre - height / 2, right - left, height), slope)
