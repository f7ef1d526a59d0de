"""Printed lines in a strip: how clearly each stands out along its way, and how far from its place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from formreader.geometry import Box
from formreader.locate.strips import Strip
from formreader.templates import Segment

SAME_LINE_MM = 0.35
"""A printed line this near a cell's edge is that edge."""
REACH_MM = 0.9
"""How far from its place a line is looked for."""
BESIDE_MM = 0.5
"""Paper is looked for so far beyond a line's own edge, on both sides."""
CORNER_MM = 0.7
"""Ends of an edge that other lines cross."""
CHUNK_MM = 1.8
"""Contrast is measured over such a length: the median along it passes over a pen's stroke."""
SAMPLES = 9
"""Points along a chunk."""
PART_MM = 15.0
"""On curled paper a line keeps its distance from its place over about this length."""
STRAIGHT_CHUNKS = 25
"""A line of so many chunks is as far off all along as their median, which no stroke beside it moves."""
MIDDLE_PX = 2
"""A line's blurred edge reaches so far beyond its width."""
TOWARDS_PLACE = 0.02
"""Contrast that a millimetre further from its place must be worth."""


@dataclass(frozen=True, slots=True)
class Edge:
    """A printed line, and what is seen of it, chunk by chunk (chunks,): how dark it is against the paper, ``contrast``
    with its lighter side, and how far it lies below, or to the right of, its place, ``off_mm``."""

    segment: Segment
    darkness: NDArray[np.float32]
    contrast: NDArray[np.float32]
    off_mm: NDArray[np.float32]

    def course(self) -> list[tuple[float, float, float]]:
        """How the line runs: start and end of each piece, mm from the line's own start, and how far it is off there.

        A short line is off by the median of its chunks, a long one follows the paper's curl.
        """
        segment, count = self.segment, len(self.off_mm)
        length = segment.x1 - segment.x0 if segment.horizontal else segment.y1 - segment.y0
        if count <= STRAIGHT_CHUNKS:
            return [(0.0, length, float(np.median(self.off_mm)) if count else 0.0)]
        wide = np.pad(self.off_mm, STRAIGHT_CHUNKS // 2, "reflect")
        off = np.median(np.lib.stride_tricks.sliding_window_view(wide, STRAIGHT_CHUNKS), axis=1)
        turns = (np.flatnonzero(np.diff(off)) + 1).tolist()
        chunk = (length - 2 * CORNER_MM) / count
        ends = pairwise([0.0, *(CORNER_MM + turn * chunk for turn in turns), length])
        return [(start, end, float(off[turn])) for (start, end), turn in zip(ends, [0, *turns], strict=True)]


@dataclass(frozen=True, slots=True)
class Ruling:
    """The printed lines of a page, to be asked which lie where: those across and those down, ``at`` (N, 3) is the
    position, the start and the end of each, mm."""

    across: tuple[Segment, ...]
    across_at: NDArray[np.float64]
    down: tuple[Segment, ...]
    down_at: NDArray[np.float64]

    def edges_of(self, cell: Box) -> tuple[Segment, ...]:
        """Those sides of ``cell`` that are printed, each with its line's width and ink."""
        found = []
        for at in (cell.y, cell.bottom):
            if (line := _along(self.across, self.across_at, at, cell.x, cell.right)) is not None:
                found.append(Segment(cell.x, line.y0, cell.right, line.y0, line.width, line.ink))
        for at in (cell.x, cell.right):
            if (line := _along(self.down, self.down_at, at, cell.y, cell.bottom)) is not None:
                found.append(Segment(line.x0, cell.y, line.x0, cell.bottom, line.width, line.ink))
        return tuple(found)

    def within(self, box: Box) -> tuple[Segment, ...]:
        """The parts of all lines that lie in ``box``."""
        level = [
            Segment(max(line.x0, box.x), line.y0, min(line.x1, box.right), line.y0, line.width, line.ink)
            for line in _crossing(self.across, self.across_at, (box.y, box.bottom), (box.x, box.right))
        ]
        upright = [
            Segment(line.x0, max(line.y0, box.y), line.x0, min(line.y1, box.bottom), line.width, line.ink)
            for line in _crossing(self.down, self.down_at, (box.x, box.right), (box.y, box.bottom))
        ]
        return (*level, *upright)


def ruling_of(segments: Sequence[Segment]) -> Ruling:
    """A page's printed lines, ready to be asked."""
    across = tuple(line for line in segments if line.horizontal)
    down = tuple(line for line in segments if not line.horizontal)
    return Ruling(
        across,
        np.array([(line.y0, line.x0, line.x1) for line in across]).reshape(-1, 3),
        down,
        np.array([(line.x0, line.y0, line.y1) for line in down]).reshape(-1, 3),
    )


def _along(
    lines: Sequence[Segment], at: NDArray[np.float64], position: float, start: float, end: float
) -> Segment | None:
    """The line that runs at ``position`` from ``start`` to ``end``, if one does."""
    there = np.abs(at[:, 0] - position) <= SAME_LINE_MM
    there &= (at[:, 1] <= start + SAME_LINE_MM) & (at[:, 2] >= end - SAME_LINE_MM)
    first = int(there.argmax()) if len(there) else 0
    return lines[first] if len(there) and there[first] else None


def _crossing(
    lines: Sequence[Segment], at: NDArray[np.float64], between: tuple[float, float], along: tuple[float, float]
) -> list[Segment]:
    """The lines whose position lies ``between`` two, and that have a part ``along``."""
    there = (at[:, 0] >= between[0]) & (at[:, 0] <= between[1]) & (at[:, 1] < along[1]) & (at[:, 2] > along[0])
    return [lines[i] for i in np.flatnonzero(there).tolist()]


def see_edges(strip: Strip, edges: Sequence[Segment]) -> tuple[Edge, ...]:
    """What the strip shows of each printed line."""
    parts = [(i, ends) for i, edge in enumerate(edges) for ends in _parts(edge)]
    seen: list[list[NDArray[np.float32]]] = [[np.zeros((3, 0), np.float32)] for _ in edges]
    alike: dict[tuple[float, int], list[int]] = {}
    for p, (i, ends) in enumerate(parts):
        alike.setdefault((edges[i].width, len(ends)), []).append(p)
    for (width, _), places in alike.items():
        ends = np.array([parts[p][1] for p in places])
        for p, measured in zip(places, _measured(strip, ends, width), strict=True):
            seen[parts[p][0]].append(measured)
    return tuple(Edge(edge, *np.concatenate(found, axis=1)) for edge, found in zip(edges, seen, strict=True))


def near_lines(strip: Strip, printed: Ruling, by_mm: float) -> NDArray[np.bool_]:
    """Where in a strip printed lines run, and what lies ``by_mm`` beside their place."""
    near = np.zeros(strip.darkness.shape, bool)
    for line in printed.within(strip.box):
        by = line.width / 2 + by_mm
        near[strip.span(Box(line.x0 - by, line.y0 - by, line.x1 - line.x0 + 2 * by, line.y1 - line.y0 + 2 * by))] = True
    return near


def _parts(line: Segment) -> list[NDArray[np.float64]]:
    """The line without its ends, in parts short enough to be straight; of each its chunks' ends, mm (chunks, 2, 2)."""
    start, end = np.array([line.x0, line.y0]), np.array([line.x1, line.y1])
    length = float(np.hypot(*(end - start)))
    along = (end - start) / length
    length -= 2 * CORNER_MM
    count = max(1, round(length / PART_MM))
    chunks = max(1, round(length / count / CHUNK_MM))
    if length < CHUNK_MM / 2:
        return []
    at = start + along * (CORNER_MM + length / (count * chunks) * np.arange(count * chunks + 1)[:, None])
    return [np.stack([at[i : i + chunks], at[i + 1 : i + chunks + 1]], axis=1) for i in range(0, len(at) - 1, chunks)]


def _measured(strip: Strip, ends_mm: NDArray[np.float64], width_mm: float) -> NDArray[np.float32]:
    """Of lines of one width in chunks with these ends (lines, chunks, 2, 2): what ``Edge`` holds of each chunk, (lines,
    3, chunks)."""
    k = strip.px_per_mm
    wide, beside = max(1, round(width_mm * k)), max(1, round((width_mm / 2 + BESIDE_MM) * k))
    reach = round(REACH_MM * k)
    ends = strip.px(ends_mm)
    share = (np.arange(SAMPLES) + 0.5) / SAMPLES
    along = ends[:, :, :1] + (ends[:, :, 1:] - ends[:, :, :1]) * share[:, None]
    across = np.arange(-reach - beside, reach + beside + 1)
    down = (ends[:, 0, 0, 1] == ends[:, 0, 1, 1])[:, None, None, None]
    x = np.rint(along[..., 0]).astype(int)[..., None] + np.where(down, 0, across)
    y = np.rint(along[..., 1]).astype(int)[..., None] + np.where(down, across, 0)
    height, columns = strip.darkness.shape
    outside = (x < 0) | (y < 0) | (x >= columns) | (y >= height)
    samples = np.where(outside, 0.0, strip.darkness[np.clip(y, 0, height - 1), np.clip(x, 0, columns - 1)])
    profile = np.partition(samples, SAMPLES // 2, axis=2)[:, :, SAMPLES // 2].astype(np.float32)
    on = cv2.blur(profile.reshape(-1, len(across)), (wide, 1), borderType=cv2.BORDER_REPLICATE).reshape(profile.shape)
    contrast = on[..., beside:-beside] - np.minimum(on[..., : -2 * beside], on[..., 2 * beside :])
    away_mm = np.arange(-reach, reach + 1) / k
    best = (np.clip(contrast, 0, 0.5).mean(axis=1) - TOWARDS_PLACE * np.abs(away_mm)).argmax(axis=1)
    near = np.clip(best[:, None] + np.arange(-1, 2), 0, 2 * reach)
    found = [np.take_along_axis(of, near[:, None, :], axis=2).max(axis=2) for of in (on[..., beside:-beside], contrast)]
    place = np.where(down[:, 0, 0, 0], ends[:, 0, 0, 1], ends[:, 0, 0, 0])
    off = _middle(profile.mean(axis=1), best + beside, wide) - (reach + beside) + np.rint(place) - place
    off_mm = np.repeat(off[:, None] / k, contrast.shape[1], axis=1)
    return np.stack([*found, off_mm], axis=1).astype(np.float32)


def _middle(profiles: NDArray[np.float32], at: NDArray[np.int64], wide: int) -> NDArray[np.float64]:
    """Where the middle of a line lies that is ``wide`` px and darkest ``at`` a pixel of its profile (lines, px), px.

    By what is darker than the paper beside it: the darkest pixel alone is half a pixel off as often as not.
    """
    beside = wide // 2 + MIDDLE_PX
    near = np.clip(at[:, None] + np.arange(-beside, beside + 1), 0, profiles.shape[1] - 1)
    seen = np.take_along_axis(profiles, near, axis=1).astype(np.float64)
    dark = np.clip(seen - np.maximum(seen[:, :1], seen[:, -1:]), 0.0, None)
    mass = dark.sum(axis=1)
    middle: NDArray[np.float64] = np.where(mass > 0, (dark * near).sum(axis=1) / np.maximum(mass, 1e-9), at)
    return middle
