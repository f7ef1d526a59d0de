"""A number as a hand writes it freely: digits that touch, runs of ones, dots and commas, struck out, written over."""

from __future__ import annotations

import cv2
import numpy as np

from formreader.synth.hand.digits import any_digit, digit_by_any_hand, pen_paths
from formreader.synth.hand.fonts import HandFont
from formreader.synth.hand.glyphs import DIGITS, GlyphSource, own_sign, scribble
from formreader.synth.hand.ink import lay
from formreader.synth.hand.lines import write_number
from formreader.synth.hand.pen import Ink, Stroke, draw_strokes, smooth_stroke, vary_strokes
from formreader.synth.hand.pendigits import pendigit_strokes

FONT_SHARE = 0.2
TOUCHING_SHARE = 0.35
"""Lines whose digits touch or run into each other."""
TOUCHING_GAPS, OPEN_GAPS = (-0.14, 0.03), (0.02, 0.3)
"""Gaps between digits, in parts of their height."""
INKED = 0.3
"""Ink fainter than this is a stroke's soft edge."""
ONES_SHARE, ALIKE_SHARE, COMMA_SHARE = 0.12, 0.04, 0.45
"""Numbers in which ones run together, of one digit alone; dots that are written as commas."""
SLANTS = (0.08, 0.16)
"""Mean and standard deviation of what a hand leans to the right, in parts of the height."""
RARE_SHARE = 0.18
"""Fours and ones that are drawn as ``RARE_SHAPES``."""
RARE_SHAPES: dict[str, list[tuple[bool, list[list[tuple[float, float]]]]]] = {
    "4": [  # open, its stem short: it begins at the bar or just above it, or ends just below
        (True, [[(0.12, 0.0), (0.02, 0.4), (0.06, 0.72), (0.3, 0.72), (0.56, 0.66)], [(0.42, 0.42), (0.38, 1.0)]]),
        (True, [[(0.3, 0.0), (0.08, 0.35), (0.02, 0.66), (0.2, 0.74), (0.55, 0.64)], [(0.4, 0.5), (0.36, 1.0)]]),
        (True, [[(0.2, 0.0), (0.05, 0.45), (0.03, 0.8), (0.25, 0.84), (0.6, 0.78)], [(0.42, 0.5), (0.4, 1.0)]]),
        (False, [[(0.1, 0.0), (0.0, 0.7), (0.55, 0.68)], [(0.38, 0.45), (0.36, 0.98)]]),
        (False, [[(0.25, 0.0), (0.0, 0.62), (0.6, 0.6)], [(0.36, 0.36), (0.34, 0.86)]]),
    ],
    "1": [  # a stroke and no more, as short or as slanted as haste makes it
        (False, [[(0.0, 0.0), (0.0, 1.0)]]),
        (False, [[(0.12, 0.0), (0.0, 1.0)]]),
        (False, [[(0.34, 0.0), (0.0, 0.9)]]),
        (False, [[(0.0, 0.15), (0.04, 0.85)]]),
    ],
}
"""Ways of drawing a digit that are taken for another one, or for nothing: in curves or not, and its strokes."""
FLAGGED_SHARE = 0.22
"""Ones and sevens drawn by what sets them apart: how long a flag or bar is, how it leans, how the stem stands."""
FLAG_LENGTHS, FLAG_ANGLES, STEEP_FROM, STEEP = (0.1, 0.42), (22.0, 75.0), 0.3, 35.0
"""Of ones: parts of the height; degrees below the level, longer flags than the third hang steeper than the fourth."""
BAR_LENGTHS, BAR_ANGLES, LEANS = (0.3, 0.62), (-12.0, 16.0), (0.08, 0.4)
"""Of sevens, alike; and how far to the left the stem ends. Between the shortest bar and the longest flag nobody
knows."""
WORN_SHARE, PALE, GAPS = 0.07, (0.12, 0.5), (0.3, 0.85)
"""Numbers of which the pen nearly failed at one digit: how pale it is, or how much of its ink is missing."""
FINEST = 0.035
"""Width of the finest pen that draws such a one, in parts of its height."""
FINE_SHARE, FINE = 0.4, (0.04, 0.11)
"""Numbers written by one fine pen, and its widths in parts of their height: data sets know broad pens alone."""
UPSTROKE_SHARE = 0.35
"""Ones by a fine pen that begin with a long stroke upwards, as much of Europe and Africa writes them."""
UPSTROKES: list[list[tuple[float, float]]] = [
    [(0.0, 1.0), (0.3, 0.45), (0.5, 0.0), (0.46, 0.5), (0.44, 1.0)],
    [(0.0, 0.75), (0.2, 0.35), (0.36, 0.0), (0.34, 0.5), (0.3, 1.0)],
    [(0.0, 0.5), (0.3, 0.0), (0.28, 0.5), (0.26, 1.0)],
    [(0.0, 0.95), (0.28, 0.3), (0.42, 0.02), (0.4, 0.6), (0.46, 0.98), (0.62, 0.9)],
]
"""Ones by their points, drawn in curves."""


def any_free_text(generator: np.random.Generator) -> str:
    """Digits with what people put between and before them; of ``NUMBER_ALPHABET``, never empty."""
    kind = generator.random()
    if kind < 0.1:
        filler = str(generator.choice(["X", "-", "-"]))
        return str(generator.choice(["", " "])).join(filler * int(generator.integers(1, 4)))
    number = _number(generator)
    if kind < 0.8:
        return number
    if kind < 0.88 and len(number) > 3:
        head = len(number) - 3
        return f"{number[:head]}.{number[head:]}"
    if kind < 0.94:
        return " ".join(number)
    return str(generator.choice(["X", "-", "0"])) * int(generator.integers(1, 3)) + number[:2]


def write_free_number(
    text: str, height_px: float, nib_px: float, source: GlyphSource, generator: np.random.Generator
) -> Ink:
    """``text`` cropped to its ink, digits about ``height_px`` tall."""
    fonts: tuple[HandFont, ...] = source.fonts
    fine = generator.random() < FINE_SHARE
    if fine:
        nib_px = float(generator.uniform(*FINE)) * height_px
    elif fonts and generator.random() < FONT_SHARE:
        return write_number(text, height_px, nib_px, source, generator)
    low, high = TOUCHING_GAPS if generator.random() < TOUCHING_SHARE else OPEN_GAPS
    gap = float(generator.uniform(low, high))
    slope, unevenness = float(generator.normal(0, 0.02)), float(generator.uniform(0.0, 0.07)) * height_px
    worn = int(generator.integers(len(text))) if generator.random() < WORN_SHARE else -1
    placed: list[tuple[Ink, float, float]] = []
    x = 0.0
    for character in text:
        if character == " ":
            x += float(generator.uniform(0.3, 1.2)) * height_px
            continue
        ink, above = _character(
            character, height_px * float(np.exp(generator.normal(0, 0.08))), nib_px, source, generator, fine
        )
        ink = _tight(ink)
        if len(placed) == worn:
            ink = _worn(ink, generator)
        placed.append((ink, x, -above - ink.shape[0] + float(generator.normal(0, 1)) * unevenness + slope * x))
        x += ink.shape[1] + gap * height_px * float(generator.uniform(0.5, 1.5))
        if low < 0:
            x = max(x, placed[-1][1] + 0.5 * ink.shape[1])
    return _leaning(_together(placed), float(generator.normal(*SLANTS)))


def strike_out(ink: Ink, nib_px: float, generator: np.random.Generator) -> Ink:
    """``ink`` with what strikes it out over it: a line or two, a wave, a scribble."""
    height, width = ink.shape
    kind = generator.random()
    over = np.zeros((height, width), np.float32)
    if kind < 0.2:
        blot = scribble(nib_px, height, generator)
        over = cv2.resize(blot, (width, height), interpolation=cv2.INTER_AREA)
        return np.maximum(ink, over)
    reach = int(0.15 * height)
    wide = cv2.copyMakeBorder(ink, 0, 0, reach, reach, cv2.BORDER_CONSTANT, value=0.0)
    if kind < 0.35:
        bows = np.arange(int(generator.integers(5, 12)))
        strokes = [smooth_stroke(np.stack([bows * 1.0, 0.5 + 0.2 * (-1.0) ** bows], axis=1))]
    else:
        tilt = float(generator.normal(0, 0.12))
        tilt += float(generator.choice([0.0, 0.6])) * (generator.random() < 0.3)
        middles = [0.5] if kind < 0.7 else [0.38, 0.62]
        strokes = [
            np.array([[0.0, m + tilt / 2], [1.0, m - tilt / 2]]) + generator.normal(0, 0.04, (2, 2)) for m in middles
        ]
    widest = max(float(stroke[:, 0].max()) for stroke in strokes)
    scaled = [stroke * [wide.shape[1] / widest / height, 1.0] for stroke in strokes]
    line = draw_strokes(scaled, float(height), nib_px, generator)
    top = height * 0.5 - line.shape[0] / 2 + float(generator.normal(0, 0.06)) * height
    lay(wide, line, (wide.shape[1] - line.shape[1]) / 2, top)
    return wide


def write_over(ink: Ink, height_px: float, nib_px: float, source: GlyphSource, generator: np.random.Generator) -> Ink:
    """``ink`` with another digit written over one of its places."""
    other = _tight(digit_by_any_hand(source, any_digit(generator), nib_px, height_px, generator))
    result = ink.copy()
    lay(result, other, float(generator.uniform(0, max(1.0, ink.shape[1] - other.shape[1]))), 0.0)
    return result


def _number(generator: np.random.Generator) -> str:
    """One to six digits, two and three the most often; some run in ones."""
    count = int(generator.choice([1, 2, 3, 4, 5, 6], p=[0.2, 0.32, 0.28, 0.13, 0.05, 0.02]))
    digits = generator.integers(0, 10, count)
    if count > 1:
        digits[0] = max(1, digits[0])
        if generator.random() < ONES_SHARE:
            digits[generator.random(count) < 0.7] = 1
        elif generator.random() < 0.1:  # round numbers
            digits[1:] = 0
        elif generator.random() < ALIKE_SHARE:
            digits[:] = digits[0]
    return "".join(str(int(digit)) for digit in digits)


def _character(
    character: str, height: float, nib: float, source: GlyphSource, generator: np.random.Generator, fine: bool
) -> tuple[Ink, float]:
    """Ink, and the height of its lower edge above the line in px."""
    if character == ".":
        if generator.random() < COMMA_SHARE:
            tail = [np.array([[0.1, 0.0], [0.12, 0.12], [0.0, 0.28]])]
            return draw_strokes(tail, height, nib, generator), -0.18 * height
        return draw_strokes([np.array([[0.0, 0.0], [0.03, 0.03]])], height, max(nib, 0.07 * height), generator), 0.0
    if character == "-":
        length = max(height * float(generator.uniform(0.3, 1.0)), 2.5 * nib)
        return own_sign("-", nib, length, generator), height * float(generator.uniform(0.3, 0.6))
    if character in RARE_SHAPES and generator.random() < RARE_SHARE:
        return _rare(character, height, nib, generator), 0.0
    if character in "17" and generator.random() < FLAGGED_SHARE:
        ink = _flagged(character, height, nib, generator)
    elif character in DIGITS:
        by = _by_fine_pen if fine else digit_by_any_hand
        ink = by(source, character, nib, height, generator)
    else:
        ink = own_sign(character, nib, height, generator)
    return ink, 0.0


def _by_fine_pen(source: GlyphSource, label: str, nib: float, height: float, generator: np.random.Generator) -> Ink:
    """A digit by the path that a pen took: recorded ones of many writers, or our own."""
    if label == "1" and generator.random() < UPSTROKE_SHARE:
        path = np.array(UPSTROKES[int(generator.integers(len(UPSTROKES)))])
        moved = smooth_stroke(path + generator.normal(0, 0.03, path.shape))
        return draw_strokes(vary_strokes([moved], generator, 0.8), height, nib, generator)
    kind = generator.random()
    paths = pen_paths(source.folder, source.held_out).get(label)
    if kind < 0.45 and paths:
        strokes: list[Stroke] = pendigit_strokes(paths[generator.integers(len(paths))], label, generator)
    elif kind < 0.75 and label in source.strokes:
        variants = source.strokes[label]
        strokes = variants[generator.integers(len(variants))]
    else:
        return own_sign(label, nib, height, generator)
    return draw_strokes(vary_strokes(strokes, generator, 0.7), height, nib, generator)


def _rare(character: str, height: float, nib: float, generator: np.random.Generator) -> Ink:
    curved, paths = RARE_SHAPES[character][int(generator.integers(len(RARE_SHAPES[character])))]
    moved: list[Stroke] = [np.array(path) + generator.normal(0, 0.035, (len(path), 2)) for path in paths]
    if character == "1":
        nib *= float(generator.uniform(0.45, 1.0))
    strokes = vary_strokes([smooth_stroke(stroke) for stroke in moved] if curved else moved, generator, 0.8)
    return draw_strokes(strokes, height, max(nib, FINEST * height), generator)


def _flagged(character: str, height: float, nib: float, generator: np.random.Generator) -> Ink:
    """A one with a flag, or a seven: a stroke to the head of the stem, and the stem, curved at times."""
    is_one = character == "1"
    length = float(generator.uniform(*(FLAG_LENGTHS if is_one else BAR_LENGTHS)))
    steepest = STEEP if is_one and length > STEEP_FROM else FLAG_ANGLES[0]
    angle = np.deg2rad(generator.uniform(steepest, FLAG_ANGLES[1]) if is_one else generator.uniform(*BAR_ANGLES))
    foot = float(generator.uniform(-0.16, 0.06)) if is_one else -float(generator.uniform(*LEANS))
    bow = float(generator.normal(0, 0.03)) + (0.0 if is_one else 0.25 * foot)
    tip = [(-length * np.cos(angle), length * np.sin(angle))]
    if not is_one and generator.random() < 0.3:  # the bar begins with a tick
        tip.insert(0, (tip[0][0], tip[0][1] + float(generator.uniform(0.05, 0.18))))
    path = np.array([*tip, (0.0, 0.0), (foot / 2 + bow, 0.5), (foot, 1.0)])
    strokes = [smooth_stroke(path) if generator.random() < 0.4 else path]
    if is_one and generator.random() < 0.25:
        strokes.append(np.array([(foot - 0.2, 1.0), (foot + 0.2, 1.0)]) + generator.normal(0, 0.02, (2, 2)))
    elif not is_one and generator.random() < 0.2:
        strokes.append(np.array([(foot / 2 - 0.2, 0.52), (foot / 2 + 0.2, 0.48)]) + generator.normal(0, 0.03, (2, 2)))
    return draw_strokes(vary_strokes(strokes, generator, 0.5), height, max(nib, FINEST * height), generator)


def _worn(ink: Ink, generator: np.random.Generator) -> Ink:
    """``ink`` of a pen that hardly writes: pale all over, or with gaps."""
    if generator.random() < 0.5:
        return ink * np.float32(generator.uniform(*PALE))
    grain = max(1.0, float(generator.uniform(0.04, 0.15)) * ink.shape[0])
    field = cv2.GaussianBlur(generator.random(ink.shape, dtype=np.float32), (0, 0), grain)
    edge = float(np.quantile(field, generator.uniform(*GAPS)))
    soft = max(float(field.std()), 1e-6)
    kept: Ink = ink * np.clip((field - edge) / soft + 0.5, 0.0, 1.0)
    return kept


def _tight(ink: Ink) -> Ink:
    columns, rows = np.flatnonzero(ink.max(axis=0) > INKED), np.flatnonzero(ink.max(axis=1) > INKED)
    if len(columns) == 0:
        return ink
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _together(placed: list[tuple[Ink, float, float]]) -> Ink:
    left, top = min(x for _, x, _ in placed), min(y for *_, y in placed)
    right = max(x + ink.shape[1] for ink, x, _ in placed)
    bottom = max(y + ink.shape[0] for ink, _, y in placed)
    picture = np.zeros((int(bottom - top) + 3, int(right - left) + 3), np.float32)
    for ink, x, y in placed:
        lay(picture, ink, x - left + 1, y - top + 1)
    return picture


def _leaning(ink: Ink, slant: float) -> Ink:
    """``ink`` leaning by ``slant`` of its height to the right, or to the left."""
    height, width = ink.shape
    reach = abs(slant) * height
    leaning_from_upright = np.array([[1.0, -slant, max(slant, 0.0) * height], [0.0, 1.0, 0.0]])
    return cv2.warpAffine(ink, leaning_from_upright, (int(width + reach) + 1, height), flags=cv2.INTER_LINEAR)
