"""What a behaviour acts on: one field of a page on paper, and the tools to write in it and on it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from formreader.geometry import Box
from formreader.synth.hand.lines import write_number, write_words
from formreader.synth.hand.pen import Ink, Stroke, draw_strokes
from formreader.synth.print.page import paste
from formreader.synth.sheets.fill import as_written, fill_encoding
from formreader.synth.sheets.page_pen import PagePen
from formreader.synth.sheets.sheet import FilledPage
from formreader.templates import Digits, Field, Number, Words


@dataclass(frozen=True, slots=True)
class Act:
    """One field that something happens to. Nobody has written in it yet; its label is filled in as it is written."""

    page: FilledPage
    field: Field

    @property
    def pen(self) -> PagePen:
        return self.page.pen

    @property
    def generator(self) -> np.random.Generator:
        return self.page.pen.generator

    @property
    def value(self) -> int:
        return self.page.what.values[self.field.name]

    @property
    def boxes(self) -> tuple[Box, ...]:
        """The digit boxes, () where the number is a free one."""
        primary = self.field.encodings[self.field.primary]
        return primary.cells if isinstance(primary, Digits) else ()

    @property
    def cell(self) -> Box:
        """All of the primary encoding, mm."""
        primary = self.field.encodings[self.field.primary]
        if isinstance(primary, Number):
            return primary.box
        first, last = self.boxes[0], self.boxes[-1]
        return Box(first.x, first.y, last.right - first.x, first.height)

    @property
    def words_cell(self) -> Box | None:
        """The cell of words on a line, None where there is none."""
        words = self.field.encodings.get("words")
        return words.cells[0][0] if isinstance(words, Words) and words.style == "line" else None

    def label(self, **said: object) -> None:
        self.page.labels[self.field.name].update(said)

    def write(self, number: int | None = None, larger: float = 1.0, broader: float = 1.0) -> Box:
        """A number in the primary encoding (the field's own, where none is given); returns where its ink stands."""
        shown = self.value if number is None else number
        if not self.boxes:
            text = str(shown)
            self.label(written=text)
            return self.pen.freely(self.cell, text, larger, broader)
        text = as_written(shown, len(self.boxes), self.pen.hand.filler)
        self.label(written=text)
        for box, character in zip(self.boxes, text, strict=True):
            self.pen.character(grown(box, larger), character, broader)
        used = [box for box, character in zip(self.boxes, text, strict=True) if character != "_"]
        return Box(used[0].x, used[0].y, used[-1].right - used[0].x, used[0].height)

    def write_others(self, but: Sequence[str] = ()) -> None:
        """The field's other encodings, as this hand fills them in."""
        for called, encoding in self.field.encodings.items():
            if called not in (self.field.primary, *but) and called not in self.pen.hand.leaves:
                label = self.page.labels[self.field.name]
                tally = self.field.encodings.get("tally")
                fill_encoding(self.pen, self.field.name, encoding, self.page.what, label, tally, self.page.spell)

    def number_at(self, text: str, height_mm: float, x_mm: float, y_mm: float, broader: float = 1.0) -> Box:
        """A free number ``height_mm`` high around a point of the page."""
        height = height_mm * self.pen.px_per_mm
        nib = min(self.pen.nib_px * 0.7 * broader, 0.18 * height)
        return self.pen.lay(write_number(text, height, nib, self.pen.source, self.generator), x_mm, y_mm)

    def words_in(self, text: str, box: Box, height_mm: float) -> Box:
        """Words from the left of a box on, made smaller until they fit; where they stand."""
        plain = "".join(c for c in text if c.isascii() and (c.isalpha() or c == " "))
        plain = plain.upper() if self.pen.hand.capitals else plain
        height = height_mm * self.pen.px_per_mm
        while True:
            nib = min(self.pen.nib_px, 0.12 * height)
            drawn = write_words(plain, height, nib, self.pen.source, self.generator)
            if drawn.shape[1] <= 0.95 * box.width * self.pen.px_per_mm:
                break
            height *= 0.9
        half = drawn.shape[1] / 2 / self.pen.px_per_mm
        return self.pen.lay(drawn, box.x + half + 0.02 * box.width, box.centre[1])

    def stroke(self, points_mm: Sequence[tuple[float, float]] | Stroke, nib_mm: float | None = None) -> None:
        """A stroke of the pen through points of the page."""
        points = np.asarray(points_mm, np.float64) * self.pen.px_per_mm
        middle = (points.min(axis=0) + points.max(axis=0)) / 2
        nib = max((nib_mm or self.pen.hand.nib_mm * 0.8) * self.pen.px_per_mm, 1.0)
        drawn = draw_strokes([points - middle], 1.0, nib, self.generator)
        at = middle / self.pen.px_per_mm
        self.pen.lay(drawn, float(at[0]), float(at[1]))

    def part(self, box: Box) -> tuple[slice, slice]:
        """Rows and columns of the page's layers of ink that a box covers."""
        px = self.pen.px_per_mm
        return (
            slice(max(round(box.y * px), 0), max(round(box.bottom * px), 1)),
            slice(max(round(box.x * px), 0), max(round(box.right * px), 1)),
        )

    def print_over(self, drawn: Ink, box: Box) -> None:
        """Lay printed ink at a box's upper left corner."""
        px = self.pen.px_per_mm
        paste(self.page.printed, drawn, round(box.x * px), round(box.y * px))


@dataclass(frozen=True, slots=True)
class Behaviour:
    """Something people do. ``act`` writes the field and says in its label what stands there.

    ``suits`` is whether it can happen to a field; ``in_a_row`` whether it happens to several fields one under
    another; ``empty`` whether those fields have nothing to count, ``large`` whether they count thousands; ``finish``
    is what comes over all of them.
    """

    name: str
    act: Callable[[Act], None]
    suits: Callable[[Field], bool]
    in_a_row: bool = False
    empty: bool = False
    large: bool = False
    finish: Callable[[Sequence[Act]], None] | None = None


def grown(box: Box, times: float) -> Box:
    """A box with the same middle, so many times as large."""
    width, height = box.width * times, box.height * times
    return Box(box.centre[0] - width / 2, box.centre[1] - height / 2, width, height)


def counted(field: Field) -> bool:
    """Whether its number stands in digit boxes or in a free cell."""
    return field.primary in ("digits", "number")


def boxed(field: Field) -> bool:
    """Whether it has two digit boxes or more."""
    primary = field.encodings[field.primary]
    return isinstance(primary, Digits) and len(primary.cells) > 1


def free(field: Field) -> bool:
    return field.primary == "number"


def worded(field: Field) -> bool:
    """Whether it has words on a line beside its number."""
    words = field.encodings.get("words")
    return counted(field) and isinstance(words, Words) and words.style == "line"
