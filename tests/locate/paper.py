"""Paper for the tests of cells: printed boxes, our pen's digits, light, grain, and what lies over them."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from formreader.geometry import Box, Points
from formreader.locate import Strip, cut_strips
from formreader.synth import load_glyphs
from formreader.synth.hand.lines import write_number
from formreader.templates import Segment

PX_PER_MM = 8.0
WIDTH_MM, HEIGHT_MM = 150.0, 100.0
FRAME_MM = 0.4
PAPER, INK, PRINT = 205.0, 45.0, 120.0
"""Grey levels."""


def onto_photo(points_mm: Points) -> Points:
    return points_mm * PX_PER_MM - 0.5


def rows_of_boxes(rows: int, left: float = 30.0, step: float = 14.0) -> list[list[Box]]:
    """Three boxes a row, 10 mm square, 2 mm apart."""
    return [[Box(left + 12.0 * i, 20.0 + step * row, 10.0, 10.0) for i in range(3)] for row in range(rows)]


def sides(boxes: Sequence[Box]) -> list[Segment]:
    """The printed frame of each box."""
    found = []
    for x, y, right, bottom in ((b.x, b.y, b.right, b.bottom) for b in boxes):
        ends = ((x, y, right, y), (x, bottom, right, bottom), (x, y, x, bottom), (right, y, right, bottom))
        found += [Segment(*side, FRAME_MM, 1.0) for side in ends]
    return found


class Sheet:
    """A page at ``PX_PER_MM``: print first, then write, then lay something over it, then photograph."""

    def __init__(self, lines: Sequence[Segment], seed: int = 1) -> None:
        self.generator = np.random.default_rng(seed)
        self.grey = np.full((round(HEIGHT_MM * PX_PER_MM), round(WIDTH_MM * PX_PER_MM)), PAPER, np.float32)
        for line in lines:
            self.line((line.x0, line.y0), (line.x1, line.y1), line.width, PRINT)

    def line(
        self, start: tuple[float, float], end: tuple[float, float], width: float = 0.6, level: float = INK
    ) -> None:
        """A straight line between two points in mm."""
        ends = [np.rint((onto_photo(np.array(point))) * 16).astype(int).tolist() for point in (start, end)]
        drawn = np.zeros(self.grey.shape, np.uint8)
        cv2.line(drawn, *ends, 255, max(1, round(width * PX_PER_MM)), cv2.LINE_AA, 4)
        self._lay(drawn / np.float32(255), level)

    def write(self, text: str, left: float, middle: float, height: float = 6.0, nib: float = 0.7) -> Box:
        """``text`` from ``left`` on, its digits ``height`` mm high; returns where it stands."""
        ink = write_number(text, height * PX_PER_MM, nib * PX_PER_MM, load_glyphs(None), self.generator)
        tall, wide = ink.shape
        x, y = round(left * PX_PER_MM), round(middle * PX_PER_MM - tall / 2)
        layer = np.zeros(self.grey.shape, np.float32)
        layer[y : y + tall, x : x + wide] = ink[: layer.shape[0] - y, : layer.shape[1] - x]
        self._lay(layer, INK)
        return Box(left, y / PX_PER_MM, wide / PX_PER_MM, tall / PX_PER_MM)

    def fill(self, boxes: Sequence[Box], digits: str) -> None:
        """A character a box; ``_`` for none."""
        for box, character in zip(boxes, digits, strict=True):
            if character != "_":
                self.write(character, box.x + (3.0 if character != "-" else 2.0), box.centre[1])

    def photograph(self, shade: float = 0.15) -> np.ndarray:
        """Light that falls off to the right, a little blur, the sensor's grain."""
        light = np.linspace(1.0, 1.0 - shade, self.grey.shape[1], dtype=np.float32)
        seen = cv2.GaussianBlur(self.grey * light, (0, 0), 0.9) + self.generator.normal(0, 2.0, self.grey.shape)
        return np.clip(seen, 0, 255).astype(np.uint8)

    def _lay(self, ink: np.ndarray, level: float) -> None:
        self.grey = np.minimum(self.grey, self.grey * (1 - ink) + level * ink)


def cover(photograph: np.ndarray, box: Box, level: float, grain: float = 0.0) -> np.ndarray:
    """Something of an even tone over a part of the page, as a patch on the paper or painted over the picture."""
    covered = photograph.copy()
    top, bottom, left, right = (round(side * PX_PER_MM) for side in (box.y, box.bottom, box.x, box.right))
    shape = (bottom - top, right - left)
    covered[top:bottom, left:right] = np.clip(level + np.random.default_rng(5).normal(0, grain, shape), 0, 255)
    return covered


def strips(photograph: np.ndarray, boxes: Sequence[Box], cell_mm: float = 10.0) -> tuple[Strip, ...]:
    return cut_strips(photograph, 1.0, boxes, onto_photo, 40 / cell_mm)


def around(boxes: Sequence[Box], by: float = 12.0) -> Box:
    x, y = min(box.x for box in boxes) - by, min(box.y for box in boxes) - by
    return Box(x, y, max(box.right for box in boxes) + by - x, max(box.bottom for box in boxes) + by - y)
