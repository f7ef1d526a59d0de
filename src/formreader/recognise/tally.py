"""Tally cells: how many strokes, struck out, or none of these."""

from __future__ import annotations

from pathlib import Path

from formreader.recognise.cells import CellRecogniser

TALLY_CLASSES = "012345DX?"
"""Strokes in the cell, D two groups of five, X struck out, ? none of these (six to nine strokes too) or unreadable."""


class TallyRecogniser(CellRecogniser):
    """Holds the tally model's session. Raises ``ModelError`` where the model does not fit."""

    def __init__(self, directory: Path | None = None) -> None:
        super().__init__("tally", TALLY_CLASSES, directory)
