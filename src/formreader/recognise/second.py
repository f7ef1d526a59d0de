"""A second reader of digit boxes and numbers, of another make than the first: a line reader that others trained.

Its network reads lines of print and writing from left to right (PP-OCRv6 tiny, Baidu, Apache-2.0); its last layer is
cut to the characters of numbers and it was trained on with drawn cells: models/second-1/card.json says how. It shares
neither network nor first training with the digit model and the model of numbers, so that what both see is seen twice.
"""

from __future__ import annotations

from math import ceil
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from formreader.alphabets import DIGIT_CLASSES, NUMBER_ALPHABET
from formreader.distributions import log_softmax
from formreader.errors import ModelError
from formreader.geometry import CROP_SCALE, line_width_px
from formreader.recognise.lines import normalise_lines
from formreader.recognise.looks import look_at_lines
from formreader.recognise.normalise import cell_masks, stretched_ink
from formreader.recognise.runtime import load_model

HEIGHT_PX = 48
"""Height of the network's input, and width of a box in it."""
STEP_PX = 8
"""Columns of the input between two steps."""
WIDER = 1.2
"""Lines are shown so much wider than they are: digits written close fall on more steps."""
TOGETHER = 3
"""Boxes that are shown side by side as one line."""
GREY, SPREAD = 0.5, 0.5
"""The network was trained on (grey - 0.5) / 0.5 of grey 0..1, dark ink on light paper, three channels alike."""


class SecondReader:
    """Holds the session of the model ``second``. Raises ``ModelError`` where it does not fit."""

    def __init__(self, directory: Path | None = None) -> None:
        self._model = load_model("second", directory)
        if self._model.card.get("classes") != NUMBER_ALPHABET:
            raise ModelError(
                f"{self._model.identity}: its alphabet is not {NUMBER_ALPHABET!r}; use a model of this release"
            )
        calibration = self._model.card["calibration"]
        self._boxes_temperature = float(calibration["boxes"]["temperature"])
        self._numbers_temperature = float(calibration["numbers"]["temperature"])
        self.classes, self.alphabet = DIGIT_CLASSES, NUMBER_ALPHABET
        self.identity = self._model.identity

    def boxes(self, crops: NDArray[np.uint8], aspects: NDArray[np.float32]) -> NDArray[np.float32]:
        """Log-probabilities (N, 14) over ``DIGIT_CLASSES`` of crops (N, 40, 40) of boxes with ``aspects`` (N,).

        Takes what ``DigitRecogniser`` takes. Three boxes at a time are shown side by side in their order: give the
        boxes of a field together, from left to right.
        """
        if len(crops) == 0:
            return np.zeros((0, len(self.classes)), np.float32)
        steps = self._model.run(as_input(box_rows(crops, aspects)))
        judged = box_log_probabilities(steps, TOGETHER)[: len(crops)]
        return log_softmax(judged / np.float32(self._boxes_temperature))

    def log_probabilities(self, pictures: NDArray[np.uint8], aspects: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        """Log-probabilities (T, 1 + len(alphabet)) of the steps along each picture, for ``beam``.

        Takes what ``LineRecogniser`` takes: ``pictures`` (N, 32, W) of cells with ``aspects`` (N,).
        """
        return look_at_lines(pictures, aspects, self._read)

    def _read(self, pictures: NDArray[np.uint8], aspects: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        result: list[NDArray[np.float32]] = []
        for picture, aspect in zip(pictures, aspects, strict=True):
            rows = line_rows(picture[None], np.array([aspect], np.float32))
            logits = self._model.run(as_input(rows)) / np.float32(self._numbers_temperature)
            result.append(log_softmax(logits)[0])
        return result


def box_rows(crops: NDArray[np.uint8], aspects: NDArray[np.float32]) -> NDArray[np.float32]:
    """Ink 0..1 (R, 48, 144) of ``TOGETHER`` boxes a row: the inside of each, what lies beside it blotted out.

    The last row is filled up with empty boxes. Raises ``ValueError`` on other shapes or types.
    """
    if crops.ndim != 3 or crops.shape[1] != crops.shape[2] or crops.dtype != np.uint8:
        raise ValueError(f"expected uint8 (N, S, S) crops, got {crops.dtype} {crops.shape}")
    side = crops.shape[1]
    ink = stretched_ink(crops) * cell_masks(aspects, side)
    edge = round((side - side / CROP_SCALE) / 2)
    inside = ink[:, edge : side - edge, edge : side - edge]
    boxes = [_thickened(cv2.resize(box, (HEIGHT_PX, HEIGHT_PX), interpolation=cv2.INTER_LINEAR)) for box in inside]
    boxes += [np.zeros((HEIGHT_PX, HEIGHT_PX), np.float32)] * (-len(boxes) % TOGETHER)
    return np.stack([np.hstack(boxes[i : i + TOGETHER]) for i in range(0, len(boxes), TOGETHER)])


def _thickened(ink: NDArray[np.float32]) -> NDArray[np.float32]:
    """A pixel more of pen: the network knows the strokes of print, and holds thin ones for nothing."""
    return cv2.dilate(ink, np.ones((2, 2), np.uint8))


def line_rows(pictures: NDArray[np.uint8], aspects: NDArray[np.float32]) -> NDArray[np.float32]:
    """Ink 0..1 (N, 48, W') of pictures (N, 32, W) of lines, as far as the widest of them shows its cell."""
    ink = normalise_lines(pictures, aspects)[:, 0]
    shown = min(max(line_width_px(float(aspect)) for aspect in aspects), ink.shape[2])
    scale = HEIGHT_PX / ink.shape[1]
    width = ceil(WIDER * shown * scale / STEP_PX) * STEP_PX
    kept = ink[:, :, : ceil(ceil(shown * scale / STEP_PX) * STEP_PX / scale)]
    return np.stack([cv2.resize(line, (width, HEIGHT_PX), interpolation=cv2.INTER_LINEAR) for line in kept])


def as_input(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Ink 0..1 (N, 48, W) to the network's input (N, 3, 48, W)."""
    grey = ((1.0 - rows) - GREY) / SPREAD
    return np.ascontiguousarray(np.broadcast_to(grey[:, None], (len(rows), 3, *rows.shape[1:])), np.float32)


def box_log_probabilities(logits: NDArray[np.float32], together: int) -> NDArray[np.float32]:
    """What the steps over each box say together: log-probabilities (R * together, 14) over ``DIGIT_CLASSES``.

    ``logits`` are (R, T, 1 + len(NUMBER_ALPHABET)). A box is empty where no step says a character, holds the one that
    all paths through its steps spell, and is unreadable where they spell several.
    """
    rows, steps, classes = logits.shape
    each = steps // together
    chances = np.exp(log_softmax(logits[:, : each * together])).reshape(rows * together, each, classes)
    none = np.ones(len(chances))
    one, over = np.zeros((2, len(chances), classes - 1))
    for step in np.moveaxis(chances, 1, 0).astype(np.float64):
        over = (one + over) * step[:, :1]
        one = (none[:, None] + one) * step[:, 1:]
        none = none * step[:, 0]
    spelled = dict(zip(NUMBER_ALPHABET, (one + over).T, strict=True))
    found = np.stack([none if c == "_" else spelled[c] for c in DIGIT_CLASSES], axis=1)
    unreadable = DIGIT_CLASSES.index("?")
    found[:, unreadable] += np.maximum(1.0 - found.sum(axis=1), 0.0)
    result: NDArray[np.float32] = np.log(np.maximum(found, LEAST)).astype(np.float32)
    return result


LEAST = 1e-9
"""No class of a box is held for less likely than this."""
