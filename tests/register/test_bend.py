"""The bend: what the lines ask for, as smoothly as paper goes."""

from __future__ import annotations

import numpy as np

from formreader.register.bend import bend_at, bend_further, bent_by, no_bend, nodes_around

WIDTH_MM, HEIGHT_MM = 210.0, 297.0


def asked(points: np.ndarray) -> np.ndarray:
    """A bow of a millimetre or so, in both directions."""
    u, v = points[:, 0] / WIDTH_MM, points[:, 1] / HEIGHT_MM
    return np.stack([1.2 * (2 * v - 1) ** 2 - 0.4, 0.8 * np.sin(3 * u)], axis=1)


def test_a_bow_is_followed_and_strays_are_not() -> None:
    generator = np.random.default_rng(0)
    points = generator.uniform([0, 0], [WIDTH_MM, HEIGHT_MM], (1500, 2))
    level = generator.random(1500) < 0.5
    offsets = np.where(level, asked(points)[:, 1], asked(points)[:, 0])
    strays = generator.random(1500) < 0.15  # handwriting across the lines
    offsets = np.where(strays, offsets + generator.uniform(-2, 2, 1500), offsets)
    bend = no_bend(WIDTH_MM, HEIGHT_MM)
    nodes, weights = nodes_around(bend, points), np.full(1500, 3.0)
    for _ in range(3):
        now = bent_by(bend, nodes)
        bend = bend_further(bend, nodes, level, weights, offsets - np.where(level, now[:, 1], now[:, 0]))
    inner = generator.uniform([10, 10], [WIDTH_MM - 10, HEIGHT_MM - 10], (400, 2))
    assert np.abs(bend_at(bend, inner) - asked(inner)).max() < 0.1


def test_without_enough_lines_of_a_direction_it_stays_flat_there() -> None:
    points = np.random.default_rng(1).uniform([0, 0], [WIDTH_MM, HEIGHT_MM], (200, 2))
    bend = no_bend(WIDTH_MM, HEIGHT_MM)
    level = np.ones(200, dtype=bool)
    bent = bend_further(bend, nodes_around(bend, points), level, np.ones(200), np.full(200, 0.5))
    assert not bent.offsets_mm[:, :, 0].any()
    assert np.allclose(bend_at(bent, points)[:, 1], 0.5, atol=0.05)


def test_beyond_the_page_the_bend_is_as_at_its_edge() -> None:
    bend = no_bend(WIDTH_MM, HEIGHT_MM)
    bend.offsets_mm[:] = np.random.default_rng(2).normal(0, 1, bend.offsets_mm.shape)
    beyond, edge = np.array([[-30.0, 100.0], [500.0, 400.0]]), np.array([[0.0, 100.0], [WIDTH_MM, HEIGHT_MM]])
    assert np.allclose(bend_at(bend, beyond), bend_at(bend, edge))
