"""From box probabilities to strings and numbers: the conventions of a written number."""

from __future__ import annotations

import numpy as np
import pytest

from formreader.decode import as_on_forms, by_value, read_boxes, readable, value_of
from formreader.decode.digits import MOST_STRINGS
from formreader.decode.rates import UNREADABLE_ON_FORMS

CLASSES = "0123456789X-_?"


def boxes(*seen: dict[str, float]) -> np.ndarray:
    rows = np.full((len(seen), len(CLASSES)), 1e-9)
    for row, probabilities in zip(rows, seen, strict=True):
        for character, probability in probabilities.items():
            row[CLASSES.index(character)] = probability
    return np.log(rows / rows.sum(axis=1, keepdims=True))


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("123", 123),
        ("X45", 45),
        ("--5", 5),
        ("_10", 10),
        ("012", 12),
        ("XXX", 0),
        ("---", 0),
        ("___", None),
        ("000", 0),
    ],
)
def test_what_a_string_means(written: str, value: int | None) -> None:
    assert readable(written)
    assert value_of(written) == value


def test_on_forms_fewer_boxes_are_unreadable_than_in_training_and_nothing_else_changes() -> None:
    (row,) = np.exp(as_on_forms(boxes({"6": 0.3, "8": 0.1, "?": 0.6}), CLASSES))
    assert row.sum() == pytest.approx(1.0)
    assert row[6] / row[8] == pytest.approx(3.0)
    assert row[6] / row[CLASSES.index("?")] == pytest.approx(0.5 / UNREADABLE_ON_FORMS)


@pytest.mark.parametrize("written", ["1?3", "1_3", "12X", "?"])
def test_what_is_no_number(written: str) -> None:
    assert not readable(written)
    assert value_of(written) is None


def test_a_leading_cross_is_no_eight() -> None:
    """117 was published as 617, X17 as 817: the cross keeps its own class."""
    readings = read_boxes(boxes({"X": 0.9, "8": 0.1}, {"1": 1.0}, {"7": 1.0}), CLASSES)
    assert (readings[0].written, readings[0].value) == ("X17", 17)
    assert by_value(readings)[817] == pytest.approx(0.1, abs=0.01)


def test_an_unseen_box_is_not_turned_into_zero() -> None:
    readings = read_boxes(boxes({"1": 1.0}, {"?": 1.0}, {"3": 1.0}), CLASSES)
    assert readings[0].written == "1?3"
    assert sum(by_value(readings).values()) < 0.01


def test_probabilities_sum_to_at_most_one_and_the_fillers_of_one_writer_agree() -> None:
    seen = boxes({"X": 0.5, "-": 0.5}, {"X": 0.6, "-": 0.4}, {"5": 1.0})
    readings = read_boxes(seen, CLASSES)
    assert sum(r.probability for r in readings) <= 1 + 1e-9
    assert readings[0].written == "XX5"
    mixed = next(r for r in readings if r.written == "-X5")
    assert mixed.probability < readings[0].probability / 20


def test_five_boxes_that_say_little_keep_the_likeliest_strings_and_lose_no_more_than_they_say() -> None:
    scrawled = dict.fromkeys(CLASSES[:10], 0.08) | {"7": 0.28}
    readings = read_boxes(boxes(*[scrawled] * 5), CLASSES)
    assert readings[0].written == "77777"
    assert readings[0].probability == pytest.approx(0.28**5, rel=0.05)
    assert len(readings) <= MOST_STRINGS
    clear = read_boxes(boxes({"9": 0.9, "4": 0.1}, *[{"9": 1.0}] * 4), CLASSES)
    assert by_value(clear)[99_999] == pytest.approx(0.9, abs=0.001)
    assert by_value(clear)[49_999] == pytest.approx(0.1, abs=0.001)


def test_values_that_look_different_but_mean_the_same_are_added_up() -> None:
    values = by_value(read_boxes(boxes({"X": 0.5, "_": 0.5}, {"4": 1.0}), CLASSES))
    assert values[4] > 0.99


def test_a_wrong_shape_is_refused() -> None:
    with pytest.raises(ValueError, match="expected"):
        read_boxes(np.zeros((3, 5)), CLASSES)
