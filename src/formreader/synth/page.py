"""The blank page, drawn from its template alone."""

from __future__ import annotations

import re
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from formreader.geometry import Box
from formreader.synth.pen import Ink
from formreader.synth.skeletons import segment_digit
from formreader.templates import Bubbles, Digits, Encoding, Mark, Tally, Template, encoding_cells, indexed_cells

_DICTIONARIES = {
    "16h5": cv2.aruco.DICT_APRILTAG_16h5,
    "25h9": cv2.aruco.DICT_APRILTAG_25h9,
    "36h10": cv2.aruco.DICT_APRILTAG_36h10,
    "36h11": cv2.aruco.DICT_APRILTAG_36h11,
}
_TAG_CELLS = {"16h5": 6, "25h9": 7, "36h10": 8, "36h11": 8}
_Level = TypeVar("_Level", np.uint8, np.float32)
GUIDE_INK, GUIDE_WIDTH_MM = 0.25, 0.25
FIXED_POINT = 3
"""Fractional bits of OpenCV's drawing: an eighth of a pixel."""


def draw_page(template: Template, px_per_mm: float) -> Ink:
    """Printed ink 0..1, float32 (height, width), of the whole page.

    The centre of pixel (row, column) is page mm ((column + 0.5) / px_per_mm, (row + 0.5) / px_per_mm).
    """
    size = (round(template.height_mm * px_per_mm), round(template.width_mm * px_per_mm))
    page = np.zeros(size, np.uint8)
    for area in template.areas:
        _fill(page, area.box, area.ink, px_per_mm)
    for segment in template.segments:
        _stroke(page, (segment.x0, segment.y0), (segment.x1, segment.y1), segment.width, segment.ink, px_per_mm)
    for field in template.fields.values():
        for encoding in field.encodings.values():
            _print_inside(page, encoding, px_per_mm)
    for text in template.texts:
        _print_words(page, text.text, text.box, px_per_mm)
    for mark in template.marks:
        _print_mark(page, mark, px_per_mm)
    return page.astype(np.float32) / np.float32(255)


def _print_inside(page: NDArray[np.uint8], encoding: Encoding, px_per_mm: float) -> None:
    """What is printed in an encoding's cells: guides for the pen, numbered circles."""
    if isinstance(encoding, Bubbles):
        for (_, value), circle in indexed_cells(encoding):
            _print_bubble(page, circle, str(value), px_per_mm)
    elif isinstance(encoding, Digits) and encoding.guide != "none":
        for cell in encoding.cells:
            _print_eight(page, cell, encoding.guide, px_per_mm)
    elif isinstance(encoding, Tally) and encoding.guide != "none":
        for cell in encoding_cells(encoding):
            _print_tally_guide(page, cell, px_per_mm)


def _at(point: tuple[float, float], px_per_mm: float) -> tuple[int, int]:
    x, y = ((value * px_per_mm - 0.5) * 2**FIXED_POINT for value in point)
    return round(x), round(y)


def _stroke(
    page: NDArray[np.uint8],
    start: tuple[float, float],
    end: tuple[float, float],
    width_mm: float,
    ink: float,
    px_per_mm: float,
) -> None:
    width_px = width_mm * px_per_mm
    # thinner than a pixel prints as paler, not as thinner
    level = round(255 * ink * min(1.0, width_px))
    cv2.line(page, _at(start, px_per_mm), _at(end, px_per_mm), level, max(1, round(width_px)), cv2.LINE_AA, FIXED_POINT)


def _fill(page: NDArray[np.uint8], box: Box, ink: float, px_per_mm: float) -> None:
    corners = np.array([_at((float(x), float(y)), px_per_mm) for x, y in box.corners], np.int32)
    cv2.fillPoly(page, [corners], round(255 * ink), cv2.LINE_AA, FIXED_POINT)


def _print_eight(page: NDArray[np.uint8], cell: Box, kind: str, px_per_mm: float) -> None:
    height = cell.height * 0.6
    x, y = cell.centre
    for stroke in segment_digit("8"):
        (x0, y0), (x1, y1) = ((stroke - [0.275, 0.5]) * height + [x, y]).tolist()
        if kind == "eight":
            _stroke(page, (x0, y0), (x1, y1), GUIDE_WIDTH_MM, GUIDE_INK, px_per_mm)
        else:
            _dots(page, (x0, y0), (x1, y1), px_per_mm)


def _dots(page: NDArray[np.uint8], start: tuple[float, float], end: tuple[float, float], px_per_mm: float) -> None:
    count = max(2, round(float(np.hypot(end[0] - start[0], end[1] - start[1])) / 0.7))
    for t in (np.arange(count) + 0.5) / count:
        x, y = start[0] + t * (end[0] - start[0]), start[1] + t * (end[1] - start[1])
        cv2.circle(page, _at((x, y), px_per_mm), max(1, round(0.12 * px_per_mm * 8)), 130, -1, cv2.LINE_AA, FIXED_POINT)


def _print_tally_guide(page: NDArray[np.uint8], cell: Box, px_per_mm: float) -> None:
    for i in range(4):
        x = cell.x + cell.width * (0.22 + 0.17 * i)
        _dots(page, (x, cell.y + 0.2 * cell.height), (x, cell.bottom - 0.2 * cell.height), px_per_mm)


def _print_bubble(page: NDArray[np.uint8], circle: Box, value: str, px_per_mm: float) -> None:
    radius = round(circle.width / 2 * px_per_mm * 2**FIXED_POINT)
    cv2.circle(
        page, _at(circle.centre, px_per_mm), radius, 230, max(1, round(0.2 * px_per_mm)), cv2.LINE_AA, FIXED_POINT
    )
    inner = Box(
        circle.x + circle.width * 0.36, circle.y + circle.height * 0.28, circle.width * 0.28, circle.height * 0.44
    )
    _print_words(page, value, inner, px_per_mm)


def _print_words(page: NDArray[np.uint8], words: str, box: Box, px_per_mm: float) -> None:
    """Fit the words into the box: as tall as it is, narrowed where they would run out of it."""
    lines = words.splitlines() or [words]
    for i, line in enumerate(lines):
        font, thickness = cv2.FONT_HERSHEY_DUPLEX, 2
        (width, height), baseline = cv2.getTextSize(line, font, 1.0, thickness)
        drawn = np.zeros((height + baseline + 4, width + 4), np.uint8)
        cv2.putText(drawn, line, (2, height + 1), font, 1.0, 255, thickness, cv2.LINE_AA)
        room_w, room_h = box.width * px_per_mm, box.height / len(lines) * px_per_mm
        scale = min(room_w / drawn.shape[1], room_h / drawn.shape[0])
        out = (max(1, round(drawn.shape[1] * scale)), max(1, round(drawn.shape[0] * scale)))
        small = cv2.resize(drawn, out, interpolation=cv2.INTER_AREA)
        left = round(box.x * px_per_mm + (room_w - out[0]) / 2)
        top = round(box.y * px_per_mm + i * room_h + (room_h - out[1]) / 2)
        paste(page, small, left, top)


def paste(page: NDArray[_Level], ink: NDArray[_Level], left: int, top: int) -> None:
    """Lay ink on the page, px from its top left; ink over ink is the darker, what leaves the page is cut."""
    height, width = page.shape
    x0, y0, x1, y1 = max(left, 0), max(top, 0), min(left + ink.shape[1], width), min(top + ink.shape[0], height)
    if x0 < x1 and y0 < y1:
        part = page[y0:y1, x0:x1]
        np.maximum(part, ink[y0 - top : y1 - top, x0 - left : x1 - left], out=part)


def _print_mark(page: NDArray[np.uint8], mark: Mark, px_per_mm: float) -> None:
    if mark.kind == "square":
        _fill(page, mark.box, 1.0, px_per_mm)
        return
    if mark.kind == "apriltag" and mark.dictionary is not None and mark.id is not None:
        cells = _TAG_CELLS[mark.dictionary]
        dictionary = cv2.aruco.getPredefinedDictionary(_DICTIONARIES[mark.dictionary])
        code = np.rot90(255 - cv2.aruco.generateImageMarker(dictionary, mark.id, cells * 8), -mark.turn_deg // 90)
    else:
        code = 255 - _printed_code(mark)
    width, height = round(mark.box.width * px_per_mm), round(mark.box.height * px_per_mm)
    sized = cv2.resize(code, (width, height), interpolation=cv2.INTER_AREA)
    paste(page, sized, round(mark.box.x * px_per_mm), round(mark.box.y * px_per_mm))


def _printed_code(mark: Mark) -> NDArray[np.uint8]:
    import zxingcpp

    kind = zxingcpp.BarcodeFormat.QRCode if mark.kind == "qr" else zxingcpp.BarcodeFormat.Code128
    # of a glob, the first text that it allows
    text = re.sub(r"\[(.).*?\]", r"\1", mark.text[0]).replace("*", "0").replace("?", "0")
    picture = np.asarray(zxingcpp.create_barcode(text, kind).to_image(scale=8, add_quiet_zones=False))
    return picture.astype(np.uint8)
