"""Stretch out of a flat page: curl shortens some rows of a table, and a table's rows are mostly printed equal.

Straight lines say nothing of how far they lie from one another. Gaps that are nearly equal are taken to be one gap, and
a smooth stretch along the page that makes them so is undone. Where rows differ in truth, they do so without a trend,
and nothing is changed.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.polynomial import legendre
from numpy.typing import NDArray

from formreader.draft.flatten import lay_flat
from formreader.draft.sheet import FlatSheet
from formreader.geometry import Points
from formreader.records import Bend, Photo
from formreader.register.bend import bend_at
from formreader.templates import Segment

ORDER, RIDGE, REWEIGHTED = 4, 0.3, 8
NEARLY = 0.07
"""Gaps that differ by less than this part are taken for one."""
LARGEST_MM, SMALLEST_MM, FEWEST = 45.0, 2.5, 4
"""Gaps between lines that say something, and how many of one size do."""
ACCURACY_MM = 0.06
"""How well a line's place is known."""
OVERLAP = 0.6


def even_out(photo: Photo, sheet: FlatSheet, segments: Sequence[Segment]) -> FlatSheet:
    """The page with its nearly equal rows and columns made equal."""
    x = _unstretched(_gaps(segments, level=False), sheet.width_mm)
    y = _unstretched(_gaps(segments, level=True), sheet.height_mm)
    if x is None and y is None:
        return sheet
    size = sheet.width_mm, sheet.height_mm
    columns, rows = (
        np.linspace(0, side, len(nodes)) for side, nodes in zip(size, (sheet.bend.x_mm, sheet.bend.y_mm), strict=True)
    )
    grid = np.stack(np.meshgrid(columns, rows), axis=-1)
    before: Points = np.stack(
        [grid[..., k] if back is None else np.interp(grid[..., k], *back) for k, back in enumerate((x, y))], axis=-1
    )
    bend = Bend(columns, rows, bend_at(sheet.bend, before) + before - grid)
    return lay_flat(photo, sheet.photo_from_page, bend, size)


Gaps = NDArray[np.float64]
"""(N, 2): where the middle of each gap between lines that follow one another lies, and how wide it is, mm."""


def _gaps(segments: Sequence[Segment], *, level: bool) -> Gaps:
    lines = sorted((s.y0, s.x0, s.x1) if level else (s.x0, s.y0, s.y1) for s in segments if s.horizontal == level)
    found = set()
    for i, (at, start, end) in enumerate(lines):
        for other, low, high in lines[i + 1 :]:
            shared = min(end, high) - max(start, low)
            if other - at > SMALLEST_MM / 2 and shared > OVERLAP * max(end - start, high - low):
                if SMALLEST_MM < other - at < LARGEST_MM:
                    found.add((round((at + other) / 2, 2), round(other - at, 3)))
                break
    return np.array(sorted(found)).reshape(-1, 2)


def _unstretched(gaps: Gaps, length_mm: float) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
    """Where each place of the evened page was before: two rising arrays, after and before; None to leave it."""
    classes = _classes(gaps)
    if classes.max(initial=-1) < 0:
        return None
    gaps, classes = gaps[classes >= 0], classes[classes >= 0]
    design = _terms(gaps[:, 0] / length_mm)
    wanted = -np.log(gaps[:, 1])
    known = (gaps[:, 1] / ACCURACY_MM) ** 2
    weights: NDArray[np.float64] = known
    solution: NDArray[np.float64] = np.zeros(ORDER)
    for _ in range(REWEIGHTED):
        sums = np.bincount(classes, weights)
        means = np.column_stack([np.bincount(classes, weights * column) / sums for column in (*design.T, wanted)])
        centred = np.column_stack([design, wanted]) - means[classes]
        terms, target = centred[:, :-1], centred[:, -1]
        normal = terms.T @ (weights[:, None] * terms) + RIDGE / ACCURACY_MM**2 * np.eye(ORDER)
        solution = np.linalg.solve(normal, terms.T @ (weights * target)).astype(np.float64)
        off = (target - terms @ solution) * gaps[:, 1] / ACCURACY_MM
        weights = np.asarray(known / (1 + (off / 2) ** 2), np.float64)
    before = np.linspace(0, length_mm, 400)
    rate = np.exp(_terms(before / length_mm) @ solution)
    after = np.concatenate([[0.0], np.cumsum((rate[1:] + rate[:-1]) / 2)])
    return after / after[-1] * length_mm, before


def _classes(gaps: Gaps) -> NDArray[np.intp]:
    """Which gaps are one gap; -1 of those that are too few."""
    classes = np.full(len(gaps), -1, np.intp)
    order = np.argsort(gaps[:, 1]) if len(gaps) else np.zeros(0, np.intp)
    groups: list[list[int]] = []
    for i in order:
        if groups and gaps[i, 1] < gaps[groups[-1][0], 1] * (1 + NEARLY):
            groups[-1].append(int(i))
        else:
            groups.append([int(i)])
    for k, members in enumerate(group for group in groups if len(group) >= FEWEST):
        classes[members] = k
    return classes


def _terms(t: NDArray[np.float64]) -> NDArray[np.float64]:
    terms: NDArray[np.float64] = legendre.legvander(2 * t - 1, ORDER)[:, 1:].astype(np.float64)
    return terms
