"""Cells are cut where they stand, at the size the recogniser wants, whatever the decode's scale."""

from __future__ import annotations

import cv2
import numpy as np

from formreader.geometry import CROP_SCALE, Box, apply_homography
from formreader.locate import CROP_PX, crop_cells, cut_box

PHOTO_FROM_PAGE = np.array([[6.0, 0.4, 30.0], [-0.3, 6.2, 20.0], [0.0002, 0.0001, 1.0]])


def onto_photo(points: np.ndarray) -> np.ndarray:
    return apply_homography(PHOTO_FROM_PAGE, points)


def photograph(box: Box) -> np.ndarray:
    """A white picture with the box filled black."""
    picture = np.full((500, 500), 255, np.uint8)
    cv2.fillPoly(picture, [np.round(onto_photo(box.corners)).astype(np.int32)], 0)
    return picture


def test_the_cell_fills_its_part_of_the_crop() -> None:
    box = Box(20, 30, 8, 8)
    (cell,) = crop_cells(photograph(box), 1.0, [("a", "digits", (0,), box)], onto_photo)
    assert cell.crop.shape == (CROP_PX, CROP_PX)
    dark = np.flatnonzero(cell.crop[CROP_PX // 2] < 128)
    assert abs(len(dark) - CROP_PX / CROP_SCALE) <= 2
    assert abs(dark.mean() - (CROP_PX - 1) / 2) < 1
    assert np.abs(cell.quad - onto_photo(box.corners)).max() < 1e-9


def test_a_tall_cell_keeps_its_proportion() -> None:
    box = Box(20, 30, 5, 10)
    (cell,) = crop_cells(photograph(box), 1.0, [("a", "digits", (0,), box)], onto_photo)
    assert cell.aspect == 0.5
    across = (cell.crop[CROP_PX // 2] < 128).sum()
    down = (cell.crop[:, CROP_PX // 2] < 128).sum()
    assert abs(down / across - 2) < 0.25


def test_a_half_size_decode_gives_the_same_crop() -> None:
    box = Box(20, 30, 8, 8)
    full = photograph(box)
    half = cv2.resize(full, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    a = crop_cells(full, 1.0, [("a", "digits", (0,), box)], onto_photo)[0].crop
    b = crop_cells(half, 0.5, [("a", "digits", (0,), box)], onto_photo)[0].crop
    assert np.abs(a.astype(int) - b.astype(int)).mean() < 8


def test_thin_ink_survives_a_fine_photograph() -> None:
    picture = np.full((900, 900), 255, np.uint8)
    cv2.line(picture, (450, 410), (450, 490), 0, 2)
    box = Box(400, 400, 100, 100)
    (cell,) = crop_cells(picture, 1.0, [("a", "digits", (0,), box)], lambda points: points)
    assert cell.crop[CROP_PX // 2].min() < 240


def test_no_cell_gives_no_crop() -> None:
    assert crop_cells(np.zeros((9, 9), np.uint8), 1.0, [], onto_photo) == ()


def test_a_box_of_the_page_is_cut_upright() -> None:
    box = Box(20, 30, 8, 4)
    cut = cut_box(photograph(box), 1.0, box, onto_photo, 10)
    assert cut.shape == (40, 80)
    assert (cut < 128).mean() > 0.95
