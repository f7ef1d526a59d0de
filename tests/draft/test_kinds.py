"""What cells are for: by headings over them, and by lines that run close to others or out of black bars."""

from __future__ import annotations

import numpy as np
import pytest

from formreader.draft.bubbles import BubbleGroup
from formreader.draft.cells import Block, find_blocks
from formreader.draft.marks import edges_of
from formreader.draft.pieces import sort_out
from formreader.draft.ruling import find_lines
from formreader.draft.sheet import PX_PER_MM, FlatSheet
from formreader.draft.tables import free_fields
from formreader.draft.words import Word, without_letters
from formreader.geometry import Box
from formreader.records import Bend
from formreader.templates import Area, Segment


def grid(x: float, y: float, columns: int, rows: int, width: float, height: float) -> list[Box]:
    return [Box(x + j * width, y + i * height, width, height) for i in range(rows) for j in range(columns)]


def word(text: str, cell: Box) -> Word:
    return Word(text, Box(cell.x + 1, cell.y + 1, 6.0, 2.0), 95.0)


def kinds(cells: list[Box], words: list[Word]) -> list[str]:
    parts, left = sort_out(find_blocks(cells), [], words)
    parts += free_fields(left, words, [])
    return sorted(kind for part in parts for kind in part.pieces)


def test_columns_under_headings_of_their_own_are_a_table_and_no_tally():
    cells = grid(20, 20, 6, 4, 12.0, 7.0)
    assert kinds(cells, []) == ["tally"]
    assert kinds(cells, [word("Pita", cell) for cell in cells[:6]]) == ["number"] * 18


def test_equal_columns_under_one_heading_are_the_digits_of_a_number():
    headings = grid(20, 20, 3, 1, 60.0, 7.0)
    digits = grid(20, 27, 12, 2, 15.0, 7.5)
    assert kinds([*headings, *digits], [word("Total", cell) for cell in headings]) == ["digits"] * 6


def test_beside_a_column_for_figures_stands_one_for_words_though_its_heading_was_not_read():
    headings = [*grid(20, 20, 1, 1, 30.0, 7.0), *grid(50, 20, 2, 1, 40.0, 7.0)]
    cells = [*grid(20, 27, 1, 3, 30.0, 7.0), *grid(50, 27, 2, 3, 40.0, 7.0)]
    labels = [
        word(text, cell) for text, cell in zip(("Alpha", "Beta", "Gamma"), grid(20, 27, 1, 3, 30.0, 7.0), strict=True)
    ]
    read = [*labels, word("Party", headings[0]), word("FIGURES", headings[1])]
    assert kinds([*headings, *cells], read) == ["number"] * 3 + ["words"] * 3
    told = [*read, word("Total", headings[2])]
    assert kinds([*headings, *cells], told) == ["number"] * 6


def test_a_heading_whose_frame_was_not_seen_counts_beside_one_that_was():
    headings = [*grid(20, 20, 1, 1, 30.0, 7.0), *grid(50, 20, 2, 1, 40.0, 7.0)]
    cells = [*grid(20, 27, 1, 3, 30.0, 7.0), *grid(50, 27, 2, 3, 40.0, 7.0)]
    labels = [
        word(text, cell) for text, cell in zip(("Alpha", "Beta", "Gamma"), grid(20, 27, 1, 3, 30.0, 7.0), strict=True)
    ]
    read = [*labels, word("Party", headings[0]), word("Votes", headings[1]), word("WORDS", headings[2])]
    assert kinds([*headings[:2], *cells], read) == ["number"] * 3 + ["words"] * 3


def test_narrow_columns_under_several_headings_are_digits_and_no_tally():
    headings = [*grid(20, 20, 2, 1, 24.0, 7.0), *grid(68, 20, 1, 1, 22.2, 7.0)]
    narrow = [*grid(20, 27, 6, 5, 8.0, 8.0), *grid(68, 27, 3, 5, 7.4, 8.0)]  # not all equally wide
    read = [word("Men", cell) for cell in headings]
    assert kinds([*headings, *narrow], read) == ["digits"] * 15
    assert "digits" not in kinds([*headings, *narrow], [])
    record = Box(0, 27, 20, 40)  # of five rows together: these are strokes
    assert "digits" not in kinds([*headings, *narrow, record], read)


def test_a_tally_beside_another_table_goes_with_the_cell_for_its_own_number():
    boxes = [cell for i in range(2) for cell in grid(20, 30 + 30 * i, 2, 1, 8.0, 10.0)]
    labels = [Box(50, 20 + 30 * i, 20, 30) for i in range(2)]
    tally = grid(70, 20, 7, 10, 9.0, 6.0)
    numbers = [Box(133, 20 + 30 * i, 40, 30) for i in range(2)]
    parts, left = sort_out(find_blocks([*boxes, *labels, *tally, *numbers]), [], [word("Alpha", c) for c in labels])
    assert [sorted(part.pieces) for part in parts] == [["digits"]] * 2 + [["number", "tally"]] * 2
    assert [part.pieces["number"][0].box for part in parts[2:]] == numbers
    assert [cell for block in left for cell in block.cells] == labels


def test_boxes_that_share_no_lines_are_a_table_by_the_words_beside_their_rows():
    boxes = [Box(60 + 31.5 * j, 20 + 11.5 * i, 30, 10) for i in range(3) for j in range(4)]
    read = [Word(text, Box(15, 23 + 11.5 * i, 15, 3), 95.0) for i, text in enumerate(("Alpha", "Beta", "Gamma"))]
    assert kinds(boxes, read) == ["number"] * 12
    assert kinds(boxes[:4], [Word("Signature", Box(15, 23, 15, 3), 95.0)]) == ["text"] * 4


def test_rows_higher_than_a_number_needs_are_like_the_others_of_their_table():
    cells = [Box(20, 20, 30, 10), Box(50, 20, 40, 10), Box(20, 30, 30, 20), Box(50, 30, 40, 20)]
    read = [word("Alpha", cells[0]), word("Beta", cells[2])]
    assert kinds(cells, read) == ["number"] * 2
    assert kinds([Box(20, 20, 30, 20), Box(50, 20, 40, 20)], read[:1]) == []


def test_dark_cells_are_headings_though_no_word_is_read_on_them():
    bars = grid(20, 20, 2, 1, 40.0, 7.0)
    cells = grid(20, 27, 2, 3, 40.0, 7.0)
    blocks = find_blocks([*bars, *cells])
    parts, left = sort_out(blocks, [], [], (), bars)
    assert len(free_fields(left, [], bars)) == 6
    digits = find_blocks([*bars, *grid(20, 27, 10, 3, 8.0, 8.0)])
    parts, _ = sort_out(digits, [], [], (), bars)
    assert [part.pieces["digits"][0].block.columns for part in parts] == [5] * 6


def test_a_label_that_was_not_read_stands_over_or_under_one_that_was():
    cells = [*grid(20, 20, 1, 2, 30.0, 7.0), *grid(50, 20, 1, 2, 90.0, 7.0)]
    assert kinds(cells, [word("Less than", cells[0])]) == ["number"] * 2
    written = Word("lle", Box(60, 29, 6, 3), 70.0)  # a 16, read as letters
    assert kinds(cells, [word("Less than", cells[0]), word("More", cells[1]), written]) == ["number"] * 2


def test_equal_cells_far_apart_are_no_one_row():
    labels, remarks = grid(20, 20, 1, 3, 46.0, 7.0), grid(88, 20, 1, 3, 46.0, 7.0)
    assert [(b.rows, b.columns) for b in find_blocks([*labels, *remarks])] == [(3, 1), (3, 1)]


def test_boxes_with_a_figure_in_each_are_digits_though_nothing_parts_them():
    cells = grid(20, 20, 12, 3, 8.0, 8.0)
    figures = [Box(cell.x + 2, cell.y + 1.5, 4, 5) for cell in cells]
    assert kinds(cells, []) == ["tally"]
    parts, left = sort_out(find_blocks(cells), [], [], figures)
    assert not left
    assert [part.pieces["digits"][0].block.columns for part in parts] == [4] * 9


def test_bubbles_of_two_rows_beside_their_boxes_go_with_each():
    boxes = [*grid(120, 40, 3, 1, 8.0, 9.0), *grid(120, 95, 3, 1, 8.0, 9.0)]
    bubbles = [BubbleGroup(3, (80.0, y), (13.0, 5.0), 4.0) for y in (22.0, 77.0)]
    parts, _ = sort_out(find_blocks(boxes), bubbles, [])
    assert [(part.anchor.y, part.bubbles) for part in parts] == [(40, bubbles[0]), (95, bubbles[1])]


@pytest.mark.parametrize(("heading", "found"), [("", 4), ("Remarks", 0)])
def test_wide_cells_beside_digit_boxes_may_be_for_words(heading, found):
    boxes = [cell for i in range(4) for cell in grid(55, 31 + 12 * i, 3, 1, 7.0, 8.0)]
    wide = grid(80, 29, 1, 4, 70.0, 12.0)
    read = [Word(heading, Box(90, 24, 20, 3), 95.0)] if heading else []
    parts, _ = sort_out(find_blocks([*boxes, *wide]), [], read)
    assert sum("words" in part.pieces for part in parts) == found
    assert all("unsure" in part.doubts[0] for part in parts if "words" in part.pieces)


def test_of_two_columns_that_nothing_tells_apart_the_much_wider_may_be_for_words():
    label = grid(20, 20, 1, 3, 30.0, 7.0)
    read = [word(text, cell) for text, cell in zip(("Alpha", "Beta", "Gamma"), label, strict=True)]
    first = grid(50, 20, 1, 3, 40.0, 7.0)
    assert kinds([*label, *first, *grid(90, 20, 1, 3, 42.0, 7.0)], read) == ["number"] * 6
    assert kinds([*label, *first, *grid(90, 20, 1, 3, 70.0, 7.0)], read) == ["number"] * 3 + ["words"] * 3


def test_a_bar_without_a_line_under_it_bounds_the_cells_below():
    bar = Area(Box(20, 20, 80, 8), 1.0)
    lines = [Segment(20, 28, 100, 28, 0.3, 1.0), Segment(20, 20, 20, 60, 0.3, 1.0)]
    edges = edges_of([bar], lines)
    assert [(e.horizontal, e.y0 if e.horizontal else e.x0) for e in edges] == [(True, 20), (False, 100)]


def test_columns_that_people_sign_in_are_none():
    headings = grid(20, 20, 1, 1, 60.0, 7.0)
    cells = grid(20, 27, 4, 1, 15.0, 8.0)
    assert "digits" not in kinds([*headings, *cells], [word("Signature", headings[0])])


def test_figures_are_for_counting_though_the_heading_over_them_names_people_too():
    headings = [Box(20, 20, 30, 14), Box(50, 20, 90, 7), *grid(50, 27, 2, 1, 45.0, 7.0)]
    cells = [*grid(20, 34, 1, 3, 30.0, 7.0), *grid(50, 34, 2, 3, 45.0, 7.0)]
    read = [word("Alpha", cell) for cell in cells[:3]]
    told = [word(text, cell) for text, cell in zip(("Party", "Signature", "FIGURES", "WORDS"), headings, strict=True)]
    assert kinds([*headings, *cells], [*read, *told]) == ["number"] * 3 + ["words"] * 3


def test_of_a_table_without_a_word_the_cells_are_proposed_with_a_doubt():
    table = [*grid(20, 20, 1, 3, 30.0, 8.0), *grid(50, 20, 1, 3, 40.0, 8.0)]
    blocks = [Block(cell, 1, 1, (cell.width, cell.height)) for cell in table]
    parts = free_fields(blocks, [], [])
    assert len(parts) == 6
    assert "unsure" in parts[0].doubts[0]
    assert free_fields(blocks[:3], [], []) == []  # a column of boxes may be for signatures


def flat(lines: list[Segment], bars: list[Box] = ()) -> FlatSheet:
    grey = np.full((round(120 * PX_PER_MM), round(120 * PX_PER_MM)), 250, np.uint8)

    def paint(x0: float, y0: float, x1: float, y1: float, level: int) -> None:
        left, top, right, bottom = (round(v * PX_PER_MM) for v in (x0, y0, x1, y1))
        grey[top:bottom, left:right] = level

    for s in lines:
        by = s.width / 2
        paint(s.x0 - by, s.y0 - by, s.x1 + by, s.y1 + by, 30)
    for bar in bars:
        paint(bar.x, bar.y, bar.right, bar.bottom, 12)
    still = Bend(np.array([0.0, 120]), np.array([0.0, 120]), np.zeros((2, 2, 2)))
    return FlatSheet(grey, 120.0, 120.0, np.diag([PX_PER_MM, PX_PER_MM, 1.0]), still)


@pytest.mark.parametrize("apart", [0.7, 0.9])
def test_a_box_close_to_its_tables_line_keeps_its_sides(apart):
    rows = [20.0, 30.0, 40.0]
    table = [Segment(20, y, 46, y, 0.25, 1.0) for y in rows]
    table += [Segment(x, 20, x, 40, 0.25, 1.0) for x in (20, 46)]
    left, right = 20 + apart, 46 - apart
    boxes = []
    for top, bottom in ((y + apart, y + 10 - apart) for y in rows[:-1]):
        boxes += [
            Segment(left + (right - left) / 4 * i, top, left + (right - left) / 4 * i, bottom, 0.25, 1.0)
            for i in range(5)
        ]
        boxes += [Segment(left, y, right, y, 0.25, 1.0) for y in (top, bottom)]
    found = find_lines(flat([*table, *boxes]))
    assert len(found) == len(table) + len(boxes)


def test_lines_that_run_out_of_a_black_bar_are_found():
    lines = [Segment(20, y, 100, y, 0.25, 1.0) for y in (40, 50, 60)]
    lines += [Segment(x, 24, x, 60, 0.25, 1.0) for x in (20, 60, 100)]
    found = find_lines(flat(lines, [Box(20, 24, 80, 6)]))
    assert [round(s.x0) for s in found if not s.horizontal and s.y1 - s.y0 > 25] == [20, 60, 100]


def test_the_stems_of_letters_in_a_low_row_are_no_lines():
    row = Word("Number", Box(30, 40.5, 12, 2.4), 90.0)
    stems = [Segment(x, 40, x, 43.4, 0.2, 1.0) for x in (30.1, 33.5, 37)]
    others = [
        Segment(20, 40, 100, 40, 0.2, 1.0),
        Segment(60, 40, 60, 43.4, 0.2, 1.0),
        Segment(35, 20, 35, 80, 0.2, 1.0),
    ]
    assert without_letters([*stems, *others], [row]) == others
