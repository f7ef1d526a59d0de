"""Cells cut out of a photograph as the models want them: each where its ink stands in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from formreader.geometry import Box, Points, line_width_px
from formreader.locate import (
    Line,
    Place,
    Ruling,
    Strip,
    crop_cells,
    cut_lines,
    cut_strips,
    cut_window,
    find_lines,
    find_writing,
    ink_beyond,
    line_along,
    narrowed,
    nearer,
    shortened,
    strip_box,
    widest_gap,
)
from formreader.records import Cell, Grey

TALLEST_LINE_MM = 9.0
"""A higher cell for words has room for several lines of writing, which are looked for."""
WIDE_BOX = 1.3
"""A digit box wider than this many of its heights is cut where the digit stands in it."""
TALL_BOX = 1.3
"""One higher than this many of its widths, likewise."""
LONG_CELL = 2.5
"""A cell for numbers longer than this many of its heights is not cut whole: what stands in it is looked for."""
MOST_PX = 1024
"""No window for one digit is wider."""
CELL_PX = 40
"""Height of a cell in the strip in which its ink is looked for."""

CellKey = tuple[str, str, tuple[int, ...]]
"""Field, encoding, index."""


@dataclass(frozen=True, slots=True)
class View:
    """A photograph ``grey``, decoded at ``scale``, and where its page lies: ``onto_photo`` maps page mm to px.

    ``ruling`` and ``texts`` are what the form prints.
    """

    grey: Grey
    scale: float
    onto_photo: Callable[[Points], Points]
    ruling: Ruling
    texts: tuple[Box, ...]

    def strips(self, boxes: Sequence[Box], cell_mm: float) -> tuple[Strip, ...]:
        """These parts of the page, as finely as cells so high ask for."""
        return cut_strips(self.grey, self.scale, boxes, self.onto_photo, CELL_PX / cell_mm)


@dataclass(frozen=True, slots=True)
class Free:
    """Of a cell in which a number is written freely: the part of its ink that is ``outside`` the picture that the
    recogniser is given, the longest ``line`` over what stands there, the ``beyond`` of it (mm), and the widest ``gap``
    in it, in its heights."""

    outside: float
    line: Line
    beyond: Box | None
    gap: float


@dataclass(frozen=True, slots=True)
class CutCells:
    """``cells`` as the recogniser wants them; ``free`` is what else is known of those that were searched for ink."""

    cells: tuple[Cell, ...]
    free: Mapping[CellKey, Free]


def cut_boxes(places: Sequence[Place], view: View) -> CutCells:
    """Boxes for one mark or letter each."""
    return CutCells(crop_cells(view.grey, view.scale, places, view.onto_photo), {})


def cut_digits(places: Sequence[Place], view: View) -> CutCells:
    """Boxes for one digit each: a wide one by its height, a tall one by its width, around what stands in it."""
    placed = list(places)
    uneven = [i for i, (*_, box) in enumerate(places) if not 1 / TALL_BOX <= box.width / box.height <= WIDE_BOX]
    for i, strip in zip(uneven, _strips([places[i][3] for i in uneven], view), strict=True):
        cell = places[i][3]
        found = find_writing(strip, cell, view.ruling, view.texts, MOST_PX)
        placed[i] = (*places[i][:3], narrowed(cell, found.box) if cell.width > cell.height else shortened(cell, found))
    cells = list(cut_boxes(placed, view).cells)
    for i in uneven:  # where the whole box lies, not what was cut of it
        cells[i] = replace(cells[i], quad=view.onto_photo(places[i][3].corners))
    return CutCells(tuple(cells), {})


def cut_numbers(places: Sequence[Place], view: View, width_px: int) -> CutCells:
    """Cells for several digits each, 32 px high in pictures ``width_px`` wide: of long ones where the ink stands."""
    cells: list[Cell] = []
    free: dict[CellKey, Free] = {}
    long = [place for place in places if place[3].width > LONG_CELL * place[3].height]
    strips = iter(_strips([place[3] for place in long], view))
    for place in places:
        if place[3].width > LONG_CELL * place[3].height:
            cell, free[place[:3]] = _window(place, next(strips), view, width_px)
        else:
            (cell,) = cut_lines(view.grey, view.scale, [place], view.onto_photo, width_px)
        cells.append(cell)
    return CutCells(tuple(cells), free)


def cut_words(places: Sequence[Place], view: View, width_px: int) -> CutCells:
    """Cells for words: as one line, or the lines of a cell that has room for several, indexed (line, 0)."""
    cells: list[Cell] = []
    free: dict[CellKey, Free] = {}
    for field, called, index, box in places:
        if box.height > TALLEST_LINE_MM:
            for i, line in enumerate(find_lines(view.grey, view.scale, box, view.texts, view.onto_photo)):
                onto_photo = partial(_through, view.onto_photo, line.sheared)
                cells += cut_lines(view.grey, view.scale, [(field, called, (i, 0), line.box)], onto_photo, width_px)
        elif line_width_px(box.width / box.height) > width_px:
            (strip,) = _strips([box], view)
            cell, free[field, called, index] = _window((field, called, index, box), strip, view, width_px)
            cells.append(cell)
        else:
            cells += cut_lines(view.grey, view.scale, [(field, called, index, box)], view.onto_photo, width_px)
    return CutCells(tuple(cells), free)


def _window(place: Place, strip: Strip, view: View, width_px: int) -> tuple[Cell, Free]:
    """The part of a cell that shows its ink, and what is seen of it besides."""
    field, called, index, box = place
    writing = nearer(find_writing(strip, box, view.ruling, view.texts, width_px), box, width_px)
    quad, aspect = view.onto_photo(writing.box.corners), writing.box.width / writing.box.height
    cell = Cell(field, called, index, aspect, quad, cut_window(strip, writing, width_px))
    line = line_along(writing.row)
    return cell, Free(writing.outside, line, ink_beyond(writing, box, line), widest_gap(writing))


def _strips(cells: Sequence[Box], view: View) -> tuple[Strip, ...]:
    if not cells:
        return ()
    return view.strips([strip_box(cell) for cell in cells], min(cell.height for cell in cells))


def _through(onto_photo: Callable[[Points], Points], sheared: Callable[[Points], Points], points_mm: Points) -> Points:
    return onto_photo(sheared(points_mm))
