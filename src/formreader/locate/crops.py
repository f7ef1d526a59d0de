"""One warp a cell, at the resolution the recogniser wants; the page itself is never warped."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from formreader.geometry import LINE_PX, Box, Points, crop_box, line_box, line_width_px
from formreader.records import Cell, Grey

CROP_PX = 40
FINEST_SUPERSAMPLING = 4
LINE_SUPERSAMPLING = 2
PIECE_HEIGHTS = 4.0
"""A line is cut in pieces of about so many of its heights."""
Place = tuple[str, str, tuple[int, ...], Box]
"""Field, encoding, index in the encoding, cell on the page in mm."""


def crop_cells(
    grey: Grey, scale: float, places: Iterable[Place], map_points: Callable[[Points], Points]
) -> tuple[Cell, ...]:
    """Crop every cell's surrounding square (see ``geometry.crop_box``) to 40 x 40 px.

    ``grey`` is the picture decoded at ``scale``; ``map_points`` takes page mm to full-size px.
    """
    listed = list(places)
    if not listed:
        return ()
    cells = map_points(np.array([box.corners for *_, box in listed]))
    squares = map_points(np.array([crop_box(box).corners for *_, box in listed]))
    crops = _warped(grey, (squares + 0.5) * scale - 0.5)
    return tuple(
        Cell(field, encoding, index, box.width / box.height, cell, crop)
        for (field, encoding, index, box), cell, crop in zip(listed, cells, crops, strict=True)
    )


def cut_lines(
    grey: Grey, scale: float, places: Iterable[Place], map_points: Callable[[Points], Points], width_px: int
) -> tuple[Cell, ...]:
    """Cut each cell and its margin (see ``geometry.line_box``), 32 px high, into a picture ``width_px`` wide.

    What the cell leaves over on the right is white, what it lacks is cut off. Arguments as for ``crop_cells``.
    """
    return tuple(
        Cell(
            field,
            encoding,
            index,
            box.width / box.height,
            map_points(box.corners),
            _line(grey, scale, box, map_points, width_px),
        )
        for field, encoding, index, box in places
    )


def _line(grey: Grey, scale: float, box: Box, map_points: Callable[[Points], Points], width_px: int) -> Grey:
    """One line, in pieces short enough to be flat on paper that is curled."""
    seen = line_box(box)
    count = max(1, round(seen.width / (PIECE_HEIGHTS * seen.height)))
    step = seen.width / count
    pieces = [Box(seen.x + i * step, seen.y, step, seen.height) for i in range(count)]
    fine = np.hstack(
        [cut_box(grey, scale, piece, map_points, LINE_SUPERSAMPLING * LINE_PX / seen.height) for piece in pieces]
    )
    size = (line_width_px(box.width / box.height), LINE_PX)
    line = np.full((LINE_PX, width_px), 255, np.uint8)
    shown = cv2.resize(fine, size, interpolation=cv2.INTER_AREA)[:, :width_px]
    line[:, : shown.shape[1]] = shown
    return line


def cut_box(grey: Grey, scale: float, box: Box, map_points: Callable[[Points], Points], px_per_mm: float) -> Grey:
    """A box of the page as an upright picture of ``px_per_mm``; arguments as for ``crop_cells``."""
    corners = (map_points(box.corners) + 0.5) * scale - 0.5
    width, height = max(1, round(box.width * px_per_mm)), max(1, round(box.height * px_per_mm))
    cut_from_grey = cv2.getPerspectiveTransform(corners.astype(np.float32), _edge(width, height))
    cut: Grey = cv2.warpPerspective(grey, cut_from_grey, (width, height), borderMode=cv2.BORDER_REPLICATE)
    return cut


def _warped(grey: Grey, squares: Points) -> list[Grey]:
    """Crops of squares (N, 4, 2) px of ``grey``, averaged over the source pixels, so that thin ink stays."""
    sides_px = np.hypot(*np.moveaxis(squares - np.roll(squares, 1, axis=1), -1, 0)).mean(axis=1)
    finer = np.clip(np.ceil(sides_px / CROP_PX), 1, FINEST_SUPERSAMPLING).astype(int)
    return [
        _warp(grey, square, CROP_PX * times) for square, times in zip(squares.astype(np.float32), finer, strict=True)
    ]


def _warp(grey: Grey, square: NDArray[np.float32], size: int) -> Grey:
    crop_from_grey = cv2.getPerspectiveTransform(square, _edge(size, size))
    crop: Grey = cv2.warpPerspective(grey, crop_from_grey, (size, size), borderMode=cv2.BORDER_REPLICATE)
    return crop if size == CROP_PX else cv2.resize(crop, (CROP_PX, CROP_PX), interpolation=cv2.INTER_AREA)


@lru_cache(maxsize=256)
def _edge(width: int, height: int) -> NDArray[np.float32]:
    """Outer corners (4, 2) of a picture, px."""
    return np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32) - np.float32(0.5)
