"""What a batch and reviewers write: each step one transaction: a process killed at any moment leaves nothing half."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Self

from sqlalchemy import Connection, Table, exists, func, insert, or_, select, update
from sqlalchemy import delete as delete_from

from formreader.errors import FormreaderError
from formreader.records import Identity
from formreader.store.alike import are_alike, stale_condition
from formreader.store.broken import UNREADABLE, StoreError, damaged_text
from formreader.store.check import Damage, damage
from formreader.store.content import add_content, fail_input, keeps, link
from formreader.store.database import make_durable, open_database
from formreader.store.journal import FILE as JOURNAL
from formreader.store.journal import note_decisions, noted_decisions
from formreader.store.lock import Lock, file_lock, server_lock, wait_for
from formreader.store.lookalikes import IsSame, find, forget
from formreader.store.places import opened_file
from formreader.store.records import (
    PAGE_LEVEL,
    DocumentTask,
    Failure,
    Handwriting,
    Input,
    InputTask,
    PageTask,
    Recorded,
    Review,
)
from formreader.store.registering import register_chunk
from formreader.store.reviews import record
from formreader.store.schema import (
    DONE,
    FAILED,
    RUNNING,
    WAITING,
    contents,
    documents,
    inputs,
    pages,
    results,
    reviews,
    runs,
)
from formreader.store.seals import DOCUMENT, RUN, seal_of, seal_results, sealed_failure
from formreader.store.together import pages_of, ripen, stations_of

STALE = Failure("stale", "its pages were read by different models, templates or thresholds: --refresh reads them again")
CHUNK = 500
"""Inputs a transaction; SQLite takes at most 32,766 values in one statement."""


logger = logging.getLogger(__name__)


def never_the_same(_one: bytes, _other: bytes) -> float | None:
    """What is known of two pages where nobody compares them."""
    return None


class RunStore:
    """Holds the database of one run. One batch at a time writes to it, or `formreader work` in any number of processes;
    any number may read meanwhile.

    Raises ``UsageError`` where the store is missing, is another program's, or of another format.
    """

    def __init__(self, folder: Path, url: str | None = None, *, create: bool = False) -> None:
        self.folder, self.journaled = folder, url is None
        self.engine = open_database(folder, url, create=create)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        try:
            if isinstance(error, UNREADABLE) and not isinstance(error, FormreaderError):
                # no mistake of ours where the store itself is not as it was written
                wrong = next(damage(self.engine), None)
                if wrong is not None:
                    raise StoreError(damaged_text(self.folder, f"{wrong.table}: {wrong.what}")) from error
        finally:
            self.engine.dispose()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep other batches out of a database that many machines reach; of SQLite, ``batch.only_batch`` does.

        Raises ``UsageError`` where another one is at work.
        """
        with ExitStack() as held:
            for lock in self.locks(held):
                wait_for(lock.alone, "another batch is at work in this store: wait for it, or stop it first")
            yield

    def locks(self, held: ExitStack) -> list[Lock]:
        """The store's own, that of SQLite in the run's folder apart, which the folder's stands for."""
        if self.engine.dialect.name == "postgresql":
            return [held.enter_context(server_lock(self.engine))]
        file = self.engine.url.database
        return [held.enter_context(file_lock(Path(f"{file}.lock")))] if file and not self.journaled else []

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction of what is taken and saved; one at a time is in it where several processes do that."""
        with self.engine.begin() as connection:
            yield connection

    def leased(self, _connection: Connection, _table: Table, _key: int | str) -> str | None:
        """By what token this process is at a row that it takes; none where it is alone."""
        return None

    def end_lease(self, _connection: Connection, _task: InputTask | PageTask | DocumentTask) -> bool:
        """Whether the task is this process's until now, so that its answer is taken; it is so no more."""
        return True

    def note_readings(self, _connection: Connection, _page_ids: Sequence[int]) -> None:
        """Called within the transaction that saves readings of these pages."""

    def register(self, given: Iterable[Input]) -> int:
        """Add the inputs that are new, and look again into those whose file has changed; how many these are."""
        listed = iter(given)
        fresh = 0
        while chunk := list(islice(listed, CHUNK)):
            with self.engine.begin() as connection:
                fresh += register_chunk(connection, chunk)
        return fresh

    def recover(self) -> int:
        """What a killed process was at becomes waiting again; how many pages that concerns."""
        with self.writing() as connection:
            for table in (inputs, documents):
                connection.execute(update(table).where(table.c.state == RUNNING).values(state=WAITING))
            return connection.execute(update(pages).where(pages.c.state == RUNNING).values(state=WAITING)).rowcount

    def begin_run(self, identity: Identity, settings: Mapping[str, object]) -> int:
        """Note that a process starts to read, as what and how; the run's id."""
        with self.engine.begin() as connection:
            reads: dict[str, object] = {
                "settings": dict(settings),
                "formreader": identity.formreader,
                "models": dict(identity.models),
                "templates": dict(identity.templates),
                "policy": identity.policy,
            }
            seal = seal_of(*(reads[name] for name in RUN))
            made = connection.execute(insert(runs).values(started_at=datetime.now(UTC), seal=seal, **reads))
            return int(made.inserted_primary_key[0])  # type: ignore[index]

    def end_run(self, run_id: int) -> None:
        """Note that the process came to its end by itself."""
        with self.engine.begin() as connection:
            connection.execute(update(runs).where(runs.c.id == run_id).values(ended_at=datetime.now(UTC)))

    def take_input(self) -> InputTask | None:
        """The next file to look into, marked as running; None where there is none."""
        if not self._has(inputs):
            return None
        with self.writing() as connection:
            row = connection.execute(
                select(inputs.c.id, inputs.c.path, inputs.c.file)
                .where(inputs.c.state == WAITING)
                .order_by(inputs.c.id)
                .limit(1)
            ).first()
            if row is None:
                return None
            connection.execute(update(inputs).where(inputs.c.id == row.id).values(state=RUNNING))
            lease = self.leased(connection, inputs, row.id)
            return InputTask(row.id, row.path, opened_file(connection, row.file), lease)

    def save_input(self, task: InputTask, sha256: str | None, page_count: int) -> None:
        """What a file holds: its pages wait to be read, unless the same content is known already.

        One whose bytes cannot be had (``sha256`` None) and that was read before stays as it was read.
        """
        with self.writing() as connection:
            if not self.end_lease(connection, task) or (sha256 is None and keeps(connection, task.input_id)):
                return
            known = None
            if sha256 is not None:
                known = connection.execute(select(contents.c.id).where(contents.c.sha256 == sha256)).scalar()
            content_id = add_content(connection, sha256, page_count) if known is None else known
            link(connection, task.input_id, content_id)

    def fail_input(self, task: InputTask, failure: Failure) -> None:
        """A file that could not be looked into is one failed page."""
        with self.writing() as connection:
            if self.end_lease(connection, task):
                fail_input(connection, task.input_id, failure)

    def take_page(self) -> PageTask | None:
        """The next page to read, marked as running; None where there is none."""
        if not self._has(pages):
            return None
        with self.writing() as connection:
            row = connection.execute(
                select(pages.c.id, pages.c.content_id, pages.c.number, contents.c.sha256)
                .join(contents)
                .where(pages.c.state == WAITING)
                .order_by(pages.c.id)
                .limit(1)
            ).first()
            if row is None:
                return None
            place = connection.execute(
                select(inputs.c.path, inputs.c.file)
                .where(inputs.c.content_id == row.content_id)
                .order_by(inputs.c.id)
                .limit(1)
            ).one()
            connection.execute(
                update(pages).where(pages.c.id == row.id).values(state=RUNNING, attempts=pages.c.attempts + 1)
            )
            lease = self.leased(connection, pages, row.id)
            return PageTask(row.id, place.path, opened_file(connection, place.file), row.number, row.sha256, lease)

    def has_waiting(self) -> bool:
        """Whether anything is left to take."""
        return self._has(pages, inputs, documents)

    def waiting(self, most: int) -> int:
        """How many tasks are left to take; they are not counted any further than ``most``."""
        count = 0
        with self.engine.connect() as connection:
            for table in (pages, inputs, documents):
                some = select(table.c.state).where(table.c.state == WAITING).limit(most - count).subquery()
                count += connection.execute(select(func.count()).select_from(some)).scalar_one()
                if count >= most:
                    break
        return count

    def _has(self, *tables: Table) -> bool:
        """Whether anything waits in them; asked first, so that nobody waits for a transaction that takes nothing."""
        with self.engine.connect() as connection:
            waits = or_(*(exists().where(table.c.state == WAITING) for table in tables))
            return bool(connection.execute(select(waits)).scalar())

    def save_page(
        self,
        task: PageTask,
        run_id: int,
        *,
        sheet: str,
        status: str,
        template: str | None,
        rejection: str | None,
        seconds: float,
        kept: bytes | None = None,
        station: str | None = None,
        written: Handwriting | None = None,
        is_same: IsSame = never_the_same,
    ) -> None:
        """The page's reading, in the place of an earlier one; ``sheet`` is a line of the contract's JSON.

        ``kept`` is what a page of a document shows, to be weighed with the others of its station; ``station`` what
        the sheet itself says it is of. Pages read before that are ``written`` alike, as ``is_same`` tells of two,
        are noted.
        """
        with self.writing() as connection:
            before = _stations_of_page(connection, task)
            if self.end_lease(connection, task) and _finish(connection, task, DONE, seconds, None):
                connection.execute(
                    insert(results).values(
                        page_id=task.page_id,
                        run_id=run_id,
                        status=status,
                        template=template,
                        rejection=rejection,
                        station=station,
                        sheet=sheet,
                        kept=kept,
                        ink=written and written.ink,
                    )
                )
                seal_results(connection, [task.page_id])
                if written is not None:
                    find(connection, task.page_id, written, is_same)
                ripen(connection, {*before, *_stations_of_page(connection, task)})
                self.note_readings(connection, [task.page_id])

    def keep_page(self, task: PageTask) -> bool:
        """Leave the page as it was read before; False where it never was. For a file that is not to be found now."""
        with self.writing() as connection:
            read = exists().where(results.c.page_id == pages.c.id)
            which = (pages.c.id == task.page_id) & read
            if not connection.execute(select(exists().where(which))).scalar():
                return False
            if self.end_lease(connection, task):
                connection.execute(update(pages).where(which).values(state=DONE))
            return True

    def fail_page(self, task: PageTask, failure: Failure, seconds: float) -> None:
        """The page was given up for this reason; an earlier reading of it no longer stands."""
        with self.writing() as connection:
            concerned = _stations_of_page(connection, task)
            if self.end_lease(connection, task) and _finish(connection, task, FAILED, seconds, failure):
                ripen(connection, concerned)

    def take_document(self, run_id: int) -> DocumentTask | None:
        """The next station that has all its pages, marked as running; None where there is none.

        Only what is read alike can be weighed together: a station with stale readings is given up.
        """
        if not self._has(documents):
            return None
        with self.writing() as connection:
            while True:
                waiting = select(documents.c.station).where(documents.c.state == WAITING).limit(1)
                station = connection.execute(waiting).scalar()
                if station is None:
                    return None
                if are_alike(connection, station, run_id):
                    connection.execute(update(documents).where(documents.c.station == station).values(state=RUNNING))
                    lease = self.leased(connection, documents, station)
                    return DocumentTask(station, pages_of(connection, station), lease)
                _end_document(connection, station, WAITING, failure=STALE)

    def save_document(self, task: DocumentTask, sheets: Sequence[tuple[str, str]], checks: str) -> None:
        """The readings of the task's pages as weighed together: each its JSON and its status, in the task's order.

        They are dropped where the station has changed meanwhile: then it waits already.
        """
        with self.writing() as connection:
            if self.end_lease(connection, task) and _end_document(connection, task.station, RUNNING, checks=checks):
                for page, (sheet, status) in zip(task.pages, sheets, strict=True):
                    which = results.c.page_id == page.page_id
                    connection.execute(update(results).where(which).values(sheet=sheet, status=status))
                page_ids = [page.page_id for page in task.pages]
                seal_results(connection, page_ids)
                self.note_readings(connection, page_ids)

    def fail_document(self, task: DocumentTask, failure: Failure) -> None:
        """The station's pages could not be weighed together: they stand as each was read by itself."""
        with self.writing() as connection:
            if self.end_lease(connection, task):
                _end_document(connection, task.station, RUNNING, failure=failure)

    def save_reviews(self, given: Iterable[Review], *, replacing: bool = False) -> Recorded:
        """What people decided, all of it or nothing; times in UTC. A batch may be at work meanwhile.

        ``replacing``: who decided knows of all that is on record, which gives way. Else another person's decision of
        which ``Review.seen`` does not tell stays beside it, and the field waits.
        """
        listed = list(given)
        with self.engine.begin() as connection:
            make_durable(connection)
            recorded = record(connection, listed, replacing=replacing)
            # a page that is taken out, or back in, changes what its station is weighed of
            about = {review.sha256 for review in listed if review.field == PAGE_LEVEL}
            for content_id in connection.execute(select(contents.c.id).where(contents.c.sha256.in_(about))).scalars():
                ripen(connection, stations_of(connection, content_id))
        self._note_decisions()
        return recorded

    def _note_decisions(self) -> None:
        """A second time, beside a store that is a file: a database server has copies of its own."""
        if self.journaled:
            try:
                with self.engine.connect() as connection:
                    note_decisions(connection, self.folder)
            except OSError as error:
                logger.warning("%s: cannot be written (%s): decisions are in the store alone", self.folder, error)

    def journal_damage(self) -> Iterator[Damage]:
        """Decisions that are noted beside the store and are not in it."""
        if self.journaled:
            with self.engine.connect() as connection:
                known = set(connection.execute(select(reviews.c.seal)).scalars())
            count = sum(row["seal"] not in known for row in noted_decisions(self.folder))
            if count:
                yield Damage("reviews", None, f"{count} decisions in {JOURNAL} are not in the store")

    def retry_failed(self) -> int:
        """Failed pages wait again, files that could not be looked into, and documents; how many."""
        with self.engine.begin() as connection:
            whole = connection.execute(update(documents).where(documents.c.state == FAILED).values(state=WAITING))
            unseen = (
                select(inputs.c.id)
                .select_from(inputs.join(contents).join(pages, pages.c.content_id == contents.c.id))
                .where(contents.c.sha256.is_(None), pages.c.state == FAILED, inputs.c.size.is_not(None))
            )
            files = connection.execute(update(inputs).where(inputs.c.id.in_(unseen)).values(state=WAITING))
            again = connection.execute(
                update(pages)
                .where(pages.c.state == FAILED)
                .where(pages.c.content_id.in_(select(contents.c.id).where(contents.c.sha256.is_not(None))))
                .values(state=WAITING)
            )
            return files.rowcount + again.rowcount + whole.rowcount

    def stale(self, present: Identity, *, mark: bool) -> int:
        """How many readings were made by another identity; with ``mark`` their pages wait to be read again.

        A refused page is stale when any template has changed, another only by its own.
        """
        count = 0
        with self.engine.begin() as connection:
            for run in connection.execute(select(runs)).all():
                condition = stale_condition(run, present)
                if condition is None:
                    continue
                which = pages.c.id.in_(select(results.c.page_id).where(condition)) & (pages.c.state == DONE)
                count += connection.execute(select(func.count()).select_from(pages).where(which)).scalar_one()
                if mark:
                    connection.execute(update(pages).where(which).values(state=WAITING))
        return count


def _finish(connection: Connection, task: PageTask, state: str, seconds: float, failure: Failure | None) -> bool:
    """Set the page's end and drop an earlier reading; False where the page has gone, as its file has changed."""
    forget(connection, [task.page_id])
    connection.execute(delete_from(results).where(results.c.page_id == task.page_id))
    ended = {"state": state, "seconds": seconds, **sealed_failure(failure)}
    return connection.execute(update(pages).where(pages.c.id == task.page_id).values(ended)).rowcount > 0


def _stations_of_page(connection: Connection, task: PageTask) -> list[str]:
    """The stations that the page is filed under, which may be whole when it comes to its end."""
    content_id = connection.execute(select(pages.c.content_id).where(pages.c.id == task.page_id)).scalar()
    return stations_of(connection, content_id)


def _end_document(
    connection: Connection, station: str, before: str, *, checks: str | None = None, failure: Failure | None = None
) -> bool:
    """Set the end of what was ``before``; False where it is that no more: it has changed meanwhile, and waits."""
    ended = {
        "state": FAILED if failure else DONE,
        "checks": checks,
        "error_code": failure and failure.code,
        "error_message": failure and failure.message,
    }
    which = (documents.c.station == station) & (documents.c.state == before)
    seal = seal_of(*({"station": station, **ended}[name] for name in DOCUMENT))
    return connection.execute(update(documents).where(which).values(**ended, seal=seal)).rowcount > 0
