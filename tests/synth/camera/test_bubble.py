"""A column is photographed once: one light and one blur for all its bubbles, grain of each one's own."""

from __future__ import annotations

import numpy as np
import pytest

from formreader.synth import compose_bubble
from formreader.synth.camera.bubble import Shot, aim, easily_seen, photograph_column, traced_column
from formreader.synth.camera.legibility import grain

CENTRES = np.array([[41.5, 41.5 + 80 * row] for row in range(10)])
HEIGHT = 84 + 9 * 80


def bare_column(seed: int) -> np.ndarray:
    paper = np.zeros((HEIGHT, 84), np.float32)
    return photograph_column(paper, paper, aim(CENTRES, 84, np.random.default_rng(seed)))


def test_a_shot_gives_the_same_crops() -> None:
    shot = aim(CENTRES, 84, np.random.default_rng(3))
    paper = np.zeros((HEIGHT, 84), np.float32)
    first, second = (photograph_column(paper, paper, shot) for _ in range(2))
    assert first.shape == (10, 40, 40)
    assert first.dtype == np.uint8
    assert (first == second).all()


def test_the_median_of_a_column_averages_grain_out() -> None:
    """Once all bubbles of a column had the very same grain, which reading never sees."""
    columns = [bare_column(seed) for seed in range(60)]
    grainy = [column for column in columns if grain(column[4]) > 2.5]
    assert len(grainy) > 5
    assert np.median([grain(np.median(c, axis=0).astype(np.uint8)) / grain(c[4]) for c in grainy]) < 0.6


def test_ink_is_traced_where_it_is_seen() -> None:
    ink = np.zeros((HEIGHT, 84), np.float32)
    ink[80 * 6 + 30 : 80 * 6 + 54, 30:54] = 1.0
    shot = Shot(CENTRES[:, None] + np.array([[-42, -42], [42, -42], [42, 42], [-42, 42]]), 7)
    traced = traced_column(ink, shot)
    assert traced[6].sum() == pytest.approx(24**2 * (40 / 84) ** 2, rel=0.03)
    assert traced[6, 17:23, 17:23].min() == 1.0
    assert traced[[0, 1, 2, 3, 4, 5, 7, 8, 9]].max() == 0.0


def test_what_grain_hides_is_not_seen_and_a_large_mark_is_seen_through_it() -> None:
    noise = np.random.default_rng(1).normal(0, 6, (40, 40))
    bare = np.clip(40 + noise, 0, 255).astype(np.uint8)
    dot, disc = np.zeros((40, 40), np.float32), np.zeros((40, 40), np.float32)
    dot[19:21, 19:21], disc[8:32, 8:32] = 1.0, 1.0
    marked = [np.clip(40 - 8 * ink + noise, 0, 255).astype(np.uint8) for ink in (dot, disc)]
    assert [easily_seen(crop, bare, ink) for crop, ink in zip(marked, (dot, disc), strict=True)] == [False, True]
    assert not easily_seen(bare, bare, np.zeros((40, 40), np.float32))


def test_the_dark_says_nothing_about_the_class() -> None:
    papers = {
        label: [
            np.percentile(compose_bubble(label, np.random.default_rng([seed, 9])).crop[1], 80) for seed in range(60)
        ]
        for label in "_O"
    }
    assert abs(np.median(papers["_"]) - np.median(papers["O"])) < 30
    assert min(papers["_"]) < 50
    assert min(papers["O"]) < 50
