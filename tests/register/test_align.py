"""Placements of a template that are worth a look are apart from each other."""

from __future__ import annotations

import numpy as np

from formreader.register.align import SAME_PLACE, _apart, _telling
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
