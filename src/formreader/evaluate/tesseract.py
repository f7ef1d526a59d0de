"""Tesseract beside us, at its best: many small pictures in one process, or one whole photograph; digits alone.

On small pictures it may also say the signs that look like a 1, which are taken for one: without them it refuses most
of what is one stroke. On a whole photograph they would be the lines of boxes. One process a sheet reads all its
pictures: one process a picture would spend nearly all its time on starting.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import pytesseract

from formreader.records import Grey

BLOCK, LINE, SPARSE = 6, 7, 11
"""Page segmentation: a block of text (best for a single digit too), one line, text anywhere."""
DIGITS, ONES = "0123456789", "lI|!i[]/"
AS_DIGITS = str.maketrans(ONES, "1" * len(ONES))
Word = tuple[float, float, str]
"""Middle (x, y) px and digits."""


def version() -> str:
    return f"{pytesseract.get_tesseract_version()}, {small_language()} on boxes and numbers, eng on photographs"


@cache
def small_language() -> str:
    """Of the two models at hand, ind reads boxes and numbers better, eng whole photographs."""
    return "ind" if "ind" in pytesseract.get_languages() else "eng"


def read_pictures(pictures: Sequence[Grey], segmentation: int) -> tuple[list[str], float]:
    """The digits found in each picture, in order, and the seconds its one process took."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / f"{i:05d}.png" for i in range(len(pictures))]
        for path, picture in zip(paths, pictures, strict=True):
            cv2.imwrite(str(path), picture)
        listed = Path(folder) / "pictures.txt"
        listed.write_text("".join(f"{path}\n" for path in paths), encoding="utf-8")
        found, seconds = _run(str(listed), segmentation, DIGITS + ONES, small_language())
    said = [""] * len(pictures)
    for page, text in zip(found["page_num"], found["text"], strict=True):
        said[page - 1] += "".join(str(text).split()).translate(AS_DIGITS)
    return said, seconds


def read_photograph(path: Path) -> tuple[list[Word], float]:
    """All digits found anywhere on the upright photograph, and the seconds it took."""
    with tempfile.TemporaryDirectory() as folder:
        upright = Path(folder) / "upright.png"
        cv2.imwrite(str(upright), cv2.imread(str(path), cv2.IMREAD_GRAYSCALE))
        found, seconds = _run(str(upright), SPARSE, DIGITS, "eng")
    places = zip(*(found[key] for key in ("left", "top", "width", "height", "text")), strict=True)
    return [(x + w / 2, y + h / 2, str(text).strip()) for x, y, w, h, text in places if str(text).strip()], seconds


def _run(path: str, segmentation: int, allowed: str, language: str) -> tuple[dict[str, list[Any]], float]:
    config = f"-l {language} --psm {segmentation} -c tessedit_char_whitelist={allowed}"
    start = time.perf_counter()
    found = pytesseract.image_to_data(path, config=config, output_type=pytesseract.Output.DICT)
    return found, time.perf_counter() - start
