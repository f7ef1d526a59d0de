"""A faint trace in a box that looks empty: a pen that hardly wrote, a pencil, ink that the light washed out.

What is printed in each box, a guide for digits, hides a trace that is paler than it; the page's other empty boxes show
the guide alone, and what is left when it is taken away is the pen's.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from formreader.geometry import Box
from formreader.locate.strips import Darkness, Strip

INSET = 0.14
"""Part of a box's shorter side at each side that its frame takes."""
FINE, WIDE = 0.03, 0.25
"""Heights of the box over which grain is evened out, and over which the paper is."""
FAINTEST, ABOVE_GRAIN = 0.025, 4.0
"""A trace is at least so much darker than the paper, and so many deviations of what the grain leaves."""
PAPER_PERCENTILE = 60.0
"""An empty box is mostly paper, with a printed guide too."""

SIDE = 48
"""Pixels a side that each box is brought to, to be held against others."""
ALIKE_MM = 0.5
"""Boxes whose sides differ by less hold the same print."""
ENOUGH = 3
"""So many empty boxes show what is printed in each; of fewer each is looked at by itself too, guide and all."""
ASIDE = 3
STEPS = np.linspace(-ASIDE, ASIDE, 4 * ASIDE + 1).tolist()
"""Pixels that print may lie aside from box to box: looked for by the pixel, then by half a one."""
WEAKEST, STRONGEST = 0.5, 2.0
"""How much paler and darker the same print may be in another box."""
ASTRAY = 0.03
"""Darkness from which on a misfit tells no more of where print lies: it is a pen's."""
FAINTEST_BESIDE, LEFT_OF_PRINT, LEFT_OF_RIM = 0.018, 0.25, 0.5
"""A trace beside what others show is so dark at least; parts of print, and of the step at its rim, that may stay."""
STROKE = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (13, 13))
"""Wider than a pen's stroke."""
SHADE = 4.0
"""Pixels over which what is no grain is evened out."""
LEAST_SPECK, LEAST_STROKE = 6, 9
"""Pixels of the smallest piece of a trace, and of the longer side of its longest: a pen's dot is shorter."""


def traces_in(boxes: Sequence[tuple[Strip, Box]]) -> list[float]:
    """Of each box of a page that looks empty: how far a faint trace reaches across or down, in heights of the box."""
    lengths = [0.0] * len(boxes)
    for alike in _alike([cell for _, cell in boxes]):
        shown = [boxes[i] for i in alike]
        cell = shown[0][1]
        if len(alike) > 1:
            traces = _beside_others([brought_to_size(*of) for of in shown])
            for i, trace in zip(alike, traces, strict=True):
                lengths[i] = _reach(trace, _inside(cell)) / cell.height
        if len(alike) < ENOUGH:
            for i in alike:
                lengths[i] = max(lengths[i], _trace_alone(*boxes[i]))
    return lengths


def _alike(cells: Sequence[Box]) -> list[list[int]]:
    """Boxes of one size, by their numbers."""
    groups: list[list[int]] = []
    for i, cell in enumerate(cells):
        for group in groups:
            other = cells[group[0]]
            if max(abs(cell.width - other.width), abs(cell.height - other.height)) < ALIKE_MM:
                group.append(i)
                break
        else:
            groups.append([i])
    return groups


def _inside(cell: Box) -> Box:
    inset = INSET * min(cell.width, cell.height)
    return Box(cell.x + inset, cell.y + inset, cell.width - 2 * inset, cell.height - 2 * inset)


def _trace_alone(strip: Strip, cell: Box) -> float:
    """The longest connected trace, by the box itself: heights of the box."""
    shown = strip.part(_inside(cell)).grey
    height = cell.height * strip.px_per_mm
    darker = _darker(cv2.GaussianBlur(shown, (0, 0), max(1.0, FINE * height)), WIDE * height)
    middle = float(np.median(darker))
    trace = darker > max(FAINTEST, middle + ABOVE_GRAIN * _grain(darker))
    _, _, stats, _ = cv2.connectedComponentsWithStats(trace.astype(np.uint8), connectivity=8)
    return float(max((max(width, tall) for _, _, width, tall, _ in stats[1:].tolist()), default=0) / height)


def brought_to_size(strip: Strip, cell: Box) -> Darkness:
    """The inside of a box, shape (SIDE, SIDE), how much darker than the paper."""
    inside = _inside(cell)
    fine = cv2.GaussianBlur(strip.grey, (0, 0), max(1.0, FINE * cell.height * strip.px_per_mm))
    corners = strip.px(inside.corners[[0, 1, 3]]).astype(np.float32)
    sides = np.array([[-0.5, -0.5], [SIDE - 0.5, -0.5], [-0.5, SIDE - 0.5]], np.float32)
    to_size = cv2.getAffineTransform(corners, sides)
    return _darker(cv2.warpAffine(fine, to_size, (SIDE, SIDE), borderMode=cv2.BORDER_REPLICATE), WIDE * SIDE)


def _darker(grey: NDArray[np.uint8], wide: float) -> Darkness:
    """How much darker each pixel is than the paper around it, ``wide`` pixels about."""
    paper = cv2.GaussianBlur(grey, (0, 0), wide).astype(np.float32)
    paper = np.maximum(np.maximum(paper, float(np.percentile(grey, PAPER_PERCENTILE))), 1.0)
    return np.asarray(1.0 - grey / paper, np.float32)


def _grain(darker: NDArray[np.float32]) -> float:
    return 1.48 * float(np.median(np.abs(darker - np.median(darker))))


def _beside_others(boxes: Sequence[Darkness]) -> list[NDArray[np.bool_]]:
    """Where each box is darker than print that the others have too, shape (SIDE, SIDE)."""
    usual = _moved_about(_usual(np.stack(boxes)))
    laid = [_laid_on(usual, box) for box in boxes]
    prints = np.stack([box / scale for box, scale in laid])
    printed = [scale * _usual(np.delete(prints, i, axis=0)) for i, (_, scale) in enumerate(laid)]
    left = [_left(box, of) for (box, _), of in zip(laid, printed, strict=True)]
    # A trace is grain of its own box: half of the boxes at least have none.
    grains = [_grain(_uneven(one)[_is_paper(of)]) for one, of in zip(left, printed, strict=True)]
    grain = float(_usual(np.array(grains)))
    return [_trace(one, of, grain) for one, of in zip(left, printed, strict=True)]


def _left(box: Darkness, printed: Darkness) -> Darkness:
    """What print does not account for, about nothing on paper."""
    left = box - printed
    return np.asarray(left - np.median(left[_is_paper(printed)]), np.float32)


def _uneven(left: Darkness) -> Darkness:
    """Without shade."""
    return left - cv2.GaussianBlur(left, (0, 0), SHADE)


def _is_paper(printed: Darkness) -> NDArray[np.bool_]:
    """Where there is no print; everywhere where print is all over the box."""
    paper: NDArray[np.bool_] = printed < ASTRAY
    return paper if paper.any() else ~paper


def _usual(values: Darkness) -> Darkness:
    """The lower median along the first axis: at least half of the boxes show so much."""
    usual: Darkness = np.sort(values, axis=0)[(len(values) - 1) // 2]
    return usual


def _moved_about(usual: Darkness) -> Darkness:
    """What boxes usually show, moved by each step: shape (steps down, steps across, SIDE, SIDE)."""
    return np.stack([np.stack([_moved(usual, across, down) for across in STEPS]) for down in STEPS])


def _moved(box: Darkness, across: float, down: float) -> Darkness:
    matrix = np.array([[1.0, 0.0, across], [0.0, 1.0, down]])
    moved: Darkness = cv2.warpAffine(box, matrix, (SIDE, SIDE), borderMode=cv2.BORDER_REPLICATE)
    return moved


def _laid_on(usual: Darkness, box: Darkness) -> tuple[Darkness, float]:
    """A box moved so that its print lies where the usual one does (moved by each step), and how much darker it is."""
    (row, column), _ = _fit(usual[::2, ::2], box)
    top, left = max(2 * row - 1, 0), max(2 * column - 1, 0)
    (row, column), scale = _fit(usual[top : 2 * row + 2, left : 2 * column + 2], box)
    return _moved(box, -STEPS[left + column], -STEPS[top + row]), scale


def _fit(usual: Darkness, box: Darkness) -> tuple[tuple[int, int], float]:
    """Which of many moved prints fits a box best, and how much darker the box's is."""
    scales = (usual * box).sum(axis=(2, 3)) / np.maximum((usual * usual).sum(axis=(2, 3)), 1e-9)
    scales = np.clip(scales, WEAKEST, STRONGEST)
    misfits = np.minimum(np.abs(box - scales[..., None, None] * usual), ASTRAY).sum(axis=(2, 3))
    row, column = divmod(int(np.argmin(misfits)), misfits.shape[1])
    return (row, column), float(scales[row, column])


def _trace(left: Darkness, printed: Darkness, grain: float) -> NDArray[np.bool_]:
    """Where something is left that is no wider than a stroke: shade is."""
    strokes = cv2.morphologyEx(np.maximum(left, 0), cv2.MORPH_TOPHAT, STROKE)
    kernel = np.ones((3, 3), np.uint8)
    most, least = cv2.dilate(printed, kernel), cv2.erode(printed, kernel)
    may_stay = LEFT_OF_PRINT * most + LEFT_OF_RIM * (most - least)
    trace: NDArray[np.bool_] = strokes > max(FAINTEST_BESIDE, ABOVE_GRAIN * grain) + may_stay
    return trace


def _reach(trace: NDArray[np.bool_], inside: Box) -> float:
    """How far a trace reaches across or down, mm; its pieces taken together, since print parts them."""
    shown = trace[ASIDE:-ASIDE, ASIDE:-ASIDE].astype(np.uint8)
    _, _, stats, _ = cv2.connectedComponentsWithStats(shown, connectivity=8)
    pieces = stats[1:][stats[1:, cv2.CC_STAT_AREA] >= LEAST_SPECK]
    if not len(pieces) or pieces[:, 2:4].max() < LEAST_STROKE:
        return 0.0
    corner = pieces[:, :2].min(axis=0)
    across, down = ((pieces[:, :2] + pieces[:, 2:4]).max(axis=0) - corner) / SIDE
    return float(max(across * inside.width, down * inside.height))
