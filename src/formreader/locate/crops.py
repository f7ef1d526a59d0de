"""One warp a cell, at the resolution the recogniser wants; the page itself is never warped."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from math import ceil

import cv2
import numpy as np

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
    return tuple(
        Cell(field, encoding, index, box.width / box.height, cell, _warp(grey, (square + 0.5) * scale - 0.5))
        for (field, encoding, index, box), cell, square in zip(listed, cells, squares, strict=True)
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
    edge = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32) - np.float32(0.5)
    cut_from_grey = cv2.getPerspectiveTransform(corners.astype(np.float32), edge)
    cut: Grey = cv2.warpPerspective(grey, cut_from_grey, (width, height), borderMode=cv2.BORDER_REPLICATE)
    return cut


def _warp(grey: Grey, square: Points) -> Grey:
    """Average over the source pixels that fall into each target pixel, so that thin ink stays."""
    side_px = float(np.hypot(*(square - np.roll(square, 1, axis=0)).T).mean())
    size = CROP_PX * int(np.clip(ceil(side_px / CROP_PX), 1, FINEST_SUPERSAMPLING))
    edge = np.array([[-0.5, -0.5], [size - 0.5, -0.5], [size - 0.5, size - 0.5], [-0.5, size - 0.5]])
    crop_from_grey = cv2.getPerspectiveTransform(square.astype(np.float32), edge.astype(np.float32))
    warped = cv2.warpPerspective(grey, crop_from_grey, (size, size), borderMode=cv2.BORDER_REPLICATE)
    if size > CROP_PX:
        warped = cv2.resize(warped, (CROP_PX, CROP_PX), interpolation=cv2.INTER_AREA)
    crop: Grey = warped
    return crop
