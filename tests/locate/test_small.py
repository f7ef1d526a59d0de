"""Small letters in a cell for a number are counted; a dash, a cross and dirt are none."""

from __future__ import annotations

from paper import Sheet, around, sides, strips

from formreader.geometry import Box
from formreader.locate import ruling_of, upright_pieces, written_on

CELL = Box(30.0, 30.0, 60.0, 10.0)
RULING = ruling_of(sides([CELL]))


def pieces(sheet: Sheet) -> int:
    (strip,) = strips(sheet.photograph(), [around([CELL])])
    return upright_pieces(strip, CELL, written_on(strip, CELL, RULING, ()))


def test_small_letters_are_upright_pieces() -> None:
    sheet = Sheet(sides([CELL]))
    sheet.write("8", 36.0, 35.0, 1.8, 0.3)
    for i in range(6):
        sheet.write("0", 40.0 + 3 * i, 35.0, 1.8, 0.3)
    assert pieces(sheet) >= 5


def test_dashes_lie_flat() -> None:
    sheet = Sheet(sides([CELL]))
    for left in (36.0, 42.0, 48.0):
        sheet.line((left, 35.0), (left + 4, 35.4))
    assert pieces(sheet) == 0


def test_a_cross_is_one_and_paper_is_none() -> None:
    sheet = Sheet(sides([CELL]))
    assert pieces(sheet) == 0
    sheet.line((45, 32), (50, 38))
    sheet.line((50, 32), (45, 38))
    assert pieces(sheet) == 1
