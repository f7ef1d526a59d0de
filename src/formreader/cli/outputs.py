"""The file that a command writes its result to, or stdout."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from formreader.cli.exit_codes import ExitCode
from formreader.errors import UsageError

STDOUT = Path("-")
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EIO)


class NoRoom(UsageError):  # noqa: N818 - it is the disk's
    """The name is right and the system refuses."""

    exit_code = ExitCode.SYSTEM


@contextmanager
def opened(
    out: Path | None, *, photographs: Iterable[Path] = (), run: Path | None = None, data: bool = False
) -> Iterator[TextIO]:
    """``out`` to write text to, or stdout where it is None or ``-``; ``data`` is UTF-8 whatever the console speaks.

    A file is there when it is whole, and not before: it is written beside and renamed at the end.
    Raises ``UsageError`` where it cannot be written, is one of the ``photographs`` or lies in the folder ``run``.
    """
    if out is None or out == STDOUT:
        if data and not sys.stdout.isatty() and hasattr(sys.stdout, "reconfigure"):
            sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
        yield sys.stdout
        sys.stdout.flush()
        return
    check_output(out, photographs=photographs, run=run)
    with replaced(out) as place, place.open("w", encoding="utf-8", errors="backslashreplace", newline="") as target:
        yield target


@contextmanager
def replaced(out: Path) -> Iterator[Path]:
    """``report.files.written_whole``, told as a mistake of use. Raises ``UsageError``."""
    from formreader.report.files import written_whole

    try:
        with written_whole(out) as place:
            yield place
    except BrokenPipeError:
        raise
    except OSError as error:
        raise unwritable(out, error) from None


def check_folder(out: Path) -> None:
    """Raises ``UsageError`` where the folder of ``out`` does not exist."""
    if not out.parent.exists():
        raise _no_folder(out)


def _no_folder(out: Path) -> UsageError:
    return UsageError(f"{out}: cannot be written: the folder {out.parent} does not exist: make it, or name another")


def unwritable(out: Path, error: OSError) -> UsageError:
    """What to say, and to do, where the system did not let ``out`` be written."""
    if error.errno in NO_ROOM:
        return NoRoom(f"{out}: cannot be written ({error.strerror}): make room, or give --out another place")
    if isinstance(error, FileNotFoundError) and not out.parent.exists():
        return _no_folder(out)
    return UsageError(f"{out}: cannot be written ({error.strerror or error}): give --out another name")


def check_output(out: Path, *, photographs: Iterable[Path] = (), run: Path | None = None) -> None:
    """Raises ``UsageError`` where writing ``out`` would destroy what is read, under whatever name."""
    if any(_is_same(out, photo) for photo in photographs):
        raise UsageError(f"{out}: is one of the photographs: give --out another name")
    if run is not None and real(run) in (real(out), *real(out).parents):
        raise UsageError(f"{out}: lies in the run itself: give --out a place outside of it")


def _is_same(out: Path, other: Path) -> bool:
    if real(out) == real(other):
        return True
    try:
        return out.samefile(other)  # a hard link too
    except (OSError, ValueError):
        return False


def real(path: Path) -> Path:
    """Where a path leads, links followed as far as they go: ``Path.resolve`` raises where they run in a ring."""
    return Path(os.path.realpath(path))
