"""Pull a template onto the ink: printed lines are searched across, a plane is fitted, then a bend.

Every sample of a printed line gives one number: how far, in mm across the line, its ink lies from
where the current placement says. Those numbers move the placement; the last ones are the residual.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from formreader.geometry import Homography, Points, apply_homography
from formreader.records import Bend, Grey
from formreader.register.bend import Nodes, bend_further, bent_by, robust_weights
from formreader.register.samples import LineSamples, few_samples, template_samples
from formreader.register.search import search, search_lines
from formreader.register.trace import trace
from formreader.templates import Template

CLOSE_MM = 0.15
"""Between two prints of like forms, lines count the more the nearer they are: to this, not to covering."""
ON_LINE_MM = 0.6
"""A line found within this of its place counts as covered; digits' boxes are ten times as wide."""
WELL_COVERED, MOST_SPREAD = 0.95, 4
"""Where fewer lines are covered, they are followed along the page and it is bent to them, so often at most."""
PART_MISSED, PARTS_MISSED_MM = 0.5, 50.0
"""So is a page of which, around some nodes of the bend, more than this part of the lines of one direction is missed, of
this length together: a few uprights that run aside below a dense table are few of all lines."""
MISSED_WEIGHT = 0.5
"""A printed line not seen weighs so much of one that is: blur, pens and fingers hide lines, nothing prints them."""
REACH_MM = 2.5
"""How far to either side a printed line is looked for at first."""
BENT_AT = (0.8, 0.7, 0.6, 0.5, 0.4, 0.35)
"""Parts of this reach at which the search bends the page, one after the other."""
SETTLED_MM, SETTLED_SHARE = 0.25, 0.9
"""Where so many of the samples were found so near to their places, the search goes on with its last, narrowest step."""
FEWEST_FOUND = 12
"""Samples found below which nothing is fitted to them."""

Looked = tuple[NDArray[np.float64], NDArray[np.bool_]]
"""Offsets (N,) mm of samples, and which were found: what ``search`` gives."""


@dataclass(frozen=True, slots=True)
class Fit:
    """A placement and how well it sits. ``work_from_page`` maps mm, after ``bend``, to ink px.

    ``inside`` (N,) says which samples of the template's lines the picture shows, ``on_line`` which of them were found
    in their place. ``found_mm`` is how much printed line by the fields was found, ``net_mm`` how much more of all lines
    than was missed, the nearest counting whole.
    """

    template: Template
    work_from_page: Homography
    bend: Bend
    residual_mm: float
    coverage: float
    closeness: float
    visible: float
    inside: NDArray[np.bool_]
    on_line: NDArray[np.bool_]
    found_mm: float
    net_mm: float


def first_look(template: Template, start: Homography, ink: Grey) -> tuple[Homography, float]:
    """One search for a plane on few samples: the placement, and px of line found, the nearer the more, to rank by."""
    samples = few_samples(template)
    offsets, found = search(start, samples.flat, samples, ink, REACH_MM)
    if found.sum() < FEWEST_FOUND:
        return start, 0.0
    near = samples.weights * found * (1 - np.minimum(np.abs(offsets) / REACH_MM, 1.0))
    return start @ _plane_update(samples, offsets, found), float(near.sum()) * px_per_mm(start, template)


def glance(template: Template, looked: Homography, ink: Grey) -> tuple[Homography, float]:
    """A quick plane fit from a first look's: the placement, and px of line found less part of those missed."""
    samples, place = few_samples(template), looked
    offsets, found = search(place, samples.flat, samples, ink, REACH_MM * 0.6)
    if found.sum() < FEWEST_FOUND:
        return place, 0.0
    place = place @ _plane_update(samples, offsets, found)
    offsets, found = search(place, samples.flat, samples, ink, 1.0)
    measured = _measured(template, place, samples.flat, samples, offsets, found, ink.shape)
    # unbent, lines are seen near their places at best: how near says nothing yet
    seen, missed = measured.on_line, measured.inside & ~measured.on_line
    net_mm = float(samples.weights[seen].sum() - MISSED_WEIGHT * samples.weights[missed].sum())
    return place, net_mm * px_per_mm(place, template)


def fit(template: Template, start: Homography, ink: Grey) -> Fit:
    """Refine ``start`` (work_from_page); first a plane while the search narrows, then the bend."""
    few, samples = few_samples(template), template_samples(template)
    place, settled = start, False
    for looked_for, reach in ((few, 1.0), (few, 0.7), (few, 0.5), (samples, 0.5)):
        if settled and looked_for is few:
            continue
        offsets, found = search(place, samples.flat, looked_for, ink, REACH_MM * reach, apart=True)
        if found.sum() < FEWEST_FOUND:
            break
        settled = _settled(offsets, found)
        place = place @ _plane_update(looked_for, offsets, found)
    found_fit, looked = _seen(template, place, _bent(template, place, samples.flat, ink), ink)
    for _ in range(MOST_SPREAD):
        if found_fit.coverage >= WELL_COVERED and _missed_parts_mm(found_fit) < PARTS_MISSED_MM:
            break
        further, looked = _seen(template, place, _traced(found_fit, looked, ink), ink)
        if further.net_mm <= found_fit.net_mm:
            break
        found_fit = further
    return found_fit


def _missed_parts_mm(found: Fit) -> float:
    """Of lines of one direction around one node of the bend of which most are missed: what is missed, mm."""
    samples = template_samples(found.template)
    lines = slice(None, samples.lines)
    nearest = samples.nodes.at[lines][np.arange(samples.lines), samples.nodes.weights[lines].argmax(axis=1)]
    part = 2 * nearest + samples.level[lines]
    length = samples.weights[lines] * found.inside[lines]
    of_part, missed = (np.bincount(part, mm) for mm in (length, length * ~found.on_line[lines]))
    return float(missed[missed > PART_MISSED * of_part].sum())


def _traced(found: Fit, looked: Looked, ink: Grey) -> Bend:
    """The bend by which printed lines run on as they do from where they were found: paper that curls at one end."""
    samples = template_samples(found.template)
    offsets, seen = looked
    seen = seen & (np.abs(offsets) < ON_LINE_MM)
    offsets, seen = trace(found.work_from_page, found.bend, samples, ink, offsets, seen)
    lines = np.flatnonzero(seen)
    if len(lines) < FEWEST_FOUND:
        return found.bend
    level, weights = samples.level[lines], samples.weights[lines]
    return bend_further(found.bend, samples.nodes[lines], level, weights, offsets[lines], trusted=True)


def _bent(template: Template, place: Homography, bend: Bend, ink: Grey) -> Bend:
    """What ``bend`` becomes by where the lines are, while the search narrows."""
    samples, settled = template_samples(template), False
    for reach in BENT_AT:
        if settled and reach != BENT_AT[-1]:
            continue
        offsets, found = search(place, bend, samples, ink, REACH_MM * reach, apart=True)
        if found.sum() < FEWEST_FOUND:
            break
        settled = _settled(offsets, found)
        bend = bend_further(bend, samples.nodes[found], samples.level[found], samples.weights[found], offsets[found])
    return bend


def _settled(offsets: NDArray[np.float64], found: NDArray[np.bool_]) -> bool:
    """Whether nearly all samples that were found lie where they were looked for."""
    return bool((np.abs(offsets[found]) < SETTLED_MM).mean() >= SETTLED_SHARE)


def _seen(template: Template, place: Homography, bend: Bend, ink: Grey) -> tuple[Fit, Looked]:
    """What is seen of the template's lines where this placement puts them, and where each was found."""
    samples = template_samples(template)
    offsets, found = search(place, bend, samples, ink, 1.0)
    return _measured(template, place, bend, samples, offsets, found, ink.shape), (offsets, found)


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
        w = samples.weights[found] * robust_weights(o - rows @ solution * spread)
        normal = rows.T @ (rows * w[:, None]) + 1e-6 * w.sum() * np.eye(8)
        solution = np.linalg.solve(normal, rows.T @ (w * o / spread))
    a, b, c, d, e, f, g, h = solution
    local = np.array([[1 + a, b, c], [d, 1 + e, f], [g, h, 1.0]])
    to_local = np.array([[1 / spread, 0, -centre[0] / spread], [0, 1 / spread, -centre[1] / spread], [0, 0, 1.0]])
    result: Homography = np.linalg.inv(to_local) @ local @ to_local
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
    at = apply_homography(place, samples.points + bent_by(bend, samples.nodes))
    inside: NDArray[np.bool_] = np.all((at >= 0) & (at < np.array([shape[1], shape[0]])), axis=1)
    weight = samples.weights * samples.near_field
    seen = found & inside & (np.abs(offsets) < ON_LINE_MM)
    on_line = seen & (weight > 0)
    total = float(weight[inside].sum())
    coverage = float(weight[on_line].sum()) / total if total else 0.0
    near = np.where(seen, np.exp(-0.5 * (offsets / CLOSE_MM) ** 2), 0.0)
    closeness = float((weight * near).sum()) / total if total else 0.0
    # a form whose fields fill little of its page has as much line to speak for it as another
    missed_mm = float(samples.weights[inside & ~seen].sum())
    net_mm = float((samples.weights * near).sum()) - MISSED_WEIGHT * missed_mm
    residual = float(np.sqrt(np.average(offsets[on_line] ** 2, weights=weight[on_line]))) if on_line.any() else np.inf
    return Fit(
        template,
        place / place[2, 2],
        bend,
        residual,
        coverage,
        closeness,
        total / float(weight.sum()),
        inside,
        seen,
        coverage * total,
        net_mm,
    )


def seen_at(
    place: Homography, bend: Bend, points: Points, nodes: Nodes, level: NDArray[np.bool_], ink: Grey
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Whether page points (N, 2) mm are in the picture, and whether a line running as ``level`` says is seen there."""
    centres = points + bent_by(bend, nodes)
    at = apply_homography(place, centres)
    inside: NDArray[np.bool_] = np.all((at >= 0) & (at < np.array([ink.shape[1], ink.shape[0]])), axis=1)
    offsets, found = search_lines(place, centres, level, ink, np.ones(len(centres)))
    return inside, inside & found & (np.abs(offsets) < ON_LINE_MM)


def px_per_mm(frame_from_page: Homography, template: Template) -> float:
    """At the middle of the page, the mean over both axes."""
    middle = np.array([template.width_mm / 2, template.height_mm / 2])
    steps: NDArray[np.float64] = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    here, right, below = apply_homography(frame_from_page, middle + steps)
    return float((np.hypot(*(right - here)) + np.hypot(*(below - here))) / 2)
