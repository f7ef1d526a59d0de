"""A printed guide for digits that a box which looks empty does not show, though others of the page do."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from formreader.geometry import Box
from formreader.locate.strips import Strip
from formreader.locate.traces import brought_to_size

NO_PRINT = 0.03
"""Paper's grain is less dark."""
LEAST_PRINT = 0.006
"""Mean darkness beyond that of an empty box from which on its guide is seen."""
FEWEST, USUAL_PERCENTILE = 3, 75.0
"""Empty boxes that tell how dark the guides of a photograph are, and which of them does."""


def missing_guides(boxes: Sequence[tuple[Strip, Box]]) -> list[float]:
    """Of each box with a printed guide that looks empty: the part of what guides are on this page that it lacks, 0..1.

    Nothing where the photograph hardly shows them, or too few.
    """
    shown = np.array([np.maximum(brought_to_size(*box) - NO_PRINT, 0.0).mean() for box in boxes])
    usual = float(np.percentile(shown, USUAL_PERCENTILE)) if len(shown) >= FEWEST else 0.0
    if usual < LEAST_PRINT:
        return [0.0] * len(boxes)
    missing: list[float] = np.maximum(1.0 - shown / usual, 0.0).tolist()
    return missing
