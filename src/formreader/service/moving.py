"""What is dragged on the picture of a template, as numbers of its text. All lengths are mm on the page.

The text says alike things once, and stays so: of equal cells the first carries the others and a later one sets how far
apart they are; of a field's rows and columns the first carries all, a later one keeps its own shift. So what is dragged
ends where it was let go, and what else moves is what the text says with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from formreader.service.problems import not_found
from formreader.service.written import Written
from formreader.templates.problems import Path
from formreader.templates.schema import ENCODINGS, PLACES, FieldSpec, RuledSpec, WordsSpec

LinePart = Literal["whole", "start", "end"]
"""What of a line is dragged: all of it, or its end at the left or top (of a slant the first), or the other one."""


@dataclass(frozen=True, slots=True)
class LineId:
    """One printed line: of entry ``entry`` of ``lines`` the number ``at``, in the place ``place`` of its ``repeat``.

    All count from 0.
    """

    entry: int
    at: int
    place: int


@dataclass(frozen=True, slots=True)
class CellId:
    """One cell of a field: of its encoding (or place) the cell ``across`` and ``down``, from 0 at the top left.

    Of bubbles ``across`` is the place and ``down`` the value, of words ``down`` is the line.
    """

    field: str
    encoding: str
    across: int
    down: int


@dataclass(frozen=True, slots=True)
class Edges:
    """How far each edge of a cell is moved, mm, to the right and down; all alike where the cell is moved whole."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Member:
    """One field of a group: its name, and where it stands among the keys of ``row`` and ``column``."""

    name: str
    row: str
    column: str


def members(group: FieldSpec) -> Iterator[Member]:
    """All fields of a group, in the order of the file."""
    for row in group.row or {"": 0.0}:
        for column in group.column or {"": 0.0}:
            yield Member(group.name.replace("{row}", row).replace("{column}", column), row, column)


def move_line(text: Written, spec: RuledSpec, line: LineId, part: LinePart, right: float, down: float) -> None:
    """Move a ruled line perpendicular to itself, or one end of it along it; a slanting one anywhere.

    A line that its entry says alone is moved alone, also where it is repeated; one of several with its copies; the
    ends of an entry's lines are said once, and all move. Raises ``Problem`` 404 where there is no such line.
    """
    listed = spec.across or spec.down or spec.slant or []
    if not (0 <= line.at < len(listed) and 0 <= line.place < len(spec.repeat)):
        raise not_found("such line")
    entry: Path = ("lines", line.entry)
    if spec.slant is not None:
        _move_slant(text, (*entry, "slant", line.at), part, right, down)
    elif part != "whole":
        text.add((*entry, "from" if part == "start" else "to"), right if spec.across else down)
    elif spec.down is not None:
        text.add((*entry, "down", line.at), right)
    elif len(listed) == 1 and len(spec.repeat) > 1:
        text.add((*entry, "repeat", line.place), down)
    else:
        text.add((*entry, "across", line.at), down)


def _move_slant(text: Written, ends: Path, part: LinePart, right: float, down: float) -> None:
    for first, end in ((0, "start"), (2, "end")):
        if part in ("whole", end):
            text.add((*ends, first), right)
            text.add((*ends, first + 1), down)


def move_entry(text: Written, group: FieldSpec, entry: Path, right: float, down: float) -> None:
    """Move everything of a group of fields, the entry at ``entry``."""
    for name in (*ENCODINGS, *PLACES):
        spec = getattr(group, name)
        if spec is None:
            continue
        if name == "bubbles":
            text.add_to_point((*entry, name, "centre"), right, down)
        elif getattr(spec, "lines", None):
            for i in range(len(spec.lines)):
                text.add_to_point((*entry, name, "lines", i), right, down)
        else:
            text.add_to_point((*entry, name, "box"), right, down)


def move_cell(text: Written, group: FieldSpec, entry: Path, cell: CellId, edges: Edges) -> None:
    """Move a cell of a group, the entry at ``entry``, or edges of it. Raises ``Problem`` 404 where there is none."""
    member = next((one for one in members(group) if one.name == cell.field), None)
    if member is None or cell.encoding not in (*ENCODINGS, *PLACES) or getattr(group, cell.encoding) is None:
        raise not_found("such cell")
    across, down = _axes(group, (*entry, cell.encoding), cell)
    if not (0 <= across.at < across.count and 0 <= down.at < down.count):
        raise not_found("such cell")
    is_moved = edges.left == edges.right and edges.top == edges.bottom
    if cell.encoding == "bubbles" and not is_moved:
        outwards = max(-edges.left, -edges.top, edges.right, edges.bottom, key=abs)
        text.add(across.size, 2 * outwards)  # a circle's middle stays
        return
    across.drag(text, edges.left, edges.right, _own_shift(entry, "column", group.column, member.column))
    down.drag(text, edges.top, edges.bottom, _own_shift(entry, "row", group.row, member.row))


def _own_shift(entry: Path, key: str, table: dict[str, float], own: str) -> Path | None:
    """Where the shift of this row or column stands; None for the first, which carries the others."""
    return (*entry, key, own) if own in list(table)[1:] else None


@dataclass(frozen=True, slots=True)
class _Axis:
    """Equal cells in one direction, and where their numbers stand in the text.

    ``at`` of ``count`` is the one that is dragged; ``start`` says where the first begins, ``size`` how large ``within``
    cells are, ``step`` how far it is from one to the next: without it cells share their edges.
    """

    at: int
    count: int
    start: Path
    size: Path
    within: int = 1
    step: Path | None = None

    def drag(self, text: Written, low: float, high: float, own_shift: Path | None) -> None:
        """Move the edges of the cell; where the first is moved whole, ``own_shift`` is changed if there is one."""
        if low == high:
            self._move(text, low, own_shift)
        elif self.step is not None:
            text.add(self.start, low)
            text.add(self.size, high - low)
        else:
            self._stretch(text, low, high)

    def _move(self, text: Written, by: float, own_shift: Path | None) -> None:
        if self.at == 0:
            text.add(own_shift or self.start, by)
        elif self.step is not None:
            text.add(self.step, by / self.at)
        else:
            text.add(self.size, by / self.at * self.within)

    def _stretch(self, text: Written, low: float, high: float) -> None:
        """The farther end of all cells stays where their outer edge is moved, the first edge where another is."""
        if self.at == 0:
            text.add(self.start, low)
            text.add(self.size, -low / self.count * self.within)
        else:
            text.add(self.size, low / self.at * self.within)
        text.add(self.size, high / (self.at + 1) * self.within)


def _axes(group: FieldSpec, at: Path, cell: CellId) -> tuple[_Axis, _Axis]:
    """The cells that are equal to this one, across and down; the encoding is at ``at``."""
    if cell.encoding == "bubbles" and (circles := group.bubbles):
        centre, size = (*at, "centre"), (*at, "diameter")
        return (
            _Axis(cell.across, circles.columns, (*centre, 0), size, step=(*at, "step", 0)),
            _Axis(cell.down, circles.rows, (*centre, 1), size, step=(*at, "step", 1)),
        )
    box: Path = (*at, "box")
    if cell.encoding == "digits" and (digits := group.digits):
        step = None if digits.step is None else (*at, "step")
        across = _Axis(cell.across, digits.boxes, (*box, 0), (*box, 2), step=step)
        return across, _in_box(box, 1, cell.down, 1)
    if cell.encoding == "words" and group.words and group.words.lines:
        return _of_letters(group.words, group.words.lines, at, cell)
    rows, columns = _grid(group, cell.encoding)
    return _in_box(box, 0, cell.across, columns), _in_box(box, 1, cell.down, rows)


def _of_letters(words: WordsSpec, lines: list[list[float]], at: Path, cell: CellId) -> tuple[_Axis, _Axis]:
    """Each line has a box of its own: the letters of one are equal, the lines need not be."""
    if not 0 <= cell.down < len(lines):
        raise not_found("such cell")
    line = lines[cell.down]
    letters = int(line[4]) if len(line) == 5 else words.boxes or 1
    box: Path = (*at, "lines", cell.down)
    return _in_box(box, 0, cell.across, letters), _in_box(box, 1, 0, 1)


def _in_box(box: Path, way: int, at: int, count: int) -> _Axis:
    """Cells that fill a box, across it (``way`` 0) or down it (1)."""
    return _Axis(at, count, (*box, way), (*box, way + 2), within=count)


def _grid(group: FieldSpec, encoding: str) -> tuple[int, int]:
    """How many rows and columns of equal cells its one box holds."""
    if encoding == "tally" and group.tally:
        return group.tally.rows, group.tally.columns
    if encoding == "row_sums" and group.row_sums:
        return group.row_sums.rows, group.row_sums.boxes or 1
    return 1, 1
