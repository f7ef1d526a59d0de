"""Printed solid areas: a black bar is no line, and tells where a page lies all the same."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from formreader.geometry import Homography, Points, apply_homography
from formreader.records import Bend
from formreader.register.bend import bend_at
from formreader.register.ink import InkPicture
from formreader.templates import Template

DARKEST_PRINT = 0.4
"""Areas at least so dark are seen as such under any light; a grey row is not."""
GRID_MM = 3.0
"""One place is looked at in each square of this side, and weighs as much as this length of line."""
EDGE_MM = 0.7
"""Places this near to an area's edge may lie beside it on a curled page."""
LEAST_PLACES, MOST_LIGHT = 12, 0.3
"""Of so many places in an area that are seen, this part at most is bare paper: of 56 areas on photographs and drawn
pages none had any."""
AROUND_MM = 2 * EDGE_MM
"""A point at an edge is on a dark area that is seen so far beside it."""
DARK, LIGHT = 110, 50
"""Tone (of 255) of a printed area at least, and of paper with a word or a digit on it at most."""


def area_points(template: Template) -> Points:
    """Places (N, 2) mm within the template's dark areas, on a grid."""
    return _points(template.sha256, tuple(_dark(template)))


def tones(place: Homography, bend: Bend, points: Points, picture: InkPicture) -> NDArray[np.float64]:
    """1 where page points (N, 2) mm are dark, -1 where they are light, 0 where neither or outside the picture."""
    if len(points) == 0:
        return np.zeros(0)
    at = apply_homography(place, points + bend_at(bend, points)) * picture.tone_scale
    height, width = picture.tone.shape
    x, y = np.round(at).astype(np.intp).T
    inside = (x >= 0) & (y >= 0) & (x < width) & (y < height)
    seen = picture.tone[np.clip(y, 0, height - 1), np.clip(x, 0, width - 1)]
    result: NDArray[np.float64] = np.where(seen >= DARK, 1.0, np.where(seen <= LIGHT, -1.0, 0.0)) * inside
    return result


def lacks_dark_area(template: Template, place: Homography, bend: Bend, picture: InkPicture) -> bool:
    """Whether bare paper lies where the form prints black: the print of another year, a row further on."""
    for x, y, right, bottom in _dark(template):
        seen = tones(place, bend, _grid(x, y, right, bottom), picture)
        if np.count_nonzero(seen) >= LEAST_PLACES and (seen < 0).sum() > MOST_LIGHT * np.count_nonzero(seen):
            return True
    return False


def on_dark_areas(
    template: Template, place: Homography, bend: Bend, points: Points, picture: InkPicture
) -> NDArray[np.bool_]:
    """Whether page points (N, 2) mm lie on one of the template's dark areas or at its edge, and the picture is dark
    there: no line is seen on black print."""
    hidden = within_areas(template, points, EDGE_MM)
    chosen = points[hidden]
    around = [
        chosen + np.array(step) for step in ((0, 0), (0, -AROUND_MM), (0, AROUND_MM), (-AROUND_MM, 0), (AROUND_MM, 0))
    ]
    hidden[hidden] = np.any([tones(place, bend, moved, picture) > 0 for moved in around], axis=0)
    return hidden


def within_areas(template: Template, points: Points, gap_mm: float) -> NDArray[np.bool_]:
    """Whether page points (N, 2) lie in one of the template's dark areas or within ``gap_mm`` of one."""
    inside = np.zeros(len(points), dtype=bool)
    for x, y, right, bottom in _dark(template):
        low, high = np.array([x, y]) - gap_mm, np.array([right, bottom]) + gap_mm
        inside |= ((points > low) & (points < high)).all(axis=1)
    return inside


def _dark(template: Template) -> list[tuple[float, float, float, float]]:
    return [
        (area.box.x, area.box.y, area.box.right, area.box.bottom)
        for area in template.areas
        if area.ink >= DARKEST_PRINT and not area.optional and min(area.box.width, area.box.height) > 3 * EDGE_MM
    ]


@lru_cache(maxsize=1024)
def _points(_sha256: str, boxes: tuple[tuple[float, float, float, float], ...]) -> Points:
    found = [np.zeros((0, 2))]
    for x, y, right, bottom in boxes:
        found.append(_grid(x, y, right, bottom))
    return np.concatenate(found)


def _grid(x: float, y: float, right: float, bottom: float) -> Points:
    across = _along(x + EDGE_MM, right - EDGE_MM)
    down = _along(y + EDGE_MM, bottom - EDGE_MM)
    return np.stack(np.meshgrid(across, down), axis=-1).reshape(-1, 2)


def _along(start: float, end: float) -> NDArray[np.float64]:
    count = max(1, round((end - start) / GRID_MM))
    return start + (np.arange(count) + 0.5) / count * (end - start)
