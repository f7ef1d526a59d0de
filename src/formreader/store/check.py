"""Whether a run's store is as it was written: the file, each row's seal, and that what belongs together is there."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Row, func, select, text

from formreader.store.broken import UNREADABLE, StoreError, cause, damaged_text
from formreader.store.places import run_folder
from formreader.store.schema import (
    DONE,
    FAILED,
    FORMAT,
    RUNNING,
    WAITING,
    contents,
    documents,
    formats,
    inputs,
    pages,
    results,
    reviews,
    runs,
)
from formreader.store.seals import DOCUMENT, FAILURE, INPUT, RESULT, REVIEW, RUN, sealed

STATES = (WAITING, RUNNING, DONE, FAILED)
LOOKED_THROUGH_BYTES = 64 * 2**20
"""A few thousand pages; that takes less than a second."""
LINES = 20
"""What SQLite says of its file, at most."""
OF_WHICH_DATABASE = "*** in database"
"""How SQLite begins what it says; a store is one database."""
NOT_AS_WRITTEN = "what is known of it, perhaps its name too, is not what was written"
"""Of an input whose seal is broken."""


@dataclass(frozen=True, slots=True)
class Damage:
    """One thing that is wrong: the ``table``, the ``key`` of the row, None of all, and ``what`` it is, for people."""

    table: str
    key: int | str | None
    what: str


def refuse_a_broken_file(engine: Engine) -> None:
    """Raises ``StoreError`` where SQLite's own file is broken: by a broken index it passes over what is there.

    A file above ``LOOKED_THROUGH_BYTES`` is not looked through whenever it is read: ``damage`` does.
    """
    file = engine.url.database
    if engine.dialect.name != "sqlite" or not file or not _is_small(file):
        return
    with engine.connect() as connection:
        if any(_of_file(connection)):
            raise StoreError(damaged_text(run_folder(connection), "its file is broken inside"))


def _is_small(file: str) -> bool:
    try:
        return Path(file).stat().st_size <= LOOKED_THROUGH_BYTES
    except OSError:
        return False  # an address of its own kind: of a run that may only be read


def damage(engine: Engine) -> Iterator[Damage]:
    """Everything that is wrong with the store; it is only read."""
    try:
        with engine.connect() as connection:
            yield from _of_file(connection)
            for table, look in LOOKS.items():
                yield from _guarded(connection, table, look)
    except UNREADABLE as error:
        yield Damage("store", None, f"cannot be read ({cause(error)})")


Look = Callable[[Connection], Iterator[Damage]]


def _guarded(connection: Connection, table: str, look: Look) -> Iterator[Damage]:
    try:
        yield from look(connection)
    except UNREADABLE as error:
        yield Damage(table, None, f"cannot be read ({cause(error)})")


def _of_file(connection: Connection) -> Iterator[Damage]:
    if connection.dialect.name != "sqlite":
        return
    for (said,) in connection.execute(text(f"PRAGMA integrity_check({LINES})")):
        for line in str(said).splitlines():
            if line != "ok" and not line.startswith(OF_WHICH_DATABASE):
                yield Damage("store", None, f"SQLite says of its file: {line}")


def _of_formats(connection: Connection) -> Iterator[Damage]:
    found = connection.execute(select(formats.c.format)).scalars().all()
    if list(found) != [FORMAT]:
        yield Damage("formats", None, f"says {list(found)}, not {FORMAT}")


def _of_runs(connection: Connection) -> Iterator[Damage]:
    for row in connection.execute(select(runs)):
        if row.seal != sealed(row, RUN):
            yield Damage("runs", row.id, "what read is not what it was")


def _of_inputs(connection: Connection) -> Iterator[Damage]:
    query = select(inputs, contents.c.id.label("found")).select_from(
        inputs.outerjoin(contents, contents.c.id == inputs.c.content_id)
    )
    for row in _rows(connection, query):
        if row.seal != sealed(row, INPUT):
            yield Damage("inputs", row.id, f"near the name {row.path}: {NOT_AS_WRITTEN}")
        elif row.state not in STATES:
            yield Damage("inputs", row.id, f"{row.path}: its state is no state")
        elif row.found is None and (row.content_id is not None or row.state == DONE):
            yield Damage("inputs", row.id, f"{row.path}: what it held is lost")


def _of_contents(connection: Connection) -> Iterator[Damage]:
    counted = func.count(pages.c.id)
    query = select(contents.c.id, counted, func.max(pages.c.number), func.min(pages.c.number))
    query = query.select_from(contents.outerjoin(pages)).group_by(contents.c.id)
    for content_id, count, last, first in _rows(connection, query):
        if not count or (first, last) != (1, count):
            yield Damage("contents", content_id, "lacks pages")


def _of_pages(connection: Connection) -> Iterator[Damage]:
    query = select(pages, contents.c.id.label("content"), results.c.page_id.label("result")).select_from(
        pages.outerjoin(contents, contents.c.id == pages.c.content_id).outerjoin(results)
    )
    for row in _rows(connection, query):
        if row.content is None:
            yield Damage("pages", row.id, "belongs to no file")
        elif row.state not in STATES:
            yield Damage("pages", row.id, "its state is no state")
        elif row.state == DONE and row.result is None:
            yield Damage("pages", row.id, "was read, and the reading is lost")
        elif (row.state == FAILED) != (row.error_code is not None) or row.seal != _seal_of_failure(row):
            yield Damage("pages", row.id, "why it failed is not known")


def _seal_of_failure(row: Row[*tuple[Any, ...]]) -> str | None:
    return None if row.error_code is None else sealed(row, FAILURE)


def _of_results(connection: Connection) -> Iterator[Damage]:
    joined = results.outerjoin(pages).outerjoin(contents, contents.c.id == pages.c.content_id)
    query = select(results, contents.c.sha256, pages.c.number, runs.c.id.label("run")).select_from(
        joined.outerjoin(runs, runs.c.id == results.c.run_id)
    )
    for row in _rows(connection, query):
        if row.number is None or row.run is None:
            yield Damage("results", row.page_id, "a reading belongs to no page or run")
        elif row.seal != sealed(row, RESULT, row.sha256, row.number):
            yield Damage("results", row.page_id, "a reading is not what was written")


def _of_documents(connection: Connection) -> Iterator[Damage]:
    for row in _rows(connection, select(documents)):
        if row.state not in STATES or (row.seal is not None and row.seal != sealed(row, DOCUMENT)):
            yield Damage("documents", row.station, f"station {row.station}: its sums are not what was written")


def _of_reviews(connection: Connection) -> Iterator[Damage]:
    before = 0
    for row in _rows(connection, select(reviews).order_by(reviews.c.id)):
        if connection.dialect.name == "sqlite" and row.id != before + 1:
            yield Damage("reviews", None, f"{row.id - before - 1} decisions before number {row.id} are lost")
        before = row.id
        if row.seal != sealed(row, REVIEW):
            yield Damage("reviews", row.id, f"decision {row.id} on {row.field or 'a page'} is not what was written")
        else:
            json.loads(row.fields or "[]")


def _rows(connection: Connection, query: Any) -> Iterator[Row[*tuple[Any, ...]]]:  # noqa: ANN401 - any selection
    yield from connection.execute(query)


LOOKS: dict[str, Look] = {
    table.name: look
    for table, look in (
        (formats, _of_formats),
        (runs, _of_runs),
        (inputs, _of_inputs),
        (contents, _of_contents),
        (pages, _of_pages),
        (results, _of_results),
        (documents, _of_documents),
        (reviews, _of_reviews),
    )
}
