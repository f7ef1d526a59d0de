"""What stands in a digit box and is no digit: letters, blots, two digits, one over another, one struck out, a hair."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from formreader.synth.cells.canvas import CANVAS_PX, Canvas
from formreader.synth.hand.digits import any_digit, digit_by_any_hand
from formreader.synth.hand.glyphs import DIGITS, GlyphSource, own_sign, scribble
from formreader.synth.hand.ink import words
from formreader.synth.hand.pen import Ink, draw_strokes, smooth_stroke

OWN_SHARE = 0.3
"""Least part of each of two digits that stands apart from the other, where one is written over the other."""
APART_PX = 5
"""Ink this near to another stroke (diameter, px of the canvas) is not apart from it."""
SLASHED = {"0", "7"}
"""Digits that have a stroke through them in some hands: one line strikes none of them out."""

Write = Callable[[Canvas, float, GlyphSource], None]
"""Writes into the canvas's box, digits about so many px high."""


def write_unreadable(canvas: Canvas, size: float, source: GlyphSource) -> None:
    """Anything but a digit, a cross, a dash or nothing."""
    kinds, shares = zip(*KINDS.items(), strict=True)
    kinds[int(canvas.generator.choice(len(kinds), p=np.array(shares) / sum(shares)))](canvas, size, source)


def write_letter(canvas: Canvas, size: float, source: GlyphSource) -> None:
    canvas.write(source.letter(canvas.nib, size, canvas.generator))


def write_blot(canvas: Canvas, size: float, _: GlyphSource) -> None:
    for _blot in range(int(canvas.generator.integers(1, 3))):
        canvas.write(scribble(canvas.nib, size, canvas.generator), jitter=0.05)


def write_blotted(canvas: Canvas, size: float, source: GlyphSource) -> None:
    """Written over with another number, then blotted: none stands out."""
    generator = canvas.generator
    size = max(size, 0.6 * canvas.height)
    nib = min(max(canvas.nib, 3.0), size * 0.15)
    for digit in generator.choice(list("2345679"), 2, replace=False):
        canvas.write(source.digit(str(digit), nib, size, generator), jitter=0.02)
    canvas.write(scribble(nib, size, generator), jitter=0.03)


def print_words(canvas: Canvas, size: float, _: GlyphSource) -> None:
    """Printed words where a box was expected."""
    generator = canvas.generator
    word = "".join(generator.choice(list("ABCDEFHKMNPRTW"), size=6))
    at = (int(generator.integers(-10, 10)), int(CANVAS_PX / 2 + 8))
    words(canvas.printed, word, at, generator.uniform(0.5, 0.9), 0.95)
    canvas.write(scribble(canvas.nib, size * 0.5, generator), (0, 0), 0.3)


def write_two(canvas: Canvas, size: float, source: GlyphSource) -> None:
    """Two digits side by side in one box, each narrow enough for both, apart, touching or a little over each other."""
    generator = canvas.generator
    size = min(size, canvas.height * 0.95, canvas.width * 1.3)
    nib = min(canvas.nib, size * 0.14)
    sizes = size * np.array([1.0, float(generator.uniform(0.6, 1.1))])
    inks = [digit_by_any_hand(source, any_digit(generator), nib, float(height), generator) for height in sizes]
    gap = float(generator.uniform(-0.06, 0.22)) * size
    room = canvas.width * float(generator.uniform(0.8, 1.08)) - max(gap, 0.0)
    share = min(1.0, room / sum(ink.shape[1] for ink in inks))
    inks = [_narrowed(ink, share) for ink in inks]
    length = sum(ink.shape[1] for ink in inks) + gap
    free = max(0.5 * (canvas.width - length), 0.0)
    left = -length / 2 + float(generator.uniform(-free, free))
    for ink in inks:
        middle = (left + ink.shape[1] / 2) / canvas.pitch_x
        canvas.write(ink, (middle, float(generator.normal(0, 0.05)) * canvas.height / canvas.pitch_y), 0.0)
        left += ink.shape[1] + gap


def write_over(canvas: Canvas, size: float, source: GlyphSource) -> None:
    """A digit over another one, both as strong: neither stands out."""
    generator = canvas.generator
    size = max(size, 0.4 * min(canvas.height, 1.5 * canvas.width))
    nib = min(canvas.nib, size * 0.16)
    while True:
        written = []
        for digit in generator.choice(list(DIGITS), 2, replace=False):
            before, canvas.penned = canvas.penned, np.zeros_like(canvas.penned)
            height = size * float(generator.uniform(0.85, 1.1))
            canvas.write(digit_by_any_hand(source, str(digit), nib, height, generator), jitter=0.04)
            written.append(canvas.penned)
            canvas.penned = before
        if min(_apart(*written), _apart(*reversed(written))) >= OWN_SHARE:
            canvas.penned = np.maximum(canvas.penned, np.maximum(*written))
            return


def write_struck(canvas: Canvas, size: float, source: GlyphSource) -> None:
    """A digit struck out by a line, by two, by a wave or by a cross."""
    generator = canvas.generator
    size = min(size, 0.95 * canvas.height)
    nib = min(canvas.nib, size * 0.15)
    digit = any_digit(generator)
    ink = digit_by_any_hand(source, digit, nib, size, generator)
    canvas.write(ink, jitter=0.04)
    kind = generator.random()
    if kind < 0.2:
        canvas.write(own_sign("X", nib, size * float(generator.uniform(0.8, 1.2)), generator), jitter=0.04)
        return
    reach = max(float(generator.uniform(0.8, 1.5)) * canvas.width, 1.25 * ink.shape[1]) / size
    if kind < 0.35:
        bows = np.linspace(0, 1, int(generator.integers(5, 10)))
        wave = np.stack([bows * reach, 0.12 * generator.choice([-1, 1]) * (-1) ** np.arange(len(bows))], axis=1)
        canvas.write(draw_strokes([smooth_stroke(wave)], size, nib, generator), jitter=0.04)
        return
    lines = 2 if digit in SLASHED or generator.random() < 0.45 else 1
    rise = float(np.tan(np.radians(generator.choice([0.0, 1.0, -1.0], p=[0.5, 0.4, 0.1]) * generator.uniform(10, 50))))
    length = reach / (1 + rise**2) ** 0.5
    gap = float(generator.uniform(0.15, 0.3))
    strokes = [np.array([[0.0, i * gap], [length, i * gap - rise * length]]) for i in range(lines)]
    strokes = [stroke + generator.normal(0, 0.03, stroke.shape) for stroke in strokes]
    canvas.write(draw_strokes(strokes, size, nib, generator), jitter=0.06)


def lay_hair(canvas: Canvas, *_: object) -> None:
    """A hair, a crease or a long stroke through an empty box and far beyond it: upright, it looks like a 1."""
    generator = canvas.generator
    nib = float(np.exp(generator.uniform(np.log(0.7), np.log(4.0))))
    tilt = float(generator.normal(0, 0.25))
    down = np.linspace(-0.1, 1.1, 4)
    bend = generator.normal(0, generator.choice([0.0, 0.05]), 4)
    across = (down - 0.5) * tilt + bend + float(generator.uniform(-0.3, 0.3)) * canvas.width / CANVAS_PX
    points = np.stack([across, down], axis=1) * CANVAS_PX + [CANVAS_PX / 2, 0.0]
    ink = np.zeros((CANVAS_PX, CANVAS_PX), np.uint8)
    path = np.round(smooth_stroke(points) * 8).astype(np.int32)
    cv2.polylines(ink, [path], False, 255, max(1, round(nib)), cv2.LINE_AA, shift=3)
    hair = ink.astype(np.float32) * np.float32(min(1.0, nib) / 255)
    np.maximum(canvas.penned, hair, out=canvas.penned)


KINDS: dict[Write, float] = {
    write_letter: 0.37,
    write_blot: 0.09,
    write_blotted: 0.09,
    print_words: 0.04,
    write_two: 0.18,
    write_over: 0.1,
    write_struck: 0.1,
    lay_hair: 0.03,
}
"""How often each comes, of all that is unreadable."""


def _narrowed(ink: Ink, share: float) -> Ink:
    if share >= 1.0:
        return ink
    return cv2.resize(ink, (max(2, round(ink.shape[1] * share)), ink.shape[0]), interpolation=cv2.INTER_AREA)


def _apart(own: Ink, other: Ink) -> float:
    """Share of ``own`` ink that is not near ink of the ``other``."""
    near = cv2.dilate(other, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (APART_PX, APART_PX)))
    return float((own * (near < 0.3)).sum() / max(float(own.sum()), 1e-6))
