"""What speaks for a placement beside the sum of its lines: its lead over each rival, and each field's own ground."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from formreader.geometry import Points
from formreader.records import Lead, Standing
from formreader.register.fit import Fit
from formreader.register.ink import InkPicture
from formreader.register.rivals import Rival
from formreader.register.samples import template_samples
from formreader.register.votes import Votes, all_votes
from formreader.templates import Number, Template, field_cells

DOUBTED = 0.5
"""Where fewer of the lines that tell a place from a rival one speak for it, the rival's is tried too."""
NOISE_MM = 25.0
"""Votes that a stroke of a pen or a finger on a line may cost."""
BREAK_MM, BREAK_SHARE = 100.0, 0.4
"""A part of a page that speaks for a rival, with more line than this and this part of all that tells them apart there,
does not lie where the rest does."""
CODE_SURE_MM = 3.0
"""How much nearer to its place a code must lie than a rival puts it."""
AROUND_MM = 15.0
"""Lines this near to a field's cells show that its part of the page lies where it should."""
ONE_WAY, LEAST_ONE_WAY_MM = 1.25, 20.0
"""Lines of one direction may lack a little more, a hand or blur lies along some; fewer mm of them say nothing."""
ONE_SIDE, LEAST_SIDE_MM, IN_LINE_MM = 1.67, 8.0, 0.8
"""The same of a cell's side and what goes on in line with it."""


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
    astray = {name for votes in found for name in _astray(votes, fit)}
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

    Level and upright lines count by themselves too, and each side of a free number's cell, the worst of all: a column
    laid aside has all its rows, and one whose side a fold hides may begin elsewhere. 1 where there are none.
    """
    samples = template_samples(fit.template)
    seen = samples.weights * fit.inside
    worst = np.ones(len(fit.template.fields))
    for near, counts, least_mm in _looks(fit.template):
        all_of_them, found = near @ seen, near @ (seen * fit.on_line)
        shares = np.divide(found, all_of_them, out=np.ones(len(near)), where=all_of_them > least_mm)
        worst = np.minimum(worst, counts * shares)
    return dict(zip(fit.template.fields, worst.tolist(), strict=True))


Look = tuple[NDArray[np.bool_], float, float]
"""Which samples (fields, N) are looked at together, what a part of them found counts, and how many mm say something."""
_kept: dict[str, tuple[Look, ...]] = {}


def _looks(template: Template) -> tuple[Look, ...]:
    """What grounds are made of; kept under the hash of the template's file."""
    if template.sha256 not in _kept:
        samples = template_samples(template)
        around = _lines_around(template)
        left, right = _on_sides(template)
        _kept[template.sha256] = (
            (around, 1.0, 0.0),
            (around & samples.level, ONE_WAY, LEAST_ONE_WAY_MM),
            (around & ~samples.level, ONE_WAY, LEAST_ONE_WAY_MM),
            (around & left & ~samples.level, ONE_SIDE, LEAST_SIDE_MM),
            (around & right & ~samples.level, ONE_SIDE, LEAST_SIDE_MM),
        )
    return _kept[template.sha256]


def _lines_around(template: Template) -> NDArray[np.bool_]:
    """Which samples stand around each field's cells, (fields, N)."""
    points = template_samples(template).points
    near = np.zeros((len(template.fields), len(points)), dtype=bool)
    for around, field in zip(near, template.fields.values(), strict=True):
        corners = np.concatenate([cell.corners for cell in field_cells(field)])
        low, high = corners.min(axis=0) - AROUND_MM, corners.max(axis=0) + AROUND_MM
        around[:] = ((points >= low) & (points <= high)).all(axis=1)
    return near


def _on_sides(template: Template) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which samples lie in line with the left and with the right side of each free number's cell, (fields, N)."""
    x = template_samples(template).points[:, 0]
    left, right = np.zeros((2, len(template.fields), len(x)), dtype=bool)
    for i, field in enumerate(template.fields.values()):
        primary = field.encodings[field.primary]
        if isinstance(primary, Number):
            left[i], right[i] = np.abs(x - primary.box.x) < IN_LINE_MM, np.abs(x - primary.box.right) < IN_LINE_MM
    return left, right


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
            furthest = max(way * side for cell in field_cells(field) for side in cell.corners[:, axis])
            if furthest > way * limit:
                astray.append(name)
    return astray
