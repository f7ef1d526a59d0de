"""Ink: how much darker than the paper around it each pixel is, whatever the light."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from formreader.geometry import Box, Homography
from formreader.records import Grey, Photo

LONG_SIDE_PX = 1400
"""Enough that the thinnest ruled line of a page that fills half the picture is a pixel wide."""
MOST_ENLARGED = 2.0
"""Enlarged further, a part of a picture shows nothing more."""

MARGIN = 0.05
"""Part of a scan's height and width, at each side, where its edges and the holes of a folder throw shadows."""
FAINT_INK = 25
"""Of 255: above a scanner's noise and what shines through from the other side."""

STROKE_PX = 13
"""Wider than any ruled line at that size; what is wider counts as ground."""
TONE_REDUCED, PAPER_SEEN = 4, 0.09
"""Wide dark areas are seen at a fourth of the size, against the lightest paper within this part of the picture."""


@dataclass(frozen=True, slots=True)
class InkPicture:
    """``ink`` is uint8 (height, width), 0 paper to 255 black, in frame ``work`` (reduced pixels).

    ``work_from_photo`` maps full-size pixels to these. ``tone`` is how much darker than the paper wide things are, 0 to
    255, ``grey`` the photograph itself of that size, ``tone_scale`` of their px to a px of ``ink``.
    """

    ink: Grey
    work_from_photo: Homography
    tone: Grey
    grey: Grey
    tone_scale: float


def find_ink(photo: Photo, part: Box | None = None) -> InkPicture:
    """Darkness relative to the local paper, by a black-hat divided by its closing.

    Of the whole picture, or of a ``part`` of it in frame photo, px, which is then seen larger.
    """
    grey, left, top = photo.grey, 0, 0
    if part is not None:
        left, top = (max(0, int(side * photo.scale)) for side in (part.x, part.y))
        grey = grey[top : int(part.bottom * photo.scale) + 1, left : int(part.right * photo.scale) + 1]
    size = LONG_SIDE_PX / max(grey.shape)
    size = min(size, 1.0 if part is None else MOST_ENLARGED)
    if size != 1.0:
        # above a half no pixel is passed over, and averaging areas takes far longer
        method = cv2.INTER_AREA if size <= 0.5 else cv2.INTER_LINEAR if size < 1.0 else cv2.INTER_CUBIC
        grey = cv2.resize(grey, None, fx=size, fy=size, interpolation=method)
    kernel = cv2.getStructuringElement(cv2.MORPH_RECT, (STROKE_PX, STROKE_PX))
    ground = cv2.morphologyEx(grey, cv2.MORPH_CLOSE, kernel)
    # below 30 the sensor's noise would pass for ink
    ink = cv2.divide(cv2.subtract(ground, grey), cv2.max(ground, 30), scale=255)
    scale = photo.scale * size
    across, down = (0.5 * scale - 0.5 - size * start for start in (left, top))
    work_from_photo = np.array([[scale, 0, across], [0, scale, down], [0, 0, 1.0]])
    return InkPicture(ink, work_from_photo, *_tone(grey))


def _tone(grey: Grey) -> tuple[Grey, Grey, float]:
    """Darkness against the paper around anything narrower than a part of the picture, the picture of that size, and
    the scale of both."""
    scale = 1.0 / TONE_REDUCED
    small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    side = max(3, round(PAPER_SEEN * max(small.shape))) | 1
    paper = cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((side, side), np.uint8))
    return cv2.divide(cv2.subtract(paper, small), cv2.max(paper, 30), scale=255), small, scale


def ink_share(photo: Photo) -> float:
    """Part of the picture (0..1), but for its margins, that is ink: what stands on a page, or on its blank back."""
    ink = find_ink(photo).ink
    height, width = ink.shape
    top, left = int(height * MARGIN), int(width * MARGIN)
    return float((ink[top : height - top, left : width - left] > FAINT_INK).mean())
