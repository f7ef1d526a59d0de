"""The file that a command writes its result to, or stdout."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

from formreader.errors import UsageError

STDOUT = Path("-")


@contextmanager
def opened(
    out: Path | None, *, photographs: Iterable[Path] = (), run: Path | None = None, data: bool = False
) -> Iterator[TextIO]:
    """``out`` to write text to, or stdout where it is None or ``-``; ``data`` is UTF-8 whatever the console speaks.

    A file is there when it is whole: it is written beside, as ``NAME.part``, and renamed at the end. What a broken
    command has written stays under that name.
    Raises ``UsageError`` where it cannot be written, is one of the ``photographs`` or lies in the folder ``run``.
    """
    if out is None or out == STDOUT:
        if data and not sys.stdout.isatty() and hasattr(sys.stdout, "reconfigure"):
            sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
        yield sys.stdout
        sys.stdout.flush()
        return
    check_output(out, photographs=photographs, run=run)
    beside = _beside(out)
    try:
        target = beside.open("w", encoding="utf-8", errors="backslashreplace", newline="")
    except OSError as error:
        raise UsageError(f"{out}: cannot be written ({error.strerror}): give --out another name") from None
    with target:
        yield target
    if beside != out:
        target_file = out.resolve()
        with suppress(OSError):
            shutil.copymode(target_file, beside)
        beside.replace(target_file)


def check_output(out: Path, *, photographs: Iterable[Path] = (), run: Path | None = None) -> None:
    """Raises ``UsageError`` where writing ``out`` would destroy what is read."""
    if any(_same(out, photo) for photo in photographs):
        raise UsageError(f"{out}: is one of the photographs: give --out another name")
    if run is not None and run.resolve() in (out.resolve(), *out.resolve().parents):
        raise UsageError(f"{out}: lies in the run itself: give --out a place outside of it")


def _same(out: Path, photo: Path) -> bool:
    """By name, or by what lies there under another name too."""
    try:
        return out.resolve() == photo.resolve() or (out.is_file() and out.samefile(photo))
    except (OSError, ValueError):
        return False


def _beside(out: Path) -> Path:
    """Where to write first; a device or a pipe is written itself."""
    if out.exists() and not out.is_file():
        return out
    if out.exists() and not os.access(out, os.W_OK):
        raise UsageError(f"{out}: may not be written: give --out another name")
    place = out.resolve()
    return place.with_name(f"{place.name}.part")
