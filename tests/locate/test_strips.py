"""Strips show the page where it is, and ink by how dark it is against the paper beside it."""

from __future__ import annotations

import numpy as np
from paper import Sheet, cover, onto_photo, rows_of_boxes, sides, strips

from formreader.geometry import Box
from formreader.locate import cut_strips


def test_a_strip_shows_its_box_whether_cut_alone_or_with_its_neighbours() -> None:
    picture = Sheet(sides([box for row in rows_of_boxes(3) for box in row])).photograph()
    boxes = [Box(20, 15 + 10 * i, 50, 20) for i in range(3)]
    together = strips(picture, boxes)
    for box, strip in zip(boxes, together, strict=True):
        (alone,) = strips(picture, [box])
        assert strip.grey.shape == alone.grey.shape
        assert np.abs(strip.grey.astype(int) - alone.grey.astype(int)).mean() < 3
        assert abs(strip.box.x - box.x) <= 0.5 / strip.px_per_mm


def test_shade_is_no_ink_and_ink_in_shade_is() -> None:
    sheet = Sheet([])
    sheet.line((30, 30), (60, 30))
    picture = sheet.photograph(shade=0.6)
    (strip,) = strips(picture, [Box(20, 20, 120, 20)])
    on, off = strip.span(Box(35, 29.8, 20, 0.4)), strip.span(Box(70, 22, 60, 14))
    assert np.median(strip.darkness[on]) > 0.4
    assert np.percentile(strip.darkness[off], 99) < 0.08


def test_a_part_lies_where_the_whole_does() -> None:
    (strip,) = strips(Sheet(sides(rows_of_boxes(1)[0])).photograph(), [Box(20, 10, 60, 30)])
    part = strip.part(Box(31, 21, 8, 8))
    assert np.abs(part.px(np.array([31.0, 21.0]))).max() <= 1.0
    assert part.grey.shape == part.darkness.shape == part.paper.shape


def test_a_strip_beyond_the_photograph_is_cut_all_the_same() -> None:
    (strip,) = cut_strips(
        cover(Sheet([]).photograph(), Box(0, 0, 10, 10), 90), 1.0, [Box(-5, -5, 20, 20)], onto_photo, 4
    )
    assert strip.grey.shape == (80, 80)
