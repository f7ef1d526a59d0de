"""One writer of a kind at a time: a lock that falls with its process."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from formreader.errors import UsageError


@contextmanager
def locked(file: Path, busy: str) -> Iterator[None]:
    """Hold the lock at ``file``. Raises ``UsageError``: ``busy`` where another holds it, else why it cannot be made."""
    try:
        opened = file.open("a")
    except OSError as error:
        raise UsageError(
            f"{file.parent}: cannot be written to ({error.strerror}): a run that may only be read is not gone on with"
        ) from None
    with opened:
        try:
            _hold(opened.fileno())
        except OSError:
            raise UsageError(busy) from None
        yield


def _hold(handle: int) -> None:
    """Raises ``OSError`` where another process holds it."""
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
