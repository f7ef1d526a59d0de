"""A printed line that something lies over is cut off; one that is faint, or that a pen crosses, is not."""

from __future__ import annotations

import numpy as np
import pytest
from paper import FRAME_MM, PAPER, PX_PER_MM, Sheet, around, cover, strips

from formreader.geometry import Box
from formreader.locate import ruling_of, see_edges, widest_gap_in_lines
from formreader.templates import Segment

CELLS = [Box(30.0 + 40.0 * column, 20.0 + 9.0 * row, 40.0, 9.0) for row in range(3) for column in range(2)]
ACROSS = [Segment(30.0, y, 110.0, y, FRAME_MM, 1.0) for y in (20.0, 29.0, 38.0, 47.0)]
DOWN = [Segment(x, 20.0, x, 47.0, FRAME_MM, 1.0) for x in (30.0, 70.0, 110.0)]
RULING = ruling_of([*ACROSS, *DOWN])


def written() -> Sheet:
    sheet = Sheet([*ACROSS, *DOWN])
    for cell in CELLS:
        sheet.write("427", cell.x + 12, cell.centre[1], 6.5)
    return sheet


def gaps(photograph: np.ndarray) -> list[float]:
    (strip,) = strips(photograph, [around(CELLS)], 9.0)
    lines = see_edges(strip, RULING.within(strip.box))
    return [widest_gap_in_lines(strip, cell, lines) for cell in CELLS]


@pytest.mark.parametrize("patch", [Box(41.0, 28.0, 5.0, 9.0), Box(41.0, 30.0, 5.0, 9.5), Box(28.0, 28.0, 8.0, 11.0)])
def test_a_patch_over_a_line_leaves_a_gap_at_the_corner_of_a_cell_too(patch) -> None:
    found = gaps(cover(written().photograph(), patch, 0.97 * PAPER, grain=2.0))
    assert found[2] > 0.35


def test_whole_lines_have_none_in_shade_either() -> None:
    assert max(gaps(written().photograph())) == 0.0
    assert max(gaps(written().photograph(shade=0.6))) == 0.0


def test_a_line_that_wears_off_has_none() -> None:
    photograph = written().photograph().astype(np.float32)
    x = np.arange(photograph.shape[1]) / PX_PER_MM
    worn = np.exp(-(((x - 60) / 9) ** 2)).astype(np.float32)
    rows = slice(round(28.0 * PX_PER_MM), round(30.0 * PX_PER_MM))
    photograph[rows] += (np.median(photograph[rows], axis=0).max() + 40 - photograph[rows]).clip(0) * worn * 0.95
    assert max(gaps(np.minimum(photograph, PAPER).astype(np.uint8))) < 0.15
