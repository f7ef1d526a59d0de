"""What happens to sheets before and while they are photographed: folded rows, sheets over sheets, crops, mirrors.

Each gives a picture and the truth of every sheet on it. There a field has ``seen``: whether all its cells lie open on
the picture; and corners where they fell, those of a hidden field where they would be.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise, takewhile
from typing import Any

import numpy as np
from numpy.typing import NDArray

from formreader.geometry import Box, Points
from formreader.synth.camera.page import photograph_page
from formreader.synth.hand.glyphs import GlyphSource
from formreader.synth.hand.pen import Ink
from formreader.synth.sheets.sheet import FilledPage, fill_sheet, truth_of
from formreader.templates import Field, Template, encoding_cells, outline

TABLE_INK = 0.55
"""How dark the table is between and around several sheets."""
CREASE_INK, CREASE_MM = 0.25, 0.5
NO_OTHER = 0.3
"""How often two sheets in one picture are of two forms, where there is another."""


@dataclass(frozen=True, slots=True)
class Studio:
    """With what a mishap is drawn: forms with what is printed beside them, writing, chance and the camera."""

    template: Template
    other: Template
    beside: Ink | None
    beside_other: Ink | None
    source: GlyphSource
    generator: np.random.Generator
    long_side_px: int
    severity: float

    def sheet(self, other: bool = False) -> FilledPage:
        """A filled sheet of the form, or of the other."""
        form, beside = (self.other, self.beside_other) if other else (self.template, self.beside)
        return fill_sheet(form, self.source, self.generator, beside=beside)


@dataclass(frozen=True, slots=True)
class Attacked:
    """``picture`` uint8 (height, width, 3) BGR; a truth for each sheet of which something lies on it."""

    picture: NDArray[np.uint8]
    truths: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class _Lying:
    """A sheet in a scene: where its page points lie there (mm), and which of them lie open."""

    page: FilledPage
    where: Callable[[Points], Points]
    is_open: Callable[[Points], NDArray[np.bool_]]


Mishap = Callable[[Studio], Attacked]


def _photographed(studio: Studio, printed: Ink, penned: Ink, px_per_mm: float, sheets: Sequence[_Lying]) -> Attacked:
    taken = photograph_page(printed, penned, px_per_mm, studio.long_side_px, studio.severity, studio.generator)
    truths = []
    for sheet in sheets:

        def locate(points: Points, lying: _Lying = sheet) -> Points:
            return taken.locate(lying.where(points))

        truth = truth_of(sheet.page, locate)
        for name, field in truth["fields"].items():
            field["seen"] = bool(sheet.is_open(_points(sheet.page.template.fields[name])).all())
        truths.append(truth)
    return Attacked(taken.picture, tuple(truths))


def _points(field: Field) -> Points:
    """Corners of the cells in which a field's number stands, (N, 2) mm."""
    return np.concatenate([box.corners for box in encoding_cells(field.encodings[field.primary])])


def _all_open(points: Points) -> NDArray[np.bool_]:
    return np.ones(len(points), np.bool_)


def untouched(studio: Studio) -> Attacked:
    """A sheet to which nothing happens."""
    return laid_open(studio, studio.sheet())


def laid_open(studio: Studio, page: FilledPage) -> Attacked:
    """One sheet, photographed as it lies."""
    lying = _Lying(page, lambda points: points, _all_open)
    return _photographed(studio, page.printed, page.pen.ink, page.pen.px_per_mm, [lying])


def folded(studio: Studio, axis: int, most_exact: int = 0) -> Attacked:
    """Rows (``axis`` 1) or columns (0) of the page folded away: what follows lies where they were.

    Up to ``most_exact`` of them from one field's edge to that of another: of even rows the ruling goes on as if
    nothing was missing. 0 folds anywhere.
    """
    page = studio.sheet()
    start, end = _band(page.template, axis, most_exact, studio.generator)
    px = page.pen.px_per_mm
    first, last = round(start * px), round(end * px)
    along = 0 if axis == 1 else 1  # rows of an array run down the page
    printed, penned = (np.delete(layer, np.s_[first:last], axis=along) for layer in (page.printed, page.pen.ink))
    crease = [slice(None), slice(None)]
    crease[along] = slice(max(first - round(CREASE_MM * px / 2), 0), first + round(CREASE_MM * px / 2))
    printed[tuple(crease)] = np.maximum(printed[tuple(crease)], CREASE_INK)
    gone = (last - first) / px

    def where(points: Points) -> Points:
        moved = points.copy()
        moved[..., axis] -= np.clip(points[..., axis] - first / px, 0, gone)
        return moved

    def is_open(points: Points) -> NDArray[np.bool_]:
        # a cell that ends at the crease is whole, one that reaches over it is not
        low, high = points[:, axis].min(), points[:, axis].max()
        whole = high <= first / px + 0.3 or low >= last / px - 0.3
        return np.full(len(points), whole)

    return _photographed(studio, printed, penned, px, [_Lying(page, where, is_open)])


def _band(template: Template, axis: int, most_exact: int, generator: np.random.Generator) -> tuple[float, float]:
    """From where to where the page is folded away, mm; ``most_exact`` as in ``folded``."""
    boxes = [outline(field.encodings[field.primary]) for field in template.fields.values()]
    starts = sorted({round(box.y if axis == 1 else box.x, 1) for box in boxes})
    steps = [(a, b) for a, b in pairwise(starts) if 2.0 < b - a < 90.0]
    size = template.height_mm if axis == 1 else template.width_mm
    if most_exact and steps:
        first = int(generator.integers(len(steps)))
        together = takewhile(lambda pair: pair[0][1] == pair[1][0], pairwise(steps[first : first + most_exact]))
        hidden = 1 + sum(1 for _ in together)
        if hidden > 1:
            hidden = int(generator.integers(2, hidden + 1))
        return steps[first][0], steps[first + hidden - 1][1]
    depth = float(generator.uniform(0.02, 0.2)) * size
    start = float(generator.uniform(0.05, 0.75)) * size
    return start, start + depth


def overlapping(studio: Studio, aligned: bool) -> Attacked:
    """A second sheet over the first. ``aligned``: moved by whole rows, its ruling goes on with that below."""
    below, above = studio.sheet(), studio.sheet(other=_two_forms(studio) and not aligned)
    generator = studio.generator
    if aligned:
        start, end = _band(below.template, 1, 1, generator)
        down = (end - start) * float(generator.integers(1, 8)) * float(generator.choice([-1, 1]))
        right = 0.0
    else:
        right = float(generator.uniform(-0.7, 0.7)) * below.template.width_mm
        down = float(generator.uniform(-0.7, 0.7)) * below.template.height_mm
    return _scene(studio, [(below, (0.0, 0.0)), (above, (right, down))])


def side_by_side(studio: Studio, part: float = 1.0) -> Attacked:
    """Two sheets next to each other, of the second only a ``part``."""
    left, right = studio.sheet(), studio.sheet(other=_two_forms(studio))
    gap = float(studio.generator.uniform(0.0, 12.0))
    slip = float(studio.generator.normal(0, 6.0))
    places = [(left, (0.0, 0.0)), (right, (left.template.width_mm + gap, slip))]
    return _scene(studio, places, left.template.width_mm + gap + part * right.template.width_mm)


def _two_forms(studio: Studio) -> bool:
    return bool(studio.generator.random() < NO_OTHER)


def _scene(
    studio: Studio, placed: Sequence[tuple[FilledPage, tuple[float, float]]], right_mm: float | None = None
) -> Attacked:
    """Sheets on a table, each at (right, down) mm, later ones over earlier ones; cut off at ``right_mm``."""
    px = placed[0][0].pen.px_per_mm
    low = np.min([place for _, place in placed], axis=0)
    ends = [(at[0] + page.template.width_mm, at[1] + page.template.height_mm) for page, at in placed]
    high = np.max(ends, axis=0)
    if right_mm is not None:
        high[0] = min(high[0], right_mm)
    shape = (round((high[1] - low[1]) * px), round((high[0] - low[0]) * px))
    printed, penned = np.full(shape, TABLE_INK, np.float32), np.zeros(shape, np.float32)
    boxes = []
    for page, at in placed:
        layers = [_resized(layer, page.pen.px_per_mm, px) for layer in (page.printed, page.pen.ink)]
        x, y = (round(float(value) * px) for value in np.array(at) - low)
        height, width = layers[0].shape
        rows, columns = slice(y, min(y + height, shape[0])), slice(x, min(x + width, shape[1]))
        for target, layer in zip((printed, penned), layers, strict=True):
            target[rows, columns] = layer[: rows.stop - y, : columns.stop - x]
        edge = max(1, round(0.3 * px))
        printed[max(y - edge, 0) : y, columns] = np.maximum(printed[max(y - edge, 0) : y, columns], 0.2)
        boxes.append(Box(x / px, y / px, width / px, height / px))
    frame = Box(0.0, 0.0, shape[1] / px, shape[0] / px)
    sheets = [_lying(page, boxes[i], boxes[i + 1 :], frame) for i, (page, _) in enumerate(placed)]
    return _photographed(studio, printed, penned, px, sheets)


def _resized(layer: Ink, px_per_mm: float, wanted: float) -> Ink:
    import cv2

    if px_per_mm == wanted:
        return layer
    times = wanted / px_per_mm
    size = (round(layer.shape[1] * times), round(layer.shape[0] * times))
    resized: Ink = cv2.resize(layer, size, interpolation=cv2.INTER_AREA if times < 1 else cv2.INTER_LINEAR)
    return resized


def _lying(page: FilledPage, box: Box, above: Sequence[Box], frame: Box) -> _Lying:
    offset = np.array([box.x, box.y])

    def is_open(points: Points) -> NDArray[np.bool_]:
        cell_low, cell_high = (points + offset).min(axis=0), (points + offset).max(axis=0)
        inside = (cell_low >= [frame.x, frame.y]).all() and (cell_high <= [frame.right, frame.bottom]).all()
        hidden = any(
            min(cell_high[0], sheet.right) > max(cell_low[0], sheet.x)
            and min(cell_high[1], sheet.bottom) > max(cell_low[1], sheet.y)
            for sheet in above
        )
        return np.full(len(points), bool(inside) and not hidden)

    return _Lying(page, lambda points: points + offset, is_open)
