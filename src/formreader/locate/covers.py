"""Whether a box was seen before it is read: its printed frame where it belongs, and the paper that lies around it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from formreader.geometry import Box
from formreader.locate.edges import Edge
from formreader.locate.strips import Strip
from formreader.records import Grey

FAINTEST_LINES = 0.02
"""Lines whose usual contrast is less are not seen on this photograph: that one is missing says nothing."""
MISSING = 0.3
"""Part of its usual darkness below which a part of a printed line is missing."""
CLEAREST_PERCENTILE = 75.0
"""Which part of a kind of lines shows how clearly the photograph shows them; pens run along a few."""
LEAST_ACROSS = 2
"""Parts in a row that both opposite edges of a box miss where something lies across it."""
CLEAN = 0.08
"""Paper is less dark than this."""
INSET, RING = 0.12, 0.35
"""Parts of a box's shorter side: what its frame takes within it, and how far around it paper is looked at."""
FEWEST_PX = 20
"""Fewer pixels of bare paper say nothing of its tone."""
USUAL_STEP = 0.02
"""Steps of tone as they come with shade, at least."""
SPREADS = 5.0
"""Tones that vary from box to box, as on paper with a watermark, say less: so many times their median deviation."""
BLACK, BRIGHT = 0.35, 1.7
"""Paper this dark or bright against the page's is none: shade leaves more, and light gives less."""
LEAST_PERCENTILE, LEAST_GRAIN = 10.0, 0.3
"""Which box's grain is a page's least, and from how many grey levels on that is one."""


@dataclass(frozen=True, slots=True)
class Paper:
    """Bare paper in a box: its grey level over that of the paper around it, ``step``, and by how many levels it varies
    from pixel to pixel, ``grain``, None where hardly any shows; and how bright it is, ``grey``."""

    step: float | None
    grain: float | None
    grey: float


def paper_in(strip: Strip, cell: Box) -> Paper:
    """The paper that shows in a box between its ink."""
    shorter = min(cell.width, cell.height)
    shown = strip.part(_grown(cell, RING * shorter))
    clean = cv2.dilate((shown.darkness > CLEAN).astype(np.uint8), np.ones((3, 3), np.uint8)) == 0
    around = clean.copy()
    around[shown.span(_grown(cell, INSET * shorter / 2))] = False
    within = shown.span(_grown(cell, -INSET * shorter))
    ring, inner = shown.grey[around], shown.grey[within][clean[within]]
    paper = float(np.median(shown.paper[shown.span(cell)]))
    if min(len(ring), len(inner)) < FEWEST_PX:
        return Paper(None, None, paper)
    step = float(np.median(inner)) / max(float(np.median(ring)), 1.0)
    return Paper(step, _grain(shown.grey[within], clean[within]), paper)


def _grain(grey: Grey, clean: NDArray[np.bool_]) -> float | None:
    """Mean difference between pixels side by side on bare paper."""
    differences = np.abs(np.diff(grey.astype(np.int16), axis=1))[clean[:, 1:] & clean[:, :-1]]
    return float(differences.mean()) if len(differences) >= FEWEST_PX else None


def _grown(box: Box, by: float) -> Box:
    return Box(box.x - by, box.y - by, box.width + 2 * by, box.height + 2 * by)


def missing_frames(frames: Sequence[Sequence[Edge]]) -> list[float]:
    """For each box of a page, given its printed edges: the part of them that is not where it belongs, 0..1.

    What a line usually looks like, its own kind shows all over the page; boxes without printed edges, and kinds that
    this photograph hardly shows, miss nothing. A box of which both opposite edges miss the same part misses all.
    """
    usual = usual_lines(frames)
    return [_missing(box, usual) for box in frames]


def _missing(box: Sequence[Edge], usual: Mapping[tuple[float, float], float]) -> float:
    visible = [edge for edge in box if usual[line_kind(edge)] >= FAINTEST_LINES]
    gone = [edge.darkness < MISSING * usual[line_kind(edge)] for edge in visible]
    ways = [edge.segment.horizontal for edge in visible]
    for i, (one, way) in enumerate(zip(gone, ways, strict=True)):
        for other, other_way in zip(gone[:i], ways[:i], strict=True):
            if way == other_way and len(one) == len(other) and _longest(one & other) >= LEAST_ACROSS:
                return 1.0
    parts = np.concatenate([np.zeros(0, bool), *gone])
    return float(parts.mean()) if len(parts) else 0.0


def _longest(gone: NDArray[np.bool_]) -> int:
    """The most parts in a row that are gone."""
    longest = run = 0
    for part in gone.tolist():
        run = run + 1 if part else 0
        longest = max(longest, run)
    return longest


def faded_frames(frames: Sequence[Sequence[Edge]]) -> list[float]:
    """For each box of a page as for ``missing_frames``: how much fainter than usual its frame is, 0 not at all, 1 gone.

    Glare fades all of a frame and takes none of it away.
    """
    return [max(1.0 - float(np.median(of_usual)), 0.0) if len(of_usual) else 0.0 for of_usual in _of_usual(frames)]


def _of_usual(frames: Sequence[Sequence[Edge]]) -> list[NDArray[np.float32]]:
    """For each box how dark each part of its printed edges is, over what lines of its kind are on this page."""
    usual = usual_lines(frames)
    seen = [[e.darkness / usual[line_kind(e)] for e in box if usual[line_kind(e)] >= FAINTEST_LINES] for box in frames]
    return [np.concatenate([np.zeros(0, np.float32), *of_box]) for of_box in seen]


def usual_lines(frames: Sequence[Sequence[Edge]]) -> dict[tuple[float, float], float]:
    """The usual contrast of each kind of line on a page, given the printed edges of its boxes."""
    kinds: dict[tuple[float, float], list[NDArray[np.float32]]] = {}
    for edge in (edge for box in frames for edge in box):
        kinds.setdefault(line_kind(edge), []).append(edge.contrast)
    return {kind: _usual(np.concatenate(seen)) for kind, seen in kinds.items()}


def _usual(contrast: NDArray[np.float32]) -> float:
    """The middle of what is seen of lines (parts,), those that are missing left out: most of them may be covered."""
    if len(contrast) == 0:
        return 0.0
    return float(np.median(contrast[contrast >= MISSING * np.percentile(contrast, CLEAREST_PERCENTILE)]))


def line_kind(edge: Edge) -> tuple[float, float]:
    """Lines of one width and one ink look alike."""
    return round(edge.segment.width, 2), edge.segment.ink


def odd_papers(papers: Sequence[Paper]) -> list[float]:
    """For each box of a page: how many times the usual step its paper's tone is off the paper around it.

    A box whose paper is nearly black, or far brighter than the page, is off by as much as there is.
    """
    steps = np.array([paper.step for paper in papers if paper.step is not None])
    middle = float(np.median(steps)) if len(steps) else 1.0
    usual = USUAL_STEP + SPREADS * (float(np.median(np.abs(steps - middle))) if len(steps) else 0.0)
    page = float(np.median([paper.grey for paper in papers]))
    return [
        np.inf
        if not BLACK * page <= paper.grey <= BRIGHT * page
        else 0.0
        if paper.step is None
        else abs(paper.step - middle) / usual
        for paper in papers
    ]


def smooth_papers(papers: Sequence[Paper]) -> list[float]:
    """For each box of a page: how much less its paper's grain is than what is least on the page, 0 not at all, 1 none.

    What is painted over a picture has no grain, nor has what is burnt out. A page without any says nothing.
    """
    grains = [paper.grain for paper in papers if paper.grain is not None]
    least = float(np.percentile(grains, LEAST_PERCENTILE)) if grains else 0.0
    if least < LEAST_GRAIN:
        return [0.0] * len(papers)
    return [0.0 if paper.grain is None else max(1.0 - paper.grain / least, 0.0) for paper in papers]
