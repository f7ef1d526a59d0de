"""Digit boxes: which of ten digits, a cross, a dash, nothing, or none of these."""

from __future__ import annotations

from pathlib import Path

from formreader.recognise.cells import CellRecogniser

DIGIT_CLASSES = "0123456789X-_?"
"""Digits, X a cross, - a dash, _ an empty box, ? what is none of them or cannot be read."""


class DigitRecogniser(CellRecogniser):
    """Holds the digit model's session. Raises ``ModelError`` where the model does not fit."""

    def __init__(self, directory: Path | None = None) -> None:
        super().__init__("digits", DIGIT_CLASSES, directory)
