"""A line over digits is told from their own strokes, a hair through a box from a 1."""

from __future__ import annotations

import numpy as np
import pytest
from paper import FRAME_MM, Sheet, around, rows_of_boxes, sides, strips

from formreader.geometry import Box
from formreader.locate import Line, find_line, line_through, reach_beyond, ruling_of, see_edges, written_on
from formreader.locate.strikes import NO_LINE, _across_lines, line_along

(BOXES,) = rows_of_boxes(1)
RULING = ruling_of(sides(BOXES))


def line_over(sheet: Sheet, read: str) -> Line:
    (strip,) = strips(sheet.photograph(), [around(BOXES)])
    return find_line(strip, BOXES, [see_edges(strip, RULING.edges_of(box)) for box in BOXES], RULING, read)


def written(digits: str, seed: int = 1) -> Sheet:
    sheet = Sheet(sides(BOXES), seed)
    sheet.fill(BOXES, digits)
    return sheet


@pytest.mark.parametrize("slope", [-2.0, 0.0, 2.0])
@pytest.mark.parametrize(("digits", "first"), [("635", 0), ("_87", 1), ("X32", 1)])
def test_a_strike_is_as_long_as_the_digits_it_runs_over(digits, first, slope) -> None:
    sheet = written(digits)
    sheet.line((BOXES[first].x + 1, 25 - slope / 2), (BOXES[2].right, 25 + slope / 2))
    line = line_over(sheet, digits)
    boxes = 3 - first
    assert line.length > 0.9 * boxes
    assert 0.3 < line.at < 0.7
    assert max(line.above, line.below) > 0.1


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("digits", ["444", "777", "258", "_35", "XX0", "--9"])
def test_digits_have_no_line_of_a_box_through_their_middle(digits, seed) -> None:
    line = line_over(written(digits, seed), digits)
    is_long = line.length > 0.85
    assert not (is_long and min(line.above, line.below) > 0.04 and 0.25 < line.depth < 0.75)


def test_a_long_dash_in_unused_boxes_is_no_strike() -> None:
    sheet = written("__7")
    sheet.line((BOXES[0].x + 1, 25), (BOXES[1].right - 1, 25))
    assert line_over(sheet, "--7").length < 0.85
    assert line_over(sheet, "---") == NO_LINE


@pytest.mark.parametrize("lean", [-3.0, 0.0, 3.0])
def test_a_hair_goes_all_the_way_through(lean) -> None:
    sheet = written("_52")
    sheet.line((BOXES[0].centre[0] - lean / 2, 10), (BOXES[0].centre[0] + lean / 2, 40), width=0.3, level=90)
    (strip,) = strips(sheet.photograph(), [around(BOXES)])
    assert line_through(strip, BOXES[0], RULING, [], stacked=False) > 0.97
    assert max(line_through(strip, box, RULING, [], stacked=False) for box in BOXES[1:]) < 0.9


def test_a_tall_one_stays_within_reach_of_its_box() -> None:
    sheet = Sheet(sides(BOXES))
    for box in BOXES:
        sheet.line((box.centre[0], box.y - 0.5), (box.centre[0], box.bottom + 0.5))
    (strip,) = strips(sheet.photograph(), [around(BOXES)])
    assert max(line_through(strip, box, RULING, [], stacked=False) for box in BOXES) < 0.93


def test_digits_of_a_thick_pen_that_touch_from_row_to_row_are_no_hair() -> None:
    rows = rows_of_boxes(3, step=10.0)
    boxes = [box for row in rows for box in row]
    sheet = Sheet(sides(boxes))
    for box in boxes:
        sheet.line((box.centre[0], box.y - FRAME_MM), (box.centre[0], box.bottom + FRAME_MM), width=2.0)
    (strip,) = strips(sheet.photograph(), [around(boxes)])
    assert line_through(strip, rows[1][1], ruling_of(sides(boxes)), [], stacked=True) < 0.93
    sheet = Sheet(sides(boxes))
    sheet.line((rows[0][1].centre[0], 5), (rows[0][1].centre[0], 60), width=0.3)
    (strip,) = strips(sheet.photograph(), [around(boxes)])
    assert line_through(strip, rows[1][1], ruling_of(sides(boxes)), [], stacked=True) > 0.97


@pytest.mark.parametrize(("down_to", "least", "most"), [(36, 0.0, 0.35), (50, 0.8, 2.0)])
def test_the_leg_of_a_z_reaches_beyond_its_row_and_the_tail_of_a_seven_does_not(down_to, least, most) -> None:
    rows = rows_of_boxes(2, step=12.0)
    boxes = [box for row in rows for box in row]
    sheet = Sheet(sides(boxes))
    sheet.line((rows[0][0].x + 2, 22), (rows[0][2].x + 6, 22))
    sheet.line((rows[0][2].x + 6, 22), (rows[0][2].x + 4, down_to - 3))
    (strip,) = strips(sheet.photograph(), [around(boxes)])
    row = Box(rows[0][0].x, rows[0][0].y, rows[0][2].right - rows[0][0].x, rows[0][0].height)
    above, below = reach_beyond(strip, row, written_on(strip, boxes[0], ruling_of(sides(boxes)), []))
    assert above < 0.1
    assert least <= below <= most


@pytest.mark.parametrize(("first_ends", "second_begins", "longest"), [(52, 60, 1.0), (48, 64, 1.0), (55, 57, 2.2)])
def test_strokes_of_two_boxes_are_one_line_where_they_reach_the_printed_line_between(
    first_ends, second_begins, longest
):
    """A printed line down at column 56: cut away with its blur, it had brought near what stands apart."""
    picture = np.zeros((40, 120), np.float32)
    picture[18:22, 25:first_ends] = picture[18:22, second_begins:95] = 0.8
    picture[:, 55:57] = 0.7
    found = line_along(_across_lines(picture, 8.0, 5.0, [(11.2, 0.4)]))
    assert (found.length > 1.5) == (longest > 1.5)
    assert found.length < longest
