"""Where the same form would lie nearly as well: a row or a column further, turned round, mirrored.

A regular table fits itself one row down. Lines that both places share say nothing; the few that only one of them
has (ends of tables, headings' rules, frames) decide, each where it stands: of a folded page one part may speak for
one place and another part for the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from formreader.geometry import Homography, Points, apply_homography, inverse
from formreader.register.areas import area_points, within_areas
from formreader.register.samples import LineSamples, template_samples
from formreader.register.words import Words, around, corners_of, filled_of, free, moved_by, words_of
from formreader.templates import Template

LEAST_SHIFT_MM, MOST_SHIFT_MM = 2.5, 70.0
"""Periods of ruling: below, two lines are one double line; above, no table has rows or columns so large."""
SAME_LINE_MM = 1.8
"""Two lines nearer than this cannot be told apart on a curled photograph."""
LEAST_SHARED = 0.3
"""A moved form is a rival where it shares this part of its ruling with itself."""
MOST_PERIODS = 6
"""Of each direction, the likest: a row up and down, two rows, a row of another table."""
LEAST_TABLE, FEWEST_ROWS = 0.03, 4
"""A table of its own has this part of a page's lines in one direction, and so many."""
Kind = Literal["rows", "columns", "turned", "mirrored"]


@dataclass(frozen=True, slots=True)
class Rival:
    """The form moved on its own page by ``page_from_page``.

    ``own`` indexes the samples of the template's lines that stand where the moved form has none; ``others`` (M, 2) mm
    are where the moved form alone has a line, with ``level`` and ``weights`` as in ``LineSamples``. ``words`` are the
    boxes of printed words where the moved form has blank paper, ``blanks`` those of its words where there is none;
    ``areas`` the places (K, 2) in dark areas that only the template has, and only the moved form.
    """

    kind: Kind
    page_from_page: Homography
    own: NDArray[np.intp]
    others: Points
    level: NDArray[np.bool_]
    weights: NDArray[np.float64]
    words: Words
    blanks: Words
    areas: tuple[Points, Points]

    @property
    def shift_mm(self) -> float:
        """How far rows are moved down, or columns to the right."""
        return float(self.page_from_page[1 if self.kind == "rows" else 0, 2])


def drawn_out(rival: Rival, template: Template) -> list[Homography]:
    """The form's page, mm to mm, with the ends of its lines moved apart or together: either by nothing, half of the
    rival's shift or all of it, one way or the other. None of a rival turned or mirrored.

    On paper that bulges a table lies a row off, and the one above it by a row of its own, or not at all.
    """
    if rival.kind not in ("rows", "columns"):
        return []
    axis, samples = (1 if rival.kind == "rows" else 0), template_samples(template)
    near = samples.points[samples.near_field, axis]
    if len(near) == 0 or np.ptp(near) < 2 * abs(rival.shift_mm):
        return []
    first, last = float(near.min()), float(near.max())
    found = []
    for at_first, at_last in permutations(np.linspace(-1.0, 1.0, 5) * rival.shift_mm, 2):
        page_from_page = np.eye(3)
        page_from_page[axis, axis] = 1.0 + (at_last - at_first) / (last - first)
        page_from_page[axis, 2] = first + at_first - page_from_page[axis, axis] * first
        found.append(page_from_page)
    return found


_rivals: dict[str, tuple[Rival, ...]] = {}


def rivals(template: Template) -> tuple[Rival, ...]:
    """The moved forms that the ruling alone hardly tells from the template; kept under the hash of its file."""
    if template.sha256 not in _rivals:
        _rivals[template.sha256] = tuple(_found(template))
    return _rivals[template.sha256]


def _found(template: Template) -> list[Rival]:
    samples = template_samples(template)
    lines = {direction: lines_of(template, direction) for direction in (True, False)}
    found = []
    for kind, axis in (("rows", 1), ("columns", 0)):
        for step in _periods(lines[bool(axis)]):
            moved = np.eye(3)
            moved[axis, 2] = step
            found.append(_rival("rows" if kind == "rows" else "columns", moved, template, samples, lines))
    flips: tuple[tuple[Kind, tuple[bool, bool]], ...] = (
        ("turned", (True, True)),
        ("mirrored", (True, False)),
        ("mirrored", (False, True)),
    )
    for kind_of, (across, down) in flips:
        moved = np.eye(3)
        for axis, flipped in ((0, across), (1, down)):
            if flipped:
                moved[axis, axis], moved[axis, 2] = -1.0, _symmetry(lines[bool(axis)])
        found.append(_rival(kind_of, moved, template, samples, lines))
    return found


def _periods(lines: NDArray[np.float64]) -> list[float]:
    """Shifts across these lines (M, 3) by which much of their length falls on lines again, the likest first."""
    found = _periods_of(lines, MOST_PERIODS)
    for table in tables_of(lines):
        for step in _periods_of(table, 2):
            if all(abs(step - other) > SAME_LINE_MM for other in found):
                found.append(step)
    return found


def _periods_of(lines: NDArray[np.float64], most: int) -> list[float]:
    shifts, shared = _overlaps(lines, lines)
    total = float((lines[:, 2] - lines[:, 1]).sum())
    usual = (np.abs(shifts) >= LEAST_SHIFT_MM) & (np.abs(shifts) <= MOST_SHIFT_MM)
    return _peaks(shifts[usual], shared[usual], LEAST_SHARED * total, most)


def tables_of(lines: NDArray[np.float64]) -> list[NDArray[np.float64]]:
    """Lines (M, 3) from one place to one other, of which there are many: a table's rows, or a column of boxes.

    A page's largest table drowns the periods of the others; of a fold in those it knows nothing.
    """
    ends = np.round(lines[:, 1:] / SAME_LINE_MM)
    each, of = np.unique(ends, axis=0, return_inverse=True)
    least = LEAST_TABLE * float((lines[:, 2] - lines[:, 1]).sum())
    tables = [lines[of.ravel() == i] for i in range(len(each))]
    return [t for t in tables if len(t) >= FEWEST_ROWS and float((t[:, 2] - t[:, 1]).sum()) >= least]


def _symmetry(lines: NDArray[np.float64]) -> float:
    """The sum of a place and its mirror image, mm, for which most of the lines (M, 3) fall on lines mirrored."""
    if len(lines) == 0:
        return 0.0
    mirrored = lines * np.array([-1.0, 1.0, 1.0])
    shifts, shared = _overlaps(mirrored, lines)
    return _peaks(shifts, shared, 0.0, 1)[0]


def _overlaps(lines: NDArray[np.float64], onto: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The shift that lays each line on each other one, (K,) mm, and the length that they then share."""
    shift = onto[None, :, 0] - lines[:, None, 0]
    shared = np.minimum(lines[:, None, 2], onto[None, :, 2]) - np.maximum(lines[:, None, 1], onto[None, :, 1])
    met = shared > 0
    return shift[met], shared[met]


def _peaks(shifts: NDArray[np.float64], shared: NDArray[np.float64], least: float, most: int) -> list[float]:
    """Shifts about which most length is shared, apart from each other by ``SAME_LINE_MM``, the most first."""
    kept: list[float] = []
    if len(shifts) == 0:
        return kept
    order = np.argsort(shifts)
    shifts, total = shifts[order], np.concatenate([[0.0], np.cumsum(shared[order])])
    reach = SAME_LINE_MM / 3
    around = total[np.searchsorted(shifts, shifts + reach, "right")] - total[np.searchsorted(shifts, shifts - reach)]
    for i in np.argsort(-around, kind="stable"):
        if around[i] < least or len(kept) == most:
            break
        if all(abs(shifts[i] - other) > SAME_LINE_MM for other in kept):
            kept.append(float(shifts[i]))
    return kept


def _rival(
    kind: Kind,
    moved: Homography,
    template: Template,
    samples: LineSamples,
    lines: dict[bool, NDArray[np.float64]],
) -> Rival:
    points, level = samples.points[: samples.lines], samples.level[: samples.lines]

    def on_a_line(at: Points) -> NDArray[np.bool_]:
        met = np.zeros(len(at), dtype=bool)
        for direction, of_it in lines.items():
            runs = level == direction
            met[runs] = is_near(at[runs], of_it, direction, SAME_LINE_MM)
        return met

    elsewhere = apply_homography(moved, points)
    alone = ~on_a_line(elsewhere)
    return Rival(
        kind,
        moved,
        np.flatnonzero(~on_a_line(apply_homography(inverse(moved), points))),
        elsewhere[alone],
        level[alone],
        samples.weights[: samples.lines][alone],
        *_words_alone(template, moved),
        _areas_alone(template, moved),
    )


def _areas_alone(template: Template, moved: Homography) -> tuple[Points, Points]:
    points = area_points(template)
    theirs = apply_homography(moved, points)
    own = points[~within_areas(template, apply_homography(inverse(moved), points), SAME_LINE_MM)]
    return own, theirs[~within_areas(template, theirs, SAME_LINE_MM)]


def _words_alone(template: Template, moved: Homography) -> tuple[Words, Words]:
    """The template's words where the moved form is blank, and the moved form's where the template is."""
    own, filled = words_of(template), filled_of(template)
    theirs, moved_filled = moved_by(moved, own), around(apply_homography(moved, corners_of(filled)))
    boxes = theirs[:, :4]
    on_page = ((boxes >= 0) & (boxes <= np.tile([template.width_mm, template.height_mm], 2))).all(axis=1)
    return (
        own[free(own, theirs) & free(own, moved_filled)],
        theirs[free(theirs, own) & free(theirs, filled) & on_page],
    )


def lines_of(template: Template, level: bool) -> NDArray[np.float64]:
    """Lines of one direction and edges of solid areas (M, 3): where they lie, start and end along, mm."""
    lines = [(s.y0, s.x0, s.x1) if level else (s.x0, s.y0, s.y1) for s in template.segments if s.horizontal == level]
    for box in (area.box for area in template.areas):
        for at in (box.y, box.bottom) if level else (box.x, box.right):
            lines.append((at, box.x, box.right) if level else (at, box.y, box.bottom))
    return np.array(lines, dtype=np.float64).reshape(-1, 3)


def is_near(points: Points, lines: NDArray[np.float64], level: bool, near_mm: float) -> NDArray[np.bool_]:
    """Whether each point (N, 2) lies within ``near_mm`` of one of the lines (M, 3) of this direction."""
    along, beside = (points[:, 0], points[:, 1]) if level else (points[:, 1], points[:, 0])
    result: NDArray[np.bool_] = np.any(
        (np.abs(beside[:, None] - lines[:, 0]) < near_mm)
        & (along[:, None] > lines[:, 1] - near_mm)
        & (along[:, None] < lines[:, 2] + near_mm),
        axis=1,
    )
    return result
