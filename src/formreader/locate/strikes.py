"""Lines drawn over what stands in boxes: a number struck out, a hair or a crease through a box."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from formreader.geometry import Box
from formreader.locate.edges import Edge, Ruling
from formreader.locate.strips import Darkness, Strip

FAINTEST, OF_DARKEST, OF_DARKEST_HAIR = 0.1, 0.35, 0.2
"""Ink is at least so dark, and has at least this part of what the darkest ink there has; a hair is lighter than ink."""
BESIDE_LINE = 0.035
"""Heights of the boxes on both sides of a printed upright line that its blur takes."""
ACROSS_LINE = 0.06
"""Heights of the boxes that a stroke rises or falls on its way across such a line."""
FRAME = 0.11
"""Part of a box at its top and bottom that its frame takes, with what it may be off its place."""
MIDDLE = 0.18
"""Part of a box at its top and its bottom in which a line over it does not end: digits have bars of their own there."""
THROUGH, THROUGH_STACKED = 0.25, 0.6
"""Heights of a box that a line through it goes on beyond both its edges; digits in boxes right above each other may
meet."""
CUT = 0.2
"""Heights of a row that a stroke lacks where it crosses printed lines at a slant, and they are taken out."""
EDGE, LEAST_WITHIN = 0.2, 0.1
"""Parts of a row at its top and bottom in which ink may be another row's; px of ink within, in heights, that make it
the row's own."""
THICKEST = 0.14
"""Heights of a box that a hair, a crease or a pen takes across; touching digits of thick pens take more."""
STRAIGHT = 3
"""How straight a line through stacked boxes is: the strokes of their digits bend more."""
MOSTLY_THIN = 0.85
"""Part of a line through stacked boxes that is no thicker than that."""
BEYOND = 0.35
"""Heights of the boxes that a line is followed beyond them."""
WOBBLE = 0.04
"""Heights of the boxes that a hand's line strays from straight, up or down."""
SHORTEST = 0.28
"""Heights of the boxes that a stroke along a line is long; one that crosses it, and is no part of it, is shorter."""
GAP = 0.1
"""Heights of the boxes over which a line may be interrupted: between two digits' own bars there is more."""
STEEPEST = 0.6
"""Heights of the boxes that a line may rise or fall from one end of its field to the other."""
OFF_LINE, LOOKED_FOR = 0.13, 0.6
"""Heights of the boxes from a line: ink nearer is the line itself, ink further off is not under it."""
STEP_PX = 3
SAME_MM = 0.5
"""A line that ends so near a box ends there."""
UNUSED = "X-_"
"""Characters of boxes that hold no digit."""

Ink = NDArray[np.uint8]
"""Shape (height, width), 1 where there is ink."""


@dataclass(frozen=True, slots=True)
class Line:
    """The longest unbroken line over a row of boxes; lengths in their heights.

    ``start`` and ``end`` are where it begins and ends along the row without its frames, ``at`` how far down its
    middle is, ``depth`` the same from the top to the bottom of what is written along it, 0..1. ``above``, ``below`` and
    ``crossed`` are the parts of its length that have ink there, and on both sides at once.
    """

    start: float
    end: float
    at: float
    rise: float
    depth: float
    above: float
    below: float
    crossed: float

    @property
    def length(self) -> float:
        return self.end - self.start


NO_LINE = Line(0.0, 0.0, 0.5, 0.0, 0.5, 0.0, 0.0, 0.0)


def line_along(row: Darkness) -> Line:
    """The longest line through the middle of a row of boxes, its printed upright lines left out."""
    height, width = row.shape
    ink = _ink(row)
    edge, middle = round(FRAME * height), round(MIDDLE * height)
    ink[:edge] = ink[height - edge :] = 0
    at = np.arange(middle, height - middle, STEP_PX)
    rows, across = _lines_over((height, width), at, STEEPEST * height)
    runs, ends = _longest_runs(_unbroken(ink, height, rows, across))
    best = int(runs.argmax())
    length, end = int(runs[best]), int(ends[best])
    if length < 2:
        return NO_LINE
    on = slice(end - length + 1, end + 1)
    y, x = rows[best, on], across[on]
    off, far = round(OFF_LINE * height), round(LOOKED_FOR * height)
    above, below = _with_ink(ink, x, y - far, y - off), _with_ink(ink, x, y + off + 1, y + far)
    return Line(
        float(x[0] / height),
        float((x[-1] + 1) / height),
        float(y.mean() / height),
        float((y[-1] - y[0]) / height),
        _depth(ink[:, x[0] : x[-1] + 1], float(y.mean())),
        float(above.mean()),
        float(below.mean()),
        float((above & below).mean()),
    )


def _depth(ink: Ink, at: float) -> float:
    """Where a row is between the first and the last with ink."""
    inked = np.flatnonzero(ink.any(axis=1))
    return float((at - inked[0]) / max(inked[-1] - inked[0], 1)) if len(inked) else 0.5


def line_through(strip: Strip, cell: Box, printed: Ruling, solid: Sequence[Box], stacked: bool) -> float:
    """The longest unbroken part of a line that passes down through a box and on beyond its upper and its lower edge:
    1 where one goes all the way. ``solid`` is what the form prints black. Boxes that are ``stacked``, one right below
    the other, ask for a longer one."""
    beyond = (THROUGH_STACKED if stacked else THROUGH) * cell.height
    column = Box(cell.x, cell.y - beyond, cell.width, cell.height + 2 * beyond)
    level = [(line.y0, line.width) for line in printed.within(column) if line.horizontal]
    shown = strip.part(column)
    k = strip.px_per_mm
    darkness = shown.darkness.copy()
    for box in solid:
        darkness[shown.span(box)] = 0.0
    turned = _without_lines(darkness.T, cell.height, k, [(y - shown.box.y, width) for y, width in level])
    wide, length = turned.shape
    ink = _ink(turned, OF_DARKEST_HAIR)
    edge, ends = round(FRAME * wide), max(1, round(beyond * k / 2))
    ink[:edge] = ink[wide - edge :] = 0
    if not (ink[:, :ends].any() and ink[:, length - ends :].any()):
        return 0.0
    far, thin = _path_along(ink, round(cell.height * k), STRAIGHT if stacked else 1)
    return 0.0 if stacked and thin < MOSTLY_THIN else far


def reach_beyond(strip: Strip, row: Box, ink: Ink) -> tuple[float, float]:
    """How far ink that stands in a row of cells reaches beyond its upper and its lower edge, in heights of the row.

    ``ink`` is the strip's, without what the form prints.
    """
    tall, (rows, columns) = row.height * strip.px_per_mm, strip.span(row)
    gap = max(1, round(CUT * tall)) | 1
    near = cv2.dilate(ink, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (gap, gap)))
    count, labels = cv2.connectedComponents(near, connectivity=8)
    labels = labels * ink
    edge = round(EDGE * tall)
    within = np.bincount(labels[rows.start + edge : rows.stop - edge, columns].ravel(), minlength=count)
    within[0] = 0
    inked = np.flatnonzero((within >= LEAST_WITHIN * tall)[labels].any(axis=1))
    if len(inked) == 0:
        return 0.0, 0.0
    return max(float(rows.start - inked[0]), 0.0) / tall, max(float(inked[-1] + 1 - rows.stop), 0.0) / tall


def _path_along(ink: Ink, height: int, straight: int) -> tuple[float, float]:
    """How far the longest path goes over ink from left to right without a break, and the part of it that is thin, 0..1.

    It may bend: over ``straight`` columns it moves up or down by a pixel, at most.
    """
    gap = max(1, round(GAP * height)) | 1
    ways = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, np.ones((1, gap), np.uint8))
    thick = round(THICKEST * height) | 1
    is_thin = ways * (1 - cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((thick, thick), np.uint8)))
    bend = np.ones((3, 1), np.uint8)
    # whole numbers count columns, the rest of them those that are thin
    share = 1.0 / (2 * ink.shape[1])
    steps = np.zeros((len(ink), 1), np.float32)
    best = 0.0
    for column in range(ink.shape[1]):
        here = slice(column, column + 1)
        came = steps if column % straight else cv2.dilate(steps, bend)
        steps = (came + 1.0 + share * is_thin[:, here]) * ways[:, here]
        best = max(best, float(steps.max()))
    far = int(best)
    return far / ink.shape[1], (best - far) / share / max(far, 1)


def _ink(picture: Darkness, of_darkest: float = OF_DARKEST) -> Ink:
    darkest = float(np.percentile(picture, 98))
    return (picture > max(FAINTEST, of_darkest * darkest)).astype(np.uint8)


def _unbroken(ink: Ink, height: int, rows: NDArray[np.intp], across: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Where each line (lines, steps) has ink of strokes that run along it, or little between two of them."""
    wobble = max(1, round(WOBBLE * height))
    fat = cv2.dilate(ink, np.ones((2 * wobble + 1, 1), np.uint8))
    on_line = fat[rows, across]
    stroke, gap = (np.ones((1, max(1, round(of * height / STEP_PX))), np.uint8) for of in (SHORTEST, GAP))
    strokes = cv2.morphologyEx(on_line, cv2.MORPH_OPEN, stroke)
    return cv2.morphologyEx(strokes, cv2.MORPH_CLOSE, np.ones((1, gap.shape[1] + 1), np.uint8)) > 0


def _lines_over(
    shape: tuple[int, int], at: NDArray[np.intp], steepest: float
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Rows (lines, steps) of all lines that begin and end at these rows, and their columns (steps,)."""
    across = np.arange(0, shape[1], STEP_PX)
    left, right = (ends.ravel() for ends in np.meshgrid(at, at, indexing="ij"))
    mild = np.abs(right - left) <= steepest
    left, right = left[mild], right[mild]
    rows = np.rint(left[:, None] + (right - left)[:, None] * (across / max(shape[1] - 1, 1))).astype(np.intp)
    return rows, across


def _longest_runs(hit: NDArray[np.bool_]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Of each row, the longest run of true values and the place of its last one."""
    counted: NDArray[np.intp] = np.cumsum(hit, axis=1)
    before: NDArray[np.intp] = np.maximum.accumulate(np.where(hit, 0, counted), axis=1)
    run: NDArray[np.intp] = counted - before
    ends: NDArray[np.intp] = run.argmax(axis=1)
    return np.take_along_axis(run, ends[:, None], axis=1)[:, 0], ends


def _with_ink(ink: Ink, x: NDArray[np.intp], top: NDArray[np.intp], bottom: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Which of the columns ``x`` have ink in the rows from ``top`` on and before ``bottom``."""
    height = len(ink)
    down = np.vstack([np.zeros((1, ink.shape[1]), int), np.cumsum(ink, axis=0)])
    top, bottom = np.clip(top, 0, height), np.clip(bottom, 0, height)
    result: NDArray[np.bool_] = down[np.maximum(bottom, top), x] > down[top, x]
    return result


def find_line(strip: Strip, cells: Sequence[Box], edges: Sequence[Sequence[Edge]], printed: Ruling, read: str) -> Line:
    """The longest line over those boxes of a field that hold digits.

    ``edges`` are the printed edges of each cell as the strip shows them, ``printed`` the lines of the page, ``read``
    the likeliest character of each cell: what runs from a cross or a dash into the box beside it is theirs.
    """
    digits = [i for i, character in enumerate(read) if character not in UNUSED]
    if not digits:
        return NO_LINE
    first, last = digits[0], digits[-1]
    reach = BEYOND * cells[0].height
    left = cells[first].x - (0.0 if first and read[first - 1] in "X-" else reach)
    right = cells[last].right + (0.0 if last + 1 < len(cells) and read[last + 1] in "X-" else reach)
    row = Box(left, cells[0].y, right - left, cells[0].height)
    core = Box(row.x, row.y + SAME_MM, row.width, row.height - 2 * SAME_MM)
    beside = [line for line in printed.within(core) if line.horizontal]
    # rows of another table may go on beside the boxes
    left = max([left, *(line.x1 for line in beside if left < line.x1 <= cells[first].x + SAME_MM)])
    right = min([right, *(line.x0 for line in beside if cells[last].right - SAME_MM <= line.x0 < right)])
    row = Box(left, row.y, right - left, row.height)
    upright = [
        (edge.segment.x0 + float(np.median(edge.off_mm)), edge.segment.width)
        for of_cell in edges
        for edge in of_cell
        if not edge.segment.horizontal and len(edge.off_mm)
    ]
    return line_along(_row(strip, row, upright))


def _row(strip: Strip, row: Box, upright_mm: Sequence[tuple[float, float]]) -> Darkness:
    """The part of the strip that shows ``row``, without the printed upright lines in it, each given as
    its middle and its width, mm."""
    shown = strip.part(row)
    lines = [(middle - shown.box.x, width) for middle, width in upright_mm]
    return _across_lines(shown.darkness, row.height, strip.px_per_mm, lines)


def _without_lines(
    picture: Darkness, height: float, px_per_mm: float, lines_mm: Sequence[tuple[float, float]]
) -> Darkness:
    """``picture`` of boxes ``height`` mm high without the columns that printed lines take, each given as its middle
    from the left and its width, mm."""
    kept = np.ones(picture.shape[1], bool)
    for taken in _taken(height, px_per_mm, lines_mm):
        kept[taken] = False
    return picture[:, kept]


def _across_lines(
    picture: Darkness, height: float, px_per_mm: float, lines_mm: Sequence[tuple[float, float]]
) -> Darkness:
    """As ``_without_lines``, but digits on both sides come no nearer: where a line ran stands what goes on across it,
    as dark as it is at about one height on both its sides.
    """
    kept = picture.copy()
    wobble = max(1, round(ACROSS_LINE * height * px_per_mm))
    bend = np.ones((2 * wobble + 1, 1), np.uint8)
    for taken in _taken(height, px_per_mm, lines_mm):
        if taken.start == 0 or taken.stop >= picture.shape[1]:
            kept[:, taken] = 0.0
            continue
        one, other = (cv2.dilate(picture[:, at : at + 1], bend) for at in (taken.start - 1, taken.stop))
        kept[:, taken] = np.minimum(one, other)
    return kept


def _taken(height: float, px_per_mm: float, lines_mm: Sequence[tuple[float, float]]) -> Iterator[slice]:
    """The columns that each line takes with its blur."""
    for middle, width in lines_mm:
        half = width / 2 + BESIDE_LINE * height
        left, right = (max(round((middle + side) * px_per_mm), 0) for side in (-half, half))
        yield slice(left, right)
