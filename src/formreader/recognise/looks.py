"""Two looks at a cell, half a pixel apart; the second only where the first is not sure.

The networks halve their pictures three times, so what they say depends on where strokes fall between pixels;
and they learn from pictures that are resampled at every epoch, a little softer than a crop. Seen from two
points half a pixel to either side, both even out. A model's card says whether it gains by that:
docs/decisions/0005-recognisers.md has the figures.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Network = Callable[[NDArray[np.float32]], NDArray[np.float32]]
"""From inputs (N, C, S, S) to logits (N, classes)."""

SURE = 0.995
"""Share of its best class from which on a first look is enough: a second one hardly ever says otherwise."""


def look_at(cells: NDArray[np.float32], network: Network, twice: bool) -> NDArray[np.float32]:
    """Logits (N, classes) of a network's input (N, C, S, S), by one look at each cell or by up to two."""
    if not twice:
        return network(cells)
    logits = network(moved(cells, -1))
    unsure = _best_share(logits) < SURE
    if unsure.any():
        logits[unsure] = np.float32(0.5) * (logits[unsure] + network(moved(cells[unsure], 1)))
    return logits


def moved(cells: NDArray[np.float32], towards: int) -> NDArray[np.float32]:
    """Cells (N, C, S, S) moved by half a pixel: up and left (-1), or down and right (1)."""
    edge = (1, 0) if towards > 0 else (0, 1)
    edged = np.pad(cells, ((0, 0), (0, 0), edge, edge), mode="edge")
    rows = edged[:, :, 1:] + edged[:, :, :-1]
    return ((rows[:, :, :, 1:] + rows[:, :, :, :-1]) / 4).astype(np.float32, copy=False)


def _best_share(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """Of each row of (N, classes), the probability of its best class."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    result: NDArray[np.float32] = 1.0 / np.exp(shifted).sum(axis=1)
    return result
