"""What is seen on a photograph where only one of two has print: a placement of a form, or its rival."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from formreader.geometry import Box, Homography, Points, apply_homography
from formreader.records import Bend, Grey
from formreader.register.areas import GRID_MM, tones
from formreader.register.bend import Nodes, bend_at, nodes_around
from formreader.register.fit import Fit, seen_at
from formreader.register.ink import InkPicture
from formreader.register.rivals import Rival, rivals
from formreader.register.samples import template_samples
from formreader.templates import Template

WORDS_GRID = (40, 6)
"""Places across and down in a box of printed words at which its ink is looked at."""
WORDS_MESH = (9, 2)
"""Of these the placement says where they lie; between them it is nearly affine."""
WORDS_INK, BLANK_INK = 14.0, 6.0
"""Mean ink (of 255) of printed words, out of focus too, at least; of blank paper at most."""
STRAY_INK = 0.5
"""Ink where only the rival has words counts so much of words that are missing: it may be a stamp or a signature."""
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
    the boxes of words of all of them, each once, their middles (K, 2) mm and widths, and which are each rival's.
    """

    rivals: tuple[Rival, ...]
    others: Points
    level: NDArray[np.bool_]
    nodes: Nodes
    boxes: tuple[Box, ...]
    middles: Points
    widths: NDArray[np.float64]
    of_rival: tuple[NDArray[np.intp], ...]


_asked: dict[str, _Asked] = {}


def _asked_of(template: Template) -> _Asked:
    """The same for every photograph: kept under the hash of the template's file."""
    if template.sha256 not in _asked:
        moved = rivals(template)
        others = np.concatenate([np.zeros((0, 2)), *(rival.others for rival in moved)])
        boxes = list(dict.fromkeys(box for rival in moved for box in (*rival.words, *rival.blanks)))
        number = {box: i for i, box in enumerate(boxes)}
        _asked[template.sha256] = _Asked(
            moved,
            others,
            np.concatenate([np.zeros(0, dtype=bool), *(rival.level for rival in moved)]),
            nodes_around(template_samples(template).flat, others),
            tuple(boxes),
            np.array([box.centre for box in boxes]).reshape(-1, 2),
            np.array([box.width for box in boxes]),
            tuple(np.array([number[box] for box in (*rival.words, *rival.blanks)], dtype=np.intp) for rival in moved),
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
    printed = _printed(ink_within(fit.work_from_page, fit.bend, asked.boxes, ink))
    unseen = weight_of_unseen(fit.coverage)
    ends = np.cumsum([len(rival.others) for rival in asked.rivals])[:-1]
    found = []
    for rival, words, shown, seen in zip(
        asked.rivals, asked.of_rival, np.split(inside, ends), np.split(on_line, ends), strict=True
    ):
        own = rival.own[fit.inside[rival.own]]
        for_it = np.where(fit.on_line[own], 1.0, -unseen) * samples.weights[own]
        against = (np.where(seen, -1.0, unseen) * rival.weights)[shown]
        said = _of_words(printed[words], len(rival.words)) * asked.widths[words]
        found.append(
            Votes(
                rival,
                np.concatenate([samples.points[own], rival.others[shown], asked.middles[words], *rival.areas]),
                np.concatenate([for_it, against, said, *_of_areas(fit, rival, picture)]),
            )
        )
    return found


def _of_areas(fit: Fit, rival: Rival, picture: InkPicture) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """mm that speak for the fit (+) or the rival (-) at the places of dark areas that only one of them has."""
    own, others = (tones(fit.work_from_page, fit.bend, points, picture) for points in rival.areas)
    return GRID_MM * own, -GRID_MM * others


def _printed(ink: NDArray[np.float64]) -> NDArray[np.float64]:
    """1 where boxes with this mean ``ink`` (N,) have words, -1 where they are blank, 0 where neither or not seen."""
    return np.where(ink > WORDS_INK, 1.0, np.where(ink < BLANK_INK, -1.0, 0.0))


def _of_words(printed: NDArray[np.float64], own: int) -> NDArray[np.float64]:
    """What boxes of words, the first ``own`` the fit's and the others its rival's, say for the fit, -1..1 each."""
    said = printed.copy()
    # a word printed is ink; ink where none is printed may be anybody's
    said[own:] = np.where(printed[own:] > 0, -STRAY_INK, -printed[own:])
    return said


def ink_within(place: Homography, bend: Bend, boxes: Sequence[Box], ink: Grey) -> NDArray[np.float64]:
    """Mean ink (N,) 0..255 within boxes on the page, mm; nan of one that is not wholly in the picture."""
    if len(boxes) == 0:
        return np.zeros(0)
    (across, mesh_u), (down, mesh_v) = (_between(few, many) for few, many in zip(WORDS_MESH, WORDS_GRID, strict=True))
    low = np.array([[box.x, box.y] for box in boxes])
    size = np.array([[box.width, box.height] for box in boxes])
    mesh = np.stack(np.meshgrid(mesh_u, mesh_v), axis=-1)
    points = low[:, None, None] + mesh * size[:, None, None]
    coarse = apply_homography(place, points + bend_at(bend, points))
    inside = ((coarse >= 0) & (coarse <= np.array([ink.shape[1] - 1, ink.shape[0] - 1]))).all(axis=(1, 2, 3))
    x, y = ((down @ coarse[..., axis] @ across.T).astype(np.float32).reshape(len(boxes), -1) for axis in (0, 1))
    seen = cv2.remap(ink, x, y, cv2.INTER_LINEAR)
    result: NDArray[np.float64] = np.where(inside, seen.mean(axis=1), np.nan)
    return result


def _between(few: int, many: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Weights (many, few) that give what lies at ``many`` middles of parts of 0..1 from ``few`` places in it."""
    known, asked = (np.linspace(0.5 / many, 1 - 0.5 / many, count) for count in (few, many))
    return np.stack([np.interp(asked, known, row) for row in np.eye(few)], axis=1), known


def weight_of_unseen(coverage: float) -> float:
    """How much a line that is not seen says against it, in parts of what one that is seen says for it."""
    seen = float(np.clip(coverage, 0.3, 0.97))
    against, for_it = np.log((1 - FALSELY_SEEN) / (1 - seen)), np.log(seen / FALSELY_SEEN)
    return float(np.clip(against / for_it, 0.2, 1.0))
