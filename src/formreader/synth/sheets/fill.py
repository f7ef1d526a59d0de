"""A page filled in by hand: digits, crosses, bubbles, strokes, row sums, words."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

import numpy as np

from formreader.geometry import Box
from formreader.synth.hand.glyphs import GlyphSource
from formreader.synth.hand.pen import Ink
from formreader.synth.sheets.page_pen import STROKES_A_CELL, PagePen, new_pen
from formreader.synth.sheets.slips import Written
from formreader.synth.sheets.writer import Filler, Hand
from formreader.templates import Bubbles, Digits, Encoding, Number, RowSums, Tally, Template, Words

Labels = dict[str, dict[str, Any]]
"""By field, what stands in its encodings in the words of a ``truth/1`` file: ``written``, ``bubbles``, ``tally``,
``rows``, ``words``. What was left empty has no label."""


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
    pen = new_pen(template, hand, source, px_per_mm, generator)
    return pen.ink, fill_fields(pen, template, what, spell)


def fill_fields(
    pen: PagePen,
    template: Template,
    what: Written,
    spell: Callable[[int], str] | None = None,
    leave: Collection[str] = (),
) -> Labels:
    """Write every field but those to ``leave``; returns what stands in each."""
    labels: Labels = {}
    for name, field in template.fields.items():
        labels[name] = {}
        for called, encoding in field.encodings.items():
            if called not in pen.hand.leaves and name not in leave:
                fill_encoding(pen, name, encoding, what, labels[name], field.encodings.get("tally"), spell)
    return labels


def fill_encoding(
    pen: PagePen,
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
        case Number(box=box, thousands=thousands):
            label["written"] = pen.free_number(box, value, thousands or "")
        # beside a number that was left empty the words are left out too
        case Words(style=style, cells=rows, spelt=spelt) if spell is not None and label.get("written") != "_":
            spelt_out = _spelt(what.words[name], spelt, spell, pen.generator)
            label["words"] = pen.words(rows, style, spelt_out)
        case _:
            pass


def _spelt(value: int, way: str, spell: Callable[[int], str], generator: np.random.Generator) -> str:
    """Number words as the form would have them; digit by digit there is a word for each, zeros before it too."""
    if way not in ("digits", "both") or (way == "both" and generator.random() < 0.5):
        return spell(value)
    return " ".join(spell(int(digit)) for digit in str(value).rjust(int(generator.integers(1, 4)), "0"))


def _row_sums(pen: PagePen, rows: tuple[tuple[Box, ...], ...], style: str, value: int, tally: object) -> list[int]:
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
