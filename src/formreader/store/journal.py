"""What people decided, written a second time: a file of lines beside the store, which outlives damage to it.

Photographs can be read again; a person's word is had once.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, select

from formreader.store.schema import reviews
from formreader.store.seals import REVIEW, seal_of

FILE = "decisions.jsonl"
TIMES = ("decided_at", "taken_at")
TAIL_BYTES = 2**16
"""Room for the last line, however long its note."""


def note_decisions(connection: Connection, folder: Path) -> None:
    """Write down every decision that the file has not got yet. Raises ``OSError``."""
    path = folder / FILE
    rows = _missing(connection, folder)
    if not rows:
        return
    with path.open("ab") as file:
        for row in rows:
            said = {name: _plain(getattr(row, name)) for name in ("id", *REVIEW, "seal")}
            # a line that a crash has cut short is ended by this one's first sign
            file.write(b"\n" + json.dumps(said, ensure_ascii=False).encode("utf-8", "surrogatepass") + b"\n")
        file.flush()
        os.fsync(file.fileno())


def noted_decisions(folder: Path) -> Iterator[dict[str, Any]]:
    """Every decision in the file that is as it was written, as columns of the table."""
    path = folder / FILE
    if path.is_file():
        with path.open("rb") as file:
            for line in file:
                found = _read(line)
                if found is not None:
                    yield found


def _missing(connection: Connection, folder: Path) -> Sequence[Row[*tuple[Any, ...]]]:
    """The decisions that the file has not got, in the order in which they came in."""
    last = last_noted(folder)
    query = select(reviews).order_by(reviews.c.id)
    if last is not None:
        there = connection.execute(select(reviews.c.seal).where(reviews.c.id == last["id"])).scalar()
        if there == last["seal"]:
            return connection.execute(query.where(reviews.c.id > last["id"])).all()
    known = {row["seal"] for row in noted_decisions(folder)}  # the store is not the one that the file was written from
    return [row for row in connection.execute(query) if row.seal not in known]


def last_noted(folder: Path) -> dict[str, Any] | None:
    """The last decision in the file."""
    path = folder / FILE
    if not path.is_file():
        return None
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - TAIL_BYTES))
        found = [row for row in map(_read, file.read().splitlines()) if row is not None]
    return found[-1] if found else None


def _read(line: bytes) -> dict[str, Any] | None:
    """The decision on a line, None where it is none or not as it was written."""
    try:
        said = json.loads(line)
        row = {name: said[name] for name in ("id", *REVIEW, "seal")}
        row |= {name: datetime.fromisoformat(row[name]) for name in TIMES}
    except (ValueError, TypeError, KeyError):
        return None
    return row if row["seal"] == seal_of(*(row[name] for name in REVIEW)) else None


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return (value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)).isoformat()
    return value
