"""What the cells of a composed crop are drawn on: two layers of ink, printed and penned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from formreader.synth.pen import FINENESS, Ink

CANVAS_PX = 84
"""Side of the drawn crop: as fine as the finest photograph, of 60 px a box."""

Point = tuple[float, float]


@dataclass(slots=True)
class Canvas:
    """A cell ``width`` by ``height`` px in the middle, its neighbours ``pitch_x``, ``pitch_y`` away.

    ``nib`` is the pen's width in px, ``darkness`` the share of light that its ink takes, ``guide`` that of
    the print inside a box, ``guide_height`` px tall.
    """

    printed: Ink
    penned: Ink
    generator: np.random.Generator
    width: float
    height: float
    pitch_x: float
    pitch_y: float
    nib: float
    darkness: float
    guide: float = 0.0
    guide_height: float = 0.0

    def centre(self, place: Point) -> Point:
        """Px of the cell ``place`` (right, down) cells away."""
        return CANVAS_PX / 2 - 0.5 + place[0] * self.pitch_x, CANVAS_PX / 2 - 0.5 + place[1] * self.pitch_y

    def write(self, ink: Ink, place: Point = (0.0, 0.0), jitter: float = 0.08) -> None:
        """Lay penned ink on the cell ``place`` away, off its centre as hands are."""
        x, y = self.centre(place)
        x += self.generator.normal(0, jitter) * self.width
        y += self.generator.normal(0, jitter) * self.height
        lay(self.penned, ink, x - (ink.shape[1] - 1) / 2, y - (ink.shape[0] - 1) / 2)


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
