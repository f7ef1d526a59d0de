"""Who may write to a run: one alone, or several beside each other; a lock falls with its process."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Protocol

from sqlalchemy import Connection, Engine, func, select

from formreader.errors import UsageError
from formreader.files import REFUSING, unwritable

LOCK = 0x666F726D
"""The number of our advisory lock in PostgreSQL."""
PATIENCE_S = 2.0
"""A server may take a moment to see that a killed process's connection is gone, and who is first one to mend a run."""
ASK_EVERY_S = 0.1


class Lock(Protocol):
    """Neither waits; each says whether it is held now. ``beside`` gives up being alone."""

    def alone(self) -> bool: ...

    def beside(self) -> bool: ...


@contextmanager
def locked(file: Path, busy: str) -> Iterator[None]:
    """Hold the lock at ``file`` alone. Raises ``UsageError``: ``busy`` where another does, else why it cannot be."""
    with file_lock(file) as lock:
        if not lock.alone():
            raise UsageError(busy)
        yield


@contextmanager
def file_lock(file: Path) -> Iterator[Lock]:
    """The lock at ``file``, held by nobody yet. Raises ``UsageError`` where it cannot be made."""
    try:
        opened = file.open("a")
    except OSError as error:
        if error.errno in REFUSING:
            raise unwritable(file, error) from None
        raise UsageError(
            f"{file.parent}: cannot be written to ({error.strerror}): a run that may only be read is not gone on with"
        ) from None
    with opened:
        yield _FileLock(opened)


@contextmanager
def server_lock(engine: Engine) -> Iterator[Lock]:
    """The lock of a PostgreSQL database, held by nobody yet."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        try:
            yield _ServerLock(connection)
        finally:
            connection.execute(select(func.pg_advisory_unlock_all()))


def wait_for(held: Callable[[], bool], busy: str) -> None:
    """Ask for a while. Raises ``UsageError``, ``busy``, where it is never held."""
    deadline = time.monotonic() + PATIENCE_S
    while not held():
        if time.monotonic() > deadline:
            raise UsageError(busy)
        time.sleep(ASK_EVERY_S)


class _FileLock:
    def __init__(self, opened: IO[str]) -> None:
        self._opened = opened
        self._is_held = False

    def alone(self) -> bool:
        return self._hold(shared=False)

    def beside(self) -> bool:
        return self._hold(shared=True)

    def _hold(self, *, shared: bool) -> bool:
        try:
            if sys.platform == "win32":  # knows no shared locks: there one is alone
                import msvcrt

                if not self._is_held:
                    msvcrt.locking(self._opened.fileno(), msvcrt.LK_NBLCK, 1)
            else:
                import fcntl

                fcntl.flock(self._opened.fileno(), (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except OSError:
            return False
        self._is_held = True
        return True


class _ServerLock:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._is_alone = False

    def alone(self) -> bool:
        self._is_alone = bool(self._connection.execute(select(func.pg_try_advisory_lock(LOCK))).scalar())
        return self._is_alone

    def beside(self) -> bool:
        held = bool(self._connection.execute(select(func.pg_try_advisory_lock_shared(LOCK))).scalar())
        if held and self._is_alone:
            self._connection.execute(select(func.pg_advisory_unlock(LOCK)))
            self._is_alone = False
        return held
