"""Placements of a template that are worth a look are apart from each other."""

from __future__ import annotations

import numpy as np

from formreader.register.align import SAME_PLACE, _apart
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
