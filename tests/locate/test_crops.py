"""Cells are cut where they stand, at the size the recogniser wants, whatever the decode's scale."""

from __future__ import annotations

import cv2
import numpy as np

from formreader.geometry import CROP_SCALE, LINE_MARGIN, LINE_PX, Box, apply_homography, line_width_px
from formreader.locate import CROP_PX, crop_cells, cut_box, cut_lines

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


def test_a_line_stands_in_its_picture_from_the_left_with_its_margin() -> None:
    box = Box(10, 30, 30, 5)
    (line,) = cut_lines(photograph(box), 1.0, [("a", "words", (0, 0), box)], onto_photo, 256)
    assert line.crop.shape == (LINE_PX, 256)
    assert line.aspect == 6.0
    margin = LINE_MARGIN / (1 + 2 * LINE_MARGIN) * LINE_PX
    dark = np.flatnonzero(line.crop[LINE_PX // 2] < 128)
    assert abs(dark[0] - margin) <= 1.5
    assert abs(len(dark) - 6 * (LINE_PX - 2 * margin)) <= 3
    assert (line.crop[:, line_width_px(6.0) :] == 255).all()
    assert abs((line.crop[:, 60] < 128).sum() - (LINE_PX - 2 * margin)) <= 2


def test_a_line_too_long_for_its_picture_loses_its_right_end() -> None:
    box = Box(10, 30, 50, 4)
    (line,) = cut_lines(photograph(box), 1.0, [("a", "words", (0, 0), box)], onto_photo, 128)
    assert line.crop.shape == (LINE_PX, 128)
    assert line.crop[LINE_PX // 2, -1] < 128


def test_a_long_line_follows_a_curl() -> None:
    """Cut in one piece, the middle of a line on curled paper lies beside it."""
    box = Box(10, 30, 60, 4)

    def curled(points: np.ndarray) -> np.ndarray:
        lift = 3.0 * np.sin((points[..., 0] - 10) / 60 * np.pi)
        return onto_photo(points + np.stack([np.zeros_like(lift), lift], axis=-1))

    picture = np.full((500, 500), 255, np.uint8)
    edge = np.linspace(10, 70, 200)
    outline = np.vstack([np.c_[edge, np.full(200, 30.0)], np.c_[edge[::-1], np.full(200, 34.0)]])
    cv2.fillPoly(picture, [np.round(curled(outline)).astype(np.int32)], 0)
    (line,) = cut_lines(picture, 1.0, [("a", "words", (0, 0), box)], curled, 512)
    inside = line.crop[LINE_PX // 2, 10 : line_width_px(15.0) - 10]
    assert (inside < 128).all()
