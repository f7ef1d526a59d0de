"""Printed words on a flat page, read by Tesseract where it is installed; a draft does without where it is not."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from formreader.draft.sheet import PX_PER_MM, FlatSheet, px
from formreader.geometry import Box
from formreader.identify.heading import tesseract_present
from formreader.records import Grey
from formreader.templates import Segment

READ_PX_PER_MM = 12.0
"""300 dots an inch, what Tesseract was trained on."""
SURE, LEAST_HEIGHT_MM, MOST_HEIGHT_MM = 55, 0.8, 14.0
"""Tesseract's confidence, of 100, from which on a word is taken; smaller and larger ones are specks and pictures."""
APART = 1.2
"""Words on one line whose gap is under so many of their heights belong together."""
ERASED_MM, LEAST_ERASED_MM = 0.35, 8.0
"""Ruled lines are painted over with so much to spare: they confuse the reading of words. Shorter ones may
be letters."""
BLACK, BLACK_MM = 0.75, 5.0
"""Where so much is dark over so many mm, what is printed is white on black: letters alone are paler."""
STEMS_LETTERS, STEMS_SURE, STEM_MM, STEM_HEIGHTS = 4, 75, 0.3, 2.0
"""A word read so surely, of so many letters, is one; what stands within it, to so far beside it, and is lower than so
many of its heights, is a letter's stem: in a low row of a table one reaches from line to line."""


@dataclass(frozen=True, slots=True)
class Word:
    """One printed word, or several side by side; ``sureness`` 0 to 100."""

    text: str
    box: Box
    sureness: float

    @property
    def letters(self) -> int:
        return sum(character.isalpha() for character in self.text)


def find_words(sheet: FlatSheet, segments: Iterable[Segment], language: str = "eng") -> tuple[Word, ...] | None:
    """The words on the page, by rows; None where Tesseract is not installed."""
    if not tesseract_present():
        return None
    import pytesseract

    scale = READ_PX_PER_MM / PX_PER_MM
    picture = cv2.resize(without_lines(sheet, segments), None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    read = pytesseract.image_to_data(
        picture, lang=_installed(language), config="--psm 11", output_type=pytesseract.Output.DICT
    )
    found = []
    for text, sureness, x, y, w, h in zip(
        *(read[key] for key in ("text", "conf", "left", "top", "width", "height")), strict=True
    ):
        box = Box(*(float(v) / READ_PX_PER_MM for v in (x, y, w, h)))
        plain = re.sub(r"[^\w().,:/%#+*&-]+", "", text).strip("_")
        if plain and float(sureness) >= SURE and LEAST_HEIGHT_MM <= box.height <= MOST_HEIGHT_MM:
            found.append(Word(plain, box, float(sureness)))
    return tuple(sorted(found, key=lambda word: (round(word.box.y), word.box.x)))


def without_lines(sheet: FlatSheet, segments: Iterable[Segment]) -> Grey:
    """What is narrow on the page, black on white without its ruled lines: words on grey and on black areas as well."""
    mask = np.zeros(sheet.grey.shape, np.uint8)
    for s in segments:
        if s.x1 - s.x0 + s.y1 - s.y0 < LEAST_ERASED_MM:
            continue
        ends = [tuple(round(v * PX_PER_MM - 0.5) for v in end) for end in ((s.x0, s.y0), (s.x1, s.y1))]
        cv2.line(mask, ends[0], ends[1], 255, max(1, round((s.width + ERASED_MM) * PX_PER_MM)))
    on_black = cv2.blur(sheet.darkness, (px(BLACK_MM), px(BLACK_MM))) > BLACK
    ink = np.where(on_black, 1.0 - sheet.darkness, np.where(mask > 0, 0.0, sheet.strokes))
    picture: Grey = (255.0 * (1.0 - ink)).astype(np.uint8)
    return picture


def joined(words: Sequence[Word]) -> tuple[Word, ...]:
    """Words of one line put together, in reading order."""
    lines: list[list[Word]] = []
    for word in sorted(words, key=lambda w: (w.box.x, w.box.y)):
        for line in lines:
            last = line[-1].box
            high = max(last.height, word.box.height)
            level = abs(last.centre[1] - word.box.centre[1]) < 0.5 * high
            if level and -0.3 * high < word.box.x - last.right < APART * high:
                line.append(word)
                break
        else:
            lines.append([word])
    return tuple(sorted((_one(line) for line in lines), key=lambda w: (round(w.box.y), w.box.x)))


def within(words: Iterable[Word], box: Box) -> tuple[Word, ...]:
    """Those whose middle lies in the box."""
    return tuple(w for w in words if box.x <= w.box.centre[0] <= box.right and box.y <= w.box.centre[1] <= box.bottom)


def without_letters(segments: Sequence[Segment], words: Iterable[Word]) -> list[Segment]:
    """The lines that are no stems of a word's letters: upright, about as high as it, and within it."""
    sure = [w.box for w in words if w.letters >= STEMS_LETTERS and w.sureness >= STEMS_SURE]
    return [s for s in segments if s.horizontal or not any(_is_stem(s, box) for box in sure)]


def _is_stem(s: Segment, word: Box) -> bool:
    low, high = word.x - STEM_MM, word.right + STEM_MM
    return low < s.x0 < high and s.y1 - s.y0 < STEM_HEIGHTS * word.height and s.y0 < word.centre[1] < s.y1


def _one(line: Sequence[Word]) -> Word:
    x, y = min(w.box.x for w in line), min(w.box.y for w in line)
    box = Box(x, y, max(w.box.right for w in line) - x, max(w.box.bottom for w in line) - y)
    return Word(" ".join(w.text for w in line), box, float(np.mean([w.sureness for w in line])))


def _installed(language: str) -> str:
    """The language and English, as far as Tesseract has them."""
    import pytesseract

    present = pytesseract.get_languages()
    wanted = [name for name in dict.fromkeys((TESSERACT.get(language, language), "eng")) if name in present]
    return "+".join(wanted) or present[0]


TESSERACT = {
    "id": "ind",
    "en": "eng",
    "es": "spa",
    "fr": "fra",
    "pt": "por",
    "pt_BR": "por",
    "sw": "swa",
    "de": "deu",
    "it": "ita",
}
"""Tesseract's names of languages that forms are written in."""
