"""The run as `formreader work` feeds on it: several processes beside each other, and every reading on record."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Table

from formreader.audit import Log, Signer
from formreader.audit.recording import note_reading
from formreader.store import DocumentTask, InputTask, PageTask, RunStore
from formreader.store.database import make_tables
from formreader.store.leases import Leases, forget_all
from formreader.store.leases import metadata as leases


class SharedStore(RunStore):
    """A run that several processes read for. What one is at is leased; a reading and its entry are one transaction.

    They queue up at the log's lock, before anything else is written: of pages that are saved side by side in PostgreSQL
    neither would see that its station is whole, or that the other shows the same sheet.
    """

    def __init__(self, folder: Path, url: str | None, key: Path | None, lease_s: float) -> None:
        super().__init__(folder, url, create=True)
        self.log = Log(self.engine, Signer.of_run(folder, key))
        self._leases = Leases(lease_s)
        make_tables(self.engine, leases)

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        with super().writing() as connection:
            self.log.hold(connection)
            if self._leases.are_due:
                self._leases.renew(connection)
            yield connection

    def renew_leases(self) -> None:
        """To be called often: without it what this process is at is taken from it."""
        if self._leases.are_due:
            with self.writing():
                pass

    def recover(self) -> int:
        """For who is alone at the run: nobody holds anything."""
        with self.writing() as connection:
            forget_all(connection)
        return super().recover()

    def give_back(self) -> None:
        """What this process has not come to the end of waits again."""
        with self.writing() as connection:
            self._leases.give_back(connection)

    def leased(self, connection: Connection, table: Table, key: int | str) -> str | None:
        return self._leases.take(connection, table, key)

    def end_lease(self, connection: Connection, task: InputTask | PageTask | DocumentTask) -> bool:
        return task.lease is not None and self._leases.end(connection, task.lease)

    def note_readings(self, connection: Connection, page_ids: Sequence[int]) -> None:
        for page_id in page_ids:
            note_reading(connection, self.log, page_id)
