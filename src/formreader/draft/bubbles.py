"""Columns of printed circles, one for each value of a digit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from formreader.draft.sheet import PX_PER_MM, FlatSheet
from formreader.geometry import Box

SMALLEST_MM, LARGEST_MM = 2.2, 7.5
DARK = 0.3
ROUND = 0.8
"""Of a circle's area, the part of the smallest circle around it; a square fills 0.64."""
VALUES, FEWEST = 10, 8
"""Circles of a column, and how many of them must have been found."""
ALIGNED_MM = 0.5
RIM_MM = 0.3
"""A circle is measured over its line and the blur around it."""


@dataclass(frozen=True, slots=True)
class BubbleGroup:
    """``columns`` of ten circles of ``diameter`` mm; ``centre`` is the first column's 0, ``step`` right and down."""

    columns: int
    centre: tuple[float, float]
    step: tuple[float, float]
    diameter: float

    @property
    def box(self) -> Box:
        x, y = self.centre[0] - self.diameter / 2, self.centre[1] - self.diameter / 2
        return Box(x, y, (self.columns - 1) * self.step[0] + self.diameter, (VALUES - 1) * self.step[1] + self.diameter)


def find_bubbles(sheet: FlatSheet) -> list[BubbleGroup]:
    """Groups of columns that begin at one height, from the top and the left."""
    columns = [column for stack in _aligned(_circles(sheet)) for column in _columns(stack)]
    groups: list[list[BubbleGroup]] = []
    for column in sorted(columns, key=lambda c: (round(c.centre[1]), c.centre[0])):
        last = groups[-1] if groups else []
        if last and _beside(last, column):
            last.append(column)
        else:
            groups.append([column])
    return [_group(group) for group in groups]


def _circles(sheet: FlatSheet) -> list[Box]:
    """Round outlines, one for each circle: the outermost."""
    dark = (sheet.strokes > DARK) | (sheet.darkness > 2 * DARK)
    contours, _ = cv2.findContours(dark.astype(np.uint8), cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
    found: list[Box] = []
    for contour in contours:
        x, y, width, height = (v / PX_PER_MM for v in cv2.boundingRect(contour))
        if min(width, height) < SMALLEST_MM or max(width, height) > LARGEST_MM:
            continue
        if max(width, height) > 1.2 * min(width, height):
            continue
        _, radius = cv2.minEnclosingCircle(contour)
        if cv2.contourArea(cv2.convexHull(contour)) < ROUND * np.pi * radius**2:
            continue
        found.append(Box(x, y, width, height))
    found.sort(key=lambda box: -box.width)
    kept: list[Box] = []
    for box in found:
        if all(np.hypot(box.centre[0] - o.centre[0], box.centre[1] - o.centre[1]) > o.width / 2 for o in kept):
            kept.append(box)
    return kept


def _aligned(circles: Sequence[Box]) -> list[list[Box]]:
    """Circles under one another, each stack from the top."""
    stacks: list[list[Box]] = []
    for circle in sorted(circles, key=lambda c: c.centre[0]):
        if stacks and circle.centre[0] - np.median([c.centre[0] for c in stacks[-1]]) < ALIGNED_MM:
            stacks[-1].append(circle)
        else:
            stacks.append([circle])
    return [sorted(stack, key=lambda c: c.y) for stack in stacks if len(stack) >= FEWEST]


def _columns(stack: Sequence[Box]) -> list[BubbleGroup]:
    """Runs of ten at equal steps; one or two may be missing within."""
    steps = np.diff([circle.centre[1] for circle in stack])
    step = float(np.median(steps))
    runs: list[list[tuple[int, Box]]] = [[(0, stack[0])]]
    for circle in stack[1:]:
        place, before = runs[-1][-1]
        ahead = (circle.centre[1] - before.centre[1]) / step
        if abs(ahead - round(ahead)) < 0.15 and 1 <= round(ahead) <= 2:
            runs[-1].append((place + round(ahead), circle))
        else:
            runs.append([(0, circle)])
    found = []
    for run in runs:
        if len(run) >= FEWEST and run[-1][0] == VALUES - 1:
            places, ys = zip(*((place, circle.centre[1]) for place, circle in run), strict=True)
            down, top = np.polyfit(places, ys, 1)
            x = float(np.median([circle.centre[0] for _, circle in run]))
            size = float(np.median([circle.width for _, circle in run])) - RIM_MM
            found.append(BubbleGroup(1, (x, float(top)), (size, float(down)), size))
    return found


def _beside(group: Sequence[BubbleGroup], column: BubbleGroup) -> bool:
    last = group[-1]
    step = column.centre[0] - last.centre[0]
    level = abs(column.centre[1] - last.centre[1]) < ALIGNED_MM and abs(column.step[1] - last.step[1]) < 0.2
    return (
        level
        and step < 8 * last.diameter
        and (len(group) == 1 or abs(step - (last.centre[0] - group[-2].centre[0])) < ALIGNED_MM)
    )


def _group(columns: Sequence[BubbleGroup]) -> BubbleGroup:
    first, last = columns[0], columns[-1]
    right = (last.centre[0] - first.centre[0]) / (len(columns) - 1) if len(columns) > 1 else first.step[0]
    top = float(np.mean([c.centre[1] for c in columns]))
    down, size = float(np.mean([c.step[1] for c in columns])), float(np.mean([c.diameter for c in columns]))
    return BubbleGroup(len(columns), (first.centre[0], top), (right, down), size)
