"""Curl and lens out of a flat page: its ruled lines are printed straight, so they are made straight."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.polynomial import legendre
from numpy.typing import NDArray

from formreader.draft.flatten import lay_flat
from formreader.draft.ruling import FAINTEST, THICKEST_MM
from formreader.draft.sheet import PX_PER_MM, Darkness, FlatSheet, px
from formreader.records import Bend, Photo
from formreader.register.bend import bend_at

ROUNDS = 6
TRACED_MM = 12.0
"""Shorter strokes say little of how the page bends."""
RUN_MM, SLANT_PX = 3.0, 2
STEP_MM = 3.0
STRAIGHT_MM, MOST_MM = 0.015, 3.0
"""The page is straight where its lines are, on average."""
MEETS_MM, MEETS_OFF_MM = 15.0, 0.4
"""How far one piece of a line may begin behind another's end, and beside where that one leads."""
ORDER, NODES = 6, (19, 15)
"""Of the polynomials along the lines and across them; rows and columns of the bend that they are kept as."""
STIFFNESS, REWEIGHTED = 1e-6, 6
"""How little a term is wanted, by the fourth power of its order: where no line runs, paper goes on as smoothly as it
can, and a short line there turns it, but does not swing it about."""


@dataclass(frozen=True, slots=True)
class Traced:
    """Samples along one printed line: ``along`` and ``at`` (N,) mm, rising ``along``."""

    along: NDArray[np.float64]
    at: NDArray[np.float64]


def straighten(photo: Photo, sheet: FlatSheet) -> tuple[FlatSheet, float]:
    """The same page with its lines straight, and how far they still are from it, mm on average."""
    best, least = sheet, np.inf
    for _ in range(ROUNDS):
        lines = [(trace, True) for trace in _traces(sheet.strokes)]
        lines += [(trace, False) for trace in _traces(np.ascontiguousarray(sheet.strokes.T))]
        off = _crookedness([trace for trace, _ in lines])
        if off > 0.97 * least:
            break
        best, least = sheet, off
        if len(lines) < 3 or off < STRAIGHT_MM:
            break
        size = sheet.width_mm, sheet.height_mm
        bend = _bent_further(sheet.bend, size, lines)
        sheet = lay_flat(photo, sheet.photo_from_page, bend, size)
    return best, least


def _crookedness(traces: list[Traced]) -> float:
    """Mean distance of lines from their own middles, mm; what is farther than a line may bend is another's."""
    off = [np.abs(trace.at - np.median(trace.at)) for trace in traces if len(trace.at) > 3]
    return float(np.minimum(np.concatenate(off), MOST_MM).mean()) if off else 0.0


def _bent_further(bend: Bend, size_mm: tuple[float, float], lines: list[tuple[Traced, bool]]) -> Bend:
    """The bend that straightens the lines as well: level ones by moving down, upright ones by moving across."""
    x, y = np.linspace(0, size_mm[0], NODES[1]), np.linspace(0, size_mm[1], NODES[0])
    grid = np.stack(np.meshgrid(x, y), axis=-1)
    offsets = bend_at(bend, grid)
    for is_level, axis in ((True, 1), (False, 0)):
        traces = [trace for trace, level in lines if level == is_level]
        if len(traces) < 2:
            continue
        # the whole bend anew, so that what holds it back holds all of it
        before = [_bent(bend, trace, axis) for trace in traces]
        moved = _straightening(traces, before, size_mm[1 - axis], size_mm[axis])
        along, across = grid[..., 1 - axis] / size_mm[1 - axis], grid[..., axis] / size_mm[axis]
        offsets[..., axis] = moved(along, across)
    return Bend(x, y, offsets)


def _bent(bend: Bend, trace: Traced, axis: int) -> NDArray[np.float64]:
    """How far each sample of a line is already moved across it, mm."""
    points = np.column_stack([trace.along, trace.at] if axis else [trace.at, trace.along])
    moved: NDArray[np.float64] = bend_at(bend, points)[:, axis]
    return moved


def _straightening(
    traces: list[Traced], before: list[NDArray[np.float64]], length_mm: float, breadth_mm: float
) -> Callable[..., NDArray[np.float64]]:
    """How far to move in all, mm, by the place along the lines and across them, both 0 to 1.

    ``before`` is how far each line's samples are moved already.

    Polynomials that move no line as a whole: each begins with its slope. Least squares, outliers weighed down.
    """
    line: NDArray[np.intp] = np.concatenate([np.full(len(trace.at), i, np.intp) for i, trace in enumerate(traces)])
    at = np.concatenate([trace.at for trace in traces])
    along = np.concatenate([trace.along for trace in traces]) / length_mm
    design = _terms(along, at / breadth_mm)
    moved = at + np.concatenate(before)
    weights = np.ones(len(at))
    solution = np.zeros(design.shape[1])
    for _ in range(REWEIGHTED):
        # each line keeps a place of its own: what remains are its terms about their mean
        sums: NDArray[np.float64] = np.bincount(line, weights).astype(np.float64)
        centred: NDArray[np.float64] = design - _means(line, weights, design, sums)
        wanted: NDArray[np.float64] = moved - _means(line, weights, moved[:, None], sums)[:, 0]
        normal = centred.T @ (weights[:, None] * centred) + weights.sum() * np.diag(STIFFNESS * _orders() ** 4)
        solution = np.linalg.solve(normal, centred.T @ (weights * wanted))
        left = wanted - centred @ solution
        scale = max(0.05, 1.48 * float(np.median(np.abs(left))))
        weights = 1.0 / (1.0 + (left / (2 * scale)) ** 2)
    return lambda u, v: _terms(u.ravel(), v.ravel()).dot(solution).reshape(u.shape)


def _terms(along: NDArray[np.float64], across: NDArray[np.float64]) -> NDArray[np.float64]:
    u, v = legendre.legvander(2 * along - 1, ORDER), legendre.legvander(2 * across - 1, ORDER)
    terms: NDArray[np.float64] = np.einsum("ni,nj->nij", u[:, 1:], v).reshape(len(u), -1)
    return terms


def _orders() -> NDArray[np.float64]:
    """The order of each of the terms."""
    orders: NDArray[np.float64] = np.add.outer(np.arange(1.0, ORDER + 1), np.arange(ORDER + 1)).ravel()
    return orders


def _means(
    line: NDArray[np.intp], weights: NDArray[np.float64], values: NDArray[np.float64], sums: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Of each sample, the weighted mean over its line, for every column of ``values`` (N, K)."""
    means = [np.bincount(line, weights * column) / sums for column in values.T]
    result: NDArray[np.float64] = np.column_stack(means)[line]
    return result


def _traces(strokes: Darkness) -> list[Traced]:
    spread = cv2.dilate(strokes, np.ones((2 * SLANT_PX + 1, 1), np.uint8))
    run = cv2.morphologyEx(spread, cv2.MORPH_OPEN, np.ones((1, px(RUN_MM)), np.uint8))
    ridge = np.minimum(run, strokes)
    _, labels, stats, _ = cv2.connectedComponentsWithStats((ridge > FAINTEST).astype(np.uint8), connectivity=8)
    found = []
    for label in np.flatnonzero(stats[:, cv2.CC_STAT_WIDTH] > px(TRACED_MM)):
        x, y, width, height, area = stats[label]
        if label == 0 or area > width * px(THICKEST_MM):
            continue
        part = np.where(labels[y : y + height, x : x + width] == label, ridge[y : y + height, x : x + width], 0)
        found.append(_trace(part, x, y))
    return _chained([trace for trace in found if len(trace.along) >= 3])


def _trace(part: Darkness, x: int, y: int) -> Traced:
    """The line's middle every few mm, by its ink; where it is several lines deep there is no sample."""
    step = px(STEP_MM)
    count = part.shape[1] // step
    total = part[:, : count * step].sum(axis=0).reshape(count, step)
    rows = np.arange(part.shape[0])[:, None]
    first = (part * rows).sum(axis=0)[: count * step].reshape(count, step)
    second = (part * rows**2).sum(axis=0)[: count * step].reshape(count, step)
    ink = np.maximum(total.sum(axis=1), 1e-6)
    middle = first.sum(axis=1) / ink
    spread = np.sqrt(np.maximum(second.sum(axis=1) / ink - middle**2, 0))
    good = (total > 0).all(axis=1) & (spread < 0.5 * px(THICKEST_MM))
    along = (x + (np.arange(count) + 0.5) * step) / PX_PER_MM
    return Traced(along[good], ((y + middle + 0.5) / PX_PER_MM)[good])


def _chained(traces: list[Traced]) -> list[Traced]:
    """Pieces of one line put together: one begins where, and as steep as, the other ends."""
    chained: list[Traced] = []
    for trace in sorted(traces, key=lambda t: float(t.along[0])):
        best, off = None, MEETS_OFF_MM
        for i, before in enumerate(chained):
            gap = float(trace.along[0] - before.along[-1])
            if not 0 < gap < MEETS_MM:
                continue
            here = float(np.polyval(np.polyfit(before.along[-4:], before.at[-4:], 1), trace.along[0]))
            apart = abs(here - float(trace.at[0]))
            if apart < off:
                best, off = i, apart
        if best is None:
            chained.append(trace)
        else:
            before = chained[best]
            chained[best] = Traced(np.append(before.along, trace.along), np.append(before.at, trace.at))
    return chained
