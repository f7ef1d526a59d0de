"""The handwriting of a page, small enough to keep, by which a second photograph of the same sheet is known.

The cells are cut where the form lies, so neither the camera's place nor the file's kind matters: what is left is ink.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Mapping, Sequence
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from formreader.records import Cell, FieldReading, Grey
from formreader.store import Handwriting

SIDE = 8
"""Rows, and columns of a square cell, that are kept of each."""
WIDEST = 64
"""Columns of the widest cell."""
EDGE = 0.2
"""Part of a crop's height that holds the printed frame, on each side."""
PAPER_PERCENTILE = 90
LEVELS = 127


def handwriting_of(
    template: str, fields: Mapping[str, FieldReading], cells: Sequence[Cell], primary: Mapping[str, str]
) -> Handwriting | None:
    """What a page is known by again; None where no number stands on it.

    ``primary`` names the encoding of each field whose ``cells`` are compared.
    """
    keys = _keys(template, fields)
    chosen = [cell for cell in cells if primary.get(cell.field) == cell.encoding]
    if not keys or not chosen:
        return None
    chosen.sort(key=lambda cell: (cell.field, cell.index))
    ink = np.concatenate([_ink(cell.crop).ravel() for cell in chosen])
    most = float(np.abs(ink).max())
    if most == 0.0:
        return None
    return Handwriting(keys, zlib.compress(np.rint(ink * (LEVELS / most)).astype(np.int8).tobytes()))


def likeness(one: bytes, other: bytes) -> float:
    """How alike two pages of one form are written, -1..1, by ``Handwriting.ink``; -1 where they differ in size."""
    first, second = (np.frombuffer(zlib.decompress(data), np.int8).astype(np.float32) for data in (one, other))
    if first.shape != second.shape:
        return -1.0
    return float(first @ second / np.sqrt((first @ first) * (second @ second)))


def _ink(crop: Grey) -> NDArray[np.float32]:
    """Darkness of the cell's inside, its mean taken off: (SIDE, columns)."""
    height, width = crop.shape
    edge = round(EDGE * height)
    inner = crop[edge : height - edge, edge : width - edge].astype(np.float32)
    darkness = np.clip(np.percentile(inner, PAPER_PERCENTILE) - inner, 0, None)
    columns = min(WIDEST, max(SIDE, round(SIDE * inner.shape[1] / inner.shape[0])))
    small: NDArray[np.float32] = cv2.resize(darkness, (columns, SIDE), interpolation=cv2.INTER_AREA)
    return small - small.mean()


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
