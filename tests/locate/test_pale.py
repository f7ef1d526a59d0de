"""A digit that hardly shows beside bold ones in a cell for a free number is told; what the paper shows is not."""

from __future__ import annotations

import numpy as np
import pytest
from paper import PAPER, Sheet, around, sides, strips

from formreader.geometry import Box
from formreader.locate import beyond_pattern, pale_strokes, ruling_of, written_on
from formreader.templates import Segment

CELLS = [Box(30.0, 20.0 + 12.0 * row, 60.0, 9.0) for row in range(4)]
FROM = 1.9
"""From here on the reader begins to doubt."""


def lines() -> list[Segment]:
    return sides(CELLS)


def seen(sheet: Sheet) -> list[float]:
    (strip,) = strips(sheet.photograph(), [around(CELLS)], 9.0)
    printed = ruling_of(lines())
    inks = [written_on(strip, cell, printed, ()) for cell in CELLS]
    return beyond_pattern([pale_strokes(strip, cell, ink, printed, ()) for cell, ink in zip(CELLS, inks, strict=True)])


def written(sheet: Sheet) -> None:
    for cell in CELLS:
        sheet.write("46", cell.x + 14, cell.centre[1], 5.5)


def pale_seven(sheet: Sheet, cell: Box, left: float, faintness: float) -> None:
    x, y, level = cell.x + left, cell.centre[1], PAPER * (1 - faintness)
    sheet.line((x, y - 2.6), (x + 3, y - 2.6), 0.6, level)
    sheet.line((x + 3, y - 2.6), (x + 1, y + 2.6), 0.6, level)


@pytest.mark.parametrize("faintness", [0.08, 0.15, 0.22])
@pytest.mark.parametrize("left", [8.0, 26.0])
def test_a_pale_digit_before_or_behind_others_stands_out(faintness, left) -> None:
    sheet = Sheet(lines())
    written(sheet)
    pale_seven(sheet, CELLS[2], left, faintness)
    found = seen(sheet)
    assert found[2] > 2.1
    assert max(found[0], found[1], found[3]) < FROM


def test_a_one_of_which_a_failing_pen_left_dashes_stands_out() -> None:
    sheet = Sheet(lines())
    written(sheet)
    x, y = CELLS[2].x + 10, CELLS[2].centre[1]
    for top in (-2.6, -0.8, 1.0):
        sheet.line((x, y + top), (x, y + top + 0.8), 0.4, PAPER * 0.8)
    found = seen(sheet)
    assert found[2] > 2.1
    assert max(found[0], found[1], found[3]) < FROM


def test_a_pale_digit_alone_in_its_cell_stands_out() -> None:
    sheet = Sheet(lines())
    pale_seven(sheet, CELLS[1], 20.0, 0.12)
    found = seen(sheet)
    assert found[1] > 2.1
    assert max(found[0], *found[2:]) < FROM


@pytest.mark.parametrize("seed", range(3))
def test_numbers_on_plain_paper_do_not(seed) -> None:
    sheet = Sheet(lines(), seed)
    written(sheet)
    assert max(seen(sheet)) < FROM


def test_a_pattern_that_all_cells_have_does_not() -> None:
    sheet = Sheet(lines())
    for x in np.arange(32.0, 90.0, 4.0):
        for cell in CELLS:
            sheet.line((x, cell.y + 2), (x + 2, cell.bottom - 2), 0.6, PAPER * 0.92)
    written(sheet)
    assert max(seen(sheet)) < FROM


def test_shade_wider_than_a_stroke_does_not() -> None:
    sheet = Sheet(lines())
    written(sheet)
    sheet.line((60.0, 20.0), (60.0, 70.0), 8.0, PAPER * 0.85)
    assert max(seen(sheet)) < FROM
