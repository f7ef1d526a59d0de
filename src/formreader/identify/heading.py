"""The printed heading, read by Tesseract where it is installed: the last word between like forms."""

from __future__ import annotations

import difflib
import logging
from functools import cache

from formreader.records import Grey

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

    read: str = pytesseract.image_to_string(picture, config="--psm 6")
    return read


def likeness(read: str, printed: str) -> float:
    """How alike two wordings are, 0..1, whatever their case, spaces and signs."""
    return difflib.SequenceMatcher(None, _plain(read), _plain(printed)).ratio()


def _plain(text: str) -> str:
    return "".join(character for character in text.upper() if character.isalnum())
