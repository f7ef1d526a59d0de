"""Whether a camera kept what a pen wrote: a label that no eye could give teaches nothing."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from formreader.geometry import CROP_SCALE
from formreader.synth.hand.pen import Ink

DETAIL_PX = 3.0
"""Shapes of a crop wider than this (standard deviation) are shade; narrower ones tell characters apart."""
FAINTEST_PEAK, FAINTEST_SHARE, FAINTEST_NOISE = 10.0, 0.1, 3.0
"""Ink that darkens a crop by fewer grey levels, parts of its paper, or deviations of its noise is not seen."""
LEAST_INSIDE = 0.5
"""Share of a character's ink that must lie in the cell, give or take ``EDGE_PX``."""
LEAST_INK_PX = 8.0
"""Least area of ink in the cell, in px of the crop: less is dust."""
EDGE_PX = 2
LEAST_FIDELITY = 0.75
"""How like the ideal picture the seen one must be, as the cosine between their details; set by eye."""


def legible(
    crop: NDArray[np.uint8], bare: NDArray[np.uint8], ideal: Ink, aspect: float, least_inside: float = LEAST_INSIDE
) -> bool:
    """Whether ``crop`` (S, S) shows the ink that ``ideal`` says is there and ``bare``, its twin, lacks.

    A stroke through several cells may have any share of its ink in this one: ``least_inside`` 0.
    """
    ink = float(ideal[_inside(ideal.shape[0], aspect)].sum())
    enough = ink >= max(LEAST_INK_PX, least_inside * float(ideal.sum()))
    return enough and fidelity(crop, bare, ideal, aspect) >= LEAST_FIDELITY


def fidelity(crop: NDArray[np.uint8], bare: NDArray[np.uint8], ideal: Ink, aspect: float) -> float:
    """0..1: the cosine between the details of what was drawn and of what is seen of it, noise counted against it.

    0 where the ink is too faint to be seen.
    """
    inside = _inside(ideal.shape[0], aspect)
    change = bare.astype(np.float32) - crop
    seen, drawn = change[inside], ideal[inside]
    energy = float((drawn * drawn).sum())
    if energy == 0.0:
        return 0.0
    noise = grain(bare)
    contrast = float((seen * drawn).sum()) / energy
    if contrast < max(FAINTEST_PEAK, FAINTEST_SHARE * float(np.percentile(bare, 80)), FAINTEST_NOISE * noise):
        return 0.0
    seen_detail, drawn_detail = _detail(change)[inside], _detail(ideal)[inside]
    common = float((seen_detail * drawn_detail).sum())
    lengths = (float((seen_detail**2).sum()) + noise**2 * seen.size) * float((drawn_detail**2).sum())
    return common / max(lengths, 1e-9) ** 0.5


def grain(picture: NDArray[np.uint8]) -> float:
    """Standard deviation of pixel noise, from the median difference of diagonal neighbours' sums."""
    grey = picture.astype(np.float32)
    ripple = grey[1:, 1:] + grey[:-1, :-1] - grey[1:, :-1] - grey[:-1, 1:]
    return float(np.median(np.abs(ripple))) / (2 * 0.6745)


def _inside(side: int, aspect: float) -> tuple[slice, slice]:
    """Rows and columns of the cell and an edge: misregistration moves ink over its lines."""
    longer = side / CROP_SCALE
    top = max(round((side - longer / max(1.0, aspect)) / 2) - EDGE_PX, 0)
    left = max(round((side - longer * min(1.0, aspect)) / 2) - EDGE_PX, 0)
    return slice(top, side - top), slice(left, side - left)


def _detail(picture: Ink) -> Ink:
    return picture - cv2.GaussianBlur(picture, (0, 0), DETAIL_PX)
