"""A field cut out of its photograph, for the person who must look at it."""

from __future__ import annotations

import cv2
import numpy as np

from formreader.geometry import Points
from formreader.records import Grey, Photo

MARGIN = 0.15
"""What is left around a field, in parts of its height: strokes leave their boxes."""
LONGEST_PX = 1200


def cut_field(photo: Photo, quad: Points) -> Grey:
    """The field within ``quad`` (4, 2) of frame photo, upright, at the photograph's resolution."""
    top_left, top_right, bottom_right, bottom_left = np.asarray(quad, dtype=np.float64)
    across = max(float(np.hypot(*(top_right - top_left))), 1.0)
    down = max(float(np.hypot(*(bottom_left - top_left))), 1.0)
    right, below = (top_right - top_left) / across, (bottom_left - top_left) / down
    margin = MARGIN * down
    outer = np.array(
        [
            top_left - margin * (right + below),
            top_right + margin * (right - below),
            bottom_right + margin * (right + below),
            bottom_left - margin * (right - below),
        ]
    )
    shrink = min(photo.scale, LONGEST_PX / (across + 2 * margin))
    width, height = (max(1, round((side + 2 * margin) * shrink)) for side in (across, down))
    edge = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32) - np.float32(0.5)
    corners = ((outer + 0.5) * photo.scale - 0.5).astype(np.float32)
    crop_from_photo = cv2.getPerspectiveTransform(corners, edge)
    crop: Grey = cv2.warpPerspective(photo.grey, crop_from_photo, (width, height), borderMode=cv2.BORDER_REPLICATE)
    return crop
