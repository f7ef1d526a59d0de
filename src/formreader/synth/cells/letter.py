"""A box of a row for words, a letter a box, as it stands on paper; then a camera looks at it."""

from __future__ import annotations

from copy import deepcopy

import cv2
import numpy as np

from formreader.alphabets import CAPITALS
from formreader.geometry import CROP_SCALE
from formreader.synth.camera.cell import photograph_cell
from formreader.synth.camera.legibility import legible
from formreader.synth.cells.canvas import CANVAS_PX, Canvas
from formreader.synth.cells.digit import ComposedCell
from formreader.synth.cells.ground import soil
from formreader.synth.hand.glyphs import FONT_GLYPH_PX, GlyphSource, own_sign, rewritten, scribble
from formreader.synth.hand.ink import frame, lines, words
from formreader.synth.hand.letters import LetterSource, letters_of
from formreader.synth.hand.pen import Ink

EMPTY_SHARE, UNREADABLE_SHARE = 0.14, 0.07
SMALL_SHARE = 0.2
"""Small letters among the capitals; a small l is a capital I to the eye and is left out."""
FONT_SHARE = 0.3
WIDEST = 1.15
"""A letter's width in parts of its box: hands make a W narrow where a box is."""
AS_IT_IS = (0.0, 0.0)
"""No shift besides the usual misregistration."""


def compose_letter_cell(source: GlyphSource, generator: np.random.Generator) -> ComposedCell:
    """A cell of any of ``LETTER_CLASSES``. Deterministic in ``generator``.

    A cell whose writing the camera lost is drawn again, as digits are.
    """
    label = _any_label(generator)
    hand = letters_of(source)
    while True:
        canvas, aspect = _empty_canvas(generator)
        _print_row(canvas)
        _write_neighbours(canvas, source, hand)
        without = canvas.penned.copy()
        detail = _write_label(canvas, label, source, hand)
        soil(canvas)
        paired = deepcopy(generator)
        own = np.clip(canvas.penned - without, 0, 1)
        crop, ideal = photograph_cell(canvas.printed, canvas.penned * canvas.darkness, AS_IT_IS, detail, generator, own)
        if label == "_":
            return ComposedCell(crop, aspect, label)
        # the same camera, light and noise without the label's ink: what differs is what can be read
        bare, _ = photograph_cell(canvas.printed, without * canvas.darkness, AS_IT_IS, detail, paired)
        if legible(crop, bare, ideal, aspect):
            return ComposedCell(crop, aspect, label)


def _any_label(generator: np.random.Generator) -> str:
    kind = generator.random()
    if kind < EMPTY_SHARE:
        return "_"
    if kind < EMPTY_SHARE + UNREADABLE_SHARE:
        return "?"
    return CAPITALS[int(generator.integers(len(CAPITALS)))]


def _empty_canvas(generator: np.random.Generator) -> tuple[Canvas, float]:
    """A canvas and the cell's width over height: most boxes for letters are narrow and share their lines."""
    aspect = float(
        np.exp(generator.normal(np.log(0.72), 0.14) if generator.random() < 0.75 else generator.normal(0, 0.2))
    )
    longer = CANVAS_PX / CROP_SCALE
    width, height = longer * min(1.0, aspect), longer / max(1.0, aspect)
    gap = 0.0 if generator.random() < 0.8 else float(generator.uniform(0.03, 0.3))
    darkness = generator.uniform(0.25, 0.6) if generator.random() < 0.25 else generator.uniform(0.55, 0.97)
    canvas = Canvas(
        printed=np.zeros((CANVAS_PX, CANVAS_PX), np.float32),
        penned=np.zeros((CANVAS_PX, CANVAS_PX), np.float32),
        generator=generator,
        width=width,
        height=height,
        pitch_x=width * (1 + gap),
        pitch_y=height * float(1 + (0 if generator.random() < 0.5 else generator.uniform(0.02, 0.8))),
        # the boxes are low: a pen's line is thick in them
        nib=float(np.exp(generator.uniform(np.log(2.0), np.log(9.0)))) * (min(width, height) / longer) ** 0.5,
        darkness=float(darkness),
    )
    return canvas, aspect


def _print_row(canvas: Canvas) -> None:
    """Thin boxes to both sides as far as the row goes, at times a second row, a table's line, small print."""
    generator = canvas.generator
    ink = float(generator.uniform(0.06, 0.35) if generator.random() < 0.6 else generator.uniform(0.35, 1.0))
    width = float(np.exp(generator.uniform(np.log(0.5), np.log(3.5))))
    left, right = (0 if generator.random() < 0.1 else 2 for _ in range(2))
    rows = [0] + [row for row in (-1, 1) if generator.random() < 0.3]
    boxes = [
        side
        for column in range(-left, right + 1)
        for row in rows
        for side in frame(canvas.centre((column, row)), canvas.width, canvas.height)
    ]
    lines(canvas.printed, boxes, width, ink)
    half_w, half_h, middle = canvas.width / 2, canvas.height / 2, CANVAS_PX / 2
    for edge in (-1, 1):  # heavier lines of the table around the row
        if generator.random() < 0.2:
            y = middle + edge * (half_h + float(generator.uniform(0, 8)))
            lines(canvas.printed, [((0, y), (CANVAS_PX, y))], float(generator.uniform(1, 6)), max(ink, 0.6))
    for edge, ended in ((-1, left == 0), (1, right == 0)):
        if ended and generator.random() < 0.6:
            x = middle + edge * (half_w + float(generator.uniform(0, 8)))
            lines(canvas.printed, [((x, 0), (x, CANVAS_PX))], float(generator.uniform(1, 6)), max(ink, 0.6))
    if generator.random() < 0.25:
        at = (int(generator.integers(-40, 20)), int(middle + half_h + generator.uniform(3, 12)))
        words(canvas.printed, "ditulis dengan huruf", at, generator.uniform(0.15, 0.35), generator.uniform(0.4, 0.95))


def _size(canvas: Canvas) -> float:
    """Px of a capital's height: most leave room above and below, some fill the box."""
    room = min(canvas.height, 1.6 * canvas.width)
    return room * float(canvas.generator.uniform(0.4, 0.95))


def _write_neighbours(canvas: Canvas, source: GlyphSource, hand: LetterSource) -> None:
    """The letters beside, which lean in, and now and then what stands in the rows above and below."""
    generator = canvas.generator
    size = _size(canvas)
    for place in (-1, 1):
        if generator.random() < 0.72:
            canvas.write(_letter(canvas, source, hand, _any_capital(generator), size), (float(place), 0.0), 0.1)
    for row in (-1, 1):
        if generator.random() < 0.15:
            at = (float(generator.normal(0, 0.3)), row * float(generator.uniform(0.95, 1.1)))
            canvas.write(_letter(canvas, source, hand, _any_capital(generator), size), at)


def _write_label(canvas: Canvas, label: str, source: GlyphSource, hand: LetterSource) -> float:
    """Write what the box holds; return the px by which its parts must be told apart."""
    size = _size(canvas)
    if label == "_":
        return 0.0
    if label == "?":
        _write_unreadable(canvas, size, source, hand)
    else:
        canvas.write(_letter(canvas, source, hand, label, size), jitter=0.09)
    return size


def _letter(canvas: Canvas, source: GlyphSource, hand: LetterSource, capital: str, size: float) -> Ink:
    """A capital, or the small letter of the same name written as large, no wider than hands write in a box."""
    generator = canvas.generator
    small = capital != "L" and generator.random() < SMALL_SHARE
    letter = capital.lower() if small else capital
    if source.fonts and generator.random() < FONT_SHARE:
        font = source.fonts[int(generator.integers(len(source.fonts)))]
        ink = rewritten((font.picture(letter, FONT_GLYPH_PX) * 255).astype(np.uint8), size, generator)
    else:
        ink = hand.letter(letter, min(canvas.nib, size * 0.17), size, generator)
    widest = int(canvas.width * WIDEST)
    if ink.shape[1] > widest:
        ink = cv2.resize(ink, (widest, ink.shape[0]), interpolation=cv2.INTER_AREA)
    return ink


def _write_unreadable(canvas: Canvas, size: float, source: GlyphSource, hand: LetterSource) -> None:
    """A blot, a digit, or one letter written over another."""
    generator, nib = canvas.generator, canvas.nib
    kind = generator.random()
    if kind < 0.35:
        for _ in range(int(generator.integers(1, 3))):
            canvas.write(scribble(nib, size, generator), jitter=0.05)
    elif kind < 0.7:  # digits that no hand writes like a letter
        canvas.write(source.digit(str(generator.choice(list("347"))), min(nib, size * 0.17), size, generator))
    elif kind < 0.85:
        canvas.write(
            own_sign("-", min(nib, 8.0), max(canvas.width * float(generator.uniform(0.3, 0.9)), 10), generator)
        )
    else:
        for _ in range(2):
            canvas.write(_letter(canvas, source, hand, _any_capital(generator), size), jitter=0.02)
        canvas.write(scribble(nib, size, generator), jitter=0.03)


def _any_capital(generator: np.random.Generator) -> str:
    return CAPITALS[int(generator.integers(len(CAPITALS)))]
