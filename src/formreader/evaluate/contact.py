"""A contact sheet: many small pictures under their captions, to be looked at."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
SIDE_PX, CAPTION_PX, GAP_PX = 120, 16, 4
WHITE, BLACK = 255, 0


def contact_sheet(pictures: Sequence[Picture], captions: Sequence[str], columns: int = 10) -> Picture:
    """Grey pictures (h, w), each fitted into a square of ``SIDE_PX`` over its caption, in rows of ``columns``."""
    tiles = [_tile(picture, caption) for picture, caption in zip(pictures, captions, strict=True)]
    empty = np.full((SIDE_PX + CAPTION_PX + GAP_PX, SIDE_PX + GAP_PX), WHITE, np.uint8)
    tiles += [empty] * (-len(tiles) % columns)
    return np.vstack([np.hstack(tiles[i : i + columns]) for i in range(0, len(tiles), columns)] or [empty])


def _tile(picture: Picture, caption: str) -> Picture:
    scale = SIDE_PX / max(picture.shape)
    size = (max(1, round(picture.shape[1] * scale)), max(1, round(picture.shape[0] * scale)))
    tile = np.full((SIDE_PX + CAPTION_PX + GAP_PX, SIDE_PX + GAP_PX), WHITE, np.uint8)
    tile[: size[1], : size[0]] = cv2.resize(picture, size, interpolation=cv2.INTER_CUBIC)
    cv2.putText(tile, caption, (1, SIDE_PX + 12), cv2.FONT_HERSHEY_SIMPLEX, 0.36, BLACK, 1, cv2.LINE_AA)
    return tile
