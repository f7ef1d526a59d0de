"""The cells that ruled lines leave between them, and the blocks that equal cells make."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from formreader.draft.sheet import PX_PER_MM
from formreader.geometry import Box
from formreader.templates import Segment

SNAPPED_MM = 0.3
"""A cell's edge is a line's own place, which is known finer than the picture's pixels."""
RECTANGULAR = 0.96
"""A cell fills at least this part of its own outline; what bends around others is none."""
SMALLEST_MM = 1.5
GAP = 0.35
"""Between boxes that stand apart, what is narrower than this part of them is no box."""
WIDEST_GAP_MM = 12.0
"""Boxes of one row stand no farther apart; equal cells that do have others between them."""
ALIKE_MM, ALIKE = 0.45, 0.07
"""Cells of one block differ in size and step by less than this, or by this part of their size."""


@dataclass(frozen=True, slots=True)
class Block:
    """``rows`` by ``columns`` equal cells, ``step`` (right, down) mm from one to the next, the first at ``first``."""

    first: Box
    rows: int
    columns: int
    step: tuple[float, float]

    @property
    def box(self) -> Box:
        """Around all cells."""
        width = self.first.width + (self.columns - 1) * self.step[0]
        return Box(self.first.x, self.first.y, width, self.first.height + (self.rows - 1) * self.step[1])

    @property
    def joined(self) -> bool:
        """Whether cells beside one another share a line."""
        return self.columns == 1 or self.step[0] < self.first.width + ALIKE_MM

    @property
    def cells(self) -> list[Box]:
        return [
            self.first.shifted(j * self.step[0], i * self.step[1])
            for i in range(self.rows)
            for j in range(self.columns)
        ]


def find_cells(segments: Iterable[Segment], width_mm: float, height_mm: float) -> list[Box]:
    """Rectangles with a line on every side, to the lines' centres; row by row."""
    width, height = round(width_mm * PX_PER_MM), round(height_mm * PX_PER_MM)
    free = np.full((height, width), 255, np.uint8)
    segments = list(segments)
    for s in segments:
        cv2.line(free, _pixel(s.x0, s.y0), _pixel(s.x1, s.y1), 0, 1)
    _, _, stats, _ = cv2.connectedComponentsWithStats(free, connectivity=4)
    cells = []
    for x, y, w, h, area in stats[1:]:
        whole = area >= RECTANGULAR * w * h and min(w, h) >= SMALLEST_MM * PX_PER_MM
        if whole and x > 0 and y > 0 and x + w < width and y + h < height:
            # a line is a pixel wide here: from the middle of one to the middle of the other
            left, top, right, bottom = (float(v) / PX_PER_MM for v in (x - 0.5, y - 0.5, x + w + 0.5, y + h + 0.5))
            cells.append(_snapped(left, top, right, bottom, segments))
    return sorted(cells, key=lambda cell: (round(cell.y, 1), cell.x))


def _snapped(left: float, top: float, right: float, bottom: float, segments: Sequence[Segment]) -> Box:
    x0, x1 = (
        _edge(x, (top + bottom) / 2, [(s.x0, s.y0, s.y1) for s in segments if not s.horizontal]) for x in (left, right)
    )
    y0, y1 = (
        _edge(y, (left + right) / 2, [(s.y0, s.x0, s.x1) for s in segments if s.horizontal]) for y in (top, bottom)
    )
    return Box(x0, y0, x1 - x0, y1 - y0)


def _edge(at: float, along: float, lines: Iterable[tuple[float, float, float]]) -> float:
    """The place of the line (place, start, end) that runs there, or ``at`` where none does."""
    near = [place for place, start, end in lines if start <= along <= end and abs(place - at) < SNAPPED_MM]
    return min(near, key=lambda place: abs(place - at), default=at)


def find_blocks(cells: Sequence[Box]) -> list[Block]:
    """All cells in blocks, those that are like no neighbour in blocks of one."""
    strips = [strip for row in _rows(cells) for strip in _strips(row)]
    return sorted(_stacked(strips), key=lambda block: (block.first.y, block.first.x))


def alike(a: float, b: float) -> bool:
    """Whether two sizes on one page are the same one, mm."""
    return abs(a - b) < max(ALIKE_MM, ALIKE * max(a, b))


def _pixel(x_mm: float, y_mm: float) -> tuple[int, int]:
    return round(x_mm * PX_PER_MM - 0.5), round(y_mm * PX_PER_MM - 0.5)


def _rows(cells: Sequence[Box]) -> list[list[Box]]:
    """Cells of one height that begin at one y, from the left."""
    rows: list[list[Box]] = []
    for cell in sorted(cells, key=lambda c: c.y):
        for row in reversed(rows):
            if abs(row[-1].y - cell.y) < ALIKE_MM and abs(row[-1].height - cell.height) < ALIKE_MM:
                row.append(cell)
                break
            if cell.y - row[-1].y > ALIKE_MM:
                rows.append([cell])
                break
        else:
            rows.append([cell])
    return [sorted(row, key=lambda c: c.x) for row in rows]


def _strips(row: Sequence[Box]) -> list[list[Box]]:
    """Runs of equal cells at equal steps, none with a gap wider than a cell."""
    strips: list[list[Box]] = []
    for i, cell in enumerate(row):
        if 0 < i < len(row) - 1 and _is_gap(row[i - 1], cell, row[i + 1]):
            continue
        strip = strips[-1] if strips else []
        if strip and _goes_on(strip, cell):
            strip.append(cell)
        else:
            strips.append([cell])
    return strips


def _is_gap(before: Box, cell: Box, after: Box) -> bool:
    """Whether a narrow cell is what is left between two boxes of their own."""
    touching = max(cell.x - before.right, after.x - cell.right) < ALIKE_MM
    return touching and alike(before.width, after.width) and cell.width < GAP * before.width


def _goes_on(strip: Sequence[Box], cell: Box) -> bool:
    last = strip[-1]
    step = cell.x - last.x
    if not alike(cell.width, last.width) or step > last.width + min(0.6 * last.width, WIDEST_GAP_MM):
        return False
    return len(strip) == 1 or abs(step - (last.x - strip[-2].x)) < ALIKE_MM


def _stacked(strips: Sequence[list[Box]]) -> list[Block]:
    """Strips of one shape that lie under one another as rows of a block."""
    columns: dict[int, list[list[list[Box]]]] = defaultdict(list)
    for strip in sorted(strips, key=lambda s: s[0].y):
        for stack in reversed(columns[len(strip)]):
            if _under(stack, strip):
                stack.append(strip)
                break
        else:
            columns[len(strip)].append([strip])
    return [_block(stack) for stacks in columns.values() for stack in stacks]


def _under(stack: Sequence[Sequence[Box]], strip: Sequence[Box]) -> bool:
    last = stack[-1]
    if max(abs(last[0].x - strip[0].x), abs(last[-1].right - strip[-1].right)) > ALIKE_MM:
        return False
    step = strip[0].y - last[0].y
    touches = abs(strip[0].y - last[0].bottom) < ALIKE_MM
    return (
        alike(last[0].height, strip[0].height)
        and touches
        and (len(stack) == 1 or abs(step - (last[0].y - stack[-2][0].y)) < 2 * ALIKE_MM)
    )


def _block(stack: Sequence[Sequence[Box]]) -> Block:
    """Its cells' common size and steps: the whole is measured, and parted equally."""
    first, last = stack[0], stack[-1]
    rows, columns = len(stack), len(first)
    x, right = float(np.mean([s[0].x for s in stack])), float(np.mean([s[-1].right for s in stack]))
    width = float(np.mean([cell.width for strip in stack for cell in strip]))
    step = (right - x - width) / (columns - 1) if columns > 1 else width
    if abs(step - width) < 0.25:  # cells that share a line fill the whole
        width = step = (right - x) / columns
    height = (last[0].bottom - first[0].y) / rows
    return Block(Box(x, first[0].y, width, height), rows, columns, (step, height))
