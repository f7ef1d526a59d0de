"""Which of hundreds of forms may be on a photograph: two indices over their ruled lines, each for half of the list.

All distances between two parallel lines, on a logarithmic axis, are the same wherever a page lies; its size shifts
them. The rows and the columns of a form must agree on that shift. One product of matrices compares a photograph with
every form of a library, wherever the page ends.

Of a page that is seen whole the outermost lines are the form's outermost: laid on them, all of its lines must meet
some. Few such places are tried, of every form at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from formreader.register.align import (
    OUTERMOST,
    Profile,
    Ruling,
    printed_lines,
    telling_lines,
)
from formreader.templates import Template

KEPT, KEPT_FOR_THOROUGH = 24, 96
"""Forms that are then tried in full, in a quick look and in a thorough one; of a library no larger all are."""
STEP = 1.03
"""From one bin to the next: as fine as a curled page keeps distances."""
SHORTEST, LONGEST = 2.0, 2000.0
"""Distances, mm or px, that have a bin."""
BINS = int(np.log(LONGEST / SHORTEST) / np.log(STEP)) + 1
STRONGEST = 25
"""Lines of a direction that count; more are handwriting."""
LINE_PX = 9
"""Segments of one line of a curled page lie this near to each other across it."""
NOISE_PX, USUAL_PX_PER_MM = 1.0, 4.0
"""How exactly the place of a line is seen, and at what size."""
SCALES = (0.8, 12.0)
"""px of the reduced picture to a mm that a page may have."""
ASPECT_BINS = 4
"""How many bins rows and columns may disagree on the scale: the camera's tilt is not known well."""


@dataclass(frozen=True, slots=True)
class _Index:
    """Of every form what distances its rows and its columns have, float32 (forms, BINS), each of length 1."""

    rows: NDArray[np.float32]
    columns: NDArray[np.float32]
    rows_at: _Telling
    columns_at: _Telling


@dataclass(frozen=True, slots=True)
class _Telling:
    """Of every form the lines of a direction that make pairs: where they lie, mm, and the root of their length,
    float32 (forms, M), 0 for none; and the ``OUTERMOST`` first and last of them, mm (forms, 2, OUTERMOST)."""

    at: NDArray[np.float32]
    root: NDArray[np.float32]
    ends: NDArray[np.float32]


_indices: dict[tuple[str, ...], _Index] = {}


def shortlist(templates: Sequence[Template], turns: Sequence[Ruling], keep: int) -> list[Template]:
    """The ``keep`` forms whose ruling is likest to that of the photograph, best first; all of a small library."""
    if len(templates) <= keep or not turns:
        return list(templates)
    index = _index(templates)
    # a page upside down has the same distances
    by_distance = np.max([_scores(index, turns[which]) for which in range(0, len(turns), 2)], axis=0)
    by_outermost = np.max([_whole(index, ruling) for ruling in turns], axis=0)
    orders = [np.argsort(-scores, kind="stable") for scores in (by_outermost, by_distance)]
    likely = dict.fromkeys(int(i) for both in zip(*orders, strict=True) for i in both)
    return [templates[i] for i in list(likely)[:keep]]


def _index(templates: Sequence[Template]) -> _Index:
    key = tuple(template.sha256 for template in templates)
    if key not in _indices:
        _indices.clear()  # one library is in use at a time
        spread = _spread(NOISE_PX / USUAL_PX_PER_MM)
        both = [[_distances(at, length, spread) for at, length in printed_lines(template)] for template in templates]
        telling = [telling_lines(template) for template in templates]
        _indices[key] = _Index(
            np.array([rows for rows, _ in both], np.float32),
            np.array([columns for _, columns in both], np.float32),
            _gathered([rows for rows, _ in telling]),
            _gathered([columns for _, columns in telling]),
        )
    return _indices[key]


def _gathered(lines: Sequence[tuple[NDArray[np.float64], NDArray[np.float32]]]) -> _Telling:
    most = max(2, *(len(at) for at, _ in lines))
    at_all, roots = (np.zeros((len(lines), most), np.float32) for _ in range(2))
    ends = np.zeros((len(lines), 2, OUTERMOST), np.float32)
    for i, (at, root) in enumerate(lines):
        if len(at) >= 2:
            at_all[i, : len(at)], roots[i, : len(at)] = at, root
            ends[i] = at[_first(len(at))], at[_last(len(at))]
    return _Telling(at_all, roots, ends)


def _first(count: int) -> NDArray[np.intp]:
    return np.minimum(np.arange(OUTERMOST), count - 2)


def _last(count: int) -> NDArray[np.intp]:
    return np.maximum(np.arange(count - OUTERMOST, count), 1)


def _whole(index: _Index, ruling: Ruling) -> NDArray[np.float64]:
    """How well each form lies, (forms,) 0..1, with its outermost lines on the photograph's outermost."""
    down = _laid(index.rows_at, ruling.rows)
    across = _laid(index.columns_at, ruling.columns)
    if down is None or across is None:
        return np.zeros(len(index.rows))
    (scale_down, score_down), (scale_across, score_across) = down, across
    likely = ruling.likely(scale_across[:, :, None], scale_down[:, None, :])
    result: NDArray[np.float64] = (likely * score_across[:, :, None] * score_down[:, None, :]).max(axis=(1, 2))
    return result


def _laid(forms: _Telling, profile: Profile | None) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
    """Scales and scores (forms, K) of each form's places with its outermost lines on the outermost found ones."""
    if profile is None:
        return None
    found = np.unique(np.concatenate(profile.pairs))
    starts, ends = found[_first(len(found))], found[_last(len(found))]
    start_mm, end_mm = forms.ends[:, 0, None, None, :, None], forms.ends[:, 1, None, None, None, :]
    long_mm = end_mm - start_mm
    with np.errstate(divide="ignore", invalid="ignore"):
        scale = (ends[None, None, :, None, None] - starts[None, :, None, None, None]) / long_mm
    shift = starts[None, :, None, None, None] - scale * start_mm
    usable = (np.broadcast_to(long_mm > 0, scale.shape) & (scale > 0)).reshape(len(forms.at), -1)
    scale, shift = (np.where(usable, values.reshape(usable.shape), 0.0) for values in (scale, shift))
    at = (scale[:, :, None] * forms.at[:, None, :] + (shift - profile.low + 1.0)[:, :, None]).astype(np.intp)
    met = profile.root.take(at, mode="clip")
    matched = (met * forms.root[:, None, :]).sum(axis=2)
    printed = (forms.root**2).sum(axis=1)
    norm = np.sqrt(np.maximum(profile.total[-1] * printed, 1e-9))
    return scale, np.where(usable, matched / norm[:, None], 0.0)


def _scores(index: _Index, ruling: Ruling) -> NDArray[np.float64]:
    """How like each form's distances those of the photograph are, (forms,), at the scale that fits both axes best."""
    shifts = np.arange(*(round(np.log(scale) / np.log(STEP)) for scale in SCALES))
    by_rows = _at_scales(index.rows, ruling.rows, shifts)
    by_columns = _at_scales(index.columns, ruling.columns, shifts)
    # the scale across is ``aspect`` times that down
    turn = round(np.log(max(ruling.aspect, 1e-3)) / np.log(STEP))
    best = np.full(by_rows.shape, -np.inf)
    for off in range(-ASPECT_BINS, ASPECT_BINS + 1):
        at = np.clip(np.arange(len(shifts)) + turn + off, 0, len(shifts) - 1)
        best = np.maximum(best, by_columns[at])
    result: NDArray[np.float64] = (by_rows + best).max(axis=0)
    return result


def _at_scales(forms: NDArray[np.float32], profile: Profile | None, shifts: NDArray[np.int64]) -> NDArray[np.float32]:
    """Likeness (shifts, forms) of the distances of a photograph's lines to each form's, at each scale."""
    if profile is None:
        return np.zeros((len(shifts), len(forms)), np.float32)
    strength = np.convolve(profile.root[1:-1] ** 2, np.hanning(LINE_PX + 2)[1:-1], "same")
    peaks = np.flatnonzero((strength >= np.roll(strength, 1)) & (strength > np.roll(strength, -1)) & (strength > 0))
    seen = _distances(peaks.astype(np.float64), strength[peaks], _spread(NOISE_PX))
    padded = np.pad(seen, BINS)
    moved = np.array([padded[BINS + shift : 2 * BINS + shift] for shift in shifts], np.float32)
    result: NDArray[np.float32] = moved @ forms.T
    return result


def _distances(
    at: NDArray[np.float64], length: NDArray[np.float64], spread: NDArray[np.float64]
) -> NDArray[np.float64]:
    """How much line, of both lines together, lies at each distance (BINS,); its squares sum to 1."""
    strong = np.argsort(-length)[:STRONGEST]
    at, length = at[strong], length[strong]
    i, j = np.triu_indices(len(at), k=1)
    apart = np.abs(at[i] - at[j])
    far = (apart >= SHORTEST) & (apart < LONGEST)
    bins = (np.log(apart[far] / SHORTEST) / np.log(STEP)).astype(np.intp)
    total = spread @ np.bincount(bins, np.sqrt(length[i] * length[j])[far], BINS)[:BINS]
    norm = float(np.linalg.norm(total))
    result: NDArray[np.float64] = total / norm if norm else total
    return result


@cache
def _spread(noise: float) -> NDArray[np.float64]:
    """Over which bins (BINS, BINS) a distance of each bin is spread by lines seen ``noise`` from their places."""
    middle = SHORTEST * STEP ** (np.arange(BINS) + 0.5)
    wide = np.maximum(0.8, noise * np.sqrt(2) / middle / np.log(STEP))
    away = np.subtract.outer(np.arange(BINS), np.arange(BINS))
    spread = np.exp(-0.5 * (away / wide[None, :]) ** 2)
    result: NDArray[np.float64] = spread / spread.sum(axis=0)
    return result
