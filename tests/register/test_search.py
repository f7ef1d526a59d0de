"""Printed squares are found between pixels, all of one size at once."""

from __future__ import annotations

import cv2
import numpy as np

from formreader.register.samples import by_size
from formreader.register.search import _search_squares

PX_PER_MM = 3.2


def ink_with_squares(centres_mm: np.ndarray, side_mm: float) -> np.ndarray:
    """Black squares on paper, drawn eight times as fine and reduced."""
    fine = np.zeros((2400, 2400), np.uint8)
    for x, y in centres_mm:
        low, high = (np.array([x, y]) + step * side_mm / 2 for step in (-1, 1))
        (x0, y0), (x1, y1) = (np.round(8 * PX_PER_MM * corner).astype(int) for corner in (low, high))
        fine[y0:y1, x0:x1] = 255
    return cv2.resize(fine, None, fx=1 / 8, fy=1 / 8, interpolation=cv2.INTER_AREA)


def test_squares_are_found_to_a_twentieth_of_a_millimetre() -> None:
    printed = np.array([[30.0, 30.0], [60.0, 30.0], [30.0, 62.0], [60.0, 62.0]])
    off = np.array([[1.3, -0.7], [-2.1, 0.4], [0.25, 3.0], [0.0, 0.0]])
    ink = ink_with_squares(printed + off, 2.8)
    # a pixel's centre is an integer: mm from the picture's corner begin half a pixel before the first
    place = np.array([[PX_PER_MM, 0, -0.5], [0, PX_PER_MM, -0.5], [0, 0, 1.0]])
    sizes = np.array([[2.8, 2.8], [2.8, 2.8], [2.8, 2.8], [2.75, 2.8]])
    moved, seen = _search_squares(place, printed, by_size(sizes), ink, reach_mm=6.0)
    assert seen.all()
    assert np.abs(moved - off).max() < 0.05


def test_a_square_whose_surroundings_are_cut_off_is_not_looked_for() -> None:
    ink = ink_with_squares(np.array([[4.0, 30.0]]), 2.8)
    place = np.array([[PX_PER_MM, 0, -0.5], [0, PX_PER_MM, -0.5], [0, 0, 1.0]])
    moved, seen = _search_squares(place, np.array([[4.0, 30.0]]), by_size(np.array([[2.8, 2.8]])), ink, reach_mm=6.0)
    assert not seen.any()
    assert not moved.any()


def test_nothing_printed_is_not_found() -> None:
    noise = np.random.default_rng(0).integers(0, 60, (300, 300)).astype(np.uint8)
    place = np.array([[PX_PER_MM, 0, -0.5], [0, PX_PER_MM, -0.5], [0, 0, 1.0]])
    _, seen = _search_squares(place, np.array([[40.0, 40.0]]), by_size(np.array([[2.8, 2.8]])), noise, reach_mm=6.0)
    assert not seen.any()
