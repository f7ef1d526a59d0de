"""A stroke over rows of free cells, the leg of a Z, is told from digits that stand above each other."""

from __future__ import annotations

import pytest
from paper import Sheet, around, sides, strips

from formreader.geometry import Box
from formreader.locate import ruling_of, stroke_over_rows, written_on

ROWS = [Box(30.0, 20.0 + 9.0 * row, 60.0, 9.0) for row in range(5)]
RULING = ruling_of(sides(ROWS))
LONGER, SHORTER = 1.4, 1.25
"""Heights of a cell: longer than these the reader begins to doubt, shorter it does not."""


def down(sheet: Sheet) -> list[float]:
    (strip,) = strips(sheet.photograph(), [around(ROWS)], 9.0)
    return [stroke_over_rows(strip, cell, written_on(strip, cell, RULING, ()), RULING) for cell in ROWS]


@pytest.mark.parametrize("lean", [-30.0, -8.0, 0.0, 12.0, 40.0])
def test_a_stroke_over_rows_is_as_long_as_it_is_in_each_of_them(lean) -> None:
    sheet = Sheet(sides(ROWS))
    sheet.line((60 + lean / 2, 24), (60 - lean / 2, 61), 0.5)
    assert min(down(sheet)[1:4]) > LONGER


def test_a_z_is_one_in_its_first_and_last_row_too() -> None:
    sheet = Sheet(sides(ROWS))
    for start, end in (((50, 23), (75, 23)), ((75, 23), (50, 61)), ((50, 61), (75, 61))):
        sheet.line(start, end, 0.5)
    assert min(down(sheet)) > LONGER


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("numbers", [("1", "1", "1", "1", "1"), ("27", "74", "7", "11", "4"), ("", "9", "", "9", "1")])
def test_numbers_above_each_other_are_none(numbers, seed) -> None:
    sheet = Sheet(sides(ROWS), seed)
    for cell, number in zip(ROWS, numbers, strict=True):
        if number:
            sheet.write(number, 50.0, cell.centre[1], 5.5)
    assert max(down(sheet)) < SHORTER


def test_an_empty_page_has_none() -> None:
    assert max(down(Sheet(sides(ROWS)))) == 0.0
