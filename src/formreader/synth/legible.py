"""Whether the camera kept a cell's writing: a label that no eye could give teaches nothing."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from formreader.synth.pen import Ink

FAINTEST_PEAK, FAINTEST_SHARE, FAINTEST_NOISE = 9.0, 0.08, 3.0
"""Ink that darkens a crop by fewer grey levels, parts of its paper, or deviations of its noise is not seen."""
LEAST_INK_PX, LEAST_SEEN, MOST_SEEN = 6.0, 0.5, 3.0
"""Ink seen in the cell: px of the crop, and in parts of what was drawn. Less is dust, more is a blot."""
MARGIN_PX = 2
"""Px of the crop around the cell: misregistration moves ink over its edge."""


def stands_out(crop: NDArray[np.uint8], bare: NDArray[np.uint8], own: Ink, width_px: float, height_px: float) -> bool:
    """Whether ``own`` ink shows in the cell: what ``crop`` has and ``bare``, its twin without that ink, lacks.

    ``own`` and the cell's size, in the middle of it, are in px of the canvas; the crops may be coarser.
    """
    drawn = float(np.count_nonzero(_middle(own, width_px, height_px) > 0.4))
    scale = len(crop) / len(own)
    darkened = bare.astype(np.float32) - crop
    least = max(FAINTEST_PEAK, FAINTEST_SHARE * float(np.percentile(bare, 80)), FAINTEST_NOISE * pixel_noise(bare))
    near = _middle(darkened, width_px * scale + 2 * MARGIN_PX, height_px * scale + 2 * MARGIN_PX)
    seen, expected = float(np.count_nonzero(near > least)), drawn * scale**2
    return max(LEAST_INK_PX, LEAST_SEEN * expected) <= seen <= MOST_SEEN * expected + LEAST_INK_PX


def pixel_noise(picture: NDArray[np.uint8]) -> float:
    """Standard deviation of pixel noise, from the median difference of diagonal neighbours' sums."""
    grey = picture.astype(np.float32)
    ripple = grey[1:, 1:] + grey[:-1, :-1] - grey[1:, :-1] - grey[:-1, 1:]
    return float(np.median(np.abs(ripple))) / (2 * 0.6745)


def _middle(picture: NDArray[np.float32], width_px: float, height_px: float) -> NDArray[np.float32]:
    rows, columns = picture.shape
    top, left = max(round((rows - height_px) / 2), 0), max(round((columns - width_px) / 2), 0)
    return picture[top : rows - top, left : columns - left]
