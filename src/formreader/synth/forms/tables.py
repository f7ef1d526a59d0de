"""Tables at random, as wide and at most as high as there is room for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

import numpy as np

from formreader.synth.forms.plan import Column, Holds, Table

TALLY_ROWS, BUBBLE_ROWS = 5, 10
LEAST_ROWS = 2
NARROWEST, WIDEST = 0.9, 38.0
"""Cells of free numbers are so many times as wide as high."""
UNRULED_SHARE = 0.15
"""Of tables that hold nothing but boxes: those printed without lines between them."""
LEAST_UNRULED_MM = 6.5
"""Rows of such a table are at least so high: its boxes are lower than its rows."""

Adds = tuple[Literal["down", "across"], ...]
RECORDS: tuple[tuple[Holds, ...], ...] = (
    ("number",),
    ("number", "words"),
    ("words", "number"),
    ("digits",),
    ("digits", "words"),
    ("tally", "digits"),
    ("tally", "row_sums", "digits"),
    ("tally", "number"),
    ("bubbles", "digits"),
    ("letters", "digits"),
)
RECORD_SHARES = (0.14, 0.16, 0.06, 0.16, 0.12, 0.12, 0.07, 0.05, 0.07, 0.05)


def any_table(name: str, width_mm: float, room_mm: float, even: bool, generator: np.random.Generator) -> Table | None:
    """A table of ``width_mm``; ``even`` ones are their own mirror image. None where the room is too small for one."""
    title = float(generator.uniform(4.0, 7.0)) if generator.random() < 0.5 else 0.0
    make = _grid if generator.random() < 0.5 else _record
    table = make(name, width_mm, room_mm - title, title, even, generator)
    if table is not None and not _readable(table):
        return None
    boxes_alone = table is not None and all(column.holds in ("number", "digits") for column in table.columns)
    low = table is not None and min(table.heights_mm) < LEAST_UNRULED_MM
    if table is None or not boxes_alone or even or low or generator.random() >= UNRULED_SHARE:
        return table
    return replace(table, ruled=False, columns=tuple(replace(column, inset=True) for column in table.columns))


def _readable(table: Table) -> bool:
    """Whether the cells of free numbers are of a shape that forms have, siblings' lower rows included."""
    low, high = min(table.heights_mm), max(table.heights_mm)
    widths = [column.width_mm for column in table.columns if column.holds == "number"]
    return all(NARROWEST * high <= width <= WIDEST * low for width in widths)


def _grid(
    name: str, width_mm: float, room_mm: float, title: float, even: bool, generator: np.random.Generator
) -> Table | None:
    """Each cell a field: free numbers, or boxes for digits."""
    holds: Holds = "number" if generator.random() < 0.6 else "digits"
    height = float(generator.uniform(4.5, 12.0) if holds == "number" else generator.uniform(7.0, 11.0))
    digits = int(generator.integers(2, 5))
    head = float(generator.uniform(4.5, 9.0))
    groups_wanted = generator.random() < 0.35
    rows = _row_count(room_mm - head * (1 + groups_wanted), height, 18, generator)
    label = 0.0 if generator.random() < 0.1 else float(generator.uniform(0.15, 0.4)) * width_mm
    far_label = label if even else 0.0
    room = width_mm - label - far_label
    narrowest = 2.0 * height if holds == "number" else digits * float(generator.uniform(4.6, 8.0)) + 2.0
    most = int(room / narrowest)
    if rows < LEAST_ROWS or most < 1:
        return None
    count = int(generator.integers(1, min(most, 7) + 1))
    adds = _adds(("down", "across") if count > 2 else ("down",), generator)
    inset = bool(generator.random() < 0.5) and holds == "digits"
    widths = _widths(room, count, narrowest, even, generator)
    columns = tuple(
        Column("total" if "across" in adds and i == count - 1 else f"c{i + 1}", holds, width, digits, inset)
        for i, width in enumerate(widths)
    )
    groups = _groups(count, even, generator) if groups_wanted and count > 2 else ()
    keys = _keys(rows, "down" in adds)
    heights = _heights(rows, height, room_mm - head * (2 if groups else 1), even, generator)
    return Table(name, True, keys, heights, columns, label, far_label, groups, head, title, _gap(generator), adds)


def _record(
    name: str, width_mm: float, room_mm: float, title: float, even: bool, generator: np.random.Generator
) -> Table | None:
    """Each row a field, said in one way or more."""
    holds = RECORDS[int(generator.choice(len(RECORDS), p=np.array(RECORD_SHARES) / sum(RECORD_SHARES)))]
    if even:
        holds = ("number",) if generator.random() < 0.5 else ("digits",)
    digits = int(generator.integers(2, 5))
    height = _record_height(holds, generator)
    head = float(generator.uniform(4.5, 9.0)) if generator.random() < 0.85 else 0.0
    rows = _row_count(room_mm - head, height, 20, generator)
    least: dict[Holds, float] = {
        "number": 2.2 * min(height, 9.0),
        "words": 45.0,
        "letters": 80.0,
        "digits": digits * float(generator.uniform(5.0, 10.5)) + 2.0,
        "tally": 55.0,
        "row_sums": 13.0,
        "bubbles": digits * 7.0,
    }
    needed = [least[kind] for kind in holds]
    label = float(generator.uniform(0.12, 0.45)) * width_mm
    far_label = label if even else 0.0
    room = width_mm - label - far_label
    if sum(needed) > room:
        label, far_label = max(width_mm - sum(needed), 0.0) * (0.5 if even else 1.0), 0.0
        far_label = label if even else 0.0
        room = width_mm - label - far_label
    if rows < LEAST_ROWS or sum(needed) > room + 1e-6:
        return None
    shares = generator.uniform(0.2, 1.0, len(holds))
    widths = np.array(needed) + (room - sum(needed)) * shares / shares.sum()
    inset = bool(generator.random() < 0.6)
    columns = tuple(
        Column(kind, kind, float(w), digits, inset and kind == "digits") for kind, w in zip(holds, widths, strict=True)
    )
    adds = _adds(("down",), generator)
    heights = _heights(rows, height, room_mm - head, even or height > 20, generator)
    return Table(
        name,
        False,
        _keys(rows, "down" in adds),
        heights,
        columns,
        label,
        far_label,
        (),
        head,
        title,
        _gap(generator),
        adds,
    )


def _record_height(holds: Sequence[Holds], generator: np.random.Generator) -> float:
    if "tally" in holds:
        return TALLY_ROWS * float(generator.uniform(5.2, 8.5))
    if "bubbles" in holds:
        return BUBBLE_ROWS * float(generator.uniform(3.6, 5.2)) + 4.0
    if "letters" in holds:
        return float(generator.uniform(10.0, 14.0))
    return float(generator.uniform(5.0, 13.0)) if holds[0] == "number" else float(generator.uniform(6.5, 12.0))


def _row_count(room_mm: float, height_mm: float, most: int, generator: np.random.Generator) -> int:
    """Mostly many: people print forms full."""
    fitting = min(int(room_mm / height_mm), most)
    return round(LEAST_ROWS + (fitting - LEAST_ROWS) * float(generator.random()) ** 0.6) if fitting >= LEAST_ROWS else 0


def _keys(rows: int, total: bool) -> tuple[str, ...]:
    keys = [f"r{i + 1}" for i in range(rows)]
    return (*keys[:-1], "total") if total else tuple(keys)


def _adds(possible: Adds, generator: np.random.Generator) -> Adds:
    return tuple(way for way in possible if generator.random() < 0.55)


def _gap(generator: np.random.Generator) -> float:
    return float(generator.uniform(0.5, 12.0))


def _heights(
    rows: int, height_mm: float, room_mm: float, equal: bool, generator: np.random.Generator
) -> tuple[float, ...]:
    """All alike, all a little unlike, or one or two of another height."""
    heights = np.full(rows, height_mm)
    kind = generator.random()
    if not equal and kind < 0.2:
        heights *= generator.uniform(0.9, 1.35, rows)
    elif not equal and kind < 0.45:
        for odd in generator.choice(rows, int(generator.integers(1, min(rows, 3) + 1)), replace=False):
            heights[odd] *= float(generator.choice([1.35, 1.6, 2.0]))
    if heights.sum() > room_mm:
        heights = np.full(rows, height_mm)
    return tuple(round(float(height), 2) for height in heights)


def _widths(room: float, count: int, narrowest: float, even: bool, generator: np.random.Generator) -> list[float]:
    if even or generator.random() < 0.6:
        return [room / count] * count
    shares = generator.uniform(0.2, 1.0, count)
    spare = room - count * narrowest
    return [float(width) for width in narrowest + spare * shares / shares.sum()]


def _groups(count: int, even: bool, generator: np.random.Generator) -> tuple[int, ...]:
    if even:
        return (count // 2, count - 2 * (count // 2), count // 2) if count % 2 else (count // 2, count // 2)
    first = int(generator.integers(1, count))
    return (first, count - first)
