"""Files by name, whether they lie in a folder, a zip, a tar or by themselves."""

from __future__ import annotations

import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from formreader.errors import UsageError

MOST_BYTES = 2**31
"""No file of these archives is nearly as large."""
BROKEN = (OSError, EOFError, zlib.error, tarfile.TarError, zipfile.BadZipFile, NotImplementedError, RuntimeError)


@contextmanager
def members(archive: Path) -> Iterator[Iterator[tuple[str, Callable[[], bytes]]]]:
    """Name and content of each file, in the order in which they lie there, contents to be taken at once.

    Raises ``UsageError`` where it cannot be read.
    """
    try:
        if archive.is_dir():
            yield ((file.relative_to(archive).as_posix(), file.read_bytes) for file in _files(archive))
        elif zipfile.is_zipfile(archive):
            with zipfile.ZipFile(archive) as opened:
                infos = (info for info in opened.infolist() if not info.is_dir())
                yield ((info.filename, lambda info=info: _bounded(opened.open(info))) for info in infos)  # type: ignore[misc]
        elif tarfile.is_tarfile(archive):
            with tarfile.open(archive) as tar:
                files = (member for member in tar if member.isfile())
                yield ((member.name, lambda member=member: _bounded(tar.extractfile(member))) for member in files)  # type: ignore[misc]
        else:
            yield iter([(archive.name, archive.read_bytes)])
    except BROKEN as error:
        raise UsageError(f"{archive}: cannot be read ({error}): fetch it again") from None


def _files(folder: Path) -> list[Path]:
    return sorted(file for file in folder.rglob("*") if file.is_file())


def _bounded(opened: IO[bytes] | None) -> bytes:
    if opened is None:
        return b""
    with opened:
        data = opened.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise OSError(f"a file in it is over {MOST_BYTES:,} bytes")
    return data
