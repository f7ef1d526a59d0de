"""Photographs that lie on object storage or another machine, named by URL and opened through fsspec."""

from __future__ import annotations

import hashlib
import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, Any

from formreader.batch.names import is_picture
from formreader.errors import FormreaderError, UsageError
from formreader.harmless import printed_name
from formreader.load.limits import BYTES_LIMIT
from formreader.load.remote import storage_of
from formreader.store import Input

CHUNK_BYTES = 2**20
URL = re.compile(r"[a-z][a-z0-9+.-]+://", re.IGNORECASE)


class StorageError(FormreaderError):
    """A photograph cannot be had from where it lies."""


def is_remote(item: str) -> bool:
    """Whether a name is a URL, such as ``s3://bucket/photos``."""
    return URL.match(item) is not None


def remote_inputs(url: str) -> Iterator[Input]:
    """The pictures and PDFs below ``url``, in order, or what it names where that is no folder.

    Raises ``UsageError`` where fsspec or the storage's own package is missing, or the storage does not answer.
    """
    files, place = storage_of(url)
    try:
        found: dict[str, dict[str, Any]] = files.find(place, detail=True)
    except Exception as error:  # each storage has exceptions of its own
        raise UsageError(f"{url}: cannot be listed ({error})") from None
    for name, about in sorted((found or {place: {}}).items()):  # what is not there gets its answer too
        parts = PurePosixPath(name).parts
        if name == place or (is_picture(name) and not any(part.startswith(".") for part in parts)):
            address = files.unstrip_protocol(name)
            yield Input(printed_name(address), address, stamp=_stamp(about))


@contextmanager
def local_file(file: str) -> Iterator[str]:
    """Where the bytes of ``file`` lie on this machine: a copy of a URL's, for as long as it is held.

    One that is too large for a photograph is copied no further than that it shows. Raises ``StorageError``.
    """
    if not is_remote(file):
        yield file
        return
    with tempfile.TemporaryDirectory(prefix="formreader-") as folder:
        copy = Path(folder) / "photograph"
        try:
            files, place = storage_of(file)
            with files.open(place, "rb") as source, copy.open("wb") as target:
                _copy(source, target, BYTES_LIMIT + 1)
        except Exception as error:  # each storage has exceptions of its own
            raise StorageError(f"{file}: the storage did not give it ({error})") from None
        yield str(copy)


def _stamp(about: Mapping[str, Any]) -> tuple[int | None, int]:
    """Size, and a number that changes with anything else that the storage says of a file."""
    said = repr(sorted((key, str(value)) for key, value in about.items()))
    return about.get("size"), int.from_bytes(hashlib.sha256(said.encode()).digest()[:7])


def _copy(source: IO[bytes], target: IO[bytes], most: int) -> None:
    while most > 0 and (chunk := source.read(min(most, CHUNK_BYTES))):
        most -= len(chunk)
        target.write(chunk)
