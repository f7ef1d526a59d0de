"""A patch in a free cell of another tone than the paper around it: white paper, correction fluid, glare, a finger."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from formreader.geometry import Box
from formreader.locate.edges import Ruling, near_lines
from formreader.locate.free import Ink
from formreader.locate.strips import Strip

CLEAN = 0.1
"""Paper is less dark than this."""
BY_LINE_MM = 0.35
"""What lies so near to a printed line is not looked at."""
GRAIN = 0.25
"""Heights of the cell, side of the squares over which the paper's tone is averaged."""
AROUND = 11
"""Squares a side of the paper around, whose middle tone is what a square is held against."""
NEAR = 7
"""Squares a side from which the tone of those is taken that are written on."""
LEAST_PAPER, LEAST_SQUARES = 0.35, 6
"""Part of a square that is bare paper, and how many such squares of a strip say something of its tone."""
LEAST_BRIGHTER, PLAINLY_BRIGHTER = 0.03, 0.12
"""Parts of the paper's tone by which a patch is brighter at least, and from which on no pattern of paper is."""
TIMES_USUAL, USUAL_PERCENTILE = 3.0, 75.0
"""Times what most cells of the page show, between these."""
PLAINLY_DARKER = 0.15
"""Parts of the paper's tone by which something dark lies there; a watermark is half as dark."""


def odd_patch(strip: Strip, cell: Box, ink: Ink, printed: Ruling, texts: Sequence[Box]) -> float:
    """By how much the oddest patch in a cell is brighter than the paper around it, or plainly darker, in parts of its
    tone.

    Of the second oddest square, so that no patch is smaller than two. ``ink`` is the strip's.
    """
    paper = (strip.darkness < CLEAN) & ~near_lines(strip, printed, BY_LINE_MM)
    paper &= cv2.dilate(ink, np.ones((3, 3), np.uint8)) == 0
    for text in texts:
        if text.overlaps(strip.box):
            paper[strip.span(text)] = False
    rows, columns = strip.darkness.shape
    square = GRAIN * cell.height * strip.px_per_mm
    size = (max(3, round(columns / square)), max(3, round(rows / square)))
    bare = cv2.resize(paper.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    known = bare > LEAST_PAPER
    if np.count_nonzero(known) < LEAST_SQUARES:
        return 0.0
    tone = cv2.resize(strip.grey * paper.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    tone = np.where(known, tone / np.maximum(bare, LEAST_PAPER), 0.0).astype(np.float32)
    part = cv2.blur(known.astype(np.float32), (NEAR, NEAR))
    near = np.where(part > 0, cv2.blur(tone, (NEAR, NEAR)) / np.maximum(part, 1e-3), np.median(tone[known]))
    whole = np.where(known, tone, near)
    usual = cv2.medianBlur(np.clip(whole, 0, 255).astype(np.uint8), AROUND)
    brighter = np.where(known, whole / np.maximum(usual, 1) - 1, 0.0)
    (top, bottom), (left, right) = (
        (round(span.start / of * count), max(round(span.stop / of * count), round(span.start / of * count) + 1))
        for span, of, count in zip(strip.span(cell), (rows, columns), size[::-1], strict=True)
    )
    ranked = np.sort(brighter[top:bottom, left:right], axis=None)
    darker = -float(ranked[:2][-1])
    return max(float(ranked[-2:][0]), darker if darker >= PLAINLY_DARKER else 0.0)


def beyond_usual(odd: Sequence[float]) -> list[float]:
    """Of each free cell of a page, ``odd_patch`` over what is more than the page's paper usually shows."""
    if not odd:
        return []
    usual = TIMES_USUAL * float(np.percentile(odd, USUAL_PERCENTILE))
    least = min(max(LEAST_BRIGHTER, usual), PLAINLY_BRIGHTER)
    return [of / least for of in odd]
