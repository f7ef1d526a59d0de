"""Forms printed so alike that either lies well on the other's page: what fits one must be held against both.

Twins lie there as they are, ``kin`` moved along: another year's form has a row more, and all below it lies lower.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from formreader.geometry import Points
from formreader.register.rivals import lines_of
from formreader.register.samples import template_samples
from formreader.templates import Template

ALIKE = 0.95
"""Part of each form's lines by its fields that must lie near a line of the other."""
NEAR_MM = 3.0
"""As far as a fit looks for a line in its first step."""
KIN, FURTHEST_MM, STEP_MM, MOST_STEPS = 0.5, 40.0, 0.5, 2
"""Part of a relative's lines that must lie on the other's, moved no further than this; so finely it is asked, so many
moves of each direction are tried."""


def twins(template: Template, others: Sequence[Template]) -> list[Template]:
    """Those of ``others`` whose ruling is that of ``template`` within ``NEAR_MM`` on a page of the same frame."""
    return [
        other
        for other in others
        if other.id != template.id and min(_share(template, other), _share(other, template)) > ALIKE
    ]


def kin(template: Template, others: Sequence[Template]) -> Iterator[tuple[Template, Points]]:
    """Those of ``others`` of which most lines lie on some of ``template``, moved by one of these (N, 2) mm."""
    for other in others:
        if other.id != template.id:
            moves = _moves(template, other)
            if len(moves):
                yield other, moves


_known_moves: dict[tuple[str, str], Points] = {}


def _moves(template: Template, other: Template) -> Points:
    """Kept: the same for every photograph."""
    key = (template.sha256, other.sha256)
    if key not in _known_moves:
        across, down = (_steps(lines_of(template, level), lines_of(other, level)) for level in (False, True))
        _known_moves[key] = np.array([(x, y) for x in across for y in down]).reshape(-1, 2)
    return _known_moves[key]


def _steps(own: NDArray[np.float64], theirs: NDArray[np.float64]) -> list[float]:
    """How far, mm, the other form's lines of one direction (M, 3) are moved so that most of them lie on ``own``."""
    if not len(own) or not len(theirs):
        return [0.0] if len(own) == len(theirs) else []
    apart = own[:, None, 0] - theirs[None, :, 0]
    along = np.minimum(own[:, None, 2], theirs[None, :, 2]) - np.maximum(own[:, None, 1], theirs[None, :, 1])
    worth = np.where(np.abs(apart) <= FURTHEST_MM, np.maximum(along, 0.0), 0.0)
    edges = np.arange(-FURTHEST_MM, FURTHEST_MM + STEP_MM, STEP_MM)
    shared = np.histogram(apart, edges, weights=worth)[0]
    shared = shared[:-1] + shared[1:]  # a step that falls between two
    steps: list[float] = []
    for best in np.argsort(-shared).tolist():
        step = float(edges[best + 1])
        if shared[best] < KIN * (theirs[:, 2] - theirs[:, 1]).sum() or len(steps) == MOST_STEPS:
            break
        if all(abs(step - known) > NEAR_MM for known in steps):
            near = np.abs(apart - step) <= STEP_MM
            steps.append(float((apart * worth)[near].sum() / worth[near].sum()))
    return steps


_shares: dict[tuple[str, str], float] = {}


def _share(template: Template, other: Template) -> float:
    """Part of the lines of ``template`` that lie near one of ``other``; the same for every photograph."""
    key = (template.sha256, other.sha256)
    if key not in _shares:
        _shares[key] = _near_lines(template, other)
    return _shares[key]


def _near_lines(template: Template, other: Template) -> float:
    samples = template_samples(template)
    lines = len(samples.points) - 2 * len(samples.squares)
    points, level = samples.points[:lines], samples.level[:lines]
    weights = samples.weights[:lines] * samples.near_field[:lines]
    near = np.zeros(lines, dtype=bool)
    for segment in other.segments:
        low = np.array([segment.x0, segment.y0]) - NEAR_MM
        high = np.array([segment.x1, segment.y1]) + NEAR_MM
        near |= (level == segment.horizontal) & ((points > low) & (points < high)).all(axis=1)
    return float(weights[near].sum() / weights.sum()) if weights.any() else 0.0
