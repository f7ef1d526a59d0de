"""Tables of which a fold hides rows: their lines fall on other ones of the form, or on none, and numbers lie rows off.

A fold that hides whole rows of an even table leaves every line in its place but the last ones: those are lost, all
others are seen. Any other fold leaves rows between which the form has none.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from formreader.geometry import Points
from formreader.records import Seam
from formreader.register.explain import accounted, page_segments
from formreader.register.fit import Fit
from formreader.register.rivals import lines_of, tables_of
from formreader.register.samples import template_samples
from formreader.register.segments import Segments, covered
from formreader.templates import Template, field_cells

LOST_END, LOST_ENDS, HELD, MOST_HELD = 0.68, 0.4, 0.93, 0.88
"""A table's outermost line alone is lost where less than the first part of it is seen, several where less than the
second of them all is, more than the third of each of the next two and than the fourth of all others: a bar hides
lines, so does a hand. What stands in their place, a paragraph say, is taken for much of them."""
ALIKE_MM, MOST_ROW_MM, ROWS_ALIKE, MOST_HEAD = 1.0, 30.0, 3, 2
"""The rows at that end, but for so many of a head, are as high, and so many: by the height of another row the others
fall on no lines."""
LEAST_END_MM = 60.0
"""Of a shorter line too few places are looked at to say that it is lost."""
LEAST_MM = 25.0
"""Across less, a stroke of a pen is as long."""
ON_LINE_MM = 0.1
LEAST_SEEN = 0.5
"""Part of such a line that must lie on the photograph: what is cut off is not lost."""
STRANGE_ROW, END_MM, FURTHER_MM = 0.9, 3.0, 8.0
"""A line across this part of a table, that ends with it to within the second, is the line of one of its rows; what
begins beyond the third may be another table's."""
SAME_ROW_MM, BETWEEN_MM = 1.0, 1.5
"""How far pieces of it lie beside each other; how far within the table it must lie."""
CURLED_MM = 4.0
"""Columns are wide: an upright line nearer to one of the table's own is that one, on paper that curls."""
WHOLE = 0.95
"""A page that is only creased shows this part of its print at least."""
BY_CREASE_MM = 1.0
"""A crease this near to a cell may hide some of it; it is not quite level."""


def in_shortened_tables(fit: Fit, creased: Collection[str], hidden: NDArray[np.bool_]) -> set[str]:
    """Fields of the tables whose outermost lines are not where they should be, though all others are.

    ``hidden`` (N,) says which samples lie on black print, where no line is seen: those are not lost. ``creased`` is
    which ways edges run over the page, ``across`` or ``down``: there rows need not be even, a bend lays lines on others
    a little further on.
    """
    lost: set[str] = set()
    for end in _tables_and_ends(fit.template)[1]:
        lines = _mm_found(fit, end, hidden)
        shares = [_share(line) for line in lines]
        for gone in range(1, len(lines) - ROWS_ALIKE + 1) if end.way in creased else end.even:
            others, missed = _share(lines[gone:].sum(axis=0)), _share(lines[:gone].sum(axis=0))
            held = others > MOST_HELD and min(shares[gone : gone + 2]) > HELD
            if held and missed < (LOST_END if gone == 1 else LOST_ENDS):
                lost |= end.fields
    return lost


def by_creases(fit: Fit, seams: Sequence[Seam]) -> set[str]:
    """Fields that edges across the page run through; all of them where the page lacks print: it may be folded away."""
    if seams and fit.coverage < WHOLE:
        return set(fit.template.fields)
    crossed: set[str] = set()
    for seam in seams:
        axis = 1 if seam.direction == "across" else 0
        for name, field in fit.template.fields.items():
            corners = np.concatenate([cell.corners for cell in field_cells(field)])
            low, high = corners[:, axis].min() - BY_CREASE_MM, corners[:, axis].max() + BY_CREASE_MM
            if low < seam.at_mm < high:
                crossed.add(name)
    return crossed


def in_strange_tables(fit: Fit, segments: Segments) -> set[str]:
    """Fields of the tables that show the line of a row where the form has none. ``segments`` (N, 4) in frame work."""
    points, level, upright = page_segments(fit, segments)
    foreign = ~accounted(fit, points, level, upright)
    strange: set[str] = set()
    for table in _tables_and_ends(fit.template)[0]:
        axis = 1 if table.level else 0
        chosen = points[foreign & (level if table.level else upright)]
        beside, ends = chosen[:, :, axis].mean(axis=1), np.sort(chosen[:, [0, 2], 1 - axis], axis=1)
        within = (beside > table.across[0] + BETWEEN_MM) & (beside < table.across[1] - BETWEEN_MM)
        if not table.level:
            within &= np.abs(beside[:, None] - table.rows).min(axis=1) > CURLED_MM
        if any(_spans(ends[within & (np.abs(beside - at) < SAME_ROW_MM)], table.along) for at in beside[within]):
            strange |= table.fields
    return strange


def _spans(ends: Points, along: tuple[float, float]) -> bool:
    """Whether pieces (N, 2) of a line, mm along it, reach from one end to the other and no further."""
    start, end = along
    before = (ends[:, 0] < start - END_MM) & (ends[:, 1] > start - FURTHER_MM)
    behind = (ends[:, 1] > end + END_MM) & (ends[:, 0] < end + FURTHER_MM)
    if before.any() or behind.any():
        return False
    return covered(np.clip(ends, start, end)) >= STRANGE_ROW * (end - start)


def _mm_found(fit: Fit, end: _End, hidden: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Of each of its lines (M, 3), mm: what was found, what the photograph shows, and all."""
    weights = template_samples(fit.template).weights
    shown = weights * (fit.inside & (fit.on_line | ~hidden))
    found = shown * fit.on_line
    return np.array([[of[line].sum() for of in (found, shown, weights)] for line in end.lines])


def _share(mm: NDArray[np.float64]) -> float:
    """Part of what is shown that was found, of ``_mm_found``; nothing is known where little is shown."""
    found, shown, whole = mm.tolist()
    return found / shown if shown > LEAST_SEEN * whole else float("nan")


@dataclass(frozen=True, slots=True)
class _Table:
    """Lines of one direction from one place to another, mm ``along`` them, between the outermost two (``across``)."""

    level: bool
    rows: NDArray[np.float64]
    along: tuple[float, float]
    fields: frozenset[str]

    @property
    def across(self) -> tuple[float, float]:
        return float(self.rows[0]), float(self.rows[-1])


@dataclass(frozen=True, slots=True)
class _End:
    """A table from one of its ends on: samples on each of its ``lines``; behind as many lost ones as ``even`` holds the
    rows go on as high as before. ``way`` is that of its lines."""

    way: str
    lines: tuple[NDArray[np.intp], ...]
    even: range
    fields: frozenset[str]


_known: dict[str, tuple[tuple[_Table, ...], tuple[_End, ...]]] = {}


def _tables_and_ends(template: Template) -> tuple[tuple[_Table, ...], tuple[_End, ...]]:
    """Kept under the hash of the template's file."""
    if template.sha256 not in _known:
        tables = tuple(_found_tables(template))
        _known[template.sha256] = tables, tuple(_found_ends(template, tables))
    return _known[template.sha256]


def _found_tables(template: Template) -> Iterator[_Table]:
    for level in (True, False):
        for table in tables_of(lines_of(template, level)):
            along = float(table[:, 1].min()), float(table[:, 2].max())
            if along[1] - along[0] < LEAST_MM:
                continue
            rows = np.unique(table[:, 0])
            fields = _fields_between(template, 1 if level else 0, (float(rows[0]), float(rows[-1])))
            yield _Table(level, rows, along, fields)


def _found_ends(template: Template, tables: Sequence[_Table]) -> Iterator[_End]:
    samples = template_samples(template)
    points, levels = samples.points[: samples.lines], samples.level[: samples.lines]
    for table in tables:
        if table.along[1] - table.along[0] < LEAST_END_MM:
            continue
        axis = 1 if table.level else 0
        at, along = points[:, axis], points[:, 1 - axis]
        of_table = (levels == table.level) & (along >= table.along[0]) & (along <= table.along[1])
        for rows in (table.rows, table.rows[::-1]):
            lines = tuple(np.flatnonzero(of_table & (np.abs(at - row) < ON_LINE_MM)) for row in rows)
            even = _evenly(rows)
            if all(len(line) for line in lines):
                yield _End("across" if table.level else "down", lines, even, table.fields)


def _evenly(rows: NDArray[np.float64]) -> range:
    """How many lines may be lost at the start of ``rows`` (M,), mm, so that as many even rows as are asked follow.

    The table's head, of other heights, is lost with the first of them.
    """
    heights = np.abs(np.diff(rows))
    for head in range(min(MOST_HEAD, len(heights) - 1) + 1):
        alike = (np.abs(heights[head:] - heights[head]) < ALIKE_MM) & (heights[head:] < MOST_ROW_MM)
        even = int(np.argmin([*alike, False]))
        if even >= ROWS_ALIKE:
            return range(head + 1, head + even - ROWS_ALIKE + 2)
    return range(0)


def _fields_between(template: Template, axis: int, across: tuple[float, float]) -> frozenset[str]:
    """Fields with a cell between a table's outermost lines, mm across them, also beside the table: what hides a row
    hides it from edge to edge."""
    inside = set()
    for name, field in template.fields.items():
        middles = np.array([cell.centre for cell in field_cells(field)])[:, axis]
        if ((middles > across[0]) & (middles < across[1])).any():
            inside.add(name)
    return frozenset(inside)
