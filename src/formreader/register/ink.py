"""Ink: how much darker than the paper around it each pixel is, whatever the light."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from formreader.geometry import Homography
from formreader.records import Grey, Photo

LONG_SIDE_PX = 1400
"""Enough that the thinnest ruled line of a page that fills half the picture is a pixel wide."""

STROKE_PX = 13
"""Wider than any ruled line at that size; what is wider counts as ground."""


@dataclass(frozen=True, slots=True)
class InkPicture:
    """``ink`` is uint8 (height, width), 0 paper to 255 black, in frame ``work`` (reduced pixels).

    ``work_from_photo`` maps full-size pixels to these.
    """

    ink: Grey
    work_from_photo: Homography


def find_ink(photo: Photo, long_side_px: int = LONG_SIDE_PX) -> InkPicture:
    """Darkness relative to the local paper, by a black-hat divided by its closing."""
    reduction = min(1.0, long_side_px / max(photo.grey.shape))
    grey = photo.grey
    if reduction < 1.0:
        # above a half no pixel is passed over, and averaging areas takes far longer
        method = cv2.INTER_LINEAR if reduction > 0.5 else cv2.INTER_AREA
        grey = cv2.resize(grey, None, fx=reduction, fy=reduction, interpolation=method)
    kernel = cv2.getStructuringElement(cv2.MORPH_RECT, (STROKE_PX, STROKE_PX))
    ground = cv2.morphologyEx(grey, cv2.MORPH_CLOSE, kernel)
    # below 30 the sensor's noise would pass for ink
    ink = cv2.divide(cv2.subtract(ground, grey), cv2.max(ground, 30), scale=255)
    scale = photo.scale * reduction
    shift = 0.5 * scale - 0.5
    work_from_photo = np.array([[scale, 0, shift], [0, scale, shift], [0, 0, 1.0]])
    return InkPicture(ink, work_from_photo)
