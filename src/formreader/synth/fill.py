"""A page filled in by hand: digits, crosses, bubbles, strokes, row sums, words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np

from formreader.geometry import Box
from formreader.synth.glyphs import GlyphSource, own_sign
from formreader.synth.page import paste
from formreader.synth.pen import Ink, Stroke, draw_strokes
from formreader.templates import Bubbles, Digits, RowSums, Tally, Template, Words

Filler = Literal["X", "-", "_", "0"]


@dataclass(frozen=True, slots=True)
class Hand:
    """One writer: nib in mm, size of digits in parts of a box, and what stands in boxes not needed."""

    nib_mm: float
    size: float
    filler: Filler


def any_hand(generator: np.random.Generator) -> Hand:
    fillers: tuple[Filler, ...] = ("X", "-", "_", "0")
    filler = fillers[int(generator.choice(4, p=[0.4, 0.15, 0.35, 0.1]))]
    return Hand(float(generator.uniform(0.3, 0.9)), float(generator.uniform(0.55, 0.85)), filler)


def as_written(value: int, boxes: int, filler: Filler) -> str:
    """``value`` in so many boxes: 45 is X45, -45, _45 or 045; nothing is written as 0 or crossed out whole."""
    digits = str(value)
    if value == 0 and filler in "X-":
        return filler * boxes
    return filler * (boxes - len(digits)) + digits


def fill_page(
    template: Template,
    values: dict[str, int],
    hand: Hand,
    source: GlyphSource,
    px_per_mm: float,
    generator: np.random.Generator,
    spell: Callable[[int], str] | None = None,
) -> tuple[Ink, dict[str, str]]:
    """Penned ink like ``page.draw_page`` and what is written in each field's digit boxes."""
    shape = (round(template.height_mm * px_per_mm), round(template.width_mm * px_per_mm))
    pen = _Pen(np.zeros(shape, np.float32), hand, source, px_per_mm, generator)
    written: dict[str, str] = {}
    for name, field in template.fields.items():
        value = values[name]
        for encoding in field.encodings.values():
            match encoding:
                case Digits(cells=cells):
                    written[name] = as_written(value, len(cells), hand.filler)
                    for cell, character in zip(cells, written[name], strict=True):
                        pen.character(cell, character)
                case Bubbles(columns=columns):
                    for column, digit in zip(columns, str(value).rjust(len(columns)), strict=True):
                        if digit != " ":
                            pen.blot(column[int(digit)])
                case Tally(cells=rows):
                    pen.tally(rows, value)
                case RowSums(cells=rows, style=style):
                    _row_sums(pen, rows, style, value, field.encodings.get("tally"))
                case Words(style=style, cells=rows) if spell is not None:
                    pen.words(rows, style, spell(value).upper())
                case _:
                    pass
    return pen.ink, written


def _row_sums(pen: _Pen, rows: tuple[tuple[Box, ...], ...], style: str, value: int, tally: object) -> None:
    a_row = len(tally.cells[0]) * 5 if isinstance(tally, Tally) else 60
    left = value
    for row in rows:
        if left <= 0:
            break
        here = min(a_row, left)
        left -= here
        if style == "boxes":
            for cell, digit in zip(row, str(here).rjust(len(row)), strict=False):
                if digit != " ":
                    pen.character(cell, digit)
        else:
            pen.number(row[0], str(here))


@dataclass(slots=True)
class _Pen:
    ink: Ink
    hand: Hand
    source: GlyphSource
    px_per_mm: float
    generator: np.random.Generator

    def character(self, cell: Box, character: str) -> None:
        """A digit, cross or dash in a box; ``_`` leaves it empty."""
        height = min(cell.height, cell.width * 1.5) * self.hand.size * self.px_per_mm
        nib = self.hand.nib_mm * self.px_per_mm
        if character == "_":
            return
        if character == "-":
            drawn = own_sign("-", nib, cell.width * 0.5 * self.px_per_mm, self.generator)
        elif character == "X":
            drawn = own_sign("X", nib, height * 1.1, self.generator)
        else:
            drawn = self.source.digit(character, nib, height, self.generator)
        x, y = cell.centre
        x += self.generator.normal(0, 0.05) * cell.width
        y += self.generator.normal(0, 0.05) * cell.height
        self._lay(drawn, x, y)

    def number(self, cell: Box, digits: str) -> None:
        """Several digits freely in one cell, side by side."""
        step = min(cell.height * 0.55, cell.width / (len(digits) + 0.5))
        x, y = cell.centre
        for i, digit in enumerate(digits):
            offset = (i - (len(digits) - 1) / 2) * step
            height = min(cell.height * 0.8, step * 1.6) * self.px_per_mm
            drawn = self.source.digit(digit, self.hand.nib_mm * 0.7 * self.px_per_mm, height, self.generator)
            self._lay(drawn, x + offset, y)

    def blot(self, circle: Box) -> None:
        """A bubble filled in, not quite to its edge."""
        radius = circle.width / 2 * float(self.generator.uniform(0.75, 1.1)) * self.px_per_mm
        size = int(radius * 2 + 5)
        spot = np.zeros((size, size), np.float32)
        cv2.circle(spot, (size // 2, size // 2), max(1, round(radius)), 1.0, -1)
        self._lay(spot, *circle.centre)

    def tally(self, rows: tuple[tuple[Box, ...], ...], value: int) -> None:
        """Groups of five: four strokes and one through them."""
        left = value
        for row in rows:
            for cell in row:
                here = min(5, left)
                left -= here
                if here:
                    self._group(cell, here)

    def _group(self, cell: Box, strokes: int) -> None:
        jitter = self.generator.normal(0, 0.02, (4, 4))
        drawn: list[Stroke] = []
        for i in range(min(strokes, 4)):
            x = 0.15 + 0.2 * i
            drawn.append(np.array([[x, 0.0], [x - 0.04, 1.0]]) + jitter[i].reshape(2, 2))
        if strokes == 5:
            drawn.append(np.array([[-0.02, 0.75], [0.95, 0.25]]) + jitter[0].reshape(2, 2))
        height = cell.height * 0.7
        wide = [stroke * [min(1.0, cell.width * 0.8 / height), 1.0] for stroke in drawn]
        ink = draw_strokes(wide, height * self.px_per_mm, self.hand.nib_mm * 0.7 * self.px_per_mm, self.generator)
        self._lay(ink, *cell.centre)

    def words(self, rows: tuple[tuple[Box, ...], ...], style: str, text: str) -> None:
        """Capitals, one a box from the first line on, or freely on a line."""
        if style == "line":
            self._line(rows[0][0], text)
            return
        letters = iter(text)
        for row in rows:
            for cell in row:
                letter = next(letters, " ")
                if letter != " ":
                    self._letter(cell, letter)

    def _letter(self, cell: Box, letter: str) -> None:
        drawn = _penned_words(letter, cell.height * 0.7 * self.px_per_mm, self.generator)
        self._lay(drawn, *cell.centre)

    def _line(self, box: Box, text: str) -> None:
        drawn = _penned_words(text, min(box.height * 0.5, 6.0) * self.px_per_mm, self.generator)
        widest = int(box.width * 0.95 * self.px_per_mm)
        if drawn.shape[1] > widest:
            drawn = cv2.resize(
                drawn, (widest, max(1, drawn.shape[0] * widest // drawn.shape[1])), interpolation=cv2.INTER_AREA
            )
        self._lay(drawn, box.x + drawn.shape[1] / 2 / self.px_per_mm + 0.02 * box.width, box.centre[1])

    def _lay(self, drawn: Ink, x_mm: float, y_mm: float) -> None:
        """Ink centred on a page point; what leaves the page is cut."""
        left = round(x_mm * self.px_per_mm - drawn.shape[1] / 2)
        top = round(y_mm * self.px_per_mm - drawn.shape[0] / 2)
        paste(self.ink, drawn, left, top)


def _penned_words(text: str, height_px: float, generator: np.random.Generator) -> Ink:
    """Plotter letters with a hand's slant: enough for a picture of words, not for training on them."""
    font, size = cv2.FONT_HERSHEY_SIMPLEX, 2.0
    (width, height), baseline = cv2.getTextSize(text, font, size, 3)
    drawn = np.zeros((height + baseline + 20, width + 40), np.uint8)
    cv2.putText(drawn, text, (20, height + 10), font, size, 255, 3, cv2.LINE_AA)
    lean = float(generator.normal(-0.12, 0.06))
    matrix = np.array([[1, lean, max(0.0, -lean) * drawn.shape[0]], [0, 1, 0]])
    slanted = cv2.warpAffine(drawn, matrix, (drawn.shape[1] + int(abs(lean) * drawn.shape[0]), drawn.shape[0]))
    scale = height_px / height
    out = (max(1, round(slanted.shape[1] * scale)), max(1, round(slanted.shape[0] * scale)))
    result: Ink = cv2.resize(slanted, out, interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    return result
