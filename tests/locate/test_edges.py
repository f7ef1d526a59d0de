"""Printed lines are seen where they are, how clearly, and how far off their place."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from paper import Sheet, around, rows_of_boxes, sides, strips

from formreader.geometry import Box
from formreader.locate import ruling_of, see_edges
from formreader.locate.edges import Edge
from formreader.locate.strips import Strip
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


@pytest.mark.parametrize("px_per_mm", [5.7, 8.0, 11.3])
@pytest.mark.parametrize("width", [0.2, 0.35, 0.7])
def test_a_line_is_found_to_a_fraction_of_a_pixel(px_per_mm, width) -> None:
    finer = 16
    for off in np.linspace(-0.4, 0.4, 9):
        fine = np.zeros((round(10 * px_per_mm) * finer, 1), np.float32)
        y_mm = (np.arange(len(fine)) + 0.5) / (px_per_mm * finer)
        fine[np.abs(y_mm - 5.03 - off) <= width / 2] = 0.8
        blurred = cv2.GaussianBlur(fine, (0, 0), 0.6 * finer)
        darkness = np.repeat(blurred.reshape(-1, finer).mean(axis=1)[:, None], 200, axis=1)
        strip = Strip(Box(0, 0, 200 / px_per_mm, 10), px_per_mm, np.zeros(darkness.shape, np.uint8), darkness, darkness)
        (edge,) = see_edges(strip, [Segment(0, 5.03, 200 / px_per_mm, 5.03, width, 0.8)])
        assert np.abs(edge.off_mm - off).max() * px_per_mm < 0.25


def test_a_long_line_is_followed_and_a_short_one_has_one_distance() -> None:
    def seen(*off: float) -> Edge:
        chunks = np.repeat(np.float32(off), 8)
        return Edge(Segment(10, 5, 10 + 15.0 * len(off) + 1.4, 5, 0.3, 1.0), chunks, chunks, chunks)

    assert seen(0.1, 0.1, 0.5).course() == [(0.0, pytest.approx(46.4), pytest.approx(0.1))]
    course = seen(0.0, 0.0, 0.2, 0.2, 0.9, 0.4, 0.4, 0.4).course()
    assert (course[0][0], course[-1][1]) == (0.0, pytest.approx(121.4))
    assert [before[1] for before in course[:-1]] == [after[0] for after in course[1:]]
    assert [round(off, 1) for *_, off in course] == [0.0, 0.2, 0.4], "what one part alone says is a stroke's doing"


def test_a_line_that_is_not_there_has_no_contrast_and_digits_are_none() -> None:
    sheet = Sheet([])
    sheet.fill(BOXES, "888")
    (strip,) = strips(sheet.photograph(), [around(BOXES)])
    contrast = [edge.contrast for box in BOXES for edge in see_edges(strip, ruling_of(sides(BOXES)).edges_of(box))]
    assert np.median(np.concatenate(contrast)) < 0.03
