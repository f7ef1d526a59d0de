"""Free numbers, and the sums of rows of them or of boxes."""

from __future__ import annotations

import time

import numpy as np
import pytest

from formreader.decode import read_number, read_row_numbers, read_row_sums, read_strings

CLASSES = "0123456789X-_?"


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("25", 25),
        ("- 1 7", 17),
        ("--5", 5),
        ("X 5", 5),
        ("10.000", 10000),
        ("1.234.567", 1234567),
        ("XXX", 0),
        ("-", 0),
        ("007", 7),
        ("", None),
        (" ", None),
        ("_", None),
    ],
)
def test_what_a_string_means(written, value) -> None:
    assert read_number([(written, 0.9)]) == {value: 0.9}


@pytest.mark.parametrize("written", ["1.5", "10.00", "1-2", "12X", "12.", "?", "1.0000"])
def test_what_is_no_number_is_left_out(written) -> None:
    assert read_number([(written, 0.9), ("7", 0.1)]) == {7: 0.1}


def test_what_is_no_number_is_written_in_the_characters_of_boxes() -> None:
    assert [reading.written for reading in read_strings([("-.4 4.1", 0.9)])] == ["-?44?1"]


def test_ways_to_write_one_number_are_added_up() -> None:
    assert read_number([("17", 0.5), ("- 17", 0.3), ("11", 0.2)]) == pytest.approx({17: 0.8, 11: 0.2})


def boxes(*rows: str) -> np.ndarray:
    found = np.full((len(rows), len(rows[0]), len(CLASSES)), 1e-9)
    for row, written in zip(found, rows, strict=True):
        for box, character in zip(row, written, strict=True):
            box[CLASSES.index(character)] = 1.0
    return np.log(found / found.sum(axis=2, keepdims=True))


@pytest.mark.parametrize(
    ("rows", "total"),
    [(["60", "60", "_8"], 128), (["60", "XX", "__"], 60), (["XX", "--"], 0), (["__", "__"], None), (["__", "12"], 12)],
)
def test_rows_of_boxes_add_up(rows, total) -> None:
    found = read_row_sums(boxes(*rows), CLASSES)
    assert next(iter(found)) == total
    assert found[total] > 0.99


def test_an_unreadable_row_leaves_the_total_unread() -> None:
    assert sum(read_row_sums(boxes("60", "?1"), CLASSES).values()) < 0.01


def test_rows_of_free_numbers_add_up() -> None:
    found = read_row_numbers([[("60", 0.9), ("66", 0.1)], [("1 5", 0.8), ("", 0.2)], [("", 1.0)]])
    assert found == pytest.approx({75: 0.72, 60: 0.18, 81: 0.08, 66: 0.02})
    assert read_row_numbers([[("", 1.0)], [("", 1.0)]]) == {None: 1.0}


def test_rows_that_may_be_anything_are_added_up_in_a_moment_and_leave_the_total_open() -> None:
    """Eleven rows of eight numbers each have billions of totals: a page of scrawls once never came back."""
    generator = np.random.default_rng(1)
    rows = [[(str(number), 0.12) for number in generator.integers(0, 100_000, 8)] for _ in range(11)]
    start = time.process_time()
    found = read_row_numbers(rows)
    assert time.process_time() - start < 1.0
    assert sum(found.values()) < 0.5


def test_a_stroke_of_a_large_cross_behind_an_unfinished_row_counts_little() -> None:
    """Seen on pwp_sample_02: a cross over four rows reads 1 in two of them."""
    crossed = np.full((2, len(CLASSES)), 1e-3)
    for box, (character, chance) in zip(crossed, (("_", 0.8), ("1", 0.7)), strict=True):
        box[CLASSES.index(character)] = chance
        box[CLASSES.index("X")] = 0.2
    crossed /= crossed.sum(axis=1, keepdims=True)
    picture = np.concatenate([boxes("54"), np.log(crossed)[None]])
    by_order = read_row_sums(picture, CLASSES, full=(60,))
    anyhow = read_row_sums(picture, CLASSES)
    assert by_order[54] > 2 * anyhow[54]
    whole = np.concatenate([boxes("60"), np.log(crossed)[None]])
    assert read_row_sums(whole, CLASSES, full=(60,)) == pytest.approx(read_row_sums(whole, CLASSES))
