"""A cell that holds a line of writing, as it stands on paper; then a camera looks at it."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from formreader.geometry import LINE_MARGIN, LINE_PX, line_width_px
from formreader.synth.camera.line import legible_line, photograph_line
from formreader.synth.hand.glyphs import GlyphSource
from formreader.synth.hand.ink import dotted, lay, lines, words
from formreader.synth.hand.lines import write_number, write_words
from formreader.synth.hand.pen import Ink, draw_strokes
from formreader.synth.hand.texts import any_number_text, any_words_text

NUMBER_WIDTH_PX, WORD_WIDTH_PX = 128, 512
"""Widths of the pictures; what is narrower is filled up on the right, what is wider is cut there."""
STRIP_PX = 2 * LINE_PX
"""Height of the drawn strip."""
CELL_PX = STRIP_PX / (1 + 2 * LINE_MARGIN)
EDGE_PX = CELL_PX * LINE_MARGIN
"""Height of the cell on the strip, and where its upper left corner stands from both sides."""
NARROWEST_LETTER_PX = 16.0
"""Width on the strip that a letter or digit takes at least, its gap with it: 8 px of the picture, two steps."""
EMPTY_SHARE = 0.1
"""Lines left empty; half of them are struck through."""
SMALL_PRINT = ("(ditulis dengan huruf)", "in words", "en letras", "(tulis dengan huruf kapital)")


@dataclass(frozen=True, slots=True)
class ComposedLine:
    """``crop`` uint8 (32, W): the cell and a margin around it; ``aspect`` the cell's width over height.

    ``label`` is the string that stands there, empty for none.
    """

    crop: NDArray[np.uint8]
    aspect: float
    label: str


@dataclass(slots=True)
class Strip:
    """A cell ``width`` by ``CELL_PX`` px, ``EDGE_PX`` from the upper left corner of two layers of ink."""

    printed: Ink
    penned: Ink
    generator: np.random.Generator
    width: float
    nib: float
    darkness: float

    @property
    def right(self) -> float:
        return EDGE_PX + self.width


Writing = Callable[[Strip, GlyphSource], tuple[str, float]]
"""Writes into a strip; gives the label and the px by which its parts must be told apart."""


def compose_number_line(source: GlyphSource, generator: np.random.Generator) -> ComposedLine:
    """A cell with a number written freely. Deterministic in ``generator``."""
    aspect = float(np.exp(generator.uniform(np.log(1.3), np.log(5.0))))
    return composed(aspect, NUMBER_WIDTH_PX, print_number_cell, _write_number, source, generator)


def compose_word_line(source: GlyphSource, generator: np.random.Generator) -> ComposedLine:
    """A line with a number in words. Deterministic in ``generator``."""
    aspect = float(np.exp(generator.uniform(np.log(2.0), np.log(30.0))))
    return composed(aspect, WORD_WIDTH_PX, _print_word_cell, _write_words, source, generator)


def composed(
    aspect: float,
    width_px: int,
    print_cell: Callable[[Strip], None],
    write: Writing,
    source: GlyphSource,
    generator: np.random.Generator,
) -> ComposedLine:
    """A line whose writing the camera lost is drawn again: a label that no eye could give teaches nothing."""
    seen_px = min(line_width_px(aspect), width_px)
    while True:
        strip = _empty_strip(aspect, seen_px * STRIP_PX // LINE_PX, generator)
        print_cell(strip)
        _soil(strip)
        without = strip.penned.copy()
        label, detail = write(strip, source)
        paired = deepcopy(generator)
        own = np.clip(strip.penned - without, 0, 1)
        crop, ideal = photograph_line(strip.printed, strip.penned * strip.darkness, own, detail, seen_px, generator)
        if label:
            # the same camera, light and noise without the label's ink: what differs is what can be read
            bare, _ = photograph_line(strip.printed, without * strip.darkness, own, detail, seen_px, paired)
            if not legible_line(crop, bare, ideal):
                continue
        filled = cv2.copyMakeBorder(crop, 0, 0, 0, width_px - seen_px, cv2.BORDER_REPLICATE)
        return ComposedLine(filled, aspect, label)


def _empty_strip(aspect: float, columns: int, generator: np.random.Generator) -> Strip:
    darkness = generator.uniform(0.3, 0.6) if generator.random() < 0.25 else generator.uniform(0.55, 0.97)
    return Strip(
        printed=np.zeros((STRIP_PX, columns), np.float32),
        penned=np.zeros((STRIP_PX, columns), np.float32),
        generator=generator,
        width=aspect * CELL_PX,
        nib=float(np.exp(generator.uniform(np.log(1.3), np.log(5.5)))),
        darkness=float(darkness),
    )


def print_number_cell(strip: Strip) -> None:
    generator = strip.generator
    width, ink = _print_frame(strip)
    if generator.random() < 0.7:  # the column goes on above and below
        lines(strip.printed, [((x, 0), (x, STRIP_PX)) for x in (EDGE_PX, strip.right)], width, ink)


def _print_word_cell(strip: Strip) -> None:
    generator = strip.generator
    width, ink = _print_frame(strip)
    if generator.random() < 0.2:
        y = EDGE_PX + CELL_PX * float(generator.uniform(0.65, 0.92))
        base = dotted((EDGE_PX, y), (strip.right, y), float(generator.uniform(0.8, 2.5)))
        lines(strip.printed, base, float(generator.uniform(0.8, 2.5)), float(generator.uniform(0.2, 0.9)))
    if generator.random() < 0.3:  # the boxes for digits above
        at = np.arange(generator.uniform(0, 60), strip.right, generator.uniform(30, 90))
        lines(strip.printed, [((x, 0.0), (x, EDGE_PX)) for x in at.tolist()], width, ink)


def _print_frame(strip: Strip) -> tuple[float, float]:
    """The cell's lines, one or the other missing, at times a bar above or below; return width and ink."""
    generator = strip.generator
    ink = float(generator.uniform(0.1, 0.5) if generator.random() < 0.4 else generator.uniform(0.5, 1.0))
    width = float(np.exp(generator.uniform(np.log(0.5), np.log(4.0))))
    upper, lower, far = EDGE_PX, EDGE_PX + CELL_PX, strip.printed.shape[1]
    sides = [
        ((0.0, upper), (far, upper)),
        ((0.0, lower), (far, lower)),
        ((upper, upper), (upper, lower)),
        ((strip.right, upper), (strip.right, lower)),
    ]
    if generator.random() > 0.08:
        kept = [side for side in sides if generator.random() < 0.92]
        if kept:
            lines(strip.printed, kept, width, ink)
    for top, bottom in ((0, int(upper)), (int(lower) + 1, STRIP_PX)):
        if generator.random() < 0.12:
            strip.printed[top:bottom] = np.maximum(strip.printed[top:bottom], np.float32(generator.uniform(0.3, 1.0)))
    return width, ink


def _soil(strip: Strip) -> None:
    """Dust and stray dots."""
    generator = strip.generator
    if generator.random() < 0.25:
        for _ in range(int(generator.integers(1, 6))):
            at = (int(generator.uniform(0, strip.printed.shape[1])), int(generator.uniform(0, STRIP_PX)))
            cv2.circle(strip.printed, at, int(generator.integers(0, 3)), float(generator.uniform(0.2, 0.8)), -1)


def _write_number(strip: Strip, source: GlyphSource) -> tuple[str, float]:
    generator = strip.generator
    size = CELL_PX * float(generator.uniform(0.35, 0.95))
    nib = min(strip.nib, 0.17 * size)
    for row in (-1, 1):  # the numbers above and below lean in
        if generator.random() < 0.4:
            beside = write_number(str(int(generator.integers(1, 1000))), size, nib, source, generator)
            place(strip, beside, generator.uniform(0.05, 0.7), row * float(generator.uniform(0.85, 1.05)))
    if generator.random() < 0.15:  # the last tally strokes of the row
        stroke = draw_strokes([np.array([[0.0, 0.0], [-0.1, 1.0]])], size, nib, generator)
        lay_at(strip, stroke, float(generator.uniform(-5, EDGE_PX - 7)), EDGE_PX + 0.2 * CELL_PX)
    text = any_number_text(generator)
    while len(text) * NARROWEST_LETTER_PX > 1.1 * strip.width:
        text = any_number_text(generator)
    if not text:
        return "", 0.0
    ink = write_number(text, size, nib, source, generator)
    ink = narrowed(ink, 1.05 * strip.width)
    place(strip, ink, generator.uniform(0.0, 1.0), float(generator.normal(0, 0.06)))
    return text, min(size, float(ink.shape[0]) if text.strip("-. ") else size)


def _write_words(strip: Strip, source: GlyphSource) -> tuple[str, float]:
    generator = strip.generator
    size = CELL_PX * float(generator.uniform(0.3, 0.7))
    nib = min(strip.nib, 0.17 * size)
    room = min(strip.right, strip.printed.shape[1]) - EDGE_PX - 4
    if generator.random() < 0.3:
        room -= _print_hint(strip, room)
    for row in (-1, 1):
        if generator.random() < 0.25:
            beside = write_words(
                _cased(any_words_text(int(room / 30) + 1, generator), generator), size, nib, source, generator
            )
            place(strip, beside, generator.uniform(0, 0.6), row * float(generator.uniform(0.85, 1.1)))
    if generator.random() < EMPTY_SHARE:
        if generator.random() < 0.5:
            _strike(strip, EDGE_PX + 0.05 * room, room, nib)
        return "", 0.0
    text = any_words_text(max(2, int(room / NARROWEST_LETTER_PX)), generator)
    ink = narrowed(write_words(_cased(text, generator), size, nib, source, generator), room)
    free = room - ink.shape[1]
    left = EDGE_PX + 2 + free * float(generator.random() ** 2)
    drop = float(generator.normal(0, 0.07)) * CELL_PX
    lay_at(strip, ink, left, EDGE_PX + (CELL_PX - ink.shape[0]) / 2 + drop)
    after = left + ink.shape[1] + 0.4 * size
    if generator.random() < 0.12 and after + size < EDGE_PX + room:  # the rest is struck out
        _strike(strip, after, EDGE_PX + room - after, nib)
    return text, size


def _cased(text: str, generator: np.random.Generator) -> str:
    """As people write it: capitals, small letters, small ones after a capital, or each word in its own way."""
    ways = (str.upper, str.lower, str.capitalize, str.title)
    kind = int(generator.choice(5, p=[0.38, 0.27, 0.1, 0.15, 0.1]))
    if kind < 4:
        return ways[kind](text)
    return " ".join(ways[int(generator.integers(3))](word) for word in text.split(" "))


def _print_hint(strip: Strip, room: float) -> float:
    """Small print at the lower right end; return the px that it takes from a long line."""
    generator = strip.generator
    size = float(generator.uniform(0.25, 0.45))
    text = SMALL_PRINT[int(generator.integers(len(SMALL_PRINT)))]
    width = 18.0 * size * len(text)
    at = (int(EDGE_PX + room - width), int(EDGE_PX + CELL_PX * generator.uniform(0.8, 0.95)))
    words(strip.printed, text, at, size, float(generator.uniform(0.4, 0.95)))
    return width if width < 0.5 * room else 0.0


def _strike(strip: Strip, left: float, length: float, nib: float) -> None:
    """A line, or dashes, that fill what is left of a line."""
    generator = strip.generator
    y = EDGE_PX + CELL_PX * float(generator.uniform(0.35, 0.65))
    rise = float(generator.normal(0, 2.0))
    start, end = (left, y), (left + length * float(generator.uniform(0.5, 1.0)), y + rise)
    strokes = [(start, end)] if generator.random() < 0.5 else dotted(start, end, float(generator.uniform(4, 10)))
    lines(strip.penned, strokes, nib, 1.0)


def narrowed(ink: Ink, widest: float) -> Ink:
    """Writing that is too long is written narrower, and smaller by as much as hands do then."""
    if ink.shape[1] <= widest:
        return ink
    share = widest / ink.shape[1]
    size = (max(1, int(widest)), max(8, round(ink.shape[0] * share**0.6)))
    return cv2.resize(ink, size, interpolation=cv2.INTER_AREA)


def place(strip: Strip, ink: Ink, across: float, rows_down: float) -> None:
    """Lay ink at ``across`` (0 left to 1 right) of the cell's free width, so many cells below its middle."""
    left = EDGE_PX + 2 + across * (strip.width - 4 - ink.shape[1])
    lay_at(strip, ink, left, EDGE_PX + (CELL_PX - ink.shape[0]) / 2 + rows_down * CELL_PX)


def lay_at(strip: Strip, ink: Ink, left: float, top: float) -> None:
    lay(strip.penned, ink, left, top)
