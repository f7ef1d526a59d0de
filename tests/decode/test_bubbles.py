"""Bubbles: one, none, several, half and withdrawn ones."""

from __future__ import annotations

import numpy as np
import pytest

from formreader.alphabets import BUBBLE_CLASSES
from formreader.decode import read_bubbles, two_marks
from formreader.decode.rates import MARKS_ON_FORMS


def bubbles(*columns: dict[int, str], doubt: float = 1e-4) -> np.ndarray:
    """Marks by the digit they stand at, a dict a column; the rest is empty."""
    found = np.full((len(columns), 10, 4), doubt / 3)
    for column, marks in zip(found, columns, strict=True):
        for digit, bubble in enumerate(column):
            bubble[BUBBLE_CLASSES.index(marks.get(digit, "_"))] = 1 - doubt
    return np.log(found)


@pytest.mark.parametrize(
    ("columns", "value"),
    [
        ([{1: "O"}, {2: "O"}, {3: "O"}], 123),
        ([{}, {4: "O"}, {5: "O"}], 45),
        ([{0: "O"}, {0: "O"}, {7: "O"}], 7),
        ([{0: "O"}, {0: "O"}, {0: "O"}], 0),
        ([{}, {}, {0: "O"}], 0),
        ([{}, {}, {}], None),
        ([{1: "X", 2: "O"}, {2: "O"}, {3: "O"}], 223),
        ([{1: "O"}, {2: "/"}, {3: "O"}], 123),
        ([{1: "O"}, {2: "O", 7: "/"}, {3: "O"}], 123),
        ([{}, {}, {8: "X"}], None),
    ],
)
def test_what_filled_columns_mean(columns, value) -> None:
    found = read_bubbles(bubbles(*columns))
    assert next(iter(found)) == value
    assert found[value] > 0.99
    assert sum(found.values()) <= 1 + 1e-9


@pytest.mark.parametrize("columns", [[{1: "O", 4: "O"}, {2: "O"}], [{1: "O"}, {}], [{1: "/", 4: "/"}, {2: "O"}]])
def test_what_cannot_be_read_is_left_out(columns) -> None:
    assert sum(read_bubbles(bubbles(*columns, doubt=1e-7)).values()) < 0.01


def test_a_doubtful_second_mark_leaves_both_readings() -> None:
    seen = bubbles({3: "O"}, {8: "O"})
    seen[0, 9] = np.log([0.5, 0.0005, 0.499, 0.0005])
    assert read_bubbles(seen)[38] > 0.99
    seen[0, 9] = np.log([0.6, 0.4, 0.0, 0.0], where=[True, True, False, False], out=np.full(4, -30.0))
    only = 0.6 / (0.6 + 0.4 * MARKS_ON_FORMS["O"])
    assert read_bubbles(seen)[38] == pytest.approx(only, abs=0.01)


def test_ten_bubbles_that_may_each_be_half_filled_are_an_empty_column() -> None:
    """In the dark each has a doubt left; that any of ten is marked without a filled one is rare all the same."""
    seen = bubbles({}, {4: "O"})
    seen[0, :] = np.log([0.8, 0.01, 0.04, 0.15])
    assert read_bubbles(seen)[4] > 0.9


def test_a_wrong_shape_is_refused() -> None:
    with pytest.raises(ValueError, match="expected"):
        read_bubbles(np.zeros((3, 9, 4)))


@pytest.mark.parametrize(
    ("columns", "contradict"),
    [
        ([{1: "O"}, {2: "O"}], False),
        ([{1: "O", 4: "O"}, {2: "O"}], True),
        ([{}, {4: "O", 7: "O"}], True),
        ([{1: "O", 4: "X"}, {2: "O"}], False),
        ([{1: "O", 4: "/"}, {2: "O"}], False),
        ([{}, {}], False),
    ],
)
def test_two_filled_bubbles_in_a_column_contradict(columns, contradict) -> None:
    assert two_marks(bubbles(*columns)) == pytest.approx(float(contradict), abs=0.01)
