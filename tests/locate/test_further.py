"""A box that the template does not have is seen beside a row of boxes that it has."""

from __future__ import annotations

import pytest
from paper import Sheet, around, rows_of_boxes, sides, strips

from formreader.geometry import Box
from formreader.locate import further_boxes, ruling_of, see_edges, stands_there, usual_lines
from formreader.templates import Segment

ROWS = rows_of_boxes(3)
BOXES = [box for row in ROWS for box in row]


def beyond(row: list[Box], boxes: int) -> Box:
    """Where the row's box would stand that is so many boxes from its first."""
    return Box(row[0].x + 12.0 * boxes, row[0].y, row[0].width, row[0].height)


def seen(extra: list[Segment], digits: list[str], known: list[Box] | None = None) -> tuple[list[float], list[float]]:
    """How surely a further box stands left and right of each row, where ``extra`` lines are printed."""
    printed = sides(BOXES)
    sheet = Sheet([*printed, *extra])
    for row, text in zip(ROWS, digits, strict=True):
        sheet.fill(row, text)
    sheet.write("1", ROWS[1][0].x - 6.0, ROWS[1][0].centre[1], height=8.0)
    ruling = ruling_of(printed)
    found = strips(sheet.photograph(), [around(row, 13.0) for row in ROWS])
    frames = [[see_edges(strip, ruling.edges_of(box)) for box in row] for strip, row in zip(found, ROWS, strict=True)]
    usual = usual_lines([edges for row in frames for edges in row])
    ends = [
        further_boxes(strip, row, edges, ruling, usual, known or BOXES)
        for strip, row, edges in zip(found, ROWS, frames, strict=True)
    ]
    left, right = (list(stands_there(end)) for end in zip(*ends, strict=True))
    return left, right


DIGITS = ["_12", "345", "__6"]


def test_nothing_stands_beside_a_form_as_it_should_be_a_stroke_is_no_box() -> None:
    left, right = seen([], DIGITS)
    assert max(left + right) < 0.3


@pytest.mark.parametrize("end", [-1, 3])
def test_a_further_box_is_seen_at_either_end_of_its_row_alone(end) -> None:
    left, right = seen(sides([beyond(ROWS[0], end)]), DIGITS)
    here, there = (left, right) if end < 0 else (right, left)
    assert here[0] > 0.9
    assert max(here[1:] + there) < 0.3


def test_a_further_box_is_seen_through_cells_that_the_template_has_there() -> None:
    cell = Box(ROWS[0][0].x - 7.0, ROWS[0][0].y - 2.0, 5.0, 14.0)
    left, _ = seen(sides([beyond(row, -1) for row in ROWS]) + sides([cell]), DIGITS, [*BOXES, cell])
    assert min(left) > 0.9


def test_a_box_that_the_template_has_is_no_further_one() -> None:
    printed = ruling_of(sides([*BOXES, *[beyond(row, -1) for row in ROWS]]))
    sheet = Sheet([*printed.across, *printed.down])
    (strip,) = strips(sheet.photograph(), [around(ROWS[0], 13.0)])
    frames = [see_edges(strip, printed.edges_of(box)) for box in ROWS[0]]
    left, _ = further_boxes(strip, ROWS[0], frames, printed, usual_lines(frames), BOXES)
    assert left.share == 0.0
