"""What counts as legible: the ink that was drawn is what the camera shows of it."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from formreader.synth.camera.legibility import LEAST_FIDELITY, fidelity, grain, legible
from formreader.synth.hand.pen import draw_strokes
from formreader.synth.hand.skeletons import segment_digit


@pytest.fixture
def ideal() -> np.ndarray:
    """An eight of 20 px in the middle of a crop."""
    eight = draw_strokes(segment_digit("8"), 20, 2.5, np.random.default_rng(1))
    picture = np.zeros((40, 40), np.float32)
    top, left = (40 - eight.shape[0]) // 2, (40 - eight.shape[1]) // 2
    picture[top : top + eight.shape[0], left : left + eight.shape[1]] = eight
    return picture


def seen(ideal: np.ndarray, contrast: float, noise: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """A crop and its twin without the ink, of the same noise."""
    bare = 200 + np.random.default_rng(2).normal(0, noise, ideal.shape)
    return tuple(np.clip(p, 0, 255).astype(np.uint8) for p in (bare - contrast * ideal, bare))


def test_clear_ink_is_legible(ideal: np.ndarray) -> None:
    assert fidelity(*seen(ideal, 120), ideal, 1.0) > 0.95
    assert legible(*seen(ideal, 120), ideal, 1.0)


def test_ink_that_drowns_in_noise_is_not(ideal: np.ndarray) -> None:
    assert not legible(*seen(ideal, 30, noise=15), ideal, 1.0)


def test_an_eight_blurred_to_a_blot_is_not(ideal: np.ndarray) -> None:
    blot = cv2.GaussianBlur(ideal, (0, 0), 5)
    crop, bare = seen(blot, 150)
    assert fidelity(crop, bare, ideal, 1.0) < LEAST_FIDELITY


def test_ink_outside_the_cell_is_not(ideal: np.ndarray) -> None:
    beside = np.roll(ideal, 12, axis=1)
    assert not legible(*seen(beside, 120), beside, aspect=0.5)


def test_grain_is_measured_and_an_edge_is_none() -> None:
    noisy = np.clip(128 + np.random.default_rng(3).normal(0, 5, (40, 40)), 0, 255).astype(np.uint8)
    assert grain(noisy) == pytest.approx(5, rel=0.2)
    edge = np.full((40, 40), 200, np.uint8)
    edge[:, 20:] = 50
    assert grain(edge) == 0
