"""A column of bubbles on one photograph: each has grain of its own, which their median averages out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from formreader.geometry import CROP_SCALE, Points
from formreader.synth.camera.cell import CROP_PX
from formreader.synth.camera.legibility import grain
from formreader.synth.camera.optics import developed, grained_paper, light, shaken, watermark
from formreader.synth.hand.pen import Ink

SEEN_PX = (14.0, 96.0)
"""A crop's side on photographs, px: bubbles of 10 to 70 px."""
SOFTEST, SOFTEST_IF_CLEAR, CLEAR_SHARE = 0.09, 0.02, 0.5
"""Blur (standard deviation) in parts of a bubble's diameter; at the worst a printed 8 is a spot and the ring a band."""
DARK_SHARE, DARKEST = 0.4, 0.15
"""Photographs taken in too little light, and the least of the usual light that is left on them."""
LIFTED_SHARE, LIFTED_GRAIN = 0.2, 0.2
"""Photographs in little light that the phone has lifted, and their strongest grain in parts of the paper's light."""
OWN_SHIFT_PX = 1.0
"""Usual shift (px of the canvas) of one bubble against the others of its column."""
DRIFT_PX = 2.5
"""Usual shift of a column's ends against its middle where paper is curled: the median shows what it smears."""
EASILY_SEEN = 8.0
"""Ink's signal over noise, summed over the mark. Rose's criterion: from 5 on an eye is sure that something is there."""
FAINTEST_PEAK, FAINTEST_SHARE = 4.0, 0.08
"""Ink that darkens a crop by fewer grey levels, or parts of its paper, is not seen in any size."""


@dataclass(frozen=True, slots=True)
class Shot:
    """Where one camera sees each of a column's bubbles: canvas corners (rows, 4, 2) px, and the seed of all else."""

    corners: Points
    seed: int


def aim(centres: Points, canvas_px: int, generator: np.random.Generator) -> Shot:
    """Crops around ``centres`` (rows, 2) px of the strip, registered imperfectly: all alike, and each by itself."""
    spread = 0.03 if generator.random() < 0.85 else 0.07
    move = np.clip(generator.normal(0, spread, 2), -0.15, 0.15) * canvas_px / CROP_SCALE
    turn, scale = np.radians(generator.normal(0, 2.0)), np.exp(generator.normal(0, 0.035, 2))
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    square = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * canvas_px / 2
    crop = (square * scale) @ rotation.T + generator.normal(0, 0.008 * canvas_px, (4, 2)) + move
    along = np.linspace(-1, 1, len(centres))[:, None, None]
    own = generator.normal(0, OWN_SHIFT_PX, (len(centres), 1, 2)) + along * generator.normal(0, DRIFT_PX, 2)
    return Shot(centres[:, None, :] + crop + own, int(generator.integers(2**62)))


def photograph_column(printed: Ink, penned: Ink, shot: Shot) -> NDArray[np.uint8]:
    """Crops uint8 (rows, 40, 40) of a drawn strip (height, width). ``penned`` already has the ink's darkness.

    What is drawn at random depends on the ``shot`` alone, not on what the strip shows.
    """
    generator = np.random.default_rng(shot.seed)
    height, width = printed.shape
    clear = generator.random() < CLEAR_SHARE
    seen_px = float(np.exp(generator.uniform(*np.log(SEEN_PX))))
    size = round(seen_px), round(height * seen_px / width)
    reflectance = _paper(height, width, generator) * (1 - printed) * (1 - penned)
    # light and shadow fall on the whole column
    shine = light(size[1], generator)[:, (size[1] - size[0]) // 2 :][:, : size[0]]
    dim = float(np.exp(generator.uniform(np.log(DARKEST), 0.0))) if generator.random() < DARK_SHARE else 1.0
    lit = cv2.resize(reflectance.astype(np.float32), size, interpolation=cv2.INTER_AREA) * shine * np.float32(dim)
    softest = (SOFTEST_IF_CLEAR if clear else SOFTEST) * seen_px / CROP_SCALE
    if generator.random() < 0.7:
        lit = cv2.GaussianBlur(lit, (0, 0), max(float(generator.uniform(0.1, 1.0)) * softest, 0.2))
    lit = shaken(lit, seen_px, softest, generator)
    if generator.random() < LIFTED_SHARE:
        sigma = float(generator.uniform(0.03, LIFTED_GRAIN)) * np.sqrt(np.maximum(lit, 1.0) * float(lit.mean()))
        lit = lit + generator.standard_normal(lit.shape, np.float32) * sigma.astype(np.float32)
    grey = developed(lit, 0.13, 0.7, generator)
    crops: NDArray[np.uint8] = _cut(grey, shot.corners, width)
    return crops


def traced_column(ink: Ink, shot: Shot) -> Ink:
    """Where ink falls on the crops, float32 (rows, 40, 40), as a perfect camera would show it."""
    crops: Ink = _cut(ink, shot.corners, ink.shape[1])
    return crops


def easily_seen(marked: NDArray[np.uint8], bare: NDArray[np.uint8], ideal: Ink) -> bool:
    """Whether ``marked`` (40, 40) shows that there is a mark, which ``ideal`` has and its twin ``bare`` lacks."""
    energy = float((ideal * ideal).sum())
    if energy == 0.0:
        return False
    contrast = float(((bare.astype(np.float32) - marked) * ideal).sum()) / energy
    if contrast < max(FAINTEST_PEAK, FAINTEST_SHARE * float(np.percentile(bare, 80))):
        return False
    return contrast * energy**0.5 >= EASILY_SEEN * grain(bare)


def _cut(picture: NDArray[Any], corners: Points, canvas_px: int) -> NDArray[Any]:
    """Crops (rows, 40, 40) as the reader cuts them: averaged over source pixels where these are finer."""
    scale = np.array([picture.shape[1], picture.shape[1]]) / canvas_px
    finer = max(1, int(np.ceil(picture.shape[1] / CROP_PX)))
    side = CROP_PX * finer
    edge = np.array([[0, 0], [side, 0], [side, side], [0, side]], np.float32) - np.float32(0.5)
    crops = []
    for quad in ((corners + 0.5) * scale - 0.5).astype(np.float32):
        matrix = cv2.getPerspectiveTransform(quad, edge)
        fine = cv2.warpPerspective(picture, matrix, (side, side), borderMode=cv2.BORDER_REPLICATE)
        crops.append(cv2.resize(fine, (CROP_PX, CROP_PX), interpolation=cv2.INTER_AREA))
    return np.stack(crops)


def _paper(height: int, width: int, generator: np.random.Generator) -> NDArray[np.float32]:
    """Reflectance 0..1 of bare paper: grain, and now and then a watermark."""
    paper = grained_paper(height, width, generator)
    if generator.random() < 0.12:
        watermark(paper, int(generator.integers(2, 8)), (20, 0), 15, (-1, 3, 8), generator)
    return paper
