"""The photograph that was read, and no other that lies in its place by now."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from formreader.batch.remote import is_remote, local_file
from formreader.errors import FormreaderError
from formreader.load import load_photo
from formreader.records import Photo
from formreader.store import RunStore
from formreader.store.readout import input_files


class NotAsReadError(FormreaderError):
    """Another picture lies where the one was that was read."""


def photo_as_read(file: str, page: int, sha256: str) -> Photo:
    """The page of the file that was read with this ``sha256``.

    Raises ``Rejected`` where the file cannot be opened, ``NotAsReadError`` where it holds something else now,
    ``StorageError`` where the storage behind a URL does not give it.
    """
    with local_file(file) as here:
        photo = load_photo(here, page)
    if photo.source.sha256 != sha256:
        raise NotAsReadError("another picture lies there now than was read: run the batch again")
    return photo


class Inputs:
    """Which files a run was given, by whatever name they are called; looked up when it is first asked."""

    def __init__(self, store: RunStore) -> None:
        self._engine = store.engine
        self._known: set[tuple[int, int]] | None = None

    def holds(self, path: Path) -> bool:
        """Whether the file at ``path`` is one of them, or an archive or a list that they came from."""
        try:
            found = path.stat()
        except (OSError, ValueError):
            return False  # there is nothing that could be lost
        if self._known is None:
            self._known = set(_identities(input_files(self._engine)))
        return (found.st_dev, found.st_ino) in self._known


def _identities(files: Iterable[str]) -> Iterator[tuple[int, int]]:
    for file in files:
        if not is_remote(file):
            with suppress(OSError, ValueError):
                found = os.stat(file)  # noqa: PTH116 - Path's raises on names that are no text
                yield found.st_dev, found.st_ino
