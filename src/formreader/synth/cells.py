"""A digit box as it stands on paper: print, pen, neighbours, dirt; then a camera looks at it."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from formreader.geometry import CROP_SCALE
from formreader.synth.camera import photograph_cell
from formreader.synth.glyphs import DIGITS, GlyphSource, own_sign, scribble
from formreader.synth.pen import Ink, Stroke, draw_strokes, smooth_stroke
from formreader.synth.skeletons import segment_digit

CLASSES = "0123456789X-_?"
"""Digits, cross, dash, blank, and what is none of them."""

CANVAS_PX = 84
"""Side of the drawn crop: as fine as the finest photograph, of 60 px a box."""

LABEL_SHARES = {**dict.fromkeys(DIGITS, 0.061), "1": 0.075, "X": 0.12, "-": 0.07, "_": 0.115, "?": 0.07}


@dataclass(frozen=True, slots=True)
class ComposedCell:
    """``crop`` uint8 (40, 40) as ``locate`` would cut it, ``aspect`` the cell's width over height."""

    crop: NDArray[np.uint8]
    aspect: float
    label: str


@dataclass(slots=True)
class _Sheet:
    """The crop's surroundings while they are drawn: printed and penned ink, px of the canvas."""

    printed: Ink
    penned: Ink
    generator: np.random.Generator
    width: float
    height: float
    pitch_x: float
    pitch_y: float
    nib: float


def compose_cell(label: str, source: GlyphSource, generator: np.random.Generator) -> ComposedCell:
    """One labelled cell; ``label`` is one of ``CLASSES``. Deterministic in ``generator``."""
    aspect = float(np.exp(generator.normal(-0.05, 0.28)).clip(0.45, 2.3))
    longer = CANVAS_PX / CROP_SCALE
    width, height = longer * min(1.0, aspect), longer / max(1.0, aspect)
    gap = 0.0 if generator.random() < 0.45 else float(generator.uniform(0.03, 0.4))
    sheet = _Sheet(
        np.zeros((CANVAS_PX, CANVAS_PX), np.float32), np.zeros((CANVAS_PX, CANVAS_PX), np.float32), generator,
        width, height, width * (1 + gap), height * (1 + gap * generator.uniform(0.5, 2.5)),
        float(np.exp(generator.uniform(np.log(1.6), np.log(8.5)))),
    )
    _print_boxes(sheet, gap)
    shift = (0.0, 0.0)
    if label == "?" and generator.random() < 0.15:
        # half of one digit and half of the next: the crop is grossly off
        side = generator.choice([-1.0, 1.0])
        _write(sheet, source.digit(_any_digit(generator), sheet.nib, height * 0.8, generator), (0, 0))
        _write(sheet, source.digit(_any_digit(generator), sheet.nib, height * 0.8, generator), (side, 0))
        shift = (side * sheet.pitch_x * generator.uniform(0.42, 0.58), 0.0)
    else:
        _write_label(sheet, label, source)
        _write_neighbours(sheet, label, source)
    _soil(sheet)
    return ComposedCell(photograph_cell(sheet.printed, sheet.penned, shift, generator), aspect, label)


def draw_label(generator: np.random.Generator) -> str:
    """A label at the rate that training sees it."""
    shares = np.array([LABEL_SHARES[c] for c in CLASSES])
    return CLASSES[int(generator.choice(len(CLASSES), p=shares / shares.sum()))]


def _any_digit(generator: np.random.Generator) -> str:
    return DIGITS[int(generator.integers(10))]


def _centre(sheet: _Sheet, place: tuple[float, float]) -> tuple[float, float]:
    """Canvas px of the cell ``place`` (right, down) cells away."""
    return CANVAS_PX / 2 - 0.5 + place[0] * sheet.pitch_x, CANVAS_PX / 2 - 0.5 + place[1] * sheet.pitch_y


def _write(sheet: _Sheet, ink: Ink, place: tuple[float, float], jitter: float = 0.08) -> None:
    """Lay ink on the cell ``place`` away, off its centre as hands are."""
    x, y = _centre(sheet, place)
    x += sheet.generator.normal(0, jitter) * sheet.width
    y += sheet.generator.normal(0, jitter) * sheet.height
    _lay(sheet.penned, ink, x - (ink.shape[1] - 1) / 2, y - (ink.shape[0] - 1) / 2)


def _lay(target: Ink, ink: Ink, left: float, top: float) -> None:
    moved = cv2.warpAffine(ink, np.array([[1, 0, left], [0, 1, top]]), (CANVAS_PX, CANVAS_PX), flags=cv2.INTER_LINEAR)
    np.maximum(target, moved, out=target)


def _line(target: Ink, start: tuple[float, float], end: tuple[float, float], width: float, ink: float) -> None:
    mask = np.zeros(target.shape, np.uint8)
    at = np.round(np.array([start, end]) * 8).astype(np.int32)
    cv2.polylines(mask, [at], False, 255, max(1, round(width)), cv2.LINE_AA, shift=3)
    np.maximum(target, mask.astype(np.float32) * (ink * min(1.0, width) / 255), out=target)


def _print_boxes(sheet: _Sheet, gap: float) -> None:
    """Frames or shared ruled lines, and what leads the pen inside each box."""
    generator = sheet.generator
    ink = float(generator.choice([generator.uniform(0.15, 0.5), generator.uniform(0.5, 1.0)]))
    width = float(np.exp(generator.uniform(np.log(0.5), np.log(4.5))))
    framed = generator.random() > 0.08
    columns = [-1, 0, 1] if generator.random() < 0.8 else [int(generator.choice([-1, 1])), 0]
    rows = [-1, 0, 1] if generator.random() < (0.4 if sheet.width < 1.2 * sheet.height else 0.75) else [0]
    guide = generator.choice(["none", "eight", "dots"], p=[0.45, 0.4, 0.15])
    guide_ink = min(ink, float(generator.uniform(0.08, 0.55)))
    guide_size = float(generator.uniform(0.42, 0.72))
    guide_width = float(generator.uniform(0.5, 2.6))
    half_w, half_h = sheet.width / 2, sheet.height / 2
    dotted_divider = gap == 0 and generator.random() < 0.2
    for column in columns:
        for row in rows:
            x, y = _centre(sheet, (column, row))
            if framed:
                for a, b in (((-1, -1), (1, -1)), ((-1, 1), (1, 1))):
                    _line(sheet.printed, (x + a[0] * half_w, y + a[1] * half_h), (x + b[0] * half_w, y + b[1] * half_h), width, ink)
                for side in (-1, 1):
                    ends = ((x + side * half_w, y - half_h), (x + side * half_w, y + half_h))
                    if dotted_divider:
                        _dots(sheet.printed, *ends, width, ink)
                    else:
                        _line(sheet.printed, *ends, width, ink)
            if guide != "none":
                _print_guide(sheet, (x, y), str(guide), guide_size, guide_width, guide_ink)
    if gap == 0 and generator.random() < 0.4:  # a ruled table goes on beyond the boxes
        y = CANVAS_PX / 2 + generator.choice([-1, 1]) * half_h
        _line(sheet.printed, (0, y), (CANVAS_PX, y), width * generator.uniform(1, 2), max(ink, 0.6))
    if generator.random() < 0.12:  # a grey or black bar, or a second frame, just outside
        side = int(generator.choice([-1, 1]))
        x = CANVAS_PX / 2 + side * (half_w + generator.uniform(0.5, 5.0))
        left, right = (x, CANVAS_PX) if side > 0 else (0, x)
        top = int(CANVAS_PX / 2 - half_h)
        sheet.printed[max(top, 0) : int(CANVAS_PX / 2 + half_h), int(left) : int(right) + 1] = generator.uniform(0.4, 1.0)
    if generator.random() < 0.2:  # small print over or under the boxes
        side = generator.choice([-1, 1])
        y = CANVAS_PX / 2 + side * (half_h + generator.uniform(2, 9)) + 3
        at = (int(generator.integers(-40, 20)), int(y))
        _print_words(sheet.printed, "ditulis dengan huruf", at, generator.uniform(0.15, 0.35), generator.uniform(0.4, 0.95))


def _print_words(target: Ink, words: str, at: tuple[int, int], size: float, ink: float) -> None:
    mask = np.zeros(target.shape, np.uint8)  # OpenCV 5 writes on 8-bit pictures only
    cv2.putText(mask, words, at, cv2.FONT_HERSHEY_DUPLEX, size, 255, 1, cv2.LINE_AA)
    np.maximum(target, mask.astype(np.float32) * (ink / 255), out=target)


def _dots(target: Ink, start: tuple[float, float], end: tuple[float, float], width: float, ink: float) -> None:
    steps = max(4, int(np.hypot(end[0] - start[0], end[1] - start[1]) / (2 * max(width, 1.2))))
    for i in range(0, steps, 2):
        a, b = i / steps, (i + 1) / steps
        p = (start[0] + a * (end[0] - start[0]), start[1] + a * (end[1] - start[1]))
        q = (start[0] + b * (end[0] - start[0]), start[1] + b * (end[1] - start[1]))
        _line(target, p, q, width, ink)


def _print_guide(
    sheet: _Sheet, centre: tuple[float, float], kind: str, size: float, width: float, ink: float
) -> None:
    height = sheet.height * size
    for stroke in segment_digit("8"):
        start, end = ((stroke - [0.275, 0.5]) * height + centre).tolist()
        if kind == "eight":
            _line(sheet.printed, tuple(start), tuple(end), width, ink)
        else:
            _dots(sheet.printed, tuple(start), tuple(end), width, ink)


def _write_label(sheet: _Sheet, label: str, source: GlyphSource) -> None:
    generator, nib = sheet.generator, sheet.nib
    wide = max(1.0, sheet.width / sheet.height)  # a low box is written over its lines
    size = sheet.height * float(generator.uniform(0.42, 1.0)) * float(min(wide, 1.3))
    if label in DIGITS:
        if generator.random() < 0.03:
            # corrected: the first number still shows under a heavier final one
            _write(sheet, source.digit(_any_digit(generator), nib, size, generator) * generator.uniform(0.25, 0.6), (0, 0))
            nib = min(nib * 1.7, 10)
        _write(sheet, source.digit(label, nib, size, generator), (0, 0))
    elif label == "X":
        _write_cross(sheet, 0.14)
    elif label == "-":
        _write_dash(sheet, (0, 0))
    elif label == "_":
        if generator.random() < 0.12:  # a stroke that leans in from beside
            side = generator.choice([-1, 1])
            x = CANVAS_PX / 2 + side * sheet.width * generator.uniform(0.38, 0.6)
            y = CANVAS_PX / 2 + generator.uniform(-0.5, 0.3) * sheet.height
            ink = draw_strokes([np.array([[0, 0], [generator.normal(0, 0.2), 1]])], sheet.height * generator.uniform(0.1, 0.4), nib, generator)
            _lay(sheet.penned, ink, x, y)
    else:
        kind = generator.random()
        if kind < 0.55:
            _write(sheet, source.letter(nib, size, generator), (0, 0))
        elif kind < 0.72:
            _write(sheet, scribble(nib, size, generator), (0, 0))
        elif kind < 0.9:  # written over until no number stands out
            for _ in range(int(generator.integers(2, 4))):
                _write(sheet, source.digit(_any_digit(generator), nib, size, generator), (0, 0), 0.05)
            _write(sheet, scribble(nib * 0.7, size, generator), (0, 0), 0.05)
        else:  # printed words where a box was expected
            word = "".join(generator.choice(list("ABCDEFHKMNPRTW"), size=6))
            at = (int(generator.integers(-10, 10)), int(CANVAS_PX / 2 + 8))
            _print_words(sheet.printed, word, at, generator.uniform(0.5, 0.9), 0.95)


def _write_cross(sheet: _Sheet, several: float) -> None:
    """A cross in the box, or with probability ``several`` one over two or three boxes."""
    generator = sheet.generator
    if generator.random() < several:
        boxes = int(generator.integers(2, 4))
        middle = generator.uniform(-(boxes - 1) / 2, (boxes - 1) / 2)
        x, y = _centre(sheet, (middle, 0))
        half_w = sheet.pitch_x * boxes / 2 * generator.uniform(0.75, 1.0)
        half_h = sheet.height / 2 * generator.uniform(0.6, 1.15)
        strokes: list[Stroke] = [
            np.array([[x - half_w, y - half_h], [x + half_w, y + half_h]]) + generator.normal(0, 2.5, (2, 2)),
            np.array([[x + half_w, y - half_h], [x - half_w, y + half_h]]) + generator.normal(0, 2.5, (2, 2)),
        ]
        for stroke in strokes:
            _line(sheet.penned, tuple(stroke[0]), tuple(stroke[1]), sheet.nib, 1.0)
        return
    size = sheet.height * float(generator.uniform(0.3, 1.3))
    ink = own_sign("X", sheet.nib, size, generator)
    widest = int(sheet.width * 1.45)
    if ink.shape[1] > widest:
        ink = cv2.resize(ink, (widest, ink.shape[0]), interpolation=cv2.INTER_AREA)
    _write(sheet, ink, (0, 0))


def _write_dash(sheet: _Sheet, place: tuple[float, float]) -> None:
    generator = sheet.generator
    length = sheet.width * float(generator.uniform(0.18, 0.95))
    ink = own_sign("-", min(sheet.nib, 6.0), length, generator)
    _write(sheet, ink, place, 0.09)


def _write_neighbours(sheet: _Sheet, label: str, source: GlyphSource) -> None:
    """What the boxes beside and the words below hold."""
    generator = sheet.generator
    for side in (-1, 1):
        kind = generator.random()
        if kind < 0.3:
            continue
        place = (float(side), float(generator.normal(0, 0.03)))
        size = sheet.height * float(generator.uniform(0.5, 1.05))
        if kind < 0.8:
            _write(sheet, source.digit(_any_digit(generator), sheet.nib, size, generator), place)
        elif kind < 0.92:
            _write(sheet, own_sign("X", sheet.nib, size, generator), place)
        else:
            _write_dash(sheet, place)
    stacked = 0.25 if sheet.width < 1.2 * sheet.height else 0.7
    for side in (-1, 1):
        if generator.random() < stacked:
            place = (float(generator.normal(0, 0.1)), side * float(generator.uniform(0.95, 1.1)))
            size = sheet.height * float(generator.uniform(0.4, 1.1))
            _write(sheet, source.digit(_any_digit(generator), sheet.nib, size, generator), place)


def _soil(sheet: _Sheet) -> None:
    """Dust, a stray dot, a drawn curve of a messaging app."""
    generator = sheet.generator
    if generator.random() < 0.2:
        for _ in range(int(generator.integers(1, 5))):
            at = generator.uniform(0, CANVAS_PX, 2)
            cv2.circle(sheet.penned, (int(at[0]), int(at[1])), int(generator.integers(0, 3)), float(generator.uniform(0.2, 0.8)), -1)
    if generator.random() < 0.02:
        points = generator.uniform(-10, CANVAS_PX + 10, (3, 2))
        curve = np.round(smooth_stroke(points)).astype(np.int32)
        cv2.polylines(sheet.printed, [curve], False, float(generator.uniform(0.1, 0.4)), int(generator.integers(1, 4)), cv2.LINE_AA)
