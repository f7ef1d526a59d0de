"""A number in a long cell is found by its ink, wherever it stands, and cut whole."""

from __future__ import annotations

import numpy as np
import pytest
from paper import Sheet, onto_photo, rows_of_boxes, sides, strips

from formreader.alphabets import NUMBER_ALPHABET
from formreader.geometry import LINE_PX, Box, line_width_px
from formreader.locate import (
    Writing,
    cut_window,
    find_writing,
    narrowed,
    nearer,
    ruling_of,
    shortened,
    strip_box,
    widest_gap,
)
from formreader.reader.cutting import View, cut_digits
from formreader.recognise import LineRecogniser, best_path

CELLS = [Box(20, 20 + 6 * row, 90, 6) for row in range(4)]
RULING = ruling_of(sides(CELLS))
CELL = CELLS[1]


def find(sheet: Sheet, cell: Box = CELL, most_px: int = 128) -> Writing:
    (strip,) = strips(sheet.photograph(), [strip_box(cell)], cell.height)
    return find_writing(strip, cell, RULING, [], most_px)


@pytest.mark.parametrize("left", [21.0, 50.0, 96.0])
def test_the_window_stands_where_the_number_does(left) -> None:
    sheet = Sheet(sides(CELLS))
    ink = sheet.write("347", left, CELL.centre[1], height=4.0)
    found = find(sheet)
    assert found.outside == 0.0
    assert found.box.x <= ink.x and found.box.right >= ink.right
    assert found.box.width < ink.width + CELL.height * 1.5


def test_ink_of_the_rows_beside_is_left_out_and_own_ink_over_the_border_kept() -> None:
    sheet = Sheet(sides(CELLS))
    above = sheet.write("88", 30, CELLS[0].centre[1] + 1.4, height=3.6)
    own = sheet.write("17", 60, CELL.centre[1] + 1.0, height=5.0)
    below = sheet.write("5", 90, CELLS[2].centre[1] - 1.4, height=3.6)
    assert above.bottom > CELL.y and own.bottom > CELL.bottom and below.y < CELL.bottom, "each crosses a border"
    found = find(sheet)
    assert own.x - 3 < found.box.x < own.x and own.right < found.box.right < own.right + 3


def test_a_number_longer_than_the_window_is_said_to_be_cut() -> None:
    sheet = Sheet(sides(CELLS))
    sheet.write("5", 25, CELL.centre[1], height=4.0)
    sheet.write("271", 85, CELL.centre[1], height=4.0)
    assert find(sheet).outside > 0.3
    assert find(sheet, most_px=1024).outside == 0.0


def test_an_empty_cell_shows_its_middle() -> None:
    found = find(Sheet(sides(CELLS)))
    assert found.outside == 0.0
    assert abs(found.box.centre[0] - CELL.centre[0]) < 1e-6
    assert found.row.max() == 0.0


def test_a_wide_box_for_one_digit_is_cut_around_it() -> None:
    wide = Box(30, 20, 24, 10)
    (strip,) = strips(_in_wide_box(wide, 44.0), [strip_box(wide)])
    box = narrowed(wide, find_writing(strip, wide, ruling_of(sides([wide])), [], 1024).box)
    assert box.width <= 11 and box.x <= 44 and box.right >= 47
    assert narrowed(wide, wide).width == pytest.approx(24 - 7)


def test_a_tall_box_for_one_digit_is_cut_around_it() -> None:
    tall = Box(30, 20, 8, 20)
    sheet = Sheet(sides([tall]))
    sheet.write("7", 32.0, 33.0)
    (strip,) = strips(sheet.photograph(), [strip_box(tall)])
    box = shortened(tall, find_writing(strip, tall, ruling_of(sides([tall])), [], 1024))
    assert box.height <= 12 and box.y <= 31 and box.bottom >= 35
    (bare,) = strips(Sheet(sides([tall])).photograph(), [strip_box(tall)])
    assert shortened(tall, find_writing(bare, tall, ruling_of(sides([tall])), [], 1024)) == tall


def test_a_cut_box_says_where_the_whole_box_lies() -> None:
    tall = Box(30, 20, 8, 20)
    sheet = Sheet(sides([tall]))
    sheet.write("7", 32.0, 33.0)
    view = View(sheet.photograph(), 1.0, onto_photo, ruling_of(sides([tall])), ())
    (cell,) = cut_digits([("votes", "digits", (0, 0), tall)], view).cells
    assert np.allclose(cell.quad, onto_photo(tall.corners))
    assert cell.aspect > 0.7, "the crop is of the part around the digit"


def _in_wide_box(wide: Box, left: float) -> np.ndarray:
    sheet = Sheet(sides([wide, *rows_of_boxes(1)[0]][:1]))
    sheet.write("7", left, wide.centre[1])
    return sheet.photograph()


def test_the_window_is_read_as_the_number_that_stands_there() -> None:
    recogniser = LineRecogniser("numbers", NUMBER_ALPHABET)
    right = 0
    for seed, text in enumerate(["5271", "154", "2016", "83", "300", "47"]):
        sheet = Sheet(sides(CELLS), seed)
        sheet.write(text, 60, CELL.centre[1], height=4.2, nib=0.45)
        (strip,) = strips(sheet.photograph(), [strip_box(CELL)], CELL.height)
        found = find_writing(strip, CELL, RULING, [], recogniser.width_px)
        picture = cut_window(strip, found, recogniser.width_px)
        aspect = found.box.width / found.box.height
        assert picture.shape == (LINE_PX, recogniser.width_px)
        assert (picture[:, line_width_px(aspect) :] == 255).all()
        (steps,) = recogniser.log_probabilities(picture[None], np.array([aspect], np.float32))
        right += best_path(steps, recogniser.alphabet)[0] == text
    assert right >= 5


def test_the_foot_of_a_digit_that_the_printed_line_parts_from_it_is_not_painted_out() -> None:
    # an open 4 low in its cell: its bar runs along the line, its stem crosses it
    sheet = Sheet(sides(CELLS))
    foot = CELL.bottom
    sheet.line((60.0, foot - 3.4), (59.4, foot - 0.6))
    sheet.line((61.8, foot - 1.5), (61.0, foot + 0.9))
    photograph = sheet.photograph()
    (strip,) = strips(photograph, [strip_box(CELL)], CELL.height)
    found = find_writing(strip, CELL, RULING, [], 128)
    k = strip.px_per_mm
    x, y = round((61.7 - strip.box.x) * k), round((foot - 1.3 - strip.box.y) * k)
    stem = (slice(y - 1, y + 2), slice(x - 2, x + 3))
    assert found.picture[stem].min() < strip.paper[stem].min() - 60
    assert found.box.right > 61.8


def test_writing_that_is_small_for_its_cell_is_seen_from_nearer() -> None:
    sheet = Sheet(sides(CELLS))
    ink = sheet.write("8", 60, CELL.centre[1], height=1.9, nib=0.25)
    (strip,) = strips(sheet.photograph(), [strip_box(CELL)], CELL.height)
    found = find_writing(strip, CELL, RULING, [], 128)
    near = nearer(found, CELL, 128)
    assert near.box.height <= 0.7 * CELL.height
    assert near.box.x < ink.x and near.box.right > ink.right
    assert near.box.y < ink.y and near.box.bottom > ink.bottom


@pytest.mark.parametrize(("text", "height"), [("8", 4.2), ("-", 1.0), ("", 1.0)])
def test_what_is_large_or_a_mere_dash_is_seen_as_it_was(text, height) -> None:
    sheet = Sheet(sides(CELLS))
    if text:
        sheet.write(text, 60, CELL.centre[1], height=height)
    found = find(sheet)
    assert nearer(found, CELL, 128) == found


def hairline(x: float, top: float, bottom: float) -> Sheet:
    """A bold 5, and a pale thin stroke at ``x``, mm; the cell's lines are darker than both."""
    sheet = Sheet(sides(CELLS))
    sheet.write("5", 66, CELL.centre[1], height=4.2, nib=0.7)
    sheet.line((x, CELL.y + top), (x + 0.4, CELL.y + bottom), 0.2, level=165.0)
    return sheet


def test_a_hairline_beside_a_digit_is_shown_to_the_readers() -> None:
    """A one written by a pen that hardly touched stood outside the window: 15 was read as 5, and accepted."""
    plain = find(hairline(66.5, 2.0, 2.1))
    assert plain.box.x > 62.5, "else the window would hold the hairline anyhow"
    assert find(hairline(61.8, 0.8, 4.4)).box.x < 61.8


def test_neither_dust_nor_a_far_stroke_nor_a_row_above_widens_the_window() -> None:
    plain = find(hairline(66.5, 2.0, 2.1)).box
    for sheet in (hairline(61.8, 2.5, 3.2), hairline(50.0, 0.8, 4.4), hairline(61.8, -4.0, 0.6)):
        assert find(sheet).box.x == pytest.approx(plain.x, abs=0.3)


@pytest.mark.parametrize(("second", "least", "most"), [(36.5, 0.2, 1.2), (60.0, 4.0, 7.0)])
def test_two_numbers_in_one_cell_lie_far_apart(second, least, most) -> None:
    sheet = Sheet(sides(CELLS))
    sheet.write("20", 28, CELL.centre[1], height=4.0)
    assert widest_gap(find(sheet, most_px=1024)) < 0.6
    sheet.write("32", second, CELL.centre[1], height=4.0)
    assert least < widest_gap(find(sheet, most_px=1024)) < most
