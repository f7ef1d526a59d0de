"""A patch of another tone than the paper in a cell for a free number is told; shade and patterned paper are not."""

from __future__ import annotations

import numpy as np
import pytest
from paper import PAPER, Sheet, around, cover, sides, strips

from formreader.geometry import Box
from formreader.locate import beyond_usual, odd_patch, ruling_of, written_on

CELLS = [Box(30.0, 20.0 + 9.0 * row, 80.0, 9.0) for row in range(6)]
RULING = ruling_of(sides(CELLS))


def written(pattern: bool = False) -> Sheet:
    sheet = Sheet(sides(CELLS))
    if pattern:
        for x in np.arange(20.0, 120.0, 7.0):
            sheet.line((x, 15.0), (x + 8, 80.0), 2.0, 0.95 * PAPER)
    for cell in CELLS:
        sheet.write("427", cell.x + 30, cell.centre[1], 5.5)
    return sheet


def times(photograph: np.ndarray) -> list[float]:
    found = []
    for cell in CELLS:
        (strip,) = strips(photograph, [around([cell])], 9.0)
        found.append(odd_patch(strip, cell, written_on(strip, cell, RULING, ()), RULING, ()))
    return beyond_usual(found)


@pytest.mark.parametrize("brighter", [0.5, 0.75, 1.06, 1.2])
@pytest.mark.parametrize("left", [34.0, 59.0, 95.0])
def test_a_patch_within_a_cell_stands_out(brighter, left) -> None:
    photograph = written().photograph(shade=0.0)
    found = times(cover(photograph, Box(left, 48.0, 6.5, 7.0), brighter * PAPER, grain=2.0))
    assert found[3] > 1.2
    assert max(found[:3] + found[4:]) < 1.0


@pytest.mark.parametrize("shade", [0.0, 0.6])
@pytest.mark.parametrize("pattern", [False, True])
def test_shade_and_patterns_do_not(shade, pattern) -> None:
    assert max(times(written(pattern).photograph(shade))) < 1.0


def test_a_page_without_free_cells_has_none() -> None:
    assert beyond_usual([]) == []


def test_glare_on_most_cells_of_a_page_is_told_all_the_same() -> None:
    photograph = written().photograph(shade=0.0)
    for cell in CELLS[:4]:
        photograph = cover(photograph, Box(80.0, cell.y + 1, 6.0, 7.0), 255.0)
    found = times(photograph)
    assert min(found[:4]) > 1.2 and max(found[4:]) < 1.0
