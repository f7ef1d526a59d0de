"""Files that are there when they are complete, and not before: written beside their place, then renamed."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PREFIX, SUFFIX = ".formreader-", ".part"


@contextmanager
def written_whole(target: Path) -> Iterator[Path]:
    """Where to write what is to lie at ``target``: a new file in its folder, which takes its place in the end.

    Where the work breaks off, what lay at ``target`` lies there still. A device or a pipe is written to as it is; of
    a link, what it leads to. Raises ``OSError``.
    """
    place = Path(os.path.realpath(target))
    if target.exists() and not target.is_file():
        yield target  # a shell's pipe has no real path
        return
    handle, name = tempfile.mkstemp(dir=place.parent, prefix=PREFIX, suffix=SUFFIX)
    os.close(handle)
    unfinished = Path(name)
    try:
        unfinished.chmod(_mode_of(place))
        yield unfinished
        with unfinished.open("rb+") as file:
            os.fsync(file.fileno())
        unfinished.replace(place)
    except BaseException:
        with suppress(OSError):
            unfinished.unlink()
        raise


@contextmanager
def folder_written_whole(target: Path, ours: str) -> Iterator[Path]:
    """Where to write what is to be the folder ``target``: it takes the place of one that holds nothing but ``ours``.

    ``ours`` is a pattern of names. Raises ``OSError``, ``FileExistsError`` where there is anything else in it.
    """
    place = Path(os.path.realpath(target))
    if place.exists():
        strange = [found.name for found in place.iterdir() if not found.match(ours)]
        if strange:
            raise FileExistsError(f"{target} holds {strange[0]} too, which would be lost: name an empty folder")
    unfinished = Path(tempfile.mkdtemp(dir=place.parent, prefix=PREFIX, suffix=SUFFIX))
    former = unfinished.with_suffix(".former")
    try:
        unfinished.chmod(0o777 & ~_mask())
        yield unfinished
        if place.exists():
            place.replace(former)
        unfinished.replace(place)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        if former.exists() and not place.exists():
            former.replace(place)
        raise
    shutil.rmtree(former, ignore_errors=True)


def _mode_of(place: Path) -> int:
    """That of the file which is replaced, or else of a new one."""
    if place.exists():
        return stat.S_IMODE(place.stat().st_mode)
    return 0o666 & ~_mask()


def _mask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
