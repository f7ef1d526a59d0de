"""Previews put ink and frames where the template says."""

from __future__ import annotations

import numpy as np
import pytest

from formreader.geometry import apply_homography
from formreader.templates import load_library
from formreader.templates.preview import COLOURS, GREEN, draw_over, draw_template

SCALE = 8.0


@pytest.fixture
def page(load, whole):
    return load(whole)


def at(picture, x_mm, y_mm):
    return picture[round(y_mm * SCALE - 0.5), round(x_mm * SCALE - 0.5)].astype(int)


def test_ink_stands_where_it_is_described(page):
    picture = draw_template(page, SCALE)
    assert picture.shape == (297 * 8, 210 * 8, 3) and picture.dtype == np.uint8
    assert at(picture, 50, 50).max() < 30, "a ruled line"
    assert at(picture, 50, 55).min() == 255, "paper"
    assert at(picture, 105, 52) == pytest.approx(102, abs=2), "a grey area"
    assert at(picture, 3, 6).max() == 0, "a square mark"
    assert at(picture, 11, 11).max() == 0, "a tag"


def test_a_thin_line_is_as_dark_as_it_is_wide(page):
    grey = draw_template(page, SCALE)[:, :, 1].astype(float)
    column = grey[round(45 * SCALE) : round(55 * SCALE), round(50 * SCALE)]
    ink_mm = (255 - column).sum() / 255 / SCALE
    assert ink_mm == pytest.approx(0.5, abs=0.1)


def test_cells_are_framed_in_the_colour_of_their_encoding(page):
    picture = draw_template(page, SCALE)
    box = page.fields["votes.1"].encodings["digits"].cells[1]
    found = (np.abs(picture.astype(int) - COLOURS["digits"]) < 90).all(axis=2)
    ys, xs = np.nonzero(found[:, : round(box.right * SCALE)][:, round(box.x * SCALE) :])
    assert len(xs) > 100
    assert ys.min() / SCALE == pytest.approx(box.y + 0.3, abs=0.3)


def test_the_overlay_follows_the_map(page):
    photo = np.full((900, 700, 3), 200, np.uint8)
    photo_from_page = np.array([[0.1, -2.0, 650.0], [2.1, 0.1, 30.0], [0.0, 1e-5, 1.0]])
    picture = draw_over(page, photo, lambda points: apply_homography(photo_from_page, points))
    assert (photo == 200).all(), "the photograph itself is left alone"
    x, y = apply_homography(photo_from_page, np.array([50.0, 50.0])).round().astype(int)
    patch = picture[y - 2 : y + 3, x - 2 : x + 3].reshape(-1, 3)
    assert (np.abs(patch.astype(int) - GREEN).sum(axis=1) < 60).any()


def test_a_map_that_leaves_the_picture_or_fails_is_survived(page):
    photo = np.zeros((50, 50, 3), np.uint8)
    draw_over(page, photo, lambda points: points * 1e9)
    draw_over(page, photo, lambda points: points * np.nan)


@pytest.mark.parametrize("photo", [np.zeros((50, 50), np.uint8), np.zeros((50, 50, 3))])
def test_a_picture_of_another_layout_is_refused(page, photo):
    with pytest.raises(ValueError, match="expected a uint8 picture"):
        draw_over(page, photo, lambda points: points)


def test_every_packaged_template_is_drawn():
    for template in load_library().values():
        assert draw_template(template, 3.0).min() < 50
