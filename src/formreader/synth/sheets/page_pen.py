"""A pen on a page: characters in boxes, free numbers, bubbles, strokes and words, each where its cell is.

What it writes is told by where the ink lies, a box in mm on the page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from formreader.geometry import Box
from formreader.synth.hand.bubbles import any_mark
from formreader.synth.hand.glyphs import DIGITS, GlyphSource, own_sign
from formreader.synth.hand.letters import letters_of
from formreader.synth.hand.lines import write_number, write_words
from formreader.synth.hand.pen import Ink, draw_strokes
from formreader.synth.hand.strikes import cross_out
from formreader.synth.hand.tally import any_tally_hand, tally_strokes
from formreader.synth.print.page import paste
from formreader.synth.sheets.writer import Habit, Hand, any_habit
from formreader.templates import Template

STROKES_A_CELL = 5
TRIES, LEAST_INK = 4, 1.0
"""How often a digit is drawn until it leaves ink, and how much: a line of so many px as long as it is high."""


def new_pen(
    template: Template, hand: Hand, source: GlyphSource, px_per_mm: float, generator: np.random.Generator
) -> PagePen:
    """A pen on a sheet that nobody wrote on yet."""
    shape = (round(template.height_mm * px_per_mm), round(template.width_mm * px_per_mm))
    return PagePen(np.zeros(shape, np.float32), hand, source, px_per_mm, generator)


@dataclass(slots=True)
class PagePen:
    ink: Ink
    hand: Hand
    source: GlyphSource
    px_per_mm: float
    generator: np.random.Generator
    habit: Habit | None = None

    @property
    def nib_px(self) -> float:
        return self.hand.nib_mm * self.px_per_mm

    def boxes(self, cells: Sequence[Box], written: str, overwritten: bool) -> None:
        """A character a box; where ``overwritten``, one digit over another that still shows."""
        corrected = -1
        if overwritten:
            corrected = int(self.generator.choice([i for i, c in enumerate(written) if c in DIGITS]))
        for i, (cell, character) in enumerate(zip(cells, written, strict=True)):
            if i == corrected:
                self.character(cell, str((int(character) + int(self.generator.integers(1, 10))) % 10))
                self.character(cell, character, broader=1.6)
            else:
                self.character(cell, character)

    def character(self, cell: Box, character: str, broader: float = 1.0) -> None:
        """A digit, cross or dash in a box; ``_`` leaves it empty."""
        height = min(cell.height, cell.width * 1.5) * self.hand.size * self.px_per_mm
        nib = self.nib_px * broader
        if character == "_":
            return
        if character == "-":
            drawn = own_sign("-", nib, cell.width * 0.5 * self.px_per_mm, self.generator)
        elif character == "X":
            drawn = own_sign("X", nib, height * 1.1, self.generator)
        else:
            drawn = self._digit(character, nib, height)
        x, y = cell.centre
        x += self.generator.normal(0, 0.05) * cell.width
        y += self.generator.normal(0, 0.05) * cell.height
        self.lay(drawn, x, y)

    def _digit(self, character: str, nib: float, height: float) -> Ink:
        """A digit that leaves ink: of a thin one a data set's picture sometimes keeps nothing, its pen varied."""
        for _ in range(TRIES):
            drawn = self.source.digit(character, nib, height, self.generator)
            if float(drawn.sum()) >= LEAST_INK * height:
                return drawn
        return own_sign(character, nib, height, self.generator)

    def number(self, cell: Box, digits: str) -> None:
        """Several digits freely in one cell, in its middle."""
        height = min(cell.height * self.hand.size, 0.9 * cell.width / len(digits)) * self.px_per_mm
        self.lay(write_number(digits, height, self.nib_px * 0.7, self.source, self.generator), *cell.centre)

    def free_number(self, cell: Box, value: int, thousands: str = "") -> str:
        """A number where this hand begins to write in a cell, wide as it may be; returns what stands there.

        ``thousands`` is what a form's writers part them with; half of them do. Nothing is written as this hand
        leaves boxes that it does not need: 0, a cross, a dash, or no sign at all.
        """
        written = str(value) if value or self.hand.filler == "0" else self.hand.filler
        if written == "_" and self.generator.random() < 0.5:
            written = "0"
        if thousands and value >= 1000 and self.generator.random() < 0.5:
            self.freely(cell, f"{value:,}".replace(",", " " if thousands in " '" else "."))
        elif written != "_":
            self.freely(cell, written)
        return written

    def freely(self, cell: Box, text: str, larger: float = 1.0, broader: float = 1.0) -> Box:
        """``text`` of digits, ``X``, ``-``, ``.`` and spaces in a cell as this hand uses its room; where it stands."""
        if self.habit is None:
            self.habit = any_habit(self.generator)
        size = min(cell.height * self.hand.size, self.habit.tallest_mm) * float(self.generator.uniform(0.85, 1.25))
        height = min(size * larger, 1.1 * cell.width / len(text)) * self.px_per_mm
        nib = min(self.nib_px * 0.7 * broader, 0.16 * height)
        drawn = write_number(text, height, nib, self.source, self.generator)
        room = cell.width - drawn.shape[1] / self.px_per_mm
        across = np.clip(self.generator.normal(self.habit.begins, self.habit.strays), 0.0, 1.0) if room > 0 else 0.5
        down = float(self.generator.normal(0, 0.08)) * cell.height
        return self.lay(drawn, cell.centre[0] + (float(across) - 0.5) * room, cell.centre[1] + down)

    def fill(self, circle: Box) -> None:
        """A bubble filled in."""
        radius = circle.width / 2 * self.px_per_mm
        self.lay(any_mark("O", radius, self.nib_px, self.generator), *circle.centre)

    def tally(self, rows: tuple[tuple[Box, ...], ...], value: int) -> None:
        """Groups of five; the cells after the last may be crossed out."""
        cell = rows[0][0]
        hand = any_tally_hand(0.9 * cell.width * self.px_per_mm, 0.85 * cell.height * self.px_per_mm, self.generator)
        nib = min(self.nib_px, hand.widest_nib)
        left = value
        for row in rows:
            for cell in row:
                here = min(STROKES_A_CELL, left)
                left -= here
                if here:
                    self._strokes(tally_strokes(here, hand, self.generator), nib, cell)
                elif self.hand.strikes and value:
                    width, height = cell.width * self.px_per_mm, cell.height * self.px_per_mm
                    self._strokes(cross_out(width, height, self.generator), nib, cell)

    def _strokes(self, strokes: Sequence[np.ndarray], nib: float, cell: Box) -> None:
        self.lay(draw_strokes(strokes, 1.0, max(nib, 1.0), self.generator), *cell.centre)

    def words(self, rows: tuple[tuple[Box, ...], ...], style: str, text: str) -> str:
        """Capitals, one a box from the first line on, or freely on a line; returns what is written."""
        if style == "line":
            return self._line(rows[0][0], text.upper() if self.hand.capitals else text)
        letters = iter(text.upper())
        hand = letters_of(self.source)
        for row in rows:
            for cell in row:
                letter = next(letters, " ")
                if letter.isascii() and letter.isalpha():
                    height = cell.height * self.hand.size * self.px_per_mm
                    self.lay(hand.letter(letter, min(self.nib_px, 0.15 * height), height, self.generator), *cell.centre)
        return text.upper()[: sum(len(row) for row in rows)]

    def _line(self, box: Box, text: str) -> str:
        plain = "".join(c for c in text if c.isascii() and (c.isalpha() or c == " "))
        room = 0.95 * box.width * self.px_per_mm
        height = min(box.height * 0.5, 6.0) * self.px_per_mm
        while True:  # smaller, until it fits
            drawn = write_words(plain, height, min(self.nib_px, 0.12 * height), self.source, self.generator)
            if drawn.shape[1] <= room:
                break
            height *= 0.9
        self.lay(drawn, box.x + drawn.shape[1] / 2 / self.px_per_mm + 0.02 * box.width, box.centre[1])
        return plain

    def lay(self, drawn: Ink, x_mm: float, y_mm: float) -> Box:
        """Ink centred on a page point; what leaves the page is cut. Returns where it stands, mm."""
        left = round(x_mm * self.px_per_mm - drawn.shape[1] / 2)
        top = round(y_mm * self.px_per_mm - drawn.shape[0] / 2)
        paste(self.ink, drawn, left, top)
        return Box(*(value / self.px_per_mm for value in (left, top, drawn.shape[1], drawn.shape[0])))
