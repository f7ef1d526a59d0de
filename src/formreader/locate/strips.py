"""A part of the page cut out upright, with how dark each pixel is against the paper around it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from formreader.geometry import Box, Points
from formreader.records import Grey

Darkness = NDArray[np.float32]
"""Shape (height, width): 0 as bright as the paper there, 1 black."""

PIECE_MM = 40.0
"""A strip is cut in pieces of about this width, each flat on paper that is curled."""
FINEST = 4
"""Source pixels a side that are averaged to one, at most."""
WIDEST_STROKE_MM = 2.5
"""Dark shapes wider than this are shade or print, no stroke."""
LEAST_STROKE_PX = 7
DARKEST_PAPER = 24.0
"""Below this grey level the sensor's noise would pass for ink."""


@dataclass(frozen=True, slots=True)
class Strip:
    """``box`` of the page, mm, at ``px_per_mm``; ``grey``, ``paper`` and ``darkness`` are (height, width)."""

    box: Box
    px_per_mm: float
    grey: Grey
    paper: Darkness
    darkness: Darkness

    def px(self, points_mm: Points) -> Points:
        """Page points (..., 2) mm to px of the strip, an integer at a pixel's centre."""
        corner = np.array([self.box.x, self.box.y])
        result: Points = (points_mm - corner) * self.px_per_mm - 0.5
        return result

    def part(self, box: Box) -> Strip:
        """The part that shows ``box``, to the nearest pixel."""
        rows, columns = self.span(box)
        k = self.px_per_mm
        shown = self.grey[rows, columns]
        placed = Box(
            self.box.x + columns.start / k, self.box.y + rows.start / k, shown.shape[1] / k, shown.shape[0] / k
        )
        return Strip(placed, k, shown, self.paper[rows, columns], self.darkness[rows, columns])

    def span(self, box: Box) -> tuple[slice, slice]:
        """Rows and columns that a box (mm) takes of the strip."""
        (left, top), _, (right, bottom), _ = np.rint(self.px(box.corners) + 0.5).astype(int).tolist()
        return slice(max(top, 0), max(bottom, 0)), slice(max(left, 0), max(right, 0))


def cut_strips(
    grey: Grey, scale: float, boxes: Sequence[Box], map_points: Callable[[Points], Points], px_per_mm: float
) -> tuple[Strip, ...]:
    """A strip for each of ``boxes`` of the page; those that overlap much share one. Arguments as for ``crop_cells``."""
    wholes = _joined(boxes)
    cut = {whole: _cut(grey, scale, whole, map_points, px_per_mm) for whole in set(wholes)}
    return tuple(cut[whole].part(box) for whole, box in zip(wholes, boxes, strict=True))


def _joined(boxes: Sequence[Box]) -> list[Box]:
    """For each box the one to cut: with its neighbours where that takes less than cutting each by itself."""
    wholes: list[Box] = []
    of: list[int] = []
    for box in boxes:
        for i, whole in enumerate(wholes):
            both = _around(whole, box)
            if both.width * both.height <= whole.width * whole.height + box.width * box.height:
                wholes[i] = both
                of.append(i)
                break
        else:
            of.append(len(wholes))
            wholes.append(box)
    return [wholes[i] for i in of]


def _around(a: Box, b: Box) -> Box:
    x, y = min(a.x, b.x), min(a.y, b.y)
    return Box(x, y, max(a.right, b.right) - x, max(a.bottom, b.bottom) - y)


def _cut(grey: Grey, scale: float, box: Box, map_points: Callable[[Points], Points], px_per_mm: float) -> Strip:
    """In pieces that are flat on paper that is curled."""
    columns, rows = (max(1, round(side / PIECE_MM)) for side in (box.width, box.height))
    across = np.rint(np.linspace(0, box.width * px_per_mm, columns + 1)).astype(int)
    down = np.rint(np.linspace(0, box.height * px_per_mm, rows + 1)).astype(int)
    corner = np.array([box.x, box.y])
    quads = np.array(
        [
            [[[x0, y0], [x1, y0], [x1, y1], [x0, y1]] for x0, x1 in pairwise(across.tolist())]
            for y0, y1 in pairwise(down.tolist())
        ]
    )
    seen = ((map_points(quads / px_per_mm + corner) + 0.5) * scale - 0.5).astype(np.float32)
    picture = np.empty((int(down[-1]), int(across[-1])), np.uint8)
    for place, quad in zip(quads.reshape(-1, 4, 2), seen.reshape(-1, 4, 2), strict=True):
        (x0, y0), (x1, y1) = place[0].tolist(), place[2].tolist()
        picture[y0:y1, x0:x1] = _piece(grey, quad, (x1 - x0, y1 - y0))
    paper = paper_of(picture, px_per_mm)
    return Strip(box, px_per_mm, picture, paper, cv2.max(1.0 - cv2.divide(picture, paper, dtype=cv2.CV_32F), 0.0))


def _piece(grey: Grey, quad: NDArray[np.float32], size: tuple[int, int]) -> Grey:
    """A quad (4, 2) px of ``grey`` as a picture of ``size``, averaged where it is finer: thin ink stays."""
    width_px = float(np.hypot(*(quad[1] - quad[0])))
    finer = int(np.clip(round(width_px / size[0]), 1, FINEST))
    wide, high = size[0] * finer, size[1] * finer
    edge = np.array([[0, 0], [wide, 0], [wide, high], [0, high]], np.float32) - np.float32(0.5)
    cut = cv2.warpPerspective(
        grey, cv2.getPerspectiveTransform(quad, edge), (wide, high), borderMode=cv2.BORDER_REPLICATE
    )
    piece: Grey = cut if finer == 1 else cv2.resize(cut, size, interpolation=cv2.INTER_AREA)
    return piece


def paper_of(picture: Grey, px_per_mm: float) -> Darkness:
    """Grey level (height, width) of bare paper at each pixel: a closing fills strokes, a blur evens it."""
    reach = max(LEAST_STROKE_PX, round(WIDEST_STROKE_MM * px_per_mm))
    half = cv2.resize(picture, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    side = reach // 2 | 1
    filled = cv2.morphologyEx(half, cv2.MORPH_CLOSE, np.ones((side, side), np.uint8))
    even = cv2.blur(cv2.blur(filled, (side, side)), (side, side))
    whole = cv2.resize(even, picture.shape[::-1], interpolation=cv2.INTER_LINEAR)
    return cv2.max(whole.astype(np.float32), DARKEST_PAPER)
