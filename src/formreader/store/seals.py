"""A checksum on each row that says something: a byte that the disk or a stranger has changed is found."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, select, update

from formreader.store.records import Failure
from formreader.store.schema import contents, inputs, pages, results

SEAL_BYTES = 8

RUN = ("settings", "formreader", "models", "templates", "policy")
INPUT = ("path", "file", "station", "page", "size", "mtime_ns", "content_id")
FAILURE = ("error_code", "error_message")
RESULT = ("run_id", "status", "template", "rejection", "station", "sheet", "kept", "ink")
DOCUMENT = ("station", "checks", "error_code", "error_message")
REVIEW = (
    "sha256", "page", "template", "field", "verdict", "value", "note", "fields", "seen",
    "decided_by", "decided_at", "taken_at",
)  # fmt: skip
"""The columns that each table's seal is over, in this order; of a result, the content's hash and the page's number go
before."""


def seal_of(*values: object) -> str:
    """16 hexadecimal digits over the values; their kinds count, and where one ends."""
    digest = hashlib.blake2b(digest_size=SEAL_BYTES)
    for value in values:
        kind, data = _as_bytes(value)
        digest.update(b"%s%d:" % (kind, len(data)))
        digest.update(data)
    return digest.hexdigest()


def sealed(row: Row[*tuple[Any, ...]], columns: tuple[str, ...], *before: object) -> str:
    """The seal that the row should have."""
    return seal_of(*before, *(getattr(row, name) for name in columns))


def sealed_failure(failure: Failure | None) -> dict[str, str | None]:
    """Why a page failed as the columns of its row, all empty where it did not."""
    if failure is None:
        return dict.fromkeys((*FAILURE, "seal"))
    said = {"error_code": failure.code, "error_message": failure.message}
    return {**said, "seal": seal_of(*(said[name] for name in FAILURE))}


def seal_inputs(connection: Connection, input_ids: list[int]) -> None:
    """To be called when anything of these inputs has changed."""
    for row in connection.execute(select(inputs).where(inputs.c.id.in_(input_ids))).all():
        connection.execute(update(inputs).where(inputs.c.id == row.id).values(seal=sealed(row, INPUT)))


def seal_results(connection: Connection, page_ids: list[int]) -> None:
    """To be called when anything of these pages' results has changed."""
    query = select(contents.c.sha256, pages.c.number, results).select_from(results.join(pages).join(contents))
    for row in connection.execute(query.where(results.c.page_id.in_(page_ids))).all():
        seal = sealed(row, RESULT, row.sha256, row.number)
        connection.execute(update(results).where(results.c.page_id == row.page_id).values(seal=seal))


def _as_bytes(value: object) -> tuple[bytes, bytes]:
    match value:
        case None:
            return b"n", b""
        case bool() | int():
            return b"i", str(int(value)).encode()
        case bytes() | memoryview():
            return b"b", bytes(value)
        case datetime():
            # SQLite keeps no zone: what goes in is UTC
            at = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
            return b"t", at.isoformat().encode()
        case dict():  # a database may give its keys in another order
            return b"j", json.dumps(value, sort_keys=True).encode()
        case _:
            return b"s", str(value).encode("utf-8", "surrogatepass")


def broken(rows: Iterator[Row[*tuple[Any, ...]]], columns: tuple[str, ...]) -> Iterator[Row[*tuple[Any, ...]]]:
    """The rows whose seal is not theirs."""
    return (row for row in rows if row.seal != sealed(row, columns))
