"""Machine-readable marks on a photograph: AprilTags, QR codes, barcodes."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

import cv2
import numpy as np

from formreader.records import Code, Grey, Photo

MOST_BORDER_BROKEN = 0.1
"""Part of a tag's black border that may be worn away; of the bits within it none may."""
SEARCH_LONG_SIDE_PX = 1200
"""Tags of the size that forms print are found at this size in a third of the time of a full search."""

QUICK = ("QRCode",)
"""Found in a few milliseconds, a tenth of what tags take on a page full of boxes."""

LINEAR = ("Code128", "Code39", "Code93")
"""Those that hold letters, as a form's name needs. Article numbers (EAN, ITF …) are found among tally strokes."""

PALEST = 0.25
"""Part of the paper's light that a printed code's ink takes away at least: a code on the sheet's back, or on the one
below, shines through with a tenth."""

DICTIONARIES = {
    "16h5": cv2.aruco.DICT_APRILTAG_16h5,
    "25h9": cv2.aruco.DICT_APRILTAG_25h9,
    "36h10": cv2.aruco.DICT_APRILTAG_36h10,
    "36h11": cv2.aruco.DICT_APRILTAG_36h11,
}


def find_tags(photo: Photo, dictionaries: Collection[str]) -> tuple[Code, ...]:
    """Tags of the named dictionaries; ``Code.text`` is the id. Corners in frame photo."""
    search, scale = _reduced(photo.grey, SEARCH_LONG_SIDE_PX)
    found = []
    for name in sorted(dictionaries):
        corners, ids, _ = _detector(name).detectMarkers(search)
        for quad, number in zip(corners, [] if ids is None else ids.ravel(), strict=False):
            found.append(Code("apriltag", str(int(number)), _to_photo(quad.reshape(4, 2), scale, photo)))
    return tuple(found)


def _detector(dictionary: str) -> cv2.aruco.ArucoDetector:
    parameters = cv2.aruco.DetectorParameters()
    parameters.cornerRefinementMethod = cv2.aruco.CORNER_REFINE_SUBPIX
    # a repaired code may be another form's: no bit is corrected, a worn tag falls back to the lines
    parameters.errorCorrectionRate = 0.0
    # before its bits are compared with thousands of tags: most dark quads have no black border
    parameters.maxErroneousBitsInBorderRate = MOST_BORDER_BROKEN
    # a dark patch without contrast is read as bits all black, border and all, and compared with thousands; by its
    # noise it has no border
    parameters.minOtsuStdDev = 0.0
    parameters.adaptiveThreshWinSizeMin = 13
    parameters.adaptiveThreshWinSizeMax = 33
    parameters.adaptiveThreshWinSizeStep = 20
    return cv2.aruco.ArucoDetector(cv2.aruco.getPredefinedDictionary(DICTIONARIES[dictionary]), parameters)


def find_printed_codes(photo: Photo, symbologies: Collection[str] = (*QUICK, *LINEAR)) -> tuple[Code, ...]:
    """QR codes and linear barcodes, but for those that shine through; corners in frame photo, as the code's own go."""
    import zxingcpp

    formats = [getattr(zxingcpp.BarcodeFormat, name) for name in symbologies]
    found = []
    for result in zxingcpp.read_barcodes(photo.grey, formats=formats, try_invert=False):
        kind: Literal["qr", "barcode"] = "qr" if "QR" in result.format.name else "barcode"
        p = result.position
        quad = np.array(
            [[c.x, c.y] for c in (p.top_left, p.top_right, p.bottom_right, p.bottom_left)], dtype=np.float64
        )
        if _darkness(photo.grey, quad) >= PALEST:
            found.append(Code(kind, result.text, _to_photo(quad, 1.0, photo)))
    return tuple(found)


def _darkness(grey: Grey, quad: np.ndarray) -> float:
    """How much darker than its paper, 0..1, a code's ink is. ``quad`` (4, 2) in px of ``grey``."""
    low, high = np.clip([quad.min(axis=0), quad.max(axis=0) + 1], 0, grey.shape[::-1]).astype(int)
    seen = grey[low[1] : high[1], low[0] : high[0]]
    if seen.size == 0:
        return 0.0
    ink, paper = np.percentile(seen, [10, 90])
    return 1.0 - float(ink) / max(float(paper), 1.0)


def _reduced(grey: Grey, long_side_px: int) -> tuple[Grey, float]:
    scale = long_side_px / max(grey.shape)
    if scale >= 1.0:
        return grey, 1.0
    method = cv2.INTER_LINEAR if scale > 0.5 else cv2.INTER_AREA  # above a half no pixel is passed over
    small: Grey = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=method)
    return small, scale


def _to_photo(quad: np.ndarray, scale: float, photo: Photo) -> np.ndarray:
    return (quad.astype(np.float64) + 0.5) / (scale * photo.scale) - 0.5
