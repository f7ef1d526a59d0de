"""Cells or lines as recognisers take them: all their pictures in one array."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class Cut(Protocol):
    """A cell as it was cut out or drawn."""

    @property
    def crop(self) -> NDArray[np.uint8]:
        """Grey (H, W); a drawn pair of bubbles is (2, H, W)."""
        ...

    @property
    def aspect(self) -> float:
        """The cell's width over its height."""
        ...


def batch_of(cells: Sequence[Cut]) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """Crops (N, ...) and aspects (N,) of one cell at least, all cut to one size."""
    return np.stack([cell.crop for cell in cells]), np.array([cell.aspect for cell in cells], np.float32)
