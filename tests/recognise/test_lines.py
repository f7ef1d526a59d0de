"""Pictures of lines to what the network sees: paper is 0, ink is not, nothing is seen beyond the box's margin."""

from __future__ import annotations

import numpy as np
import pytest

from formreader.geometry import line_width_px
from formreader.recognise.lines import normalise_lines

ASPECTS = np.array([3.0], np.float32)


def picture(paper: int = 180) -> np.ndarray:
    lines = np.full((1, 32, 128), paper, np.uint8)
    lines[0, 10:22, 30:33] = paper // 5
    return lines


@pytest.mark.parametrize("paper", [60, 180, 250])
def test_ink_is_dark_on_any_paper(paper: int) -> None:
    ink = normalise_lines(picture(paper), ASPECTS)[0, 0]
    assert ink.shape == (32, 128)
    assert ink[12:20, 31].min() > 0.6
    assert ink[:, 50:].max() < 0.05


def test_what_lies_beyond_the_box_is_not_seen() -> None:
    shown = line_width_px(3.0)
    other = picture()
    other[:, :, shown:] = np.random.default_rng(1).integers(0, 255, other[:, :, shown:].shape)
    seen, seen_other = normalise_lines(picture(), ASPECTS), normalise_lines(other, ASPECTS)
    assert (seen == seen_other).all()
    assert (seen[:, :, :, shown:] == 0).all()


def test_the_mask_is_the_cell() -> None:
    mask = normalise_lines(picture(), ASPECTS)[0, 1]
    height = 32 / 1.4
    assert mask.sum() == pytest.approx(3.0 * height * height, rel=0.01)
    rows, columns = np.nonzero(mask > 0.5)
    assert (rows.min() + rows.max()) / 2 == pytest.approx(15.5)
    assert columns.min() == round(0.2 * height)


def test_a_box_wider_than_the_picture_goes_on_to_its_end() -> None:
    mask = normalise_lines(picture(), np.array([12.0], np.float32))[0, 1]
    assert (mask[16, 10:] == 1).all()


def test_other_shapes_are_refused() -> None:
    with pytest.raises(ValueError, match="expected uint8"):
        normalise_lines(np.zeros((1, 40, 128), np.uint8), ASPECTS)
    with pytest.raises(ValueError, match="aspects"):
        normalise_lines(picture(), np.ones(2, np.float32))
