"""What is seen on a photograph where only one of two has print: a placement of a form, or its rival."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from formreader.geometry import Points
from formreader.register.areas import GRID_MM, tones
from formreader.register.bend import Nodes, nodes_around
from formreader.register.fit import Fit, seen_at
from formreader.register.ink import InkPicture
from formreader.register.rivals import Rival, rivals
from formreader.register.samples import template_samples
from formreader.register.words import STRAY_INK, Words, printed_within
from formreader.templates import Template

FALSELY_SEEN = 0.15
"""Part of the places without a printed line where writing or print looks like one."""


@dataclass(frozen=True, slots=True)
class Votes:
    """What tells a placement from one rival: places (N, 2) mm of printed lines that only one of them has, and mm of
    line that there speak for (+) or against (-) the placement."""

    rival: Rival
    points: Points
    mm: NDArray[np.float64]

    @property
    def telling_mm(self) -> float:
        return float(np.abs(self.mm).sum())

    @property
    def lead_mm(self) -> float:
        return float(self.mm.sum())


@dataclass(frozen=True, slots=True)
class _Asked:
    """Where all rivals of a template have a line and it has none, (N, 2) mm, whether level, and among which nodes;
    the boxes of words of all of them, each once, and which are each rival's.
    """

    rivals: tuple[Rival, ...]
    others: Points
    level: NDArray[np.bool_]
    nodes: Nodes
    words: Words
    of_rival: tuple[NDArray[np.intp], ...]


_asked: dict[str, _Asked] = {}


def _asked_of(template: Template) -> _Asked:
    """The same for every photograph: kept under the hash of the template's file."""
    if template.sha256 not in _asked:
        moved = rivals(template)
        others = np.concatenate([np.zeros((0, 2)), *(rival.others for rival in moved)])
        words = np.concatenate([np.zeros((0, 5)), *(boxes for rival in moved for boxes in (rival.words, rival.blanks))])
        each, which = np.unique(words, axis=0, return_inverse=True)
        ends = np.cumsum([len(rival.words) + len(rival.blanks) for rival in moved])[:-1]
        _asked[template.sha256] = _Asked(
            moved,
            others,
            np.concatenate([np.zeros(0, dtype=bool), *(rival.level for rival in moved)]),
            nodes_around(template_samples(template).flat, others),
            each,
            tuple(np.split(which.ravel(), ends)),
        )
    return _asked[template.sha256]


def all_votes(fit: Fit, picture: InkPicture) -> list[Votes]:
    """Who of ``fit`` and each of its rivals explains what is seen where only one of them has a line.

    A line seen counts whole. One not seen counts less, the more lines this photograph hides.
    """
    samples, asked, ink = template_samples(fit.template), _asked_of(fit.template), picture.ink
    if not asked.rivals:
        return []
    inside, on_line = seen_at(fit.work_from_page, fit.bend, asked.others, asked.nodes, asked.level, ink)
    printed = printed_within(fit.work_from_page, fit.bend, asked.words, ink)
    middles, widths = (asked.words[:, :2] + asked.words[:, 2:4]) / 2, asked.words[:, 4]
    unseen = weight_of_unseen(fit.coverage)
    ends = np.cumsum([len(rival.others) for rival in asked.rivals])[:-1]
    found = []
    for rival, words, shown, seen in zip(
        asked.rivals, asked.of_rival, np.split(inside, ends), np.split(on_line, ends), strict=True
    ):
        own = rival.own[fit.inside[rival.own]]
        for_it = np.where(fit.on_line[own], 1.0, -unseen) * samples.weights[own]
        against = (np.where(seen, -1.0, unseen) * rival.weights)[shown]
        said = _of_words(printed[words], len(rival.words)) * widths[words]
        found.append(
            Votes(
                rival,
                np.concatenate([samples.points[own], rival.others[shown], middles[words], *rival.areas]),
                np.concatenate([for_it, against, said, *_of_areas(fit, rival, picture)]),
            )
        )
    return found


def _of_areas(fit: Fit, rival: Rival, picture: InkPicture) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """mm that speak for the fit (+) or the rival (-) at the places of dark areas that only one of them has."""
    own, others = (tones(fit.work_from_page, fit.bend, points, picture) for points in rival.areas)
    return GRID_MM * own, -GRID_MM * others


def _of_words(printed: NDArray[np.float64], own: int) -> NDArray[np.float64]:
    """What boxes of words, the first ``own`` the fit's and the others its rival's, say for the fit, -1..1 each."""
    said = printed.copy()
    # a word printed is ink; ink where none is printed may be anybody's
    said[own:] = np.where(printed[own:] > 0, -STRAY_INK, -printed[own:])
    return said


def weight_of_unseen(coverage: float) -> float:
    """How much a line that is not seen says against it, in parts of what one that is seen says for it."""
    seen = float(np.clip(coverage, 0.3, 0.97))
    against, for_it = np.log((1 - FALSELY_SEEN) / (1 - seen)), np.log(seen / FALSELY_SEEN)
    return float(np.clip(against / for_it, 0.2, 1.0))
