"""Two looks at a cell or a line; the second only where the first is not sure.

The networks halve their pictures three times, so what they say depends on where strokes fall between pixels;
and they learn from pictures that are resampled at every epoch, a little softer than a crop. Seen from two
points half a pixel to either side, both even out. A model's card says whether it gains by that:
docs/decisions/0005-recognisers.md has the figures. Free numbers are sharper on photographs than they are drawn: the
second look at one is through a blur (docs/decisions/0011-second-reader.md).
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from formreader.distributions import log_softmax
from formreader.geometry import line_width_px

Network = Callable[[NDArray[np.float32]], NDArray[np.float32]]
"""From inputs (N, C, S, S) to logits (N, classes)."""

Steps = NDArray[np.float32]
"""Log-probabilities (T, classes) along a line."""
LineReader = Callable[[NDArray[np.uint8], NDArray[np.float32]], list[Steps]]
"""From pictures (N, 32, W) of lines and their aspects (N,) to the steps of each."""

SURE = 0.995
"""Share of its best class from which on a first look is enough: a second one hardly ever says otherwise."""

SURE_LINE = 0.95
"""Share of its likeliest path from which on a first look at a line is enough."""
BLUR_PX = 0.7
"""Deviation of the blur of the second."""


def look_at_lines(pictures: NDArray[np.uint8], aspects: NDArray[np.float32], read: LineReader) -> list[Steps]:
    """Log-probabilities of the steps along pictures of lines, by one look at each or by two."""
    lines = read(pictures, aspects)
    unsure = [i for i, steps in enumerate(lines) if steps.max(axis=1, initial=-np.inf).sum() < np.log(SURE_LINE)]
    if unsure:
        again = read(softened(pictures[unsure], aspects[unsure]), aspects[unsure])
        for i, steps in zip(unsure, again, strict=True):
            lines[i] = log_softmax(np.float32(0.5) * (lines[i] + steps))
    return lines


def softened(pictures: NDArray[np.uint8], aspects: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Pictures (N, 32, W) of lines, blurred where they show their cell."""
    soft = pictures.copy()
    for picture, aspect in zip(soft, aspects, strict=True):
        shown = picture[:, : line_width_px(float(aspect))]
        shown[:] = cv2.GaussianBlur(shown, (0, 0), BLUR_PX, borderType=cv2.BORDER_REPLICATE)
    return soft


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
