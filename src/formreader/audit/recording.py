"""What a run holds as entries of its log: readings and decisions, put on record where they are not yet."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Engine, Row, Select, select

from formreader.audit.canonical import Plain, canonical
from formreader.audit.log import Log, entries
from formreader.audit.tables import log
from formreader.store.schema import contents, pages, results, reviews

READING, DECISION = "reading", "decision"
AT_ONCE = 200
UNKNOWN = "unknown"
"""Stands for the hash of a file whose bytes could not be had."""
NOT_OF_THE_DECISION = frozenset({"id", "seal"})
"""Columns of the store's own: its numbering, and its checksum."""

Record = tuple[str, str | None, dict[str, Plain]]
"""Subject, by whom, and data of an entry."""


def subject_of_page(sha256_of_photo: str, page: int) -> str:
    """What the log calls a page."""
    return f"{sha256_of_photo}/{page}"


def reading_record(sha256_of_photo: str, page: int, template: str | None, status: str, sheet: str) -> Record:
    """What the log keeps of a page as read: whose picture, and a hash of all that was read in it."""
    data: dict[str, Plain] = {"template": template, "status": status, "sheet_sha256": digest(sheet)}
    return subject_of_page(sha256_of_photo, page), None, data


def decision_record(row: Row[*tuple[Any, ...]]) -> Record:
    """What the log keeps of a person's decision: all of it."""
    data = {
        name: stamp(value) if isinstance(value, datetime) else value
        for name, value in row._mapping.items()
        if name not in NOT_OF_THE_DECISION
    }
    return f"{subject_of_page(row.sha256, row.page)}/{row.field}", row.decided_by, data


def digest(text: str) -> str:
    return sha256(text.encode("utf-8")).hexdigest()


def stamp(at: datetime) -> str:
    """A time as the log writes it; the store's times without a zone are UTC."""
    return (at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)).isoformat(timespec="microseconds")


def record_run(engine: Engine, kept: Log) -> int:
    """Put on record what `formreader batch` and `formreader review` have done; how many entries that made.

    Others may read, decide and record meanwhile: what seems to be missing is looked for once more while none can.
    """
    made = 0
    known = last_readings(engine)
    missing = [subject for subject, _, data in readings_of(engine) if known.get(subject) != data["sheet_sha256"]]
    for subject in dict.fromkeys(missing):
        with engine.begin() as connection:
            kept.hold(connection)
            made += _note_reading_of(connection, kept, subject)
    decided = {canonical(data) for _, _, data in logged(engine, DECISION)}
    for subject, by, data in decisions_of(engine):
        if canonical(data) in decided:
            continue
        with engine.begin() as connection:
            kept.hold(connection)
            if canonical(data) not in map(canonical, _on_record(connection, DECISION, subject)):
                kept.append(connection, DECISION, subject, data, by)
                made += 1
    return made


def _note_reading_of(connection: Connection, kept: Log, subject: str) -> bool:
    """Put the subject's present readings on record where the last entry is not of them; whether one was."""
    sha256_of_photo, _, page = subject.rpartition("/")
    of_photo = contents.c.sha256.is_(None) if sha256_of_photo == UNKNOWN else contents.c.sha256 == sha256_of_photo
    found = connection.execute(_readings().where(of_photo, pages.c.number == int(page)).order_by(pages.c.id)).all()
    noted = False
    for row in found:
        _, by, data = _reading(row)
        *_, last = [None, *_on_record(connection, READING, subject)]
        if last is None or last["sheet_sha256"] != data["sheet_sha256"]:
            kept.append(connection, READING, subject, data, by)
            noted = True
    return noted


def _on_record(connection: Connection, kind: str, subject: str) -> list[dict[str, Any]]:
    """Data of the entries about a subject, in their order."""
    which = (log.c.kind == kind) & (log.c.subject == subject)
    return [
        json.loads(body)["data"]
        for body in connection.execute(select(log.c.body).where(which).order_by(log.c.seq)).scalars()
    ]


def note_reading(connection: Connection, kept: Log, page_id: int) -> None:
    """Put the page's present reading on record, within the caller's transaction."""
    row = connection.execute(_readings().where(pages.c.id == page_id)).first()
    if row is not None:
        subject, by, data = _reading(row)
        kept.append(connection, READING, subject, data, by)


def note_decisions(connection: Connection, kept: Log, after: int) -> int:
    """Put the decisions behind row ``after`` on record, within the caller's transaction; how many."""
    rows = connection.execute(select(reviews).where(reviews.c.id > after).order_by(reviews.c.id)).all()
    for row in rows:
        subject, by, data = decision_record(row)
        kept.append(connection, DECISION, subject, data, by)
    return len(rows)


def readings_of(engine: Engine) -> Iterator[Record]:
    """Every reading that the run holds now."""
    with engine.connect().execution_options(yield_per=AT_ONCE) as connection:
        yield from map(_reading, connection.execute(_readings().order_by(pages.c.id)))


def decisions_of(engine: Engine) -> Iterator[Record]:
    """Every decision that the run holds."""
    with engine.connect().execution_options(yield_per=AT_ONCE) as connection:
        for row in connection.execute(select(reviews).order_by(reviews.c.id)):
            yield decision_record(row)


def last_readings(engine: Engine) -> dict[str, Plain]:
    """By subject: the hash of the reading that was put on record last."""
    return {subject: data["sheet_sha256"] for subject, _, data in logged(engine, READING)}


def logged(engine: Engine, kind: str) -> Iterator[tuple[str, str | None, Mapping[str, Any]]]:
    """Subject, by whom, and data of each entry of a kind, in the order of the log."""
    for entry in entries(engine, kind):
        said: Mapping[str, Any] = entry.said
        yield said["subject"], said["by"], said["data"]


def subjects(engine: Engine, kind: str) -> set[str]:
    """What the log has entries of this kind about."""
    with engine.connect() as connection:
        return set(connection.execute(select(log.c.subject).where(log.c.kind == kind)).scalars())


def _readings() -> Select[*tuple[Any, ...]]:
    columns = (contents.c.sha256, pages.c.number, results.c.template, results.c.status, results.c.sheet)
    query: Select[*tuple[Any, ...]] = select(*columns).select_from(results.join(pages).join(contents))
    return query


def _reading(row: Row[*tuple[Any, ...]]) -> Record:
    return reading_record(row.sha256 or UNKNOWN, row.number, row.template, row.status, row.sheet)
