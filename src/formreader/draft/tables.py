"""Tables of free numbers: which cells are headings, which are to be written in, and what with."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from formreader.draft.cells import Block
from formreader.draft.pieces import (
    BESIDE_ASPECT,
    FOR_PEOPLE,
    IN_FIGURES,
    IN_WORDS,
    NUMBER_HEIGHT_MM,
    NUMBER_WIDTH_MM,
    PAGE_WORDS_MM,
    Kind,
    Parts,
    Piece,
)
from formreader.draft.words import Word, joined, within
from formreader.geometry import Box

TOUCH_MM = 0.7
LABEL_LETTERS, LABEL_SURE = 2, 60
"""A cell is a heading where so many letters are read in it, so surely; writing is seldom read like print."""
MOSTLY = 0.5
"""A column is one of headings where more than this part of its cells are."""
WIDER = 1.3
"""A cell for words is so much wider than the one for figures; cells for one purpose are equal."""
APART_MM, LEFT_MM = 3.0, 110.0
"""Between boxes of one row or column that share no lines is less paper than this; their words stand so near."""
HIGHEST = 2.0
"""A row is so many times as high as any that is only for numbers, at most."""
HEADING_ABOVE_MM = 9.0
"""Words over a box of its own, or over a table, stand within this."""


@dataclass(slots=True)
class TableCell:
    """``column`` counts places of equal left and right edges; ``label`` is what is printed in it."""

    box: Box
    label: str
    is_heading: bool = False


def free_fields(blocks: Sequence[Block], words: Sequence[Word], inked: Sequence[Box]) -> list[Parts]:
    """A field for each cell that a number may be written in, with the cell for its words beside it.

    ``inked`` are the cells of a blank form that have print in them; without words they say what is a heading.
    """
    cells = [
        TableCell(cell, _label(cell, words) or ("?" if cell in inked else ""))
        for block in blocks
        for cell in block.cells
    ]
    outside = [word for word in words if not any(within([word], cell.box) for cell in cells)]
    return [part for table in _tables(cells) for part in _fields(table, words, outside)]


def _label(cell: Box, words: Sequence[Word]) -> str:
    """What is printed in a cell; nothing where it seems to be written."""
    lines = joined(within(words, cell))
    text = " ".join(line.text for line in lines if line.sureness >= LABEL_SURE)
    return text if sum(character.isalpha() for character in text) >= LABEL_LETTERS else ""


def _tables(cells: Sequence[TableCell]) -> list[list[TableCell]]:
    """Cells that touch one another, directly or by others."""
    left = list(cells)
    tables = []
    while left:
        table = [left.pop()]
        for cell in table:
            near = [other for other in left if _touch(cell.box, other.box)]
            left = [other for other in left if not any(other is found for found in near)]
            table += near
        tables.append(sorted(table, key=lambda c: (c.box.y, c.box.x)))
    return sorted(tables, key=lambda table: (table[0].box.y, table[0].box.x))


def _touch(a: Box, b: Box) -> bool:
    apart_x = max(a.x, b.x) - min(a.right, b.right)
    apart_y = max(a.y, b.y) - min(a.bottom, b.bottom)
    # boxes that share no line, but stand in one row or column
    in_row = abs(a.y - b.y) < TOUCH_MM and abs(a.bottom - b.bottom) < TOUCH_MM and apart_x < APART_MM
    in_column = abs(a.x - b.x) < TOUCH_MM and abs(a.right - b.right) < TOUCH_MM and apart_y < APART_MM
    return max(apart_x, apart_y) < TOUCH_MM or in_row or in_column


def _fields(table: Sequence[TableCell], words: Sequence[Word], outside: Sequence[Word]) -> list[Parts]:
    """``outside`` are the words that stand in no cell."""
    _mark_headings(table)
    if len(table) == 1:
        return _single(table[0], words)
    found: list[Parts] = []
    nameless = not any(cell.label for cell in table) and _is_grid(table)
    for row in _rows(table):
        first = min((i for i, cell in enumerate(row) if cell.is_heading), default=-1)
        # what stands left of the first heading numbers the rows; labels may stand on both sides
        open_cells = [cell for cell in row[first + 1 :] if not cell.is_heading]
        above = [_heading_over(cell, table) or _words_over(cell, table, words) for cell in open_cells]
        beside = _words_beside(row[0].box, outside) if first < 0 else ""
        if first < 0 and not any(above) and not beside and not nameless:
            continue
        numbers = _of_row(open_cells, [heading or beside for heading in above], _high(table))
        if len(open_cells) == 2 and not nameless:
            numbers = _with_words(numbers)
        found += numbers
    if nameless and found:
        found[0].doubts.append("unsure: nothing that is printed says what these cells are for")
    return found


def _is_grid(table: Sequence[TableCell]) -> bool:
    """Whether cells stand in rows and in columns, as numbers do; a row or a column of boxes may be for signatures."""
    return len({round(c.box.x) for c in table}) > 1 and len({round(c.box.y) for c in table}) > 1


def _mark_headings(table: Sequence[TableCell]) -> None:
    """By columns: one word that was read in a column of numbers makes none of its cells a heading."""
    for cell in table:
        column = [
            c for c in table if abs(c.box.x - cell.box.x) < TOUCH_MM and abs(c.box.right - cell.box.right) < TOUCH_MM
        ]
        share = sum(bool(c.label) for c in column) / len(column)
        top = [c for c in column if c.box.y < cell.box.y and not c.label]
        # headings of a column stand over all that is open in it
        cell.is_heading = share > MOSTLY if len(column) > 2 else bool(cell.label) and _is_leftmost(cell, table)
        if cell.label and not top:
            cell.is_heading = True
    for row in _level(table):
        # where most cells of a row are headings, of columns too, the others are headings that were not read
        heads = [cell for cell in row if cell.is_heading]
        if len(heads) > MOSTLY * len(row) and any(_is_over_open_cells(cell, table) for cell in heads):
            for cell in row:
                cell.is_heading = True
    for cell in table:
        if not cell.is_heading and _is_unread_label(cell, table):
            cell.is_heading = True


def _is_unread_label(cell: TableCell, table: Sequence[TableCell]) -> bool:
    """Whether it is a table's leftmost, as labels of rows are that stand over or under it: this one was not read."""
    if not _is_leftmost(cell, table):
        return False
    fellows = [
        c
        for c in table
        if c.is_heading and abs(c.box.x - cell.box.x) < TOUCH_MM and abs(c.box.right - cell.box.right) < TOUCH_MM
    ]
    return any(_has_open_right(c, table) for c in fellows) and _has_open_right(cell, table)


def _is_leftmost(cell: TableCell, table: Sequence[TableCell]) -> bool:
    box = cell.box
    return not any(c.box.right < box.x + TOUCH_MM and c.box.y < box.centre[1] < c.box.bottom for c in table)


def _has_open_right(cell: TableCell, table: Sequence[TableCell]) -> bool:
    right = cell.box.right
    return any(
        not c.is_heading and abs(c.box.x - right) < TOUCH_MM and c.box.y < cell.box.centre[1] < c.box.bottom
        for c in table
    )


def _is_over_open_cells(heading: TableCell, table: Sequence[TableCell]) -> bool:
    box = heading.box
    return any(
        not c.is_heading and c.box.y > box.bottom - TOUCH_MM and box.x < c.box.centre[0] < box.right for c in table
    )


def _level(table: Sequence[TableCell]) -> list[list[TableCell]]:
    """Cells of one top and one bottom."""
    rows: list[list[TableCell]] = []
    for cell in table:
        for row in rows:
            if abs(row[0].box.y - cell.box.y) < TOUCH_MM and abs(row[0].box.bottom - cell.box.bottom) < 2 * TOUCH_MM:
                row.append(cell)
                break
        else:
            rows.append([cell])
    return rows


def _rows(table: Sequence[TableCell]) -> list[list[TableCell]]:
    rows = _level(table)
    # a heading that spans several rows heads each of them
    for row in rows:
        middle = row[0].box.centre[1]
        row += [c for c in table if c.is_heading and c not in row and c.box.y < middle < c.box.bottom]
    return [sorted(row, key=lambda c: c.box.x) for row in rows]


def _heading_over(cell: TableCell, table: Sequence[TableCell]) -> str:
    """The headings in the cells over this one, the nearest last."""
    middle = cell.box.centre[0]
    over = [
        c for c in table if c.is_heading and c.box.bottom < cell.box.y + TOUCH_MM and c.box.x < middle < c.box.right
    ]
    return " ".join(c.label for c in sorted(over, key=lambda c: c.box.y))


def _words_over(cell: TableCell, table: Sequence[TableCell], words: Sequence[Word]) -> str:
    """What is printed over a column whose heading has no cell, beside headings that have: its frame was not seen."""
    middle = cell.box.centre[0]
    top = min((c.box for c in table if c.box.x < middle < c.box.right), key=lambda box: box.y)
    if not any(c.is_heading and abs(c.box.bottom - top.y) < TOUCH_MM for c in table):
        return ""
    over = within(words, Box(top.x, top.y - HEADING_ABOVE_MM, top.width, HEADING_ABOVE_MM))
    free = [word for word in over if not any(within([word], c.box) for c in table)]
    return " ".join(line.text for line in joined(free) if line.letters >= LABEL_LETTERS)


def _words_beside(box: Box, outside: Sequence[Word]) -> str:
    """What is printed left of a row whose heading has no cell."""
    beside = within(outside, Box(box.x - LEFT_MM, box.y - 1, LEFT_MM, box.height + 2))
    return " ".join(line.text for line in joined(beside) if line.letters >= LABEL_LETTERS)


def _high(table: Sequence[TableCell]) -> list[TableCell]:
    """Cells higher than numbers need whose column has others that are not: rows of one table differ."""
    low, high = NUMBER_HEIGHT_MM
    fits = [c.box for c in table if not c.is_heading and low <= c.box.height <= high]
    return [
        c
        for c in table
        if high < c.box.height <= HIGHEST * high
        and any(abs(box.x - c.box.x) < TOUCH_MM and abs(box.right - c.box.right) < TOUCH_MM for box in fits)
    ]


def _of_row(cells: Sequence[TableCell], above: Sequence[str], high: Sequence[TableCell]) -> list[Parts]:
    """Each number of a row, words going to the number on their left, or the next."""
    kinds: list[Kind | None] = [
        _kind(cell.box, heading) or ("number" if cell in high else None)
        for cell, heading in zip(cells, above, strict=True)
    ]
    if "words" not in kinds:
        kinds = ["words" if i in _beside_figures(above) else kind for i, kind in enumerate(kinds)]
    parts: list[Parts] = []
    waiting: list[Piece] = []
    for cell, kind in zip(cells, kinds, strict=True):
        if kind is None:
            continue
        piece = Piece(kind, _alone(cell.box))
        if kind == "words":
            if parts and "words" not in parts[-1].pieces and "number" in parts[-1].pieces:
                parts[-1].add(piece)
            else:
                waiting.append(piece)
            continue
        parts.append(Parts(cell.box))
        parts[-1].add(piece)
        if kind == "number" and waiting:
            parts[-1].add(waiting.pop())
    return parts


def _with_words(numbers: list[Parts]) -> list[Parts]:
    """Of two cells side by side that nothing tells apart, the second, if it is much wider, for the first in words."""
    if [list(part.pieces) for part in numbers] != [["number"], ["number"]]:
        return numbers
    first, second = (part.anchor for part in numbers)
    touching = abs(second.x - first.right) < TOUCH_MM
    if not touching or second.width < max(WIDER * first.width, BESIDE_ASPECT * second.height):
        return numbers
    numbers[0].add(Piece("words", _alone(second)))
    numbers[0].doubts.append("unsure: the wide cell beside may be for the number in words; leave `words` out if not")
    return numbers[:1]


def _beside_figures(above: Sequence[str]) -> set[int]:
    """The columns right of those for figures, where no heading of their own was read: those are for words."""
    return {
        i + 1
        for i, (heading, after) in enumerate(pairwise(above))
        if IN_FIGURES.search(heading) and not IN_FIGURES.search(after) and not _words_of(after) - _words_of(heading)
    }


def _words_of(heading: str) -> set[str]:
    """Its words of three letters and more."""
    return set(re.findall(r"\w{3,}", heading.lower()))


def _kind(box: Box, heading: str) -> Kind | None:
    if IN_WORDS.search(heading) and box.height < PAGE_WORDS_MM:
        return "words"
    # a heading over several columns may be for people in one of them; over figures it is not
    if FOR_PEOPLE.search(heading) and not IN_FIGURES.search(heading):
        return "text"
    fits = NUMBER_HEIGHT_MM[0] <= box.height <= NUMBER_HEIGHT_MM[1] and box.width >= NUMBER_WIDTH_MM
    return "number" if fits else None


def _single(cell: TableCell, words: Sequence[Word]) -> list[Parts]:
    """A box of its own, by the words over it or left of it."""
    box = cell.box
    over = Box(box.x, box.y - HEADING_ABOVE_MM, box.width, HEADING_ABOVE_MM)
    beside = Box(box.x - 60, box.y - 1, 60, box.height + 2)
    heading = " ".join(line.text for part in (over, beside) for line in joined(within(words, part)))
    kind = _kind(box, heading)
    if kind is None or not heading or cell.is_heading:
        return []
    part = Parts(box)
    part.add(Piece("number" if kind == "words" else kind, _alone(box)))
    return [part]


def _alone(box: Box) -> Block:
    return Block(box, 1, 1, (box.width, box.height))
