"""Where the ink of each printed line and square is, against where a placement says it should be."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from formreader.geometry import Homography, Points, apply_homography
from formreader.records import Bend, Grey
from formreader.register.bend import bent_by
from formreader.register.samples import LineSamples, Sizes

SEARCH_STEPS = 14
"""Places on either side of a line that are looked at, however far the search reaches."""
ALONG_MM = (-1.0, 0.0, 1.0)
"""A profile across a line is averaged over these places along it: dots and gaps close."""
FAINTEST_INK = 10.0
"""Ink (of 255) a line must stand out by: half of what a thin grey line keeps after phone blur."""
SQUARE_REACH = 3.0
"""Squares are looked for this much further than lines, since nothing beside them looks alike."""
SQUARE_PX_PER_MM, SQUARE_MARGIN_MM, SQUARE_LIKENESS = 3.0, 0.8, 0.6
"""About as fine as the ink picture shows a page; between two px the peak says where a square is."""
UNIT = np.array([[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]])


def search(
    place: Homography, bend: Bend, samples: LineSamples, ink: Grey, reach_mm: float, apart: bool = False
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Signed distance (N,) mm from each sample to its line's ink along the normal, and where found.

    Lines are looked for ``reach_mm`` to either side, ``apart`` no further than half-way to the next printed one.
    """
    centres = samples.points + bent_by(bend, samples.nodes)
    lines = slice(None, samples.lines)
    reach = np.minimum(reach_mm, samples.room_mm) if apart else np.full(samples.lines, reach_mm)
    offsets, found = search_lines(place, centres[lines], samples.level[lines], ink, reach)
    squares = centres[samples.lines : samples.lines + len(samples.squares)]
    moved, seen = _search_squares(place, squares, samples.sizes, ink, reach_mm * SQUARE_REACH)
    return np.concatenate([offsets, moved[:, 0], moved[:, 1]]), np.concatenate([found, seen, seen])


def search_lines(
    place: Homography, centres: Points, level: NDArray[np.bool_], ink: Grey, reach_mm: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Signed distance (N,) mm from each place on a line, (N, 2) mm, to its ink along the normal, and where found."""
    across = np.linspace(-1.0, 1.0, 2 * SEARCH_STEPS + 1)
    profile = _profiles(place, centres, level, ink, across, reach_mm)
    smooth = cv2.blur(profile, (3, 1))
    # of two equal lines the nearer one is meant
    favoured = smooth * (1.0 - 0.35 * np.abs(across)).astype(np.float32)
    best = np.argmax(favoured, axis=1)
    rows = np.arange(len(best))
    ground = np.partition(smooth, SEARCH_STEPS, axis=1)[:, SEARCH_STEPS]
    stands_out = smooth[rows, best] - ground
    around = np.clip(best[:, None] + np.arange(-3, 4), 0, len(across) - 1)
    weights = np.maximum(profile[rows[:, None], around] - ground[:, None], 0) + 1e-6
    offsets = reach_mm * (weights * across[around]).sum(axis=1) / weights.sum(axis=1)
    inside = (best > 0) & (best < len(across) - 1)
    return offsets, inside & (stands_out > FAINTEST_INK)


def _profiles(
    place: Homography,
    centres: Points,
    level: NDArray[np.bool_],
    ink: Grey,
    across: NDArray[np.float64],
    reach_mm: NDArray[np.float64],
) -> NDArray[np.float32]:
    """Ink (N, K) at K places ``across`` each line, -1..1 of its reach (N,), averaged along it."""
    normals = np.column_stack([~level, level]).astype(np.float64)
    # over a few mm a homography is affine: three points a sample stand for the whole profile
    origin = apply_homography(place, centres)
    step_across = (apply_homography(place, centres + normals) - origin) * reach_mm[:, None]
    step_along = apply_homography(place, centres + normals[:, ::-1]) - origin
    steps = across.astype(np.float32)
    at = []
    for axis in (0, 1):
        middles = (origin[:, axis, None] + np.multiply.outer(step_along[:, axis], ALONG_MM)).astype(np.float32)
        beside = np.multiply.outer(step_across[:, axis].astype(np.float32), steps)
        at.append((middles[:, :, None] + beside[:, None, :]).reshape(len(centres), -1))
    looked = cv2.remap(ink, at[0], at[1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=0)
    parts = looked.reshape(len(centres), len(ALONG_MM), len(steps))
    total = np.add(parts[:, 0], parts[:, 1], dtype=np.float32)
    total += parts[:, 2]
    total /= len(ALONG_MM)
    return total


def _search_squares(
    place: Homography, centres: Points, sizes: Sizes, ink: Grey, reach_mm: float
) -> tuple[Points, NDArray[np.bool_]]:
    """How far (M, 2) mm each printed square is from its place, and whether one was found."""
    moved, seen = np.zeros((len(centres), 2)), np.zeros(len(centres), dtype=bool)
    for size, members in sizes:
        reach = size / 2 + SQUARE_MARGIN_MM + reach_mm
        corners = apply_homography(place, centres[members, None, :] + UNIT * reach)
        whole = (corners >= 0).all(axis=(1, 2)) & (corners <= (ink.shape[1], ink.shape[0])).all(axis=(1, 2))
        alike = members[whole]
        if len(alike):
            moved[alike], seen[alike] = _search_alike(place, centres[alike], size, ink, reach_mm)
    return moved, seen


def _search_alike(
    place: Homography, centres: Points, size_mm: NDArray[np.float64], ink: Grey, reach_mm: float
) -> tuple[Points, NDArray[np.bool_]]:
    """The same for squares of one size: their surroundings one below the other, searched at once."""
    columns, rows = (int(v) for v in np.ceil(2 * (size_mm / 2 + SQUARE_MARGIN_MM + reach_mm) * SQUARE_PX_PER_MM))
    right = ((np.arange(columns) - (columns - 1) / 2) / SQUARE_PX_PER_MM).astype(np.float32)
    down = ((np.arange(rows) - (rows - 1) / 2) / SQUARE_PX_PER_MM).astype(np.float32)
    # over a few mm a homography is affine
    origin = apply_homography(place, centres)
    steps = [(apply_homography(place, centres + unit) - origin).astype(np.float32) for unit in np.eye(2)]
    at = [
        (
            (origin[:, None, axis].astype(np.float32) + np.multiply.outer(steps[1][:, axis], down))[:, :, None]
            + np.multiply.outer(steps[0][:, axis], right)[:, None, :]
        ).reshape(-1, columns)
        for axis in (0, 1)
    ]
    patches = cv2.remap(ink, at[0], at[1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    pattern = _square_pattern(tuple(size_mm))
    height, width = rows - pattern.shape[0] + 1, columns - pattern.shape[1] + 1
    strip = cv2.matchTemplate(patches, pattern, cv2.TM_CCOEFF_NORMED)
    # below each patch's places come those that straddle it and the next
    places = np.arange(len(centres))[:, None] * rows + np.arange(height)
    likeness = strip[places]
    # of a pair of squares the nearer one is meant
    favoured = likeness * _nearer(height, width, SQUARE_PX_PER_MM * reach_mm)
    y, x = np.divmod(favoured.reshape(len(centres), -1).argmax(axis=1), width)
    which = np.arange(len(centres))
    top = np.stack([x + _beyond(likeness[which, y], x), y + _beyond(likeness[which, :, x], y)], axis=1)
    moved: Points = (top - np.array([width - 1, height - 1]) / 2) / SQUARE_PX_PER_MM
    return moved, likeness[which, y, x] > SQUARE_LIKENESS


def _beyond(values: NDArray[np.float32], peaks: NDArray[np.intp]) -> NDArray[np.float64]:
    """How far (M,) from each row's place ``peaks`` the top of a parabola through its neighbours is, -0.5 to 0.5."""
    which = np.arange(len(peaks))
    inner = np.clip(peaks, 1, values.shape[1] - 2)
    before, here, after = (values[which, inner + step].astype(np.float64) for step in (-1, 0, 1))
    bow = np.minimum(before - 2 * here + after, -1e-9)
    return np.where(inner == peaks, np.clip(0.5 * (before - after) / bow, -0.5, 0.5), 0.0)


@lru_cache(maxsize=64)
def _nearer(rows: int, columns: int, reach_px: float) -> NDArray[np.float32]:
    """What a likeness is worth at each place: 1 in the middle, less towards the reach."""
    right, down = np.arange(columns) - (columns - 1) / 2, np.arange(rows) - (rows - 1) / 2
    away = np.hypot(right[None, :], down[:, None]) / reach_px
    return (1.0 - 0.3 * away).astype(np.float32)


@lru_cache(maxsize=64)
def _square_pattern(size_mm: tuple[float, float]) -> NDArray[np.uint8]:
    """A black square on a margin of paper, at ``SQUARE_PX_PER_MM``."""
    margin = round(SQUARE_MARGIN_MM * SQUARE_PX_PER_MM)
    width, height = (max(1, round(v * SQUARE_PX_PER_MM)) for v in size_mm)
    pattern = np.zeros((height + 2 * margin, width + 2 * margin), np.uint8)
    pattern[margin:-margin, margin:-margin] = 255
    return pattern
