"""Bubbles: empty, filled, crossed out or doubtful, as they differ from the others of their column."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from formreader.alphabets import BUBBLE_CLASSES
from formreader.recognise.cells import CellRecogniser
from formreader.recognise.normalise import FAINTEST_STRETCHED, paper_brightness

PAPER_PERCENTILE = 90.0
"""Even a blot that overflows its bubble leaves a tenth of the crop's paper bare."""
DEEPEST_SHADOW = 0.5
"""A bubble's paper is at least this bright in parts of its column's: darker is ink."""


class BubbleRecogniser(CellRecogniser):
    """Holds the bubble model's session. Raises ``ModelError`` where the model does not fit."""

    def __init__(self, directory: Path | None = None) -> None:
        super().__init__("bubbles", BUBBLE_CLASSES, directory)

    def log_probabilities_of_columns(self, columns: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Calibrated log-probabilities (C, R, 4) of crops (C, R, 40, 40): columns of bubbles of one print."""
        if len(columns) == 0:
            return np.zeros((*columns.shape[:2], len(BUBBLE_CLASSES)), np.float32)
        return self._judged(normalise_columns(columns)).reshape(*columns.shape[:2], -1)

    def log_probabilities_of_pairs(self, pairs: NDArray[np.uint8]) -> NDArray[np.float32]:
        """The same (N, 4) of ``bubble_pairs`` (N, 2, 40, 40)."""
        return self._judged(normalise_bubbles(pairs))


def bubble_pairs(columns: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Crops (C, R, S, S) to pairs (C * R, 2, S, S): each bubble, and the median of its column.

    Most bubbles of a column are empty, so the median is what an empty one looks like here: the printed
    circle, something like the printed digit, the light. Raises ``ValueError`` on other shapes or types.
    """
    if columns.ndim != 4 or columns.shape[2] != columns.shape[3] or columns.dtype != np.uint8:
        raise ValueError(f"expected uint8 (columns, rows, S, S) crops, got {columns.dtype} {columns.shape}")
    medians = np.median(columns, axis=1, keepdims=True).astype(np.uint8)
    pairs = np.stack([columns, np.broadcast_to(medians, columns.shape)], axis=2)
    return pairs.reshape(-1, 2, *columns.shape[2:])


def normalise_bubbles(pairs: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Pairs (N, 2, S, S) of ``bubble_pairs`` to the network's input, ink 0..1 of the same shape.

    Channel 0 is the bubble's ink, channel 1 its column's. Paper is what the column's median shows, so that
    a filled bubble is not taken for shadow; both are stretched alike to the stronger ink of the two.
    Raises ``ValueError`` on other shapes or types.
    """
    if pairs.ndim != 4 or pairs.shape[1] != 2 or pairs.shape[2] != pairs.shape[3] or pairs.dtype != np.uint8:
        raise ValueError(f"expected uint8 (N, 2, S, S) pairs, got {pairs.dtype} {pairs.shape}")
    return _stretched(pairs, paper_brightness(pairs[:, 1]), _brightness(pairs[:, 1]))


def normalise_columns(columns: NDArray[np.uint8]) -> NDArray[np.float32]:
    """``normalise_bubbles`` of ``bubble_pairs``, but what is one column's is worked out once."""
    pairs, rows = bubble_pairs(columns), columns.shape[1]
    medians = pairs[::rows, 1]
    return _stretched(pairs, paper_brightness(medians).repeat(rows, axis=0), _brightness(medians).repeat(rows))


def _brightness(crops: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Grey level (N,) of the paper that crops (N, S, S) leave bare."""
    return np.percentile(crops, PAPER_PERCENTILE, axis=(1, 2)).astype(np.float32)


def _stretched(
    pairs: NDArray[np.uint8], paper: NDArray[np.float32], brightness: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Ink of the pairs, by the paper (N, S, S) of each one's column and that paper's brightness (N,)."""
    own = np.maximum(_brightness(pairs[:, 0]) / np.maximum(brightness, 1.0), DEEPEST_SHADOW)
    papers = np.stack([paper * own[:, None, None], paper], axis=1)
    ink = np.clip(1.0 - pairs / papers, 0.0, 1.0)
    strongest = np.percentile(ink, 99.0, axis=(1, 2, 3), keepdims=True).astype(np.float32)
    result: NDArray[np.float32] = np.clip(ink / np.sqrt(np.maximum(strongest, FAINTEST_STRETCHED)), 0.0, 1.0)
    return result
