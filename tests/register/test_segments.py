"""Lines on an ink picture, looked for at half its size and at all of it."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from formreader.register.segments import find_segments, segment_lengths


@pytest.mark.parametrize("halved", [True, False])
@pytest.mark.parametrize("shape", [(600, 800), (601, 803)])
def test_a_line_is_found_by_both_its_edges_where_it_is(halved: bool, shape: tuple[int, int]) -> None:
    ink = np.zeros(shape, np.uint8)
    ink[300:304, 100:700] = 180  # its middle at 301.5
    found = find_segments(cv2.GaussianBlur(ink, (0, 0), 0.8), halved)
    edges = found[segment_lengths(found) > 500]
    assert len(edges) == 2
    assert edges[:, [1, 3]].mean() == pytest.approx(301.5, abs=0.3)
    assert np.abs(edges[:, [1, 3]] - 301.5).max() < 4
    assert np.sort(edges[:, [0, 2]], axis=1) == pytest.approx(np.array([[100, 699], [100, 699]]), abs=4)


@pytest.mark.parametrize("halved", [True, False])
def test_bare_paper_has_none(halved: bool) -> None:
    assert find_segments(np.zeros((400, 300), np.uint8), halved).shape == (0, 4)


def test_grain_is_not_taken_for_lines_at_a_quick_look() -> None:
    grain = np.random.default_rng(0).integers(0, 9, (400, 300)).astype(np.uint8)
    assert len(find_segments(grain, halved=True)) == 0
