"""The question turned round: how much of the ruling on the photograph does a template account for?

A few printed lines can always be laid on many found ones; a page of another form betrays itself by
the lines it leaves unexplained.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from formreader.geometry import Points
from formreader.register.bend import page_points_at
from formreader.register.fit import Fit
from formreader.register.samples import template_samples
from formreader.register.segments import Segments, segment_lengths
from formreader.templates import Template, outline

SHORTEST_PX = 25.0
"""Shorter segments are handwriting and print as often as ruling."""
STEEPEST = 0.07
"""Slope on the page up to which a segment counts as level or upright."""
BESIDE_MM, BEYOND_MM = 1.2, 2.0
"""How far a segment may lie beside a printed line, which has two edges, on average, and beyond its ends."""
MOST_CURLED = 2.0
"""How much further one point of a segment may lie beside the line, where the bend does not tell how far a chord
lies beside its arc."""
SIMPSON = np.array([1.0, 4.0, 1.0]) / 6
"""Weights of ends and middle for the average along a segment."""


def explained(fit: Fit, segments: Segments) -> float:
    """Part (by length, 0..1) of the level and upright segments by the fields that lie on printed lines.

    ``segments`` are in px of frame work. 0 where there are none: nothing speaks for the fit.
    """
    segments = segments[segment_lengths(segments) >= SHORTEST_PX]
    length = segment_lengths(segments)
    points, level, upright = page_segments(fit, segments)
    samples = template_samples(fit.template)
    near = samples.points[samples.near_field]
    middle = points[:, 1]
    inside = (level | upright) & ((middle > near.min(axis=0)) & (middle < near.max(axis=0))).all(axis=1)
    explained_by = accounted(fit, points, level, upright)
    total = float(length[inside].sum())
    return float(length[inside & explained_by].sum()) / total if total else 0.0


def on_printed_lines(fit: Fit, segments: Segments) -> NDArray[np.bool_]:
    """Whether each segment (N, 4) in px of frame work lies on a printed line."""
    return accounted(fit, *page_segments(fit, segments))


def accounted(fit: Fit, points: Points, level: NDArray[np.bool_], upright: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Whether each segment, as ``page_segments`` gives them, lies on a printed line or in a row that may be crossed."""
    edges = _printed_edges(fit.template)
    across = edges[:, 1] == edges[:, 3]
    on_line = np.zeros(len(points), dtype=bool)
    on_line[level] = _on_lines(points[level], edges[across][:, [0, 2, 1]])
    on_line[upright] |= _on_lines(points[upright, :, ::-1], edges[~across][:, [1, 3, 0]])
    on_line[level & _in_rows(points[:, 1, 1], fit.template)] = True
    return on_line


def _in_rows(heights: NDArray[np.float64], template: Template) -> NDArray[np.bool_]:
    """Which of these heights (N,), mm, lie in a row that the printer may have crossed out."""
    rows = [outline(field.encodings[field.primary]) for field in template.fields.values() if field.crossed]
    inside = np.zeros(len(heights), dtype=bool)
    for row in rows:
        inside |= (heights > row.y) & (heights < row.bottom)
    return inside


def _on_lines(points: Points, lines: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Whether each segment (N, 3, 2), its points as (along, beside) mm, lies on one of the lines (M, 3).

    A line is its start and its end along, and where it lies beside.
    """
    off = points[:, None, :, 1] - lines[None, :, None, 2]
    # a straight segment along a curled line leaves it on one side at its ends, on the other in its middle, by as
    # much in all as the bend bows it on the page
    bow = np.abs(points[:, 1, 1] - points[:, [0, 2], 1].mean(axis=1))
    furthest = BESIDE_MM + np.maximum(bow, (MOST_CURLED - 1) * BESIDE_MM)
    beside = (np.abs(off @ SIMPSON) < BESIDE_MM) & (np.abs(off).max(axis=2) < furthest[:, None])
    middle = points[:, 1, :1]
    between = (middle > lines[:, 0] - BEYOND_MM) & (middle < lines[:, 1] + BEYOND_MM)
    result: NDArray[np.bool_] = (beside & between).any(axis=1)
    return result


def page_segments(fit: Fit, segments: Segments) -> tuple[Points, NDArray[np.bool_], NDArray[np.bool_]]:
    """Ends and middle (N, 3, 2) mm of each segment, and whether it is level or upright."""
    ends = segments.reshape(-1, 2, 2)
    three = np.stack([ends[:, 0], ends.mean(axis=1), ends[:, 1]], axis=1)
    points = page_points_at(fit.work_from_page, fit.bend, three)
    run = np.abs(points[:, 2] - points[:, 0])
    return points, run[:, 1] < STEEPEST * run[:, 0], run[:, 0] < STEEPEST * run[:, 1]


def _printed_edges(template: Template) -> NDArray[np.float64]:
    """Printed lines and the edges of solid areas, (M, 4) x0 y0 x1 y1 mm."""
    edges = [(s.x0, s.y0, s.x1, s.y1) for s in template.segments]
    for area in template.areas:
        b = area.box
        edges += [(b.x, b.y, b.right, b.y), (b.x, b.bottom, b.right, b.bottom)]
        edges += [(b.x, b.y, b.x, b.bottom), (b.right, b.y, b.right, b.bottom)]
    return np.array(edges).reshape(-1, 4)
