"""What of a template is looked for on a photograph: points along its lines, and its printed squares."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from formreader.geometry import Points
from formreader.records import Bend
from formreader.register.align import sample_lines
from formreader.register.bend import Nodes, no_bend, nodes_around
from formreader.templates import Template, field_cells

MOST_SAMPLES, FEW_SAMPLES, FEW_SQUARES = 1500, 300, 8
SQUARE_WEIGHT_MM = 40.0
"""A printed square weighs as much as this length of line: it cannot be taken for its neighbour."""
LEAST_ROOM_MM = 0.8
"""Every line is looked for so far to either side, however near the next one is: the two edges of a double line."""
NEAR_FIELD_MM = 8.0
"""Lines this near to a field's cells count for coverage: signatures may be hidden, boxes may not."""


Sizes = tuple[tuple[NDArray[np.float64], NDArray[np.intp]], ...]
"""Each size (2,) mm of some squares, and their indices."""


@dataclass(frozen=True, slots=True)
class LineSamples:
    """Points (N, 2) mm along the printed lines, whether each line is level, and mm of line each stands for.

    The last 2 M points are the centres of ``squares`` (M, 2) mm wide and high, once as lying on an
    upright and once on a level line: a printed square tells both ways where it is; ``sizes`` has each size of
    them, and which have it. ``near_field``
    (N,) says which stand by the fields, where a page must be found for its boxes to be read.
    ``flat`` is the template's page unbent, ``nodes`` where the points lie among its nodes. ``room_mm`` (lines,) is half
    the way from each point on a line to the next line beside it, ``line`` (lines,) the number of the line it lies on.
    """

    points: Points
    level: NDArray[np.bool_]
    weights: NDArray[np.float64]
    squares: NDArray[np.float64]
    sizes: Sizes
    near_field: NDArray[np.bool_]
    flat: Bend
    nodes: Nodes
    room_mm: NDArray[np.float64]
    line: NDArray[np.intp]

    @property
    def lines(self) -> int:
        """How many of the points lie on lines."""
        return len(self.points) - 2 * len(self.squares)


_samples: dict[str, tuple[LineSamples, LineSamples]] = {}


def template_samples(template: Template) -> LineSamples:
    """Samples every 3 mm, or sparser so that there are at most about ``MOST_SAMPLES``.

    The same for every photograph: kept under the hash of the template's file.
    """
    return _kept(template)[0]


def few_samples(template: Template) -> LineSamples:
    """At most ``FEW_SAMPLES`` of them and ``FEW_SQUARES`` squares, spread over the page: enough for a plane."""
    return _kept(template)[1]


def _kept(template: Template) -> tuple[LineSamples, LineSamples]:
    if template.sha256 not in _samples:
        all_of_them = _sampled(template)
        _samples[template.sha256] = all_of_them, _thinned(all_of_them)
    return _samples[template.sha256]


def _sampled(template: Template) -> LineSamples:
    # what is printed on some sheets alone is not missed on others
    segments = [s for s in template.segments if not s.optional] or template.segments
    printed = np.array([[s.x0, s.y0, s.x1, s.y1] for s in segments])
    total = float(np.abs(printed[:, 2:] - printed[:, :2]).sum())
    inks = np.array([s.ink for s in segments])
    points, level, weights = sample_lines(printed, max(3.0, total / MOST_SAMPLES), inks)
    boxes = [mark.box for mark in template.marks if mark.kind == "square"]
    centres = np.array([box.centre for box in boxes]).reshape(-1, 2)
    count = len(boxes)
    squares = np.array([[box.width, box.height] for box in boxes]).reshape(-1, 2)
    everything = np.concatenate([points, centres, centres])
    flat = no_bend(template.width_mm, template.height_mm)
    return LineSamples(
        everything,
        np.concatenate([level, np.zeros(count, dtype=bool), np.ones(count, dtype=bool)]),
        np.concatenate([weights, np.full(2 * count, SQUARE_WEIGHT_MM)]),
        squares,
        by_size(squares),
        _near_fields(template, everything),
        flat,
        nodes_around(flat, everything),
        _room(template, points, level),
        _line_numbers(points, level),
    )


def _thinned(samples: LineSamples) -> LineSamples:
    count, squares = samples.lines, len(samples.squares)
    lines = np.arange(0, count, -(-count // FEW_SAMPLES))
    of_squares = np.arange(0, squares, -(-squares // FEW_SQUARES) or 1)
    kept = np.concatenate([lines, count + of_squares, count + squares + of_squares])
    weights = samples.weights[kept]
    weights[: len(lines)] *= count / max(len(lines), 1)
    return LineSamples(
        samples.points[kept],
        samples.level[kept],
        weights,
        samples.squares[of_squares],
        by_size(samples.squares[of_squares]),
        samples.near_field[kept],
        samples.flat,
        samples.nodes[kept],
        samples.room_mm[lines],
        samples.line[lines],
    )


def by_size(squares: NDArray[np.float64]) -> Sizes:
    """Squares (M, 2) mm, those of one size together."""
    return tuple((size, np.flatnonzero((squares == size).all(axis=1))) for size in np.unique(squares, axis=0))


def _line_numbers(points: Points, level: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Which line each of the points (N, 2), sampled line after line, lies on."""
    beside, along = np.where(level, points[:, 1], points[:, 0]), np.where(level, points[:, 0], points[:, 1])
    begins = (np.diff(beside) != 0) | (np.diff(along) <= 0) | (level[1:] != level[:-1])
    return np.concatenate([[0], np.cumsum(begins)]).astype(np.intp)


def _room(template: Template, points: Points, level: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Half the way from each point (N, 2) to the nearest parallel line beside it, mm; ``LEAST_ROOM_MM`` at least."""
    room = np.full(len(points), np.inf)
    for across in (True, False):
        lines = np.array(
            [(s.y0, s.x0, s.x1) if across else (s.x0, s.y0, s.y1) for s in template.segments if s.horizontal == across]
        ).reshape(-1, 3)
        at = points[level == across]
        along, beside = (at[:, :1], at[:, 1:]) if across else (at[:, 1:], at[:, :1])
        away = np.abs(lines[:, 0] - beside)
        # itself is no neighbour
        met = (along > lines[:, 1]) & (along < lines[:, 2]) & (away > LEAST_ROOM_MM / 2)
        room[level == across] = np.where(met, away, np.inf).min(axis=1, initial=np.inf) / 2
    return np.maximum(room, LEAST_ROOM_MM)


def _near_fields(template: Template, points: Points) -> NDArray[np.bool_]:
    near = np.zeros(len(points), dtype=bool)
    for field in template.fields.values():
        corners = np.concatenate([cell.corners for cell in field_cells(field)])
        low, high = corners.min(axis=0) - NEAR_FIELD_MM, corners.max(axis=0) + NEAR_FIELD_MM
        near |= ((points >= low) & (points <= high)).all(axis=1)
    return near
