"""Pictures for the author of a template: the page as it is described, or the cells over a photograph."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from formreader.geometry import Box, Points
from formreader.templates.lines import printed_dashes
from formreader.templates.model import Bubbles, Segment, Template, encoding_cells, outline

Picture = NDArray[np.uint8]
"""Shape (height, width, 3), blue green red, or (height, width); 0 to 255."""
Colour = tuple[int, int, int]
MapPoints = Callable[[Points], Points]
"""Page points (..., 2) in mm to picture points in px."""

GREEN: Colour = (0, 160, 0)
MAGENTA: Colour = (200, 0, 200)
PLACE: Colour = (120, 120, 120)
COLOURS: dict[str, Colour] = {
    "digits": (0, 0, 230),
    "number": (0, 0, 230),
    "bubbles": (0, 140, 255),
    "tally": (230, 90, 0),
    "row_sums": (160, 0, 160),
    "words": (130, 130, 0),
}
INSET_MM = 0.3
"""Cells are drawn this far inside, so that the printed lines and the neighbours' frames stay visible."""
BEND_MM = 10.0
"""Long lines are mapped at points this far apart at most, so that they follow curled paper."""
LABEL_MM = 1.6
INK_PX_PER_MM = 24.0
"""Ink is drawn about this fine and averaged down, so that a thin line is as dark as it is wide."""
STROKE_MM, THICKEST_PX = 0.12, 20
CIRCLE_CORNERS = 24
FONT = cv2.FONT_HERSHEY_SIMPLEX
SUBPIXEL_BITS = 4
FARTHEST_PX = 1e5
"""Points beyond are off any picture; the bound keeps them within what OpenCV draws."""


def draw_template(template: Template, px_per_mm: float = 6.0) -> Picture:
    """The printed page, (height, width, 3), with a frame around every cell, a colour an encoding."""
    if not 0 < px_per_mm <= 40:
        raise ValueError(f"px_per_mm must be above 0 and at most 40, got {px_per_mm}")
    finer = max(1, min(4, round(INK_PX_PER_MM / px_per_mm)))
    height, width = round(template.height_mm * px_per_mm), round(template.width_mm * px_per_mm)
    ink = np.full((height * finer, width * finer), 255, np.uint8)
    _draw_ink(template, ink, _scaling(px_per_mm * finer), finer)
    grey = cv2.resize(ink, (width, height), interpolation=cv2.INTER_AREA)
    page: Picture = np.repeat(grey[:, :, None], 3, axis=2).astype(np.uint8)
    _draw_cells(template, page, _scaling(px_per_mm))
    return page


def draw_over(
    template: Template,
    photo_bgr: Picture,
    map_points: MapPoints,
    coloured: Iterable[tuple[Segment, Colour]] | None = None,
) -> Picture:
    """A copy of the photograph with the template's lines (green), marks and cells where they are expected.

    ``map_points`` takes page points (..., 2) in mm to pixels of ``photo_bgr``, (height, width, 3) uint8. With
    ``coloured`` those lines are drawn instead of the template's, each in its colour.
    """
    if photo_bgr.ndim != 3 or photo_bgr.shape[2] != 3 or photo_bgr.dtype != np.uint8:
        raise ValueError(f"expected a uint8 picture (height, width, 3), got {photo_bgr.dtype} {photo_bgr.shape}")
    picture = photo_bgr.copy()
    thick = _stroke_px(template, map_points)
    for segment, colour in coloured or [(segment, GREEN) for segment in template.segments]:
        ends = np.array([[segment.x0, segment.y0], [segment.x1, segment.y1]])
        _draw_line(picture, map_points(_sampled(ends)), colour, thick, closed=False)
    for mark in template.marks:
        _draw_line(picture, map_points(_closed(mark.box.corners)), MAGENTA, thick)
    _draw_cells(template, picture, map_points)
    return picture


def _draw_cells(template: Template, picture: Picture, map_points: MapPoints) -> None:
    thick = _stroke_px(template, map_points)
    for field in template.fields.values():
        for name, encoding in field.encodings.items():
            for cell in encoding_cells(encoding):
                inset = min(INSET_MM, cell.width / 4, cell.height / 4)
                inner = Box(cell.x + inset, cell.y + inset, cell.width - 2 * inset, cell.height - 2 * inset)
                _draw_line(picture, map_points(_closed(inner.corners)), COLOURS[name], thick)
            frame = outline(encoding)
            label = Box(frame.x + 2 * INSET_MM, frame.y + 2 * INSET_MM, frame.width, LABEL_MM)
            _draw_text(picture, field.name, label, map_points, COLOURS[name], centred=False)
    for place in template.places.values():
        _draw_line(picture, map_points(_closed(place.box.corners)), PLACE, thick)
        label = Box(place.box.x + 2 * INSET_MM, place.box.y + 2 * INSET_MM, place.box.width, LABEL_MM)
        _draw_text(picture, f"{place.name} ({place.kind})", label, map_points, PLACE, centred=False)


def _scaling(px_per_mm: float) -> MapPoints:
    def map_points(points_mm: Points) -> Points:
        # an integer coordinate is a pixel's centre
        return points_mm * px_per_mm - 0.5

    return map_points


def _draw_ink(template: Template, page: Picture, map_points: MapPoints, pen_px: int) -> None:
    """Everything printed, on a grey page; text with a pen of ``pen_px``."""
    for area in template.areas:
        _fill(page, map_points(area.box.corners), area.ink)
    for segment in template.segments:
        for dash in printed_dashes(segment):
            _fill(page, map_points(_stroke(dash).corners), dash.ink)
    for slant in template.slants:
        thick = max(1, round(slant.width * _px_per_mm(template, map_points)))
        ends = np.array([[slant.x0, slant.y0], [slant.x1, slant.y1]])
        _draw_line(page, map_points(ends), _grey(slant.ink), thick, closed=False)
    for mark in template.marks:
        _fill(page, map_points(mark.box.corners), 1.0)
        said = str(mark.id) if mark.id is not None else " ".join(mark.text)
        _draw_text(page, said, mark.box, map_points, (255, 255, 255), pen_px)
    for text in template.texts:
        _draw_text(page, text.text, text.box, map_points, (0, 0, 0), pen_px)
    for field in template.fields.values():
        for encoding in field.encodings.values():
            if isinstance(encoding, Bubbles) and encoding.line:
                thick = max(1, round(encoding.line.width * _px_per_mm(template, map_points)))
                for cell in encoding_cells(encoding):
                    _draw_line(page, map_points(_circle(cell)), _grey(encoding.line.ink), thick)


def _draw_text(
    picture: Picture,
    text: str,
    box: Box,
    map_points: MapPoints,
    colour: Colour,
    pen_px: int = 1,
    centred: bool = True,
) -> None:
    """``text`` as large as fits into ``box`` (mm), level, whatever the map; centred or at its left."""
    if not text:
        return
    corners = map_points(box.corners)
    if not np.isfinite(corners).all():
        return
    width_px = float(np.hypot(*(corners[1] - corners[0])))
    height_px = float(np.hypot(*(corners[3] - corners[0])))
    (full_width, full_height), below = cv2.getTextSize(text, FONT, 1.0, 1)
    scale = min(width_px / full_width, height_px / (full_height + below))
    wide, high = full_width * scale, (full_height - below) * scale
    middle_x, middle_y = corners.mean(axis=0)
    left = middle_x - wide / 2 if centred else corners[0, 0]
    base = (middle_y if centred else corners[[0, 3], 1].mean()) + high / 2
    if max(abs(left), abs(base)) < FARTHEST_PX:
        cv2.putText(picture, text, (round(left), round(base)), FONT, scale, colour, pen_px, cv2.LINE_AA)


def _fill(picture: Picture, corners_px: Points, ink: float) -> None:
    cv2.fillPoly(picture, [_fixed_point(corners_px)], _grey(ink), cv2.LINE_8, SUBPIXEL_BITS)


def _draw_line(picture: Picture, points_px: Points, colour: Colour, thick_px: int, closed: bool = True) -> None:
    if np.isfinite(points_px).all():
        cv2.polylines(picture, [_fixed_point(points_px)], closed, colour, thick_px, cv2.LINE_AA, SUBPIXEL_BITS)


def _fixed_point(points_px: Points) -> NDArray[np.int32]:
    near = np.clip(points_px, -FARTHEST_PX, FARTHEST_PX)
    return np.rint(near * (1 << SUBPIXEL_BITS)).astype(np.int32)


def _grey(ink: float) -> Colour:
    level = round(255 * (1 - ink))
    return level, level, level


def _stroke(segment: Segment) -> Box:
    """The printed rectangle of a line, mm."""
    half = segment.width / 2
    if segment.horizontal:
        return Box(segment.x0, segment.y0 - half, segment.x1 - segment.x0, segment.width)
    return Box(segment.x0 - half, segment.y0, segment.width, segment.y1 - segment.y0)


def _circle(cell: Box) -> Points:
    turns = np.linspace(0, 2 * np.pi, CIRCLE_CORNERS, endpoint=False)
    ring = np.column_stack([np.cos(turns), np.sin(turns)]) * (cell.width / 2, cell.height / 2)
    return np.array(cell.centre) + ring


def _closed(corners: Points) -> Points:
    return _sampled(np.vstack([corners, corners[:1]]))


def _sampled(points: Points) -> Points:
    """The polyline (N, 2) with further points, none more than ``BEND_MM`` from the next."""
    parts = [points[:1]]
    for start, end in pairwise(points):
        steps = max(1, int(np.ceil(np.hypot(*(end - start)) / BEND_MM)))
        parts.append(start + (end - start) * (np.arange(1, steps + 1) / steps)[:, None])
    return np.vstack(parts)


def _px_per_mm(template: Template, map_points: MapPoints) -> float:
    """At the middle of the page, along x."""
    x, y = template.width_mm / 2, template.height_mm / 2
    start, end = map_points(np.array([[x - 0.5, y], [x + 0.5, y]]))
    return float(np.hypot(*(end - start)))


def _stroke_px(template: Template, map_points: MapPoints) -> int:
    px_per_mm = _px_per_mm(template, map_points)
    return int(np.clip(round(STROKE_MM * px_per_mm), 1, THICKEST_PX)) if np.isfinite(px_per_mm) else 1
