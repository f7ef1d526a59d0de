"""Bubbles: the same for a seed, marked as their label says, beside what their column shows."""

from __future__ import annotations

import numpy as np
import pytest

from formreader.alphabets import BUBBLE_CLASSES
from formreader.synth import compose_bubble, compose_bubble_cell, load_glyphs
from formreader.synth.cells import bubble as bubble_cells
from formreader.synth.hand.bubbles import FILLED_FROM, HALF_UP_TO, any_mark, coverage


def test_a_seed_gives_the_same_cells() -> None:
    source = load_glyphs(None)
    first, second = ([compose_bubble_cell(source, np.random.default_rng([5, i])) for i in range(12)] for _ in range(2))
    assert all((a.crop == b.crop).all() and a.label == b.label for a, b in zip(first, second, strict=True))
    assert {cell.label for cell in first} == set(BUBBLE_CLASSES)


def test_the_classes_are_those_that_are_read() -> None:
    assert bubble_cells.BUBBLE_CLASSES == BUBBLE_CLASSES


def outside(label: str, seed: int) -> float:
    """Part of a mark's ink that lies beyond 1.2 radii."""
    ink = any_mark(label, 30, 3.0, np.random.default_rng(seed)) > 0.5
    y, x = np.indices(ink.shape) - (len(ink) - 1) / 2
    return float(ink[np.hypot(x, y) > 36].sum() / max(ink.sum(), 1))


def test_marks_cover_what_their_label_says() -> None:
    def covered(label: str) -> list[float]:
        return [coverage(any_mark(label, 30, 3.0, np.random.default_rng(seed)), 30) for seed in range(80)]

    assert min(covered("O")) >= FILLED_FROM
    assert max(covered("/")) <= HALF_UP_TO
    assert min(covered("/")) > 0.01
    assert max(covered("_")) == 0


def test_what_crosses_a_bubble_out_leaves_it() -> None:
    crossed, filled = ([outside(label, seed) for seed in range(80)] for label in "XO")
    assert np.median(crossed) > 3 * max(np.median(filled), 0.01)


@pytest.mark.parametrize("label", BUBBLE_CLASSES)
def test_a_bubble_is_drawn_beside_its_column(label: str) -> None:
    cells = [compose_bubble(label, np.random.default_rng([seed, 3])) for seed in range(25)]
    assert all(cell.crop.shape == (2, 40, 40) and cell.crop.dtype == np.uint8 for cell in cells)
    inner = np.stack([cell.crop for cell in cells])[:, :, 12:28, 12:28].astype(float).mean(axis=(2, 3))
    darker = 1 - inner[:, 0] / np.maximum(inner[:, 1], 1)
    if label == "_":
        assert darker.max() < 0.25, "an empty bubble differs by its printed digit alone, or by a shadow on its column"
        assert np.quantile(np.abs(darker), 0.9) < 0.25
    if label == "O":
        assert np.median(darker) > 0.3
        assert darker.min() > 0.05
