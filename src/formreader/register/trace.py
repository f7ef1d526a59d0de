"""Follow each printed line from where it was found to where it runs: paper that curls leaves the search's reach."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from formreader.geometry import Homography
from formreader.records import Bend, Grey
from formreader.register.bend import bent_by
from formreader.register.samples import LineSamples
from formreader.register.search import search_lines

STEP_REACH_MM = 0.9
"""From one sample to the next, a few mm on, a curled line leaves its direction by less."""
MOST_GAPS = 3
"""Samples under a pen's stroke or a finger that a line is followed across."""
MOST_SLOPE_MM = 0.6
"""Most that a line moves aside from one sample to the next."""

Look = Callable[[NDArray[np.intp], NDArray[np.float64]], tuple[NDArray[np.float64], NDArray[np.bool_]]]
"""Of samples, by their places, and the offset that each is expected at, mm: how far beside that each lies, mm, and
whether it was seen."""


def trace(
    place: Homography,
    bend: Bend,
    samples: LineSamples,
    ink: Grey,
    offsets: NDArray[np.float64],
    known: NDArray[np.bool_],
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Offsets (N,) mm of samples on lines, and which are known, after following each line from ``known`` ones.

    All samples that lie one step beyond a known one are looked for at once, then those beyond these.
    """
    count = samples.lines
    centres = samples.points[:count] + bent_by(bend, samples.nodes)[:count]
    level = samples.level[:count]
    normals = np.column_stack([~level, level]).astype(np.float64)
    offsets, known = offsets[:count].copy(), known[:count].copy()

    def look(chosen: NDArray[np.intp], expected: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        reach = np.full(len(chosen), STEP_REACH_MM)
        return search_lines(place, centres[chosen] + expected[:, None] * normals[chosen], level[chosen], ink, reach)

    for way in (1, -1):
        _follow(way, samples.line, look, offsets, known)
    return offsets, known


def _follow(
    way: int, line: NDArray[np.intp], look: Look, offsets: NDArray[np.float64], known: NDArray[np.bool_]
) -> None:
    """Extend ``offsets`` and ``known`` in place, forwards (1) or backwards (-1) along the lines.

    ``line`` says of each sample on which line it lies.
    """
    count = len(line)
    slope = np.zeros(count)
    gaps = np.zeros(count, dtype=np.intp)
    reached = known.copy()
    frontier = np.flatnonzero(known)
    # the slope that a known stretch has already
    behind = frontier - way
    inner = (behind >= 0) & (behind < count)
    inner[inner] = known[behind[inner]] & (line[behind[inner]] == line[frontier[inner]])
    slope[frontier[inner]] = np.clip(offsets[frontier[inner]] - offsets[behind[inner]], -MOST_SLOPE_MM, MOST_SLOPE_MM)
    while len(frontier):
        ahead = frontier + way
        goes_on = (ahead >= 0) & (ahead < count)
        frontier, ahead = frontier[goes_on], ahead[goes_on]
        goes_on = (line[ahead] == line[frontier]) & ~reached[ahead]
        frontier, ahead = frontier[goes_on], ahead[goes_on]
        if len(ahead) == 0:
            return
        expected = offsets[frontier] + slope[frontier]
        moved, seen = look(ahead, expected)
        offsets[ahead] = np.where(seen, expected + moved, expected)
        slope[ahead] = np.where(
            seen, np.clip(slope[frontier] + 0.5 * moved, -MOST_SLOPE_MM, MOST_SLOPE_MM), slope[frontier]
        )
        gaps[ahead] = np.where(seen, 0, gaps[frontier] + 1)
        reached[ahead] = True
        known[ahead] = seen
        frontier = ahead[gaps[ahead] <= MOST_GAPS]
