"""One batch at a time in a run: two would each take what the other is at."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from formreader.errors import UsageError


@contextmanager
def only_batch(folder: Path) -> Iterator[None]:
    """Hold the run's lock, which falls with the process. Raises ``UsageError`` where another holds it."""
    try:
        import fcntl
    except ImportError:  # Windows has no such lock
        yield
        return
    with (folder / "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise UsageError(f"{folder}: another batch is at work there: wait for it, or stop it first") from None
        yield
