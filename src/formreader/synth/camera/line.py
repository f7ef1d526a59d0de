"""A line of writing seen by a camera."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from formreader.geometry import LINE_MARGIN, LINE_PX
from formreader.synth.camera.legibility import fidelity
from formreader.synth.camera.optics import (
    CLEAR_BLUR,
    CLEAR_FINER,
    CLEAR_SHARE,
    SOFTEST,
    developed,
    grained_paper,
    light,
    through_lens,
    watermark,
)
from formreader.synth.hand.pen import Ink

COARSEST_PX = 7.0
"""Rows of pixels over a capital or digit that is still read in its line."""
ROWS_SEEN = (18.0, 84.0)
"""Height of a strip on photographs, px: cells of 13 to 60 px."""
LIGHT_PX = 64
"""Light is even enough to be drawn this small and stretched over a strip."""
WINDOW_STEP = 26
"""Columns between the squares in which legibility is looked at: their inner parts join up."""
LEAST_FIDELITY, LEAST_MEAN_FIDELITY = 0.66, 0.76
"""How like the ideal strip the seen one must be in its worst square, and on the whole; set by eye."""


def photograph_line(
    printed: Ink, penned: Ink, traced: Ink, detail_px: float, width_px: int, generator: np.random.Generator
) -> tuple[NDArray[np.uint8], Ink]:
    """A strip uint8 (32, width_px) of a drawn one, and where ``traced`` falls on it; see ``photograph_cell``."""
    rows, columns = printed.shape
    clear = generator.random() < CLEAR_SHARE
    reflectance = _paper(rows, columns, generator) * (1 - printed) * (1 - penned)
    smallest, largest = ROWS_SEEN
    if detail_px:
        smallest = max(smallest, COARSEST_PX * rows / detail_px * (CLEAR_FINER if clear else 1.0))
    seen_rows = round(np.exp(generator.uniform(np.log(min(smallest, 0.9 * largest)), np.log(largest))))
    seen_columns = max(1, round(columns * seen_rows / rows))
    both = np.dstack([reflectance, traced]).astype(np.float32)
    looked_at = _misregister(both, seen_rows, seen_columns, generator)
    shine = cv2.resize(light(LIGHT_PX, generator), (seen_columns, seen_rows), interpolation=cv2.INTER_LINEAR)
    lit = looked_at[:, :, 0] * shine
    softest = SOFTEST * (detail_px or rows / 2) * seen_rows / rows * (CLEAR_BLUR if clear else 1.0)
    grey = developed(through_lens(lit, seen_rows, softest, generator), 0.16, 0.6, generator)
    interpolation = cv2.INTER_AREA if seen_rows > LINE_PX else cv2.INTER_LINEAR
    strip, ideal = (
        cv2.resize(picture, (width_px, LINE_PX), interpolation=interpolation) for picture in (grey, looked_at[:, :, 1])
    )
    return strip, ideal


def legible_line(strip: NDArray[np.uint8], bare: NDArray[np.uint8], ideal: Ink) -> bool:
    """Whether every stretch of ``strip`` (32, W) shows the ink that ``ideal`` has and its twin ``bare`` lacks."""
    most = max(float(ideal.sum()), 1e-6)
    likeness = []
    for left in range(0, max(ideal.shape[1] - LINE_PX, 0) + WINDOW_STEP, WINDOW_STEP):
        part = (slice(None), slice(max(min(left, ideal.shape[1] - LINE_PX), 0), left + LINE_PX))
        if float(ideal[part].sum()) > 0.02 * most:
            likeness.append(fidelity(strip[part], bare[part], ideal[part], 1.0))
    return min(likeness) >= LEAST_FIDELITY and float(np.mean(likeness)) >= LEAST_MEAN_FIDELITY


def _paper(rows: int, columns: int, generator: np.random.Generator) -> NDArray[np.float32]:
    """Reflectance of bare paper: grain, and now and then the rings of a watermark."""
    paper = grained_paper(rows, columns, generator)
    if generator.random() < 0.12:
        watermark(paper, int(generator.integers(1, 3 + columns // 120)), (0, 20), 10, (-1, 3, 8, 14), generator)
    return paper


def _misregister(
    layers: NDArray[np.float32], seen_rows: int, seen_columns: int, generator: np.random.Generator
) -> NDArray[np.float32]:
    """Layers (rows, columns, 2) through a slightly wrong map, bowed as paper is, averaged onto the seen pixels."""
    rows, columns = layers.shape[:2]
    cell = rows / (1 + 2 * LINE_MARGIN)
    spread = 0.03 if generator.random() < 0.85 else 0.06
    shift = generator.normal(0, spread, 2) * cell
    # of the upper left, upper right, lower left and lower right corner
    error = np.clip(generator.normal(0, spread, (2, 2, 2)), -0.12, 0.12) * cell + shift - 0.5
    bow = float(generator.normal(0, 0.03)) * cell
    times = max(1, round(rows / seen_rows))
    down = np.linspace(0, 1, seen_rows * times, dtype=np.float32)[:, None, None]
    across = np.linspace(0, 1, seen_columns * times, dtype=np.float32)[None, :, None]
    upper, lower = (side[0] * (1 - across) + side[1] * across for side in error.astype(np.float32))
    source = upper * (1 - down) + lower * down
    source[:, :, 0] += across[:, :, 0] * columns
    source[:, :, 1] += down[:, :, 0] * rows + bow * 4 * across[:, :, 0] * (1 - across[:, :, 0])
    fine = cv2.remap(
        layers,
        source,
        None,
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return cv2.resize(fine, (seen_columns, seen_rows), interpolation=cv2.INTER_AREA) if times > 1 else fine
