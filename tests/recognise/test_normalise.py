"""What the networks see: the same ink whatever the light."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from formreader.recognise import normalise_cells
from formreader.recognise.normalise import cell_masks

SQUARE = np.ones(1, np.float32)


def written(paper: float, ink: float = 0.7) -> np.ndarray:
    """A 7 in a box, float grey levels (40, 40)."""
    marks = np.zeros((40, 40), np.uint8)
    cv2.rectangle(marks, (6, 6), (33, 33), 90, 1, cv2.LINE_AA)
    cv2.polylines(marks, [np.array([[13, 12], [26, 12], [18, 29]], np.int32)], False, 255, 2, cv2.LINE_AA)
    return paper * (1 - ink * marks.astype(np.float32) / 255)


def ink_of(picture: np.ndarray) -> np.ndarray:
    return normalise_cells(np.round(picture).astype(np.uint8)[None], SQUARE)[0, 0]


@pytest.mark.parametrize("paper", [60, 90, 140, 200])
def test_brightness_does_not_matter(paper: float) -> None:
    assert np.abs(ink_of(written(paper)) - ink_of(written(250))).max() < 0.06


def test_a_shadow_across_the_cell_leaves_the_same_ink() -> None:
    shadow = np.where(np.arange(40) < 17, 0.65, 1.0)[None, :]
    slope = np.linspace(0.75, 1.0, 40)[:, None]
    assert np.abs(ink_of(written(220) * slope) - ink_of(written(220))).max() < 0.12
    assert np.abs(ink_of(written(220) * shadow) - ink_of(written(220))).mean() < 0.05


def test_a_faint_pen_is_lifted_but_empty_paper_is_not() -> None:
    assert ink_of(written(200, ink=0.15)).max() > 0.3
    grain = 200 + np.random.default_rng(1).normal(0, 1.5, (40, 40))
    assert ink_of(grain).max() < 0.2


def test_a_black_crop_is_finite() -> None:
    assert np.isfinite(ink_of(np.zeros((40, 40)))).all()


@pytest.mark.parametrize(("aspect", "width", "height"), [(1.0, 28.6, 28.6), (0.5, 14.3, 28.6), (2.0, 28.6, 14.3)])
def test_the_mask_is_the_cell(aspect: float, width: float, height: float) -> None:
    mask = cell_masks(np.array([aspect], np.float32), 40)[0]
    assert mask.sum() == pytest.approx(width * height, rel=0.02)
    assert mask[20, 20] == 1.0
    assert mask[0, 0] == 0.0


def test_wrong_arrays_are_named() -> None:
    with pytest.raises(ValueError, match="expected uint8"):
        normalise_cells(np.zeros((2, 40, 40), np.float32), np.ones(2, np.float32))  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"expected \(2,\) aspects"):
        normalise_cells(np.zeros((2, 40, 40), np.uint8), SQUARE)
