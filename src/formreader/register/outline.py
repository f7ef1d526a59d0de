"""The paper's own edge: where a form's page should end, a photograph mostly shows a step in brightness."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from formreader.geometry import Homography, Points, apply_homography
from formreader.records import Bend
from formreader.register.bend import bend_at
from formreader.register.ink import InkPicture

SPACING_MM = 6.0
"""From one place along the edge to the next."""
REACH_MM, STEPS = 6.0, 25
"""How far to either side of the edge brightness is looked at, and at how many places."""
NEAR_MM, BESIDE_MM = 3.0, 2.0
"""The edge is in its place this near to it: paper curls, and templates are measured by hand. A step is the difference
of what lies so far to either side."""
LEAST_STEP = 18.0
"""Grey levels (of 255) of paper against what it lies on."""


def edge_points(width_mm: float, height_mm: float) -> tuple[Points, Points]:
    """Places (N, 2) mm along a page's edge, and the way out (N, 2) at each."""
    across, down = _along(width_mm), _along(height_mm)
    sides = [
        (np.column_stack([across, np.zeros_like(across)]), (0.0, -1.0)),
        (np.column_stack([across, np.full_like(across, height_mm)]), (0.0, 1.0)),
        (np.column_stack([np.zeros_like(down), down]), (-1.0, 0.0)),
        (np.column_stack([np.full_like(down, width_mm), down]), (1.0, 0.0)),
    ]
    return np.concatenate([at for at, _ in sides]), np.concatenate([np.tile(way, (len(at), 1)) for at, way in sides])


def edges_seen(place: Homography, bend: Bend, points: Points, ways: Points, picture: InkPicture) -> NDArray[np.float64]:
    """1 where the paper is seen to end at places (N, 2) mm along its edge, -1 where not, 0 outside the picture."""
    if len(points) == 0:
        return np.zeros(0)
    away = np.linspace(-REACH_MM, REACH_MM, STEPS)
    at = points[:, None] + away[:, None] * ways[:, None]
    seen_at = apply_homography(place, at + bend_at(bend, points)[:, None]) * picture.tone_scale
    height, width = picture.grey.shape
    inside = ((seen_at >= 0) & (seen_at < np.array([width, height]))).all(axis=(1, 2))
    x, y = np.moveaxis(seen_at.astype(np.float32), -1, 0)
    profile = cv2.remap(picture.grey, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE).astype(np.float64)
    beside = round(BESIDE_MM / (2 * REACH_MM) * (STEPS - 1))
    steps = np.abs(profile[:, 2 * beside :] - profile[:, : -2 * beside])
    middles = away[beside : len(away) - beside]
    # a sharp edge is as strong for as far as two places straddle it: its middle is meant
    strongest = steps >= 0.9 * steps.max(axis=1, keepdims=True)
    at_mm = strongest @ middles / strongest.sum(axis=1)
    found = (steps.max(axis=1) >= LEAST_STEP) & (np.abs(at_mm) <= NEAR_MM)
    return np.where(inside, np.where(found, 1.0, -1.0), 0.0)


@cache
def _along(length_mm: float) -> NDArray[np.float64]:
    count = max(1, round(length_mm / SPACING_MM))
    result: NDArray[np.float64] = (np.arange(count) + 0.5) / count * length_mm
    return result
