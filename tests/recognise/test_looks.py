"""Two looks are at the same cell or line, half a pixel to either side or blurred; the second is for unsure ones."""

from __future__ import annotations

import numpy as np

from formreader.recognise.looks import look_at, look_at_lines, moved, softened


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


def test_a_line_is_softened_where_it_shows_its_cell() -> None:
    lines = np.full((1, 32, 128), 255, np.uint8)
    lines[0, 10:20, 30] = lines[0, 10:20, 120] = 0
    soft = softened(lines, np.array([2.0], np.float32))
    assert 0 < soft[0, 15, 30] < 255 and soft[0, 15, 31] < 255
    assert (soft[0, :, 100:] == lines[0, :, 100:]).all() and lines[0, 15, 30] == 0


def test_only_lines_of_which_a_first_look_is_unsure_are_looked_at_again() -> None:
    seen = []

    def read(pictures: np.ndarray, aspects: np.ndarray) -> list[np.ndarray]:
        seen.append(len(pictures))
        share = {0: 0.999, 1: 0.6}
        sure = [share[int(picture[0, 0] > 100)] if len(seen) == 1 else 0.9 for picture in pictures]
        return [np.log(np.array([[s, 1 - s]] * 2, np.float32)) for s in sure]

    pictures = np.zeros((2, 32, 64), np.uint8)
    pictures[1] = 200
    first, second = look_at_lines(pictures, np.ones(2, np.float32), read)
    assert seen == [2, 1]
    assert np.allclose(np.exp(first[0]), [0.999, 0.001], atol=1e-4)
    assert np.allclose(np.exp(second).sum(axis=1), 1.0) and 0.6 < np.exp(second[0, 0]) < 0.9
