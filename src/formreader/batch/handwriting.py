"""The handwriting of a page, small enough to keep, by which a second photograph of the same sheet is known.

The cells are cut where the form lies, so neither the camera's place nor the file's kind matters: what is left is ink.
"""

from __future__ import annotations

import hashlib
import json
import struct
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from formreader.records import Cell, FieldReading, Grey
from formreader.store import Handwriting

Ink = NDArray[np.float32]
"""Darkness of one cell (SIDE, columns), 0..127."""

SIDE = 12
"""Rows, and columns of a square cell, that are kept of each."""
WIDEST = 96
"""Columns of the widest cell."""
EDGE = 0.15
"""Part of a crop's height that holds the printed frame, on each side."""
PAPER_PERCENTILE = 90
SOFTER_PX = 1.2
"""Blur before a cell is made small, px of its crop: two photographs are never laid on each other to the pixel."""
FINER = 2
"""By so much cells are enlarged to be moved over each other, REACH steps each way: 2.3 px of a crop, 0.7 mm."""
REACH = 2
LEVELS = 127


def handwriting_of(
    template: str, fields: Mapping[str, FieldReading], cells: Sequence[Cell], primary: Mapping[str, str]
) -> Handwriting | None:
    """What a page is known by again; None where no number stands on it.

    ``primary`` names the encoding of each field whose ``cells`` are compared.
    """
    keys = _keys(template, fields)
    chosen = [cell for cell in cells if primary.get(cell.field) == cell.encoding]
    chosen.sort(key=lambda cell: (cell.field, cell.index))
    if not keys or not chosen:
        return None
    listed = [[_ink(cell.crop) for cell in group] for _, group in groupby(chosen, key=lambda cell: cell.field)]
    return Handwriting(keys, _packed(listed))


def likeness(one: bytes, other: bytes) -> float:
    """How alike two pages of one form are written, -1..1, by ``Handwriting.ink``; -1 where their cells differ.

    Fields are moved over each other a little, each by itself: paper bends.
    """
    first, second = _unpacked(one), _unpacked(other)
    if [[ink.shape for ink in field] for field in first] != [[ink.shape for ink in field] for field in second]:
        return -1.0
    total = _Product(0.0, 0.0, 0.0)
    for mine, theirs in zip(first, second, strict=True):
        total = total.plus(max(_products(mine, theirs), key=lambda product: product.cosine))
    return total.cosine


@dataclass(frozen=True, slots=True)
class _Product:
    """Of two vectors: their product, and each one's with itself."""

    both: float
    one: float
    other: float

    def plus(self, more: _Product) -> _Product:
        return _Product(self.both + more.both, self.one + more.one, self.other + more.other)

    @property
    def cosine(self) -> float:
        return self.both / float(np.sqrt(self.one * self.other)) if self.one * self.other > 0 else 0.0


def _products(mine: Sequence[Ink], theirs: Sequence[Ink]) -> list[_Product]:
    """One field against the same field, moved every way within reach."""
    still = np.concatenate([_level(_moved(ink, REACH, REACH)).ravel() for ink in mine])
    own = float(still @ still)
    found = []
    for down in range(2 * REACH + 1):
        for right in range(2 * REACH + 1):
            moved = np.concatenate([_level(_moved(ink, down, right)).ravel() for ink in theirs])
            found.append(_Product(float(still @ moved), own, float(moved @ moved)))
    return found


def _moved(ink: Ink, down: int, right: int) -> Ink:
    height, width = ink.shape
    return ink[down : height - 2 * REACH + down, right : width - 2 * REACH + right]


def _level(ink: Ink) -> Ink:
    return ink - ink.mean()


def _ink(crop: Grey) -> Ink:
    height, width = crop.shape
    edge = round(EDGE * height)
    inside = np.s_[edge : height - edge, edge : width - edge]
    paper = np.percentile(crop[inside], PAPER_PERCENTILE)
    darkness = cv2.GaussianBlur(np.clip(paper - crop.astype(np.float32), 0, None), (0, 0), SOFTER_PX)[inside]
    columns = min(WIDEST, max(SIDE, round(SIDE * darkness.shape[1] / darkness.shape[0])))
    small: Ink = cv2.resize(darkness, (columns, SIDE), interpolation=cv2.INTER_AREA)
    return small


def _packed(fields: Sequence[Sequence[Ink]]) -> bytes:
    """Columns of each cell, a 0 behind each field, another at the end; then the ink as bytes; all compressed."""
    most = max(1.0, *(float(ink.max()) for field in fields for ink in field))
    columns = bytes(n for field in fields for n in (*(ink.shape[1] for ink in field), 0))
    ink = np.concatenate([ink.ravel() for field in fields for ink in field])
    levels = np.rint(ink * (LEVELS / most)).astype(np.uint8)
    return zlib.compress(struct.pack("<I", len(columns)) + columns + levels.tobytes())


def _unpacked(data: bytes) -> list[list[Ink]]:
    """The cells of each field, ``FINER`` than they were kept."""
    plain = zlib.decompress(data)
    (count,) = struct.unpack_from("<I", plain)
    place = 4 + count
    fields: list[list[Ink]] = [[]]
    for columns in plain[4:place]:
        if not columns:
            fields.append([])
            continue
        ink = np.frombuffer(plain, np.uint8, SIDE * columns, place).reshape(SIDE, columns)
        fields[-1].append(cv2.resize(ink.astype(np.float32), (FINER * columns, FINER * SIDE)))
        place += SIDE * columns
    return fields[:-1]


def _keys(template: str, fields: Mapping[str, FieldReading]) -> tuple[int, ...]:
    """A number for each two neighbours among the fields with a number: pages that share some are compared.

    Of a page with one number alone, a number for that one.
    """
    known = [(name, field.value) for name, field in fields.items() if field.value]
    groups = list(pairwise(known)) or [(one, one) for one in known]
    return tuple(dict.fromkeys(_hashed([template, *group]) for group in groups))


def _hashed(said: list[object]) -> int:
    """63 bits, the same on every machine and in every release."""
    digest = hashlib.blake2b(json.dumps(said).encode(), digest_size=8).digest()
    return int.from_bytes(digest) >> 1
