"""Figures printed inside digit boxes to lead the pen: a seven-segment eight is made of lines, but rules nothing."""

from __future__ import annotations

from collections.abc import Sequence

from formreader.draft.connected import connected, touch
from formreader.geometry import Box
from formreader.templates import Segment

TOUCH_MM = 0.5
LARGEST_MM, FEWEST = (8.0, 11.0), 5
"""Width and height of such a figure at most; it has so many strokes at least."""
AROUND_MM = 6.0
"""The box around it is no farther on any side."""


def without_guides(segments: Sequence[Segment]) -> tuple[list[Segment], list[Box]]:
    """The lines that rule, and where a figure leads the pen."""
    ruling = list(segments)
    figures: list[Box] = []
    short = [s for s in segments if max(s.x1 - s.x0, s.y1 - s.y0) < max(LARGEST_MM)]
    for part in connected(short, _touch):
        box = _frame(part)
        small = box.width <= LARGEST_MM[0] and box.height <= LARGEST_MM[1] and len(part) >= FEWEST
        if small and _is_boxed(box, segments, part):
            figures.append(box)
            gone = {id(s) for s in part}
            ruling = [s for s in ruling if id(s) not in gone]
    return ruling, figures


def _touch(a: Segment, b: Segment) -> bool:
    return touch(a, b, TOUCH_MM)


def _frame(part: Sequence[Segment]) -> Box:
    x, y = min(s.x0 for s in part), min(s.y0 for s in part)
    return Box(x, y, max(s.x1 for s in part) - x, max(s.y1 for s in part) - y)


def _is_boxed(box: Box, segments: Sequence[Segment], part: Sequence[Segment]) -> bool:
    """Whether other lines run around it on every side, none of which it touches."""
    own = {id(s) for s in part}
    x, y = box.centre
    sides = {"left": False, "right": False, "top": False, "bottom": False}
    for s in segments:
        if id(s) in own:
            continue
        if s.horizontal and s.x0 < x < s.x1:
            sides["top"] |= TOUCH_MM < box.y - s.y0 < AROUND_MM
            sides["bottom"] |= TOUCH_MM < s.y0 - box.bottom < AROUND_MM
        elif not s.horizontal and s.y0 < y < s.y1:
            sides["left"] |= TOUCH_MM < box.x - s.x0 < AROUND_MM
            sides["right"] |= TOUCH_MM < s.x0 - box.right < AROUND_MM
    return all(sides.values())
