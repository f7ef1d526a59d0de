"""Digits by many hands: what ``GlyphSource`` has, pen paths of pendigits, shapes of our own, thin pens."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np

from formreader.synth.hand.glyphs import DIGITS, GlyphSource
from formreader.synth.hand.pen import Ink, Stroke, draw_strokes, smooth_stroke, vary_strokes
from formreader.synth.hand.pendigits import FILE, TEST, TRAINING, load_pendigits, pendigit_strokes

PATHS_SHARE, SHAPES_SHARE = 0.1, 0.16
"""Digits below the first share come from pendigits, below the second from ``SHAPES`` where the digit has any."""
THINNED_SHARE, THINNED_PX = 0.3, 26.0
"""Digits at least so high, in px, are thinned at this rate: of photographs the pen is finer than of data sets."""

SHAPES: dict[str, list[tuple[bool, list[list[tuple[float, float]]]]]] = {
    "0": [  # slashed, the slash longer than the ring
        (
            True,
            [
                [(0.35, 0.02), (0.05, 0.3), (0.06, 0.75), (0.35, 1.0), (0.66, 0.75), (0.66, 0.28), (0.34, 0.0)],
                [(0.78, -0.05), (-0.08, 1.04)],
            ],
        )
    ],
    "1": [  # a long upstroke; a hook at the foot, at the head, at both
        (True, [[(0.0, 1.0), (0.25, 0.45), (0.5, 0.0), (0.52, 0.5), (0.5, 1.0)]]),
        (False, [[(0.0, 0.95), (0.45, 0.0), (0.45, 1.0)]]),
        (True, [[(0.02, 0.3), (0.25, 0.0), (0.25, 0.5), (0.28, 0.92), (0.5, 0.98)]]),
        (True, [[(0.0, 0.25), (0.05, 0.05), (0.22, 0.02), (0.28, 0.3), (0.26, 1.0)]]),
        (True, [[(0.0, 0.2), (0.15, 0.0), (0.2, 0.4), (0.16, 0.85), (0.02, 1.0)]]),
    ],
    "4": [  # open above, sides upright or leaning apart; pointed, the bar low and long
        (False, [[(0.0, 0.0), (0.0, 0.55), (0.55, 0.55)], [(0.5, 0.0), (0.5, 1.0)]]),
        (False, [[(0.08, 0.05), (0.0, 0.5), (0.5, 0.48)], [(0.6, 0.0), (0.42, 1.0)]]),
        (False, [[(0.0, 0.02), (0.04, 0.42), (0.4, 0.42)], [(0.42, 0.02), (0.38, 1.0)]]),
        (True, [[(0.05, 0.0), (0.0, 0.35), (0.12, 0.5), (0.5, 0.45)], [(0.5, 0.05), (0.47, 0.5), (0.45, 1.0)]]),
        (False, [[(0.48, 0.0), (0.0, 0.74), (0.72, 0.72)], [(0.5, 0.0), (0.48, 1.0)]]),
    ],
    "7": [  # barred, the bar long or slanting
        (False, [[(0.0, 0.05), (0.55, 0.0), (0.25, 1.0)], [(-0.02, 0.5), (0.7, 0.44)]]),
        (
            True,
            [[(0.0, 0.12), (0.1, 0.02), (0.3, 0.06), (0.58, 0.0), (0.36, 0.5), (0.26, 1.0)], [(0.1, 0.58), (0.6, 0.4)]],
        ),
    ],
    "9": [  # open above; its tail curled
        (
            True,
            [
                [(0.46, 0.06), (0.2, 0.0), (0.02, 0.2), (0.14, 0.42), (0.4, 0.36), (0.52, 0.08)],
                [(0.56, 0.0), (0.5, 1.0)],
            ],
        ),
        (True, [[(0.05, 0.0), (0.02, 0.3), (0.2, 0.42), (0.46, 0.3), (0.5, 0.02), (0.5, 0.6), (0.3, 1.0), (0.0, 0.9)]]),
        (
            True,
            [
                [
                    (0.5, 0.12),
                    (0.25, 0.0),
                    (0.05, 0.22),
                    (0.25, 0.42),
                    (0.5, 0.2),
                    (0.52, 0.65),
                    (0.4, 0.98),
                    (0.12, 0.98),
                    (0.08, 0.78),
                    (0.25, 0.74),
                ]
            ],
        ),
    ],
}
"""Ways of drawing a digit that data sets of one country lack: whether a hand draws it in curves, and its strokes."""


def digit_by_any_hand(
    source: GlyphSource, label: str, nib_px: float, height_px: float, generator: np.random.Generator
) -> Ink:
    """A digit's ink, about ``height_px`` tall."""
    kind = generator.random()
    paths = pen_paths(source.folder, source.held_out)
    if kind < PATHS_SHARE and paths.get(label):
        path = paths[label][generator.integers(len(paths[label]))]
        strokes = vary_strokes(pendigit_strokes(path, label, generator), generator, 0.6)
        return draw_strokes(strokes, height_px, nib_px, generator)
    if PATHS_SHARE <= kind < SHAPES_SHARE and label in SHAPES:
        return draw_strokes(vary_strokes(_shape(label, generator), generator), height_px, nib_px, generator)
    ink = source.digit(label, nib_px, height_px, generator)
    if height_px >= THINNED_PX and generator.random() < THINNED_SHARE:
        return cv2.erode(ink, np.ones((2, 2), np.uint8))
    return ink


def any_digit(generator: np.random.Generator) -> str:
    return DIGITS[int(generator.integers(10))]


@lru_cache(maxsize=4)
def pen_paths(folder: Path | None, held_out: bool) -> dict[str, list[Stroke]]:
    """Pen paths by label of the folder that a ``GlyphSource`` was read from; held out are writers of their own."""
    if folder is None or not (folder / FILE).exists():
        return {}
    return load_pendigits(folder / FILE, TEST if held_out else TRAINING)


def _shape(label: str, generator: np.random.Generator) -> list[Stroke]:
    curved, strokes = SHAPES[label][int(generator.integers(len(SHAPES[label])))]
    wobble = float(generator.choice([0.02, 0.04]))
    moved = [np.array(s, dtype=np.float64) + generator.normal(0, wobble, (len(s), 2)) for s in strokes]
    return [smooth_stroke(s) for s in moved] if curved else moved
