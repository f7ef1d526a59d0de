"""How ink lies on a layer of ink, penned or printed: pictures, lines, dots, small words."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from formreader.synth.hand.pen import FINENESS, Ink

Point = tuple[float, float]


def lay(target: Ink, ink: Ink, left: float, top: float) -> None:
    """Ink over ink is no darker than the darker of the two."""
    moved = cv2.warpAffine(ink, np.array([[1, 0, left], [0, 1, top]]), target.shape[::-1], flags=cv2.INTER_LINEAR)
    np.maximum(target, moved, out=target)


def lines(target: Ink, segments: Sequence[tuple[Point, Point]], width: float, ink: float) -> None:
    """Straight lines of one kind; thinner than a pixel they are fainter."""
    mask = np.zeros(target.shape, np.uint8)
    at = np.round(np.array(segments) * FINENESS).astype(np.int32)
    cv2.polylines(mask, list(at), False, 255, max(1, round(width)), cv2.LINE_AA, shift=3)
    np.maximum(target, mask.astype(np.float32) * (ink * min(1.0, width) / 255), out=target)


def dotted(start: Point, end: Point, width: float) -> list[tuple[Point, Point]]:
    """A line as dots with gaps as long as they are."""
    count = max(4, int(np.hypot(end[0] - start[0], end[1] - start[1]) / (2 * max(width, 1.2))))
    at = np.array(start) + np.linspace(0, 1, count + 1)[:, None] * (np.array(end) - start)
    return [((x0, y0), (x1, y1)) for (x0, y0), (x1, y1) in zip(at[:-1:2].tolist(), at[1::2].tolist(), strict=True)]


def frame(centre: Point, width: float, height: float) -> list[tuple[Point, Point]]:
    """The four sides of an upright rectangle: top, right, bottom, left."""
    x, y, w, h = *centre, width / 2, height / 2
    corners = [(x - w, y - h), (x + w, y - h), (x + w, y + h), (x - w, y + h)]
    return list(zip(corners, [*corners[1:], corners[0]], strict=True))


def words(target: Ink, text: str, at: tuple[int, int], size: float, ink: float) -> None:
    """Printed text; ``at`` is the left end of its base line."""
    mask = np.zeros(target.shape, np.uint8)  # OpenCV 5 writes on 8-bit pictures only
    cv2.putText(mask, text, at, cv2.FONT_HERSHEY_DUPLEX, size, 255, 1, cv2.LINE_AA)
    np.maximum(target, mask.astype(np.float32) * (ink / 255), out=target)
