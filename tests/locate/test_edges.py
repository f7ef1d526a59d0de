"""Printed lines are seen where they are, how clearly, and how far off their place."""

from __future__ import annotations

import numpy as np
import pytest
from paper import Sheet, around, rows_of_boxes, sides, strips

from formreader.geometry import Box
from formreader.locate import ruling_of, see_edges
from formreader.templates import Segment

BOXES = rows_of_boxes(1)[0]


def test_the_page_says_which_sides_of_a_cell_are_printed() -> None:
    ruling = ruling_of([Segment(0, 20, 100, 20, 0.3, 1.0), Segment(30, 0, 30, 90, 0.5, 0.4)])
    found = ruling.edges_of(Box(30, 20.2, 10, 10))
    assert [(edge.horizontal, edge.width, edge.ink) for edge in found] == [(True, 0.3, 1.0), (False, 0.5, 0.4)]
    assert (found[0].x0, found[0].x1) == (30, 40)
    assert ruling.edges_of(Box(95, 20, 10, 10)) == ()


def test_lines_are_clipped_to_what_is_asked_for() -> None:
    ruling = ruling_of([Segment(0, 20, 100, 20, 0.3, 1.0), Segment(30, 0, 30, 15, 0.5, 0.4)])
    (line,) = ruling.within(Box(40, 16, 10, 8))
    assert (line.x0, line.x1, line.y0) == (40, 50, 20)


@pytest.mark.parametrize("off", [-0.6, 0.0, 0.6])
def test_a_line_is_found_beside_its_place(off) -> None:
    moved = [Segment(s.x0, s.y0 + off, s.x1, s.y1 + off, s.width, s.ink) for s in sides(BOXES)]
    (strip,) = strips(Sheet(moved).photograph(), [around(BOXES)])
    for edge in see_edges(strip, ruling_of(sides(BOXES)).edges_of(BOXES[1])):
        assert edge.contrast.min() > 0.1
        assert np.abs(edge.off_mm - (off if edge.segment.horizontal else 0)).max() < 0.26


def test_a_line_that_is_not_there_has_no_contrast_and_digits_are_none() -> None:
    sheet = Sheet([])
    sheet.fill(BOXES, "888")
    (strip,) = strips(sheet.photograph(), [around(BOXES)])
    contrast = [edge.contrast for box in BOXES for edge in see_edges(strip, ruling_of(sides(BOXES)).edges_of(box))]
    assert np.median(np.concatenate(contrast)) < 0.03
