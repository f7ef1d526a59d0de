"""Capital letters as a pen draws them: turning points in units of the letter's height, y down."""

from __future__ import annotations

import numpy as np

from formreader.synth.hand.pen import Stroke, smooth_stroke

Path = list[tuple[float, float]]

WOBBLE = 0.03
"""Standard deviation of a turning point, in parts of the letter's height."""

_BOWL: Path = [(0.0, 0.03), (0.42, 0.06), (0.45, 0.38), (0.0, 0.5)]
_RING: Path = [(0.3, 0.0), (0.05, 0.25), (0.05, 0.75), (0.3, 1.0), (0.56, 0.72), (0.55, 0.25), (0.28, 0.0)]
_HOOK: Path = [(0.55, 0.15), (0.3, 0.0), (0.05, 0.3), (0.05, 0.7), (0.3, 1.0), (0.56, 0.82)]
_STEM: Path = [(0.0, 0.0), (0.0, 1.0)]

_ROUND: dict[str, list[Path]] = {
    "B": [[(0.0, 0.0), (0.38, 0.06), (0.4, 0.36), (0.04, 0.48), (0.46, 0.6), (0.45, 0.94), (0.0, 1.0)]],
    "C": [_HOOK],
    "D": [[(0.0, 0.0), (0.4, 0.1), (0.55, 0.5), (0.4, 0.9), (0.0, 1.0)]],
    "G": [[*_HOOK, (0.56, 0.55)]],
    "J": [[(0.42, 0.0), (0.42, 0.75), (0.22, 1.0), (0.0, 0.8)]],
    "O": [_RING],
    "P": [_BOWL],
    "Q": [_RING],
    "R": [_BOWL],
    "S": [[(0.5, 0.12), (0.25, 0.0), (0.05, 0.25), (0.3, 0.48), (0.52, 0.72), (0.3, 1.0), (0.0, 0.88)]],
    "U": [[(0.0, 0.0), (0.02, 0.72), (0.26, 1.0), (0.5, 0.72), (0.52, 0.0)]],
}
_STRAIGHT: dict[str, list[Path]] = {
    "A": [[(0.0, 1.0), (0.3, 0.0), (0.6, 1.0)], [(0.1, 0.64), (0.5, 0.62)]],
    "B": [_STEM],
    "D": [_STEM],
    "E": [[(0.5, 0.0), (0.0, 0.0), (0.0, 1.0), (0.52, 1.0)], [(0.0, 0.5), (0.42, 0.48)]],
    "F": [[(0.52, 0.0), (0.0, 0.0), (0.0, 1.0)], [(0.0, 0.48), (0.4, 0.46)]],
    "G": [[(0.56, 0.58), (0.3, 0.58)]],
    "H": [_STEM, [(0.5, 0.0), (0.5, 1.0)], [(0.0, 0.5), (0.5, 0.48)]],
    "I": [_STEM],
    "J": [[(0.18, 0.0), (0.62, 0.0)]],
    "K": [_STEM, [(0.5, 0.0), (0.02, 0.55), (0.52, 1.0)]],
    "L": [[(0.0, 0.0), (0.0, 1.0), (0.5, 1.0)]],
    "M": [[(0.0, 1.0), (0.06, 0.0), (0.35, 0.62), (0.64, 0.0), (0.7, 1.0)]],
    "N": [[(0.0, 1.0), (0.02, 0.0), (0.5, 1.0), (0.52, 0.0)]],
    "P": [_STEM],
    "Q": [[(0.35, 0.72), (0.62, 1.05)]],
    "R": [_STEM, [(0.1, 0.5), (0.52, 1.0)]],
    "T": [[(0.0, 0.0), (0.6, 0.0)], [(0.3, 0.0), (0.3, 1.0)]],
    "V": [[(0.0, 0.0), (0.28, 1.0), (0.56, 0.0)]],
    "W": [[(0.0, 0.0), (0.2, 1.0), (0.4, 0.3), (0.6, 1.0), (0.82, 0.0)]],
    "X": [[(0.0, 0.0), (0.6, 1.0)], [(0.6, 0.0), (0.0, 1.0)]],
    "Y": [[(0.0, 0.0), (0.28, 0.5)], [(0.56, 0.0), (0.2, 1.0)]],
    "Z": [[(0.0, 0.0), (0.52, 0.0), (0.0, 1.0), (0.56, 1.0)]],
}
_SERIFS: list[Path] = [[(-0.2, 0.0), (0.2, 0.0)], [(-0.2, 1.0), (0.2, 1.0)]]


def letter_skeleton(letter: str, generator: np.random.Generator) -> list[Stroke]:
    """The strokes of a capital ``A`` to ``Z``, its turning points moved as another hand would set them."""
    rounded, straight = _ROUND.get(letter, []), _STRAIGHT.get(letter, [])
    if letter == "I" and generator.random() < 0.5:
        straight = [*straight, *_SERIFS]
    strokes = [smooth_stroke(_moved(path, generator)) for path in rounded]
    return strokes + [_moved(path, generator) for path in straight]


def _moved(path: Path, generator: np.random.Generator) -> Stroke:
    return np.array(path, dtype=np.float64) + generator.normal(0, WOBBLE, (len(path), 2))
