"""Thumbs that hold a page and hide a part of it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from formreader.geometry import Points

SKINS = np.array([[110, 140, 200], [90, 115, 170], [60, 80, 130], [40, 55, 90], [135, 170, 225]], np.float32)
"""BGR of the lit skin of several people."""
WIDTH_MM = (15.0, 22.0)


def hold(
    scene: NDArray[np.uint8], corners: Points, px_per_mm: float, severity: float, generator: np.random.Generator
) -> None:
    """Draw one to three thumbs over the edges of the page into ``scene`` (height, width, 3) BGR, in place.

    ``corners`` (4, 2) px are the page's, from its top left on; the higher the severity, the further they reach in.
    """
    middle = corners.mean(axis=0)
    for _ in range(int(generator.integers(1, 4))):
        side = int(generator.choice([1, 2, 3]))  # right, bottom, left: nobody holds a page by its top
        along = generator.uniform(0.1, 0.9)
        edge = corners[side] + along * (corners[(side + 1) % 4] - corners[side])
        run = corners[(side + 1) % 4] - corners[side]
        inward = np.array([-run[1], run[0]]) / np.hypot(*run)
        inward = inward if inward @ (middle - edge) > 0 else -inward
        turn = np.radians(generator.normal(0, 20))
        inward = np.array(
            [
                inward[0] * np.cos(turn) - inward[1] * np.sin(turn),
                inward[0] * np.sin(turn) + inward[1] * np.cos(turn),
            ]
        )
        radius = generator.uniform(*WIDTH_MM) / 2 * px_per_mm
        tip = edge + inward * generator.uniform(2.0, 12.0) * max(severity, 0.5) * px_per_mm
        skin = SKINS[generator.integers(len(SKINS))] * generator.uniform(0.75, 1.0)
        _thumb(scene, tip, -inward, radius, skin)


def _thumb(
    scene: NDArray[np.uint8],
    tip: NDArray[np.float64],
    out: NDArray[np.float64],
    radius: float,
    skin: NDArray[np.float32],
) -> None:
    """A round-ended bar from ``tip`` in direction ``out``, lit as a cylinder, with a nail and a shadow under it."""
    height, width = scene.shape[:2]
    reach, length = 2.0 * radius, 7.0 * radius
    ends = np.stack([tip - out * radius, tip + out * length])
    low = np.maximum(np.floor(ends.min(axis=0) - reach), 0).astype(int)
    high = np.minimum(np.ceil(ends.max(axis=0) + reach), [width, height]).astype(int)
    if (low >= high).any():
        return
    x, y = np.meshgrid(*(np.arange(low[i], high[i], dtype=np.float32) - np.float32(tip[i]) for i in (0, 1)))
    along = x * np.float32(out[0]) + y * np.float32(out[1]) - np.float32(radius)
    across = y * np.float32(out[0]) - x * np.float32(out[1])
    away = np.hypot(across, np.minimum(along, 0)) / np.float32(radius)  # 1 on the thumb's edge
    inside = np.clip((1 - away) * radius + 0.5, 0, 1)[:, :, None]
    shaded = 0.45 + 0.55 * np.sqrt(np.clip(1 - away**2, 0, 1))
    nail = ((along - 0.1 * radius) / (0.75 * radius)) ** 2 + (across / (0.6 * radius)) ** 2
    pale = np.clip((1 - nail) * 4, 0, 1)[:, :, None] * 0.25
    thumb = (skin * (1 - pale) + 235 * pale) * shaded[:, :, None]
    under = 1 - 0.5 * np.exp(-np.maximum(away - 1, 0) / 0.15)[:, :, None]
    patch = scene[low[1] : high[1], low[0] : high[0]]
    patch[:] = (patch * under * (1 - inside) + thumb * inside).astype(np.uint8)
