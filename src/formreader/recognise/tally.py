"""Tally cells: how many strokes, struck out, or none of these."""

from __future__ import annotations

from pathlib import Path

from formreader.alphabets import TALLY_CLASSES
from formreader.recognise.cells import CellRecogniser


class TallyRecogniser(CellRecogniser):
    """Holds the tally model's session. Raises ``ModelError`` where the model does not fit."""

    def __init__(self, directory: Path | None = None) -> None:
        super().__init__("tally", TALLY_CLASSES, directory)
