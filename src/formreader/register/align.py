"""Hypotheses of where a template lies, from the pattern of its ruled lines alone.

Once both pencils are rectified, the page differs from the photograph by a scale and a shift in
each axis. Each axis is solved by itself: two detected lines against two printed ones give a
hypothesis, the agreement of all lines scores it. The best of both axes are then tried together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import cv2
import numpy as np
from numpy.typing import NDArray

from formreader.geometry import Homography, apply_homography, inverse
from formreader.register.segments import Segments, rectifier
from formreader.templates import Template

CANDIDATES, AXIS_HYPOTHESES = 400, 40
"""Looked through, and kept, for each axis: a grid of equal columns fits many ways by itself, the
other axis tells them apart."""
PLACES_TRIED, PLACES_KEPT = 40, 3
"""Pairs of axes judged in the plane, and kept, of one template in one turn."""
PALEST = 0.2
"""Printed lines paler than this leave no segment on a photograph."""
ASPECT_TOLERANCE = 1.3
"""How far a page's proportion may be from what the camera model says: the focal length is a guess."""
FOCAL_OVER_LONG_SIDE = 0.8
"""A phone's main camera, 26 to 30 mm on the long side of 36; a scan has no tilt for it to matter."""
STRONGEST_FOUND, STRONGEST_PRINTED = 12, 10
"""Lines that make pairs; all lines score."""
SMALLEST_PAGE, LARGEST_PAGE = 0.25, 3.0
"""Limits of the page's side over the picture's: smaller is unreadable, larger shows too little."""


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """``work_from_page`` maps mm to px of the ink picture; ``score`` 0..1, higher is better."""

    template: Template
    work_from_page: Homography
    score: float


@dataclass(frozen=True, slots=True)
class Profile:
    """How much line a picture shows at each px of one axis of its rectified view, from ``low`` on.

    ``peaks`` are the strongest places, px from ``low``, in order.
    """

    low: float
    lengths: NDArray[np.float64]
    peaks: NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Ruling:
    """A picture's two pencils, rectified one way round, and a mask of each pencil's segments.

    ``rows`` and ``columns`` are where its level and upright lines lie, None where too few show.
    ``aspect`` is the rectified px per mm across over those down that a page should show.
    """

    rectified_from_work: Homography
    work_from_rectified: Homography
    rows: Profile | None
    columns: Profile | None
    across_mask: NDArray[np.uint8]
    down_mask: NDArray[np.uint8]
    aspect: float


def rulings(
    segments: Segments,
    pencils: list[tuple[NDArray[np.float64], NDArray[np.bool_]]],
    shape: tuple[int, int],
) -> list[Ruling]:
    """The four turns of a page: either pencil may be its horizontals, either way up."""
    if len(pencils) < 2:
        return []
    masks = [_segment_mask(segments[members], shape) for _, members in pencils]
    used = segments[pencils[0][1] | pencils[1][1]].reshape(-1, 2)
    centre = np.median(used, axis=0)
    found = []
    for first, second in ((0, 1), (1, 0)):
        try:
            upright = rectifier(pencils[first][0], pencils[second][0], centre)
        except ValueError:
            continue
        aspect = _aspect(upright, pencils[first][0], pencils[second][0], centre, shape)
        for sign in (1.0, -1.0):
            rectified = np.diag([sign, sign, 1.0]) @ upright
            rows = _profile(_mapped(rectified, segments[pencils[first][1]]), 1, max(shape))
            columns = _profile(_mapped(rectified, segments[pencils[second][1]]), 0, max(shape))
            found.append(Ruling(rectified, inverse(rectified), rows, columns, masks[first], masks[second], aspect))
    return found


def _aspect(
    rectified: Homography,
    across: NDArray[np.float64],
    down: NDArray[np.float64],
    centre: NDArray[np.float64],
    shape: tuple[int, int],
) -> float:
    """Scale across over scale down of the rectified picture, for a camera of ordinary focal length."""
    height, width = shape
    focal = FOCAL_OVER_LONG_SIDE * max(shape)
    camera = np.array([[focal, 0, width / 2], [0, focal, height / 2], [0, 0, 1.0]])
    from_pixel = np.linalg.inv(camera)
    here = from_pixel @ np.array([centre[0], centre[1], 1.0])
    scales = []
    for point, axis in ((across, 0), (down, 1)):
        direction = from_pixel @ point
        step = 1e-3 * direction / np.linalg.norm(direction)
        ends = np.array([here - step, here + step]) @ camera.T
        moved = apply_homography(rectified, ends[:, :2] / ends[:, 2:])
        scales.append(abs(float(moved[1, axis] - moved[0, axis])))
    return scales[0] / max(scales[1], 1e-12)


def _segment_mask(segments: Segments, shape: tuple[int, int]) -> NDArray[np.uint8]:
    mask = np.zeros(shape, np.uint8)
    for x0, y0, x1, y1 in np.round(segments).astype(int):
        cv2.line(mask, (x0, y0), (x1, y1), 255, 5)
    return mask


def _mapped(homography: Homography, segments: Segments) -> Segments:
    result: Segments = apply_homography(homography, segments.reshape(-1, 2, 2)).reshape(-1, 4)
    return result


def _profile(rectified: Segments, axis: int, picture_px: float) -> Profile | None:
    """The lines' lengths over their positions on ``axis`` (0 x, 1 y), smoothed by a line's width."""
    if len(rectified) < 2:
        return None
    position = rectified[:, [axis, axis + 2]].mean(axis=1)
    low, high = float(position.min()) - 4, float(position.max()) + 4
    if not high - low < 50 * picture_px:  # nan too: a line through the horizon has no place on the page
        return None
    bins = int(high - low) + 1
    profile, _ = np.histogram(position, bins=bins, range=(low, low + bins), weights=_lengths(rectified))
    profile = np.convolve(profile, [0.25, 0.7, 1.0, 0.7, 0.25], "same")
    peaks = np.flatnonzero((profile >= np.roll(profile, 1)) & (profile > np.roll(profile, -1)))
    peaks = np.sort(peaks[np.argsort(-profile[peaks])][:STRONGEST_FOUND])
    return Profile(low, profile, peaks) if len(peaks) >= 2 else None


@dataclass(frozen=True, slots=True)
class _AxisHypothesis:
    """``scale`` px/mm and ``shift`` px of one axis of the rectified picture."""

    scale: float
    shift: float
    score: float


@dataclass(frozen=True, slots=True)
class _Proposal:
    """A template on a ruling with one hypothesis an axis; ``score`` is the product of both axes'."""

    template: Template
    ruling: Ruling
    across: _AxisHypothesis
    down: _AxisHypothesis
    score: float


@dataclass(frozen=True, slots=True)
class _Pattern:
    """A template's lines as hypotheses are made and judged by: rows and columns (N,) mm with the
    length of line in each, and samples along all of them."""

    rows: tuple[NDArray[np.float64], NDArray[np.float64]]
    columns: tuple[NDArray[np.float64], NDArray[np.float64]]
    samples: NDArray[np.float64]
    level: NDArray[np.bool_]
    weights: NDArray[np.float64]


_patterns: dict[str, _Pattern] = {}


def _pattern(template: Template) -> _Pattern:
    """The same for every photograph: kept under the hash of the template's file."""
    if template.sha256 not in _patterns:
        printed = np.array([[s.x0, s.y0, s.x1, s.y1] for s in template.segments if s.ink >= PALEST]).reshape(-1, 4)
        level = printed[:, 1] == printed[:, 3]
        lengths = _lengths(printed)
        _patterns[template.sha256] = _Pattern(
            _gathered(printed[level][:, 1], lengths[level]),
            _gathered(printed[~level][:, 0], lengths[~level]),
            *(sample_lines(printed, spacing_mm=6.0) if len(printed) else (np.zeros((0, 2)), level, lengths)),
        )
    return _patterns[template.sha256]


def _gathered(
    positions: NDArray[np.float64], lengths: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    lines, which = np.unique(np.round(positions, 2), return_inverse=True)
    return lines, np.bincount(which, weights=lengths, minlength=len(lines)).astype(np.float64)


def align(templates: Sequence[Template], turns: Sequence[Ruling], keep: int) -> list[Hypothesis]:
    """The ``keep`` likeliest placements of any of ``templates`` in any turn, best first."""
    found: list[Hypothesis] = []
    for ruling in turns:
        for template in templates:
            judged = [_judged(proposal) for proposal in _proposals(template, ruling)]
            # a few of each: neighbours of one wrong placement must not crowd the right one out
            found += sorted(judged, key=lambda hypothesis: -hypothesis.score)[:PLACES_KEPT]
    return sorted(found, key=lambda hypothesis: -hypothesis.score)[:keep]


def _proposals(template: Template, ruling: Ruling) -> list[_Proposal]:
    pattern, picture_px = _pattern(template), max(ruling.across_mask.shape)
    vertical = _axis_hypotheses(ruling.rows, *pattern.rows, template.height_mm, picture_px)
    horizontal = _axis_hypotheses(ruling.columns, *pattern.columns, template.width_mm, picture_px)
    pairs = [
        _Proposal(template, ruling, across, down, across.score * down.score)
        for across, down in product(horizontal, vertical)
        if 1 / ASPECT_TOLERANCE < across.scale / down.scale / ruling.aspect < ASPECT_TOLERANCE
    ]
    return sorted(pairs, key=lambda pair: -pair.score)[:PLACES_TRIED]


def _judged(proposal: _Proposal) -> Hypothesis:
    """The proposal as a map, scored by all lines in the plane."""
    across, down, ruling = proposal.across, proposal.down, proposal.ruling
    place = np.array([[across.scale, 0, across.shift], [0, down.scale, down.shift], [0, 0, 1.0]])
    work_from_page = ruling.work_from_rectified @ place
    score = _agreement(work_from_page, _pattern(proposal.template), ruling)
    return Hypothesis(proposal.template, work_from_page / work_from_page[2, 2], score)


def _lengths(segments: Segments) -> NDArray[np.float64]:
    result: NDArray[np.float64] = np.abs(segments[:, 2] - segments[:, 0]) + np.abs(segments[:, 3] - segments[:, 1])
    return result


def sample_lines(
    printed: Segments, spacing_mm: float, inks: NDArray[np.float64] | None = None
) -> tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.float64]]:
    """Points along the printed lines: (N, 2) mm, whether each lies on a horizontal, its mm of line.

    With ``inks`` (0..1 a line) a pale line counts for less, as it is seen less.
    """
    strengths = np.ones(len(printed)) if inks is None else inks
    points, level, weights = [], [], []
    for (x0, y0, x1, y1), strength in zip(printed, strengths, strict=True):
        length = abs(x1 - x0) + abs(y1 - y0)
        count = max(1, round(length / spacing_mm))
        t = (np.arange(count) + 0.5) / count
        points.append(np.column_stack([x0 + t * (x1 - x0), y0 + t * (y1 - y0)]))
        level.append(np.full(count, y0 == y1))
        weights.append(np.full(count, strength * length / count))
    return np.concatenate(points), np.concatenate(level), np.concatenate(weights)


def _axis_hypotheses(
    found: Profile | None,
    lines: NDArray[np.float64],
    strength: NDArray[np.float64],
    page_mm: float,
    picture_px: float,
) -> list[_AxisHypothesis]:
    """Scales and shifts that lay ``lines`` (mm, each with its strength) on found positions, best first."""
    if found is None or len(lines) < 2:
        return []
    low, profile = found.low, found.lengths
    strong = np.argsort(-strength)[:STRONGEST_PRINTED]
    found_a, found_b = _ordered_pairs(found.peaks + low + 0.5)
    printed_a, printed_b = _ordered_pairs(np.sort(lines[strong]))
    scale = ((found_b - found_a)[:, None] / (printed_b - printed_a)[None, :]).ravel()
    shift = (found_a[:, None] - scale.reshape(len(found_a), -1) * printed_a[None, :]).ravel()
    fits = (scale * page_mm > SMALLEST_PAGE * picture_px) & (scale * page_mm < LARGEST_PAGE * picture_px)
    scale, shift = scale[fits], shift[fits]
    if len(scale) == 0:
        return []
    bins = np.floor(scale[:, None] * lines[None, :] + shift[:, None] - low).astype(int)
    inside = (bins >= 0) & (bins < len(profile))
    root = np.sqrt(profile)
    matched = np.where(inside, root[np.clip(bins, 0, len(profile) - 1)], 0.0) @ np.sqrt(strength)
    total = np.concatenate([[0.0], np.cumsum(profile)])
    first = np.clip(bins[:, 0] - 3, 0, len(profile))
    last = np.clip(bins[:, -1] + 4, 0, len(profile))
    # a quarter of all that was found stays in the norm, so that a page cannot shrink onto one line
    between = total[last] - total[first] + 0.25 * total[-1]
    score = matched / np.sqrt(np.maximum(between, 1e-9) * strength.sum())
    return _distinct(scale, shift, score, (float(lines[0]), float(lines[-1])))


def _ordered_pairs(values: NDArray[np.floating]) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
    a, b = np.triu_indices(len(values), k=1)
    return values[a], values[b]


def _distinct(
    scale: NDArray[np.floating], shift: NDArray[np.floating], score: NDArray[np.floating], span: tuple[float, float]
) -> list[_AxisHypothesis]:
    """The best hypotheses that put the first and last line at least 4 px apart from each other's."""
    ends = np.stack([scale * span[0] + shift, scale * span[1] + shift], axis=1)
    best = np.argsort(-score)[:CANDIDATES]
    grid = np.round(ends[best] / 4).astype(int)
    _, first = np.unique(grid, axis=0, return_index=True)
    kept = best[np.sort(first)][:AXIS_HYPOTHESES]
    return [_AxisHypothesis(float(scale[i]), float(shift[i]), float(score[i])) for i in kept]


def _agreement(work_from_page: Homography, pattern: _Pattern, ruling: Ruling) -> float:
    """Part of the printed lines, by length, that lies on segments of its own direction."""
    at = np.round(apply_homography(work_from_page, pattern.samples)).astype(int)
    height, width = ruling.across_mask.shape
    inside = (at[:, 0] >= 0) & (at[:, 1] >= 0) & (at[:, 0] < width) & (at[:, 1] < height)
    x, y = np.clip(at[:, 0], 0, width - 1), np.clip(at[:, 1], 0, height - 1)
    hit = np.where(pattern.level, ruling.across_mask[y, x], ruling.down_mask[y, x]) > 0
    return float((pattern.weights * (hit & inside)).sum() / pattern.weights.sum())
