"""What every recogniser of cells does: hold a model's session, and say calibrated log-probabilities."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from formreader.distributions import log_softmax
from formreader.errors import ModelError
from formreader.recognise.looks import look_at
from formreader.recognise.normalise import normalise_cells
from formreader.recognise.runtime import load_model


class CellRecogniser:
    """Holds the session of the model ``name``. Raises ``ModelError`` where it does not tell ``classes`` apart."""

    def __init__(self, name: str, classes: str, directory: Path | None = None) -> None:
        self._model = load_model(name, directory)
        if self._model.card.get("classes") != classes:
            raise ModelError(f"{self._model.identity}: its classes are not {classes!r}; use a model of this release")
        self._temperature = float(self._model.card["calibration"]["temperature"])
        self._looks_twice = self._model.card.get("looks", 1) == 2
        self.classes = classes
        self.identity = self._model.identity

    def log_probabilities(self, crops: NDArray[np.uint8], aspects: NDArray[np.float32]) -> NDArray[np.float32]:
        """Calibrated log-probabilities (N, classes) of crops (N, 40, 40) of cells with ``aspects`` (N,)."""
        if len(crops) == 0:
            return np.zeros((0, len(self.classes)), np.float32)
        return self._judged(normalise_cells(crops, aspects))

    def _judged(self, cells: NDArray[np.float32]) -> NDArray[np.float32]:
        """Log-probabilities (N, classes) of the network's input (N, 2, 40, 40)."""
        return log_softmax(look_at(cells, self._model.run, self._looks_twice) / self._temperature)
