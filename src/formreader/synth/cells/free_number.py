"""A cell with a number written freely: as ``compose_number_line``, by more hands and with what people do to numbers."""

from __future__ import annotations

from functools import partial

import numpy as np

from formreader.synth.cells.line import (
    CELL_PX,
    EDGE_PX,
    NARROWEST_LETTER_PX,
    NUMBER_WIDTH_PX,
    STRIP_PX,
    ComposedLine,
    Strip,
    composed,
    lay_at,
    narrowed,
    place,
    print_number_cell,
)
from formreader.synth.hand.free_numbers import any_free_text, strike_out, write_free_number, write_over
from formreader.synth.hand.glyphs import GlyphSource, scribble
from formreader.synth.hand.ink import lines
from formreader.synth.hand.lines import write_words
from formreader.synth.hand.pen import draw_strokes

UNREADABLE = "?"
NO_NUMBERS = ("NIL", "Nil", "nil", "NONE", "None", "none", "N A", "NA", "Zero", "ZERO", "KOSONG", "NOL", "nada")
"""What people write where there is nothing to count; a reader of numbers says that it is no number."""
LINE_SHARE = 0.92
"""Of its upper and lower lines, those that are printed."""
SIZES, LARGE_SIZES = (0.42, 0.75), (0.6, 1.1)
"""Heights of digits in parts of the cell's: smaller ones are seen from nearer (``locate.free.nearer``)."""
WINDOW_SHARE, SIDE_SHARE = 0.55, 0.2
"""Cells that are a window on a longer one, whose sides lie elsewhere; and those of them that show one of its sides."""
EMPTY, STRUCK, OVER, WORD, BLOT = 0.1, 0.17, 0.2, 0.25, 0.27
"""Cells below each share are left empty, hold a number struck out, one with a digit over another, a word, a blot."""


def compose_free_number(source: GlyphSource, generator: np.random.Generator) -> ComposedLine:
    """A cell with a number written freely; label ``?`` for one struck out, overwritten, or no number.

    Deterministic in ``generator``.
    """
    aspect = float(np.exp(generator.uniform(np.log(0.9), np.log(5.0))))
    is_window = generator.random() < WINDOW_SHARE
    print_cell = _print_window if is_window else print_number_cell
    return composed(aspect, NUMBER_WIDTH_PX, print_cell, partial(_write, is_window=is_window), source, generator)


def _print_window(strip: Strip) -> None:
    """The upper and the lower line of a longer cell, one of its sides at times."""
    generator = strip.generator
    upper, lower, far = EDGE_PX, EDGE_PX + CELL_PX, float(strip.printed.shape[1])
    level = [((0.0, y), (far, y)) for y in (upper, lower) if generator.random() < LINE_SHARE]
    sides = [((x, 0.0), (x, float(STRIP_PX))) for x in (EDGE_PX, strip.right)]
    side = sides[int(generator.integers(2))]
    ink = float(generator.uniform(0.1, 0.5) if generator.random() < 0.4 else generator.uniform(0.5, 1.0))
    width = float(np.exp(generator.uniform(np.log(0.5), np.log(4.0))))
    printed = [*level, *([side] if generator.random() < SIDE_SHARE else [])]
    if printed:
        lines(strip.printed, printed, width, ink)


def _write(strip: Strip, source: GlyphSource, *, is_window: bool) -> tuple[str, float]:
    generator = strip.generator
    size = CELL_PX * float(generator.uniform(*SIZES) if generator.random() < 0.6 else generator.uniform(*LARGE_SIZES))
    nib = min(strip.nib, 0.16 * size)
    _write_around(strip, size, nib, source, is_window)
    kind = generator.random()
    if kind < EMPTY:
        return "", 0.0
    if OVER <= kind < BLOT:
        blot = kind >= WORD
        word = str(generator.choice(NO_NUMBERS))
        ink = scribble(nib, size, generator) if blot else write_words(word, 0.9 * size, nib, source, generator)
        place(strip, narrowed(ink, strip.width), float(generator.random()), float(generator.normal(0, 0.06)))
        return UNREADABLE, size
    text = any_free_text(generator)
    while len(text) * NARROWEST_LETTER_PX > 1.1 * strip.width:
        text = any_free_text(generator)
    ink = write_free_number(text, size, nib, source, generator)
    if kind < OVER:
        ink = strike_out(ink, nib, generator) if kind < STRUCK else write_over(ink, size, nib, source, generator)
    ink = narrowed(ink, 1.05 * strip.width)
    before = strip.penned.copy()
    place(strip, ink, float(generator.random()), float(generator.normal(0, 0.1)))
    if not (strip.penned > before).any():  # the pen failed at all there was, or it lies under dirt
        return _write(strip, source, is_window=is_window)
    detail = min(size, float(ink.shape[0])) if text.strip("-. ") else size
    return (UNREADABLE if kind < OVER else text), detail


def _write_around(strip: Strip, size: float, nib: float, source: GlyphSource, is_window: bool) -> None:
    """Numbers above and below that lean in, the last tally stroke of a row: what is beside in a window is its own."""
    generator = strip.generator
    for row in (-1, 1):
        if generator.random() < 0.4:
            beside = write_free_number(str(int(generator.integers(1, 1000))), size, nib, source, generator)
            place(strip, beside, float(generator.uniform(0.05, 0.9)), row * float(generator.uniform(0.9, 1.1)))
    if not is_window and generator.random() < 0.1:
        stroke = draw_strokes([np.array([[0.0, 0.0], [-0.1, 1.0]])], size, nib, generator)
        lay_at(strip, stroke, float(generator.uniform(-5, EDGE_PX - 7)), EDGE_PX + 0.2 * CELL_PX)
