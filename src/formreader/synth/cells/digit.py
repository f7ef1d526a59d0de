"""A digit box as it stands on paper: print, pen, neighbours, dirt; then a camera looks at it."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from formreader.alphabets import DIGIT_CLASSES
from formreader.geometry import CROP_SCALE
from formreader.synth.camera.cell import CROP_PX, photograph_cell
from formreader.synth.camera.legibility import LEAST_INSIDE, fidelity, legible
from formreader.synth.cells.canvas import CANVAS_PX, Canvas
from formreader.synth.cells.ground import print_boxes, soil
from formreader.synth.cells.unreadable import write_unreadable
from formreader.synth.hand.digits import any_digit, digit_by_any_hand
from formreader.synth.hand.glyphs import DIGITS, GlyphSource, guided_digit, own_sign, rewritten
from formreader.synth.hand.ink import lay, lines
from formreader.synth.hand.pen import Ink, draw_strokes

LABEL_SHARES = {**dict.fromkeys(DIGITS, 0.062), "1": 0.08, "X": 0.11, "-": 0.065, "_": 0.115, "?": 0.13}
PLAIN_SHARE = 0.12
"""Boxes printed in a colour that the scanner drops, and nothing beside them."""
SCANNED_SHARE = 0.2
"""Cells from a flat-bed scanner: what they teach is the variety of hands, which a bad camera hides."""
ROWS_CROSSED_SHARE = 0.06
SIZES, SIZE_SHARES = ((0.36, 0.72), (0.6, 1.0), (1.0, 1.15)), (0.5, 0.42, 0.08)
"""A digit's height in parts of the room that its box gives. On photographs the mean is 0.59."""
LEAST_FIDELITY = 0.8
"""A little stricter than what letters and strokes need: a box has no neighbours that would help to read it."""
READ_INSIDE = {*DIGITS, "-"}
"""Half of a digit or dash must show in its box; of a cross over several boxes or a hair that may be any part."""


@dataclass(frozen=True, slots=True)
class ComposedCell:
    """``crop`` uint8 (40, 40) as ``locate`` would cut it, ``aspect`` the cell's width over height."""

    crop: NDArray[np.uint8]
    aspect: float
    label: str


def compose_cell(label: str, source: GlyphSource, generator: np.random.Generator) -> ComposedCell:
    """One labelled cell; ``label`` is one of ``DIGIT_CLASSES``. Deterministic in ``generator``.

    A cell whose writing the camera lost is drawn again: a label that no eye could give teaches nothing.
    """
    if generator.random() < SCANNED_SHARE:
        return _scanned_cell(label, source, generator)
    while True:
        canvas, gap, aspect = _empty_canvas(generator)
        plain = generator.random() < PLAIN_SHARE
        if not plain:
            print_boxes(canvas, gap)
        shift = (0.0, 0.0)
        detail = 0.0
        if label == "?" and gap < 0.15 and generator.random() < 0.15:
            shift = _write_two_halves(canvas, source)
            without = canvas.penned
        else:
            if not plain:
                _write_neighbours(canvas, source)
            without = canvas.penned.copy()
            detail = _write_label(canvas, label, source)
        soil(canvas)
        paired = deepcopy(generator)
        own = np.clip(canvas.penned - without, 0, 1)
        crop, ideal = photograph_cell(canvas.printed, canvas.penned * canvas.darkness, shift, detail, generator, own)
        if label == "_" or shift != (0.0, 0.0):
            return ComposedCell(crop, aspect, label)
        # the same camera, light and noise without the label's ink: what differs is what can be read
        bare, _ = photograph_cell(canvas.printed, without * canvas.darkness, shift, detail, paired)
        inside = LEAST_INSIDE if label in READ_INSIDE else 0.0
        if legible(crop, bare, ideal, aspect, inside) and fidelity(crop, bare, ideal, aspect) >= LEAST_FIDELITY:
            return ComposedCell(crop, aspect, label)


def compose_any_cell(source: GlyphSource, generator: np.random.Generator) -> ComposedCell:
    """A cell of any class, at the rate that training sees it."""
    shares = np.array([LABEL_SHARES[c] for c in DIGIT_CLASSES])
    return compose_cell(
        DIGIT_CLASSES[int(generator.choice(len(DIGIT_CLASSES), p=shares / shares.sum()))], source, generator
    )


def _empty_canvas(generator: np.random.Generator) -> tuple[Canvas, float, float]:
    """A canvas, the gap between boxes in parts of a box, the cell's width over height."""
    kind = generator.random()
    if kind < 0.5:
        aspect = float(np.exp(generator.normal(-0.03, 0.14)))
    elif kind < 0.82:
        aspect = float(generator.uniform(0.42, 0.85))
    else:
        aspect = float(generator.uniform(1.15, 2.3))
    longer = CANVAS_PX / CROP_SCALE
    width, height = longer * min(1.0, aspect), longer / max(1.0, aspect)
    gap = 0.0 if generator.random() < 0.45 else float(generator.uniform(0.03, 0.4))
    darkness = generator.uniform(0.25, 0.6) if generator.random() < 0.25 else generator.uniform(0.55, 0.97)
    # a low box takes a finer pen than a high one, in px of a canvas that its width fills
    nib = float(np.exp(generator.uniform(np.log(1.5), np.log(8.5)))) * (min(width, height) / longer) ** 0.5
    canvas = Canvas(
        printed=np.zeros((CANVAS_PX, CANVAS_PX), np.float32),
        penned=np.zeros((CANVAS_PX, CANVAS_PX), np.float32),
        generator=generator,
        width=width,
        height=height,
        pitch_x=width * (1 + gap),
        pitch_y=height * (1 + gap * generator.uniform(0.5, 2.5)),
        nib=nib,
        darkness=float(darkness),
    )
    return canvas, gap, aspect


def _scanned_cell(label: str, source: GlyphSource, generator: np.random.Generator) -> ComposedCell:
    """A character by itself on clean paper, seen sharply; nothing is printed."""
    canvas, _, aspect = _empty_canvas(generator)
    canvas.darkness = max(canvas.darkness, 0.5)
    size = min(_writing_size(canvas), canvas.height)
    if label in source.digits and generator.random() < 0.7:
        pictures = source.digits[label]
        canvas.write(rewritten(pictures[generator.integers(len(pictures))], size, generator), jitter=0.04)
    else:
        _write_label(canvas, label, source)
    paper = generator.uniform(150, 255) * (1 - canvas.penned * canvas.darkness)
    crop = cv2.resize(paper, (CROP_PX, CROP_PX), interpolation=cv2.INTER_AREA)
    grain = generator.normal(0, generator.uniform(0, 4), crop.shape)
    return ComposedCell(np.clip(crop + grain, 0, 255).astype(np.uint8), aspect, label)


def _writing_size(canvas: Canvas) -> float:
    """Px that a hand gives a digit's height: it heeds the box's height, and its width if that is scarce."""
    room = min(canvas.height * min(1.12, max(1.0, canvas.width / canvas.height)), 1.7 * canvas.width)
    low, high = SIZES[int(canvas.generator.choice(len(SIZES), p=SIZE_SHARES))]
    return room * float(canvas.generator.uniform(low, high))


def _write_label(canvas: Canvas, label: str, source: GlyphSource) -> float:
    """Write what the cell holds; return the px by which its parts must be told apart."""
    generator = canvas.generator
    size = _writing_size(canvas)
    if label in DIGITS:
        _write_digit(canvas, label, size, source)
    elif label == "X":
        _write_cross(canvas, 0.11)
    elif label == "-":
        _write_dash(canvas, (0, 0))
    elif label == "_":
        if generator.random() < 0.15:
            _lean_in(canvas)
        return 0.0
    else:
        write_unreadable(canvas, size, source)
    return size


def _write_digit(canvas: Canvas, label: str, size: float, source: GlyphSource) -> None:
    generator = canvas.generator
    nib = min(canvas.nib, size * 0.17)
    if canvas.guide:  # an 8 along a guide is told from the guide by its ink alone
        canvas.darkness = max(canvas.darkness, min(0.97, canvas.guide + 0.25))
        nib = max(nib, 2.0)
        if generator.random() < (0.35 if label == "1" else 0.16):
            size = canvas.guide_height * float(generator.uniform(0.95, 1.15))
            # a 1 takes one side of the eight, mostly the right
            side = float(generator.choice([-1, 1], p=[0.25, 0.75])) if label == "1" else 0.0
            place = (side * 0.275 * canvas.guide_height / canvas.pitch_x, 0.0)
            canvas.write(guided_digit(label, min(nib, size * 0.17), size, generator), place, jitter=0.02)
            return
    if generator.random() < 0.03:  # corrected: the first number still shows under a heavier final one
        first = source.digit(any_digit(generator), nib * 0.7, size, generator)
        canvas.write(first * generator.uniform(0.2, 0.45))
        nib = min(nib * 1.7, size * 0.17)
        canvas.darkness = max(canvas.darkness, 0.7)
    canvas.write(digit_by_any_hand(source, label, nib, size, generator))


def _lean_in(canvas: Canvas) -> None:
    """A neighbour's stroke that ends just inside an empty box."""
    generator = canvas.generator
    side = float(generator.choice([-1, 1]))
    length = canvas.height * generator.uniform(0.1, 0.4)
    slope = np.array([[0.0, 0.0], [generator.normal(0, 0.2), 1.0]])
    ink = draw_strokes([slope], length, min(canvas.nib, 4.0), generator)
    x = CANVAS_PX / 2 + side * canvas.width * generator.uniform(0.47, 0.62) - ink.shape[1] / 2
    y = CANVAS_PX / 2 + generator.uniform(-0.6, 0.3) * canvas.height
    lay(canvas.penned, ink, x, y)


def _write_two_halves(canvas: Canvas, source: GlyphSource) -> tuple[float, float]:
    """Two digits side by side; return the shift that puts the crop between them."""
    generator = canvas.generator
    side = float(generator.choice([-1.0, 1.0]))
    size = min(canvas.height * 0.85, canvas.width * 1.5)
    for place in (0.0, side):
        canvas.write(
            source.digit(str(generator.choice(list("023456789"))), canvas.nib, size, generator), (place, 0.0), 0.03
        )
    return side * canvas.pitch_x * float(generator.uniform(0.47, 0.53)), 0.0


def _write_cross(canvas: Canvas, several: float) -> None:
    """A cross in the box, or with probability ``several`` one over two or three boxes, or over rows of them."""
    generator = canvas.generator
    kind = generator.random()
    if kind < ROWS_CROSSED_SHARE:
        _cross_rows_out(canvas)
        return
    if kind < ROWS_CROSSED_SHARE + several:
        boxes = int(generator.integers(2, 4))
        x, y = canvas.centre((float(generator.integers(boxes)) - (boxes - 1) / 2, 0.0))
        half_w = (canvas.pitch_x * (boxes - 1) + canvas.width) / 2 * generator.uniform(0.8, 1.05)
        half_h = canvas.height / 2 * generator.uniform(0.6, 1.15)
        for rise in (-half_h, half_h):
            ends = np.array([[x - half_w, y - rise], [x + half_w, y + rise]]) + generator.normal(0, 2.5, (2, 2))
            (x0, y0), (x1, y1) = ends.tolist()
            lines(canvas.penned, [((x0, y0), (x1, y1))], canvas.nib, 1.0)
        return
    room = min(canvas.height, 1.6 * canvas.width)
    size = room * float(generator.uniform(0.35, 1.25))
    ink = own_sign("X", min(canvas.nib, size * 0.22), size, generator)
    widest = int(canvas.width * 1.45)
    if ink.shape[1] > widest:
        ink = cv2.resize(ink, (widest, ink.shape[0]), interpolation=cv2.INTER_AREA)
    canvas.write(ink)


def _cross_rows_out(canvas: Canvas) -> None:
    """The part of a large cross or stroke over several rows that this box shows: it leaves the box at both ends."""
    generator = canvas.generator
    middle = np.array(canvas.centre((0.0, 0.0)))
    cell = np.array([canvas.width, canvas.height])
    for _ in range(int(generator.choice([1, 2], p=[0.6, 0.4]))):
        through = middle + generator.uniform(-0.25, 0.25, 2) * cell
        angle = np.radians(generator.uniform(20, 65)) * generator.choice([-1, 1])
        along = CANVAS_PX * np.array([np.cos(angle), np.sin(angle)])
        (x0, y0), (x1, y1) = (through - along).tolist(), (through + along).tolist()
        lines(canvas.penned, [((x0, y0), (x1, y1))], canvas.nib, 1.0)


def _write_dash(canvas: Canvas, place: tuple[float, float]) -> None:
    generator = canvas.generator
    # no shorter than it is thick, or it is a dot
    length = max(canvas.width * float(generator.uniform(0.2, 0.95)), 10.0)
    ink = own_sign("-", min(canvas.nib, length * 0.3), length, generator)
    canvas.write(ink, place, 0.09)


def _write_neighbours(canvas: Canvas, source: GlyphSource) -> None:
    """What the boxes beside, above and below hold, as far as the crop shows them."""
    generator = canvas.generator
    for place in (-2, -1, 1, 2):
        if abs(place) * canvas.pitch_x - canvas.width / 2 > CANVAS_PX / 2 + 6:
            continue
        kind = generator.random()
        at = (float(place), float(generator.normal(0, 0.03)))
        if kind < 0.3:
            continue
        if kind < 0.8:
            canvas.write(_neighbour(canvas, source), at)
        elif kind < 0.92:
            size = min(canvas.height, 1.6 * canvas.width) * float(generator.uniform(0.4, 1.1))
            canvas.write(own_sign("X", min(canvas.nib, size * 0.22), size, generator), at)
        else:
            _write_dash(canvas, at)
    stacked = 0.25 if canvas.width < 1.2 * canvas.height else 0.7
    for row in (-1, 1):
        if generator.random() < stacked:
            canvas.write(
                _neighbour(canvas, source), (float(generator.normal(0, 0.1)), row * float(generator.uniform(0.95, 1.1)))
            )


def _neighbour(canvas: Canvas, source: GlyphSource) -> Ink:
    size = _writing_size(canvas)
    return source.digit(any_digit(canvas.generator), min(canvas.nib, size * 0.17), size, canvas.generator)
