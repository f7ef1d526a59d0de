"""Pull a template onto the ink: printed lines are searched across, a plane is fitted, then a bend.

Every sample of a printed line gives one number: how far, in mm across the line, its ink lies from
where the current placement says. Those numbers move the placement; the last ones are the residual.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from formreader.geometry import Homography, Points, apply_homography
from formreader.records import Bend, Grey
from formreader.register.align import sample_lines
from formreader.templates import Template, encoding_cells

SEARCH_STEPS = 14
"""Places on either side of a line that are looked at, however far the search reaches."""
ALONG_MM = (-1.0, 0.0, 1.0)
"""A profile across a line is averaged over these places along it: dots and gaps close."""
FAINTEST_INK = 10.0
"""Ink (of 255) a line must stand out by: half of what a thin grey line keeps after phone blur."""
GLANCE_SAMPLES = 300
SQUARE_WEIGHT_MM = 40.0
"""A printed square weighs as much as this length of line: it cannot be taken for its neighbour."""
SQUARE_REACH = 3.0
"""Squares are looked for this much further than lines, since nothing beside them looks alike."""
SQUARE_PX_PER_MM, SQUARE_MARGIN_MM, SQUARE_LIKENESS = 5.0, 0.8, 0.6
BEND_NODES = (9, 7)
BEND_STIFFNESS = 0.03
"""Against 1 for the lines' pull: measured on drawn curls, docs/decisions/0001-registration.md."""
CLOSE_MM = 0.15
"""Between two prints of like forms, lines count the more the nearer they are: to this, not to covering."""
NEAR_FIELD_MM = 8.0
"""Lines this near to a field's cells count for coverage: signatures may be hidden, boxes may not."""
ON_LINE_MM = 0.6
"""A line found within this of its place counts as covered; digits' boxes are ten times as wide."""


@dataclass(frozen=True, slots=True)
class LineSamples:
    """Points (N, 2) mm along the printed lines, direction and mm of line each stands for.

    The last 2 M points are the centres of ``squares`` (M, 2) mm wide and high, once as lying on an
    upright and once on a level line: a printed square tells both ways where it is. ``near_field``
    (N,) says which stand by the fields, where a page must be found for its boxes to be read.
    """

    points: Points
    level: NDArray[np.bool_]
    weights: NDArray[np.float64]
    squares: NDArray[np.float64]
    near_field: NDArray[np.bool_]

    @property
    def normals(self) -> Points:
        return np.column_stack([~self.level, self.level]).astype(np.float64)


@dataclass(frozen=True, slots=True)
class Fit:
    """A placement and how well it sits. ``work_from_page`` maps mm, after ``bend``, to ink px."""

    template: Template
    work_from_page: Homography
    bend: Bend
    residual_mm: float
    coverage: float
    closeness: float
    visible: float


def template_samples(template: Template, most: int = 1500) -> LineSamples:
    """Samples every 3 mm, or sparser so that there are at most about ``most``.

    The same for every photograph: kept under the hash of the template's file.
    """
    key = (template.sha256, most)
    if key not in _samples:
        _samples[key] = _sampled(template, most)
    return _samples[key]


_samples: dict[tuple[str, int], LineSamples] = {}


def _sampled(template: Template, most: int) -> LineSamples:
    printed = np.array([[s.x0, s.y0, s.x1, s.y1] for s in template.segments])
    total = float(np.abs(printed[:, 2:] - printed[:, :2]).sum())
    inks = np.array([s.ink for s in template.segments])
    points, level, weights = sample_lines(printed, max(3.0, total / most), inks)
    boxes = [mark.box for mark in template.marks if mark.kind == "square"]
    centres = np.array([box.centre for box in boxes]).reshape(-1, 2)
    count = len(boxes)
    everything = np.concatenate([points, centres, centres])
    return LineSamples(
        everything,
        np.concatenate([level, np.zeros(count, dtype=bool), np.ones(count, dtype=bool)]),
        np.concatenate([weights, np.full(2 * count, SQUARE_WEIGHT_MM)]),
        np.array([[box.width, box.height] for box in boxes]).reshape(-1, 2),
        _near_fields(template, everything),
    )


def _near_fields(template: Template, points: Points) -> NDArray[np.bool_]:
    near = np.zeros(len(points), dtype=bool)
    for field in template.fields.values():
        corners = np.concatenate([box.corners for e in field.encodings.values() for box in encoding_cells(e)])
        low, high = corners.min(axis=0) - NEAR_FIELD_MM, corners.max(axis=0) + NEAR_FIELD_MM
        near |= ((points >= low) & (points <= high)).all(axis=1)
    return near


def glance(template: Template, start: Homography, ink: Grey, reach_mm: float = 2.5) -> tuple[Homography, float]:
    """A quick plane fit on few samples: the placement and its coverage, to rank hypotheses by."""
    samples = template_samples(template, GLANCE_SAMPLES)
    flat = no_bend(template)
    place = start
    for reach in (reach_mm, reach_mm * 0.6):
        offsets, found = search(place, flat, samples, ink, reach)
        if found.sum() < 12:
            return place, 0.0
        place = place @ _plane_update(samples, offsets, found)
    offsets, found = search(place, flat, samples, ink, 1.0)
    measured = _measured(template, place, flat, samples, offsets, found, ink.shape)
    return place, measured.coverage * measured.visible


def fit(template: Template, start: Homography, ink: Grey, reach_mm: float = 2.5) -> Fit:
    """Refine ``start`` (work_from_page); first a plane while the search narrows, then the bend."""
    samples = template_samples(template)
    place = start
    flat = no_bend(template)
    for reach in (reach_mm, reach_mm * 0.7, reach_mm * 0.5, reach_mm * 0.5):
        offsets, found = search(place, flat, samples, ink, reach)
        if found.sum() < 12:
            break
        place = place @ _plane_update(samples, offsets, found)
    bend = flat
    for reach in reach_mm * np.array([0.8, 0.7, 0.6, 0.5, 0.4, 0.35]):
        offsets, found = search(place, bend, samples, ink, reach)
        if found.sum() < 12:
            break
        bend = _bend_update(bend, samples, offsets, found)
    offsets, found = search(place, bend, samples, ink, 1.0)
    return _measured(template, place, bend, samples, offsets, found, ink.shape)


def search(
    place: Homography, bend: Bend, samples: LineSamples, ink: Grey, reach_mm: float
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Signed distance (N,) mm from each sample to its line's ink along the normal, and where found."""
    lines = len(samples.points) - 2 * len(samples.squares)
    offsets, found = _search_lines(place, bend, samples, ink, reach_mm, lines)
    moved, seen = _search_squares(place, bend, samples, ink, reach_mm * SQUARE_REACH)
    return np.concatenate([offsets, moved[:, 0], moved[:, 1]]), np.concatenate([found, seen, seen])


def _search_lines(
    place: Homography, bend: Bend, samples: LineSamples, ink: Grey, reach_mm: float, count: int
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    across = np.linspace(-reach_mm, reach_mm, 2 * SEARCH_STEPS + 1)
    centre = samples.points[:count] + bend_at(bend, samples.points[:count])
    normals = samples.normals[:count]
    # over a few mm a homography is affine: three points a sample stand for the whole profile
    origin = apply_homography(place, centre)
    step_across = apply_homography(place, centre + normals) - origin
    step_along = apply_homography(place, centre + normals[:, ::-1]) - origin
    at = (
        origin[:, None, None, :]
        + np.array(ALONG_MM)[None, :, None, None] * step_along[:, None, None, :]
        + across[None, None, :, None] * step_across[:, None, None, :]
    ).astype(np.float32)
    profile = (
        cv2.remap(
            ink, at.reshape(len(centre), -1, 2), None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=0
        )
        .reshape(at.shape[:3])
        .mean(axis=1, dtype=np.float32)
    )
    smooth = cv2.blur(profile, (3, 1))
    # of two equal lines the nearer one is meant
    favoured = smooth * (1.0 - 0.35 * np.abs(across) / reach_mm)[None, :]
    best = np.argmax(favoured, axis=1)
    rows = np.arange(len(best))
    ground = np.median(smooth, axis=1)
    stands_out = smooth[rows, best] - ground
    around = np.clip(best[:, None] + np.arange(-3, 4)[None, :], 0, len(across) - 1)
    weights = np.maximum(profile[rows[:, None], around] - ground[:, None], 0) + 1e-6
    offsets = (weights * across[around]).sum(axis=1) / weights.sum(axis=1)
    inside = (best > 0) & (best < len(across) - 1)
    return offsets, inside & (stands_out > FAINTEST_INK)


def _search_squares(
    place: Homography, bend: Bend, samples: LineSamples, ink: Grey, reach_mm: float
) -> tuple[Points, NDArray[np.bool_]]:
    """How far (M, 2) mm each printed square is from its place, and whether one was found."""
    count = len(samples.squares)
    moved, seen = np.zeros((count, 2)), np.zeros(count, dtype=bool)
    if count == 0:
        return moved, seen
    centres = samples.points[-count:]
    centres = centres + bend_at(bend, centres)
    pattern_mm = samples.squares + 2 * SQUARE_MARGIN_MM
    halves = pattern_mm / 2 + reach_mm
    unit = np.array([[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]])
    corners = apply_homography(place, centres[:, None, :] + unit[None] * halves[:, None, :]).astype(np.float32)
    for i in range(count):
        if corners[i].min() < 0 or (corners[i].max(axis=0) > (ink.shape[1], ink.shape[0])).any():
            continue
        width, height = (int(v) for v in np.round(2 * halves[i] * SQUARE_PX_PER_MM))
        target = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32) - np.float32(0.5)
        patch_from_ink = cv2.getPerspectiveTransform(corners[i], target)
        patch = cv2.warpPerspective(ink, patch_from_ink, (width, height))
        likeness = cv2.matchTemplate(patch, _square_pattern(tuple(samples.squares[i])), cv2.TM_CCOEFF_NORMED)
        rows, columns = likeness.shape
        right, down = np.arange(columns) - (columns - 1) / 2, np.arange(rows) - (rows - 1) / 2
        away = np.hypot(right[None, :], down[:, None]) / (SQUARE_PX_PER_MM * reach_mm)
        # of a pair of squares the nearer one is meant
        y, x = np.unravel_index(np.argmax(likeness * (1.0 - 0.3 * away)), likeness.shape)
        moved[i] = right[x] / SQUARE_PX_PER_MM, down[y] / SQUARE_PX_PER_MM
        seen[i] = likeness[y, x] > SQUARE_LIKENESS
    return moved, seen


@lru_cache(maxsize=64)
def _square_pattern(size_mm: tuple[float, float]) -> NDArray[np.uint8]:
    """A black square on a margin of paper, at ``SQUARE_PX_PER_MM``."""
    margin = round(SQUARE_MARGIN_MM * SQUARE_PX_PER_MM)
    width, height = (max(1, round(v * SQUARE_PX_PER_MM)) for v in size_mm)
    pattern = np.zeros((height + 2 * margin, width + 2 * margin), np.uint8)
    pattern[margin:-margin, margin:-margin] = 255
    return pattern


def _robust(offsets: NDArray[np.float64]) -> NDArray[np.float64]:
    """Cauchy weights at the scale the offsets themselves show, never finer than 0.1 mm."""
    scale = max(0.1, 1.4826 * float(np.median(np.abs(offsets - np.median(offsets)))))
    result: NDArray[np.float64] = 1.0 / (1.0 + (offsets / (1.5 * scale)) ** 2)
    return result


def _plane_update(samples: LineSamples, offsets: NDArray[np.float64], found: NDArray[np.bool_]) -> Homography:
    """The homography of the page onto itself, near the identity, that takes the offsets away."""
    points, level, o = samples.points[found], samples.level[found], offsets[found]
    centre, spread = points.mean(axis=0), max(float(np.abs(points - points.mean(axis=0)).max()), 1.0)
    x, y = ((points - centre) / spread).T
    zero, one = np.zeros_like(x), np.ones_like(x)
    rows = np.where(
        level[:, None],
        np.column_stack([zero, zero, zero, x, y, one, -y * x, -y * y]),
        np.column_stack([x, y, one, zero, zero, zero, -x * x, -x * y]),
    )
    solution = np.zeros(8)
    for _ in range(5):
        w = samples.weights[found] * _robust(o - rows @ solution * spread)
        normal = rows.T @ (rows * w[:, None]) + 1e-6 * w.sum() * np.eye(8)
        solution = np.linalg.solve(normal, rows.T @ (w * o / spread))
    a, b, c, d, e, f, g, h = solution
    local = np.array([[1 + a, b, c], [d, 1 + e, f], [g, h, 1.0]])
    to_local = np.array([[1 / spread, 0, -centre[0] / spread], [0, 1 / spread, -centre[1] / spread], [0, 0, 1.0]])
    result: Homography = np.linalg.inv(to_local) @ local @ to_local
    return result


def no_bend(template: Template) -> Bend:
    """A bend of nothing, with nodes over the template's page."""
    rows, columns = BEND_NODES
    return Bend(
        np.linspace(0, template.width_mm, columns),
        np.linspace(0, template.height_mm, rows),
        np.zeros((rows, columns, 2)),
    )


def bend_at(bend: Bend, points: Points) -> Points:
    """Offsets (..., 2) mm at page points (..., 2); beyond the page as at its edge."""
    weights, nodes = _bilinear(bend, points.reshape(-1, 2))
    flat = bend.offsets_mm.reshape(-1, 2)
    offsets: Points = (weights[:, :, None] * flat[nodes]).sum(axis=1).reshape(points.shape)
    return offsets


def _bilinear(bend: Bend, points: Points) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    rows, columns = len(bend.y_mm), len(bend.x_mm)
    u = np.clip(points[:, 0] / bend.x_mm[-1] * (columns - 1), 0, columns - 1)
    v = np.clip(points[:, 1] / bend.y_mm[-1] * (rows - 1), 0, rows - 1)
    i, j = np.minimum(u.astype(int), columns - 2), np.minimum(v.astype(int), rows - 2)
    fu, fv = u - i, v - j
    nodes = np.column_stack([j * columns + i, j * columns + i + 1, (j + 1) * columns + i, (j + 1) * columns + i + 1])
    weights = np.column_stack([(1 - fu) * (1 - fv), fu * (1 - fv), (1 - fu) * fv, fu * fv])
    return weights, nodes


def _bend_update(bend: Bend, samples: LineSamples, offsets: NDArray[np.float64], found: NDArray[np.bool_]) -> Bend:
    """Add to the bend what the offsets ask for, as smoothly as paper bends (second differences)."""
    rows, columns = BEND_NODES
    count = rows * columns
    weights, nodes = _bilinear(bend, samples.points[found])
    design = np.zeros((len(nodes), count))
    np.add.at(design, (np.arange(len(nodes))[:, None], nodes), weights)
    roughness = _second_differences(rows, columns)
    stiffness = BEND_STIFFNESS * float(samples.weights[found].sum()) / count
    new = bend.offsets_mm.reshape(count, 2).copy()
    for axis, member in ((0, ~samples.level[found]), (1, samples.level[found])):
        if member.sum() < 4:
            continue
        rows_of, wanted = design[member], offsets[found][member] + design[member] @ new[:, axis]
        solution: NDArray[np.floating] = new[:, axis]
        for _ in range(4):
            w = samples.weights[found][member] * _robust(wanted - rows_of @ solution)
            normal = rows_of.T @ (rows_of * w[:, None])
            normal += stiffness * roughness + 0.02 * stiffness * np.eye(count)
            solution = np.linalg.solve(normal, rows_of.T @ (w * wanted))
        new[:, axis] = solution
    return Bend(bend.x_mm, bend.y_mm, new.reshape(rows, columns, 2))


def _second_differences(rows: int, columns: int) -> NDArray[np.float64]:
    """Quadratic form (nodes, nodes) of a grid's second differences along both axes."""

    def along(n: int) -> NDArray[np.float64]:
        d = np.zeros((n - 2, n))
        for k in range(n - 2):
            d[k, k : k + 3] = (1, -2, 1)
        result: NDArray[np.float64] = d.T @ d
        return result

    result: NDArray[np.float64] = np.kron(along(rows), np.eye(columns)) + np.kron(np.eye(rows), along(columns))
    return result


def _measured(
    template: Template,
    place: Homography,
    bend: Bend,
    samples: LineSamples,
    offsets: NDArray[np.float64],
    found: NDArray[np.bool_],
    shape: tuple[int, ...],
) -> Fit:
    at = apply_homography(place, samples.points + bend_at(bend, samples.points))
    inside = ((at >= 0) & (at < np.array([shape[1], shape[0]]))).all(axis=1)
    weight = samples.weights * samples.near_field
    on_line = found & inside & (np.abs(offsets) < ON_LINE_MM) & (weight > 0)
    total = float(weight[inside].sum())
    coverage = float(weight[on_line].sum()) / total if total else 0.0
    near = np.where(on_line, np.exp(-0.5 * (offsets / CLOSE_MM) ** 2), 0.0)
    closeness = float((weight * near).sum()) / total if total else 0.0
    residual = float(np.sqrt(np.average(offsets[on_line] ** 2, weights=weight[on_line]))) if on_line.any() else np.inf
    return Fit(template, place / place[2, 2], bend, residual, coverage, closeness, total / float(weight.sum()))
