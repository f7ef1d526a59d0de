"""A cell seen by a camera."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from formreader.geometry import CROP_SCALE
from formreader.synth.camera.optics import (
    CLEAR_BLUR,
    CLEAR_FINER,
    CLEAR_SHARE,
    SOFTEST,
    developed,
    grained_paper,
    light,
    through_lens,
)
from formreader.synth.hand.pen import Ink

CROP_PX = 40

COARSEST_PX = 8.0
"""Rows of pixels over a digit's height below which no eye tells a 6 from an 8."""


def photograph_cell(
    printed: Ink,
    penned: Ink,
    shift_px: tuple[float, float],
    detail_px: float,
    generator: np.random.Generator,
    traced: Ink | None = None,
) -> tuple[NDArray[np.uint8], Ink]:
    """A crop uint8 (40, 40) of a drawn canvas, seen at a random resolution and registered imperfectly.

    ``penned`` already has the ink's darkness. ``shift_px`` moves the canvas against the crop on top of the
    usual misregistration. ``detail_px`` is the height of the writing on the canvas (0: none), which the
    camera still resolves. What is drawn at random does not depend on the picture. Beside the crop stands
    where ink that was ``traced`` falls on it, as a perfect camera would show it.
    """
    side = printed.shape[0]
    clear = generator.random() < CLEAR_SHARE
    reflectance = _paper(side, generator) * (1 - printed) * (1 - penned)
    # most boxes are 12 to 65 px wide, a few as small as 6
    smallest = 9.0 if generator.random() < 0.1 else 17.0
    if detail_px:
        smallest = max(smallest, COARSEST_PX * side / detail_px * (CLEAR_FINER if clear else 1.0))
    seen_px = int(np.exp(generator.uniform(np.log(min(smallest, 90.0)), np.log(96))))
    both = np.dstack([reflectance, np.zeros_like(printed) if traced is None else traced]).astype(np.float32)
    looked_at = _misregister(both, shift_px, seen_px, generator)
    lit = looked_at[:, :, 0] * light(seen_px, generator)
    softest = SOFTEST * (detail_px or side / 2) * seen_px / side * (CLEAR_BLUR if clear else 1.0)
    grey = developed(through_lens(lit, seen_px, softest, generator), 0.13, 0.6, generator)
    interpolation = cv2.INTER_AREA if seen_px > CROP_PX else cv2.INTER_LINEAR
    crop, ideal = (
        cv2.resize(picture, (CROP_PX, CROP_PX), interpolation=interpolation) for picture in (grey, looked_at[:, :, 1])
    )
    return crop, ideal


def _paper(side: int, generator: np.random.Generator) -> NDArray[np.float32]:
    """Reflectance 0..1 of bare paper: grain, and now and then a watermark or a halftone."""
    paper = grained_paper(side, side, generator)
    kind = generator.random()
    if kind < 0.1:
        mark = np.zeros((side, side), np.float32)
        for _ in range(int(generator.integers(1, 4))):
            centre = generator.uniform(-20, side + 20, 2).astype(int)
            axes = generator.integers(15, 90, 2)
            cv2.ellipse(
                mark,
                tuple(map(int, centre)),
                tuple(map(int, axes)),
                float(generator.uniform(0, 180)),
                0,
                360,
                1.0,
                int(generator.choice([-1, 3, 8])),
                cv2.LINE_AA,
            )
        paper *= 1 - mark * generator.uniform(0.04, 0.2)
    elif kind < 0.14:
        x, y = np.meshgrid(np.arange(side), np.arange(side))
        period = generator.uniform(2.5, 7)
        paper *= 1 - generator.uniform(0.03, 0.15) * ((np.sin(x * 6.283 / period) * np.sin(y * 6.283 / period)) > 0.3)
    return paper


def _misregister(
    reflectance: NDArray[np.float32], shift_px: tuple[float, float], seen_px: int, generator: np.random.Generator
) -> NDArray[np.float32]:
    """A canvas of any number of layers through a slightly wrong map, averaged onto ``seen_px`` pixels a side."""
    side = reflectance.shape[0]
    spread = 0.03 if generator.random() < 0.85 else 0.07
    move = np.clip(generator.normal(0, spread, 2), -0.15, 0.15) * side / CROP_SCALE + np.array(shift_px)
    turn = np.radians(generator.normal(0, 2.0))
    scale = np.exp(generator.normal(0, 0.035, 2))
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * side / 2
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    source = (corners * scale) @ rotation.T + generator.normal(0, 0.008 * side, (4, 2)) + side / 2 + move
    fine = seen_px * max(1, round(side / seen_px))
    target = np.array([[0, 0], [fine, 0], [fine, fine], [0, fine]])
    matrix = cv2.getPerspectiveTransform((source - 0.5).astype(np.float32), (target - 0.5).astype(np.float32))
    large = cv2.warpPerspective(
        reflectance, matrix, (fine, fine), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    if fine == seen_px:
        return large
    return cv2.resize(large, (seen_px, seen_px), interpolation=cv2.INTER_AREA)
