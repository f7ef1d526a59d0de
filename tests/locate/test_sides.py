"""Ink on a side of a cell is seen, and neither the side's own line nor a number in the middle is taken for it."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from formreader.geometry import Box
from formreader.locate import Ruling, Strip, ink_at_sides, ruling_of, written_on
from formreader.templates import Segment

K = 5.0
"""Pixels a millimetre."""
CELL = Box(10.0, 10.0, 20.0, 8.0)
LINES = ruling_of(
    [
        *(Segment(0.0, y, 60.0, y, 0.4, 1.0) for y in (CELL.y, CELL.bottom)),
        *(Segment(x, 0.0, x, 30.0, 0.4, 1.0) for x in (CELL.x, CELL.right)),
    ]
)


def strip_with(*strokes: tuple[float, float, float, float], shifted: float = 0.0) -> Strip:
    """Two columns of a table as they are printed, the lines down ``shifted`` mm, with strokes of a pen, mm."""
    grey = np.full((round(30 * K), round(60 * K)), 230, np.uint8)
    lines = [(0.0, CELL.y, 60.0, CELL.y), (0.0, CELL.bottom, 60.0, CELL.bottom)]
    lines += [(x + shifted, 0.0, x + shifted, 30.0) for x in (CELL.x, CELL.right)]
    for x0, y0, x1, y1 in (*lines, *strokes):
        cv2.line(grey, (round(x0 * K), round(y0 * K)), (round(x1 * K), round(y1 * K)), 40, 2, cv2.LINE_AA)
    paper = np.full(grey.shape, 230, np.float32)
    return Strip(Box(0.0, 0.0, 60.0, 30.0), K, grey, paper, ((paper - grey) / 230).astype(np.float32))


def at_sides(strip: Strip, printed: Ruling = LINES) -> float:
    return ink_at_sides(strip, CELL, written_on(strip, CELL, printed, ()), printed)


@pytest.mark.parametrize("shifted", [0.0, 0.3])
def test_the_lines_of_a_cell_are_no_ink_at_its_sides(shifted):
    assert at_sides(strip_with(shifted=shifted)) < 0.2
    assert at_sides(strip_with((20.0, 11.5, 20.0, 16.5), shifted=shifted)) < 0.2


@pytest.mark.parametrize(
    "stroke",
    [(29.3, 11.3, 29.3, 16.5), (29.0, 14.0, 31.0, 12.0), (10.8, 11.4, 10.6, 16.6), (9.2, 11.3, 9.2, 16.5)],
    ids=["a 1 along the side", "a stroke over the side", "along the left side", "a neighbour's at the left side"],
)
def test_a_digit_at_a_side_is_seen(stroke):
    tall = (abs(stroke[3] - stroke[1])) / CELL.height
    assert at_sides(strip_with(stroke)) > 0.5 * tall


def test_a_cell_whose_sides_are_not_printed_has_none():
    level = ruling_of([Segment(0.0, y, 60.0, y, 0.4, 1.0) for y in (CELL.y, CELL.bottom)])
    assert at_sides(strip_with((29.3, 11.3, 29.3, 16.5)), level) == 0.0
