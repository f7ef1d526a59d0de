"""Forms printed so alike that either lies well on the other's page: what fits one must be held against both."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from formreader.register.samples import template_samples
from formreader.templates import Template

ALIKE = 0.95
"""Part of each form's lines by its fields that must lie near a line of the other."""
NEAR_MM = 3.0
"""As far as a fit looks for a line in its first step."""


def twins(template: Template, others: Sequence[Template]) -> list[Template]:
    """Those of ``others`` whose ruling is that of ``template`` within ``NEAR_MM`` on a page of the same frame."""
    return [
        other
        for other in others
        if other.id != template.id and min(_share(template, other), _share(other, template)) > ALIKE
    ]


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
