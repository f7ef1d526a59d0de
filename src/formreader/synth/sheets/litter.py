"""Ink on a sheet that belongs to no field: signatures, notes, strokes over what is blank, the other side's print."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np

from formreader.geometry import Box
from formreader.synth.hand.lines import write_words
from formreader.synth.hand.pen import draw_strokes, smooth_stroke
from formreader.synth.sheets.sheet import FilledPage
from formreader.templates import Template, field_cells

SIGNED, NOTED, STRUCK, SHOWS_THROUGH = 0.6, 0.5, 0.2, 0.12
"""How often a sheet is signed, has notes, strokes over blank paper, and shows its other side."""
APART_MM = 1.5
TRIES = 30
SYLLABLES = ("ka", "ri", "mo", "ta", "Ba", "lu", "Sen", "do", "an", "Ri", "vers", "no", "05", "12")


def litter(page: FilledPage, generator: np.random.Generator) -> None:
    """Write on a page, in place, what has nothing to do with its numbers. It keeps off the cells of fields."""
    taken = list(_cells(page.template))
    if generator.random() < SIGNED:
        for _ in range(int(generator.integers(1, 7))):
            size = (float(generator.uniform(15, 40)), float(generator.uniform(6, 16)))
            box = _free(page.template, taken, size, generator, lowest=0.45)
            if box:
                _sign(page, box, generator)
    if generator.random() < NOTED:
        for _ in range(int(generator.integers(1, 5))):
            size = (float(generator.uniform(15, 60)), float(generator.uniform(4, 8)))
            box = _free(page.template, taken, size, generator, lowest=0.0)
            if box:
                _note(page, box, generator)
    if generator.random() < STRUCK:
        size = (float(generator.uniform(30, 120)), float(generator.uniform(15, 60)))
        box = _free(page.template, taken, size, generator, lowest=0.2)
        if box:
            ends = np.array([[box.x, box.bottom], [box.right, box.y]])
            _stroke(page, smooth_stroke(ends + generator.normal(0, 1.0, (2, 2))), generator)
    if generator.random() < SHOWS_THROUGH:
        through = cv2.GaussianBlur(np.roll(page.printed[:, ::-1], int(generator.integers(-60, 60)), axis=0), (0, 0), 4)
        page.printed[:] = np.clip(page.printed + float(generator.uniform(0.04, 0.12)) * through, 0, 1)


def _cells(template: Template) -> Iterator[Box]:
    for field in template.fields.values():
        yield from field_cells(field)
    yield from (mark.box for mark in template.marks)


def _free(
    template: Template, taken: list[Box], size: tuple[float, float], generator: np.random.Generator, lowest: float
) -> Box | None:
    """A place of that size in mm that no field has, at least ``lowest`` of the page down; taken from then on."""
    for _ in range(TRIES):
        x = float(generator.uniform(4, max(template.width_mm - size[0] - 4, 5)))
        y = float(generator.uniform(max(lowest * template.height_mm, 4), max(template.height_mm - size[1] - 4, 5)))
        box = Box(x, y, *size)
        if not any(_touch(box, other) for other in taken):
            taken.append(box)
            return box
    return None


def _touch(a: Box, b: Box) -> bool:
    across = min(a.right, b.right) - max(a.x, b.x)
    return across > -APART_MM and min(a.bottom, b.bottom) - max(a.y, b.y) > -APART_MM


def _sign(page: FilledPage, box: Box, generator: np.random.Generator) -> None:
    """Loops that run to the right, and a stroke under them."""
    count = int(generator.integers(6, 14))
    x = box.x + np.cumsum(generator.uniform(-0.35, 1.0, count)) / count * 1.6 * box.width
    y = box.y + generator.uniform(0.05, 0.95, count) * box.height
    inside = np.stack([np.clip(x, box.x, box.right), y], axis=1)
    _stroke(page, smooth_stroke(inside), generator)
    if generator.random() < 0.5:
        under = np.array([[box.x, box.bottom - 1.0], [box.right, box.bottom - float(generator.uniform(0, 2.5))]])
        _stroke(page, under, generator)


def _note(page: FilledPage, box: Box, generator: np.random.Generator) -> None:
    """Made-up words: a place, a name, a date."""
    text = " ".join("".join(generator.choice(SYLLABLES, int(generator.integers(1, 4))).tolist()) for _ in range(3))
    plain = "".join(letter for letter in text if letter.isalpha() or letter == " ")
    px = page.pen.px_per_mm
    drawn = write_words(plain, 0.7 * box.height * px, max(0.3 * px, 1.0), page.pen.source, generator)
    widest = int(box.width * px)
    if drawn.shape[1] > widest:
        drawn = cv2.resize(drawn, (widest, max(2, round(drawn.shape[0] * widest / drawn.shape[1]))))
    page.pen.lay(drawn, *box.centre)


def _stroke(page: FilledPage, points_mm: np.ndarray, generator: np.random.Generator) -> None:
    px = page.pen.px_per_mm
    middle = (points_mm.min(axis=0) + points_mm.max(axis=0)) / 2
    nib = max(page.pen.hand.nib_mm * 0.7 * px, 1.0)
    drawn = draw_strokes([(points_mm - middle) * px], 1.0, nib, generator)
    page.pen.lay(drawn, float(middle[0]), float(middle[1]))
