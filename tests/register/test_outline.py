"""Where the paper ends is seen, and tells one page from another of other proportions."""

from __future__ import annotations

import numpy as np

from formreader.register.bend import no_bend
from formreader.register.ink import InkPicture
from formreader.register.outline import edge_points, edges_seen

WIDTH_MM, HEIGHT_MM = 200.0, 300.0


def photographed(paper: int, table: int) -> InkPicture:
    """A page at 1 px/mm, 30 px from the picture's top left corner."""
    grey = np.full((400, 300), table, np.uint8)
    grey[30:330, 30:230] = paper
    return InkPicture(grey, np.eye(3), grey, grey, 1.0)


def seen(picture: InkPicture, height_mm: float) -> np.ndarray:
    points, ways = edge_points(WIDTH_MM, height_mm)
    place = np.array([[1.0, 0, 30], [0, 1.0, 30], [0, 0, 1.0]])
    below = points[:, 1] == height_mm
    return edges_seen(place, no_bend(WIDTH_MM, height_mm), points, ways, picture)[below]


def test_the_edge_of_paper_is_seen_where_it_is_and_nowhere_else() -> None:
    picture = photographed(paper=220, table=90)
    assert (seen(picture, HEIGHT_MM) == 1).all()
    assert (seen(picture, HEIGHT_MM + 2) == 1).all()
    assert (seen(picture, HEIGHT_MM - 20) == -1).all()


def test_paper_on_a_table_as_bright_and_an_edge_out_of_the_picture_say_nothing_for_it() -> None:
    assert (seen(photographed(paper=220, table=215), HEIGHT_MM) == -1).all()
    assert (seen(photographed(paper=220, table=90), HEIGHT_MM + 100) == 0).all()
