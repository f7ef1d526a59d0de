"""One thread writes what many requests bring, all that waits in one transaction, so that none waits for a lock itself.

SQLite lets one write at a time and has the others ask again, up to 100 ms later each time, whoever comes first: of many
that ask at once some ask for seconds.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine

from formreader.store import StoreError
from formreader.store.database import make_durable

T = TypeVar("T")
Job = tuple[Callable[[Connection], Any], "Future[Any]"]
MOST_AT_ONCE = 100
"""Others who write wait for the whole transaction."""


class Writer:
    """Writes for the requests of one server."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._waiting: SimpleQueue[Job | None] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()

    def write(self, job: Callable[[Connection], T]) -> T:
        """What ``job`` returns, once all that it has written is on the disk.

        It may be begun again where another one in its transaction fails: it writes to the connection and nowhere else.
        Raises what it raises, and leaves nothing of it then; ``StoreError`` where the store does not answer.
        """
        future: Future[T] = Future()
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._keep_writing, daemon=True, name="writer")
                self._thread.start()
            self._waiting.put((job, future))
        return future.result()

    def close(self) -> None:
        """What waits is written first."""
        with self._starting:
            if self._thread is not None:
                self._waiting.put(None)
                self._thread.join()
                self._thread = None

    def _keep_writing(self) -> None:
        while (first := self._waiting.get()) is not None:
            self._write([first, *self._others()])

    def _others(self) -> list[Job]:
        """What waits besides."""
        found: list[Job] = []
        try:
            while len(found) < MOST_AT_ONCE - 1:
                job = self._waiting.get_nowait()
                if job is None:
                    self._waiting.put(None)  # the end is met again
                    break
                found.append(job)
        except Empty:
            pass
        return found

    def _write(self, jobs: Sequence[Job]) -> None:
        try:
            with self._engine.begin() as connection:
                make_durable(connection)  # who has an answer throws the photograph away
                made = [job(connection) for job, _ in jobs]
        except Exception as error:
            if len(jobs) == 1 or isinstance(error, StoreError):  # a store that does not answer is not asked for each
                for _, future in jobs:
                    future.set_exception(error)
            else:
                for one in jobs:  # the one that fails takes no other with it
                    self._write([one])
            return
        for (_, future), result in zip(jobs, made, strict=True):
            future.set_result(result)
