"""The thresholds of the whole reader: one file, one record, nowhere else."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Policy:
    """What is accepted, and what is refused. Lengths in mm on the page, the rest in parts of 1."""

    name: str
    origin: str
    accept_confidence: float
    """Least posterior probability of an accepted field."""
    least_picture_share: float
    """Least probability of an accepted field's writing by its own picture, before any sum is weighed."""
    most_disagreement: float
    """Most probability of an accepted field that its encodings contradict each other on paper."""
    least_coverage: float
    """Least part of the template's visible lines by its fields that must be found on the photograph."""
    least_explained: float
    """Least part of the ruling found by the fields that must be the template's."""
    least_lead: float
    """How much better than the next template's the best one's agreement must be."""
    least_heading_lead: float
    """Where the lines leave two templates alike: how much better the heading must fit the one, 0..1."""
    most_residual_mm: float
    least_visible: float
    """Least part of the template's lines that must lie within the picture."""
    least_px_per_cell: float
    """Least width of a digit box, px of the photograph."""


@cache
def default_policy() -> Policy:
    """The policy that ships with the package."""
    text = (Path(__file__).parent / "policy.json").read_text(encoding="utf-8")
    return Policy(**json.loads(text))
