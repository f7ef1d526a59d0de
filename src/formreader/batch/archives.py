"""Zip and tar archives, unpacked where no name in them can reach, within limits that no bomb passes.

A member is written under a number of our own, never under its name. What cannot be taken is an input with
its reason, so that nothing in an archive vanishes.
"""

from __future__ import annotations

import bz2
import gzip
import json
import logging
import lzma
import os
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from functools import partial
from hashlib import sha256
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import IO, BinaryIO, cast

from formreader.batch.names import is_picture
from formreader.files import made, unwritable
from formreader.harmless import printed_name
from formreader.load.container import LONGEST_MAGIC, kind_of
from formreader.load.limits import BYTES_LIMIT
from formreader.store import Failure, Input

ZIP_SUFFIX = ".zip"
TAR_SUFFIXES = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz")
MEMBERS_LIMIT = 500_000
"""Members of one archive: half of a national election in one file."""
UNPACKED_LIMIT = 256 * 2**30
"""Bytes of one archive when unpacked."""
RATIO_LIMIT, RATIO_FROM = 100, 256 * 2**20
"""Photographs hardly shrink. Beyond RATIO_FROM bytes, no more than this many times the archive's own size."""
PACK_AGAIN = "pack it again without folders outside, or give the file by itself"
LISTING = "members.jsonl"
CHUNK_BYTES = 2**20
BROKEN = (zipfile.BadZipFile, tarfile.TarError, EOFError, OSError, zlib.error, lzma.LZMAError, NotImplementedError)
"""What the libraries raise for an archive that is damaged or packed in a way that they do not know."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Member:
    name: str
    size: int
    regular: bool
    open: Callable[[], IO[bytes] | None]


class _DamagedError(Exception):
    """A member's bytes cannot be had."""


class _TooLargeError(Exception):
    """The rest of the archive is left where it is; the message says why."""


def is_archive(path: Path) -> bool:
    """Whether the path ends as a zip's or a tar's does."""
    return path.name.lower().endswith((ZIP_SUFFIX, *TAR_SUFFIXES))


def unpack(archive: Path, folder: Path) -> Iterator[Input]:
    """The pictures in ``archive``, each written under ``folder`` and called ``archive/member``.

    An archive that was unpacked before and has not changed is not opened again.
    """
    found = archive.stat()
    key = f"{archive.resolve()}\0{found.st_size}\0{found.st_mtime_ns}"
    target = folder / sha256(os.fsencode(key)).hexdigest()[:16]
    made(target)
    listing = target / LISTING
    if listing.exists():
        for line in listing.read_text(encoding="utf-8").splitlines():
            yield _restored(json.loads(line), target)
        return
    with _written_whole(listing) as record:
        for one in _members_as_inputs(archive, target, found.st_size):
            told = {**asdict(one), "file": Path(one.file).name}
            record.write(json.dumps(told).encode() + b"\n")
            yield one


def _restored(told: dict[str, object], target: Path) -> Input:
    failure = cast("dict[str, str] | None", told["failure"])
    file = str(target / str(told["file"]))
    return Input(str(told["path"]), file, failure=Failure(**failure) if failure else None)


def _members_as_inputs(archive: Path, target: Path, packed: int) -> Iterator[Input]:
    total = number = passed_over = 0
    named: set[str] = set()
    try:
        with closing(_members(archive)) as members:
            for number, member in enumerate(members, 1):
                total += member.size
                if number > MEMBERS_LIMIT:
                    raise _TooLargeError(f"it has more than {MEMBERS_LIMIT:,} members")
                if total > UNPACKED_LIMIT or total > max(RATIO_FROM, RATIO_LIMIT * packed):
                    raise _TooLargeError(f"it unpacks to {total:,} bytes and more, from {packed:,}")
                one = _taken(archive, member, target / f"{number:06d}{PurePosixPath(member.name).suffix.lower()}")
                if one is None:
                    passed_over += not _is_hidden(member)
                else:
                    yield _under_its_own_name(one, named)
            if passed_over:
                logger.warning("%s: passed over %d files that are no pictures", archive, passed_over)
    except _TooLargeError as error:
        message = f"the archive is not read any further: {error}; unpack it by hand if it is what it should be"
        yield Input(printed_name(archive), str(target / "archive"), failure=Failure("archive_too_large", message))
    except (*BROKEN, ValueError) as error:
        message = f"the archive is damaged after {number} members ({error}): copy it again"
        yield Input(printed_name(archive), str(target / "archive"), failure=Failure("bad_archive", message))


def _under_its_own_name(one: Input, named: set[str]) -> Input:
    """An archive may hold one name twice: both are read. ``named`` are the names before, and gets this one."""
    name, count = one.path, 1
    while name in named:
        count += 1
        name = f"{one.path} ({count})"
    named.add(name)
    return replace(one, path=name)


def _taken(archive: Path, member: _Member, target: Path) -> Input | None:
    """The member as an input, its bytes at ``target``; None where it is no picture."""
    path = f"{printed_name(archive)}/{printed_name(member.name)}"
    failure = _fault(member)
    if failure is None:
        if _is_hidden(member) or not _is_picture(member):
            return None
        failure = _fault_of_picture(member) or _write(member, target)
    if failure is not None:
        target = target.with_suffix(".refused")  # names no file: there is nothing to look into
    return Input(path, str(target), failure=failure)


def _is_hidden(member: _Member) -> bool:
    """What a Mac or a file manager leaves beside pictures."""
    return PurePosixPath(member.name).name.startswith(".")


def _is_picture(member: _Member) -> bool:
    """By its name, or where that says nothing by its first bytes."""
    if is_picture(PurePosixPath(member.name).name):
        return True
    if not member.regular:
        return False
    try:
        source = member.open()
        with closing(cast("IO[bytes]", source)):
            return kind_of(cast("IO[bytes]", source).read(LONGEST_MAGIC)) is not None
    except (RuntimeError, *BROKEN):
        return False


def _fault(member: _Member) -> Failure | None:
    name = PurePosixPath(member.name)
    if name.is_absolute() or ".." in name.parts or PureWindowsPath(member.name).is_absolute():
        return Failure("unsafe_name", f"its name leads out of the archive, so it was not read: {PACK_AGAIN}")
    if is_archive(Path(name)):
        return Failure("nested_archive", "an archive within an archive is not opened: unpack it first")
    return None


def _fault_of_picture(member: _Member) -> Failure | None:
    if not member.regular:
        return Failure("unsafe_member", "it is a link or a device, not a file: pack the photograph itself")
    if member.size > BYTES_LIMIT:
        return Failure("too_many_bytes", f"{member.size:,} bytes is over the limit of {BYTES_LIMIT:,}")
    return None


def _write(member: _Member, target: Path) -> Failure | None:
    if target.exists():
        return None
    try:
        source = cast("IO[bytes]", member.open())
    except RuntimeError as error:  # zipfile's word for a member with a password
        return Failure("locked_member", f"it cannot be unpacked ({error}): pack it without a password")
    except BROKEN as error:
        return _damaged(error)
    with closing(source):
        try:
            with _written_whole(target) as copy:
                for chunk in _chunks(source):
                    copy.write(chunk)
        except _DamagedError as error:
            return _damaged(error)
    return None


def _chunks(source: IO[bytes]) -> Iterator[bytes]:
    try:
        while chunk := source.read(CHUNK_BYTES):
            yield chunk
    except BROKEN as error:
        raise _DamagedError(str(error)) from None


def _damaged(error: Exception) -> Failure:
    return Failure("bad_member", f"it is damaged in the archive ({error}): copy the archive again")


@contextmanager
def _written_whole(target: Path) -> Iterator[BinaryIO]:
    """A file that is there when it is complete, and not before; what a killed batch left of it is written over.

    Not ``files.saved``: that waits for the disk, 38 minutes for MEMBERS_LIMIT, and no batch finds what it left by name.
    Raises ``UsageError`` where it cannot be written, ``NoRoom`` where the disk is full.
    """
    unfinished = target.with_name(f"{target.name}.part")
    try:
        with unfinished.open("wb") as file:
            yield file
        unfinished.replace(target)
    except BaseException as error:
        with suppress(OSError):
            unfinished.unlink()
        if isinstance(error, OSError):
            raise unwritable(target, error) from None
        raise


def _members(archive: Path) -> Generator[_Member]:
    yield from (_zip_members if archive.name.lower().endswith(ZIP_SUFFIX) else _tar_members)(archive)


def _with_slashes(name: str) -> str:
    """Windows' own tools write folders with backslashes."""
    return name.replace("\\", "/")


def _zip_members(archive: Path) -> Iterator[_Member]:
    with zipfile.ZipFile(archive) as opened:
        for info in opened.infolist():
            name = _with_slashes(info.filename)
            if not name.endswith("/"):
                regular = not stat.S_ISLNK(info.external_attr >> 16)
                yield _Member(name, info.file_size, regular, partial(opened.open, info))


def _tar_members(archive: Path) -> Iterator[_Member]:
    with archive.open("rb") as raw, _decompressed(raw) as plain:
        guarded = cast("BinaryIO", _Guarded(plain))
        with tarfile.open(fileobj=guarded, mode="r:") as opened:
            while (info := opened.next()) is not None:
                opened.members = []  # type: ignore[attr-defined]  # tarfile keeps every header it has seen
                if not info.isdir():
                    yield _Member(_with_slashes(info.name), info.size, info.isreg(), partial(opened.extractfile, info))


def _decompressed(raw: BinaryIO) -> IO[bytes]:
    start = raw.read(6)
    raw.seek(0)
    if start.startswith(b"\x1f\x8b"):
        return cast("IO[bytes]", gzip.GzipFile(fileobj=raw))
    if start.startswith(b"BZh"):
        return bz2.BZ2File(raw)
    return lzma.LZMAFile(raw) if start.startswith(b"\xfd7zXZ\0") else raw


class _Guarded:
    """A tar's bytes. A header may claim any length, and tarfile would take it into memory whole."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.seek, self.tell, self.close = file.seek, file.tell, file.close

    def read(self, size: int = -1) -> bytes:
        if size > BYTES_LIMIT:
            raise tarfile.ReadError(f"a header of {size:,} bytes")
        return self._file.read(size)
