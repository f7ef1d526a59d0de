"""A damaged store made whole: what can be trusted stays, what can be read again waits to be, what is lost is named."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, insert, select, union, update
from sqlalchemy import delete as delete_from

from formreader.errors import FormreaderError
from formreader.store.broken import StoreError
from formreader.store.check import LOOKS, NOT_AS_WRITTEN, Damage, damage
from formreader.store.database import FILE, open_database
from formreader.store.journal import noted_decisions
from formreader.store.lookalikes import forget
from formreader.store.reviews import lost_decisions
from formreader.store.salvage import salvage
from formreader.store.schema import (
    DONE,
    WAITING,
    contents,
    documents,
    handwriting_keys,
    inputs,
    lookalikes,
    pages,
    results,
    reviews,
    runs,
)
from formreader.store.seals import seal_inputs, sealed_failure
from formreader.store.together import ripen

ROUNDS = 10
"""What is taken away may leave something else alone; after so many rounds it is no use."""
WAL = "-wal"
SHM = "-shm"


@dataclass(slots=True)
class Repaired:
    """What was done: ``found`` damages, pages that are to be read again, ``files`` to be given again by what is left of
    their names, decisions that came back from the journal, and those that are ``lost``. ``former`` is the damaged file,
    where there was one."""

    found: list[Damage] = field(default_factory=list)
    again: int = 0
    files: list[str] = field(default_factory=list)
    restored: int = 0
    lost: list[str] = field(default_factory=list)
    former: Path | None = None


def repair(folder: Path, url: str | None) -> Repaired:
    """Make the store of the run in ``folder`` whole. The damaged file of SQLite is kept under another name.

    A sound store is left as it is. Raises ``StoreError`` where it cannot be done; the store is as it was then.
    """
    if url is None:
        return _repair_file(folder)
    engine = open_database(folder, url, create=False)
    try:
        done = Repaired(list(damage(engine)))
        if not done.found:
            return done
        with engine.begin() as connection:
            _mend(connection, folder, done)
        _proven(list(damage(engine)))
        return done
    finally:
        engine.dispose()


def _repair_file(folder: Path) -> Repaired:
    place = folder / FILE
    with tempfile.TemporaryDirectory(prefix="repair-", dir=folder) as name:
        work = Path(name)
        for part in ("", WAL, SHM):
            source = place.with_name(f"{FILE}{part}")
            if source.exists():
                shutil.copy(source, work / f"damaged{part}")
        done = Repaired(_damage_of(folder))
        if not done.found:
            return done
        (work / "new").mkdir()
        engine = open_database(work / "new", None, create=True)
        try:
            for table, count in salvage(work / "damaged", work / "new" / FILE).items():
                done.found.append(Damage(table, None, f"{count} rows cannot be read"))
            with engine.begin() as connection:
                _mend(connection, folder, done)
            _proven(list(damage(engine)))
        finally:
            engine.dispose()
        done.former = _free_name(folder / f"{FILE}.damaged")
        for part in (WAL, ""):
            if (work / f"damaged{part}").exists():
                (work / f"damaged{part}").replace(done.former.with_name(f"{done.former.name}{part}"))
        for part in (SHM, WAL):  # a log is of the file beside it: none must be left for the new one
            place.with_name(f"{FILE}{part}").unlink(missing_ok=True)
        (work / "new" / FILE).replace(place)
    return done


def _damage_of(folder: Path) -> list[Damage]:
    try:
        engine = open_database(folder, None, create=False)
    except FormreaderError as error:
        return [Damage("store", None, str(error))]
    try:
        found = list(damage(engine))
        if not found:
            with engine.connect() as connection:
                lost = lost_decisions(connection)
            found = [Damage("reviews", None, lost)] if lost else []
        return found
    finally:
        engine.dispose()


def _proven(left: list[Damage]) -> None:
    if left:
        raise StoreError(
            f"it cannot be repaired: {left[0].table}: {left[0].what}; start a new run, this one is as it was"
        )


def _free_name(path: Path) -> Path:
    number = 1
    while path.with_name(f"{path.name}-{number}").exists():
        number += 1
    return path.with_name(f"{path.name}-{number}")


def _mend(connection: Connection, folder: Path, done: Repaired) -> None:
    """Take away what cannot be trusted, until nothing is wrong any more."""
    for _ in range(ROUNDS):
        wrong = [found for look in LOOKS.values() for found in look(connection)]
        if not wrong:
            break
        for found in wrong:
            if found.table in MENDS:
                MENDS[found.table](connection, found, done)
    _forget_the_lost(connection)
    _restore(connection, folder, done)
    _ripen_all(connection)
    done.again = connection.execute(
        select(func.count()).select_from(pages).where(pages.c.state == WAITING)
    ).scalar_one()


Mend = Callable[[Connection, Damage, Repaired], None]


def _mend_run(connection: Connection, found: Damage, done: Repaired) -> None:
    for page_id in connection.execute(select(results.c.page_id).where(results.c.run_id == found.key)).scalars().all():
        _mend_result(connection, Damage("results", page_id, ""), done)
    connection.execute(delete_from(runs).where(runs.c.id == found.key))


def _mend_input(connection: Connection, found: Damage, done: Repaired) -> None:
    """What is known of it cannot be trusted: it must be given again. Else it is looked into again."""
    which = inputs.c.id == found.key
    if found.what.endswith(NOT_AS_WRITTEN):
        done.files.extend(connection.execute(select(inputs.c.path).where(which)).scalars())
        connection.execute(delete_from(inputs).where(which))
        return
    known = select(contents.c.id).where(contents.c.id == inputs.c.content_id).scalar_subquery()
    connection.execute(update(inputs).where(which).values(state=WAITING, content_id=known))
    seal_inputs(connection, [int(found.key or 0)])


def _mend_content(connection: Connection, found: Damage, _: Repaired) -> None:
    """How many pages it has is not known: whatever holds it is looked into again."""
    held = list(connection.execute(select(inputs.c.id).where(inputs.c.content_id == found.key)).scalars())
    connection.execute(update(inputs).where(inputs.c.id.in_(held)).values(state=WAITING, content_id=None))
    seal_inputs(connection, held)
    page_ids = list(connection.execute(select(pages.c.id).where(pages.c.content_id == found.key)).scalars())
    forget(connection, page_ids)
    connection.execute(delete_from(results).where(results.c.page_id.in_(page_ids)))
    connection.execute(delete_from(pages).where(pages.c.id.in_(page_ids)))
    connection.execute(delete_from(contents).where(contents.c.id == found.key))


def _mend_page(connection: Connection, found: Damage, _: Repaired) -> None:
    which = pages.c.id == found.key
    if found.what == "belongs to no file":
        forget(connection, [int(found.key or 0)])
        connection.execute(delete_from(results).where(results.c.page_id == found.key))
        connection.execute(delete_from(pages).where(which))
        return
    connection.execute(update(pages).where(which).values(state=WAITING, **sealed_failure(None)))


def _mend_result(connection: Connection, found: Damage, _: Repaired) -> None:
    forget(connection, [int(found.key or 0)])
    connection.execute(delete_from(results).where(results.c.page_id == found.key))
    connection.execute(update(pages).where(pages.c.id == found.key).values(state=WAITING))


def _mend_document(connection: Connection, found: Damage, _: Repaired) -> None:
    connection.execute(delete_from(documents).where(documents.c.station == found.key))


def _mend_review(connection: Connection, found: Damage, done: Repaired) -> None:
    if found.key is None:  # some are not there at all: those that are close up
        for place, row_id in enumerate(
            connection.execute(select(reviews.c.id).order_by(reviews.c.id)).scalars().all(), 1
        ):
            connection.execute(update(reviews).where(reviews.c.id == row_id).values(id=place))
        return
    done.lost.append(found.what)
    connection.execute(delete_from(reviews).where(reviews.c.id == found.key))


MENDS: Mapping[str, Mend] = {
    "runs": _mend_run,
    "inputs": _mend_input,
    "contents": _mend_content,
    "pages": _mend_page,
    "results": _mend_result,
    "documents": _mend_document,
    "reviews": _mend_review,
}


def _forget_the_lost(connection: Connection) -> None:
    """Contents that nothing holds, and handwriting of pages that are no more."""
    held = select(inputs.c.content_id).where(inputs.c.content_id.is_not(None))
    for content_id in connection.execute(select(contents.c.id).where(contents.c.id.not_in(held))).scalars().all():
        _mend_content(connection, Damage("contents", content_id, ""), Repaired())
    read = select(results.c.page_id)
    for column in (handwriting_keys.c.page_id, lookalikes.c.page_id, lookalikes.c.other_id):
        connection.execute(delete_from(column.table).where(column.not_in(read)))


def _restore(connection: Connection, folder: Path, done: Repaired) -> None:
    """Decisions that the journal has and the store has not."""
    known = set(connection.execute(select(reviews.c.seal)).scalars())
    missing: dict[str, dict[str, Any]] = {}
    for row in noted_decisions(folder):
        if row["seal"] not in known:
            missing.setdefault(row["seal"], row)
    if not missing:
        return
    columns = [column.name for column in reviews.columns if column.name != "id"]
    kept = [dict(row._mapping) for row in connection.execute(select(reviews).order_by(reviews.c.id))]
    listed = sorted([*kept, *missing.values()], key=lambda row: (_time(row["taken_at"]), row["id"]))
    connection.execute(delete_from(reviews))
    connection.execute(
        insert(reviews), [{"id": place, **{name: row[name] for name in columns}} for place, row in enumerate(listed, 1)]
    )
    done.found.append(Damage("reviews", None, f"{len(missing)} decisions were noted beside the store alone"))
    done.restored = len(missing)
    done.lost = done.lost[len(missing) :]


def _time(at: Any) -> float:  # noqa: ANN401 - with a zone or, from SQLite, without
    from datetime import UTC

    return float((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp())


def _ripen_all(connection: Connection) -> None:
    """Every station whose pages are all read is to be weighed anew."""
    filed = select(inputs.c.station).where(inputs.c.station.is_not(None))
    read = select(results.c.station).where(results.c.station.is_not(None))
    stations = set(connection.execute(union(filed, read)).scalars())
    connection.execute(delete_from(documents).where(documents.c.station.not_in(stations)))
    weighed = set(connection.execute(select(documents.c.station).where(documents.c.state == DONE)).scalars())
    ripen(connection, stations - weighed)
