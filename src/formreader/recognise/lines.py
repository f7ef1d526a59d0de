"""Lines of writing in one cell, a number or words: which characters stand there from left to right."""

from __future__ import annotations

from math import ceil
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from formreader.alphabets import NUMBER_ALPHABET
from formreader.distributions import log_softmax
from formreader.errors import ModelError
from formreader.geometry import LINE_MARGIN, LINE_PX, line_width_px
from formreader.recognise.looks import look_at_lines
from formreader.recognise.normalise import EDGE_PX, stretched_ink
from formreader.recognise.runtime import load_model

LONGER = 2
"""How many times the width of the pictures that a network learnt from it may read."""
BLANK = 0
"""The first class of a step is no character; the alphabet's follow."""


class LineRecogniser:
    """Holds the session of a model of lines. Raises ``ModelError`` where the model does not fit."""

    def __init__(self, name: str, alphabet: str, directory: Path | None = None) -> None:
        self._model = load_model(name, directory)
        if self._model.card.get("classes") != alphabet:
            raise ModelError(f"{self._model.identity}: its alphabet is not {alphabet!r}; use a model of this release")
        self._temperature = float(self._model.card["calibration"]["temperature"])
        self.alphabet = alphabet
        self.width_px = int(self._model.card["width_px"])
        self._step_px, self._reach_px = (self._model.card.get(name) for name in ("step_px", "reach_px"))
        self.identity = self._model.identity

    @property
    def widest_px(self) -> int:
        """The widest picture it may be given: what looks along a line by steps reads longer ones than it learnt."""
        return LONGER * self.width_px if self._step_px and self._reach_px else self.width_px

    def log_probabilities(self, pictures: NDArray[np.uint8], aspects: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        """Calibrated log-probabilities of each picture's steps from left to right, (T, 1 + len(alphabet)) each.

        ``pictures`` is (N, 32, W) as ``normalise_lines`` wants them, W this recogniser's ``width_px``. T are
        the steps over what is shown of the line.
        """
        if len(pictures) == 0:
            return []
        if self.alphabet == NUMBER_ALPHABET:  # words gain nothing by a second look
            return look_at_lines(pictures, aspects, self._read)
        return self._read(pictures, aspects)

    def _read(self, pictures: NDArray[np.uint8], aspects: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        cells = normalise_lines(pictures, aspects)
        widths = np.array([self._seen_px(float(aspect), pictures.shape[2]) for aspect in aspects])
        lines: list[NDArray[np.float32]] = [np.zeros((0, 0), np.float32)] * len(pictures)
        for width in np.unique(widths):
            alike = np.flatnonzero(widths == width)
            for i, steps in zip(alike, self._steps(cells[alike, :, :, :width]), strict=True):
                shown = ceil(line_width_px(float(aspects[i])) / (width / len(steps)))
                lines[i] = steps[:shown]
        return lines

    def _seen_px(self, aspect: float, most_px: int) -> int:
        """How much of a line's picture can change what is said of the steps over what it shows."""
        if not (self._step_px and self._reach_px):
            return most_px  # a model that takes pictures of one width
        shown_px = ceil(line_width_px(aspect) / self._step_px) * self._step_px
        return min(shown_px + self._reach_px, most_px)

    def _steps(self, cells: NDArray[np.float32]) -> NDArray[np.float32]:
        """Calibrated log-probabilities (N, T, classes) of the network's input (N, 2, 32, W)."""
        return log_softmax(self._model.run(np.ascontiguousarray(cells)) / self._temperature)


def normalise_lines(pictures: NDArray[np.uint8], aspects: NDArray[np.float32]) -> NDArray[np.float32]:
    """Pictures (N, 32, W) grey and cells' width over height (N,) to the networks' input (N, 2, 32, W).

    A picture shows ``geometry.line_box`` of the cell, 32 px high, from its left end: what W leaves over on
    the right is not looked at, what it lacks is cut off. Channel 0 is ink as for single cells, channel 1 is 1
    inside the cell; both are 0 where nothing is shown. Raises ``ValueError`` on other shapes or types.
    """
    if pictures.ndim != 3 or pictures.shape[1] != LINE_PX or pictures.dtype != np.uint8:
        raise ValueError(f"expected uint8 (N, {LINE_PX}, W) pictures, got {pictures.dtype} {pictures.shape}")
    if aspects.shape != (len(pictures),):
        raise ValueError(f"expected ({len(pictures)},) aspects, got {aspects.shape}")
    count, _, width = pictures.shape
    result = np.zeros((count, 2, LINE_PX, width), np.float32)
    shown = np.array([min(line_width_px(float(aspect)), width) for aspect in aspects])
    for columns in np.unique(shown):
        alike = np.flatnonzero(shown == columns)
        result[alike, 0, :, :columns] = stretched_ink(pictures[alike, :, :columns])
        for i in alike:
            result[i, 1, :, :columns] = line_mask(float(aspects[i]), columns)
    return result


def line_mask(aspect: float, width_px: int) -> NDArray[np.float32]:
    """A soft rectangle (32, width_px) of a cell in its line's picture."""
    height = LINE_PX / (1 + 2 * LINE_MARGIN)
    edge = LINE_MARGIN * height

    def inside(count: int, length: float) -> NDArray[np.float64]:
        at = np.arange(count) + 0.5 - edge
        return np.clip(np.minimum(at, length - at) / EDGE_PX + 0.5, 0, 1)

    return np.outer(inside(LINE_PX, height), inside(width_px, aspect * height)).astype(np.float32)
