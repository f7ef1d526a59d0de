"""Hypotheses of where a template lies, from the pattern of its ruled lines alone.

Once both pencils are rectified, the page differs from the photograph by a scale and a shift in
each axis. Each axis is solved by itself: two detected lines against two printed ones give a
hypothesis, the agreement of all lines scores it. The best of both axes are then tried together.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import cv2
import numpy as np
from numpy.typing import NDArray

from formreader.geometry import Homography, apply_homography
from formreader.register.segments import Segments, rectifier
from formreader.templates import Template

AXIS_HYPOTHESES, PLACES_TRIED = 40, 40
"""Kept for each axis, and of their pairs tried in the plane: a grid of equal columns fits many ways
by itself, the other axis tells them apart."""
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
class Ruling:
    """A picture's two pencils, rectified one way round, and a mask of each pencil's segments.

    ``aspect`` is the rectified px per mm across over those down that a page should show.
    """

    rectified_from_work: Homography
    across: Segments
    down: Segments
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
            across = _mapped(rectified, segments[pencils[first][1]])
            down = _mapped(rectified, segments[pencils[second][1]])
            found.append(Ruling(rectified, across, down, masks[first], masks[second], aspect))
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


def align(template: Template, ruling: Ruling, keep: int = 3) -> list[Hypothesis]:
    """The ``keep`` best placements of ``template`` on one ruling, best first."""
    printed = np.array([[s.x0, s.y0, s.x1, s.y1] for s in template.segments if s.ink >= 0.2])
    if len(printed) == 0:
        return []
    level = printed[:, 1] == printed[:, 3]
    shape = ruling.across_mask.shape
    vertical = _axis_hypotheses(
        ruling.across[:, [1, 3]],
        _lengths(ruling.across),
        printed[level][:, 1],
        _lengths(printed[level]),
        template.height_mm,
        max(shape),
    )
    horizontal = _axis_hypotheses(
        ruling.down[:, [0, 2]],
        _lengths(ruling.down),
        printed[~level][:, 0],
        _lengths(printed[~level]),
        template.width_mm,
        max(shape),
    )
    work_from_rectified = np.linalg.inv(ruling.rectified_from_work)
    samples, sample_level, weights = sample_lines(printed, spacing_mm=6.0)
    pairs = [
        (across.score * down.score, across, down)
        for across, down in product(horizontal, vertical)
        if 1 / ASPECT_TOLERANCE < across.scale / down.scale / ruling.aspect < ASPECT_TOLERANCE
    ]
    pairs.sort(key=lambda pair: -pair[0])
    found = []
    for _, across, down in pairs[:PLACES_TRIED]:
        place = np.array([[across.scale, 0, across.shift], [0, down.scale, down.shift], [0, 0, 1.0]])
        work_from_page = work_from_rectified @ place
        score = _agreement(work_from_page, samples, sample_level, weights, ruling)
        found.append(Hypothesis(template, work_from_page / work_from_page[2, 2], score))
    return sorted(found, key=lambda hypothesis: -hypothesis.score)[:keep]


@dataclass(frozen=True, slots=True)
class _AxisHypothesis:
    """``scale`` px/mm and ``shift`` px of one axis of the rectified picture."""

    scale: float
    shift: float
    score: float


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
    ends: NDArray[np.float64],
    lengths: NDArray[np.float64],
    printed: NDArray[np.float64],
    printed_lengths: NDArray[np.float64],
    page_mm: float,
    picture_px: float,
) -> list[_AxisHypothesis]:
    """Scales and shifts that lay ``printed`` positions on found ones, best first."""
    if len(ends) < 2 or len(printed) < 2:
        return []
    position = ends.mean(axis=1)
    low, high = float(position.min()) - 4, float(position.max()) + 4
    if not high - low < 50 * picture_px:  # nan too: a line through the horizon has no place on the page
        return []
    profile, _ = np.histogram(
        position, bins=int(high - low) + 1, range=(low, low + int(high - low) + 1), weights=lengths
    )
    profile = np.convolve(profile, [0.25, 0.7, 1.0, 0.7, 0.25], "same")
    peaks = np.flatnonzero((profile >= np.roll(profile, 1)) & (profile > np.roll(profile, -1)))
    peaks = peaks[np.argsort(-profile[peaks])][:STRONGEST_FOUND]
    if len(peaks) < 2:
        return []
    lines, which = np.unique(np.round(printed, 2), return_inverse=True)
    strength = np.bincount(which, weights=printed_lengths)
    strong = np.argsort(-strength)[:STRONGEST_PRINTED]
    found_a, found_b = _ordered_pairs(np.sort(peaks) + low + 0.5)
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
    kept: list[_AxisHypothesis] = []
    ends: list[tuple[float, float]] = []
    for i in np.argsort(-score)[:400]:
        here = (scale[i] * span[0] + shift[i], scale[i] * span[1] + shift[i])
        if all(max(abs(here[0] - e[0]), abs(here[1] - e[1])) > 4 for e in ends):
            kept.append(_AxisHypothesis(float(scale[i]), float(shift[i]), float(score[i])))
            ends.append(here)
            if len(kept) == AXIS_HYPOTHESES:
                break
    return kept


def _agreement(
    work_from_page: Homography,
    samples: NDArray[np.float64],
    level: NDArray[np.bool_],
    weights: NDArray[np.float64],
    ruling: Ruling,
) -> float:
    """Part of the printed lines, by length, that lies on segments of its own direction."""
    at = np.round(apply_homography(work_from_page, samples)).astype(int)
    height, width = ruling.across_mask.shape
    inside = (at[:, 0] >= 0) & (at[:, 1] >= 0) & (at[:, 0] < width) & (at[:, 1] < height)
    x, y = np.clip(at[:, 0], 0, width - 1), np.clip(at[:, 1], 0, height - 1)
    hit = np.where(level, ruling.across_mask[y, x], ruling.down_mask[y, x]) > 0
    return float((weights * (hit & inside)).sum() / weights.sum())
