"""Forms printed so alike that either lies well on the other's page: what fits one must be held against both.

Twins lie there as they are, ``kin`` moved along: another year's form has a row more, and all below it lies lower.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from formreader.geometry import Homography
from formreader.register.rivals import lines_of
from formreader.register.samples import template_samples
from formreader.templates import Template

ALIKE = 0.95
"""Part of each form's lines by its fields that must lie near a line of the other."""
NEAR_MM = 3.0
"""As far as a fit looks for a line in its first step."""
KIN, FURTHEST_MM, STEP_MM, MOST_STEPS, MOST_DRAWN_OUT = 0.5, 40.0, 0.5, 2, 1.15
"""Part of a relative's lines that must lie on the other's, moved no further than this; so finely it is asked, so many
moves of each direction are tried; and so far drawn out."""

Axis = tuple[float, float]
"""Scale and shift, mm, of one direction."""


def twins(template: Template, others: Sequence[Template]) -> list[Template]:
    """Those of ``others`` whose ruling is that of ``template`` within ``NEAR_MM`` on a page of the same frame."""
    return [
        other
        for other in others
        if other.id != template.id and min(_share(template, other), _share(other, template)) > ALIKE
    ]


def same_ruling(one: Template, other: Template) -> bool:
    """Whether two forms differ in words alone: one fit is the other's too."""
    own, theirs = template_samples(one), template_samples(other)
    return all(
        np.array_equal(getattr(own, of), getattr(theirs, of)) for of in ("points", "level", "weights", "near_field")
    )


def kin(template: Template, others: Sequence[Template]) -> Iterator[tuple[Template, list[Homography]]]:
    """Those of ``others`` of which most lines lie on some of ``template``, moved along or drawn out, and how: from mm
    of their page to mm of that of ``template``."""
    for other in others:
        if other.id != template.id:
            moves = _moves(template, other)
            if moves:
                yield other, moves


_known_moves: dict[tuple[str, str], list[Homography]] = {}


def _moves(template: Template, other: Template) -> list[Homography]:
    """Kept: the same for every photograph."""
    key = (template.sha256, other.sha256)
    if key not in _known_moves:
        (across, wider), (down, higher) = (
            (_steps(own, theirs), _drawn_out(own, theirs))
            for own, theirs in ((lines_of(template, level), lines_of(other, level)) for level in (False, True))
        )
        moves = [_along((1.0, x), (1.0, y)) for x in across for y in down]
        if wider is not None and higher is not None:
            moves.append(_along(wider, higher))
        _known_moves[key] = moves
    return _known_moves[key]


def _along(across: Axis, down: Axis) -> Homography:
    return np.array([[across[0], 0.0, across[1]], [0.0, down[0], down[1]], [0.0, 0.0, 1.0]])


def _steps(own: NDArray[np.float64], theirs: NDArray[np.float64]) -> list[float]:
    """How far, mm, the other form's lines of one direction (M, 3) are moved so that most of them lie on ``own``."""
    if not len(own) or not len(theirs):
        return [0.0] if len(own) == len(theirs) else []
    apart = own[:, None, 0] - theirs[None, :, 0]
    worth = np.where(np.abs(apart) <= FURTHEST_MM, _beside(own, theirs), 0.0)
    edges = np.arange(-FURTHEST_MM, FURTHEST_MM + STEP_MM, STEP_MM)
    shared = np.histogram(apart, edges, weights=worth)[0]
    shared = shared[:-1] + shared[1:]  # a step that falls between two
    steps: list[float] = []
    for best in np.argsort(-shared).tolist():
        step = float(edges[best + 1])
        if shared[best] < KIN * _length(theirs) or len(steps) == MOST_STEPS:
            break
        if all(abs(step - known) > NEAR_MM for known in steps):
            near = np.abs(apart - step) <= STEP_MM
            steps.append(float((apart * worth)[near].sum() / worth[near].sum()))
    return steps


def _drawn_out(own: NDArray[np.float64], theirs: NDArray[np.float64]) -> Axis | None:
    """The scale and shift that lays the other form's outermost lines of one direction on ``own`` ones, if most others
    then lie on some too: the same rows, a little higher."""
    if len(own) < 2 or len(theirs) < 2:
        return (1.0, 0.0) if len(own) == len(theirs) else None
    scale = np.ptp(own[:, 0]) / max(np.ptp(theirs[:, 0]), STEP_MM)
    if not 1 / MOST_DRAWN_OUT < scale < MOST_DRAWN_OUT:
        return None
    shift = own[:, 0].min() - scale * theirs[:, 0].min()
    near = np.abs(own[:, None, 0] - scale * theirs[None, :, 0] - shift) <= 2 * STEP_MM
    shared = np.where(near, _beside(own, theirs), 0.0).max(axis=0).sum()
    return (float(scale), float(shift)) if shared >= KIN * _length(theirs) else None


def _beside(own: NDArray[np.float64], theirs: NDArray[np.float64]) -> NDArray[np.float64]:
    """How long (own, theirs), mm, lines of one direction run beside each other."""
    along = np.minimum(own[:, None, 2], theirs[None, :, 2]) - np.maximum(own[:, None, 1], theirs[None, :, 1])
    return np.maximum(along, 0.0)


def _length(lines: NDArray[np.float64]) -> float:
    return float((lines[:, 2] - lines[:, 1]).sum())


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
