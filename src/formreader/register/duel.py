"""Two placements of two forms on one photograph: what only one of them has printed decides between them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from formreader.geometry import apply_homography
from formreader.records import Lead
from formreader.register.areas import GRID_MM, area_points, tones, within_areas
from formreader.register.bend import bend_at, page_points_at
from formreader.register.fit import Fit
from formreader.register.ink import InkPicture
from formreader.register.outline import NEAR_MM, SPACING_MM, edge_points, edges_seen
from formreader.register.rivals import SAME_LINE_MM, is_near, lines_of
from formreader.register.samples import template_samples
from formreader.register.votes import weight_of_unseen
from formreader.register.words import STRAY_INK, around, corners_of, filled_of, free, printed_within, words_of

EDGES_APART_MM = 2 * NEAR_MM
"""Where the edges of two forms' pages lie no further apart than this, one edge may be in the place of both."""


def lead_over(fit: Fit, other: Fit, picture: InkPicture) -> Lead:
    """By how much line ``fit`` leads ``other``, where only one of them has a line, a dark area, words or its edge."""
    own, others = (
        np.concatenate(
            [told(one, against, picture) for told in (_lines_alone, _areas_alone, _words_alone, _edge_alone)]
        )
        for one, against in ((fit, other), (other, fit))
    )
    total = float(np.abs(own).sum() + np.abs(others).sum())
    return (float(own.sum() - others.sum()) / total if total else 0.0), float(own.sum() - others.sum())


def _lines_alone(fit: Fit, other: Fit, _: InkPicture) -> NDArray[np.float64]:
    """mm of line that speak for (+) or against (-) ``fit``, of those it has where ``other`` has none."""
    samples = template_samples(fit.template)
    lines = slice(None, samples.lines)
    points, level = samples.points[lines], samples.level[lines]
    seen_at = apply_homography(fit.work_from_page, points + bend_at(fit.bend, points))
    there = page_points_at(other.work_from_page, other.bend, seen_at)
    shared = np.zeros(len(points), dtype=bool)
    for direction in (True, False):
        runs = level == direction
        shared[runs] = is_near(there[runs], lines_of(other.template, direction), direction, SAME_LINE_MM)
    alone = ~shared & fit.inside[lines]
    unseen = weight_of_unseen(fit.coverage)
    signs = np.where(fit.on_line[lines], 1.0, -unseen)
    result: NDArray[np.float64] = (signs * samples.weights[lines])[alone]
    return result


def _areas_alone(fit: Fit, other: Fit, picture: InkPicture) -> NDArray[np.float64]:
    """The same of dark areas, in mm of line."""
    points = area_points(fit.template)
    if len(points) == 0:
        return np.zeros(0)
    seen_at = apply_homography(fit.work_from_page, points + bend_at(fit.bend, points))
    alone = points[
        ~within_areas(other.template, page_points_at(other.work_from_page, other.bend, seen_at), SAME_LINE_MM)
    ]
    return GRID_MM * tones(fit.work_from_page, fit.bend, alone, picture)


def _words_alone(fit: Fit, other: Fit, picture: InkPicture) -> NDArray[np.float64]:
    """The same of words that stand where the other form is blank paper, in mm of their width."""
    words = words_of(fit.template)
    corners = corners_of(words)
    seen_at = apply_homography(fit.work_from_page, corners + bend_at(fit.bend, corners))
    there = around(page_points_at(other.work_from_page, other.bend, seen_at))
    alone = words[free(there, words_of(other.template)) & free(there, filled_of(other.template))]
    printed = printed_within(fit.work_from_page, fit.bend, alone, picture.ink)
    # that words are missing says much; ink may be anybody's
    return np.where(printed > 0, STRAY_INK, printed) * alone[:, 4]


def _edge_alone(fit: Fit, other: Fit, picture: InkPicture) -> NDArray[np.float64]:
    """The same of the paper's edge: two forms of like ruling and other proportions end at other places."""
    points, ways = edge_points(fit.template.width_mm, fit.template.height_mm)
    seen_at = apply_homography(fit.work_from_page, points + bend_at(fit.bend, points))
    there = page_points_at(other.work_from_page, other.bend, seen_at)
    size = np.array([other.template.width_mm, other.template.height_mm])
    outside = np.maximum(np.maximum(-there, there - size), 0.0)
    inside = np.minimum(there, size - there).min(axis=1)
    from_edge = np.where(inside > 0, inside, np.hypot(*outside.T))
    alone = from_edge > EDGES_APART_MM
    return SPACING_MM * edges_seen(fit.work_from_page, fit.bend, points[alone], ways[alone], picture)
