"""Pictures that a command writes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from formreader.errors import UsageError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def save_picture(out: Path, picture: NDArray[np.uint8]) -> None:
    """Write a picture as its name's suffix says. Raises ``UsageError`` where that cannot be done."""
    import cv2

    try:
        saved = cv2.imwrite(str(out), picture)
    except cv2.error:  # a suffix that names no kind of picture
        saved = False
    if not saved:
        raise UsageError(f"{out}: cannot be written: give a .png or .jpg in a folder that exists")
