"""What speaks for a placement beside the sum of its lines: its lead over each rival, and each field's own ground."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from formreader.geometry import Points
from formreader.records import Lead, Standing
from formreader.register.fit import Fit
from formreader.register.ink import InkPicture
from formreader.register.rivals import Rival, lines_of, tables_of
from formreader.register.samples import template_samples
from formreader.register.votes import Votes, all_votes
from formreader.templates import Template, encoding_cells

DOUBTED = 0.5
"""Where fewer of the lines that tell a place from a rival one speak for it, the rival's is tried too."""
NOISE_MM = 25.0
"""Votes that a stroke of a pen or a finger on a line may cost."""
BREAK_MM, BREAK_SHARE = 100.0, 0.4
"""A part of a page that speaks for a rival, with more line than this and this part of all that tells them apart there,
does not lie where the rest does."""
CODE_SURE_MM = 3.0
"""How much nearer to its place a code must lie than a rival puts it."""
LOST_END, HELD_TABLE = 0.68, 0.93
"""A table's outermost line alone is lost where less than the first part of it is seen, and more than the second of the
others, of the next two too. What stands in its place, a paragraph say, is taken for much of it."""
ALIKE_MM, MOST_ROW_MM, ROWS_ALIKE = 1.0, 30.0, 3
"""The rows at that end are as high, and so many: by the height of another row the others fall on no lines."""
LEAST_END_MM = 60.0
"""Of a shorter line too few places are looked at to say that it is lost."""
ON_LINE_MM = 0.1
LEAST_SEEN = 0.5
"""Part of such a line that must lie on the photograph: what is cut off is not lost."""
AROUND_MM = 15.0
"""Lines this near to a field's cells show that its part of the page lies where it should."""


def prove(fit: Fit, picture: InkPicture, codes_off: Sequence[Points]) -> tuple[Standing, list[Rival]]:
    """How ``fit`` stands against its rivals, and those of them, the strongest first, that lead it or nearly do.

    ``codes_off`` is how far (2,) mm from its place each code of the form was read. One rules out the places that put it
    further off, for the whole page; that a part of it lies elsewhere it does not.
    """
    found = all_votes(fit, picture)
    whole = [votes for votes in found if not _ruled_out(votes.rival, codes_off)]
    strong = sorted((votes for votes in whole if _share(votes) < DOUBTED), key=_share)
    leads: dict[str, Lead] = {}
    for votes in sorted(whole, key=_share, reverse=True):
        before = leads.get(votes.rival.kind, (1.0, np.inf))
        leads[votes.rival.kind] = (min(before[0], _share(votes)), min(before[1], votes.lead_mm))
    astray = {name for votes in found for name in _astray(votes, fit)} | _in_shortened_tables(fit)
    return Standing(leads, _grounds(fit), frozenset(astray)), [votes.rival for votes in strong]


def _ruled_out(rival: Rival, codes_off: Sequence[Points]) -> bool:
    """Whether a code would lie plainly further from its place where the rival puts it; codes are read one way round."""
    if rival.kind in ("turned", "mirrored"):
        return bool(codes_off)
    shift = rival.page_from_page[:2, 2]
    return any(np.hypot(*(off - shift)) > np.hypot(*off) + CODE_SURE_MM for off in codes_off)


def _share(votes: Votes) -> float:
    return votes.lead_mm / votes.telling_mm if votes.telling_mm else 0.0


def _grounds(fit: Fit) -> dict[str, float]:
    """Of each field, the part of the printed lines around its cells that were found where they should be.

    1 where there are none.
    """
    weights, around = template_samples(fit.template).weights, _lines_around(fit.template)
    all_of_them, found = around @ (weights * fit.inside), around @ (weights * (fit.inside & fit.on_line))
    shares = np.divide(found, all_of_them, out=np.ones(len(around)), where=all_of_them > 0)
    return dict(zip(fit.template.fields, shares.tolist(), strict=True))


_around: dict[str, NDArray[np.bool_]] = {}


def _lines_around(template: Template) -> NDArray[np.bool_]:
    """Which samples stand around each field's cells, (fields, N); kept under the hash of the template's file."""
    if template.sha256 not in _around:
        points = template_samples(template).points
        near = np.zeros((len(template.fields), len(points)), dtype=bool)
        for around, field in zip(near, template.fields.values(), strict=True):
            corners = np.concatenate([cell.corners for e in field.encodings.values() for cell in encoding_cells(e)])
            low, high = corners.min(axis=0) - AROUND_MM, corners.max(axis=0) + AROUND_MM
            around[:] = ((points >= low) & (points <= high)).all(axis=1)
        _around[template.sha256] = near
    return _around[template.sha256]


def _astray(votes: Votes, fit: Fit) -> list[str]:
    """Fields of the part of the page, from its first place of doubt on, that speaks for the rival.

    Along the way that the rival is moved, votes are summed from either end: where they fall by much from their
    height, all beyond the last line that held for the placement may lie as the rival says.
    """
    if votes.rival.kind not in ("rows", "columns"):
        return []
    axis = 1 if votes.rival.kind == "rows" else 0
    at = votes.points[:, axis]
    astray = []
    for way in (1.0, -1.0):
        order = np.argsort(way * at, kind="stable")
        total = np.cumsum(votes.mm[order])
        if len(total) == 0 or total.max() - total[-1] < BREAK_MM:
            continue
        beyond = np.abs(votes.mm[order][int(np.argmax(total)) + 1 :]).sum()
        if total.max() - total[-1] < BREAK_SHARE * beyond:
            continue
        last = int(np.argmax(total >= total.max() - NOISE_MM))
        limit = at[order[last]]
        for name, field in fit.template.fields.items():
            cells = [cell for e in field.encodings.values() for cell in encoding_cells(e)]
            furthest = max(way * side for cell in cells for side in cell.corners[:, axis])
            if furthest > way * limit:
                astray.append(name)
    return astray


@dataclass(frozen=True, slots=True)
class _End:
    """An end of a table of even rows: samples on its ``outermost`` line, on the ``next_two`` and on all but the first,
    and the table's ``fields``."""

    outermost: NDArray[np.intp]
    next_two: NDArray[np.intp]
    others: NDArray[np.intp]
    fields: frozenset[str]


def _in_shortened_tables(fit: Fit) -> set[str]:
    """Fields of the tables whose outermost line is not where it should be, though the others are.

    A fold that hides just one row leaves such a table: every other line falls on one of the form's, a row further on.
    """
    lost: set[str] = set()
    for end in _even_ends(fit.template):
        whole = _share_found(fit, end.others) > HELD_TABLE and _share_found(fit, end.next_two) > HELD_TABLE
        if whole and _share_found(fit, end.outermost) < LOST_END:
            lost |= end.fields
    return lost


def _share_found(fit: Fit, on: NDArray[np.intp]) -> float:
    """Part of the samples ``on`` some lines that was found, by weight; nothing is known where few of them are seen."""
    weights, seen = template_samples(fit.template).weights[on], fit.inside[on]
    shown = float(weights[seen].sum())
    found = float(weights[seen & fit.on_line[on]].sum())
    return found / shown if shown > LEAST_SEEN * float(weights.sum()) else float("nan")


_ends: dict[str, tuple[_End, ...]] = {}


def _even_ends(template: Template) -> tuple[_End, ...]:
    """Both ends of each table, where its rows are even there; kept under the hash of the template's file."""
    if template.sha256 not in _ends:
        _ends[template.sha256] = tuple(_found_ends(template))
    return _ends[template.sha256]


def _found_ends(template: Template) -> Iterator[_End]:
    samples = template_samples(template)
    points, levels = samples.points[: samples.lines], samples.level[: samples.lines]
    for level in (True, False):
        axis = 1 if level else 0
        at, along = points[:, axis], points[:, 1 - axis]
        for table in tables_of(lines_of(template, level)):
            start, end = float(table[:, 1].min()), float(table[:, 2].max())
            if end - start < LEAST_END_MM:
                continue
            rows = np.unique(table[:, 0])
            fields = _fields_between(template, axis, (float(rows[0]), float(rows[-1])), (start, end))
            of_table = (levels == level) & (along >= start) & (along <= end)
            for lines in (rows, rows[::-1]):
                if _begins_evenly(lines):
                    outermost, next_two, others = (
                        np.flatnonzero(of_table & (np.abs(at[:, None] - part).min(axis=1) < ON_LINE_MM))
                        for part in (lines[:1], lines[1:3], lines[1:])
                    )
                    yield _End(outermost, next_two, others, fields)


def _begins_evenly(lines: NDArray[np.float64]) -> bool:
    """Whether the first rows between ``lines`` (M,), mm, are of one height, and low."""
    heights = np.abs(np.diff(lines[: ROWS_ALIKE + 1]))
    return len(heights) == ROWS_ALIKE and bool(np.ptp(heights) < ALIKE_MM) and float(heights.max()) < MOST_ROW_MM


def _fields_between(
    template: Template, axis: int, across: tuple[float, float], along: tuple[float, float]
) -> frozenset[str]:
    """Fields whose cells lie within these limits, mm, across a table's lines (``axis``) and along them."""
    inside = set()
    for name, field in template.fields.items():
        middles = np.array([cell.centre for e in field.encodings.values() for cell in encoding_cells(e)])
        within = (middles[:, axis] > across[0]) & (middles[:, axis] < across[1])
        if (within & (middles[:, 1 - axis] > along[0]) & (middles[:, 1 - axis] < along[1])).any():
            inside.add(name)
    return frozenset(inside)
