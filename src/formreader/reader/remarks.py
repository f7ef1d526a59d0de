"""What else is seen of a field than its number: boxes that are covered, lines over what stands in them, ink beside.

Every remark is a probability; how sure of one a field must be to go to a person is the policy's. What each measure
gave on photographs and on drawn sheets: docs/decisions/0012-cells.md.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from formreader.geometry import Box
from formreader.locate import (
    Beside,
    Edge,
    Ink,
    Line,
    Strip,
    beyond_pattern,
    beyond_usual,
    faded_frames,
    find_line,
    further_boxes,
    ink_at_sides,
    ink_beside,
    ink_of,
    line_through,
    missing_frames,
    missing_guides,
    odd_papers,
    odd_patch,
    pale_strokes,
    paper_in,
    reach_beyond,
    see_edges,
    smooth_papers,
    stands_there,
    stroke_over_rows,
    traces_in,
    upright_pieces,
    usual_lines,
    widest_gap_in_lines,
    written_on,
)
from formreader.reader.cutting import CellKey, Free, View
from formreader.reader.written import UNREADABLE
from formreader.templates import Digits, Field, Number, Template, encoding_cells, field_cells, outline

AROUND, MOST_AROUND_MM = 1.3, 14.0
"""Heights of its cells that are looked at around a field, and how many mm at most."""
STACKED = 0.8
"""Heights of a box: what stands in others this near above or below may reach as far as a line through it does."""

Ramp = tuple[float, float]
"""A measure's value from which on it begins to mean something, and from which on it is certain."""

OUTSIDE: Ramp = (0.02, 0.1)
"""Part of a field's ink that no model was shown."""
APART: Ramp = (1.6, 2.4)
"""Heights of what is written in a free cell between two strokes: so far apart they are two numbers, one of which may
belong to the cell beside, or correct the other."""
AT_SIDE: Ramp = (0.3, 0.5)
"""Heights of a cell for a free number that ink at one of its sides is tall."""
MISSING: Ramp = (0.26, 0.66)
"""Part of a box's printed frame that is not where it belongs."""
FADED: Ramp = (0.3, 0.6)
"""How much fainter a box's frame is than others on the page."""
ODD_PAPER: Ramp = (0.9, 2.0)
"""Steps of the paper's tone in a box against around it."""
SMOOTH: Ramp = (0.55, 0.8)
"""Part of the page's least grain that the paper in a box lacks."""
NO_GUIDE: Ramp = (0.7, 0.9)
"""Part of what printed guides are on the page that a box which looks empty lacks."""
FURTHER: Ramp = (0.5, 0.9)
"""Part of a box one step beyond a row's end that is printed, though the template has none."""
FAINT: Ramp = (0.3, 0.5)
"""Heights of a box that looks empty over which a faint trace reaches."""
PALE: Ramp = (1.5, 1.7)
"""How many times as dark a pale stroke beside a free number's ink is as the pattern of the page's paper."""
STRUCK: Ramp = (0.9, 1.2)
STRUCK_MORE: Ramp = (1.15, 1.5)
STRUCK_ALL: Ramp = (1.85, 2.35)
STRUCK_FREE: Ramp = (1.0, 1.4)
STRUCK_BESIDE: Ramp = (0.5, 0.7)
"""Widths of a box that a line runs on over a digit, from one into the next, or over boxes of which a strike made
crosses; in a free cell its heights; and widths of a box where a number stands beside it."""
STRUCK_SURELY = 0.5
"""How probably a number was struck out of which a new one is looked for beside it."""
FEWEST_FILLED, MOST_BLANK = 6, 0.25
"""Numbers before which a hand fills unused boxes up from which on it is its habit, and how many of these at most have
one left empty."""
AS_DIGITS = str.maketrans("X-", "??")
MIDDLE = 0.3
"""Part of a box's height at its top and bottom: what runs on there from digit to digit are digits that touch."""
DEPTH = 0.25
"""Part of the height of what is written, from its top and its bottom: digits have long strokes of their own there."""
LEAST_ACROSS, LEAST_ON_ONE_SIDE, LEAST_CROSSED = 0.04, 0.1, 0.06
"""Parts of a line's length that have ink above and below it, where it runs over something, and both at once."""
THROUGH: Ramp = (0.93, 1.0)
"""Part of the way through a box and beyond it that a line goes without a break."""
RUNS_ON: Ramp = (0.6, 0.8)
"""Heights of a box that ink in it reaches into a row without digits above or below: the tail of a 7 is shorter."""
OVER_ROWS: Ramp = (1.25, 1.4)
"""Heights of a free cell that a straight stroke goes down of which what stands in it is a part."""
MOST_OF_LINE = 2
"""Characters that are read in a cell of what is part of such a line."""
GAP: Ramp = (0.15, 0.35)
"""Heights of a free cell that a gap with sharp ends in one of its printed lines is wide."""
PATCH: Ramp = (1.0, 1.2)
"""How many times as odd in tone a patch in a free cell is as cells of the page usually show."""
LETTERS: Ramp = (3, 5)
"""Upright pieces of ink in a free cell that looks empty or filled up with a sign."""
BESIDE: Ramp = (0.4, 0.7)
HINT_BESIDE, LEAST_BESIDE_MM = 0.42, 4.0
"""Heights of a box that ink beside it is tall, as a number is. What forms print there is lower: it may hint at one."""


@dataclass(frozen=True, slots=True)
class Remarks:
    """``codes`` of each field: those of ``decide.REASONS``, each with its probability; ``anew`` is where a number
    stands, mm, beside one that was struck out, None where nothing does."""

    codes: Mapping[str, Mapping[str, float]]
    anew: Mapping[str, Box | None]


@dataclass(frozen=True, slots=True)
class Shown:
    """A field's primary cells, a strip of the page around them, the printed edges of each cell as it shows them, and
    the likeliest character of each digit box; ``freely`` is what is likeliest in a free cell."""

    field: Field
    cells: tuple[Box, ...]
    strip: Strip
    edges: tuple[tuple[Edge, ...], ...]
    read: str
    freely: str

    @property
    def name(self) -> str:
        return self.field.name

    @property
    def height(self) -> float:
        return self.cells[0].height


def remarks_of(
    template: Template,
    view: View,
    read: Mapping[CellKey, tuple[str, float]],
    free: Mapping[CellKey, Free],
) -> Remarks:
    """What is seen of each field.

    ``read`` is the likeliest character of each cell, ``free`` what was seen of cells that were searched for ink.
    """
    remarks: defaultdict[str, dict[str, float]] = defaultdict(dict)
    anew: dict[str, Box | None] = {}
    for (name, called, _), seen in free.items():
        if called == template.fields[name].primary:
            remarks[name] |= {
                "not_all_seen": _rise(seen.outside, OUTSIDE),
                "struck": _rise(seen.line.length, STRUCK_FREE) * _crosses(seen.line),
                "written_beside": _rise(seen.gap, APART),
            }
    shown = _looked_at(template, view, read)
    covered, faint = _covered(shown), _faint(shown)
    lines = {of.name: see_edges(of.strip, view.ruling.within(of.strip.box)) for of in shown if _is_free(of)}
    inks = {of.name: ink_of(of.strip, of.cells[0], lines[of.name], view.texts) for of in shown if _is_free(of)}
    pale, patched = _pale(shown, inks, view), _patched(shown, inks, view)
    boxes = [cell for of in shown for cell in of.cells]
    cells = [cell for field in template.fields.values() for cell in field_cells(field)]
    further = _further(shown, view, cells)
    known = [*view.texts, *(mark.box for mark in template.marks), *(area.box for area in template.areas)]
    blank = _blank_among_filled(shown)
    without_digits = [_outline(of) for of in shown if _has_no_digit(of)]
    for of in shown:
        whole = _outline(of)
        beside = ink_beside(of.strip, whole, of.height, view.ruling, known, cells)
        tall = 0.0 if beside is None or not _is_on_page(beside, template) else beside.tallest_mm
        remarks[of.name] |= {
            "covered": max(covered[of.name], _cut_line(of, lines), patched.get(of.name, 0.0)),
            "further_box": further[of.name],
            "blank_box": float(of.name in blank),
            "struck": max(
                remarks[of.name].get("struck", 0.0), _struck_boxes(of, view, tall >= HINT_BESIDE * of.height)
            ),
            "faint": max(faint[of.name], pale.get(of.name, 0.0)),
            "at_side": _at_side(of, inks, view),
            "line_through": max(
                _line_through(of, view, boxes, known),
                _runs_on(of, without_digits, inks, view),
                _over_rows(of, inks, view),
            ),
            "not_all_seen": max(remarks[of.name].get("not_all_seen", 0.0), _letters(of, inks)),
            "written_beside": max(
                remarks[of.name].get("written_beside", 0.0),
                _rise(tall / of.height, BESIDE) if tall >= LEAST_BESIDE_MM else 0.0,
            ),
        }
        if remarks[of.name]["struck"] > STRUCK_SURELY:
            anew[of.name] = _new_number(of, free, beside if tall >= HINT_BESIDE * of.height else None)
    return Remarks(remarks, anew)


def _new_number(of: Shown, free: Mapping[CellKey, Free], beside: Beside | None) -> Box | None:
    """Where the number stands that counts if a field's own is struck out, mm: in the same cell, or ``beside``.

    A cell that can be read as one number holds no second one.
    """
    seen = free.get((of.name, of.field.primary, (0,)))
    if seen is not None and seen.beyond is not None and UNREADABLE in of.freely:
        return seen.beyond
    return beside.box if beside is not None else None


def _looked_at(template: Template, view: View, read: Mapping[CellKey, tuple[str, float]]) -> list[Shown]:
    """The fields whose value stands in boxes or in a free cell, as the photograph shows them."""
    fields = [
        field for field in template.fields.values() if isinstance(field.encodings[field.primary], Digits | Number)
    ]
    if not fields:
        return []
    characters: defaultdict[str, str] = defaultdict(str)
    for (name, called, _), (character, _) in read.items():
        characters[name] += character if called == "digits" else ""
    cells = [tuple(encoding_cells(field.encodings[field.primary])) for field in fields]
    strips = view.strips([surroundings(of_field) for of_field in cells], min(first.height for first, *_ in cells))
    shown = []
    for field, of_field, strip in zip(fields, cells, strips, strict=True):
        sides = [view.ruling.edges_of(cell) for cell in of_field]
        seen = iter(see_edges(strip, [side for of_cell in sides for side in of_cell]))
        edges = tuple(tuple(next(seen) for _ in of_cell) for of_cell in sides)
        freely, _ = read.get((field.name, "number", (0,)), ("", 0.0))
        shown.append(Shown(field, of_field, strip, edges, characters[field.name], freely))
    return shown


def surroundings(cells: Sequence[Box]) -> Box:
    """The part of the page that is looked at around a field's cells, mm."""
    around = min(AROUND * cells[0].height, MOST_AROUND_MM)
    x, y = min(cell.x for cell in cells), min(cell.y for cell in cells)
    right, bottom = max(cell.right for cell in cells), max(cell.bottom for cell in cells)
    return Box(x - around, y - around, right - x + 2 * around, bottom - y + 2 * around)


def _covered(shown: Sequence[Shown]) -> dict[str, float]:
    """How probably a box of each field was not seen: its frame is not there, or its paper is other than around it."""
    boxes = [(of, i) for of in shown for i in range(len(of.cells))]
    frames = [of.edges[i] for of, i in boxes]
    papers = [paper_in(of.strip, of.cells[i]) for of, i in boxes]
    found = {of.name: 0.0 for of in shown}
    looks = (
        (missing_frames(frames), MISSING),
        (faded_frames(frames), FADED),
        (odd_papers(papers), ODD_PAPER),
        (smooth_papers(papers), SMOOTH),
    )
    for measures, ramp in looks:
        for (of, _), measure in zip(boxes, measures, strict=True):
            found[of.name] = max(found[of.name], _rise(measure, ramp))
    empty = [(of, cell) for of, cell in _empty_boxes(shown) if _has_guide(of)]
    for (of, _), part in zip(empty, missing_guides([(of.strip, cell) for of, cell in empty]), strict=True):
        found[of.name] = max(found[of.name], _rise(part, NO_GUIDE))
    return found


def _empty_boxes(shown: Sequence[Shown]) -> list[tuple[Shown, Box]]:
    """The digit boxes that are taken for empty."""
    return [(of, cell) for of in shown for cell, character in zip(of.cells, of.read, strict=False) if character == "_"]


def _has_guide(of: Shown) -> bool:
    primary = of.field.encodings[of.field.primary]
    return isinstance(primary, Digits) and primary.guide != "none"


def _blank_among_filled(shown: Sequence[Shown]) -> set[str]:
    """The fields before whose number a box is empty, where this hand fills the others with zeros, crosses or dashes."""
    rows = {of.name: of.read for of in shown if len(of.read) > 1 and of.read.strip("X-_")}
    blank = {name for name, read in rows.items() if read.startswith("_")}
    filled = sum(read[0] in "X-" or (read[0] == "0" and read[1].isdigit()) for read in rows.values())
    return blank if filled >= FEWEST_FILLED and len(blank) <= MOST_BLANK * filled else set()


def _further(shown: Sequence[Shown], view: View, cells: Sequence[Box]) -> dict[str, float]:
    """How probably a box that the template does not have stands at an end of each field's row."""
    usual = usual_lines([edges for of in shown for edges in of.edges])
    ends = [further_boxes(of.strip, of.cells, of.edges, view.ruling, usual, cells) for of in shown]
    left, right = (stands_there(found) for found in zip(*ends, strict=True)) if ends else ([], [])
    return {of.name: _rise(max(at), FURTHER) for of, at in zip(shown, zip(left, right, strict=True), strict=True)}


def _faint(shown: Sequence[Shown]) -> dict[str, float]:
    """How probably something hardly seen stands in a box of each field that is taken for empty."""
    empty = _empty_boxes(shown)
    found = {of.name: 0.0 for of in shown}
    for (of, _), length in zip(empty, traces_in([(of.strip, cell) for of, cell in empty]), strict=True):
        found[of.name] = max(found[of.name], _rise(length, FAINT))
    return found


def _is_free(of: Shown) -> bool:
    return isinstance(of.field.encodings[of.field.primary], Number)


def _pale(shown: Sequence[Shown], inks: Mapping[str, Ink], view: View) -> dict[str, float]:
    """How probably a pale digit stands beside what is read of each free number."""
    free = [of for of in shown if of.name in inks]
    strokes = [pale_strokes(of.strip, of.cells[0], inks[of.name], view.ruling, view.texts) for of in free]
    return {of.name: _rise(times, PALE) for of, times in zip(free, beyond_pattern(strokes), strict=True)}


def _patched(shown: Sequence[Shown], inks: Mapping[str, Ink], view: View) -> dict[str, float]:
    """How probably something of another tone than the paper lies in each free cell."""
    free = [of for of in shown if of.name in inks]
    odd = [odd_patch(of.strip, of.cells[0], inks[of.name], view.ruling, view.texts) for of in free]
    return {of.name: _rise(times, PATCH) for of, times in zip(free, beyond_usual(odd), strict=True)}


def _at_side(of: Shown, inks: Mapping[str, Ink], view: View) -> float:
    """How probably a digit of a free number, or of its neighbour's, stands on a side of its cell."""
    if not _is_free(of):
        return 0.0
    return _rise(ink_at_sides(of.strip, of.cells[0], inks[of.name], view.ruling), AT_SIDE)


def _struck_boxes(of: Shown, view: View, hinted: bool) -> float:
    """How probably a line is drawn over the digits in a field's boxes; a number beside them hints at one."""
    per_box = of.height / of.cells[0].width
    whole = find_line(of.strip, of.cells, of.edges, view.ruling, of.read.translate(AS_DIGITS))
    over_all = _rise(whole.length * per_box, STRUCK_ALL) * (_touches(whole) and whole.at <= 1 - MIDDLE)
    if not any(character.isdigit() or character == "?" for character in of.read):
        return over_all
    line = find_line(of.strip, of.cells, of.edges, view.ruling, of.read) if set(of.read) & set("X-") else whole
    boxes = line.length * per_box
    if hinted:
        return max(over_all, _rise(boxes, STRUCK_BESIDE) * _touches(line))
    is_level = MIDDLE <= line.at <= 1 - MIDDLE
    return max(over_all, _rise(boxes, STRUCK) * _runs_over(line), _rise(boxes, STRUCK_MORE) * is_level)


def _touches(line: Line) -> bool:
    """Whether a line runs by other ink: a long dash does not."""
    return max(line.above, line.below) >= LEAST_ON_ONE_SIDE


def _runs_over(line: Line) -> bool:
    """Whether a line runs through the middle of what is written, with ink above and below."""
    return _touches(line) and min(line.above, line.below) >= LEAST_ACROSS and DEPTH <= line.depth <= 1 - DEPTH


def _crosses(line: Line) -> bool:
    """Whether a line in a free cell crosses strokes: digits that are written together touch, but seldom cross."""
    return _runs_over(line) and line.crossed >= LEAST_CROSSED


def _line_through(of: Shown, view: View, boxes: Sequence[Box], printed: Sequence[Box]) -> float:
    """How probably a line that is no digit runs down through one of the field's boxes, and on beyond it."""
    first, last = of.cells[0], of.cells[-1]
    beside = [box for box in boxes if box.x < last.right and box.right > first.x]
    stacked = any(min(abs(b.y - first.bottom), abs(b.bottom - first.y)) < STACKED * of.height for b in beside)
    boxes_read = of.cells[: len(of.read)]
    solid = [box for box in printed if box.x < last.right and box.right > first.x]
    return max(
        (_rise(line_through(of.strip, box, view.ruling, solid, stacked), THROUGH) for box in boxes_read), default=0.0
    )


def _runs_on(of: Shown, without_digits: Sequence[Box], inks: dict[str, Ink], view: View) -> float:
    """How probably what stands in boxes is part of a line over rows of boxes without digits, mm: the bar of a Z and its
    leg are a 7."""
    if not of.read.strip("_"):
        return 0.0
    row, near = _outline(of), STACKED * of.height
    beside = [box for box in without_digits if box.x < row.right and box.right > row.x]
    above = any(0 <= row.y - box.bottom < near for box in beside)
    below = any(0 <= box.y - row.bottom < near for box in beside)
    if not (above or below):
        return 0.0
    up, down = reach_beyond(of.strip, row, _ink(of, inks, view))
    return _rise(max(up * above, down * below), RUNS_ON)


def _over_rows(of: Shown, inks: dict[str, Ink], view: View) -> float:
    """How probably what stands in a free cell or in boxes is part of a line through rows that nobody used."""
    read = of.freely if _is_free(of) else of.read.strip("_X-")
    if not 1 <= len(read) <= MOST_OF_LINE:
        return 0.0
    return _rise(stroke_over_rows(of.strip, _outline(of), _ink(of, inks, view), view.ruling), OVER_ROWS)


def _ink(of: Shown, inks: dict[str, Ink], view: View) -> Ink:
    """The ink around a field, kept in ``inks`` once it is known."""
    if of.name not in inks:
        inks[of.name] = written_on(of.strip, of.cells[0], view.ruling, view.texts)
    return inks[of.name]


def _cut_line(of: Shown, lines: Mapping[str, Sequence[Edge]]) -> float:
    """How probably something lies over a printed line around a free cell, and over what stands beside it.

    Of boxes, ``missing_frames`` tells.
    """
    return _rise(widest_gap_in_lines(of.strip, of.cells[0], lines[of.name]), GAP) if of.name in lines else 0.0


def _letters(of: Shown, inks: Mapping[str, Ink]) -> float:
    """How probably small letters stand in a free cell of which nothing or signs are read."""
    if not _is_free(of) or of.freely.strip("_X- "):
        return 0.0
    return _rise(upright_pieces(of.strip, of.cells[0], inks[of.name]), LETTERS)


def _outline(of: Shown) -> Box:
    return outline(of.field.encodings[of.field.primary])


def _has_no_digit(of: Shown) -> bool:
    """Whether a row is empty or hardly read; crosses fill their boxes, and touch those above."""
    return not of.read.strip("_?X-") and bool(of.read.strip("X-"))


def _is_on_page(beside: Beside, template: Template) -> bool:
    x, y = beside.box.centre
    return 0 <= x <= template.width_mm and 0 <= y <= template.height_mm


def _rise(measure: float, ramp: Ramp) -> float:
    start, end = ramp
    return min(max((measure - start) / (end - start), 0.0), 1.0)
