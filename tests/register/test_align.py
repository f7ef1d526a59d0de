"""Placements of a template that are worth a look are apart from each other."""

from __future__ import annotations

import numpy as np

from formreader.register.align import (
    FOCALS_OVER_LONG_SIDE,
    SAME_PLACE,
    Ruling,
    _apart,
    _telling,
    camera_matrix,
    squeeze,
)
from formreader.templates import load_library


def test_neighbours_of_one_wrong_placement_do_not_crowd_the_right_one_out() -> None:
    """On a grid of fifteen equal columns three of one wrong place were kept, and the right one was the fourth."""
    template = load_library()["id-2017-c1-kwk-dki"]
    picture_px = 1400
    places = np.stack([np.diag([4.0, 4.0, 1.0])] * 4)
    places[1, 0, 2] = 0.5 * SAME_PLACE * picture_px
    places[2, 1, 2] = 0.9 * SAME_PLACE * picture_px
    places[3, 0, 0] = 4.7
    assert _apart(places, template, picture_px, 3) == [0, 3]


def test_of_rows_of_one_length_the_first_and_the_last_of_each_table_make_pairs() -> None:
    """Of 27 rows the strongest found ones were others than the strongest printed ones, and the page was not found."""
    at = np.concatenate([50 + 8.0 * np.arange(12), 170 + 6.0 * np.arange(15)])
    strength = np.full(len(at), 180.0) + np.random.default_rng(1).uniform(0, 5, len(at))
    chosen = set(_telling(at, strength, strongest=6).tolist())
    assert {0, 11, 12, 26} <= chosen


def test_a_stroke_beyond_a_table_is_not_its_outermost_line() -> None:
    at, strength = np.array([5.0, 50.0, 58.0, 66.0, 74.0, 82.0]), np.array([20.0, 180.0, 180.0, 180.0, 180.0, 180.0])
    assert 0 not in _telling(at, strength, strongest=3)


def looking(tilt_deg: float, focal: float) -> np.ndarray:
    """A page of 200 by 200 mm seen by a camera of that focal length (of the picture's long side), leaning away."""
    tilt = np.radians(tilt_deg)
    turned = np.array([[1, 0, 0], [0, np.cos(tilt), 0], [0, np.sin(tilt), 350.0]])
    from_middle = np.array([[1, 0, -100], [0, 1, -100], [0, 0, 1.0]])
    return camera_matrix(1600, 2000, focal) @ turned @ from_middle


def test_an_ultrawide_cameras_page_is_as_wide_as_it_is_printed() -> None:
    """By a main camera alone a page at 40 degrees was 12 % too wide, and refused."""
    for focal in FOCALS_OVER_LONG_SIDE:
        assert squeeze(looking(40.0, focal), 1600, 2000) < 1.01
    drawn_out = looking(10.0, 0.8) @ np.diag([0.8, 1.0, 1.0])
    assert squeeze(drawn_out, 1600, 2000) > 1.2


def test_what_no_camera_shows_is_less_likely_and_what_is_far_from_it_no_place() -> None:
    """A page with one small table was found a quarter wider than printed: its right place was not among those kept."""
    nothing = np.zeros((4, 4), np.uint8)
    ruling = Ruling(np.eye(3), np.eye(3), None, None, nothing, 1.0, (0.9, 1.1))
    likely = ruling.likely(np.array([1.0, 1.1, 1.3, 0.75, 1.5]), np.array([1.0]))
    assert likely[0] == likely[1] == 1.0
    assert 0.6 < likely[2] < 0.9
    assert 0.6 < likely[3] < 0.9
    assert likely[4] == 0.0
