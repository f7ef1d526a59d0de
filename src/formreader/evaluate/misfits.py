"""Boxes that hold no one digit, made of digits that no model trained on: two in a box, one over another, struck out,
a hair. Drawn otherwise than training draws them, so that the models are blind to the way too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from formreader.locate import CROP_PX

Picture = NDArray[np.uint8]
"""Bright ink on black, (h, w)."""

COUNT = 2000
SEED = 20_261_127
PAPER, INK = 235, 205
BOX_PX = CROP_PX / 1.4
FEWEST_OWN = 0.3
"""Least part of each digit's ink that the other one leaves bare, where one is written over the other."""


def misfit_sets(pictures: Sequence[Picture], labels: list[str]) -> Iterator[tuple[str, NDArray[np.uint8]]]:
    """Name and crops (N, 40, 40), dark on light, made of ``pictures`` of digits, bright on black."""
    tight = [_tight(picture) for picture in pictures]
    kinds: dict[str, Callable[[list[Picture], list[str], np.random.Generator], Picture]] = {
        "two digits in one box": _two,
        "a digit over another": _over,
        "a digit struck out": _struck,
        "a hair through an empty box": _hair,
    }
    for number, (name, draw) in enumerate(kinds.items()):
        generator = np.random.default_rng([SEED, number])
        yield name, np.stack([_seen(draw(tight, labels, generator)) for _drawn in range(COUNT)])


def _two(tight: list[Picture], _: list[str], generator: np.random.Generator) -> Picture:
    first, second = (tight[int(i)] for i in generator.integers(len(tight), size=2))
    height = float(generator.uniform(0.4, 0.85)) * BOX_PX
    sizes = [_size(p, height * float(generator.uniform(0.85, 1.1))) for p in (first, second)]
    gap = float(generator.uniform(-0.05, 0.2)) * height
    share = min(1.0, (float(generator.uniform(0.8, 1.0)) * BOX_PX - gap) / (sizes[0][0] + sizes[1][0]))
    box = np.zeros((CROP_PX, CROP_PX), np.uint8)
    widths = [max(2, round(width * share)) for width, _ in sizes]
    left = (CROP_PX - sum(widths) - gap) / 2
    for picture, width, (_wide, tall) in zip((first, second), widths, sizes, strict=True):
        _paste(box, cv2.resize(picture, (width, tall), interpolation=cv2.INTER_AREA), left, (CROP_PX - tall) / 2)
        left += width + gap
    return box


def _over(tight: list[Picture], labels: list[str], generator: np.random.Generator) -> Picture:
    while True:
        a, b = (int(i) for i in generator.integers(len(tight), size=2))
        if labels[a] == labels[b]:
            continue
        layers = [np.zeros((CROP_PX, CROP_PX), np.uint8) for _ in range(2)]
        height = float(generator.uniform(0.5, 0.85)) * BOX_PX
        for layer, i in zip(layers, (a, b), strict=True):
            width, tall = _size(tight[i], height * float(generator.uniform(0.9, 1.1)))
            ink = cv2.resize(tight[i], (width, tall), interpolation=cv2.INTER_AREA)
            left, top = (CROP_PX - np.array([width, tall])) / 2 + generator.normal(0, 1.0, 2)
            _paste(layer, ink, float(left), float(top))
        if min(_own(*layers), _own(*reversed(layers))) >= FEWEST_OWN:
            return np.maximum(*layers)


def _struck(tight: list[Picture], labels: list[str], generator: np.random.Generator) -> Picture:
    """One line through any digit but 0, 1 and 7, which some hands write with a stroke through them; or two lines."""
    i = int(generator.integers(len(tight)))
    width, tall = _size(tight[i], float(generator.uniform(0.5, 0.85)) * BOX_PX)
    box = np.zeros((CROP_PX, CROP_PX), np.uint8)
    _paste(
        box,
        cv2.resize(tight[i], (width, tall), interpolation=cv2.INTER_AREA),
        *((CROP_PX - np.array([width, tall])) / 2),
    )
    count = 2 if labels[i] in "017" or generator.random() < 0.4 else 1
    angle = np.radians(float(generator.uniform(-15, 50)))
    reach = (0.5 * width + generator.uniform(2.0, 6.0)) / np.cos(angle)
    thickness = float(generator.uniform(1.0, 2.5))
    for line in range(count):
        drop = (line - (count - 1) / 2) * float(generator.uniform(0.2, 0.3)) * tall + float(
            generator.normal(0, 0.05)
        ) * tall
        middle = np.array([CROP_PX / 2, CROP_PX / 2 + drop])
        along = reach * np.array([np.cos(angle), -np.sin(angle)])
        _line(box, [middle - along, middle + along], thickness)
    return box


def _hair(_: list[Picture], __: list[str], generator: np.random.Generator) -> Picture:
    box = np.zeros((CROP_PX, CROP_PX), np.uint8)
    down = np.linspace(-1, CROP_PX + 1, 7)
    lean = float(generator.normal(0, 0.2))
    swing = float(generator.uniform(0, 2.5)) * np.sin(
        down * float(generator.uniform(0.05, 0.2)) + generator.uniform(0, 6.3)
    )
    across = CROP_PX / 2 + generator.uniform(-0.3, 0.3) * BOX_PX + lean * (down - CROP_PX / 2) + swing
    _line(box, list(np.stack([across, down], axis=1)), float(generator.uniform(0.8, 2.2)))
    return (box * float(generator.uniform(0.4, 1.0))).astype(np.uint8)


def _tight(picture: Picture) -> Picture:
    rows, columns = np.flatnonzero(picture.max(axis=1) > 40), np.flatnonzero(picture.max(axis=0) > 40)
    return picture[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1] if len(rows) else picture


def _size(picture: Picture, height: float) -> tuple[int, int]:
    """Width and height in px of a digit ``height`` px tall, no wider than its box."""
    scale = min(height / picture.shape[0], BOX_PX / picture.shape[1])
    return max(2, round(picture.shape[1] * scale)), max(2, round(picture.shape[0] * scale))


def _paste(box: Picture, ink: Picture, left: float, top: float) -> None:
    moved = cv2.warpAffine(ink, np.array([[1, 0, left], [0, 1, top]], np.float64), box.shape[::-1])
    np.maximum(box, moved, out=box)


def _line(box: Picture, points: list[NDArray[np.float64]], thickness: float) -> None:
    """A smooth line finer than a pixel where it is: drawn four times as large."""
    large = np.zeros((4 * CROP_PX, 4 * CROP_PX), np.uint8)
    path = np.round((np.array(points) + 0.5) * 4).astype(np.int32)
    cv2.polylines(large, [path], False, 255, max(1, round(4 * thickness)), cv2.LINE_AA)
    np.maximum(box, cv2.resize(large, box.shape[::-1], interpolation=cv2.INTER_AREA), out=box)


def _own(ink: Picture, other: Picture) -> float:
    near = cv2.dilate(other, np.ones((3, 3), np.uint8))
    return float(ink[near < 80].sum()) / max(float(ink.sum()), 1.0)


def _seen(ink: Picture) -> Picture:
    return (PAPER - ink.astype(np.float32) * (INK / 255)).astype(np.uint8)
