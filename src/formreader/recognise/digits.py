"""Digit boxes: which of ten digits, a cross, a dash, nothing, or none of these."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from formreader.errors import ModelError
from formreader.recognise.normalise import normalise_cells
from formreader.recognise.runtime import load_model

DIGIT_CLASSES = "0123456789X-_?"
"""Digits, X a cross, - a dash, _ an empty box, ? what is none of them or cannot be read."""


class DigitRecogniser:
    """Holds the digit model's session. Raises ``ModelError`` where the model does not fit."""

    def __init__(self, directory: Path | None = None) -> None:
        self._model = load_model("digits", directory)
        if self._model.card.get("classes") != DIGIT_CLASSES:
            raise ModelError(
                f"{self._model.identity}: its classes are not {DIGIT_CLASSES!r}; use a model of this release"
            )
        self._temperature = float(self._model.card["calibration"]["temperature"])
        self.classes = DIGIT_CLASSES
        self.identity = self._model.identity

    def log_probabilities(self, crops: NDArray[np.uint8], aspects: NDArray[np.float32]) -> NDArray[np.float32]:
        """Calibrated log-probabilities (N, 14) of crops (N, 40, 40) of cells with ``aspects`` (N,)."""
        if len(crops) == 0:
            return np.zeros((0, len(DIGIT_CLASSES)), np.float32)
        logits = self._model.run(normalise_cells(crops, aspects)) / self._temperature
        shifted = logits - logits.max(axis=1, keepdims=True)
        result: NDArray[np.float32] = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        return result
