"""The blank page as a raster, drawn from its template alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from formreader.geometry import Box
from formreader.synth.hand.pen import Ink
from formreader.synth.print.blank import BUBBLE_INK, BUBBLE_LINE_MM, DOT_INK, DOT_RADIUS_MM, Point, print_page
from formreader.templates import Template

_Level = TypeVar("_Level", np.uint8, np.float32)
FIXED_POINT = 3
"""Fractional bits of OpenCV's drawing: an eighth of a pixel."""


def draw_page(template: Template, px_per_mm: float) -> Ink:
    """Printed ink 0..1, float32 (height, width), of the whole page.

    The centre of pixel (row, column) is page mm ((column + 0.5) / px_per_mm, (row + 0.5) / px_per_mm).
    """
    size = (round(template.height_mm * px_per_mm), round(template.width_mm * px_per_mm))
    raster = _Raster(np.zeros(size, np.uint8), px_per_mm)
    print_page(template, raster)
    return raster.page.astype(np.float32) / np.float32(255)


@dataclass(frozen=True, slots=True)
class _Raster:
    """A press that prints on ``page``, 255 full ink."""

    page: NDArray[np.uint8]
    px_per_mm: float

    def line(self, start: Point, end: Point, width: float, ink: float) -> None:
        width_px = width * self.px_per_mm
        # thinner than a pixel prints as paler, not as thinner
        level = round(255 * ink * min(1.0, width_px))
        thickness = max(1, round(width_px))
        cv2.line(self.page, self._at(start), self._at(end), level, thickness, cv2.LINE_AA, FIXED_POINT)

    def solid(self, box: Box, ink: float) -> None:
        corners = np.array([self._at((float(x), float(y))) for x, y in box.corners], np.int32)
        cv2.fillPoly(self.page, [corners], round(255 * ink), cv2.LINE_AA, FIXED_POINT)

    def dot(self, centre: Point) -> None:
        radius = max(1, round(DOT_RADIUS_MM * self.px_per_mm * 2**FIXED_POINT))
        cv2.circle(self.page, self._at(centre), radius, round(255 * DOT_INK), -1, cv2.LINE_AA, FIXED_POINT)

    def ring(self, centre: Point, radius: float) -> None:
        radius_px = round(radius * self.px_per_mm * 2**FIXED_POINT)
        level, thickness = round(255 * BUBBLE_INK), max(1, round(BUBBLE_LINE_MM * self.px_per_mm))
        cv2.circle(self.page, self._at(centre), radius_px, level, thickness, cv2.LINE_AA, FIXED_POINT)

    def words(self, words: str, box: Box) -> None:
        lines = words.splitlines() or [words]
        for i, line in enumerate(lines):
            font, thickness = cv2.FONT_HERSHEY_DUPLEX, 2
            (width, height), baseline = cv2.getTextSize(line, font, 1.0, thickness)
            drawn = np.zeros((height + baseline + 4, width + 4), np.uint8)
            cv2.putText(drawn, line, (2, height + 1), font, 1.0, 255, thickness, cv2.LINE_AA)
            room_w, room_h = box.width * self.px_per_mm, box.height / len(lines) * self.px_per_mm
            scale = min(room_w / drawn.shape[1], room_h / drawn.shape[0])
            out = (max(1, round(drawn.shape[1] * scale)), max(1, round(drawn.shape[0] * scale)))
            small = cv2.resize(drawn, out, interpolation=cv2.INTER_AREA)
            left = round(box.x * self.px_per_mm + (room_w - out[0]) / 2)
            top = round(box.y * self.px_per_mm + i * room_h + (room_h - out[1]) / 2)
            paste(self.page, small, left, top)

    def code(self, modules: NDArray[np.uint8], box: Box) -> None:
        size = (round(box.width * self.px_per_mm), round(box.height * self.px_per_mm))
        sized = cv2.resize(modules, size, interpolation=cv2.INTER_AREA)
        paste(self.page, sized, round(box.x * self.px_per_mm), round(box.y * self.px_per_mm))

    def _at(self, point: Point) -> tuple[int, int]:
        x, y = ((value * self.px_per_mm - 0.5) * 2**FIXED_POINT for value in point)
        return round(x), round(y)


def paste(page: NDArray[_Level], ink: NDArray[_Level], left: int, top: int) -> None:
    """Lay ink on the page, px from its top left; ink over ink is the darker, what leaves the page is cut."""
    height, width = page.shape
    x0, y0, x1, y1 = max(left, 0), max(top, 0), min(left + ink.shape[1], width), min(top + ink.shape[0], height)
    if x0 < x1 and y0 < y1:
        part = page[y0:y1, x0:x1]
        np.maximum(part, ink[y0 - top : y1 - top, x0 - left : x1 - left], out=part)
