"""Printed words of a template: where they stand, where nothing is printed, and whether ink is seen in their boxes."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from formreader.geometry import Box, Homography, Points, apply_homography
from formreader.records import Bend, Grey
from formreader.register.bend import bend_at
from formreader.templates import Template, field_cells

WORDS_GRID = (40, 6)
"""Places across and down in a box of printed words at which its ink is looked at."""
WORDS_MESH = (9, 2)
"""Of these the placement says where they lie; between them it is nearly affine."""
WORDS_INK, BLANK_INK = 14.0, 6.0
"""Mean ink (of 255) of printed words, out of focus too, at least; of blank paper at most."""
LEAST_CHARACTER = 0.5
"""Of its height, the width of a printed character at least: a short label may stand anywhere in a wide box."""
STRAY_INK = 0.5
"""Ink where only the rival has words counts so much of words that are missing: it may be a stamp or a signature."""
LEAST_APART_MM = 1.0
"""Words count where the other form has none this near."""

Boxes = NDArray[np.float64]
"""(N, 4) mm: left, top, right, bottom."""
Words = NDArray[np.float64]
"""(N, 5) mm: boxes, and how wide the words in each are at least."""

_kept: dict[str, tuple[Words, Boxes]] = {}


def words_of(template: Template) -> Words:
    """Where words are printed on every sheet of the form."""
    return _printed_and_filled(template)[0]


def filled_of(template: Template) -> Boxes:
    """Where something else than words is printed or written: fields, other places, marks, areas."""
    return _printed_and_filled(template)[1]


def _printed_and_filled(template: Template) -> tuple[Words, Boxes]:
    """The same for every photograph: kept under the hash of the template's file."""
    if template.sha256 not in _kept:
        filled = [cell for field in template.fields.values() for cell in field_cells(field)]
        filled += [place.box for place in template.places.values()]
        filled += [mark.box for mark in template.marks] + [area.box for area in template.areas]
        texts = [text for text in template.texts if not text.optional]
        widths = [min(text.box.width, LEAST_CHARACTER * text.box.height * len(text.text)) for text in texts]
        words = np.column_stack([_boxes([text.box for text in texts]), np.array(widths, dtype=np.float64)])
        _kept[template.sha256] = words, _boxes(filled)
    return _kept[template.sha256]


def _boxes(boxes: list[Box]) -> Boxes:
    return np.array([(box.x, box.y, box.right, box.bottom) for box in boxes], dtype=np.float64).reshape(-1, 4)


def moved_by(moved: Homography, words: Words) -> Words:
    """The upright boxes around words that lie elsewhere."""
    return np.column_stack([around(apply_homography(moved, corners_of(words))), words[:, 4]])


def corners_of(boxes: Boxes | Words) -> Points:
    """Corners (N, 4, 2) of boxes."""
    return boxes[:, [[0, 1], [2, 1], [2, 3], [0, 3]]]


def around(corners: Points) -> Boxes:
    """The upright boxes around quadrilaterals (N, 4, 2)."""
    return np.concatenate([corners.min(axis=1), corners.max(axis=1)], axis=1)


def free(boxes: Boxes | Words, others: Boxes | Words) -> NDArray[np.bool_]:
    """Whether none of the others lies over each of ``boxes``, or nearer than ``LEAST_APART_MM``."""
    gap = LEAST_APART_MM
    apart = (others[:, 2:4] + gap < boxes[:, None, :2]) | (boxes[:, None, 2:4] + gap < others[:, :2])
    result: NDArray[np.bool_] = np.all(apart.any(axis=2), axis=1)
    return result


def printed_within(place: Homography, bend: Bend, words: Words, ink: Grey) -> NDArray[np.float64]:
    """Of each box on the page 1 where words are seen, -1 where it is blank, 0 where neither or not in the picture."""
    seen = ink_within(place, bend, words, ink)
    return np.where(seen > WORDS_INK, 1.0, np.where(seen < BLANK_INK, -1.0, 0.0))


def ink_within(place: Homography, bend: Bend, words: Words, ink: Grey) -> NDArray[np.float64]:
    """Mean ink (N,) 0..255 where most of it is, as wide as the words, within their boxes on the page; nan of one that
    is not wholly in the picture."""
    if len(words) == 0:
        return np.zeros(0)
    (across, mesh_u), (down, mesh_v) = (_between(few, many) for few, many in zip(WORDS_MESH, WORDS_GRID, strict=True))
    mesh = np.stack(np.meshgrid(mesh_u, mesh_v), axis=-1)
    size = words[:, 2:4] - words[:, :2]
    points = words[:, None, None, :2] + mesh * size[:, None, None]
    coarse = apply_homography(place, points + bend_at(bend, points))
    inside = np.all((coarse >= 0) & (coarse <= np.array([ink.shape[1] - 1, ink.shape[0] - 1])), axis=(1, 2, 3))
    x, y = ((down @ coarse[..., axis] @ across.T).astype(np.float32).reshape(len(words), -1) for axis in (0, 1))
    seen = cv2.remap(ink, x, y, cv2.INTER_LINEAR).reshape(len(words), *WORDS_GRID[::-1]).mean(axis=1)
    result: NDArray[np.float64] = np.where(inside, _most_within(seen, words[:, 4] / size[:, 0]), np.nan)
    return result


def _most_within(columns: NDArray[np.float64], share: NDArray[np.float64]) -> NDArray[np.float64]:
    """The largest mean (N,) of neighbours among ``columns`` (N, M), so many that they are ``share`` of them."""
    count = columns.shape[1]
    wide = np.clip(np.ceil(share * count), 1, count).astype(np.intp)
    total = np.pad(np.cumsum(columns, axis=1), ((0, 0), (1, 0)))
    ends = np.arange(1, count + 1)
    starts = ends - wide[:, None]
    sums = total[:, 1:] - np.take_along_axis(total, np.maximum(starts, 0), axis=1)
    most: NDArray[np.float64] = np.where(starts >= 0, sums, -np.inf).max(axis=1) / wide
    return most


def _between(few: int, many: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Weights (many, few) that give what lies at ``many`` middles of parts of 0..1 from ``few`` places in it."""
    known, asked = (np.linspace(0.5 / many, 1 - 0.5 / many, count) for count in (few, many))
    return np.stack([np.interp(asked, known, row) for row in np.eye(few)], axis=1), known
