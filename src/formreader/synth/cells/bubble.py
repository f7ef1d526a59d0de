"""A column of bubbles of one print, some of them marked; then one camera looks at all of them."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from formreader.alphabets import BUBBLE_CLASSES
from formreader.geometry import CROP_SCALE
from formreader.synth.camera.bubble import aim, easily_seen, photograph_column, traced_column
from formreader.synth.cells.canvas import CANVAS_PX
from formreader.synth.cells.digit import ComposedCell
from formreader.synth.hand.bubbles import any_mark
from formreader.synth.hand.glyphs import GlyphSource
from formreader.synth.hand.ink import Point, frame, lay, lines
from formreader.synth.hand.pen import FINENESS, Ink

LABEL_SHARES = {"_": 0.36, "O": 0.28, "X": 0.17, "/": 0.19}

ROWS = 10
SIZE_PX = CANVAS_PX / CROP_SCALE
"""A bubble's diameter or side on the canvas."""
FONTS = (cv2.FONT_HERSHEY_SIMPLEX, cv2.FONT_HERSHEY_DUPLEX, cv2.FONT_HERSHEY_COMPLEX)


@dataclass(frozen=True, slots=True)
class _Strip:
    """Printed and penned ink of a whole column, float32 (height, 84), and the px between two bubbles."""

    printed: Ink
    penned: Ink
    pitch: float

    def centre(self, row: int) -> Point:
        return (CANVAS_PX - 1) / 2, (CANVAS_PX - 1) / 2 + round(row * self.pitch)


def compose_bubble_cell(_source: GlyphSource, generator: np.random.Generator) -> ComposedCell:
    """A bubble of any class, at the rate that training sees it. No data set has a say in it."""
    shares = np.array([LABEL_SHARES[c] for c in BUBBLE_CLASSES])
    return compose_bubble(BUBBLE_CLASSES[int(generator.choice(len(shares), p=shares / shares.sum()))], generator)


def compose_bubble(label: str, generator: np.random.Generator) -> ComposedCell:
    """One labelled bubble; its ``crop`` is uint8 (2, 40, 40): the bubble, and its column's median.

    At most two more bubbles of the column are marked. Drawn again where the camera lost the mark; an empty
    bubble is seen as a mark in it would not have been lost, so that the dark says nothing about the class.
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
        _mark(strip, row, str(generator.choice(list("OX/"))) if label == "_" else label, nib, generator)
        shot = aim(np.array([strip.centre(row) for row in range(ROWS)]), CANVAS_PX, generator)
        marked = photograph_column(strip.printed, strip.penned * darkness, shot)
        # the same camera, light and noise without the label's ink: what differs is what can be read
        bare = photograph_column(strip.printed, without * darkness, shot)
        ideal = traced_column(np.clip(strip.penned - without, 0, 1), shot)
        if easily_seen(marked[row], bare[row], ideal[row]):
            column = bare if label == "_" else marked
            return ComposedCell(np.stack([column[row], np.median(column, axis=0).astype(np.uint8)]), 1.0, label)


def _printed_column(generator: np.random.Generator) -> _Strip:
    """Ten circles or square boxes below each other, each with its digit in it or without."""
    pitch = SIZE_PX * float(generator.uniform(1.08, 1.7))
    shape = (round((ROWS - 1) * pitch) + CANVAS_PX, CANVAS_PX)
    strip = _Strip(np.zeros(shape, np.float32), np.zeros(shape, np.float32), pitch)
    square, numbered = generator.random() < 0.2, generator.random() < 0.7
    width, ink = float(np.exp(generator.uniform(np.log(0.8), np.log(5.0)))), float(generator.uniform(0.25, 1.0))
    size, digit_ink = float(generator.uniform(0.4, 1.5)), min(float(generator.uniform(0.3, 1.4)) * ink, 1.0)
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
