"""Files that are there when they are complete, and not before: written beside their place, then renamed."""

from __future__ import annotations

import errno
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from formreader.errors import NoRoom, UsageError

PREFIX, SUFFIX = ".formreader-", ".part"
NO_ROOM = (errno.ENOSPC, errno.EDQUOT)
REFUSING = (*NO_ROOM, errno.EFBIG, errno.EIO)
"""What a disk says to a call that has no mistake."""


@contextmanager
def saved(target: Path) -> Iterator[Path]:
    """``written_whole``, told in words. Raises ``UsageError``, ``NoRoom`` where the disk is full."""
    with saved_together(target) as [place]:
        yield place


@contextmanager
def saved_together(*targets: Path) -> Iterator[Sequence[Path]]:
    """``written_whole`` of files that belong together: none takes its place before all are on the disk."""
    try:
        with _written_together(targets) as places:
            yield places
    except BrokenPipeError:
        raise
    except OSError as error:
        raise unwritable(targets[0], error) from None


def unwritable(target: Path, error: OSError) -> UsageError:
    """What to say, and to do, where the system did not let ``target`` be written."""
    if isinstance(error, FileNotFoundError) and not target.parent.exists():
        return no_folder(target)
    return _refused(f"{target}: cannot be written", error)


def no_folder(target: Path) -> UsageError:
    """What to say where the folder of ``target`` does not exist."""
    folder = target.parent
    return UsageError(f"{target}: cannot be written: the folder {folder} does not exist: make it, or name another")


def made(folder: Path) -> Path:
    """The folder, made where there is none. Raises ``UsageError``, ``NoRoom`` where the disk is full."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _refused(f"{folder}: cannot be made", error) from None
    return folder


def _refused(what: str, error: OSError) -> UsageError:
    mend = "make room, or name another folder" if error.errno in NO_ROOM else "name another place"
    kind = NoRoom if error.errno in REFUSING else UsageError
    return kind(f"{what} ({error.strerror or error}): {mend}")


@contextmanager
def written_whole(target: Path) -> Iterator[Path]:
    """Where to write what is to lie at ``target``: a new file in its folder, which takes its place in the end.

    Where the work breaks off, what lay at ``target`` lies there still. A device or a pipe is written to as it is; of
    a link, what it leads to. Raises ``OSError``.
    """
    with _written_together([target]) as [place]:
        yield place


@contextmanager
def _written_together(targets: Sequence[Path]) -> Iterator[Sequence[Path]]:
    unfinished: dict[Path, Path] = {}
    try:
        for target in targets:
            if not target.exists() or target.is_file():  # a shell's pipe has no real path
                unfinished[target] = _beside(Path(os.path.realpath(target)))
        yield [unfinished.get(target, target) for target in targets]
        for written in unfinished.values():
            _onto_the_disk(written)
        for target, written in unfinished.items():
            written.replace(os.path.realpath(target))
    except BaseException:
        for written in unfinished.values():
            with suppress(OSError):
                written.unlink()
        raise


def _beside(place: Path) -> Path:
    """A new empty file in the folder of ``place``, as open to others as the one there is."""
    handle, name = tempfile.mkstemp(dir=place.parent, prefix=PREFIX, suffix=SUFFIX)
    os.close(handle)
    fresh = Path(name)
    try:
        fresh.chmod(_mode_of(place))
    except BaseException:
        fresh.unlink()
        raise
    return fresh


def _onto_the_disk(file: Path) -> None:
    with file.open("rb+") as opened:
        os.fsync(opened.fileno())


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
