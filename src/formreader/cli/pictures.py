"""Pictures that a command writes."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from formreader.cli.outputs import STDOUT
from formreader.errors import UsageError
from formreader.files import saved

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def save_picture(out: Path, picture: NDArray[np.uint8], kinds: str = ".png or .jpg") -> None:
    """Write a picture as its name's suffix says, as PNG to stdout for ``-``. Raises ``UsageError`` where it cannot be;
    ``kinds`` are the endings that are told where the suffix is none.

    The file is there when it is whole: it is written beside and renamed.
    """
    import cv2

    try:
        encoded, data = cv2.imencode(".png" if out == STDOUT else out.suffix or ".", picture)
    except cv2.error:  # a suffix that names no kind of picture
        encoded = False
    if not encoded:
        raise UsageError(f"{out}: cannot be written: its name does not end in {kinds}: give --out one that does")
    if out == STDOUT:
        sys.stdout.buffer.write(data.tobytes())
        return
    with saved(out) as place:
        place.write_bytes(data.tobytes())
