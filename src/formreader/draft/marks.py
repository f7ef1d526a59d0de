"""Marks that name and place a page: tags, codes, printed squares; and the solid areas beside them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from formreader.draft.sheet import PX_PER_MM, FlatSheet, px
from formreader.geometry import Box, Points, apply_homography, inverse
from formreader.identify.codes import DICTIONARIES, find_printed_codes, find_tags
from formreader.records import Code, Photo, Source
from formreader.register.bend import bend_at
from formreader.templates import Area, Mark, Segment

SQUARE_MM = (1.8, 7.0)
"""Sides of the black squares that forms print to be found by."""
SOLID_MM, BLACK, GREY = 1.5, 0.6, 0.15
"""What is darker than a part of black over this width is solid."""
FILLED = 0.88
SQUARISH = 1.6
LEAST_AREA_MM = 4.0
EDGE_MM = 1.0
"""A line so near to an area's edge is its edge."""


@dataclass(frozen=True, slots=True)
class Marks:
    """What was found, in page mm."""

    codes: tuple[Mark, ...]
    squares: tuple[Mark, ...]
    areas: tuple[Area, ...]


def find_marks(photo: Photo, sheet: FlatSheet) -> Marks:
    """Codes as read on the photograph or on the flat page; squares and areas by their darkness."""
    codes = _codes(photo, sheet)
    squares, areas = _solid(sheet, [mark.box for mark in codes])
    return Marks(tuple(codes), tuple(squares), tuple(areas))


def edges_of(areas: Sequence[Area], segments: Sequence[Segment]) -> list[Segment]:
    """The edges of solid areas where no line runs: cells end there as well."""
    edges: list[Segment] = []
    for area in areas:
        x, y, right, bottom = area.box.x, area.box.y, area.box.right, area.box.bottom
        for ends in ((x, y, right, y), (x, bottom, right, bottom), (x, y, x, bottom), (right, y, right, bottom)):
            edge = Segment(*ends, 0.0, 0.0)
            if not any(_runs_along(s, edge) for s in [*segments, *edges]):
                edges.append(edge)
    return edges


def _runs_along(s: Segment, edge: Segment) -> bool:
    if s.horizontal != edge.horizontal:
        return False
    if s.horizontal:
        return abs(s.y0 - edge.y0) < EDGE_MM and min(s.x1, edge.x1) - max(s.x0, edge.x0) > 0.5 * (edge.x1 - edge.x0)
    return abs(s.x0 - edge.x0) < EDGE_MM and min(s.y1, edge.y1) - max(s.y0, edge.y0) > 0.5 * (edge.y1 - edge.y0)


def _codes(photo: Photo, sheet: FlatSheet) -> list[Mark]:
    flat = Photo(Source(photo.source.path, 1, "", *sheet.grey.shape[::-1]), sheet.grey, 1.0)
    found: list[Mark] = []
    for picture, onto_page in ((photo, _from_photo), (flat, _from_flat)):
        for dictionary in DICTIONARIES:
            for code in find_tags(picture, [dictionary]):
                found.append(_mark(code, onto_page(sheet, code.quad), dictionary))
        for code in find_printed_codes(picture):
            found.append(_mark(code, onto_page(sheet, code.quad), None))
    kept: list[Mark] = []
    page = Box(0, 0, sheet.width_mm, sheet.height_mm)
    for mark in found:
        inside = min(mark.box.x, mark.box.y, page.right - mark.box.right, page.bottom - mark.box.bottom) >= 0
        if inside and not any(mark.box.overlaps(other.box) for other in kept):
            kept.append(mark)
    return kept


def _from_photo(sheet: FlatSheet, quad: Points) -> Points:
    plane = apply_homography(inverse(sheet.photo_from_page), quad)
    return plane - bend_at(sheet.bend, plane)


def _from_flat(_sheet: FlatSheet, quad: Points) -> Points:
    result: Points = (quad + 0.5) / PX_PER_MM
    return result


def _mark(code: Code, quad: Points, dictionary: str | None) -> Mark:
    low, high = quad.min(axis=0), quad.max(axis=0)
    box = Box(float(low[0]), float(low[1]), *(float(side) for side in np.maximum(high - low, 0.5)))
    across = quad[1] - quad[0]
    turn = round(np.degrees(np.arctan2(across[1], across[0])) / 90) * 90 % 360
    if code.kind == "apriltag":
        return Mark("apriltag", box, dictionary=dictionary, id=int(code.text), turn_deg=int(turn))
    return Mark(code.kind, box, text=(_literal(code.text),), turn_deg=int(turn) if code.kind == "qr" else 0)


def _literal(text: str) -> str:
    """As a glob that says this text and no other."""
    return "".join(f"[{character}]" if character in "*?[" else character for character in text)


def _solid(sheet: FlatSheet, codes: Sequence[Box]) -> tuple[list[Mark], list[Area]]:
    squares: list[Mark] = []
    areas: list[Area] = []
    kernel = np.ones((px(SOLID_MM) | 1, px(SOLID_MM) | 1), np.uint8)
    solid = cv2.morphologyEx(sheet.darkness, cv2.MORPH_OPEN, kernel)
    for box in _rectangles(solid > BLACK):
        if any(box.overlaps(code) for code in codes):
            continue
        sides = sorted((box.width, box.height))
        if SQUARE_MM[0] <= sides[0] and sides[1] <= SQUARE_MM[1] and sides[1] < SQUARISH * sides[0]:
            squares.append(Mark("square", box))
        elif sides[0] >= LEAST_AREA_MM / 2:
            areas.append(Area(box, 1.0))
    done = [*codes, *(mark.box for mark in squares), *(area.box for area in areas)]
    wide = cv2.morphologyEx(
        sheet.darkness, cv2.MORPH_OPEN, np.ones((px(LEAST_AREA_MM) | 1, px(LEAST_AREA_MM) | 1), np.uint8)
    )
    for box in _rectangles((wide > GREY) & (solid < BLACK + 0.2)):
        if min(box.width, box.height) >= LEAST_AREA_MM and not any(box.overlaps(other) for other in done):
            rows, columns = (
                slice(round(a * PX_PER_MM), round(b * PX_PER_MM)) for a, b in ((box.y, box.bottom), (box.x, box.right))
            )
            areas.append(Area(box, round(float(np.median(sheet.darkness[rows, columns])), 2)))
    return squares, areas


def _rectangles(mask: np.ndarray) -> Iterable[Box]:
    _, _, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=4)
    for x, y, width, height, area in stats[1:]:
        touches = x == 0 or y == 0 or x + width == mask.shape[1] or y + height == mask.shape[0]
        if area >= FILLED * width * height and not touches and min(width, height) >= px(SOLID_MM):
            yield Box(*(float(v) / PX_PER_MM for v in (x, y, width, height)))
