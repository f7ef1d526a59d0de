"""Pull a template onto the ink: printed lines are searched across, a plane is fitted, then a bend.

Every sample of a printed line gives one number: how far, in mm across the line, its ink lies from
where the current placement says. Those numbers move the placement; the last ones are the residual.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from formreader.geometry import Homography, Points, apply_homography
from formreader.records import Bend, Grey
from formreader.register.align import sample_lines
from formreader.templates import Template

SEARCH_STEP_MM = 0.1
ALONG_MM = (-1.0, 0.0, 1.0)
"""A profile across a line is averaged over these places along it: dots and gaps close."""
FAINTEST_INK = 10.0
"""Ink (of 255) a line must stand out by: half of what a thin grey line keeps after phone blur."""
GLANCE_SAMPLES = 300
BEND_NODES = (9, 7)
BEND_STIFFNESS = 0.03
"""Against 1 for the lines' pull: measured on drawn curls, docs/decisions/0001-registration.md."""
ON_LINE_MM = 0.6
"""A line found within this of its place counts as covered; digits' boxes are ten times as wide."""


@dataclass(frozen=True, slots=True)
class LineSamples:
    """Points (N, 2) mm along the printed lines, direction and mm of line each stands for."""

    points: Points
    level: NDArray[np.bool_]
    weights: NDArray[np.float64]

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
    visible: float


def template_samples(template: Template, most: int = 1500) -> LineSamples:
    """Samples every 3 mm, or sparser so that there are at most about ``most``."""
    printed = np.array([[s.x0, s.y0, s.x1, s.y1] for s in template.segments])
    total = float(np.abs(printed[:, 2:] - printed[:, :2]).sum())
    points, level, weights = sample_lines(printed, max(3.0, total / most))
    return LineSamples(points, level, weights)


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
    for reach in (reach_mm * 0.6, reach_mm * 0.45, reach_mm * 0.35):
        offsets, found = search(place, bend, samples, ink, reach)
        if found.sum() < 12:
            break
        bend = _bend_update(template, bend, samples, offsets, found)
    offsets, found = search(place, bend, samples, ink, 1.0)
    return _measured(template, place, bend, samples, offsets, found, ink.shape)


def search(
    place: Homography, bend: Bend, samples: LineSamples, ink: Grey, reach_mm: float
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Signed distance (N,) mm from each sample to its line's ink along the normal, and where found."""
    steps = int(round(reach_mm / SEARCH_STEP_MM))
    across = np.arange(-steps, steps + 1) * SEARCH_STEP_MM
    centre = samples.points + bend_at(bend, samples.points)
    normals = samples.normals
    # over a few mm a homography is affine: three points a sample stand for the whole profile
    origin = apply_homography(place, centre)
    step_across = apply_homography(place, centre + normals) - origin
    step_along = apply_homography(place, centre + normals[:, ::-1]) - origin
    at = (
        origin[:, None, None, :]
        + np.array(ALONG_MM)[None, :, None, None] * step_along[:, None, None, :]
        + across[None, None, :, None] * step_across[:, None, None, :]
    ).astype(np.float32)
    profile = cv2.remap(
        ink, at.reshape(len(centre), -1, 2), None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=0
    ).reshape(at.shape[:3]).mean(axis=1, dtype=np.float32)
    smooth = cv2.blur(profile, (3, 1))
    # of two equal lines the nearer one is meant
    favoured = smooth * (1.0 - 0.35 * np.abs(across) / reach_mm)[None, :]
    best = np.argmax(favoured, axis=1)
    rows = np.arange(len(best))
    ground = np.median(smooth, axis=1)
    stands_out = smooth[rows, best] - ground
    around = np.clip(best[:, None] + np.arange(-4, 5)[None, :], 0, len(across) - 1)
    weights = np.maximum(profile[rows[:, None], around] - ground[:, None], 0) + 1e-6
    offsets = (weights * across[around]).sum(axis=1) / weights.sum(axis=1)
    inside = (best > 0) & (best < len(across) - 1)
    return offsets, inside & (stands_out > FAINTEST_INK)


def _robust(offsets: NDArray[np.float64]) -> NDArray[np.float64]:
    """Cauchy weights at the scale the offsets themselves show, never finer than 0.1 mm."""
    scale = max(0.1, 1.4826 * float(np.median(np.abs(offsets - np.median(offsets)))))
    result: NDArray[np.float64] = 1.0 / (1.0 + (offsets / (1.5 * scale)) ** 2)
    return result


def _plane_update(
    samples: LineSamples, offsets: NDArray[np.float64], found: NDArray[np.bool_]
) -> Homography:
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


def _bend_update(
    template: Template, bend: Bend, samples: LineSamples, offsets: NDArray[np.float64], found: NDArray[np.bool_]
) -> Bend:
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
        solution = new[:, axis]
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
    template: Template, place: Homography, bend: Bend, samples: LineSamples,
    offsets: NDArray[np.float64], found: NDArray[np.bool_], shape: tuple[int, ...],
) -> Fit:
    at = apply_homography(place, samples.points + bend_at(bend, samples.points))
    inside = ((at >= 0) & (at < np.array([shape[1], shape[0]]))).all(axis=1)
    weight = samples.weights
    on_line = found & inside & (np.abs(offsets) < ON_LINE_MM)
    total = float(weight[inside].sum())
    coverage = float(weight[on_line].sum()) / total if total else 0.0
    residual = float(np.sqrt(np.average(offsets[on_line] ** 2, weights=weight[on_line]))) if on_line.any() else np.inf
    return Fit(template, place / place[2, 2], bend, residual, coverage, total / float(weight.sum()))
