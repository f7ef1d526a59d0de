"""The printed heading, read by Tesseract where it is installed: the last word between like forms."""

from __future__ import annotations

import difflib
import logging
from functools import cache

import cv2
import numpy as np

from formreader.records import Grey

BLACK_BELOW = 150
"""Of 255, on paper made white: print, whatever the light."""
AROUND_PX = 16
"""White paper that Tesseract wants around what it reads."""
LINES, ONE_LINE = "--psm 6", "--psm 13"
"""Its ways of reading: it looks for lines, and finds none in some that are as high as their letters; or it takes all
for one line."""

_log = logging.getLogger(__name__)


@cache
def tesseract_present() -> bool:
    """Whether the binary answers; its absence is said once."""
    import pytesseract

    try:
        pytesseract.get_tesseract_version()
    except (pytesseract.TesseractNotFoundError, OSError, SystemExit):
        _log.warning(
            "Tesseract is not installed: forms that differ in their printed heading alone go to review. "
            "On Debian: apt-get install tesseract-ocr tesseract-ocr-ind"
        )
        return False
    return True


def read_words(picture: Grey) -> str | None:
    """The printed words on a picture; None without Tesseract."""
    if not tesseract_present():
        return None
    import pytesseract

    print_alone = _print_alone(picture)
    read: str = pytesseract.image_to_string(print_alone, config=LINES)
    if not read.strip():
        read = pytesseract.image_to_string(print_alone, config=ONE_LINE)
    return read


def _print_alone(picture: Grey) -> Grey:
    """What is printed on a picture, on white paper, with a little of it around."""
    side = max(3, picture.shape[0] // 2) | 1
    paper = cv2.blur(cv2.dilate(picture, np.ones((side, side), np.uint8)), (side, side))
    flat = cv2.divide(picture, cv2.max(paper, 1), scale=255)
    black = flat < BLACK_BELOW
    rows, columns = (np.flatnonzero(black.any(axis=axis)) for axis in (1, 0))
    if len(rows):
        flat = flat[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    result: Grey = cv2.copyMakeBorder(
        flat, AROUND_PX, AROUND_PX, AROUND_PX, AROUND_PX, cv2.BORDER_CONSTANT, value=(255.0,)
    )
    return result


def likeness(read: str, printed: str) -> float:
    """How alike two wordings are, 0..1, whatever their case, spaces and signs."""
    return difflib.SequenceMatcher(None, _plain(read), _plain(printed)).ratio()


def _plain(text: str) -> str:
    return "".join(character for character in text.upper() if character.isalnum())
