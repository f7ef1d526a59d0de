"""Tally strokes by many hands: uprights with one through them, five uprights, squares with a diagonal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from formreader.synth.hand.pen import Stroke, smooth_stroke

CLOSEST_PX = 4.6
"""Px of the canvas from stroke to stroke below which a crop of 40 px runs them together."""
Five = Literal["through", "upright", "square"]


@dataclass(frozen=True, slots=True)
class TallyHand:
    """How one writer counts. ``height`` of strokes and ``pitch`` from one to the next in px of the canvas.

    ``slant`` is px to the right a px upwards. ``through`` is where the fifth stroke starts and ends: px
    before the first and after the last upright in parts of ``pitch``, then its height there in parts of
    ``height``, 0 at the top. ``foot`` is the hook at an upright's end in parts of ``pitch``. ``loose`` is
    how uneven strokes are: 0 drawn with a ruler, 1 uneven but apart, more where some touch.
    """

    height: float
    pitch: float
    slant: float
    five: Five
    through: tuple[float, float, float, float]
    foot: float
    loose: float

    @property
    def group_width(self) -> float:
        """Px that a group of five takes."""
        if self.five == "square":
            return self.height
        return self.pitch * (4.0 if self.five == "upright" else 3.0 + max(self.through[0], 0) + self.through[1])

    @property
    def widest_nib(self) -> float:
        """The broadest pen, px, that leaves paper between strokes; OpenCV draws a line a pixel wider."""
        return 0.35 * self.pitch - 0.6

    @property
    def finest_px(self) -> float:
        """What a camera must still tell apart: the pitch, or half of a square's side."""
        return self.height / 2 if self.five == "square" else self.pitch


def any_tally_hand(room_width: float, room_height: float, generator: np.random.Generator) -> TallyHand:
    """A hand whose group of five fits ``room_width`` by ``room_height`` px, as far as hands heed a box."""
    size = generator.uniform(0.5, 1.0) if generator.random() < 0.9 else generator.uniform(1.0, 1.2)
    height = room_height * float(size)
    kind = generator.random()
    five: Five = "through" if kind < 0.8 else "upright" if kind < 0.92 else "square"
    start, end = float(generator.uniform(-0.15, 0.8)), float(generator.uniform(0.1, 0.9))
    low, high = float(generator.uniform(0.45, 1.05)), float(generator.uniform(-0.1, 0.55))
    if generator.random() < 0.3:  # falls, as in an N
        low, high = 1 - low, 1 - high
    # with room between two groups
    spaces = 5.0 if five == "upright" else 3.9 + max(start, 0) + end
    widest = max(room_width / spaces, CLOSEST_PX)
    pitch = max(CLOSEST_PX, min(widest, 0.9 * height) * float(generator.uniform(0.5, 1.0)))
    foot = float(generator.uniform(0.1, 0.4)) if generator.random() < 0.2 else 0.0
    slant = float(np.clip(generator.normal(0.14, 0.2), -0.45, 0.6))
    loose = float(generator.uniform(0.2, 1.0) if generator.random() < 0.92 else generator.uniform(1.0, 1.8))
    return TallyHand(height, pitch, slant, five, (start, end, low, high), foot, loose)


def tally_strokes(count: int, hand: TallyHand, generator: np.random.Generator) -> list[Stroke]:
    """``count`` strokes, 1 to 5, in px of the canvas around (0, 0)."""
    if hand.five == "square":
        return _square(count, hand, generator)
    uprights = min(count, 5 if hand.five == "upright" else 4)
    columns = (np.arange(uprights) - (uprights - 1) / 2) * hand.pitch
    columns += _uneven(0.13, hand, generator, uprights) * hand.pitch
    strokes = [_upright(float(x), hand, generator) for x in columns]
    if count > uprights:
        start, end, low, high = hand.through
        jitter = generator.normal(0, 0.1 * hand.loose, 4)
        x0 = columns[0] - (start + jitter[0]) * hand.pitch
        x1 = columns[-1] + (max(end + jitter[1], 0.05)) * hand.pitch
        y0, y1 = (low + 0.6 * jitter[2] - 0.5) * hand.height, (high + 0.6 * jitter[3] - 0.5) * hand.height
        middle = [(x0 + x1) / 2, (y0 + y1) / 2 + generator.normal(0, 0.06 * hand.loose) * hand.height]
        # slanted with the uprights, so that it starts and ends beside them
        strokes.append(smooth_stroke(_slanted(np.array([[x0, y0], middle, [x1, y1]]), hand.slant)))
    return strokes


def _upright(x: float, hand: TallyHand, generator: np.random.Generator) -> Stroke:
    ends = np.array([-0.5, 0.5]) + generator.normal(0, 0.06 * hand.loose, 2)
    tilt, bow = (_uneven(most, hand, generator)[0] * hand.pitch for most in (0.1, 0.06))
    points = np.array([[x + tilt, ends[0]], [x + bow, ends.mean()], [x - tilt, ends[1]]]) * [1, hand.height]
    if hand.foot:
        points = np.vstack([points, points[-1] + [hand.foot * hand.pitch, -0.04 * hand.height]])
    return _slanted(points, hand.slant)


def _uneven(most: float, hand: TallyHand, generator: np.random.Generator, count: int = 1) -> NDArray[np.float64]:
    """Parts of a pitch by which strokes are off, shape (count,); up to ``most`` by a hand that is not hasty."""
    off = np.clip(generator.normal(0, 0.7 * most, count), -most, most)
    return off * hand.loose


def _slanted(points: Stroke, slant: float) -> Stroke:
    return np.stack([points[:, 0] - slant * points[:, 1], points[:, 1]], axis=1)


def _square(count: int, hand: TallyHand, generator: np.random.Generator) -> list[Stroke]:
    """Left, top, right, bottom, and a diagonal for the fifth."""
    corners = np.array([[-1, 1], [-1, -1], [1, -1], [1, 1]]) * hand.height / 2
    path = [(0, 1), (1, 2), (2, 3), (3, 0), (0, 2) if hand.through[2] > hand.through[3] else (1, 3)]
    spread = 0.05 * hand.loose * hand.height
    return [
        _slanted(corners[list(ends)] + generator.normal(0, spread, (2, 2)), hand.slant * 0.5) for ends in path[:count]
    ]
