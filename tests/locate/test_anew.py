"""The number beside one that was struck out in a free cell is found, and shown as numbers in free cells are."""

from __future__ import annotations

import pytest
from paper import Sheet, around, sides, strips

from formreader.geometry import Box
from formreader.locate import find_writing, ink_beyond, line_along, ruling_of, window_around

CELL = Box(30.0, 30.0, 80.0, 10.0)
RULING = ruling_of(sides([CELL]))


def beyond(sheet: Sheet) -> Box | None:
    (strip,) = strips(sheet.photograph(), [around([CELL])])
    writing = find_writing(strip, CELL, RULING, (), 512)
    return ink_beyond(writing, CELL, line_along(writing.row))


@pytest.mark.parametrize(("old", "new"), [(36.0, 66.0), (60.0, 36.0)])
def test_a_new_number_behind_or_before_a_strike_is_found(old, new) -> None:
    sheet = Sheet(sides([CELL]))
    struck = sheet.write("58", old, 35.0)
    sheet.line((struck.x - 1, 35.0), (struck.right + 1, 35.4))
    there = sheet.write("27", new, 35.0)
    found = beyond(sheet)
    assert found is not None
    assert abs(found.x - there.x) < 1.0 and abs(found.right - there.right) < 1.0
    window = window_around(found, CELL.height)
    assert window.x < there.x and window.right > there.right and window.height >= found.height


def test_nothing_stands_beyond_a_number_that_was_not_replaced() -> None:
    sheet = Sheet(sides([CELL]))
    struck = sheet.write("58", 40.0, 35.0)
    sheet.line((struck.x - 1, 35.0), (struck.right + 1, 35.4))
    sheet.line((struck.right + 8, 35.0), (struck.right + 12, 35.2))
    assert beyond(sheet) is None
