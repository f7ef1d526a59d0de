"""What can still be read of a damaged SQLite file, row by row into a new one, whatever lies broken between."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path

from sqlalchemy import JSON, BigInteger, DateTime, Float, Integer, LargeBinary, Table

from formreader.store.schema import formats, metadata

FARTHEST = 2**40
"""Rows that are stepped over at once behind a broken part, at most."""


def salvage(damaged: Path, target: Path) -> dict[str, int]:
    """Copy every row that is whole by its kind into ``target``, a new store; how many were not, by table."""
    dropped: dict[str, int] = {}
    with closing(sqlite3.connect(damaged)) as source, closing(sqlite3.connect(target)) as copy:
        source.text_factory = lambda data: data.decode("utf-8", "replace")
        for table in metadata.sorted_tables:
            if table is formats:
                continue
            kinds = [_check_of(column.type) for column in table.columns]
            nullable = [bool(column.nullable) for column in table.columns]
            for row in _rows(source, table):
                whole = len(row) == len(kinds) and all(
                    (value is None and may) or (value is not None and kind(value))
                    for value, kind, may in zip(row, kinds, nullable, strict=True)
                )
                if not (whole and _inserted(copy, table, row)):
                    dropped[table.name] = dropped.get(table.name, 0) + 1
        copy.commit()
    return dropped


def _inserted(copy: sqlite3.Connection, table: Table, row: tuple[object, ...]) -> bool:
    holes = ", ".join("?" * len(row))
    return copy.execute(f'INSERT OR IGNORE INTO "{table.name}" VALUES ({holes})', row).rowcount > 0


def _rows(source: sqlite3.Connection, table: Table) -> Iterator[tuple[object, ...]]:
    """The rows from the first on, over what is broken to what comes behind it, and from the last back."""
    seen: set[int] = set()
    for order, beyond, sign in (("ASC", ">", 1), ("DESC", "<", -1)):
        place, step = (-(2**62), 1) if sign > 0 else (2**62, 1)
        query = f'SELECT rowid, * FROM "{table.name}" NOT INDEXED WHERE rowid {beyond} ? ORDER BY rowid {order}'
        while step < FARTHEST:
            broken = False
            try:
                for rowid, *row in source.execute(query, (place,)):
                    if rowid in seen:
                        return
                    place, step = rowid, 1
                    seen.add(rowid)
                    yield tuple(row)
            except (sqlite3.Error, OverflowError, UnicodeError):
                broken = True
            if not broken:
                break
            place += sign * step
            step *= 2


def _check_of(kind: object) -> Callable[[object], bool]:
    """Whether a value as SQLite holds it is of this kind of column."""
    match kind:
        case DateTime():
            return _is_time
        case JSON():
            return _is_json
        case Integer() | BigInteger():
            return lambda value: isinstance(value, int)
        case Float():
            return lambda value: isinstance(value, (int, float))
        case LargeBinary():
            return lambda value: isinstance(value, bytes)
        case _:
            return lambda value: isinstance(value, str)


def _is_time(value: object) -> bool:
    try:
        datetime.fromisoformat(str(value))
    except ValueError:
        return False
    return isinstance(value, str)


def _is_json(value: object) -> bool:
    try:
        json.loads(str(value))
    except ValueError:
        return False
    return isinstance(value, str)
