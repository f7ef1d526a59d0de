"""A form of another year that looks like the one that is known, but for a box more in each row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from formreader.geometry import Box
from formreader.synth.sheets.mishaps.scenes import Attacked, Studio, laid_open
from formreader.synth.sheets.sheet import fill_sheet
from formreader.templates import Bubbles, Digits, Field, Number, Segment, Template, encoding_cells

LARGER = 1500
"""Numbers of such a form may need its further box."""
LEAST_MARGIN_MM = 4.0
"""No form prints nearer to the paper's edge."""
LINE_MM = 0.3
"""How wide the further boxes are ruled."""


def another_version(studio: Studio) -> Attacked:
    """A sheet whose rows of digit boxes have one box more at their left, though all else is as on the known form."""
    form = with_further_boxes(studio.template)
    try:
        page = fill_sheet(form, studio.source, studio.generator, beside=studio.beside, largest=(LARGER,))
    except ValueError:  # numbers so large do not obey this form's sums
        page = fill_sheet(form, studio.source, studio.generator, beside=studio.beside)
    return laid_open(studio, page)


def with_further_boxes(template: Template) -> Template:
    """The form with a box, and a column of bubbles, more in each row that has room for them."""
    fields, lines = {}, list(template.segments)
    boxes = [
        box
        for field in template.fields.values()
        for encoding in field.encodings.values()
        if isinstance(encoding, Digits | Number)
        for box in encoding_cells(encoding)
    ]
    for name, field in template.fields.items():
        grown = _with_further_box(field, boxes)
        if grown is None:
            fields[name] = field
            continue
        fields[name] = grown
        digits = grown.encodings["digits"]
        assert isinstance(digits, Digits)
        lines += _frame(digits.cells[0])
    return replace(template, fields=fields, segments=tuple(lines))


def _with_further_box(field: Field, boxes: Sequence[Box]) -> Field | None:
    """None where the field has no row of boxes, or no room beside it: no form has two boxes in one place."""
    digits = field.encodings.get("digits")
    if not isinstance(digits, Digits) or len(digits.cells) < 2 or field.primary != "digits":
        return None
    further = _before(digits.cells)
    if further.x < LEAST_MARGIN_MM or any(further.overlaps(box, LINE_MM) for box in boxes):
        return None
    encodings = {**field.encodings, "digits": replace(digits, cells=(further, *digits.cells))}
    bubbles = field.encodings.get("bubbles")
    if isinstance(bubbles, Bubbles) and len(bubbles.columns) == len(digits.cells):
        column = tuple(_before(row) for row in zip(*bubbles.columns, strict=True))
        encodings["bubbles"] = replace(bubbles, columns=(column, *bubbles.columns))
    return replace(field, encodings=encodings)


def _before(row: Sequence[Box]) -> Box:
    """Where the box before the first would stand."""
    first, second = next(pairwise(row))
    return replace(first, x=2 * first.x - second.x)


def _frame(box: Box) -> list[Segment]:
    ends = ((box.x, box.y, box.right, box.y), (box.x, box.bottom, box.right, box.bottom))
    sides = ((box.x, box.y, box.x, box.bottom), (box.right, box.y, box.right, box.bottom))
    return [Segment(*line, LINE_MM, 1.0) for line in (*ends, *sides)]
