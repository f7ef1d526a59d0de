"""A page filled in by hand: digits, crosses, bubbles, strokes, row sums, words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

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
from formreader.synth.sheets.slips import Written
from formreader.synth.sheets.values import STROKES_A_CELL
from formreader.templates import Bubbles, Digits, Encoding, Number, RowSums, Tally, Template, Words

Filler = Literal["X", "-", "_", "0"]
Labels = dict[str, dict[str, Any]]
"""By field, what stands in its encodings in the words of a ``truth/1`` file: ``written``, ``bubbles``, ``tally``,
``rows``, ``words``. What was left empty has no label."""


@dataclass(frozen=True, slots=True)
class Hand:
    """One writer: nib in mm, size of digits in parts of a box, and what stands in boxes not needed.

    ``leaves`` are encodings that stay empty on the whole sheet, ``strikes`` whether tally cells not needed are
    crossed out, ``capitals`` whether words are.
    """

    nib_mm: float
    size: float
    filler: Filler
    leaves: frozenset[str]
    strikes: bool
    capitals: bool


@dataclass(frozen=True, slots=True)
class Habit:
    """How one writer uses cells that are wider or higher than a number needs.

    ``begins`` is where it stands in the free width, 0 left to 1 right, and ``strays`` by how much that varies.
    """

    begins: float
    strays: float
    tallest_mm: float


def any_habit(generator: np.random.Generator) -> Habit:
    begins, strays = float(generator.choice([0.02, 0.5, 0.9])), float(generator.uniform(0.02, 0.25))
    return Habit(begins, strays, float(generator.uniform(3.5, 8.0)))


LEFT_EMPTY = {"tally": 0.1, "row_sums": 0.15, "words": 0.1, "bubbles": 0.05}
"""How often a writer leaves an encoding empty on the whole sheet. Stated: the photographs show each now and then."""


def any_hand(generator: np.random.Generator) -> Hand:
    fillers: tuple[Filler, ...] = ("X", "-", "_", "0")
    filler = fillers[int(generator.choice(4, p=[0.4, 0.15, 0.35, 0.1]))]
    nib, size = float(generator.uniform(0.3, 0.9)), float(generator.uniform(0.55, 0.85))
    leaves = frozenset(name for name, share in LEFT_EMPTY.items() if generator.random() < share)
    return Hand(nib, size, filler, leaves, bool(generator.random() < 0.25), bool(generator.random() < 0.7))


def as_written(value: int, boxes: int, filler: Filler) -> str:
    """``value`` in so many boxes: 45 is X45, -45, _45 or 045; nothing is written as 0 or crossed out whole."""
    digits = str(value)
    if value == 0 and filler in "X-":
        return filler * boxes
    return filler * (boxes - len(digits)) + digits


def fill_page(
    template: Template,
    what: Written,
    hand: Hand,
    source: GlyphSource,
    px_per_mm: float,
    generator: np.random.Generator,
    spell: Callable[[int], str] | None = None,
) -> tuple[Ink, Labels]:
    """Penned ink like ``page.draw_page`` and what stands in each field."""
    shape = (round(template.height_mm * px_per_mm), round(template.width_mm * px_per_mm))
    pen = _Pen(np.zeros(shape, np.float32), hand, source, px_per_mm, generator)
    labels: Labels = {}
    for name, field in template.fields.items():
        labels[name] = {}
        for called, encoding in field.encodings.items():
            if called not in hand.leaves:
                _fill_encoding(pen, name, encoding, what, labels[name], field.encodings.get("tally"), spell)
    return pen.ink, labels


def _fill_encoding(
    pen: _Pen,
    name: str,
    encoding: Encoding,
    what: Written,
    label: dict[str, Any],
    tally: Encoding | None,
    spell: Callable[[int], str] | None,
) -> None:
    """Write one encoding of a field, and say in ``label`` what stands there."""
    value = what.values[name]
    match encoding:
        case Digits(cells=cells):
            label["written"] = as_written(value, len(cells), pen.hand.filler)
            pen.boxes(cells, label["written"], name in what.overwritten)
        case Bubbles(columns=columns):
            label["bubbles"] = str(value).rjust(len(columns), "_")
            for column, digit in zip(columns, label["bubbles"], strict=True):
                if digit != "_":
                    pen.fill(column[int(digit)])
        case Tally(cells=rows):
            label["tally"] = value
            pen.tally(rows, value)
        case RowSums(cells=rows, style=style):
            label["rows"] = _row_sums(pen, rows, style, value, tally)
        case Number(box=box):
            label["written"] = pen.free_number(box, value)
        # beside a number that was left empty the words are left out too
        case Words(style=style, cells=rows) if spell is not None and label.get("written") != "_":
            label["words"] = pen.words(rows, style, spell(what.words[name]))
        case _:
            pass


def _row_sums(pen: _Pen, rows: tuple[tuple[Box, ...], ...], style: str, value: int, tally: object) -> list[int]:
    """Write the sum of each row that has strokes; returns them."""
    written = []
    a_row = STROKES_A_CELL * (len(tally.cells[0]) if isinstance(tally, Tally) else 12)
    left = value
    for row in rows:
        if left <= 0:
            break
        here = min(a_row, left)
        left -= here
        written.append(here)
        if style == "boxes":
            for cell, digit in zip(row, str(here).rjust(len(row)), strict=False):
                if digit != " ":
                    pen.character(cell, digit)
        else:
            pen.number(row[0], str(here))
    return written


@dataclass(slots=True)
class _Pen:
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
            drawn = self.source.digit(character, nib, height, self.generator)
        x, y = cell.centre
        x += self.generator.normal(0, 0.05) * cell.width
        y += self.generator.normal(0, 0.05) * cell.height
        self._lay(drawn, x, y)

    def number(self, cell: Box, digits: str) -> None:
        """Several digits freely in one cell, in its middle."""
        height = min(cell.height * self.hand.size, 0.9 * cell.width / len(digits)) * self.px_per_mm
        self._lay(write_number(digits, height, self.nib_px * 0.7, self.source, self.generator), *cell.centre)

    def free_number(self, cell: Box, value: int) -> str:
        """A number where this hand begins to write in a cell, wide as it may be; returns what stands there.

        Nothing is written as this hand leaves boxes that it does not need: 0, a cross, a dash, or no sign at all.
        """
        if self.habit is None:
            self.habit = any_habit(self.generator)
        written = str(value) if value or self.hand.filler == "0" else self.hand.filler
        if written == "_" and self.generator.random() < 0.5:
            written = "0"
        if written == "_":
            return written
        size = min(cell.height * self.hand.size, self.habit.tallest_mm) * float(self.generator.uniform(0.85, 1.25))
        height = min(size, 1.1 * cell.width / len(written)) * self.px_per_mm
        drawn = write_number(written, height, min(self.nib_px * 0.7, 0.16 * height), self.source, self.generator)
        room = cell.width - drawn.shape[1] / self.px_per_mm
        across = np.clip(self.generator.normal(self.habit.begins, self.habit.strays), 0.0, 1.0) if room > 0 else 0.5
        down = float(self.generator.normal(0, 0.08)) * cell.height
        self._lay(drawn, cell.centre[0] + (float(across) - 0.5) * room, cell.centre[1] + down)
        return written

    def fill(self, circle: Box) -> None:
        """A bubble filled in."""
        radius = circle.width / 2 * self.px_per_mm
        self._lay(any_mark("O", radius, self.nib_px, self.generator), *circle.centre)

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
        self._lay(draw_strokes(strokes, 1.0, max(nib, 1.0), self.generator), *cell.centre)

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
                    self._lay(
                        hand.letter(letter, min(self.nib_px, 0.15 * height), height, self.generator), *cell.centre
                    )
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
        self._lay(drawn, box.x + drawn.shape[1] / 2 / self.px_per_mm + 0.02 * box.width, box.centre[1])
        return plain

    def _lay(self, drawn: Ink, x_mm: float, y_mm: float) -> None:
        """Ink centred on a page point; what leaves the page is cut."""
        left = round(x_mm * self.px_per_mm - drawn.shape[1] / 2)
        top = round(y_mm * self.px_per_mm - drawn.shape[0] / 2)
        paste(self.ink, drawn, left, top)
