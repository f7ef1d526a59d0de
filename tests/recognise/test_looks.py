"""Two looks at a cell are the same cell, half a pixel to either side; the second is for unsure cells."""

from __future__ import annotations

import numpy as np

from formreader.recognise.looks import look_at, moved


def test_two_looks_lie_a_pixel_apart_about_the_cell() -> None:
    cells = np.zeros((3, 2, 40, 40), np.float32)
    cells[1, 0, 20, 10] = 1.0
    down, across = np.mgrid[:40, :40]
    for towards, place in ((-1, (19.5, 9.5)), (1, (20.5, 10.5))):
        look = moved(cells, towards)
        assert look.shape == cells.shape
        assert (float((look[1, 0] * down).sum()), float((look[1, 0] * across).sum())) == place
        assert look[[0, 2]].max() == 0 and look[:, 1].max() == 0


def test_even_paper_stays_even_to_the_edge() -> None:
    even = np.full((2, 2, 40, 40), 0.25, np.float32)
    assert (moved(even, -1) == 0.25).all() and (moved(even, 1) == 0.25).all()


def test_only_what_a_first_look_leaves_unsure_is_looked_at_again() -> None:
    seen = []

    def network(cells: np.ndarray) -> np.ndarray:
        """A sure class of bright cells, none of dark ones, and another opinion at the second look."""
        seen.append(len(cells))
        bright = cells[:, 0].mean(axis=(1, 2)) > 0.5
        return np.where(bright[:, None], [[9.0, 0.0]], [[0.0, 2.0 * len(seen)]]).astype(np.float32)

    cells = np.zeros((3, 2, 40, 40), np.float32)
    cells[[0, 2]] = 1.0
    assert look_at(cells, network, twice=True).tolist() == [[9.0, 0.0], [0.0, 3.0], [9.0, 0.0]]
    assert seen == [3, 1]
    assert look_at(cells, network, twice=False)[1].tolist() == [0.0, 6.0]
