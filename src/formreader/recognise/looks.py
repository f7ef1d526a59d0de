"""Two looks at each cell, half a pixel apart.

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


def look_at(cells: NDArray[np.float32], network: Network, twice: bool) -> NDArray[np.float32]:
    """Logits (N, classes) of a network's input (N, C, S, S), by one look at each cell or by two."""
    return joined(network(two_looks(cells))) if twice else network(cells)


def two_looks(cells: NDArray[np.float32]) -> NDArray[np.float32]:
    """Input (N, C, S, S) of a network to (2 N, C, S, S): moved half a pixel up and left, then down and right."""
    edged = np.pad(cells, ((0, 0), (0, 0), (1, 1), (1, 1)), mode="edge")
    rows = edged[:, :, 1:] + edged[:, :, :-1]
    between = (rows[:, :, :, 1:] + rows[:, :, :, :-1]) / 4
    return np.concatenate([between[:, :, 1:, 1:], between[:, :, :-1, :-1]])


def joined(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """Logits (2 N, classes) of ``two_looks`` to (N, classes): their mean."""
    count = len(logits) // 2
    result: NDArray[np.float32] = (logits[:count] + logits[count:]) / np.float32(2)
    return result
