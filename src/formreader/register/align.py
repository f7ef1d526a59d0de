"""Hypotheses of where a template lies, from the pattern of its ruled lines alone.

Once both pencils are rectified, the page differs from the photograph by a scale and a shift in
each axis. Each axis is solved by itself: two detected lines against two printed ones give a
hypothesis, the agreement of all lines scores it. The best of both axes are then tried together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from formreader.geometry import Box, Homography, Points, apply_homography, inverse
from formreader.register.segments import Segments, rectifier
from formreader.templates import Template

ROUGHLY, CANDIDATES, AXIS_HYPOTHESES = 1000, 400, 40
"""Of each axis, scored by all lines after a score by the telling ones alone; looked through; and kept: a grid of equal
columns fits many ways by itself, the other axis tells them apart."""
PLACES_TRIED, PLACES_KEPT = 40, 3
"""Pairs of axes judged in the plane, and kept, of one template in one turn."""
WORTH_THE_PLANE = 0.5
"""Part of the likeliest pair's score that a template's best pair must have: right ones have 0.7 at least."""
SAME_PLACE = 0.01
"""Corners nearer than this part of the picture's long side are one place: a glance draws either to it."""
PLANE_SAMPLES = 500
"""Points on a template's lines that such a pair is judged by, or up to twice as many."""
PALEST = 0.2
"""Printed lines paler than this leave no segment on a photograph."""
ASPECT_TOLERANCE, ASPECT_DEVIATION = 1.3, 0.25
"""How far a page's proportion may be from what cameras show, and how that counts, as a logarithm's standard deviation:
the vanishing points of a small table are rough, and a picture may have been drawn out itself."""
FOCAL_OVER_LONG_SIDE = 0.8
"""A phone's main camera, 26 to 30 mm on the long side of 36; a scan has no tilt for it to matter."""
FOCALS_OVER_LONG_SIDE = (0.4, FOCAL_OVER_LONG_SIDE, 1.6)
"""An ultrawide camera, 14 mm; a main one; a tele, 58 mm, or half of a main one's picture."""
STRONGEST_FOUND, STRONGEST_PRINTED, OUTERMOST, WIDEST_GAPS = 8, 6, 2, 3
"""Lines that make pairs; all lines score."""
STRONGEST_FOUND_FOR_THOROUGH = 16
"""The eight edges of a double frame that no template has are longer than any line of a table."""
CONSIDERABLE = 0.4
"""Part of a usual line's length that the outermost and those beside gaps have: no word, no stroke of a pen."""
EDGES_PX = 4
"""How far the two edges of a line lie apart at most."""
SMALLEST_PAGE, LARGEST_PAGE = 0.25, 3.0
"""Limits of the page's side over the picture's: smaller is unreadable, larger shows too little."""
CODE_SCALES = np.linspace(0.88, 1.12, 49)
"""A code is a tenth of a page: its size tells the page's so well."""
CODE_SHIFTS_MM = np.arange(-3.0, 3.1, 0.5)
"""How far a page's curl and a template measured by hand leave a code from its place."""
LINEAR_CODE = 2.0
"""A code this much wider than high is a barcode."""
LEAST_SCORE = 1e-3
"""Of an axis where no line falls on any: the code alone says where it lies."""
LEVEL, UPRIGHT = 1, 2
"""Bits of a ruling's picture: a segment of the level pencil, of the upright one, lies here."""


Pairs = tuple[NDArray[np.float64], NDArray[np.float64]]
"""The first and the second of each pair."""


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """``work_from_page`` maps mm to px of the ink picture; ``score`` 0..1, higher is better."""

    template: Template
    work_from_page: Homography
    score: float


@dataclass(frozen=True, slots=True)
class Profile:
    """How much line a picture shows at each px of one axis of its rectified view, from ``low`` on.

    ``root`` is its square root with one px of nothing on either side, ``total`` its sum up to each px. ``pairs``
    are the most telling places, px in that view, each with each behind it.
    """

    low: float
    root: NDArray[np.float32]
    total: NDArray[np.float64]
    pairs: Pairs


@dataclass(frozen=True, slots=True)
class Ruling:
    """A picture's two pencils, rectified one way round.

    ``rows`` and ``columns`` are where its level and upright lines lie, None where too few show.
    ``lines`` uint8 (height, width) has the bits ``LEVEL`` and ``UPRIGHT`` where segments of each lie.
    ``aspect`` is the rectified px per mm across over those down that a page should show by a usual camera, ``aspects``
    the least and the most by any.
    """

    rectified_from_work: Homography
    work_from_rectified: Homography
    rows: Profile | None
    columns: Profile | None
    lines: NDArray[np.uint8]
    aspect: float
    aspects: tuple[float, float]

    def likely(self, across: NDArray[np.float64], down: NDArray[np.float64]) -> NDArray[np.float64]:
        """How likely, 0..1, a camera shows so many rectified px per mm across and down; shapes are broadcast."""
        with np.errstate(divide="ignore", invalid="ignore"):
            aspect = np.log(across / down)
            least, most = np.log(self.aspects)
        off = np.maximum(np.maximum(least - aspect, aspect - most), 0.0)
        likely: NDArray[np.float64] = np.where(
            off < np.log(ASPECT_TOLERANCE), np.exp(-((off / ASPECT_DEVIATION) ** 2) / 2), 0.0
        )
        return likely


def rulings(
    segments: Segments,
    pencils: list[tuple[NDArray[np.float64], NDArray[np.bool_]]],
    shape: tuple[int, int],
    strongest: int = STRONGEST_FOUND,
) -> list[Ruling]:
    """The four turns of a page: either pencil may be its horizontals, either way up.

    So many of the ``strongest`` lines of each make pairs, besides those that stand out by where they lie.
    """
    if len(pencils) < 2:
        return []
    masks = [_segment_mask(segments[members], shape) for _, members in pencils[:2]]
    used = segments[pencils[0][1] | pencils[1][1]].reshape(-1, 2)
    centre = np.median(used, axis=0)
    found = []
    for first, second in ((0, 1), (1, 0)):
        try:
            upright = rectifier(pencils[first][0], pencils[second][0], centre)
        except ValueError:
            continue
        points, size = (pencils[first][0], pencils[second][0]), (shape[1], shape[0])
        aspects = [aspect_left(upright, points, centre, camera_matrix(*size, f)) for f in FOCALS_OVER_LONG_SIDE]
        usual, extremes = aspects[FOCALS_OVER_LONG_SIDE.index(FOCAL_OVER_LONG_SIDE)], (min(aspects), max(aspects))
        lines = cv2.add(masks[first] * np.uint8(LEVEL), masks[second] * np.uint8(UPRIGHT))
        for sign in (1.0, -1.0):
            rectified = np.diag([sign, sign, 1.0]) @ upright
            rows = _profile(_mapped(rectified, segments[pencils[first][1]]), 1, max(shape), strongest)
            columns = _profile(_mapped(rectified, segments[pencils[second][1]]), 0, max(shape), strongest)
            found.append(Ruling(rectified, inverse(rectified), rows, columns, lines, usual, extremes))
    return found


def aspect_left(
    rectified: Homography,
    points: tuple[NDArray[np.float64], NDArray[np.float64]],
    centre: Points,
    camera: Homography,
) -> float:
    """Scale across over scale down that a map to a rectified picture leaves around ``centre`` (2,), by that camera.

    ``points`` are the vanishing points across and down, homogeneous (3,): all in px of the picture that is mapped.
    """
    from_pixel = np.linalg.inv(camera)
    here = from_pixel @ np.array([*centre, 1.0])
    scales = []
    for axis, point in enumerate(points):
        direction = from_pixel @ point
        step = 1e-3 * direction / np.linalg.norm(direction)
        ends = np.array([here - step, here + step]) @ camera.T
        moved = apply_homography(rectified, ends[:, :2] / ends[:, 2:])
        scales.append(abs(float(moved[1, axis] - moved[0, axis])))
    return scales[0] / max(scales[1], 1e-12)


def camera_matrix(width: int, height: int, focal_over_long_side: float) -> Homography:
    """A camera through the middle of a picture of that size, px."""
    focal = focal_over_long_side * max(width, height)
    return np.array([[focal, 0, width / 2], [0, focal, height / 2], [0, 0, 1.0]])


def squeeze(photo_from_page: Homography, width: int, height: int) -> float:
    """How much wider or higher than printed a page would have to be to lie so on a picture of that size, px; 1 not at
    all. By the camera that shows it least so."""
    found = []
    for focal in FOCALS_OVER_LONG_SIDE:
        camera = camera_matrix(width, height, focal)
        across, down = np.linalg.norm((np.linalg.inv(camera) @ photo_from_page)[:, :2], axis=0)
        found.append(float(max(across, down) / max(min(across, down), 1e-12)))
    return min(found)


def _segment_mask(segments: Segments, shape: tuple[int, int]) -> NDArray[np.uint8]:
    """1 within two px of a segment, else 0."""
    mask = np.zeros(shape, np.uint8)
    cv2.polylines(mask, list(np.round(segments).astype(np.int32).reshape(-1, 2, 2)), False, 1, 5)
    return mask


def _mapped(homography: Homography, segments: Segments) -> Segments:
    result: Segments = apply_homography(homography, segments.reshape(-1, 2, 2)).reshape(-1, 4)
    return result


def _profile(rectified: Segments, axis: int, picture_px: float, strongest: int) -> Profile | None:
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
    # a line's two edges are one place
    highest = cv2.dilate(profile.reshape(-1, 1), np.ones((2 * EDGES_PX + 1, 1), np.uint8)).ravel()
    peaks = np.flatnonzero((profile >= highest) & (profile > 0))
    if len(peaks) < 2:
        return None
    peaks = peaks[_telling(peaks.astype(np.float64), profile[peaks], strongest)]
    return Profile(
        low,
        np.pad(np.sqrt(profile), 1).astype(np.float32),
        np.concatenate([[0.0], np.cumsum(profile)]),
        _ordered_pairs((peaks + low + 0.5).astype(np.float64)),
    )


@dataclass(frozen=True, slots=True)
class _Axis:
    """Hypotheses of one axis of the rectified picture, best first: each array is (K,).

    ``scales`` px/mm, ``shifts`` px, ``scores`` 0..1.
    """

    scales: NDArray[np.float64]
    shifts: NDArray[np.float64]
    scores: NDArray[np.float64]


NO_AXIS = _Axis(np.zeros(0), np.zeros(0), np.zeros(0))


@dataclass(frozen=True, slots=True)
class _Lines:
    """A template's lines of one direction: where they lie (N,) mm, in order, and the length of line in each.

    ``root`` (N,) is the length's square root, ``total`` all lengths. ``telling`` indexes those that make pairs, in
    order, and ``pairs`` are these, each with each behind it.
    """

    at: NDArray[np.float64]
    root: NDArray[np.float32]
    total: float
    telling: NDArray[np.intp]
    pairs: Pairs

    @property
    def few(self) -> _Lines:
        """Those alone that make pairs."""
        root = self.root[self.telling]
        return _Lines(self.at[self.telling], root, float((root**2).sum()), np.arange(len(root)), self.pairs)


@dataclass(frozen=True, slots=True)
class _Pattern:
    """A template's rows and columns as hypotheses are made by, and samples (M, 2) mm along all of them.

    ``bits`` uint8 (M,) is the bit of a ruling's ``lines`` that each sample should meet, ``weights`` its mm.
    """

    rows: _Lines
    columns: _Lines
    samples: NDArray[np.float64]
    bits: NDArray[np.uint8]
    weights: NDArray[np.float64]


_patterns: dict[str, _Pattern] = {}


def _pattern(template: Template) -> _Pattern:
    """The same for every photograph: kept under the hash of the template's file."""
    if template.sha256 not in _patterns:
        printed = np.array([[s.x0, s.y0, s.x1, s.y1] for s in template.segments if s.ink >= PALEST]).reshape(-1, 4)
        level = printed[:, 1] == printed[:, 3]
        lengths = _lengths(printed)
        samples, lies, weights = (
            sample_lines(printed, spacing_mm=6.0) if len(printed) else (np.zeros((0, 2)), level, lengths)
        )
        # one in so many: enough to rank placements by
        some = slice(None, None, max(1, len(samples) // PLANE_SAMPLES))
        _patterns[template.sha256] = _Pattern(
            _gathered(printed[level][:, 1], lengths[level]),
            _gathered(printed[~level][:, 0], lengths[~level]),
            samples[some],
            np.where(lies, np.uint8(LEVEL), np.uint8(UPRIGHT))[some],
            weights[some],
        )
    return _patterns[template.sha256]


def _gathered(positions: NDArray[np.float64], lengths: NDArray[np.float64]) -> _Lines:
    lines, which = np.unique(np.round(positions, 2), return_inverse=True)
    strength = np.bincount(which, weights=lengths, minlength=len(lines)).astype(np.float64)
    longest = _telling(lines, strength, STRONGEST_PRINTED)
    return _Lines(lines, np.sqrt(strength).astype(np.float32), strength.sum(), longest, _ordered_pairs(lines[longest]))


def _telling(at: NDArray[np.float64], strength: NDArray[np.float64], strongest: int) -> NDArray[np.intp]:
    """Which lines, of those at (N,) in order, make pairs: the strongest, the outermost, and those beside wide gaps.

    The rows of a table are all as long as each other: which of them are the strongest found ones is chance, while its
    first and its last are the same lines on the page and on the photograph.
    """
    order = np.argsort(-strength, kind="stable")
    chosen = set(order[:strongest].tolist())
    usual = strength[order[min(strongest, len(order)) // 2]] if len(order) else 0.0
    plain = np.flatnonzero(strength >= CONSIDERABLE * usual)
    chosen |= {*plain[:OUTERMOST].tolist(), *plain[-OUTERMOST:].tolist()}
    for gap in np.argsort(-np.diff(at[plain]), kind="stable")[:WIDEST_GAPS]:
        chosen |= {int(plain[gap]), int(plain[gap + 1])}
    return np.array(sorted(chosen), dtype=np.intp)


def printed_lines(template: Template) -> tuple[tuple[NDArray[np.float64], NDArray[np.float64]], ...]:
    """Where the template's rows and its columns lie, mm, and the length of line in each."""
    pattern = _pattern(template)
    rows, columns = pattern.rows, pattern.columns
    return (rows.at, rows.root.astype(np.float64) ** 2), (columns.at, columns.root.astype(np.float64) ** 2)


def telling_lines(template: Template) -> tuple[tuple[NDArray[np.float64], NDArray[np.float32]], ...]:
    """Of the template's rows and columns those that make pairs: where they lie, mm, and the root of their length."""
    pattern = _pattern(template)
    return tuple((lines.few.at, lines.few.root) for lines in (pattern.rows, pattern.columns))


def align(
    templates: Sequence[Template], turns: Sequence[Ruling], keep: int, likeliest: Sequence[Template] = ()
) -> list[Hypothesis]:
    """The ``keep`` likeliest placements of any of ``templates`` in any turn, best first.

    The best one of each of the likeliest templates, half as many, is among them: forms of one family must not crowd
    each other out. So is that of each that is ``likeliest`` by other signs: a form of few lines lies on a dense page
    better than the right one.
    """
    pairs = [_pairs_of(template, ruling) for ruling in turns for template in templates]
    least = WORTH_THE_PLANE * max((pair.likeliest for pair in pairs), default=0.0)
    # a few of each, apart: neighbours of one wrong placement must not crowd the right one out
    always = {template.id for template in likeliest}
    worth = [pair for pair in pairs if pair.likeliest >= least or pair.template.id in always]
    found = [place for pair in worth for place in _in_plane(pair)]
    found.sort(key=lambda hypothesis: -hypothesis.score)
    of_each: dict[str, Hypothesis] = {}
    for hypothesis in found:
        of_each.setdefault(hypothesis.template.id, hypothesis)
    first = [of_each.pop(template.id) for template in likeliest if template.id in of_each]
    first += list(of_each.values())[: max(1, keep // 2 - len(first))]
    rest = [hypothesis for hypothesis in found if not any(hypothesis is one for one in first)]
    return sorted([*first, *rest[: max(0, keep - len(first))]], key=lambda hypothesis: -hypothesis.score)


def align_from(template: Template, mark: Box, quad: Points, turns: Sequence[Ruling], keep: int) -> list[Hypothesis]:
    """The likeliest placements that put the printed code ``mark``, mm, where it was read.

    ``quad`` (4, 2) are its corners in frame work, from the page's top left on. They give turn, place and about the
    scale; the lines say the rest.
    """
    pattern, found = _pattern(template), list[Hypothesis]()
    for ruling in turns:
        seen = apply_homography(ruling.rectified_from_work, quad)
        right, down = seen[1] + seen[2] - seen[0] - seen[3], seen[3] + seen[2] - seen[0] - seen[1]
        if not right[0] > abs(right[1]):
            continue
        centre, scale = seen.mean(axis=0), float(right[0]) / 2 / mark.width
        flat = mark.width > LINEAR_CODE * mark.height  # a barcode's rows are read along its middle alone
        upwards = scale / ruling.aspect if flat else abs(float(down[1])) / 2 / mark.height
        across = _axis_from(ruling.columns, pattern.columns, scale, float(centre[0]), mark.centre[0])
        downwards = _axis_from(ruling.rows, pattern.rows, upwards, float(centre[1]), mark.centre[1])
        found += _in_plane(_paired(template, ruling, across, downwards))
    return sorted(found, key=lambda hypothesis: -hypothesis.score)[:keep]


@dataclass(frozen=True, slots=True)
class _Pairs:
    """The likeliest pairs of an axis across and one down of a template on a ruling, best first.

    ``places`` (P, 3, 3) map mm to px of the ruling's rectified picture; ``likeliest`` is the best pair's score, 0..1.
    """

    template: Template
    ruling: Ruling
    places: NDArray[np.float64]
    likeliest: float


def _pairs_of(template: Template, ruling: Ruling) -> _Pairs:
    pattern, picture_px = _pattern(template), max(ruling.lines.shape)
    down = _axis_hypotheses(ruling.rows, pattern.rows, template.height_mm, picture_px)
    across = _axis_hypotheses(ruling.columns, pattern.columns, template.width_mm, picture_px)
    return _paired(template, ruling, across, down)


def _paired(template: Template, ruling: Ruling, across: _Axis, down: _Axis) -> _Pairs:
    likely = ruling.likely(across.scales[:, None], down.scales[None, :])
    fits = likely > 0
    scores = np.where(fits, likely * across.scores[:, None] * down.scores[None, :], -1.0).ravel()
    best = np.argsort(-scores, kind="stable")[: min(PLACES_TRIED, int(fits.sum()))]
    places = np.zeros((len(best), 3, 3))
    if len(best) == 0:
        return _Pairs(template, ruling, places, 0.0)
    i, j = np.unravel_index(best, fits.shape)
    places[:, 0, 0], places[:, 0, 2] = across.scales[i], across.shifts[i]
    places[:, 1, 1], places[:, 1, 2] = down.scales[j], down.shifts[j]
    places[:, 2, 2] = 1.0
    return _Pairs(template, ruling, places, float(scores[best[0]]))


def _in_plane(pairs: _Pairs) -> list[Hypothesis]:
    """The best ``PLACES_KEPT`` of them, apart, scored by all lines in the plane."""
    if len(pairs.places) == 0:
        return []
    template, ruling = pairs.template, pairs.ruling
    work_from_page = ruling.work_from_rectified @ pairs.places
    agreements = _agreements(work_from_page, _pattern(template), ruling)
    agreements *= ruling.likely(pairs.places[:, 0, 0], pairs.places[:, 1, 1])
    order = np.argsort(-agreements, kind="stable")
    return [
        Hypothesis(template, work_from_page[k] / work_from_page[k, 2, 2], float(agreements[k]))
        for k in order[_apart(work_from_page[order], template, max(ruling.lines.shape), PLACES_KEPT)]
    ]


def _apart(work_from_page: NDArray[np.float64], template: Template, picture_px: float, most: int) -> list[int]:
    """The first ``most`` of the maps (P, 3, 3) that put a corner of the page elsewhere than every one before them."""
    corners = Box(0.0, 0.0, template.width_mm, template.height_mm).corners
    mapped = np.column_stack([corners, np.ones(4)]) @ work_from_page.transpose(0, 2, 1)
    seen = mapped[:, :, :2] / mapped[:, :, 2:]
    kept: list[int] = []
    for k, page in enumerate(seen):
        moved = np.abs(seen[kept] - page).max(axis=(1, 2))
        if (moved > SAME_PLACE * picture_px).all():
            kept.append(k)
            if len(kept) == most:
                break
    return kept


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


def _axis_hypotheses(found: Profile | None, printed: _Lines, page_mm: float, picture_px: float) -> _Axis:
    """Scales and shifts that lay the printed lines on found positions, best first."""
    lines = printed.at
    if found is None or len(lines) < 2:
        return NO_AXIS
    found_a, found_b = found.pairs
    printed_a, printed_b = printed.pairs
    scale = ((found_b - found_a)[:, None] / (printed_b - printed_a)[None, :]).ravel()
    shift = (found_a[:, None] - scale.reshape(len(found_a), -1) * printed_a[None, :]).ravel()
    fits = (scale * page_mm > SMALLEST_PAGE * picture_px) & (scale * page_mm < LARGEST_PAGE * picture_px)
    scale, shift = scale[fits], shift[fits]
    if len(scale) == 0:
        return NO_AXIS
    if len(scale) > ROUGHLY:
        rough = _axis_scores(found, printed.few, scale, shift)
        likely = np.sort(np.argpartition(-rough, ROUGHLY)[:ROUGHLY])
        scale, shift = scale[likely], shift[likely]
    return _distinct(scale, shift, _axis_scores(found, printed, scale, shift), (float(lines[0]), float(lines[-1])))


def _axis_from(found: Profile | None, printed: _Lines, scale: float, at_px: float, from_mm: float) -> _Axis:
    """Hypotheses that see the place ``from_mm`` at ``at_px`` at about this ``scale``, best first."""
    if found is None or len(printed.at) < 2:
        return _Axis(np.array([scale]), np.array([at_px - scale * from_mm]), np.array([LEAST_SCORE]))
    scales, moved = (grid.ravel() for grid in np.meshgrid(scale * CODE_SCALES, CODE_SHIFTS_MM))
    shifts = at_px - scales * (from_mm + moved)
    scores = np.maximum(_axis_scores(found, printed, scales, shifts), LEAST_SCORE)
    return _distinct(scales, shifts, scores, (float(printed.at[0]), float(printed.at[-1])))


def _axis_scores(
    found: Profile, printed: _Lines, scale: NDArray[np.float64], shift: NDArray[np.float64]
) -> NDArray[np.float64]:
    """How well the printed lines fall on found ones for each (K,) scale and shift, 0..1."""
    # places on the root: what falls beyond the profile is clipped onto the nothing beside it
    places = np.multiply.outer(scale.astype(np.float32), printed.at.astype(np.float32))
    places += (shift - found.low + 1.0).astype(np.float32)[:, None]
    at = places.astype(np.intp)
    matched = found.root.take(at, mode="clip") @ printed.root
    total = found.total
    first = np.clip(at[:, 0] - 4, 0, len(total) - 1)
    last = np.clip(at[:, -1] + 3, 0, len(total) - 1)
    # a quarter of all that was found stays in the norm, so that a page cannot shrink onto one line
    between = total[last] - total[first] + 0.25 * total[-1]
    scores: NDArray[np.float64] = matched / np.sqrt(np.maximum(between, 1e-9) * printed.total)
    return scores


def _ordered_pairs(values: NDArray[np.float64]) -> Pairs:
    a, b = np.triu_indices(len(values), k=1)
    return values[a], values[b]


def _distinct(
    scale: NDArray[np.floating], shift: NDArray[np.floating], score: NDArray[np.floating], span: tuple[float, float]
) -> _Axis:
    """The best hypotheses that put the first and last line at least 4 px apart from each other's."""
    best = np.argpartition(-score, CANDIDATES)[:CANDIDATES] if len(score) > CANDIDATES else np.arange(len(score))
    best = best[np.argsort(-score[best], kind="stable")]
    ends = np.round((scale[best] * np.array(span)[:, None] + shift[best]) / 4).astype(np.int64)
    # one number a pair of ends: no picture is a million px long
    _, first = np.unique(ends[0] * 2**20 + ends[1], return_index=True)
    kept = best[np.sort(first)][:AXIS_HYPOTHESES]
    return _Axis(*(values[kept].astype(np.float64) for values in (scale, shift, score)))


def _agreements(work_from_page: NDArray[np.float64], pattern: _Pattern, ruling: Ruling) -> NDArray[np.float64]:
    """For each of (P, 3, 3) maps, the part of the printed lines, by length, on segments of their own direction."""
    x, y = pattern.samples.T.astype(np.float32)
    maps = work_from_page.astype(np.float32)[:, :, :, None]
    mapped = maps[:, :, 0] * x + maps[:, :, 1] * y + maps[:, :, 2]
    mapped[:, :2] /= mapped[:, 2:]
    met = cv2.remap(ruling.lines, mapped[:, 0], mapped[:, 1], cv2.INTER_NEAREST, borderMode=cv2.BORDER_CONSTANT)
    shares: NDArray[np.float64] = ((met & pattern.bits) > 0) @ pattern.weights / pattern.weights.sum()
    return shares
