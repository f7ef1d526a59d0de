"""One batch at a time in a run: two would each take what the other is at."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path

from formreader.store.lock import locked


def only_batch(folder: Path) -> AbstractContextManager[None]:
    """Hold the run's lock, which falls with the process. Raises ``UsageError`` where another holds it."""
    return locked(folder / "lock", f"{folder}: another batch is at work there: wait for it, or stop it first")
