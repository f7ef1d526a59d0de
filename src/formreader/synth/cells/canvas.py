"""What the cells of a composed crop are drawn on: two layers of ink, printed and penned."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from formreader.synth.hand.ink import Point, lay
from formreader.synth.hand.pen import Ink

CANVAS_PX = 84
"""Side of the drawn crop: as fine as the finest photograph, of 60 px a box."""


@dataclass(slots=True)
class Canvas:
    """A cell ``width`` by ``height`` px in the middle, its neighbours ``pitch_x``, ``pitch_y`` away.

    ``nib`` is the pen's width in px, ``darkness`` the share of light that its ink takes, ``guide`` that of
    the print inside a box, ``guide_height`` px tall.
    """

    printed: Ink
    penned: Ink
    generator: np.random.Generator
    width: float
    height: float
    pitch_x: float
    pitch_y: float
    nib: float
    darkness: float
    guide: float = 0.0
    guide_height: float = 0.0

    def centre(self, place: Point) -> Point:
        """Px of the cell ``place`` (right, down) cells away."""
        return CANVAS_PX / 2 - 0.5 + place[0] * self.pitch_x, CANVAS_PX / 2 - 0.5 + place[1] * self.pitch_y

    def write(self, ink: Ink, place: Point = (0.0, 0.0), jitter: float = 0.08) -> None:
        """Lay penned ink on the cell ``place`` away, off its centre as hands are."""
        x, y = self.centre(place)
        x += self.generator.normal(0, jitter) * self.width
        y += self.generator.normal(0, jitter) * self.height
        lay(self.penned, ink, x - (ink.shape[1] - 1) / 2, y - (ink.shape[0] - 1) / 2)
