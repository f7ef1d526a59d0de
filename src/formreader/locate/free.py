"""What is written freely in one cell, found by its ink: wherever it stands, and with what crosses the cell's border."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil, floor

import cv2
import numpy as np
from numpy.typing import NDArray

from formreader.geometry import LINE_MARGIN, LINE_PX, Box, line_box, line_width_px
from formreader.locate.crops import LINE_SUPERSAMPLING
from formreader.locate.edges import Edge, Ruling, near_lines, see_edges
from formreader.locate.strips import Darkness, Strip
from formreader.records import Grey

FAINTEST, OF_DARKEST = 0.09, 0.35
"""Ink is at least so dark, and has at least this part of what the darkest ink of the cell has."""
LINE_BLUR_MM = 0.15
LINE_BLUR_PX = 0.7
"""What a printed line takes up on both sides, beside its width."""
EDGE = 0.22
"""Part of a cell at its top and its bottom: ink that stays in there belongs to the cell above or below."""
LEAST_SPECK = 0.1
"""Pixels of ink, in heights of the cell, that no dirt has in the cell's core."""
LEAST_SIZE, FAR = 0.25, 1.0
"""Heights of the cell: smaller ink is dirt where it lies further than ``FAR`` from larger."""
TALLEST = 1.7
"""Heights of the cell: ink from the top of the strip to its bottom, this tall and thin, is a line of the form."""
THIN = 0.2
LEFT_OFF_MM, LEFT_BY_LINE = 0.6, 0.9
LEFT_TALL, LEFT_THIN = 0.85, 0.1
"""What is left of a printed line lies so near its place, is as tall as the cell and thinner than a pen's stroke."""
BEFORE, BEHIND = 0.35, 0.35
"""Heights of the cell that are shown before the first ink and behind the last."""
NARROWEST = 1.3
"""Heights of the cell: the narrowest window that the networks have seen."""
EMPTY = 4.0
"""Heights of the cell that are shown of one in which nothing is found."""
USUAL, NEAREST = 0.6, 0.5
"""Height of writing in parts of the window's that the readers know best, and of the smallest window in the cell's."""
AROUND = 0.6
"""Heights of the cell that are looked at around it."""
PALE, PALE_TALL, PALE_WIDE = 0.14, 0.45, 0.2
"""Part of the darkest ink that a hairline has at least, how tall it is and how wide on the average, in heights of the
cell: beside bolder digits it is shown to the readers, who tell a one from a hair on the paper."""
LEAST_TALL = 0.4
"""Heights of the cell: what is less tall, dashes say, counts as so tall."""
JOINED = 0.18
"""Heights of the cell: a stroke between the cell's lines that stays at its edge and lies so near to the cell's own ink
may have been parted from it by the printed line. It is shown as it stands: a digit of which a part is painted out is
another digit, to every reader alike."""


Ink = NDArray[np.uint8]
"""Shape (height, width) of a strip: 1 where a pen wrote, 0 elsewhere."""


@dataclass(frozen=True, slots=True)
class Writing:
    """What stands in a cell: ``box`` is the window that holds it (mm), ``outside`` the part of its ink that is not in
    there, ``picture`` the strip without what belongs to other cells, ``row`` the cell's own ink between its upper and
    its lower edge, from ``left`` (mm) on."""

    box: Box
    outside: float
    picture: Grey
    row: Darkness
    left: float


def strip_box(cell: Box) -> Box:
    """The part of the page in which the ink of a cell is looked for."""
    around = AROUND * cell.height
    return Box(cell.x - around, cell.y - around, cell.width + 2 * around, cell.height + 2 * around)


def find_writing(strip: Strip, cell: Box, printed: Ruling, texts: Sequence[Box], most_px: int) -> Writing:
    """The writing in ``cell``; where there is none, a window in its middle.

    ``printed`` lines and ``texts`` are of the page. ``most_px`` is what ``cut_window`` shows at most.
    """
    lines, near = see_edges(strip, printed.within(strip.box)), near_lines(strip, printed, LEFT_OFF_MM)
    ink = ink_of(strip, cell, lines, texts)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    h = cell.height * strip.px_per_mm
    rows, columns = strip.span(cell)
    edge = round(EDGE * h)
    in_core = np.bincount(labels[rows.start + edge : rows.stop - edge, columns].ravel(), minlength=count)
    upright = _lines_left(near, labels, stats, h)
    own = (in_core >= LEAST_SPECK * h) & ~upright
    own[0] = False
    own &= _is_near(own, stats, h)
    at_edge = (in_core == 0) & ~upright
    at_edge[0] = False
    own |= _joined(own, at_edge, labels, rows, h)
    foreign = at_edge & ~own
    picture = _without(strip, foreign[labels])
    if not own.any():
        width = min(cell.width, EMPTY * cell.height)
        middle = Box(cell.centre[0] - width / 2, cell.y, width, cell.height)
        return Writing(middle, 0.0, picture, np.zeros((rows.stop - rows.start, 1), np.float32), middle.x)
    k = strip.px_per_mm
    mine = own[labels[max(rows.start - edge, 0) : rows.stop + edge]]
    inked = np.flatnonzero(mine.any(axis=0))
    row = np.where(own[labels[rows]], strip.darkness[rows], 0.0)[:, inked[0] : inked[-1] + 1].astype(np.float32)
    left = strip.box.x + float(inked[0]) / k
    pale = ink_of(strip, cell, lines, texts, PALE)
    first, last = _with_hairlines(strip, cell, pale, near, own[labels], (int(inked[0]), int(inked[-1]) + 1))
    box = _window(cell, _most_mm(most_px, cell.height), strip.box.x + first / k, strip.box.x + last / k)
    first, last = round((box.x - strip.box.x) * k), round((box.right - strip.box.x) * k)
    shown = mine[:, max(first, 0) : max(last, 0)]
    return Writing(box, 1.0 - float(shown.sum() / mine.sum()), picture, row, left)


def _with_hairlines(
    strip: Strip,
    cell: Box,
    ink: Ink,
    near: NDArray[np.bool_],
    own: NDArray[np.bool_],
    columns: tuple[int, int],
) -> tuple[int, int]:
    """``columns`` of a cell's ``own`` ink, first and behind the last, widened to pale thin strokes that stand near it.

    They are among ``ink``, pale and dark, and seldom ``near`` a printed line: all three as ``strip.darkness``.
    """
    h = cell.height * strip.px_per_mm
    count, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    rows, inner = strip.span(cell)
    edge = round(EDGE * h)
    in_core = np.bincount(labels[rows.start + edge : rows.stop - edge, inner].ravel(), minlength=count)
    by_line = np.bincount(labels[near], minlength=count)
    left, _, width, height, area = stats.T
    pale = (height >= PALE_TALL * h) & (height <= TALLEST * h) & (area <= PALE_WIDE * h * height)
    pale &= (in_core >= 0.5 * area) & (by_line <= 0.5 * area)
    pale &= (left > columns[0] - FAR * h) & (left + width < columns[1] + FAR * h)
    pale[np.unique(labels[own])] = False
    pale[0] = False
    if not pale.any():
        return columns
    return min(columns[0], int(left[pale].min())), max(columns[1], int((left + width)[pale].max()))


def _lines_left(
    near: NDArray[np.bool_], labels: NDArray[np.int32], stats: NDArray[np.int32], h: float
) -> NDArray[np.bool_]:
    """Which components are upright lines of the form: not where they should be, or, ``near`` it, what was left."""
    width, height, area = stats[:, 2], stats[:, 3], stats[:, 4]
    by_line = np.bincount(labels[near], minlength=len(stats))
    left = (by_line >= LEFT_BY_LINE * area) & (height >= LEFT_TALL * h) & (width <= LEFT_THIN * h)
    result: NDArray[np.bool_] = left | ((height >= TALLEST * h) & (width <= THIN * h))
    return result


def _joined(
    own: NDArray[np.bool_], at_edge: NDArray[np.bool_], labels: NDArray[np.int32], rows: slice, h: float
) -> NDArray[np.bool_]:
    """Which components ``at_edge`` lie between the cell's lines, in ``rows``, and near to ``own`` ones."""
    reach = max(round(JOINED * h), 1)
    around = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    near = np.zeros_like(own)
    near[np.unique(labels[cv2.dilate(own[labels].astype(np.uint8), around) > 0])] = True
    inside = np.bincount(labels[rows].ravel(), minlength=len(own)) > 0.5 * np.bincount(labels.ravel())
    return near & inside & at_edge


def nearer(writing: Writing, cell: Box, most_px: int) -> Writing:
    """``writing`` seen from nearer where it is small for its cell: else few pixels are left of it for any reader."""
    inked, mm = _rows_inked(writing), cell.height / len(writing.row)
    if inked is None:
        return writing
    tall = (inked[1] - inked[0]) * mm
    height = max(tall / USUAL, NEAREST * cell.height)
    if height >= cell.height or tall < LEAST_SIZE * cell.height:  # a dash or a speck stays as small as it is
        return writing
    lower = _lower(cell, (inked[0] + inked[1]) / 2 * mm, height)
    box = _window(lower, _most_mm(most_px, height), writing.left, writing.left + writing.row.shape[1] * mm)
    return replace(writing, box=box)


def _rows_inked(writing: Writing) -> tuple[int, int] | None:
    """The first row of pixels that is written on, and that behind the last; None of none, or where ink may go on beyond
    the cell."""
    inked = np.flatnonzero((writing.row > 0).any(axis=1)).tolist()
    if not inked or inked[0] == 0 or inked[-1] == len(writing.row) - 1:
        return None
    return inked[0], inked[-1] + 1


def _lower(cell: Box, middle: float, height: float) -> Box:
    """The part of a cell so high around a ``middle`` down the cell, mm, or as near to it as the cell reaches."""
    top = cell.y + middle - height / 2
    return Box(cell.x, min(max(top, cell.y), cell.bottom - height), cell.width, height)


def widest_gap(writing: Writing) -> float:
    """The widest gap between two strokes of a cell's own ink, in heights of what is written; 0 of one stroke alone."""
    inked = writing.row > 0
    columns = np.flatnonzero(inked.any(axis=0))
    if len(columns) < 2:
        return 0.0
    tall = max(int(np.count_nonzero(inked.any(axis=1))), LEAST_TALL * len(inked))
    return float((np.diff(columns).max() - 1) / tall)


def narrowed(cell: Box, window: Box) -> Box:
    """Of a wide box for one digit, the part about as wide as high around what is written, or all that is written."""
    width = min(max(window.width - (BEFORE + BEHIND) * cell.height, cell.height), cell.width)
    left = min(max(window.centre[0] - width / 2, cell.x), cell.right - width)
    return Box(left, cell.y, width, cell.height)


def shortened(cell: Box, writing: Writing) -> Box:
    """Of a tall box for one digit, the part about as high as wide around what is written, or all that is written."""
    inked, mm = _rows_inked(writing), cell.height / len(writing.row)
    if inked is None:
        return cell
    height = min(max((inked[1] - inked[0]) * mm / USUAL, cell.width), cell.height)
    return _lower(cell, (inked[0] + inked[1]) / 2 * mm, height)


def cut_window(strip: Strip, writing: Writing, width_px: int) -> Grey:
    """The window and its margin (see ``geometry.line_box``), 32 px high, in a picture ``width_px`` wide.

    What it leaves over on the right is white, what it lacks is cut off.
    """
    seen, k = line_box(writing.box), strip.px_per_mm
    left, top = (seen.x - strip.box.x) * k, (seen.y - strip.box.y) * k
    size = (line_width_px(writing.box.width / writing.box.height), LINE_PX)
    fine = (LINE_SUPERSAMPLING * size[0], LINE_SUPERSAMPLING * size[1])
    across, down = seen.width * k / fine[0], seen.height * k / fine[1]
    strip_from_fine = np.array([[across, 0, left + across / 2 - 0.5], [0, down, top + down / 2 - 0.5]])
    how = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    cut = cv2.warpAffine(writing.picture, strip_from_fine, fine, flags=how, borderMode=cv2.BORDER_REPLICATE)
    picture = np.full((LINE_PX, width_px), 255, np.uint8)
    shown = cv2.resize(cut, size, interpolation=cv2.INTER_AREA)[:, :width_px]
    picture[:, : shown.shape[1]] = shown
    return picture


def _most_mm(most_px: int, height: float) -> float:
    """How much of a window so high, mm, a picture of ``most_px`` shows."""
    return (most_px / LINE_PX * (1 + 2 * LINE_MARGIN) - 2 * LINE_MARGIN) * height


def _window(cell: Box, most: float, left: float, right: float) -> Box:
    """The part of the cell, or a little beyond it, that shows ink from ``left`` to ``right``, mm, or ``most`` of it."""
    h = cell.height
    left, right = left - BEFORE * h, right + BEHIND * h
    least = min(NARROWEST * h, cell.width)
    if right - left < least:
        middle = (left + right) / 2
        left, right = middle - least / 2, middle + least / 2
    # the networks know the cell's own sides: a window does not end a little before or beyond them
    left = cell.x if abs(left - cell.x) < BEFORE * h else left
    right = cell.right if abs(right - cell.right) < BEHIND * h else right
    return Box(left, cell.y, min(right - left, most), h)


def _is_near(own: NDArray[np.bool_], stats: NDArray[np.int32], h: float) -> NDArray[np.bool_]:
    """Which components are large, or lie near one that is: the others are dirt."""
    large = own & (np.maximum(stats[:, 2], stats[:, 3]) >= LEAST_SIZE * h)
    if not large.any():
        return large
    left, right = stats[large, 0].min() - FAR * h, (stats[large, 0] + stats[large, 2]).max() + FAR * h
    result: NDArray[np.bool_] = large | ((stats[:, 0] >= left) & (stats[:, 0] + stats[:, 2] <= right))
    return result


def written_on(strip: Strip, cell: Box, printed: Ruling, texts: Sequence[Box]) -> Ink:
    """Ink on a strip, by the darkest of ``cell``; ``printed`` lines and ``texts`` of the page are none."""
    return ink_of(strip, cell, see_edges(strip, printed.within(strip.box)), texts)


def ink_of(strip: Strip, cell: Box, lines: Sequence[Edge], texts: Sequence[Box], of_darkest: float = OF_DARKEST) -> Ink:
    """Where there is ink (height, width), 0 or 1, without what the form prints; strokes that cross a line go on.

    ``lines`` are the printed ones as the strip shows them.
    """
    rows, columns = strip.span(cell)
    inner = strip.darkness[rows, columns]
    darkest = float(np.percentile(inner, 99.7)) if inner.size else 0.0
    ink = (strip.darkness > max(FAINTEST, of_darkest * darkest)).astype(np.uint8)
    for edge in lines:
        _wipe(ink, strip, edge)
    for box in texts:
        if box.overlaps(strip.box):
            ink[strip.span(box)] = 0
    return ink


def _wipe(ink: Ink, strip: Strip, edge: Edge) -> None:
    """Take a printed line out of ``ink`` but for the columns with ink on both sides of it."""
    k, line = strip.px_per_mm, edge.segment
    half = line.width / 2 + max(LINE_BLUR_MM, LINE_BLUR_PX / k)
    x, y = line.x0 - strip.box.x, line.y0 - strip.box.y
    (start, place), turned = ((x, y), ink) if line.horizontal else ((y, x), ink.T)
    for first, last, off_mm in edge.course():
        top, bottom = floor((place + off_mm - half) * k), ceil((place + off_mm + half) * k)
        along = slice(max(round((start + first) * k), 0), max(round((start + last) * k), 0))
        if top < 1 or bottom >= len(turned):
            turned[max(top, 0) : max(bottom, 0), along] = 0
            continue
        crossing = (turned[top - 1, along] > 0) & (turned[bottom, along] > 0)
        turned[top:bottom, along] *= crossing.astype(np.uint8)


def _without(strip: Strip, taken: NDArray[np.bool_]) -> Grey:
    """The strip's picture with paper where ``taken``."""
    wide = cv2.dilate(taken.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    return np.where(wide, strip.paper, strip.grey).astype(np.uint8)
