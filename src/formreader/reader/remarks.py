"""What else is seen of a field than its number: boxes that are covered, lines over what stands in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from formreader.geometry import Box
from formreader.locate import (
    Edge,
    Ruling,
    Strip,
    find_line,
    line_through,
    missing_frames,
    odd_papers,
    paper_in,
    see_edges,
)
from formreader.reader.cutting import View
from formreader.templates import Digits, Field, Number, Template, encoding_cells

AROUND = 1.0
"""Heights of its cells that are looked at around a field."""
MOST_AROUND_MM = 12.0
Ramp = tuple[float, float]
"""A measure's value from which on it begins to mean something, and from which on it is certain."""

MISSING: Ramp = (0.2, 0.6)
"""Part of a box's printed frame that is not where it belongs. Of 2,946 boxes with nothing on them, six miss 0.3 or
more; of 30 covered ones all miss 0.8."""
ODD_PAPER: Ramp = (0.9, 2.0)
"""Steps of the paper's tone in a box against around it."""
OUTSIDE: Ramp = (0.02, 0.1)
"""Part of a field's ink that no model was shown."""
STRUCK: Ramp = (0.74, 1.04)
"""Widths of a box that a line runs on over digits, with ink above and below."""


THROUGH: Ramp = (0.93, 1.0)
"""Part of the way through a box and beyond it that a line goes without a break."""
STACKED = 0.3
"""Heights of a box: others this near above or below are of the same table."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A field's primary cells, a strip of the page around them, and the printed edges of each cell in it."""

    field: Field
    cells: tuple[Box, ...]
    strip: Strip
    edges: tuple[tuple[Edge, ...], ...]


def strip_of(field: Field) -> Box:
    """The part of the page that is looked at around a field's primary cells, mm."""
    cells = encoding_cells(field.encodings[field.primary])
    around = min(AROUND * cells[0].height, MOST_AROUND_MM)
    x, y = min(cell.x for cell in cells), min(cell.y for cell in cells)
    right, bottom = max(cell.right for cell in cells), max(cell.bottom for cell in cells)
    return Box(x - around, y - around, right - x + 2 * around, bottom - y + 2 * around)


def remarks_of(
    template: Template,
    view: View,
    read: Mapping[tuple[str, str, tuple[int, ...]], tuple[str, float]],
    outside: Mapping[str, float],
) -> dict[str, dict[str, float]]:
    """Of each field: codes of ``decide.REASONS``, each with its probability.

    ``read`` is the likeliest character of each cell, by field, encoding and index; ``outside`` the part of a field's
    ink that no model was shown.
    """
    remarks = {name: {"not_all_seen": _rise(part, OUTSIDE)} for name, part in outside.items()}
    fields = [
        field for field in template.fields.values() if isinstance(field.encodings[field.primary], Digits | Number)
    ]
    if not fields:
        return remarks
    highest = min(encoding_cells(field.encodings[field.primary])[0].height for field in fields)
    strips = view.strips([strip_of(field) for field in fields], highest)
    shown = [_shown(field, strip, view.ruling) for field, strip in zip(fields, strips, strict=True)]
    boxes: dict[str, str] = {}
    for (name, called, _), (character, _) in read.items():
        boxes[name] = boxes.get(name, "") + (character if called == "digits" else "")
    covered = _covered(shown)
    everywhere = [cell for of in shown for cell in of.cells]
    for of in shown:
        name = of.field.name
        struck = _struck(of, view.ruling, boxes.get(name, ""))
        remarks.setdefault(name, {}).update(
            covered=covered[name],
            struck=struck,
            line_through=_line_through(of, view.ruling, boxes.get(name, ""), everywhere),
        )
    return remarks


def _shown(field: Field, strip: Strip, printed: Ruling) -> Shown:
    cells = tuple(encoding_cells(field.encodings[field.primary]))
    sides = [printed.edges_of(cell) for cell in cells]
    seen = iter(see_edges(strip, [side for of_cell in sides for side in of_cell]))
    return Shown(field, cells, strip, tuple(tuple(next(seen) for _ in of_cell) for of_cell in sides))


def _covered(shown: Sequence[Shown]) -> dict[str, float]:
    """How probably a box of each field was not seen: its frame is not there, or its paper is other than around it."""
    boxes = [(of, i) for of in shown for i in range(len(of.cells))]
    frames = missing_frames([of.edges[i] for of, i in boxes])
    papers = odd_papers([paper_in(of.strip, of.cells[i]) for of, i in boxes])
    found = dict.fromkeys((of.field.name for of in shown), 0.0)
    for (of, _), missing, odd in zip(boxes, frames, papers, strict=True):
        found[of.field.name] = max(found[of.field.name], _rise(missing, MISSING), _rise(odd, ODD_PAPER))
    return found


def _struck(of: Shown, printed: Ruling, read: str) -> float:
    """How probably a line is drawn over the field's digits."""
    if not isinstance(of.field.encodings[of.field.primary], Digits) or not any(c.isdigit() or c == "?" for c in read):
        return 0.0
    line = find_line(of.strip, of.cells, of.edges, printed, read)
    if min(line.above, line.below) < 0.04 or max(line.above, line.below) < 0.1:
        return 0.0
    return _rise(line.length * of.cells[0].height / of.cells[0].width, STRUCK)


def _line_through(of: Shown, printed: Ruling, read: str, cells: Sequence[Box]) -> float:
    """How probably a line that is no digit runs down through one of the field's boxes. Crosses do, and mean nothing."""
    first = of.cells[0]
    near = STACKED * first.height
    stacked = any(
        min(abs(cell.y - first.bottom), abs(cell.bottom - first.y)) < near
        for cell in cells
        if cell.x < of.cells[-1].right and cell.right > first.x
    )
    open_boxes = [cell for cell, character in zip(of.cells, read, strict=False) if character != "X"]
    return max((_rise(line_through(of.strip, cell, printed, stacked), THROUGH) for cell in open_boxes), default=0.0)


def _rise(measure: float, ramp: Ramp) -> float:
    start, end = ramp
    return min(max((measure - start) / (end - start), 0.0), 1.0)
