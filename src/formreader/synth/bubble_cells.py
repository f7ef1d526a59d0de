"""A column of bubbles of one print, some of them marked; then one camera looks at each."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from formreader.alphabets import BUBBLE_CLASSES
from formreader.geometry import CROP_SCALE
from formreader.synth.bubble_marks import any_mark
from formreader.synth.camera import photograph_cell
from formreader.synth.canvas import CANVAS_PX, Point, frame, lay, lines
from formreader.synth.cells import ComposedCell
from formreader.synth.glyphs import GlyphSource
from formreader.synth.legibility import legible
from formreader.synth.pen import FINENESS, Ink

LABEL_SHARES = {"_": 0.36, "O": 0.28, "X": 0.17, "/": 0.19}

ROWS = 10
SIZE_PX = CANVAS_PX / CROP_SCALE
"""A bubble's diameter or side on the canvas."""
DETAIL_PX = 0.55 * SIZE_PX
"""Height of the smallest mark that the camera still resolves: a tick is told from a blot."""
OWN_NOISE, OWN_SHIFT_PX = 4.0, 1.0
"""Strongest noise (grey levels) and usual shift (px of the canvas) in which bubbles of a column differ."""
FONTS = (cv2.FONT_HERSHEY_SIMPLEX, cv2.FONT_HERSHEY_DUPLEX, cv2.FONT_HERSHEY_COMPLEX)


@dataclass(frozen=True, slots=True)
class _Strip:
    """Printed and penned ink of a whole column, float32 (height, 84), and the px between two bubbles."""

    printed: Ink
    penned: Ink
    pitch: float

    def centre(self, row: int) -> Point:
        return (CANVAS_PX - 1) / 2, (CANVAS_PX - 1) / 2 + round(row * self.pitch)

    def around(self, ink: Ink, row: int) -> Ink:
        """The canvas of one bubble out of the strip's ``ink``."""
        top = round(row * self.pitch)
        return ink[top : top + CANVAS_PX]


def compose_bubble_cell(_source: GlyphSource, generator: np.random.Generator) -> ComposedCell:
    """A bubble of any class, at the rate that training sees it. No data set has a say in it."""
    shares = np.array([LABEL_SHARES[c] for c in BUBBLE_CLASSES])
    return compose_bubble(BUBBLE_CLASSES[int(generator.choice(len(shares), p=shares / shares.sum()))], generator)


def compose_bubble(label: str, generator: np.random.Generator) -> ComposedCell:
    """One labelled bubble; its ``crop`` is uint8 (2, 40, 40): the bubble, and its column's median.

    At most two more bubbles of the column are marked. Drawn again where the camera lost the mark.
    """
    while True:
        strip = _printed_column(generator)
        row = int(generator.integers(ROWS))
        others = [int(r) for r in generator.choice(ROWS, int(generator.integers(0, 3)), replace=False) if r != row]
        nib = float(np.exp(generator.uniform(np.log(1.5), np.log(8.0))))
        darkness = np.float32(generator.uniform(0.3, 0.97))
        for other in others:
            _mark(strip, other, str(generator.choice(list("OOX/"))), nib, generator)
        without = strip.penned.copy()
        _mark(strip, row, label, nib, generator)
        camera = int(generator.integers(2**62))
        column = _photographs(strip, darkness, camera, generator)
        crop = np.stack([column[row], np.median(column, axis=0).astype(np.uint8)])
        if label == "_":
            return ComposedCell(crop, 1.0, label)
        # the same camera, light and noise without the label's ink: what differs is what can be read
        own = np.clip(strip.penned - without, 0, 1)
        marked, ideal = _photograph(strip, strip.penned * darkness, row, (0.0, 0.0), camera, own)
        bare, _ = _photograph(strip, without * darkness, row, (0.0, 0.0), camera, own)
        if legible(marked, bare, ideal, 1.0):
            return ComposedCell(crop, 1.0, label)


def _printed_column(generator: np.random.Generator) -> _Strip:
    """Ten circles or square boxes below each other, each with its digit in it or without."""
    pitch = SIZE_PX * float(generator.uniform(1.08, 1.7))
    shape = (round((ROWS - 1) * pitch) + CANVAS_PX, CANVAS_PX)
    strip = _Strip(np.zeros(shape, np.float32), np.zeros(shape, np.float32), pitch)
    square, numbered = generator.random() < 0.2, generator.random() < 0.7
    width, ink = float(np.exp(generator.uniform(np.log(0.8), np.log(5.0)))), float(generator.uniform(0.25, 1.0))
    size, digit_ink = float(generator.uniform(0.7, 1.5)), min(float(generator.uniform(0.3, 1.4)) * ink, 1.0)
    font, bold = int(generator.choice(FONTS)), int(generator.integers(1, 5))
    rings, digits = np.zeros(shape, np.uint8), np.zeros(shape, np.uint8)
    for row in range(ROWS):
        x, y = strip.centre(row)
        if square:
            lines(strip.printed, frame((x, y), SIZE_PX, SIZE_PX), width, ink)
        else:
            at = (round(x * FINENESS), round(y * FINENESS))
            cv2.circle(rings, at, round(SIZE_PX / 2 * FINENESS), 255, max(1, round(width)), cv2.LINE_AA, 3)
        if numbered:
            (wide, high), _ = cv2.getTextSize(str(row), font, size, bold)
            cv2.putText(
                digits, str(row), (round(x - wide / 2), round(y + high / 2)), font, size, 255, bold, cv2.LINE_AA
            )
    for drawn, strength in ((rings, ink * min(1.0, width)), (digits, digit_ink)):
        np.maximum(strip.printed, drawn.astype(np.float32) * np.float32(strength / 255), out=strip.printed)
    return strip


def _mark(strip: _Strip, row: int, label: str, nib: float, generator: np.random.Generator) -> None:
    ink = any_mark(label, SIZE_PX / 2, nib, generator)
    x, y = np.array(strip.centre(row)) + generator.normal(0, 0.03 * SIZE_PX, 2)
    lay(strip.penned, ink, float(x) - (len(ink) - 1) / 2, float(y) - (len(ink) - 1) / 2)


def _photographs(strip: _Strip, darkness: np.float32, camera: int, generator: np.random.Generator) -> NDArray[np.uint8]:
    """Crops uint8 (10, 40, 40) of one photograph: the same light, blur and misregistration, noise of their own."""
    penned = strip.penned * darkness
    shifts = generator.normal(0, OWN_SHIFT_PX, (ROWS, 2)).tolist()
    crops = np.stack([_photograph(strip, penned, row, (x, y), camera, penned)[0] for row, (x, y) in enumerate(shifts)])
    noise = generator.standard_normal(crops.shape, np.float32) * np.float32(generator.uniform(0.3, OWN_NOISE))
    return np.clip(np.round(crops + noise), 0, 255).astype(np.uint8)


def _photograph(
    strip: _Strip, penned: Ink, row: int, shift: Point, camera: int, own: Ink
) -> tuple[NDArray[np.uint8], Ink]:
    """The crop of one row's bubble, and where its ``own`` ink falls on it; see ``photograph_cell``."""
    printed, written, traced = (strip.around(layer, row) for layer in (strip.printed, penned, own))
    return photograph_cell(printed, written, shift, DETAIL_PX, np.random.default_rng(camera), traced)
