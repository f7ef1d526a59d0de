"""What peers were shown and what they said, as pictures to be looked at."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from omrchecker import Checked

from formreader.evaluate.contact import contact_sheet
from formreader.evaluate.tesseract import Word
from formreader.geometry import Points
from formreader.records import Grey

SHOWN_PX = 1600
"""Long side of a page's picture."""
MARK = {"right": "", "wrong": " WRONG", "none": " -"}
FIELD_COLOUR, WORD_COLOUR = (0, 160, 0), (0, 0, 220)
"""Blue, green, red."""


class Looks:
    """Collects pictures while readers are compared; ``save`` writes them."""

    def __init__(self) -> None:
        self._tiles: dict[str, list[tuple[Grey, str]]] = defaultdict(list)
        self._pages: dict[str, np.ndarray] = {}

    def add(self, name: str, picture: Grey, written: str, said: str, found: str) -> None:
        """A small picture of the comparison ``name``, under what is written there and what was said."""
        self._tiles[name].append((picture, f"{written} > {said}{MARK[found]}"))

    def add_page(self, path: Path, fields: Sequence[Points], words: Sequence[Word]) -> None:
        """A whole photograph with the places of its fields, and the digits that were found on it."""
        picture = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
        scale = min(1.0, SHOWN_PX / max(picture.shape))
        shown = cv2.cvtColor(cv2.resize(picture, None, fx=scale, fy=scale), cv2.COLOR_GRAY2BGR)
        for quad in fields:
            cv2.polylines(shown, [np.round(quad * scale).astype(np.int32)], True, FIELD_COLOUR, 2)
        for x, y, text in words:
            at = round(x * scale), round(y * scale)
            cv2.putText(shown, text, at, cv2.FONT_HERSHEY_SIMPLEX, 0.5, WORD_COLOUR, 1, cv2.LINE_AA)
        self._pages[f"whole sheet {path.stem}"] = shown

    def add_marked(self, path: Path, checked: Checked) -> None:
        """A page as OMRChecker got it, beside the one that it drew its marks on."""
        pictures = [checked.shown] if checked.marked is None else [checked.shown, checked.marked]
        self._pages[f"bubbles {path.stem}"] = np.hstack(pictures)

    def save(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for name, tiles in self._tiles.items():
            sheet = contact_sheet([picture for picture, _ in tiles], [caption for _, caption in tiles], columns=12)
            cv2.imwrite(str(folder / f"{name}.png".replace(" ", "-")), sheet)
        for name, page in self._pages.items():
            cv2.imwrite(str(folder / f"{name}.jpg".replace(" ", "-")), page)
