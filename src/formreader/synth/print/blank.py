"""What is printed on a blank page, from its template alone; a press puts it onto a raster or a vector drawing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from formreader.geometry import Box
from formreader.synth.hand.skeletons import segment_digit
from formreader.templates import (
    Bubbles,
    Digits,
    Encoding,
    Mark,
    Segment,
    Tally,
    Template,
    encoding_cells,
    indexed_cells,
)

_DICTIONARIES = {
    "16h5": cv2.aruco.DICT_APRILTAG_16h5,
    "25h9": cv2.aruco.DICT_APRILTAG_25h9,
    "36h10": cv2.aruco.DICT_APRILTAG_36h10,
    "36h11": cv2.aruco.DICT_APRILTAG_36h11,
}
_TAG_CELLS = {"16h5": 6, "25h9": 7, "36h10": 8, "36h11": 8}
GUIDE_INK, GUIDE_WIDTH_MM = 0.25, 0.25
DOT_INK, DOT_RADIUS_MM, DOT_STEP_MM = 130 / 255, 0.12, 0.7
BUBBLE_INK, BUBBLE_LINE_MM = 230 / 255, 0.2
ANY_SERIAL = "0123456789"
"""What a code says that differs from sheet to sheet, where nothing else was chosen."""
MODULE_PX = 8
"""Pixels a module, the smallest square or bar, in the picture of a code."""

Point = tuple[float, float]


class Press(Protocol):
    """Prints on a page. Lengths are mm from its top left corner, ink is 0 paper to 1 black."""

    def line(self, start: Point, end: Point, width: float, ink: float) -> None: ...
    def solid(self, box: Box, ink: float) -> None: ...
    def dot(self, centre: Point) -> None: ...
    def ring(self, centre: Point, radius: float) -> None: ...
    def words(self, words: str, box: Box) -> None:
        """Fitted into the box: as tall as it is, narrowed where they would run out of it."""

    def code(self, modules: NDArray[np.uint8], box: Box) -> None:
        """A machine-readable mark; 255 is ink, ``MODULE_PX`` px a module."""


def print_page(template: Template, press: Press) -> None:
    """Everything that stands on the blank page, in the order of printing."""
    for area in template.areas:
        press.solid(area.box, area.ink)
    for segment in template.segments:
        for start, end in _dashes(segment):
            press.line(start, end, segment.width, segment.ink)
    for slant in template.slants:
        press.line((slant.x0, slant.y0), (slant.x1, slant.y1), slant.width, slant.ink)
    for field in template.fields.values():
        for encoding in field.encodings.values():
            _print_inside(encoding, press)
    for text in template.texts:
        press.words(text.text, text.box)
    for mark in template.marks:
        if mark.kind == "square":
            press.solid(mark.box, 1.0)
        else:
            press.code(_modules(mark), mark.box)


def _dashes(segment: Segment) -> Iterator[tuple[Point, Point]]:
    """A line's parts: itself, or its dashes."""
    start, end = np.array([segment.x0, segment.y0]), np.array([segment.x1, segment.y1])
    length = float(np.hypot(*(end - start)))
    dash, gap = segment.dash or (length, 1.0)
    for at in np.arange(0.0, length, dash + gap).tolist():
        (x0, y0), (x1, y1) = (start + (end - start) * (min(way, length) / length) for way in (at, at + dash))
        yield (float(x0), float(y0)), (float(x1), float(y1))


def _print_inside(encoding: Encoding, press: Press) -> None:
    """What is printed in an encoding's cells: guides for the pen, numbered circles."""
    if isinstance(encoding, Bubbles):
        for (_, value), circle in indexed_cells(encoding):
            press.ring(circle.centre, circle.width / 2)
            x, y = circle.x + circle.width * 0.36, circle.y + circle.height * 0.28
            press.words(str(value), Box(x, y, circle.width * 0.28, circle.height * 0.44))
    elif isinstance(encoding, Digits) and encoding.guide != "none":
        for cell in encoding.cells:
            _print_eight(cell, encoding.guide, press)
    elif isinstance(encoding, Tally) and encoding.guide != "none":
        for cell in encoding_cells(encoding):
            for i in range(4):
                x = cell.x + cell.width * (0.22 + 0.17 * i)
                _dots((x, cell.y + 0.2 * cell.height), (x, cell.bottom - 0.2 * cell.height), press)


def _print_eight(cell: Box, kind: str, press: Press) -> None:
    height = cell.height * 0.6
    for stroke in segment_digit("8"):
        (x0, y0), (x1, y1) = ((stroke - [0.275, 0.5]) * height + cell.centre).tolist()
        if kind == "eight":
            press.line((x0, y0), (x1, y1), GUIDE_WIDTH_MM, GUIDE_INK)
        else:
            _dots((x0, y0), (x1, y1), press)


def _dots(start: Point, end: Point, press: Press) -> None:
    count = max(2, round(float(np.hypot(end[0] - start[0], end[1] - start[1])) / DOT_STEP_MM))
    for t in (np.arange(count) + 0.5) / count:
        press.dot((start[0] + t * (end[0] - start[0]), start[1] + t * (end[1] - start[1])))


def _modules(mark: Mark) -> NDArray[np.uint8]:
    """The picture of a tag, a QR code or a barcode as a press takes it."""
    if mark.kind == "apriltag" and mark.dictionary is not None and mark.id is not None:
        side = _TAG_CELLS[mark.dictionary] * MODULE_PX
        dictionary = cv2.aruco.getPredefinedDictionary(_DICTIONARIES[mark.dictionary])
        light = np.asarray(cv2.aruco.generateImageMarker(dictionary, mark.id, side), np.uint8)
        return np.rot90(255 - light, -mark.turn_deg // 90)
    import zxingcpp

    kind = zxingcpp.BarcodeFormat.QRCode if mark.kind == "qr" else zxingcpp.BarcodeFormat.Code128
    # of a glob, the first text that it allows
    text = re.sub(r"\[(.).*?\]", r"\1", mark.text[0]).replace("*", "0").replace("?", "0") if mark.text else ANY_SERIAL
    picture = np.asarray(zxingcpp.create_barcode(text, kind).to_image(scale=MODULE_PX, add_quiet_zones=False))
    return np.rot90(255 - picture.astype(np.uint8), -mark.turn_deg // 90)
