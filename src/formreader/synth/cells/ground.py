"""What stands on the paper before anyone writes: boxes, guides, bars, small print; and dirt."""

from __future__ import annotations

import cv2
import numpy as np

from formreader.synth.cells.canvas import CANVAS_PX, Canvas
from formreader.synth.hand.ink import Point, dotted, frame, lines, words
from formreader.synth.hand.pen import smooth_stroke
from formreader.synth.hand.skeletons import segment_digit


def print_boxes(canvas: Canvas, gap: float) -> None:
    """Frames or shared ruled lines, and what leads the pen inside each box. ``gap`` in parts of a box."""
    generator = canvas.generator
    ink = float(generator.uniform(0.15, 0.5) if generator.random() < 0.5 else generator.uniform(0.5, 1.0))
    width = float(np.exp(generator.uniform(np.log(0.5), np.log(4.5))))
    framed = generator.random() > 0.08
    dotted_divider = gap == 0 and generator.random() < 0.25
    guide = str(generator.choice(["none", "eight", "dots"], p=[0.45, 0.4, 0.15]))
    guide_width = float(generator.uniform(0.5, 2.6))
    guide_size = float(generator.uniform(0.42, 0.75)) * min(1.0, 1.5 * canvas.width / canvas.height)
    if guide != "none":
        canvas.guide_height = canvas.height * guide_size
        canvas.guide = min(ink, float(generator.uniform(0.08, 0.55)))
    second = float(generator.choice([-1, 1]) * generator.uniform(3, 11)) if generator.random() < 0.12 else 0.0
    frames: list[tuple[Point, Point]] = []
    guides: list[tuple[Point, Point]] = []
    rows = _rows(canvas)
    for column in _columns(canvas):
        for row in rows:
            at = canvas.centre((column, row))
            if framed:
                top, right, bottom, left = frame(at, canvas.width, canvas.height)
                sides = [d for side in (left, right) for d in dotted(*side, width)] if dotted_divider else [left, right]
                frames += [top, bottom, *sides]
            if second:
                frames += frame(at, canvas.width + second, canvas.height + second)
            if guide != "none":
                guides += _guide(at, canvas.guide_height, guide_width if guide == "dots" else 0.0)
    if frames:
        lines(canvas.printed, frames, width, ink)
    if guides:
        lines(canvas.printed, guides, guide_width, canvas.guide)
    _around(canvas, gap, width, ink)


def soil(canvas: Canvas) -> None:
    """Dust, a stray dot, a drawn curve of a messaging app."""
    generator = canvas.generator
    if generator.random() < 0.2:
        for _ in range(int(generator.integers(1, 5))):
            x, y = (int(v) for v in generator.uniform(0, CANVAS_PX, 2))
            cv2.circle(canvas.printed, (x, y), int(generator.integers(0, 3)), float(generator.uniform(0.2, 0.8)), -1)
    if generator.random() < 0.02:
        points = generator.uniform(-10, CANVAS_PX + 10, (3, 2))
        curve = np.round(smooth_stroke(points)).astype(np.int32)
        thickness, ink = int(generator.integers(1, 4)), float(generator.uniform(0.1, 0.4))
        cv2.polylines(canvas.printed, [curve], False, ink, thickness, cv2.LINE_AA)


def _columns(canvas: Canvas) -> list[int]:
    """Places of the boxes beside, as many as the crop shows; at times the row ends."""
    reach = 2 if canvas.pitch_x < CANVAS_PX * 0.42 else 1
    left, right = (reach if canvas.generator.random() < 0.75 else 0 for _ in range(2))
    return list(range(-left, right + 1))


def _rows(canvas: Canvas) -> list[int]:
    stacked = 0.4 if canvas.width < 1.2 * canvas.height else 0.75
    reach = 2 if canvas.pitch_y < CANVAS_PX * 0.42 else 1
    return list(range(-reach, reach + 1)) if canvas.generator.random() < stacked else [0]


def _guide(at: Point, height: float, dot_px: float) -> list[tuple[Point, Point]]:
    """A figure eight around ``at``, dotted where ``dot_px`` is not 0."""
    segments: list[tuple[Point, Point]] = []
    for stroke in segment_digit("8"):
        (x0, y0), (x1, y1) = ((stroke - [0.275, 0.5]) * height + at).tolist()
        segments.append(((x0, y0), (x1, y1)))
    return [d for start, end in segments for d in dotted(start, end, dot_px)] if dot_px else segments


def _around(canvas: Canvas, gap: float, width: float, ink: float) -> None:
    """Lines of a table that go on beyond the boxes, a bar beside them, small print above or below."""
    generator, middle = canvas.generator, CANVAS_PX / 2
    half_w, half_h = canvas.width / 2, canvas.height / 2
    if gap == 0 and generator.random() < 0.4:
        y = middle + float(generator.choice([-1, 1])) * half_h
        lines(canvas.printed, [((0, y), (CANVAS_PX, y))], width * generator.uniform(1, 2), max(ink, 0.6))
    if generator.random() < 0.12:
        side = int(generator.choice([-1, 1]))
        x = middle + side * (half_w + generator.uniform(0.5, 5.0))
        left, right = (x, CANVAS_PX) if side > 0 else (0, x)
        top, bottom = max(int(middle - half_h), 0), int(middle + half_h)
        canvas.printed[top:bottom, int(left) : int(right) + 1] = generator.uniform(0.4, 1.0)
    if generator.random() < 0.2:
        side = int(generator.choice([-1, 1]))
        y = middle + side * (half_h + generator.uniform(2, 9)) + 3
        at = (int(generator.integers(-40, 20)), int(y))
        size, print_ink = generator.uniform(0.15, 0.35), generator.uniform(0.4, 0.95)
        words(canvas.printed, "ditulis dengan huruf", at, size, print_ink)
