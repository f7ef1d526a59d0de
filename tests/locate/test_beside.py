"""A number written beside boxes is seen, print, other cells and what hangs out of a box are not."""

from __future__ import annotations

from paper import Sheet, around, rows_of_boxes, sides, strips

from formreader.geometry import Box
from formreader.locate import Beside, ink_beside, ruling_of

ROWS = rows_of_boxes(2, step=26.0)
BOXES = [box for row in ROWS for box in row]
FIELD = Box(30, 46, 34, 10)
TEXT = Box(30, 38, 30, 3)


def beside(sheet: Sheet) -> Beside | None:
    (strip,) = strips(sheet.photograph(), [around(ROWS[1], 13)])
    return ink_beside(strip, FIELD, 10.0, ruling_of(sides(BOXES)), [TEXT], BOXES)


def written() -> Sheet:
    sheet = Sheet(sides(BOXES))
    sheet.fill(ROWS[1], "_57")
    sheet.write("123456789", TEXT.x, TEXT.centre[1], height=2.0, nib=0.3)
    return sheet


def test_nothing_is_beside_a_field_as_it_should_be() -> None:
    assert beside(written()) is None


def test_a_new_number_above_is_found_with_its_place() -> None:
    sheet = written()
    own = sheet.write("69", 68, 44, height=6.0)
    found = beside(sheet)
    assert found is not None
    assert found.tallest_mm > 5.0
    assert abs(found.box.x - own.x) < 1.0 and abs(found.box.bottom - own.bottom) < 1.0


def test_a_stroke_that_leaves_its_box_is_its_digit() -> None:
    sheet = written()
    sheet.line((60, 48), (56, 61))
    assert beside(sheet) is None
