"""The smooth bend of paper against a plane: nodes over the page, bilinear between them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from formreader.geometry import Homography, Points, apply_homography, inverse
from formreader.records import Bend

BEND_NODES = (9, 7)
"""Rows and columns of nodes."""
BEND_STIFFNESS = 0.03
"""Against 1 for the lines' pull: measured on drawn curls, docs/decisions/0001-registration.md."""
REWEIGHTED = 4
"""Solutions of one update, each weighing its outliers by the one before."""

Value = TypeVar("Value", np.float64, np.complex128)


@dataclass(frozen=True, slots=True)
class Nodes:
    """Between which four nodes points (N, 2) lie: ``at`` (N, 4) as flat indices, ``weights`` (N, 4) sum to 1."""

    at: NDArray[np.intp]
    weights: NDArray[np.float64]

    def __getitem__(self, chosen: NDArray[np.bool_] | NDArray[np.intp]) -> Nodes:
        return Nodes(self.at[chosen], self.weights[chosen])

    def values(self, of_nodes: NDArray[Value]) -> NDArray[Value]:
        """What nodes' values (nodes,) are at the points, (N,)."""
        parts = of_nodes.take(self.at) * self.weights
        result: NDArray[Value] = parts[:, 0] + parts[:, 1] + parts[:, 2] + parts[:, 3]
        return result


def no_bend(width_mm: float, height_mm: float) -> Bend:
    """A bend of nothing, with nodes over a page of this size."""
    rows, columns = BEND_NODES
    return Bend(np.linspace(0, width_mm, columns), np.linspace(0, height_mm, rows), np.zeros((rows, columns, 2)))


def nodes_around(bend: Bend, points: Points) -> Nodes:
    """The nodes around page points (N, 2) mm; beyond the page as at its edge."""
    rows, columns = len(bend.y_mm), len(bend.x_mm)
    u = np.clip(points[:, 0] / bend.x_mm[-1] * (columns - 1), 0, columns - 1)
    v = np.clip(points[:, 1] / bend.y_mm[-1] * (rows - 1), 0, rows - 1)
    i, j = np.minimum(u.astype(int), columns - 2), np.minimum(v.astype(int), rows - 2)
    fu, fv = u - i, v - j
    first = j * columns + i
    return Nodes(
        np.column_stack([first, first + 1, first + columns, first + columns + 1]),
        np.column_stack([(1 - fu) * (1 - fv), fu * (1 - fv), (1 - fu) * fv, fu * fv]),
    )


def bend_at(bend: Bend, points: Points) -> Points:
    """Offsets (..., 2) mm at page points (..., 2); beyond the page as at its edge."""
    offsets: Points = bent_by(bend, nodes_around(bend, points.reshape(-1, 2))).reshape(points.shape)
    return offsets


def page_points_at(frame_from_page: Homography, bend: Bend, points: Points) -> Points:
    """Page points (..., 2) mm seen at ``points`` of the frame, through the bend as it is there or thereabouts."""
    flat = apply_homography(inverse(frame_from_page), points)
    result: Points = flat - bend_at(bend, flat)
    return result


def bent_by(bend: Bend, nodes: Nodes) -> Points:
    """Offsets (N, 2) mm at points whose nodes are known."""
    # across and down as one complex number: each point's nodes are gathered once
    both = np.ascontiguousarray(bend.offsets_mm, dtype=np.float64).reshape(-1).view(np.complex128)
    result: Points = nodes.values(both).view(np.float64).reshape(-1, 2)
    return result


def bend_further(
    bend: Bend,
    nodes: Nodes,
    level: NDArray[np.bool_],
    weights: NDArray[np.float64],
    offsets: NDArray[np.float64],
    trusted: bool = False,
) -> Bend:
    """Add to the bend what the offsets (N,) mm ask for, as smoothly as paper bends (second differences).

    ``level`` says whether an offset is down the page or across it. Outliers are weighed down, if not ``trusted``.
    """
    rows, columns = BEND_NODES
    count = rows * columns
    stiffness = BEND_STIFFNESS * float(weights.sum()) / count
    smooth = stiffness * (_second_differences(rows, columns) + 0.02 * np.eye(count))
    new = bend.offsets_mm.reshape(count, 2).copy()
    for axis, member in ((0, ~level), (1, level)):
        if member.sum() >= 4:
            new[:, axis] = _pulled(nodes[member], weights[member], offsets[member], new[:, axis], smooth, trusted)
    return Bend(bend.x_mm, bend.y_mm, new.reshape(rows, columns, 2))


def _pulled(
    nodes: Nodes,
    weights: NDArray[np.float64],
    offsets: NDArray[np.float64],
    before: NDArray[np.float64],
    smooth: NDArray[np.float64],
    trusted: bool,
) -> NDArray[np.float64]:
    """One axis of the nodes by least squares, outliers weighed down; ``smooth`` (nodes, nodes) resists."""
    count = len(before)
    wanted = offsets + nodes.values(before)
    # a sample pulls on four nodes: sixteen entries of the normal equations, summed without the zeros
    entries = (nodes.at[:, :, None] * count + nodes.at[:, None, :]).reshape(len(wanted), -1)
    products = (nodes.weights[:, :, None] * nodes.weights[:, None, :]).reshape(len(wanted), -1)
    solution = before
    for _ in range(1 if trusted else REWEIGHTED):
        pull = weights if trusted else weights * robust_weights(wanted - nodes.values(solution))
        normal = np.bincount(entries.ravel(), (products * pull[:, None]).ravel(), count * count)
        right = np.bincount(nodes.at.ravel(), (nodes.weights * (pull * wanted)[:, None]).ravel(), count)
        solution = np.linalg.solve(normal.reshape(count, count) + smooth, right).astype(np.float64)
    return solution


def robust_weights(offsets: NDArray[np.float64]) -> NDArray[np.float64]:
    """Cauchy weights at the scale the offsets themselves show, never finer than 0.1 mm."""
    scale = max(0.1, 1.4826 * _median(np.abs(offsets - _median(offsets))))
    result: NDArray[np.float64] = 1.0 / (1.0 + (offsets / (1.5 * scale)) ** 2)
    return result


def _median(values: NDArray[np.float64]) -> float:
    """The upper median of (N,), enough for a scale: NumPy's own sorts for two and looks for nan."""
    return float(np.partition(values, len(values) // 2)[len(values) // 2])


@cache
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
