"""A printed box beside a row of boxes that the template does not have: another version of the form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from formreader.geometry import Box
from formreader.locate.covers import BLACK, FAINTEST_LINES, line_kind
from formreader.locate.edges import REACH_MM, Edge, Ruling, see_edges
from formreader.locate.strips import Strip
from formreader.templates import Segment

PRINTED = 0.5
"""Part of its usual contrast from which on a part of a line is there."""
COVERS = 0.5
"""Part of an edge along which a line of the template explains it."""
FEWEST_UPRIGHTS = 2
"""Rows whose further box shares all but its far side with the template: one line alone may be a stroke."""


@dataclass(frozen=True, slots=True)
class Further:
    """The edges of a box one step beyond a row's end that the template does not print: how many, and the part of the
    least visible one that is there, 0..1."""

    edges: int
    share: float


NOTHING = Further(0, 0.0)


def further_boxes(
    strip: Strip,
    cells: Sequence[Box],
    frames: Sequence[Sequence[Edge]],
    printed: Ruling,
    usual: Mapping[tuple[float, float], float],
    known: Sequence[Box],
) -> tuple[Further, Further]:
    """What is printed where the row of ``cells`` would go on to its left and to its right.

    ``frames`` are the cells' printed edges as seen, ``usual`` the usual contrast of each kind of line on the page,
    ``known`` all cells of the page.
    """
    steps = [b.x - a.x for a, b in pairwise(cells)]
    step = float(np.median(steps)) if steps else cells[0].width
    if step <= 0:
        return NOTHING, NOTHING
    return (
        _beyond(strip, cells[0], frames[0], -step, printed, usual, known),
        _beyond(strip, cells[-1], frames[-1], step, printed, usual, known),
    )


def stands_there(found: Sequence[Further]) -> Sequence[float]:
    """Of all rows of a page at one of their ends: how surely a further box stands there, 0..1.

    Where only its far side is not the template's own, the rows speak together: a stroke stands in one of them.
    """
    uprights = [one.share for one in found if one.edges == 1]
    together = float(np.median(uprights)) if len(uprights) >= FEWEST_UPRIGHTS else 0.0
    return [one.share if one.edges > 1 else min(one.share, together) for one in found]


def _beyond(
    strip: Strip,
    last: Box,
    frame: Sequence[Edge],
    by: float,
    printed: Ruling,
    usual: Mapping[tuple[float, float], float],
    known: Sequence[Box],
) -> Further:
    box = replace(last, x=last.x + by)
    sides = [replace(edge.segment, x0=edge.segment.x0 + by, x1=edge.segment.x1 + by) for edge in frame]
    uprights = [side for side in sides if not side.horizontal]
    if not uprights or not _is_paper(strip, box, last):
        return NOTHING
    far = min(uprights, key=lambda side: side.x0 * (1 if by < 0 else -1))
    unexplained = [side for side in sides if not _explained(side, printed)]
    if far not in unexplained or not strip.box.x < far.x0 < strip.box.right:
        return NOTHING
    if len(unexplained) == 1 and any(box.overlaps(cell, REACH_MM) for cell in known):
        return NOTHING
    shares = []
    for edge in see_edges(strip, unexplained):
        contrast = usual.get(line_kind(edge), 0.0)
        shares.append(float((edge.contrast >= PRINTED * contrast).mean()) if contrast >= FAINTEST_LINES else 0.0)
    return Further(len(shares), min(shares))


def _is_paper(strip: Strip, box: Box, beside: Box) -> bool:
    """Whether there is paper to write on: print that is black all over has edges everywhere."""
    shown, own = (strip.paper[strip.span(of)] for of in (box, beside))
    return shown.size > 0 and float(np.median(shown)) >= BLACK * float(np.median(own))


def _explained(side: Segment, printed: Ruling) -> bool:
    """Whether a line of the template runs where this edge would be looked for."""
    at = printed.across_at if side.horizontal else printed.down_at
    position, start, end = (side.y0, side.x0, side.x1) if side.horizontal else (side.x0, side.y0, side.y1)
    along = np.minimum(at[:, 2], end) - np.maximum(at[:, 1], start)
    return bool(((np.abs(at[:, 0] - position) <= REACH_MM) & (along >= COVERS * (end - start))).any())
