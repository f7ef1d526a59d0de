"""Edges that run across a page and are not printed on it: a crease, or the rim of another sheet.

Where paper is only creased, printed lines go on beyond the crease where they ended. Where another sheet begins, or
the page is folded over, they go on elsewhere: that step is measured.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from formreader.geometry import Points
from formreader.records import Grey, Seam
from formreader.register.bend import bent_by, robust_weights
from formreader.register.explain import on_printed_lines, page_segments
from formreader.register.fit import Fit
from formreader.register.samples import template_samples
from formreader.register.search import search
from formreader.register.segments import Segments, covered

SEED_MM = 55.0
"""An edge shows at least one straight piece as long as this."""
BESIDE_MM = 2.0
"""How far pieces of one edge lie beside its line: two sides of the rim, and its shadow."""
SPANNED = 0.7
"""An edge runs across this part of the page at least; a line drawn by hand ends sooner."""
BEYOND_MM = 5.0
"""An edge of paper runs on beyond all that is ruled, at one end at least; a printed line that lies astray does not."""
WITHIN_MM = 70.0
"""Lines this near on either side say where they would meet the edge."""
FEWEST_LINES = 12
REACH_MM = 3.0
"""How far printed lines are looked for beside their places."""


def find_seams(fit: Fit, segments: Segments, ink: Grey) -> tuple[tuple[Seam, ...], NDArray[np.bool_]]:
    """Edges across the page, with the step of the printed lines there, and which segments (N, 4) are theirs.

    ``segments`` are in px of frame work.
    """
    of_seams = np.zeros(len(segments), dtype=bool)
    points, _, _ = page_segments(fit, segments)
    ends = points[:, [0, 2]]
    length = np.hypot(*(ends[:, 1] - ends[:, 0]).T)
    size = np.array([fit.template.width_mm, fit.template.height_mm])
    lines = template_samples(fit.template).points
    ruled = np.array([lines.min(axis=0), lines.max(axis=0)])
    middle = points[:, 1]
    inner = ((middle > 0.08 * size) & (middle < 0.92 * size)).all(axis=1)
    seeds = np.flatnonzero((length >= SEED_MM) & inner)
    if len(seeds) == 0:
        return (), of_seams
    seeds = seeds[~on_printed_lines(fit, segments[seeds])]
    free = np.ones(len(points), dtype=bool)
    seams: list[Seam] = []
    for seed in seeds[np.argsort(-length[seeds])]:
        if not free[seed]:
            continue
        start, along = ends[seed, 0], (ends[seed, 1] - ends[seed, 0]) / length[seed]
        normal = np.array([-along[1], along[0]])
        beside = np.abs((ends - start) @ normal).max(axis=1)
        members = beside < BESIDE_MM
        free &= ~members
        at = (ends[members] - start) @ along
        axis = 0 if abs(along[0]) > abs(along[1]) else 1
        spans = np.sort(ends[members][:, :, axis], axis=1)
        beyond = max(ruled[0, axis] - spans[:, 0].min(), spans[:, 1].max() - ruled[1, axis])
        if covered(at) >= SPANNED * size[axis] and beyond >= BEYOND_MM:
            seams.append(Seam("across" if axis == 0 else "down", *_step(fit, ink, start, along, normal)))
            of_seams |= members
    return tuple(seams), of_seams


def _step(fit: Fit, ink: Grey, start: Points, along: Points, normal: Points) -> tuple[float, float]:
    """Where the edge lies on the page, mm, and by how much, mm, what is printed beyond it is displaced.

    On either side the displacement of the lines from a plane is fitted by an affine map; the two are compared where
    they meet.
    """
    samples = template_samples(fit.template)
    count = samples.lines
    offsets, found = search(fit.work_from_page, fit.bend, samples, ink, REACH_MM, apart=True)
    points, level = samples.points[:count], samples.level[:count]
    axis = np.where(level, 1, 0)
    moved = bent_by(fit.bend, samples.nodes)[np.arange(count), axis] + offsets[:count]
    away, on = (points - start) @ normal, (points - start) @ along
    known = found[:count] & fit.inside[:count] & (np.abs(away) < WITHIN_MM)
    step = 0.0
    for direction in (True, False):
        sides = []
        for side in (away > 1.0, away < -1.0):
            chosen = known & side & (level == direction)
            if chosen.sum() < FEWEST_LINES:
                break
            sides.append(_affine(on[chosen], away[chosen], moved[chosen]))
        if len(sides) == 2:
            low, high = (float(end) for end in np.percentile(on[known], (10, 90)))
            rows = np.column_stack([np.ones(5), np.linspace(low, high, 5), np.zeros(5)])
            step = max(step, float(np.abs(rows @ (sides[0] - sides[1])).max()))
    where = start if abs(along[0]) > abs(along[1]) else start[::-1]
    return float(where[1]), step


def _affine(on: NDArray[np.float64], away: NDArray[np.float64], moved: NDArray[np.float64]) -> NDArray[np.float64]:
    """Coefficients (3,) of 1, ``on`` and ``away`` that give ``moved``, outliers weighed down."""
    rows = np.column_stack([np.ones(len(on)), on, away])
    solution = np.zeros(3)
    for _ in range(6):
        weights = robust_weights(moved - rows @ solution)
        normal = rows.T @ (rows * weights[:, None]) + 1e-3 * np.eye(3)
        solution = np.linalg.solve(normal, rows.T @ (weights * moved)).astype(np.float64)
    return solution
