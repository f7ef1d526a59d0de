"""A tally cell as it stands on paper: its grid, its strokes, those around it; then a camera looks at it."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass

import numpy as np

from formreader.alphabets import TALLY_CLASSES
from formreader.geometry import CROP_SCALE
from formreader.synth.camera.cell import photograph_cell
from formreader.synth.camera.legibility import LEAST_INSIDE, legible
from formreader.synth.cells.canvas import CANVAS_PX, Canvas
from formreader.synth.cells.digit import ComposedCell
from formreader.synth.cells.ground import soil
from formreader.synth.hand.glyphs import GlyphSource, scribble
from formreader.synth.hand.ink import Point, dotted, lay, lines, words
from formreader.synth.hand.pen import Stroke, draw_strokes
from formreader.synth.hand.strikes import any_strike, cross_out, passing_line
from formreader.synth.hand.tally import TallyHand, any_tally_hand, tally_strokes

LABEL_SHARES = {"0": 0.2, **dict.fromkeys("1234", 0.1), "5": 0.14, "D": 0.08, "X": 0.13, "?": 0.1}

NARROWEST_FOR_TEN = 1.35
"""Width over height from which a cell holds two groups."""
DETAIL_OF_PITCH = 3.3
"""The camera resolves 7 px over ``detail_px``: strokes a pitch apart are then 2.1 px apart."""

_AROUND = {
    "0": ("full", "empty"),
    "X": ("full", "struck"),
}
"""What mostly stands before a cell (left of it, above it) and after it; other cells stand among full ones."""


@dataclass(frozen=True, slots=True)
class _Writer:
    hand: TallyHand
    in_tens: bool

    def groups(self, count: int) -> list[tuple[int, float]]:
        """Strokes of each group and its place in parts of the cell's width."""
        if not self.in_tens:
            return [(count, 0.0)] if count else []
        halves = ((min(count, 5), -0.25), (max(count - 5, 0), 0.25))
        return [(strokes, place) for strokes, place in halves if strokes]


def compose_tally_cell(source: GlyphSource, generator: np.random.Generator) -> ComposedCell:
    """A tally cell of any class, at the rate that training sees it. Deterministic in ``generator``."""
    shares = np.array([LABEL_SHARES[c] for c in TALLY_CLASSES])
    return compose_tally(TALLY_CLASSES[int(generator.choice(len(shares), p=shares / shares.sum()))], source, generator)


def compose_tally(label: str, source: GlyphSource, generator: np.random.Generator) -> ComposedCell:
    """One labelled tally cell, drawn again where the camera lost its writing."""
    while True:
        canvas, aspect = _empty_canvas(label, generator)
        writer = _any_writer(canvas, label, aspect)
        _print_grid(canvas)
        shift: Point = (0.0, 0.0)
        without = canvas.penned
        if label == "?" and generator.random() < 0.15:
            shift = _write_two_halves(canvas, writer)
        else:
            _write_around(canvas, label, writer)
            without = canvas.penned.copy()
            _write_label(canvas, label, writer, source)
        soil(canvas)
        detail = DETAIL_OF_PITCH * writer.hand.finest_px
        paired = deepcopy(generator)
        own = np.clip(canvas.penned - without, 0, 1)
        crop, ideal = photograph_cell(canvas.printed, canvas.penned * canvas.darkness, shift, detail, generator, own)
        if label == "0" or shift != (0.0, 0.0):
            return ComposedCell(crop, aspect, label)
        # the same camera, light and noise without the label's ink: what differs is what can be read
        bare, _ = photograph_cell(canvas.printed, without * canvas.darkness, shift, detail, paired)
        if legible(crop, bare, ideal, aspect, least_inside=0.0 if label == "X" else LEAST_INSIDE):
            return ComposedCell(crop, aspect, label)


def _empty_canvas(label: str, generator: np.random.Generator) -> tuple[Canvas, float]:
    """A canvas and the cell's width over height; cells share their lines."""
    if label == "D":
        aspect = float(np.exp(generator.uniform(np.log(NARROWEST_FOR_TEN), np.log(3.3))))
    elif generator.random() < 0.12:
        aspect = float(generator.uniform(0.6, 1.0))
    else:
        aspect = float(np.exp(generator.uniform(0.0, np.log(3.3))))
    longer = CANVAS_PX / CROP_SCALE
    width, height = longer * min(1.0, aspect), longer / max(1.0, aspect)
    blank = np.zeros((2, CANVAS_PX, CANVAS_PX), np.float32)
    darkness = generator.uniform(0.3, 0.6) if generator.random() < 0.25 else generator.uniform(0.55, 0.97)
    nib = float(np.exp(generator.uniform(np.log(1.2), np.log(6.0))))
    return Canvas(blank[0], blank[1], generator, width, height, width, height, nib, float(darkness)), aspect


def _any_writer(canvas: Canvas, label: str, aspect: float) -> _Writer:
    """A writer for this grid; the canvas's nib becomes one that leaves paper between the strokes."""
    generator = canvas.generator
    in_tens = label == "D" or (aspect > NARROWEST_FOR_TEN and generator.random() < (0.5 if label == "?" else 0.2))
    room = canvas.width * (0.5 if in_tens else 1.0)
    hand = any_tally_hand(room, canvas.height, generator)
    canvas.nib = min(canvas.nib, hand.widest_nib, 0.25 * hand.height)
    return _Writer(hand, in_tens)


def _print_grid(canvas: Canvas) -> None:
    """Ruled lines, thick ones where the grid ends, column numbers beyond it, strokes to be traced."""
    generator = canvas.generator
    ink = float(generator.uniform(0.12, 0.5) if generator.random() < 0.5 else generator.uniform(0.5, 1.0))
    width = float(np.exp(generator.uniform(np.log(0.5), np.log(3.0))))
    reach_x, reach_y = (int(CANVAS_PX / 2 / pitch + 1.5) for pitch in (canvas.pitch_x, canvas.pitch_y))
    # at times the grid ends beside the cell
    first, last = (0 if generator.random() < 0.15 else reach_x for _ in range(2))
    above, below = (int(generator.integers(0, 2)) if generator.random() < 0.4 else reach_y for _ in range(2))
    left, top = canvas.centre((-first - 0.5, -above - 0.5))
    right, bottom = canvas.centre((last + 0.5, below + 0.5))
    inner: list[tuple[Point, Point]] = []
    for column in range(-first, last):
        x = canvas.centre((column + 0.5, 0))[0]
        inner.append(((x, top), (x, bottom)))
    across = float(generator.uniform(0.4, 1.0)) if generator.random() < 0.3 else 1.0
    rows = [canvas.centre((0, row + 0.5))[1] for row in range(-above, below)]
    if inner:
        lines(canvas.printed, inner, width, ink)
    if rows:
        lines(canvas.printed, [((left, y), (right, y)) for y in rows], width, ink * across)
    thick = width * float(generator.uniform(1, 2.5)), max(ink, float(generator.uniform(0.3, 1.0)))
    over = CANVAS_PX * float(generator.choice([0, 1]))  # the table's lines run on, or end with the grid
    outer = [((x, top - over), (x, bottom + over)) for x in (left, right)]
    outer += [((left - over, y), (right + over, y)) for y in (top, bottom)]
    lines(canvas.printed, outer, *thick)
    if generator.random() < 0.5:
        size = canvas.height / 55 * float(generator.uniform(0.5, 1.0))
        number = str(generator.integers(1, 16))
        at = round(canvas.centre((0, 0))[0] - 10 * size), round(top - canvas.height * 0.2)
        words(canvas.printed, number, at, size, float(generator.uniform(0.4, 0.95)))
    if generator.random() < 0.25:
        _print_guides(canvas, range(-first, last + 1), range(-above, below + 1))


def _print_guides(canvas: Canvas, columns: range, rows: range) -> None:
    """Four dotted strokes in every cell, at times a fifth through them."""
    generator = canvas.generator
    dot_px = float(generator.uniform(0.5, 2.0))
    canvas.guide = float(generator.uniform(0.08, 0.4))
    canvas.darkness = max(canvas.darkness, min(0.97, canvas.guide + 0.35))  # told from dots by its ink alone
    step, half = (
        canvas.width * float(generator.uniform(0.13, 0.2)),
        canvas.height * float(generator.uniform(0.25, 0.38)),
    )
    slant = float(generator.choice([0.0, 0.0, generator.uniform(0, 0.3)])) * half
    aside = canvas.width * float(generator.uniform(-0.1, 0.04))
    with_fifth = generator.random() < 0.35
    guides: list[tuple[Point, Point]] = []
    for column in columns:
        for row in rows:
            x, y = canvas.centre((column, row))
            for i in range(4):
                here = x + aside + (i - 1.5) * step
                guides += dotted((here + slant, y - half), (here - slant, y + half), dot_px)
            if with_fifth:
                guides += dotted((x - 2.2 * step, y + 0.7 * half), (x + 2.2 * step, y - 0.7 * half), dot_px)
    lines(canvas.printed, guides, dot_px, canvas.guide)


def _write_around(canvas: Canvas, label: str, writer: _Writer) -> None:
    """What the cells beside, above and below hold, as far as the crop shows them."""
    generator = canvas.generator
    before, after = _AROUND.get(label, ("full", str(generator.choice(["full", "empty", "struck"]))))
    if label in "0X" and generator.random() < 0.5:
        before = after
    reach_x, reach_y = (int(CANVAS_PX / 2 / pitch + 0.5) for pitch in (canvas.pitch_x, canvas.pitch_y))
    for row in range(-reach_y, reach_y + 1):
        for column in range(-reach_x, reach_x + 1):
            if row == column == 0:
                continue
            kind = before if (row, column) < (0, 0) else after
            if generator.random() < 0.2:
                kind = str(generator.choice(["full", "fewer", "empty", "struck"]))
            place = (float(column), float(row))
            if kind == "struck":
                _lay(canvas, cross_out(canvas.width, canvas.height, generator), place)
            elif kind != "empty":
                most = 10 if writer.in_tens else 5
                _write_strokes(canvas, most if kind == "full" else int(generator.integers(1, most)), writer, place)
    if label != "X" and generator.random() < 0.08:
        _lay(canvas, passing_line(canvas.width, canvas.height, generator), (0.0, 0.0))


def _write_label(canvas: Canvas, label: str, writer: _Writer, source: GlyphSource) -> None:
    """Write what the cell itself holds."""
    if label == "X":
        for strike in any_strike(canvas.width, canvas.height, canvas.generator):
            _lay(canvas, [strike], (0.0, 0.0))
    elif label == "?":
        _write_unreadable(canvas, writer, source)
    elif label != "0":
        _write_strokes(canvas, 10 if label == "D" else int(label), writer, (0.0, 0.0))


def _write_unreadable(canvas: Canvas, writer: _Writer, source: GlyphSource) -> None:
    """A letter, a digit, a scribble, a count blotted out or struck through, more than five but not ten."""
    generator, room = canvas.generator, min(canvas.height, canvas.width)
    size, kind = room * float(generator.uniform(0.6, 1.0)), generator.random()
    nib = min(canvas.nib, 0.15 * size)
    if kind < 0.25:
        canvas.write(source.letter(nib, size, generator))
    elif kind < 0.35:
        canvas.write(source.digit(str(generator.integers(2, 10)), nib, size, generator))
    elif kind < 0.5:
        for _ in range(int(generator.integers(1, 4))):
            canvas.write(scribble(nib, size, generator), jitter=0.12)
    elif kind < 0.65 or not writer.in_tens:
        _write_strokes(canvas, int(generator.integers(2, 6)), writer, (0.0, 0.0))
        if generator.random() < 0.6:
            for _ in range(2):
                canvas.write(scribble(nib * 1.3, size, generator), jitter=0.1)
        else:
            _lay(canvas, cross_out(canvas.width, canvas.height, generator), (0.0, 0.0))
    else:
        _write_strokes(canvas, int(generator.integers(6, 10)), writer, (0.0, 0.0))


def _write_two_halves(canvas: Canvas, writer: _Writer) -> Point:
    """Full cells side by side or one above the other; return the shift that puts the crop between them."""
    generator = canvas.generator
    beside = generator.random() < 0.6
    for column in (-1, 0, 1):
        for row in (-1, 0, 1):
            _write_strokes(canvas, 10 if writer.in_tens else 5, writer, (column, row))
    part = float(generator.choice([-1.0, 1.0]) * generator.uniform(0.45, 0.55))
    return (part * canvas.pitch_x, 0.0) if beside else (0.0, part * canvas.pitch_y)


def _write_strokes(canvas: Canvas, count: int, writer: _Writer, place: Point) -> None:
    """``count`` strokes in the cell ``place`` away, off its middle as far as the group has room."""
    generator, hand = canvas.generator, writer.hand
    x, y = canvas.centre(place)
    room = canvas.width * (0.5 if writer.in_tens else 1.0)
    slack = max((room - hand.group_width) / 2, 0.0) + 0.03 * canvas.width
    aside = float(generator.uniform(-1.0, 0.6)) * slack  # a count begins at the left
    down = float(np.clip(generator.normal(0, 0.06), -0.14, 0.14)) * canvas.height
    for strokes, share in writer.groups(count):
        moved = np.array([x + aside + share * canvas.width, y + down]) + generator.normal(0, 0.01 * canvas.width, 2)
        _lay_at(canvas, [stroke + moved for stroke in tally_strokes(strokes, hand, generator)])


def _lay(canvas: Canvas, strokes: list[Stroke], place: Point) -> None:
    """Strokes around (0, 0) px, in the cell ``place`` away."""
    _lay_at(canvas, [stroke + canvas.centre(place) for stroke in strokes])


def _lay_at(canvas: Canvas, strokes: list[Stroke]) -> None:
    ink = draw_strokes(strokes, 1.0, canvas.nib, canvas.generator)
    left, top = np.min([stroke.min(axis=0) for stroke in strokes], axis=0) - (canvas.nib + 2)
    lay(canvas.penned, ink, float(left), float(top))
