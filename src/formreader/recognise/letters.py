"""Boxes for words, a letter a box: which of 26 capitals, nothing, or none of these."""

from __future__ import annotations

from pathlib import Path

from formreader.alphabets import LETTER_CLASSES
from formreader.recognise.cells import CellRecogniser


class LetterRecogniser(CellRecogniser):
    """Holds the letter model's session. Raises ``ModelError`` where the model does not fit."""

    def __init__(self, directory: Path | None = None) -> None:
        super().__init__("letters", LETTER_CLASSES, directory)
