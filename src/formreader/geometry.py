"""Points, boxes and maps between frames.

Convention: a point is (x, y), x to the right, y down. Frame ``page`` is millimetres on the paper
from its top left corner; frame ``photo`` is pixels of the upright photograph, where an integer
coordinate is a pixel's centre. A map is named after both frames: ``photo_from_page`` takes page
points to photo points. Arrays of points are float64 of shape (..., 2).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
Homography = NDArray[np.float64]

CROP_SCALE = 1.4
"""A cell's crop is a square this many times the cell's longer side: room for strokes that leave
the box and for misregistration, little enough that a neighbour's digit is not whole in it."""

LINE_PX = 32
"""Height in px of the picture of a cell that holds a line of writing: several digits, or words."""
LINE_MARGIN = 0.2
"""A line's picture reaches so many of the cell's heights beyond it on every side."""


@dataclass(frozen=True, slots=True)
class Box:
    """An axis-aligned rectangle; all four numbers in the unit of its frame (mm on the page)."""

    x: float
    y: float
    width: float
    height: float

    @property
    def centre(self) -> tuple[float, float]:
        return self.x + self.width / 2, self.y + self.height / 2

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height

    @property
    def corners(self) -> Points:
        """Shape (4, 2): top left, top right, bottom right, bottom left."""
        return np.array([[self.x, self.y], [self.right, self.y], [self.right, self.bottom], [self.x, self.bottom]])

    def shifted(self, right: float, down: float) -> Box:
        return Box(self.x + right, self.y + down, self.width, self.height)

    def overlaps(self, other: Box, by: float = 0.0) -> bool:
        """Whether the two share more than ``by``, across and down."""
        across = min(self.right, other.right) - max(self.x, other.x)
        down = min(self.bottom, other.bottom) - max(self.y, other.y)
        return across > by and down > by


def crop_box(cell: Box) -> Box:
    """The square around ``cell`` that a recogniser sees (same frame as the cell)."""
    side = CROP_SCALE * max(cell.width, cell.height)
    centre_x, centre_y = cell.centre
    return Box(centre_x - side / 2, centre_y - side / 2, side, side)


def line_box(cell: Box) -> Box:
    """What a recogniser of lines sees of ``cell`` and around it (same frame as the cell)."""
    margin = LINE_MARGIN * cell.height
    return Box(cell.x - margin, cell.y - margin, cell.width + 2 * margin, cell.height + 2 * margin)


def line_width_px(aspect: float) -> int:
    """Width of the picture, ``LINE_PX`` high, of ``line_box`` of a cell of this width over height."""
    return round((aspect + 2 * LINE_MARGIN) / (1 + 2 * LINE_MARGIN) * LINE_PX)


def apply_homography(homography: Homography, points: Points) -> Points:
    """Map ``points`` of shape (..., 2) by a 3x3 ``homography``; shape is kept."""
    mapped = points @ homography[:, :2].T + homography[:, 2]
    result: Points = mapped[..., :2] / mapped[..., 2:]
    return result


def inverse(homography: Homography) -> Homography:
    """The map the other way: ``page_from_photo`` of ``photo_from_page``."""
    return np.linalg.inv(homography).astype(np.float64)


def homography_from_points(source: Points, target: Points) -> Homography:
    """The 3x3 map of at least four points (N, 2) onto others by normalised least squares.

    Raises ``ValueError`` where the points do not determine a map.
    """
    if source.shape != target.shape or source.ndim != 2 or len(source) < 4:
        raise ValueError(f"need two (N>=4, 2) arrays, got {source.shape} and {target.shape}")
    source_norm, target_norm = _normaliser(source), _normaliser(target)
    s, t = apply_homography(source_norm, source), apply_homography(target_norm, target)
    ones, zeros = np.ones(len(s)), np.zeros((len(s), 3))
    s1 = np.column_stack([s, ones])
    rows_x = np.hstack([s1, zeros, -t[:, :1] * s1])
    rows_y = np.hstack([zeros, s1, -t[:, 1:] * s1])
    _, values, right = np.linalg.svd(np.vstack([rows_x, rows_y]))
    normalised = right[-1].reshape(3, 3)  # of length 1; three points of four on a line leave no map, or one that folds
    if values[-2] < 1e-9 * values[0] or abs(np.linalg.det(normalised)) < 1e-9:
        raise ValueError("the points are degenerate: three of four lie on a line")
    solution = np.linalg.inv(target_norm) @ normalised @ source_norm
    result: Homography = solution / solution[2, 2]
    return result


def _normaliser(points: Points) -> Homography:
    centre = points.mean(axis=0)
    spread = float(np.abs(points - centre).mean())
    if spread == 0.0:
        raise ValueError("the points are degenerate: all are equal")
    scale = 1.0 / spread
    return np.array([[scale, 0, -scale * centre[0]], [0, scale, -scale * centre[1]], [0, 0, 1.0]])
