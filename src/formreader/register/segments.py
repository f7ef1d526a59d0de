"""Straight dark segments, and the two pencils of lines that a page's ruling makes."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from formreader.geometry import Homography, Points
from formreader.records import Grey

Segments = NDArray[np.float64]
"""Shape (N, 4): x0, y0, x1, y1 in px of frame work."""

GRAIN = 8
"""Ink (of 255) that a quick look takes for the paper's and the sensor's grain."""
SHORTEST_PX = 14.0
PENCIL_REACH_DEG = 25.0
"""How far a pencil's lines fan out from its dominant direction under strong perspective."""
FLAT_DEG, CURLED_DEG = 1.2, 2.4
"""How far a line of a pencil may run beside its vanishing point: on flat paper, on paper that curls."""
PENCIL_SEGMENTS, PENCIL_TRIALS = 150, 150


def find_segments(ink: Grey, halved: bool) -> Segments:
    """Both edges of each dark line, as segments of at least ``SHORTEST_PX``, longest first.

    ``halved`` looks at half the size, which is much faster: long lines are found as well, short ones less.
    """
    if halved:
        height, width = (side - side % 2 for side in ink.shape)
        small = cv2.resize(ink[:height, :width], None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
        small = cv2.subtract(small, GRAIN)
        # the detector's own blur would run the letters of a line of print together
        found = cv2.createLineSegmentDetector(cv2.LSD_REFINE_NONE, scale=1.0).detect(small)[0]
    else:
        found = cv2.createLineSegmentDetector(cv2.LSD_REFINE_NONE).detect(ink)[0]
    if found is None:
        return np.zeros((0, 4))
    segments = np.asarray(found, dtype=np.float64).reshape(-1, 4)
    if halved:
        segments = 2.0 * segments + 0.5
    lengths = segment_lengths(segments)
    keep = np.flatnonzero(lengths >= SHORTEST_PX)
    result: Segments = segments[keep[np.argsort(-lengths[keep])]]
    return result


def covered(spans: Points) -> float:
    """Length of the union of spans (N, 2), the ends of each in either order."""
    total, reached = 0.0, -np.inf
    for start, end in sorted((min(span), max(span)) for span in spans.tolist()):
        total += max(0.0, end - max(start, reached))
        reached = max(reached, end)
    return total


def segment_lengths(segments: Segments) -> NDArray[np.float64]:
    result: NDArray[np.float64] = np.hypot(segments[:, 2] - segments[:, 0], segments[:, 3] - segments[:, 1])
    return result


def _directions_deg(segments: Segments) -> NDArray[np.float64]:
    angle = np.degrees(np.arctan2(segments[:, 3] - segments[:, 1], segments[:, 2] - segments[:, 0]))
    result: NDArray[np.float64] = np.mod(angle, 180.0)
    return result


def _usual_direction(directions_deg: NDArray[np.float64], weights: NDArray[np.float64]) -> float:
    """The mean of undirected lines' directions: of 1 and 179 degrees it is 0, not 90."""
    doubled = np.exp(2j * np.radians(directions_deg)) @ weights
    return float(np.degrees(np.angle(doubled)) / 2 % 180.0)


def _turn_deg(a: NDArray[np.float64], b: float | NDArray[np.float64]) -> NDArray[np.float64]:
    """Smallest angle between undirected lines."""
    difference = np.mod(np.abs(a - b), 180.0)
    result: NDArray[np.float64] = np.minimum(difference, 180.0 - difference)
    return result


def find_pencils(
    segments: Segments, generator: np.random.Generator, tolerance_deg: float = FLAT_DEG
) -> list[tuple[NDArray[np.float64], NDArray[np.bool_]]]:
    """The two strongest vanishing points as homogeneous (3,) vectors, with the segments of each.

    Fewer than two where the picture shows no ruling. The strongest comes first.
    """
    pencils: list[tuple[NDArray[np.float64], NDArray[np.bool_]]] = []
    free = np.ones(len(segments), dtype=bool)
    lengths, directions = segment_lengths(segments), _directions_deg(segments)
    for _ in range(2):
        if free.sum() < 4:
            break
        histogram, _ = np.histogram(directions[free], bins=180, range=(0, 180), weights=lengths[free])
        smooth = np.convolve(np.tile(histogram, 3), np.hanning(15), "same")[180:360]
        peak = float(np.argmax(smooth)) + 0.5
        near = free & (_turn_deg(directions, peak) < PENCIL_REACH_DEG)
        if near.sum() < 4:
            break
        vanishing_point, members = _fit_pencil(segments, near, generator, tolerance_deg)
        pencils.append((vanishing_point, members))
        typical = _usual_direction(directions[members], lengths[members]) if members.any() else peak
        # what leans near the first pencil cannot be the second, whatever its noise
        free &= ~members & (_turn_deg(directions, typical) > PENCIL_REACH_DEG)
    return pencils


def _fit_pencil(
    segments: Segments, near: NDArray[np.bool_], generator: np.random.Generator, tolerance_deg: float
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """RANSAC over pairs of segments, then least squares; scored by length within tolerance."""
    strongest = segments[np.flatnonzero(near)[:PENCIL_SEGMENTS]]
    lengths = segment_lengths(strongest)
    ends = np.column_stack([strongest, np.ones(len(strongest))])
    lines = np.cross(ends[:, [0, 1, 4]], ends[:, [2, 3, 4]])
    lines /= np.linalg.norm(lines[:, :2], axis=1, keepdims=True)
    pairs = generator.choice(len(strongest), size=(PENCIL_TRIALS, 2), p=lengths / lengths.sum())
    points = np.cross(lines[pairs[:, 0]], lines[pairs[:, 1]])
    norms = np.linalg.norm(points, axis=1)
    points = points[norms > 1e-9] / norms[norms > 1e-9, None]
    if len(points) == 0:
        return _least_squares_point(strongest), near
    scores = _points_at(strongest, points, tolerance_deg) @ lengths
    best = points[int(np.argmax(scores))]
    for _ in range(3):
        members = _points_at(strongest, best[None], tolerance_deg)[0]
        if members.sum() < 3:
            break
        best = _least_squares_point(strongest[members])
    return best, near & _points_at(segments, best[None], tolerance_deg)[0]


def _points_at(segments: Segments, points: NDArray[np.float64], tolerance_deg: float) -> NDArray[np.bool_]:
    """Whether each segment runs towards each homogeneous point (P, 3), to within so much: (P, N)."""
    middle = (segments[:, :2] + segments[:, 2:]) / 2
    along = segments[:, 2:] - segments[:, :2]
    towards_x = points[:, :1] - points[:, 2:] * middle[None, :, 0]
    towards_y = points[:, 1:2] - points[:, 2:] * middle[None, :, 1]
    turned = np.abs(towards_x * along[:, 1] - towards_y * along[:, 0])
    sine = np.sin(np.radians(tolerance_deg))
    result: NDArray[np.bool_] = turned < sine * np.hypot(towards_x, towards_y) * segment_lengths(segments)
    return result


def _least_squares_point(segments: Segments) -> NDArray[np.float64]:
    """The point nearest to all lines, each weighted by its length; conditioned about the centre."""
    centre = segments.reshape(-1, 2).mean(axis=0)
    spread = max(float(np.abs(segments.reshape(-1, 2) - centre).mean()), 1.0)
    local = (segments - np.tile(centre, 2)) / spread
    ones = np.ones((len(local), 1))
    lines = np.cross(np.hstack([local[:, :2], ones]), np.hstack([local[:, 2:], ones]))
    # the cross product's length already weights by the segment's length
    point = np.linalg.eigh(lines.T @ lines)[1][:, 0]
    back = np.array([[spread, 0, centre[0]], [0, spread, centre[1]], [0, 0, 1.0]]) @ point
    result: NDArray[np.float64] = back / np.linalg.norm(back)
    return result


def rectifier(across: NDArray[np.float64], down: NDArray[np.float64], centre: NDArray[np.float64]) -> Homography:
    """The map that makes lines through ``across`` horizontal and through ``down`` vertical.

    It keeps the scale and puts the origin at ``centre`` (px); x' grows to the picture's right or y'
    downwards as far as the page's turn allows. Raises ``ValueError`` where the two coincide.
    """
    here = np.array([centre[0], centre[1], 1.0])
    horizon = np.cross(across, down)
    vertical, horizontal = np.cross(down, here), np.cross(across, here)
    depth = float(horizon @ here)
    if abs(depth) < 1e-12 or not np.all(np.isfinite([vertical, horizontal])):
        raise ValueError("the vanishing points coincide or lie on the page")
    horizon = horizon / depth
    vertical = vertical / np.linalg.norm(vertical[:2])
    horizontal = horizontal / np.linalg.norm(horizontal[:2])
    if vertical[0] < 0:
        vertical = -vertical
    matrix = np.array([vertical, horizontal, horizon])
    if np.linalg.det(matrix[:2, :2]) < 0:  # keep the hand: a page is never mirrored
        matrix[1] = -matrix[1]
    return matrix
