"""Digit boxes: which of ten digits, a cross, a dash, nothing, or none of these."""

from __future__ import annotations

from pathlib import Path

from formreader.alphabets import DIGIT_CLASSES
from formreader.recognise.cells import CellRecogniser


class DigitRecogniser(CellRecogniser):
    """Holds the digit model's session. Raises ``ModelError`` where the model does not fit."""

    def __init__(self, directory: Path | None = None) -> None:
        super().__init__("digits", DIGIT_CLASSES, directory)
