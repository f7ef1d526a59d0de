"""A form's page laid flat: the picture that everything in a draft is measured on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from formreader.geometry import Homography
from formreader.records import Bend, Grey

PX_PER_MM = 8.0
"""A ruled line of 0.2 mm is more than a pixel wide; twice as fine shows nothing more of a photograph."""
GROUND_MM = 3.0
"""Wider than any ruled line, narrower than a solid area: what is wider counts as ground."""
DARKEST_GROUND = 30
"""On what is darker, a grey level is noise."""

Darkness = NDArray[np.float32]
"""(height, width), 0 paper to 1 black, of a flat page."""


@dataclass(frozen=True)
class FlatSheet:
    """A page of ``width_mm`` by ``height_mm`` as ``grey`` (height, width) uint8 at ``PX_PER_MM``.

    A page point p (mm) is at pixel ``p * PX_PER_MM - 0.5``. ``photo_from_page`` and ``bend`` say where it was on the
    photograph, as ``records.Registration`` has them, ``seen_px_per_mm`` how finely it was seen there.
    """

    grey: Grey
    width_mm: float
    height_mm: float
    photo_from_page: Homography
    bend: Bend
    seen_px_per_mm: float = PX_PER_MM

    @cached_property
    def darkness(self) -> Darkness:
        """How dark against the paper around, whatever the light; solid areas count as dark."""
        side = round(25 * PX_PER_MM) | 1
        small = cv2.resize(self.grey, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
        kernel = cv2.getStructuringElement(cv2.MORPH_RECT, (side // 4, side // 4))
        ground = cv2.GaussianBlur(cv2.morphologyEx(small, cv2.MORPH_CLOSE, kernel), (0, 0), side / 16)
        ground = cv2.resize(ground, self.grey.shape[::-1], interpolation=cv2.INTER_LINEAR)
        return _against(self.grey, ground)

    @cached_property
    def strokes(self) -> Darkness:
        """The same of what is narrow: lines and print, without the areas that they lie on."""
        side = round(GROUND_MM * PX_PER_MM) | 1
        kernel = cv2.getStructuringElement(cv2.MORPH_RECT, (side, side))
        return _against(self.grey, cv2.morphologyEx(self.grey, cv2.MORPH_CLOSE, kernel))


def px(length_mm: float) -> int:
    """So many pixels, one at least."""
    return max(1, round(length_mm * PX_PER_MM))


def _against(grey: Grey, ground: Grey) -> Darkness:
    lit = np.maximum(ground, DARKEST_GROUND).astype(np.float32)
    return np.clip((ground - grey.astype(np.float32)) / lit, 0.0, 1.0).astype(np.float32)
