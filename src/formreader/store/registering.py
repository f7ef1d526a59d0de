"""Inputs as they are given, against those that the store knows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from formreader.store.content import fail_input
from formreader.store.places import stored_file
from formreader.store.records import Input
from formreader.store.schema import WAITING, inputs, pages
from formreader.store.seals import INPUT, seal_inputs, seal_of
from formreader.store.together import ripen, stations_of


def register_chunk(connection: Connection, chunk: list[Input]) -> int:
    """Add what is new, look again into what has changed, note ids; how many inputs are new or changed.

    One that was read and whose file is not to be found now is left as it is.
    """
    found = connection.execute(select(inputs).where(inputs.c.path.in_([one.path for one in chunk])))
    known: dict[str, Row[*tuple[Any, ...]]] = {row.path: row for row in found}
    new: list[dict[str, object]] = []
    touched: list[int] = []
    changed = 0
    moved: set[str] = set()
    listed: dict[str, Input] = {}
    for one in chunk:  # what one list does not know of a path another may
        before = listed.get(one.path, one)
        listed[one.path] = replace(one, station=one.station or before.station, page=one.page or before.page)
    for one in listed.values():
        size, mtime_ns = one.stamp or _stamp(one.file)
        now = {"file": stored_file(connection, one.file), "size": size, "mtime_ns": mtime_ns}
        row = known.get(one.path)
        if row is None:
            new.append({"path": one.path, "station": one.station, "page": one.page, "state": WAITING, **now})
            continue
        ids = {"station": one.station or row.station, "page": one.page or row.page}
        if one.failure is None and not _agrees(row, now):
            changed += 1
            touched.append(row.id)
            connection.execute(update(inputs).where(inputs.c.id == row.id).values(state=WAITING, **now, **ids))
        elif not _agrees(row, ids):
            touched.append(row.id)
            connection.execute(update(inputs).where(inputs.c.id == row.id).values(**ids))
            moved |= {row.station, *stations_of(connection, row.content_id)} - {None}
    if new:
        connection.execute(insert(inputs), [{**values, "seal": _seal(values)} for values in new])
    seal_inputs(connection, touched)
    lost = {path: one.failure for path, one in listed.items() if one.failure is not None and path not in known}
    if lost:
        for row in connection.execute(select(inputs.c.id, inputs.c.path).where(inputs.c.path.in_(lost))).all():
            fail_input(connection, row.id, lost[row.path])
    ripen(connection, moved)
    return len(new) + changed


def file_under(connection: Connection, page_id: int, station: str) -> list[str | None]:
    """Let the file that holds this page be of a station, whatever path it came by; those that it was sent under."""
    holds = inputs.c.content_id == select(pages.c.content_id).where(pages.c.id == page_id).scalar_subquery()
    found = connection.execute(select(inputs.c.id, inputs.c.content_id, inputs.c.station).where(holds)).all()
    concerned = {station} | {one for row in found for one in stations_of(connection, row.content_id)}
    input_ids = [row.id for row in found]
    connection.execute(update(inputs).where(inputs.c.id.in_(input_ids)).values(station=station))
    seal_inputs(connection, input_ids)
    ripen(connection, concerned)
    return [row.station for row in found]


def _seal(values: Mapping[str, object]) -> str:
    return seal_of(*(values.get(name) for name in INPUT))


def _agrees(row: Row[*tuple[Any, ...]], values: Mapping[str, object]) -> bool:
    return all(getattr(row, name) == value for name, value in values.items())


def _stamp(file: str) -> tuple[int | None, int | None]:
    """Size and time of change: where both are as they were, a file is taken for unchanged."""
    try:
        found = Path(file).stat()
    except (OSError, ValueError):
        return None, None
    return found.st_size, found.st_mtime_ns
