"""Who is at work in a run: one batch alone, or `formreader work` in several processes that lease what they are at."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path

from formreader.store import RunStore
from formreader.store.lock import file_lock, locked, wait_for

FILE = "lock"


def only_batch(folder: Path) -> AbstractContextManager[None]:
    """Hold the run's lock, which falls with the process. Raises ``UsageError`` where another holds it."""
    return locked(folder / FILE, f"{folder}: another batch is at work there: wait for it, or stop it first")


@contextmanager
def among_others(store: RunStore, mend: Callable[[], object]) -> Iterator[None]:
    """Hold the run beside others that hold it so. Who finds nobody calls ``mend``, before any other may come.

    Raises ``UsageError`` where a batch is at work.
    """
    with ExitStack() as held:
        locks = [held.enter_context(file_lock(store.folder / FILE)), *store.locks(held)]
        if all(lock.alone() for lock in locks):
            mend()
        for lock in locks:
            wait_for(lock.beside, f"{store.folder}: a batch is at work there: wait for it, or stop it first")
        yield
