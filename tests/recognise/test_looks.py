"""Two looks at a cell are the same cell, half a pixel to either side."""

from __future__ import annotations

import numpy as np

from formreader.recognise.looks import joined, two_looks


def test_two_looks_lie_a_pixel_apart_about_the_cell() -> None:
    cells = np.zeros((3, 2, 40, 40), np.float32)
    cells[1, 0, 20, 10] = 1.0
    looks = two_looks(cells)
    assert looks.shape == (6, 2, 40, 40)
    down, across = np.mgrid[:40, :40]
    centres = [(float((look * down).sum()), float((look * across).sum())) for look in (looks[1, 0], looks[4, 0])]
    assert sorted(centres) == [(19.5, 9.5), (20.5, 10.5)]
    assert looks[[0, 2, 3, 5]].max() == 0 and looks[:, 1].max() == 0


def test_even_paper_stays_even_to_the_edge() -> None:
    assert (two_looks(np.full((2, 2, 40, 40), 0.25, np.float32)) == 0.25).all()


def test_looks_of_one_cell_are_joined() -> None:
    logits = np.array([[1.0, 3.0], [0.0, 2.0], [3.0, 5.0], [4.0, 0.0]], np.float32)
    assert joined(logits).tolist() == [[2.0, 4.0], [2.0, 1.0]]
