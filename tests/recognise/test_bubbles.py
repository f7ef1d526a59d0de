"""A bubble is seen beside the others of its column, whatever the light."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from formreader.recognise import bubble_pairs, normalise_bubbles
from formreader.recognise.bubbles import normalise_columns


def column(paper: float = 220, filled: int | None = 3, ink: float = 0.7) -> np.ndarray:
    """Ten printed circles (1, 10, 40, 40), one filled in."""
    crops = []
    for row in range(10):
        marks = np.zeros((40, 40), np.uint8)
        cv2.circle(marks, (20, 20), 14, 110, 1, cv2.LINE_AA)
        cv2.putText(marks, str(row), (15, 25), cv2.FONT_HERSHEY_SIMPLEX, 0.4, 90, 1, cv2.LINE_AA)
        if row == filled:
            cv2.circle(marks, (20, 20), 12, 255, -1, cv2.LINE_AA)
        crops.append(np.round(paper * (1 - ink * marks.astype(np.float32) / 255)).astype(np.uint8))
    return np.stack(crops)[None]


def seen(columns: np.ndarray) -> np.ndarray:
    return normalise_bubbles(bubble_pairs(columns))


def test_pairs_are_the_bubble_and_the_median_of_its_column() -> None:
    two = np.concatenate([column(220, 3), column(150, 7)])
    pairs = bubble_pairs(two)
    assert pairs.shape == (20, 2, 40, 40)
    assert (pairs[3, 0] == two[0, 3]).all()
    assert (pairs[17, 0] == two[1, 7]).all()
    assert (pairs[12, 1] == np.median(two[1], axis=0).astype(np.uint8)).all()


def test_columns_are_normalised_as_their_pairs() -> None:
    columns = np.concatenate([column(220, 3), column(150, 7), column(90, None)])
    assert (normalise_columns(columns) == seen(columns)).all()


@pytest.mark.parametrize("ink", [0.25, 0.7])
def test_a_filled_bubble_is_ink_and_its_column_is_not(ink: float) -> None:
    middle = seen(column(ink=ink))[:, :, 12:28, 12:28].mean(axis=(2, 3))
    assert middle[3, 0] > middle[3, 1] + 0.3
    assert np.abs(np.delete(middle[:, 0] - middle[:, 1], 3)).max() < 0.12


@pytest.mark.parametrize("paper", [60, 100, 160])
def test_brightness_does_not_matter(paper: float) -> None:
    assert np.abs(seen(column(paper)) - seen(column(250))).max() < 0.08


def test_a_bubble_in_shadow_stays_empty() -> None:
    shaded = column(filled=None)
    shaded[0, 6] = np.round(shaded[0, 6] * 0.7)
    assert np.abs(seen(shaded)[6, 0] - seen(column(filled=None))[6, 0]).max() < 0.08


def test_wrong_arrays_are_named() -> None:
    with pytest.raises(ValueError, match="expected uint8"):
        bubble_pairs(np.zeros((10, 40, 40), np.uint8))
    with pytest.raises(ValueError, match="expected uint8"):
        normalise_bubbles(np.zeros((10, 3, 40, 40), np.uint8))
